"""What a login by the command line tool left behind, turned into credentials."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import requests
from alibabacloud_credentials.client import Client as DefaultChain
from alibabacloud_credentials.exceptions import CredentialException

from pytest_ramsts import Clock, FakeCloud, Role, Session


@pytest.fixture
def role(ramsts: FakeCloud) -> Role:
    return ramsts.account.create_role("developer")


def test_a_login_of_cloud_sso_ends(ramsts: FakeCloud, ramsts_clock: Clock, role: Role) -> None:
    ramsts_clock.freeze("2026-03-01T08:00:00Z")
    with ramsts.acting_as(role, via="cli:CloudSSO"):
        chain = DefaultChain()
        first = chain.get_credential().access_key_id
        ramsts_clock.advance(seconds=2700)
        second = chain.get_credential().access_key_id
        ramsts_clock.advance(hours=8)
        with pytest.raises(CredentialException, match="http_code: 401"):
            chain.get_credential()

    assert first != second
    assert isinstance(ramsts.credentials(second), Session)


def test_cloud_sso_gives_access_to_the_account_of_the_login_only(
    ramsts: FakeCloud, role: Role
) -> None:
    with ramsts.acting_as(role, via="cli:CloudSSO"):
        path = Path(os.environ["HOME"], ".aliyun", "config.json")
        config = json.loads(path.read_text())
        config["profiles"][0]["cloud_sso_account_id"] = ramsts.create_account("other").id
        path.write_text(json.dumps(config))

        with pytest.raises(CredentialException, match="http_code: 403"):
            DefaultChain().get_credential()


def test_oauth_renews_its_access_token_and_the_tool_keeps_it(
    ramsts: FakeCloud, ramsts_clock: Clock, role: Role
) -> None:
    """The library asks for a new one when 20 minutes are left, and only when it needs one."""
    ramsts_clock.freeze("2026-03-01T08:00:00Z")
    with ramsts.acting_as(role, via="cli:OAuth"):
        path = Path(os.environ["HOME"], ".aliyun", "config.json")
        before = json.loads(path.read_text())["profiles"][0]
        chain = DefaultChain()
        chain.get_credential()
        ramsts_clock.advance(hours=1)
        chain.get_credential()
        after = json.loads(path.read_text())["profiles"][0]

    assert [call.operation for call in ramsts.calls] == ["Exchange", "RefreshToken", "Exchange"]
    assert before["oauth_refresh_token"] != after["oauth_refresh_token"]
    assert isinstance(ramsts.credentials(after["access_key_id"]), Session)


def test_a_refresh_token_is_good_once(ramsts: FakeCloud, role: Role) -> None:
    login = ramsts.state("oauth").grant(role)
    answers = [
        requests.post(
            "https://oauth.aliyun.com/v1/token",
            data={"grant_type": "refresh_token", "refresh_token": login.refresh_token},
        )
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [200, 401]


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("https://oauth.aliyun.com/v1/exchange", 401),
        ("https://oauth.aliyun.com/v2/exchange", 404),
        ("https://signin-cn-shanghai.alibabacloudsso.com/other", 404),
    ],
)
def test_nothing_is_had_without_a_token(ramsts: FakeCloud, url: str, status: int) -> None:
    answer = requests.post(url, headers={"Authorization": "Bearer forged"})

    assert answer.status_code == status
    assert ramsts.calls.last.status == status
