"""`propagation_delay`: grants and revocations take effect late, on the clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest
from alibabacloud_ram20150501.client import Client as Ram
from alibabacloud_ram20150501.models import DetachPolicyFromUserRequest, ListUsersRequest
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from alibabacloud_tea_openapi.models import Config

from pytest_ramsts import Clock, FakeCloud, Session, User
from tests.revocation.catalogue import NOTHING, OF_A_SESSION, OF_A_USER, Case, Stage


def call(key: Any) -> str:
    config = Config(
        access_key_id=key.id,
        access_key_secret=key.secret,
        security_token=key.security_token or None,
        endpoint="ram.aliyuncs.com",
    )
    try:
        Ram(config).list_users(ListUsersRequest())
    except AlibabaCloudException as error:
        return str(error.code)
    return "works"


@pytest.fixture
def clock(ramsts_clock: Clock) -> Clock:
    ramsts_clock.freeze("2026-03-01T08:00:00Z")
    return ramsts_clock


# What acts on one session only is the double's own, and takes effect at once.
AT_ONCE: Final = ("the double's own", "survive", "deleted_role_code")

LATE: Final = {
    f"{who}: {case.words}": (case, who == "session")
    for who, cases in (("user", OF_A_USER), ("session", OF_A_SESSION))
    for case in cases
    if not any(words in case.words for words in AT_ONCE)
}


@pytest.mark.parametrize(("case", "session"), LATE.values(), ids=LATE)
def test_a_revocation_takes_effect_when_the_delay_has_passed(case: Case, session: bool) -> None:
    with FakeCloud(seed=1) as ramsts:
        ramsts.clock.freeze("2026-03-01T08:00:00Z")
        stage = Stage(ramsts)
        case.before(stage)
        key = stage.session if session else stage.key
        with ramsts.propagation_delay(10):
            case.verb(stage)
            at_once = call(key)
            ramsts.clock.advance(seconds=9.9)
            before = call(key)
            ramsts.clock.advance(seconds=0.1)
            after = call(key)
        at_last = call(key)

        assert (at_once, before) == ("works", "works")
        assert after == at_last


def test_a_grant_takes_effect_when_the_delay_has_passed(
    ramsts: FakeCloud, clock: Clock, ram_user: User
) -> None:
    with ramsts.propagation_delay(10):
        clock.advance(seconds=60)
        ram_user.attach("AliyunRAMReadOnlyAccess")
        codes = [call(ram_user.access_key)]
        for seconds in (9, 1):
            clock.advance(seconds=seconds)
            codes.append(call(ram_user.access_key))

    assert codes == ["NoPermission", "NoPermission", "works"]


def test_each_of_several_changes_has_its_own_time(
    ramsts: FakeCloud, clock: Clock, ram_user: User
) -> None:
    """Attached at 0, denied at 4, and no more denied at 8: each seen ten seconds later."""
    seen = {}
    with ramsts.propagation_delay(10):
        ram_user.attach("AliyunRAMReadOnlyAccess")
        clock.advance(seconds=4)
        ram_user.attach(NOTHING)
        clock.advance(seconds=4)
        ram_user.detach(NOTHING)
        for second in (9, 10, 13, 14, 17, 18):
            clock.to(f"2026-03-01T08:00:{second:02d}Z")
            seen[second] = call(ram_user.access_key)

    assert seen == {
        9: "NoPermission",
        10: "works",
        13: "works",
        14: "NoPermission",
        17: "NoPermission",
        18: "works",
    }


@pytest.mark.usefixtures("clock")
def test_what_was_there_before_the_block_has_settled(ramsts: FakeCloud, ram_user: User) -> None:
    ram_user.attach("AliyunRAMReadOnlyAccess")
    with ramsts.propagation_delay(10):
        assert call(ram_user.access_key) == "works"


@pytest.mark.usefixtures("clock")
def test_what_is_new_is_there_at_once(ramsts: FakeCloud) -> None:
    with ramsts.propagation_delay(10):
        user = ramsts.account.create_user(policies=["AliyunRAMReadOnlyAccess"])
        role = ramsts.account.create_role(policies=["AliyunRAMReadOnlyAccess"])

        assert call(user.access_key) == "works"
        assert call(role.assume()) == "works"


def test_a_change_over_the_wire_is_late_as_well(
    ramsts: FakeCloud, clock: Clock, ram_user: User
) -> None:
    ram_user.attach("AliyunRAMReadOnlyAccess")
    key = ramsts.admin_key
    admin = Ram(
        Config(access_key_id=key.id, access_key_secret=key.secret, endpoint="ram.aliyuncs.com")
    )
    with ramsts.propagation_delay(10):
        admin.detach_policy_from_user(
            DetachPolicyFromUserRequest(
                policy_type="System",
                policy_name="AliyunRAMReadOnlyAccess",
                user_name=ram_user.name,
            )
        )
        at_once = call(ram_user.access_key)
        clock.advance(seconds=10)

        assert (at_once, call(ram_user.access_key)) == ("works", "NoPermission")


def test_can_is_as_late_as_the_cloud(ramsts: FakeCloud, clock: Clock, ram_user: User) -> None:
    with ramsts.propagation_delay(10):
        ram_user.attach("AliyunRAMReadOnlyAccess")
        assert not ram_user.can("ram:ListUsers")
        clock.advance(seconds=10)
        assert ram_user.can("ram:ListUsers")


@pytest.mark.usefixtures("clock")
def test_after_the_block_everything_counts_at_once(ramsts: FakeCloud, ram_user: User) -> None:
    with ramsts.propagation_delay(10):
        ram_user.attach("AliyunRAMReadOnlyAccess")

    assert call(ram_user.access_key) == "works"


@pytest.mark.usefixtures("clock")
def test_levers_for_one_session_are_not_late(ramsts: FakeCloud, sts_credentials: Session) -> None:
    levers: list[Callable[[], None]] = [sts_credentials.revoke, sts_credentials.expire]
    with ramsts.propagation_delay(10):
        for lever in levers:
            lever()
            assert call(sts_credentials).startswith("InvalidSecurityToken")
