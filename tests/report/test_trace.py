"""`--ramsts-trace` tells the calls of tests that pass, too; a story has the width it is given."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests
from alibabacloud_sts20150401.models import AssumeRoleRequest

from pytest_ramsts import Clock, FakeCloud, Policy, Role, User, allow, product
from pytest_ramsts.report.trace import lines, rows, told
from tests.sdk import clients

from .application import write


@pytest.mark.parametrize("options", [[], ["-n1"]], ids=["alone", "xdist"])
def test_a_passing_test_is_told_under_its_headline(
    pytester: pytest.Pytester, options: list[str]
) -> None:
    write(
        pytester,
        '''
def test_it(ramsts):
    """Alice is found.

    And more."""
    alice = ramsts.account.create_user("alice", policies=["AliyunRAMReadOnlyAccess"])
    with ramsts.acting_as(alice):
        look_up("alice")
''',
    )

    result = pytester.runpytest("--ramsts-trace", *options)

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "*- test_a_passing_test_is_told_under_its_headline.py -*",
            "Alice is found.",
            "  *  user alice  ram:GetUser  ok*",
        ]
    )


@pytest.mark.parametrize("options", [[], ["-n1"]], ids=["alone", "xdist"])
def test_a_story_begins_a_line_of_its_own(pytester: pytest.Pytester, options: list[str]) -> None:
    write(
        pytester,
        """
def test_first():
    pass

def test_it(ramsts):
    alice = ramsts.account.create_user("alice", policies=["AliyunRAMReadOnlyAccess"])
    with ramsts.acting_as(alice):
        look_up("alice")
""",
    )

    result = pytester.runpytest("--ramsts-trace", "-q", "-p", "no:randomly", *options)

    result.assert_outcomes(passed=2)
    result.stdout.re_match_lines([r"-+ test_a_story_begins_a_line_of_its_own\.py -+"])


def assume(user: User, role: Role) -> None:
    request = AssumeRoleRequest(role_arn=role.arn, role_session_name="job")
    clients.sts(user.access_key).assume_role(request)


def test_a_story_fits_its_width(ramsts: FakeCloud, ram_user: User, ram_role: Role) -> None:
    assume(ram_user, ram_role)
    story = rows(ramsts.calls, full=True)

    for width in (60, 80, 100, 200):
        for line in lines(story, width):
            assert len(line) <= width or len(max(line.split(), key=len)) > 40
    assert [line for line in lines(story, 45) if line.strip().startswith("by user")]
    assert len([*lines(rows(ramsts.calls), 250)]) == 1


def test_a_story_over_several_days_says_the_day(
    ramsts: FakeCloud, ramsts_clock: Clock, ram_user: User, ram_role: Role
) -> None:
    assume(ram_user, ram_role)
    day = ramsts.calls.last.time
    ramsts_clock.advance(days=1)
    assume(ram_user, ram_role)

    first, *_, last = told(ramsts.calls).splitlines()

    assert first.startswith(f"{day:%Y-%m-%d %H:%M:%S}  ")
    assert f"{day + timedelta(days=1):%Y-%m-%d}" in told(ramsts.calls)
    assert last


def test_callers_of_several_accounts_are_told_apart(
    ramsts: FakeCloud, ram_user: User, ram_role: Role
) -> None:
    other = ramsts.create_account("workshop")
    guest = other.create_user("guest", policies=["AliyunSTSAssumeRoleAccess"])
    ram_role.update(trusted=[ram_user, other])
    assume(ram_user, ram_role)
    assume(guest, ram_role)

    assert "user guest of workshop" in told(ramsts.calls)
    assert f"user {ram_user.name} of default" in told(ramsts.calls)


def test_a_key_that_nobody_has_is_told_by_its_start(ramsts: FakeCloud, ram_user: User) -> None:
    key = ram_user.access_key
    key.delete()
    with pytest.raises(Exception, match=r"InvalidAccessKeyId\.NotFound"):
        clients.sts(key).get_caller_identity()

    story = told(ramsts.calls)

    assert f"key {key.id[:10]}…" in story
    assert key.id not in story.splitlines()[0]
    assert "refused: InvalidAccessKeyId.NotFound" in story


def test_who_shows_a_token_that_nobody_has_is_told_as_its_bearer(ramsts: FakeCloud) -> None:
    ramsts.add_service(product("cs", routes={"DescribeClusters": "GET /clusters"}))
    headers = {"x-acs-bearer-token": "a-token", "x-acs-version": "2015-12-15"}

    requests.get("https://cs.aliyuncs.com/clusters", headers=headers)
    requests.get("https://cs.aliyuncs.com/clusters", headers={"x-acs-version": "2015-12-15"})

    of_token, of_nobody = told(ramsts.calls).split("\n", 1)
    assert "bearer of a token" in of_token
    assert "somebody unsigned" in of_nobody
    assert "a-token" not in told(ramsts.calls)


def test_what_is_allowed_is_explained_in_full_only(ramsts: FakeCloud) -> None:
    alice = ramsts.account.create_user("alice", policies=[Policy(allow("ram:GetUser"))])
    from alibabacloud_ram20150501.models import GetUserRequest  # noqa: PLC0415 - slow to load

    clients.ram(alice.access_key).get_user(GetUserRequest(user_name="alice"))

    assert "statement 1 of policy `alice`" not in told(ramsts.calls)
    assert "statement 1 of policy `alice`" in told(ramsts.calls, full=True)
