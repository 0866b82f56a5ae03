"""Sessions: the role's rights as they are now, narrowed, for a time, until revoked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pytest_ramsts import ApiError, FakeCloud, Policy, allow, deny

READING = Policy(allow("ots:GetRow"))


def test_a_session_follows_what_its_role_may_do_now(ramsts: FakeCloud) -> None:
    role = ramsts.account.create_role()
    session = role.assume()
    before = bool(session.can("ots:GetRow"))

    role.attach(READING)
    attached = bool(session.can("ots:GetRow"))
    role.attach(Policy(deny("ots:*")))
    denied = session.can("ots:GetRow")
    role.detach_all()

    assert (before, attached) == (False, True)
    assert denied.reason == "ExplicitDeny"
    assert session.can("ots:GetRow").reason == "ImplicitDeny"


def test_a_role_has_no_key_and_its_sessions_are_independent(ramsts: FakeCloud) -> None:
    role = ramsts.account.create_role(policies=[READING])
    wide, narrow = role.assume("wide"), role.assume("narrow", policy=Policy(allow("iot:Pub")))

    wide.expire()

    assert not hasattr(role, "access_keys")
    assert wide.expired
    assert not narrow.expired
    assert not narrow.can("ots:GetRow")


def test_a_session_knows_how_long_and_until_when(ramsts: FakeCloud) -> None:
    ramsts.clock.freeze("2026-03-01T08:00:00Z")
    session = ramsts.account.create_role().assume(duration=timedelta(minutes=20))

    assert session.duration == timedelta(minutes=20)
    assert session.expiration == datetime(2026, 3, 1, 8, 20, tzinfo=UTC)
    ramsts.clock.advance(minutes=20)
    assert session.expired


def test_a_user_with_two_roles_has_in_each_session_that_role_s_rights_only(
    ramsts: FakeCloud,
) -> None:
    user = ramsts.account.create_user(policies=["AliyunSTSAssumeRoleAccess"])
    reader = ramsts.account.create_role("reader", trusted=user, policies=[READING])
    writer = ramsts.account.create_role(
        "writer", trusted=user, policies=[Policy(allow("ots:PutRow"))]
    )
    reading, writing = reader.assume(by=user), writer.assume(by=user)

    assert reading.can("ots:GetRow")
    assert writing.can("ots:PutRow")
    assert not reading.can("ots:PutRow")
    assert not writing.can("ots:GetRow")
    assert not user.can("ots:GetRow")


def test_who_may_assume_is_asked_of_both_sides(ramsts: FakeCloud) -> None:
    account, other = ramsts.account, ramsts.create_account()
    trusted = account.create_role("open", trusted=[account, other])
    permitted = account.create_user(policies=["AliyunSTSAssumeRoleAccess"])
    foreign = other.create_user(policies=["AliyunSTSAssumeRoleAccess"])
    without = account.create_user()

    assert permitted.can("sts:AssumeRole", on=trusted)
    assert foreign.can("sts:AssumeRole", on=trusted)
    assert not without.can("sts:AssumeRole", on=trusted)
    assert not account.can("sts:AssumeRole", on=trusted)


def test_the_account_s_owner_may_do_all_with_what_is_its_own_only(ramsts: FakeCloud) -> None:
    account, other = ramsts.account, ramsts.create_account()

    assert account.can("oss:DeleteBucket", on=f"acs:oss:*:{account.id}:media")
    assert not account.can("oss:DeleteBucket", on=f"acs:oss:*:{other.id}:media")


def test_a_key_or_token_tells_whose_it_is(ramsts: FakeCloud) -> None:
    user, session = ramsts.account.create_user(), ramsts.account.create_role().assume()

    assert ramsts.credentials(user.access_key.id) is user
    assert ramsts.credentials(session.id) is session
    with pytest.raises(ApiError) as caught:
        ramsts.credentials("LTAI5tNobody")
    assert caught.value.code == "InvalidAccessKeyId.NotFound"
