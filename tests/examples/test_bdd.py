# mypy: disable-error-code="untyped-decorator"
"""pytest-bdd: steps take the fixtures as any test does. The feature is `lending.feature`."""

from __future__ import annotations

import pytest

from pytest_ramsts import Account, Clock, Role, Session

pytest.importorskip("pytest_bdd")

from pytest_bdd import given, parsers, scenarios, then, when

scenarios("lending.feature")


@given(parsers.parse('a role "{name}" with the policy "{policy}"'), target_fixture="role")
def a_role(ram_account: Account, name: str, policy: str) -> Role:
    return ram_account.create_role(name, policies=[policy])


@when("it is lent for an hour", target_fixture="loan")
def lend(role: Role) -> Session:
    return role.assume(duration=3600)


@then(parsers.parse('its borrower may "{action}"'))
def may(loan: Session, action: str) -> None:
    assert loan.can(action)


@when("an hour has passed")
def an_hour_passes(ramsts_clock: Clock) -> None:
    ramsts_clock.advance(hours=1)


@then("the loan has ended")
def has_ended(loan: Session) -> None:
    assert loan.expired
