"""The metadata service of an ECS instance, and the credentials URI."""

from __future__ import annotations

import json
from typing import Any
from urllib.error import HTTPError

import pytest
import requests
from alibabacloud_credentials.client import Client as DefaultChain
from alibabacloud_credentials.exceptions import CredentialException
from alibabacloud_credentials.provider import EcsRamRoleCredentialsProvider
from aliyunsdkcore.auth.credentials import EcsRamRoleCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdksts.request.v20150401.GetCallerIdentityRequest import GetCallerIdentityRequest

from pytest_ramsts import Clock, FakeCloud, Role, Session
from pytest_ramsts.wire import Response

BASE = "http://100.100.100.200/latest"
ROLES = f"{BASE}/meta-data/ram/security-credentials/"
TTL = "X-aliyun-ecs-metadata-token-ttl-seconds"
TOKEN = "X-aliyun-ecs-metadata-token"


@pytest.fixture
def role(ramsts: FakeCloud) -> Role:
    return ramsts.account.create_role("app", trusted="ecs.aliyuncs.com")


def test_an_instance_tells_its_role_and_gives_out_its_credentials(
    ramsts: FakeCloud, ramsts_clock: Clock, role: Role
) -> None:
    ramsts_clock.freeze("2026-03-01T08:00:00Z")
    with ramsts.acting_as(role, via="ecs"):
        name = requests.get(ROLES)
        answer = requests.get(ROLES + name.text)

    assert name.text == "app"
    body = answer.json()
    session = ramsts.credentials(body["AccessKeyId"])
    assert isinstance(session, Session)
    assert body == {
        "AccessKeyId": session.id,
        "AccessKeySecret": session.secret,
        "SecurityToken": session.security_token,
        "LastUpdated": "2026-03-01T08:00:00Z",
        "Expiration": "2026-03-01T14:00:00Z",
        "Code": "Success",
    }
    assert '"Code" : "Success"' in answer.text


def test_new_credentials_are_there_half_an_hour_before_the_old_ones_end(
    ramsts: FakeCloud, ramsts_clock: Clock, role: Role
) -> None:
    ramsts_clock.freeze("2026-03-01T08:00:00Z")
    ids = {}
    with ramsts.acting_as(role, via="ecs"):
        for moment in ("08:00:00", "13:29:59", "13:30:00"):
            ramsts_clock.travel(f"2026-03-01T{moment}Z")
            ids[moment] = requests.get(ROLES + "app").json()["AccessKeyId"]

    assert ids["08:00:00"] == ids["13:29:59"] != ids["13:30:00"]


def test_the_session_is_named_like_the_instance(ramsts: FakeCloud, role: Role) -> None:
    with ramsts.acting_as(role, via="ecs"):
        instance_id = requests.get(f"{BASE}/meta-data/instance-id").text
        session = ramsts.credentials(requests.get(ROLES + "app").json()["AccessKeyId"])

    assert instance_id.startswith("i-bp1")
    assert isinstance(session, Session)
    assert session.name == instance_id


@pytest.mark.parametrize("path", ["", "app"])
def test_where_a_token_is_required_nothing_goes_without(
    ramsts: FakeCloud, role: Role, path: str
) -> None:
    with ramsts.acting_as(role, via="ecs", http_tokens="required"):
        without = requests.get(ROLES + path)
        wrong = requests.get(ROLES + path, headers={TOKEN: "wrong"})
        token = requests.put(f"{BASE}/api/token", headers={TTL: "60"}).text
        right = requests.get(ROLES + path, headers={TOKEN: token})

    assert [a.status_code for a in (without, wrong, right)] == [403, 403, 200]


def test_a_token_ends(ramsts: FakeCloud, ramsts_clock: Clock, role: Role) -> None:
    ramsts_clock.freeze()
    with ramsts.acting_as(role, via="ecs", http_tokens="required"):
        token = requests.put(f"{BASE}/api/token", headers={TTL: "60"}).text
        ramsts_clock.advance(seconds=59)
        before = requests.get(ROLES, headers={TOKEN: token})
        ramsts_clock.advance(seconds=1)
        after = requests.get(ROLES, headers={TOKEN: token})

    assert [before.status_code, after.status_code] == [200, 403]


