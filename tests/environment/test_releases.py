"""What single releases of the SDKs do, each run where that release is installed.

The two bugs are real ones, and known; they show as what the cloud says to a dead token. For the
older releases, in an environment that has them:

    pip install aliyun-python-sdk-core==2.13.28 alibabacloud_credentials==0.3.6
    pytest tests/environment/test_releases.py -W ignore::ImportWarning -W ignore::DeprecationWarning
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import pytest
from alibabacloud_credentials.client import Client
from alibabacloud_credentials.exceptions import CredentialException
from alibabacloud_credentials.models import Config
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.credentials import EcsRamRoleCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdksts.request.v20150401.GetCallerIdentityRequest import GetCallerIdentityRequest

from pytest_ramsts import Clock, FakeCloud, Role, User
from pytest_ramsts.issuers import OidcIssuer

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

    @pytest.fixture(autouse=True)
    def frozen(self, ramsts_clock: Clock) -> None:
        ramsts_clock.freeze("2026-07-01T08:00:00Z")

    @pytest.fixture(params=["sync", "async"])
    def asked(self, request: pytest.FixtureRequest) -> Callable[[Any], str]:
        if request.param == "sync":
            return lambda client: str(client.get_credential().access_key_id)
        return lambda client: str(asyncio.run(client.get_credential_async()).access_key_id)

    def renewals(
        self, ramsts: FakeCloud, asked: Callable[[Any], str], due: int, **config: Any
    ) -> list[bool]:
        client = Client(Config(**config) if config else None)
        first = asked(client)
        renewed = []
        for seconds in (due - 1, 1):
            ramsts.clock.advance(seconds=seconds)
            renewed.append(asked(client) != first)
        return renewed

    def test_ram_role_arn(
        self, ramsts: FakeCloud, user: User, role: Role, asked: Callable[[Any], str]
    ) -> None:
        assert self.renewals(
            ramsts,
            asked,
            3600 - 180,
            type="ram_role_arn",
            access_key_id=user.access_key.id,
            access_key_secret=user.access_key.secret,
            role_arn=role.arn,
            role_session_name="old",
        ) == [False, True]

    def test_ecs_ram_role(self, ramsts: FakeCloud, role: Role, asked: Callable[[Any], str]) -> None:
        with ramsts.acting_as(role, via="ecs"):
            assert self.renewals(
                ramsts, asked, 6 * 3600 - 180, type="ecs_ram_role", role_name=role.name
            ) == [False, True]

    def test_oidc_role_arn(self, ramsts: FakeCloud, asked: Callable[[Any], str]) -> None:
        issuer = OidcIssuer(ramsts.account)
        pod = ramsts.account.create_role("pod", trusted=issuer.trust())
        with ramsts.acting_as(pod, via="oidc", by=issuer):
            assert self.renewals(
                ramsts,
                asked,
                3600 - 180,
                type="oidc_role_arn",
                role_arn=pod.arn,
                role_session_name="old",
                oidc_provider_arn=issuer.arn,
                oidc_token_file_path=os.environ["ALIBABA_CLOUD_OIDC_TOKEN_FILE"],
            ) == [False, True]

    def test_credentials_uri(
        self, ramsts: FakeCloud, role: Role, asked: Callable[[Any], str]
    ) -> None:
        with ramsts.acting_as(role, via="credentials_uri"):
            uri = os.environ["ALIBABA_CLOUD_CREDENTIALS_URI"]
            assert self.renewals(
                ramsts, asked, 3600 - 180, type="credentials_uri", credentials_uri=uri
            ) == [False, True]

    @pytest.mark.parametrize("via", ["oidc", "credentials_file", "credentials_uri"])
    def test_the_default_chain_renews_what_it_found(
        self, ramsts: FakeCloud, role: Role, via: str, asked: Callable[[Any], str]
    ) -> None:
        issuer = OidcIssuer(ramsts.account)
        pod = ramsts.account.create_role("pod", trusted=issuer.trust())
        who, by = (pod, issuer) if via == "oidc" else (role, None)
        with ramsts.acting_as(who, via=via, by=by):
            assert self.renewals(ramsts, asked, 3600 - 180) == [False, True]

    def test_rsa_key_pair_is_refused(self, user: User, asked: Callable[[Any], str]) -> None:
        """It signs with the id of the public key, and takes that from `access_key_id` only."""
        pair = user.create_key_pair()
        client = Client(
            Config(type="rsa_key_pair", access_key_id=pair.id, access_key_secret=pair.secret)
        )

        with pytest.raises(CredentialException, match="SignatureDoesNotMatch"):
            asked(client)

    def test_bearer(self) -> None:
        client = Client(Config(type="bearer", bearer_token="a-token"))

        assert client.get_credential().bearer_token == "a-token"

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
