"""`denies` and `allows`: a block holds what it says, and tells what happened when it does not."""

from __future__ import annotations

import pytest
from alibabacloud_ram20150501.models import CreateUserRequest, GetUserRequest
from alibabacloud_tea_openapi.exceptions import ClientException

from pytest_ramsts import FakeCloud, RamstsError, User
from tests.sdk import clients


@pytest.fixture
def reader(ramsts: FakeCloud) -> User:
    return ramsts.account.create_user("reader", policies=["AliyunRAMReadOnlyAccess"])


def look_up(user: User, name: str = "reader") -> None:
    clients.ram(user.access_key).get_user(GetUserRequest(user_name=name))


def create(user: User, name: str = "new") -> None:
    clients.ram(user.access_key).create_user(CreateUserRequest(user_name=name))


# denies


def test_the_exception_of_the_refusal_ends_the_block_and_is_kept(
    ramsts: FakeCloud, reader: User
) -> None:
    with ramsts.denies("ram:CreateUser", by=reader) as denial:
        create(reader)
        raise AssertionError("never reached")

    assert isinstance(denial.error, ClientException)
    assert denial.reason == denial.decision.reason == "ImplicitDeny"
    assert denial.call is ramsts.calls.last
    assert denial.explain().startswith("user reader may not ram:CreateUser on")


def test_an_application_that_copes_passes_without_an_error(ramsts: FakeCloud, reader: User) -> None:
    with ramsts.denies("ram:CreateUser") as denial, pytest.raises(ClientException):
        create(reader)

    assert denial.error is None


def test_an_exception_of_the_application_that_comes_from_the_refusal_counts(
    ramsts: FakeCloud, reader: User
) -> None:
    with ramsts.denies("ram:CreateUser") as denial:
        try:
            create(reader)
        except ClientException as error:
            raise LookupError("no user") from error

    assert isinstance(denial.error, LookupError)


def test_any_other_exception_goes_on_its_way(ramsts: FakeCloud) -> None:
    with pytest.raises(ZeroDivisionError), ramsts.denies("ram:CreateUser"):
        raise ZeroDivisionError


def test_nor_does_one_that_comes_after_the_refusal(ramsts: FakeCloud, reader: User) -> None:
    def act() -> None:
        with pytest.raises(ClientException):
            create(reader)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), ramsts.denies("ram:CreateUser"):
        act()


def failure(expectation: object, act: object) -> str:
    with pytest.raises(AssertionError) as caught, expectation:  # type: ignore[attr-defined]
        act()  # type: ignore[operator]
    return str(caught.value)


def test_nothing_refused_is_a_failure_that_shows_the_calls(ramsts: FakeCloud, reader: User) -> None:
    text = failure(ramsts.denies("ram:GetUser"), lambda: look_up(reader))

    headline, calls, call = text.splitlines()
    assert headline == "`ram:GetUser` was not refused"
    assert calls == "calls of the block:"
    assert "ram:GetUser by acs:ram::" in call
    assert "ok>  at tests/expectations/test_blocks.py:" in call


def test_no_call_at_all_is_said(ramsts: FakeCloud) -> None:
    text = failure(ramsts.denies("ram:GetUser"), lambda: None)

    assert text == "`ram:GetUser` was not refused\nno call was made at all"


def test_another_refusal_is_a_failure_that_says_why_it_was_refused(
    ramsts: FakeCloud, reader: User
) -> None:
    text = failure(ramsts.denies("ram:DeleteUser"), lambda: create(reader))

    assert text.startswith("`ram:DeleteUser` was not refused\ncalls of the block:\n")
    assert "user reader may not ram:CreateUser on" in text


def test_one_refusal_more_is_a_failure(ramsts: FakeCloud, reader: User) -> None:
    def act() -> None:
        nobody = ramsts.account.create_user("nobody")
        with pytest.raises(ClientException):
            create(reader)
        with pytest.raises(ClientException):
            look_up(nobody)

    assert failure(ramsts.denies("ram:CreateUser"), act).startswith(
        "more than `ram:CreateUser` was refused\n"
    )


def test_who_and_on_what_belong_to_the_headline(ramsts: FakeCloud, reader: User) -> None:
    text = failure(
        ramsts.denies("ram:CreateUser", by=reader, on="acs:ram:*:*:user/x"), lambda: None
    )

    assert text.startswith("`ram:CreateUser` by user reader on acs:ram:*:*:user/x was not refused")


def test_on_is_a_pattern_as_in_policies(ramsts: FakeCloud, reader: User) -> None:
    with ramsts.denies("ram:CreateUser", on="acs:ram:*:user/*"):
        create(reader)


def test_what_cannot_be_asked_for_is_refused_before_the_block(ramsts: FakeCloud) -> None:
    with pytest.raises(RamstsError, match="not by 'reader'; a user is"):
        ramsts.denies("ram:CreateUser", by="reader")
    with pytest.raises(RamstsError, match=r"a resource is an ARN or something with `\.arn`"):
        ramsts.denies("ram:CreateUser", on=7)


def test_a_block_that_has_not_ended_has_no_call_yet(ramsts: FakeCloud) -> None:
    denial = ramsts.denies("ram:CreateUser")

    with pytest.raises(RamstsError, match="that expects `ram:CreateUser` has not ended yet"):
        _ = denial.reason


# allows


def test_what_is_allowed_each_time_passes(ramsts: FakeCloud, reader: User) -> None:
    with ramsts.allows("ram:GetUser", by=reader) as allowance:
        look_up(reader)

    assert allowance.call is ramsts.calls.last


def test_a_refusal_is_a_failure_that_explains_it(ramsts: FakeCloud, reader: User) -> None:
    def act() -> None:
        with pytest.raises(ClientException):
            create(reader)

    text = failure(ramsts.allows("ram:CreateUser"), act)

    assert text.startswith("`ram:CreateUser` was not allowed\ncalls of the block:\n")
    assert "user reader may not ram:CreateUser on" in text


def test_a_call_that_was_never_made_is_a_failure(ramsts: FakeCloud, reader: User) -> None:
    text = failure(ramsts.allows("ram:CreateUser"), lambda: look_up(reader))

    assert text.startswith("`ram:CreateUser` was not called\ncalls of the block:\n")


def test_an_exception_before_the_call_is_not_hidden(ramsts: FakeCloud) -> None:
    with pytest.raises(ZeroDivisionError), ramsts.allows("ram:CreateUser"):
        raise ZeroDivisionError
