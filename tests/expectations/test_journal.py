"""The journal is a list of calls that can be asked about, and says what it holds when it fails."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alibabacloud_ram20150501.models import CreateAccessKeyRequest, GetUserRequest
from alibabacloud_sts20150401.models import AssumeRoleRequest
from alibabacloud_tea_openapi.exceptions import ClientException
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdksts.request.v20150401.AssumeRoleRequest import (
    AssumeRoleRequest as LegacyAssumeRoleRequest,
)

from pytest_ramsts import Clock, FakeCloud, Journal, RamstsError, Role, User
from pytest_ramsts.wire.secrets import masked
from tests.sdk import clients


def assume(user: User, role: Role, seconds: int | None = None) -> None:
    request = AssumeRoleRequest(
        role_arn=role.arn, role_session_name="job", duration_seconds=seconds
    )
    clients.sts(user.access_key).assume_role(request)


def test_calls_are_found_by_action_service_caller_and_resource(
    ramsts: FakeCloud, ram_user: User, ram_role: Role
) -> None:
    assume(ram_user, ram_role)
    clients.ram(ramsts.admin_key).get_user(GetUserRequest(user_name=ram_user.name))

    assert len(ramsts.calls) == 2
    assert ramsts.calls.of("sts:assumerole") == ramsts.calls.of("sts") == ramsts.calls[:1]
    assert ramsts.calls.by(ram_user) == ramsts.calls.by(ram_user.access_key) == ramsts.calls[:1]
    assert ramsts.calls.by(ramsts.account) == ramsts.calls.of("ram:GetUser") == ramsts.calls[1:]
    assert ramsts.calls.on(ram_role) == ramsts.calls.on("acs:ram:*:role/*") == ramsts.calls[:1]
    assert ramsts.calls.having(lambda call: "UserName" in call.parameters) == ramsts.calls[1:]


def test_what_is_found_is_a_journal_again(
    ram_user: User, ram_role: Role, ramsts: FakeCloud
) -> None:
    assume(ram_user, ram_role, 900)
    assume(ram_user, ram_role)

    found = ramsts.calls.of("sts:AssumeRole").by(ram_user).allowed

    assert isinstance(found, Journal)
    assert found.last is ramsts.calls[1]
    assert [call.duration for call in found] == [timedelta(minutes=15), timedelta(hours=1)]


def test_calls_are_found_by_when_they_were_made(
    ramsts: FakeCloud, ramsts_clock: Clock, ram_user: User, ram_role: Role
) -> None:
    assume(ram_user, ram_role)
    noon = ramsts.calls.last.time + timedelta(minutes=30)
    ramsts_clock.advance(hours=1)
    assume(ram_user, ram_role)

    assert ramsts.calls.between(noon, noon + timedelta(hours=1)) == ramsts.calls[1:]
    with pytest.raises(RamstsError, match="wants times with a time zone"):
        ramsts.calls.between(datetime(2026, 1, 1), datetime(2026, 1, 2))  # noqa: DTZ001 - that is it


def test_a_call_knows_the_line_of_the_code_under_test(
    ramsts: FakeCloud, ram_user: User, ram_role: Role
) -> None:
    assume(ram_user, ram_role)

    site = ramsts.calls.last.site
    assert site is not None
    assert Path(site.file) == Path(__file__)
    assert Path(__file__).read_text().splitlines()[site.line - 1].strip().startswith("clients.sts(")


def test_a_journal_equals_a_list_of_its_calls(
    ramsts: FakeCloud, ram_user: User, ram_role: Role
) -> None:
    assert ramsts.calls == []

    assume(ram_user, ram_role)

    assert ramsts.calls == [ramsts.calls.last]
    assert ramsts.calls != []


def test_no_last_call_is_said_so(ramsts: FakeCloud) -> None:
    with pytest.raises(IndexError, match="no call was made"):
        _ = ramsts.calls.last


def test_calls_are_made_by_somebody_that_is_known(ramsts: FakeCloud) -> None:
    with pytest.raises(RamstsError, match=r"not by 'alice'; a user is account\.users\['name'\]"):
        ramsts.calls.by("alice")


# assert_called


def test_assert_called_holds_for_what_was_called(
    ramsts: FakeCloud, ram_user: User, ram_role: Role
) -> None:
    assume(ram_user, ram_role, 900)

    ramsts.calls.assert_called("sts:AssumeRole")
    ramsts.calls.assert_called("sts:AssumeRole", times=1, by=ram_user, on=ram_role)
    ramsts.calls.assert_called("sts:AssumeRole", with_duration=timedelta(minutes=15))
    ramsts.calls.assert_called("sts:AssumeRole", with_duration=900)
    ramsts.calls.assert_called("sts:AssumeRole", with_parameters={"RoleSessionName": "job"})
    ramsts.calls.assert_called("iot:Pub", times=0)


def failure(journal: Journal, *arguments: object, **wanted: object) -> str:
    with pytest.raises(AssertionError) as caught:
        journal.assert_called(*arguments, **wanted)  # type: ignore[arg-type]
    return str(caught.value)


def test_a_failure_says_what_of_the_nearest_call_is_different(
    ramsts: FakeCloud, ram_user: User, ram_role: Role
) -> None:
    assume(ram_user, ram_role)

    text = failure(ramsts.calls, "sts:AssumeRole", with_duration=900, by=ram_user)

    assert text.splitlines()[:3] == [
        f"`sts:AssumeRole` by user {ram_user.name} for 0:15:00 was never called",
        "nearest: call 1, but it was for 1:00:00",
        "calls:",
    ]
    assert "sts:AssumeRole by" in text
    assert "test_journal.py:" in text


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"times": 2}, "was called once, not twice"),
        ({"times": 0}, "was called once, and should never have been"),
        ({"on": "acs:ram::1:role/x"}, "on acs:ram::1:role/x was never called"),
        ({"with_parameters": {"ExternalId": "x"}}, "but its ExternalId was not given"),
        ({"with_parameters": {"RoleSessionName": "x"}}, "but its RoleSessionName was `job`"),
    ],
)
def test_a_failure_says_how_often_and_what(
    ramsts: FakeCloud, ram_user: User, ram_role: Role, wanted: dict[str, object], said: str
) -> None:
    assume(ram_user, ram_role)

    assert said in failure(ramsts.calls, "sts:AssumeRole", **wanted)


def test_a_failure_without_any_call_says_so(ramsts: FakeCloud) -> None:
    assert failure(ramsts.calls, "sts:AssumeRole").splitlines() == [
        "`sts:AssumeRole` was never called",
        "no call was made at all",
    ]


def test_a_duration_that_is_none_is_refused(ramsts: FakeCloud) -> None:
    with pytest.raises(RamstsError, match="a duration is seconds or a timedelta, not '15 min'"):
        ramsts.calls.assert_called("sts:AssumeRole", with_duration="15 min")  # type: ignore[arg-type]


# Secrets


def test_no_secret_is_in_what_is_printed(ramsts: FakeCloud, ram_role: Role, ram_user: User) -> None:
    session = ram_role.assume(by=ram_user)
    with pytest.raises(ClientException):
        clients.ram(session).get_user(GetUserRequest(user_name="x"))
    with pytest.raises(ServerException):
        clients.ask(clients.legacy(session), LegacyAssumeRoleRequest(), RoleArn=ram_role.arn)
    assume(ram_user, ram_role)
    clients.ram(ramsts.admin_key).create_access_key(CreateAccessKeyRequest(user_name=ram_user.name))

    printed = "\n".join(
        f"{call!r} {call.explain(full=True)} {call.request!r} {call.response!r}"
        f" {call.request.headers!r}"
        for call in ramsts.calls
    )

    world = ramsts.world
    secrets = [key.secret for key in world.keys_by_id.values()]
    secrets += [session.secret for session in world.sessions_by_key_id.values()]
    assert len(secrets) == 5
    assert [s for s in (*secrets, *world.sessions_by_token) if s[:20] in printed] == []
    assert printed.count("***") > len(secrets)


@pytest.mark.parametrize(
    ("text", "masked_text"),
    [
        ("Action=Pub&Signature=a%2Fb%3D&Format=JSON", "Action=Pub&Signature=***&Format=JSON"),
        ("SignatureMethod=HMAC&SignatureNonce=n", "SignatureMethod=HMAC&SignatureNonce=n"),
        ('{"AccessKeySecret": "abc", "x": 1}', '{"AccessKeySecret": "***", "x": 1}'),
        ("{'SecurityToken': 'CAIS+/='}", "{'SecurityToken': '***'}"),
        ("<SecurityToken>CAIS</SecurityToken>", "<SecurityToken>***</SecurityToken>"),
        ("('x-acs-security-token', 'CAIS')", "('x-acs-security-token', '***')"),
        ("('x-acs-bearer-token', 'eyJ.a.b')", "('x-acs-bearer-token', '***')"),
        ("BearerToken=eyJ.a.b&Format=JSON", "BearerToken=***&Format=JSON"),
        ("{'SignatureType': 'BEARERTOKEN', 'x': 1}", "{'SignatureType': 'BEARERTOKEN', 'x': 1}"),
        ("('x-acs-signature-nonce', 'n')", "('x-acs-signature-nonce', 'n')"),
        ("Credential=LTAI5t,Signature=00ff", "Credential=LTAI5t,Signature=***"),
        ("('Authorization', 'acs LTAI5t:abc=')", "('Authorization', 'acs LTAI5t:***')"),
        ("%2F&SecurityToken%3DCA%252B%26Version%3D1", "%2F&SecurityToken%3D***%26Version%3D1"),
        ("Specified signature is not matched.", "Specified signature is not matched."),
    ],
)  # fmt: skip
def test_a_secret_is_masked_wherever_it_stands(text: str, masked_text: str) -> None:
    assert masked(text) == masked_text