@pytest.mark.parametrize("seconds", ["0", "21601", "", "soon", "-1"])
def test_a_token_lives_from_one_second_to_six_hours(
    ramsts: FakeCloud, role: Role, seconds: str
) -> None:
    with ramsts.acting_as(role, via="ecs"):
        answer = requests.put(f"{BASE}/api/token", headers={TTL: seconds} if seconds else {})

    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["meta-data/ram/security-credentials/other", "meta-data/none", ""])
def test_what_is_not_there_is_not_found(ramsts: FakeCloud, role: Role, path: str) -> None:
    with ramsts.acting_as(role, via="ecs"):
        assert requests.get(f"{BASE}/{path}").status_code == 404


def test_without_an_instance_there_are_no_credentials(ramsts: FakeCloud) -> None:
    answer = requests.get(ROLES)

    assert answer.status_code == 404
    assert "acting_as(role, via='ecs')" in ramsts.calls.last.message


def test_a_deleted_role_gives_out_no_credentials(ramsts: FakeCloud, role: Role) -> None:
    with ramsts.acting_as(role, via="ecs"):
        role.delete()

        assert requests.get(ROLES + "app").status_code == 404


def test_the_journal_tells_what_the_instance_was_asked(ramsts: FakeCloud, role: Role) -> None:
    with ramsts.acting_as(role, via="ecs"):
        EcsRamRoleCredentialsProvider().get_credentials()

    assert [call.operation for call in ramsts.calls.of("metadata")] == [
        "CreateToken",
        "GetRoleName",
        "CreateToken",
        "GetRoleCredentials",
    ]
    assert {call.caller for call in ramsts.calls} == {None}


def test_the_library_falls_back_to_asking_without_a_token(ramsts: FakeCloud, role: Role) -> None:
    """A token is refused, and the library asks again without: unless it is told not to."""
    ramsts.reply("metadata:CreateToken", Response(200, (), b"forged"))
    with ramsts.acting_as(role, via="ecs"):
        EcsRamRoleCredentialsProvider(role_name="app").get_credentials()

        assert [call.code for call in ramsts.calls] == ["", "Forbidden", ""]
        with pytest.raises(CredentialException, match="HttpCode=403"):
            EcsRamRoleCredentialsProvider(role_name="app", disable_imds_v1=True).get_credentials()


def test_the_old_sdk_asks_without_a_token_and_so_fails_where_one_is_required(
    ramsts: FakeCloud, role: Role
) -> None:
    def who_am_i() -> Any:
        client = AcsClient("cn-hangzhou", credential=EcsRamRoleCredential("app"))
        return json.loads(client.do_action_with_exception(GetCallerIdentityRequest()))

    with ramsts.acting_as(role, via="ecs"):
        assert who_am_i()["RoleId"] == role.id
    with ramsts.acting_as(role, via="ecs", http_tokens="required"), pytest.raises(HTTPError) as e:
        who_am_i()

    assert e.value.code == 403
    e.value.close()


# The credentials URI


def test_a_uri_offers_a_role_anew_before_it_is_too_late(
    ramsts: FakeCloud, ramsts_clock: Clock
) -> None:
    role = ramsts.account.create_role()
    ramsts_clock.freeze()
    with ramsts.acting_as(role, via="credentials_uri"):
        chain = DefaultChain()
        ids = []
        for seconds in (0, 2699, 1):
            ramsts_clock.advance(seconds=seconds)
            ids.append(chain.get_credential().access_key_id)

    assert ids[0] == ids[1] != ids[2]


def test_a_uri_offers_a_session_as_it_is(ramsts: FakeCloud, sts_credentials: Session) -> None:
    with ramsts.acting_as(sts_credentials, via="credentials_uri") as handed:
        assert handed is sts_credentials
        assert DefaultChain().get_credential().access_key_id == sts_credentials.id


def test_a_uri_offers_nothing_else(ramsts: FakeCloud) -> None:
    ramsts.hosts.add(["credentials.ramsts.internal"])

    assert requests.get("http://credentials.ramsts.internal/other").status_code == 404
