"""What single releases of the SDKs do, each run where that release is installed.

The two bugs are real ones, and known; they show as what the cloud says to a dead token. For the
older releases, in an environment that has them:

    pip install aliyun-python-sdk-core==2.13.28 alibabacloud_credentials==0.3.6
    pytest tests/environment/test_releases.py -W ignore::ImportWarning -W ignore::DeprecationWarning
"""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import pytest
from alibabacloud_credentials.client import Client
from alibabacloud_credentials.models import Config
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.credentials import EcsRamRoleCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdksts.request.v20150401.GetCallerIdentityRequest import GetCallerIdentityRequest

from pytest_ramsts import Clock, FakeCloud, Role, User

FETCH = "metadata:GetRoleCredentials"


def only(package: str, release: str) -> pytest.MarkDecorator:
    try:
        installed = version(package)
    except PackageNotFoundError:
        installed = "none"
    return pytest.mark.skipif(
        installed != release, reason=f"about {package} {release}; {installed} is installed"
    )


@pytest.fixture
def role(ramsts: FakeCloud) -> Role:
    return ramsts.account.create_role("app", trusted=[ramsts.account, "ecs.aliyuncs.com"])


@pytest.fixture
def user(ramsts: FakeCloud) -> User:
    return ramsts.account.create_user(policies=["AliyunSTSAssumeRoleAccess"])


def who_am_i(role: Role) -> Callable[[], str]:
    """A client of aliyunsdkcore on an ECS instance; the code it is refused with, or "ok"."""
    client = AcsClient("cn-hangzhou", credential=EcsRamRoleCredential(role.name))

    def ask() -> str:
        try:
            answer = json.loads(client.do_action_with_exception(GetCallerIdentityRequest()))
        except ServerException as error:
            return str(error.error_code)
        assert answer["RoleId"] == role.id
        return "ok"

    return ask


@only("aliyun-python-sdk-core", "2.13.28")
def test_core_2_13_28_takes_a_date_for_a_duration_and_never_refreshes(
    ramsts: FakeCloud, ramsts_clock: Clock, role: Role
) -> None:
    """Its ECS signer waits for 0.8 times the `Expiration`, in seconds since 1970: 356,852 hours.

    Issue 411 of aliyun-openapi-python-sdk.
    """
    ramsts_clock.freeze("2026-03-01T08:00:00Z")
    with ramsts.acting_as(role, via="ecs"):
        ask = who_am_i(role)
        before = ask()
        ramsts_clock.advance(hours=6)
        at_expiration = ask()
        ramsts_clock.advance(days=30 * 365)
        decades_later = ask()

    assert before == "ok"
    assert at_expiration == decades_later == "InvalidSecurityToken.Expired"
    assert len(ramsts.calls.of(FETCH)) == 1


@only("aliyun-python-sdk-core", "2.16.1")
def test_core_2_16_1_keeps_a_token_for_54_minutes_whatever_its_expiration(
    ramsts: FakeCloud, ramsts_clock: Clock, role: Role
) -> None:
    """An instance gives out new credentials when half an hour is left of the old ones: whoever asks
    just before gets 31 minutes, and this release uses them for 54.
    """
    ramsts_clock.freeze("2026-03-01T08:00:00Z")
    with ramsts.acting_as(role, via="ecs"):
        who_am_i(role)()  # somebody on the instance has asked before
        ramsts_clock.advance(hours=5, minutes=29)
        ask = who_am_i(role)
        codes = {}
        for minute, passed in ((0, 0), (30, 30), (31, 1), (54, 23)):
            ramsts_clock.advance(minutes=passed)
            codes[minute] = ask()
        ramsts_clock.advance(seconds=1)
        codes[55] = ask()

    assert codes == {
        0: "ok",
        30: "ok",
        31: "InvalidSecurityToken.Expired",
        54: "InvalidSecurityToken.Expired",
        55: "ok",
    }


@only("alibabacloud-credentials", "0.3.6")
class TestCredentials036:
    """The older generation refreshes three minutes before the end, whatever the source."""

    def renewals(self, ramsts: FakeCloud, due: int, **config: Any) -> list[bool]:
        client = Client(Config(**config))
        first = client.get_access_key_id()
        renewed = []
        for seconds in (due - 1, 1):
            ramsts.clock.advance(seconds=seconds)
            renewed.append(client.get_access_key_id() != first)
        return renewed

    def test_ram_role_arn(
        self, ramsts: FakeCloud, ramsts_clock: Clock, user: User, role: Role
    ) -> None:
        ramsts_clock.freeze("2026-07-01T08:00:00Z")

        assert self.renewals(
            ramsts,
            3600 - 180,
            type="ram_role_arn",
            access_key_id=user.access_key.id,
            access_key_secret=user.access_key.secret,
            role_arn=role.arn,
            role_session_name="old",
        ) == [False, True]

    def test_ecs_ram_role(self, ramsts: FakeCloud, ramsts_clock: Clock, role: Role) -> None:
        ramsts_clock.freeze("2026-07-01T08:00:00Z")
        with ramsts.acting_as(role, via="ecs"):
            assert self.renewals(
                ramsts, 6 * 3600 - 180, type="ecs_ram_role", role_name=role.name
            ) == [False, True]

    def test_the_default_chain_finds_the_environment(self, ramsts: FakeCloud, user: User) -> None:
        with ramsts.acting_as(user):
            assert Client().get_access_key_id() == user.access_key.id
        with ramsts.acting_as(ramsts.account):
            assert Client().get_access_key_id() == ramsts.account.access_key.id

    def test_the_default_chain_finds_the_credentials_file(
        self, ramsts: FakeCloud, user: User
    ) -> None:
        with ramsts.acting_as(user, via="credentials_file"):
            assert Client().get_access_key_id() == user.access_key.id
