"""Chapter 3. It ends by itself.

Temporary credentials work until their expiration and not a second longer. In the real cloud the
shortest life is a quarter of an hour, too long for any test suite; here the clock is in your hand.
"""

from __future__ import annotations

from typing import Any

import pytest
from alibabacloud_iot20180120.models import QueryProductListRequest
from alibabacloud_sts20150401.models import AssumeRoleRequest
from alibabacloud_tea_openapi.exceptions import ClientException

from pytest_ramsts import Clock, FakeCloud, Role, User

from .clients import iot_client, sts_client


@pytest.fixture
def dora(ramsts: FakeCloud) -> User:
    return ramsts.account.create_user("dora", policies=["AliyunSTSAssumeRoleAccess"])


@pytest.fixture
def caretaker(ramsts: FakeCloud, dora: User) -> Role:
    return ramsts.account.create_role(
        "iot-caretaker",
        trusted=dora,
        policies=["AliyunIOTFullAccess"],
        max_session_duration=7200,
    )


def borrow(role: Role, seconds: int | None = None) -> Any:
    """Assume a role with the credentials of the environment."""
    request = AssumeRoleRequest(
        role_arn=role.arn, role_session_name="dora", duration_seconds=seconds
    )
    return sts_client().assume_role(request).body.credentials


def count_products(keys: Any) -> int:
    """The application: what it asks of IoT Platform."""
    request = QueryProductListRequest(current_page=1, page_size=10)
    total: int = iot_client(keys).query_product_list(request).body.data.total
    return total


def test_credentials_die_at_their_expiration(
    ramsts: FakeCloud, ramsts_clock: Clock, dora: User, caretaker: Role
) -> None:
    """Dora's hour: the last second still works, the next one is InvalidSecurityToken.Expired."""
    ramsts_clock.freeze("2026-03-02T09:00:00Z")
    with ramsts.acting_as(dora):
        keys = borrow(caretaker)
    assert keys.expiration == "2026-03-02T10:00:00Z"

    ramsts_clock.travel("2026-03-02T09:59:59Z")
    assert count_products(keys) == 0

    ramsts_clock.travel("2026-03-02T10:00:00Z")
    with pytest.raises(ClientException) as refused:
        count_products(keys)

    assert refused.value.code == "InvalidSecurityToken.Expired"


@pytest.mark.parametrize(
    ("asked", "minutes"), [(900, 15), (None, 60), (7200, 120)], ids=["shortest", "usual", "longest"]
)
def test_credentials_live_as_long_as_was_asked_for(
    ramsts: FakeCloud,
    ramsts_clock: Clock,
    dora: User,
    caretaker: Role,
    asked: int | None,
    minutes: int,
) -> None:
    """A quarter of an hour at least, an hour if nothing is said, the role's maximum at most."""
    ramsts_clock.freeze("2026-03-02T09:00:00Z")
    with ramsts.acting_as(dora):
        keys = borrow(caretaker, asked)

    ramsts_clock.advance(minutes=minutes, seconds=-1)
    assert count_products(keys) == 0
    ramsts_clock.advance(seconds=1)
    with pytest.raises(ClientException) as refused:
        count_products(keys)

    assert refused.value.code == "InvalidSecurityToken.Expired"


@pytest.mark.parametrize("seconds", [899, 7201])
def test_no_other_life_can_be_asked_for(
    ramsts: FakeCloud, dora: User, caretaker: Role, seconds: int
) -> None:
    """STS gives nothing below 15 minutes, and nothing above what the role permits."""
    with ramsts.acting_as(dora), pytest.raises(ClientException) as refused:
        borrow(caretaker, seconds)

    assert refused.value.code == "InvalidParameter.DurationSeconds"


def test_each_loan_has_its_own_end(
    ramsts: FakeCloud, ramsts_clock: Clock, dora: User, caretaker: Role
) -> None:
    """A second loan does not prolong the first, and does not end with it."""
    ramsts_clock.freeze("2026-03-02T09:00:00Z")
    with ramsts.acting_as(dora):
        first = borrow(caretaker)
        ramsts_clock.advance(minutes=30)
        second = borrow(caretaker)

    ramsts_clock.advance(minutes=45)
    with pytest.raises(ClientException) as refused:
        count_products(first)

    assert refused.value.code == "InvalidSecurityToken.Expired"
    assert count_products(second) == 0
