"""RSA key pairs: every SDK that has one gets session keys with it, and they do what a key does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
import requests
from alibabacloud_credentials.client import Client as Provider
from alibabacloud_credentials.exceptions import CredentialException
from alibabacloud_credentials.models import Config as ProviderConfig
from alibabacloud_credentials.provider import RsaKeyPairCredentialsProvider
from alibabacloud_credentials.providers import RsaKeyPairCredentialProvider
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_tea_openapi.exceptions import ClientException as TeaException
from alibabacloud_tea_openapi.models import Config
from aliyunsdkcore.acs_exception.exceptions import ClientException, ServerException
from aliyunsdkcore.auth.algorithm import sha_hmac256
from aliyunsdkcore.auth.composer.rpc_signature_composer import get_signed_url
from aliyunsdkcore.auth.credentials import RsaKeyPairCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest
from aliyunsdksts.request.v20150401.GetCallerIdentityRequest import GetCallerIdentityRequest

from pytest_ramsts import (
    ApiError,
    Clock,
    FakeCloud,
    Policy,
    RamstsError,
    Settings,
    User,
    allow,
    product,
)
from pytest_ramsts.identity import KeyPair, SessionKey
from tests.revocation.catalogue import FAMILIES

GENERATE: Final = "sts:GenerateSessionAccessKey"


@pytest.fixture
def pair(ram_user: User) -> KeyPair:
    ram_user.attach(Policy(allow(GENERATE)))
    return ram_user.create_key_pair()


def on_file(pair: KeyPair, folder: Path) -> str:
    file = folder / "private_key"
    file.write_text(pair.secret)
    return str(file)


def by_config(pair: KeyPair, folder: Path) -> Any:
    config = ProviderConfig(
        type="rsa_key_pair", public_key_id=pair.id, private_key_file=on_file(pair, folder)
    )
    return Provider(config)


def by_provider(pair: KeyPair, folder: Path) -> Any:
    provider = RsaKeyPairCredentialsProvider(
        public_key_id=pair.id, private_key_file=on_file(pair, folder)
    )
    return Provider(provider=provider)


def who_is(provider: Any) -> str:
    client = Sts(Config(credential=provider, region_id="ap-northeast-1"))
    return str(client.get_caller_identity().body.arn)


async def who_is_async(provider: Any) -> str:
    client = Sts(Config(credential=provider, region_id="ap-northeast-1"))
    return str((await client.get_caller_identity_async()).body.arn)


@pytest.mark.parametrize("made", [by_config, by_provider])
@pytest.mark.parametrize("way", ["sync", "async"])
def test_credentials_ask_with_the_text_of_the_private_key(
    ramsts: FakeCloud, ram_user: User, pair: KeyPair, tmp_path: Path, made: Any, way: str
) -> None:
    provider = made(pair, tmp_path)

    found = who_is(provider) if way == "sync" else asyncio.run(who_is_async(provider))

    assert found == ram_user.arn
    first, last = ramsts.calls
    assert (first.action, first.caller, first.key_id) == (GENERATE, ram_user, pair.id)
    assert first.request.fields["SignatureMethod"] == "HMAC-SHA1"
    assert isinstance(ramsts.world.credentials(last.key_id), SessionKey)


@pytest.mark.parametrize("way", ["sync", "async"])
def test_the_default_chain_finds_it_in_the_credentials_file(
    ramsts: FakeCloud, ram_user: User, pair: KeyPair, way: str
) -> None:
    with ramsts.acting_as(pair, via="credentials_file") as handed:
        chain: Any = Provider()
        found = who_is(chain) if way == "sync" else asyncio.run(who_is_async(chain))

        assert handed is pair
        assert found == ram_user.arn
        assert chain.get_credential().provider_name == "default/profile/rsa_key_pair"


def old_client(pair: KeyPair, secret: str = "", **more: Any) -> Any:
    credential = RsaKeyPairCredential(pair.id, secret or pair.secret, **more)
    return AcsClient("ap-northeast-1", credential=credential)


def old_constructor(pair: KeyPair) -> Any:
    return AcsClient("ap-northeast-1", public_key_id=pair.id, private_key=pair.secret)


@pytest.mark.parametrize("made", [old_client, old_constructor])
def test_the_old_sdk_signs_with_rsa(
    ramsts: FakeCloud, ram_user: User, pair: KeyPair, made: Callable[[KeyPair], Any]
) -> None:
    answer = json.loads(made(pair).do_action_with_exception(GetCallerIdentityRequest()))

    assert answer["Arn"] == ram_user.arn
    call = ramsts.calls.of(GENERATE).last
    assert (call.caller, call.key_id) == (ram_user, pair.id)
    assert call.request.fields["SignatureMethod"] == "SHA256withRSA"


def test_another_private_key_is_refused(ram_user: User, pair: KeyPair, tmp_path: Path) -> None:
    other = ram_user.create_key_pair()
    with pytest.raises(ServerException) as old:
        old_client(pair, other.secret).do_action_with_exception(GetCallerIdentityRequest())
    provider = RsaKeyPairCredentialsProvider(
        public_key_id=pair.id, private_key_file=on_file(other, tmp_path)
    )
    with pytest.raises(CredentialException, match="SignatureDoesNotMatch"):
        provider.get_credentials()

    # What the old SDK makes of a SignatureDoesNotMatch where both sides signed the same text.
    assert old.value.error_code == "InvalidAccessKeySecret"


def test_an_unknown_public_key_is_not_found(pair: KeyPair, tmp_path: Path) -> None:
    old = old_client(pair)
    pair.delete()

    with pytest.raises(ClientException) as refused:
        old.do_action_with_exception(GetCallerIdentityRequest())
    assert refused.value.error_code == "SDK.InvalidCredential"
    with pytest.raises(CredentialException, match=r"InvalidAccessKeyId\.NotFound"):
        by_config(pair, tmp_path).get_credential()


def test_a_disabled_pair_gives_no_more_session_keys(pair: KeyPair, tmp_path: Path) -> None:
    provider = by_config(pair, tmp_path)
    pair.disable()
    with pytest.raises(CredentialException, match=r"InvalidAccessKeyId\.Inactive"):
        provider.get_credential()
    pair.enable()

    assert provider.get_credential().access_key_id.startswith("TMPSK.")


def test_a_deleted_user_has_no_keys_left(ramsts: FakeCloud, pair: KeyPair, tmp_path: Path) -> None:
    user = ramsts.account.create_user(policies=[Policy(allow(GENERATE))])
    pair = user.create_key_pair()
    found = by_config(pair, tmp_path).get_credential()
    user.detach_all()
    user.delete()

    for key_id in (pair.id, found.access_key_id):
        with pytest.raises(ApiError) as refused:
            ramsts.credentials(key_id)
        assert refused.value.code == "InvalidAccessKeyId.NotFound"


def test_a_session_key_ends(ramsts_clock: Clock, pair: KeyPair, tmp_path: Path) -> None:
    ramsts_clock.freeze()
    found = by_config(pair, tmp_path).get_credential()
    kept = Provider(
        ProviderConfig(
            type="access_key",
            access_key_id=found.access_key_id,
            access_key_secret=found.access_key_secret,
        )
    )
    ramsts_clock.advance(seconds=3599)
    assert who_is(kept) == pair.owner.principal.arn

    ramsts_clock.advance(seconds=1)
    with pytest.raises(TeaException) as refused:
        who_is(kept)

    assert refused.value.code == "InvalidAccessKeyId.Inactive"


def test_a_session_key_may_do_what_its_user_may(
    ramsts: FakeCloud, pair: KeyPair, tmp_path: Path
) -> None:
    pair.owner.account.users[pair.owner.principal.name].attach("AliyunSTSAssumeRoleAccess")
    role = ramsts.account.create_role(trusted=ramsts.account)
    found = by_config(pair, tmp_path).get_credential()
    chained = Provider(
        ProviderConfig(
            type="ram_role_arn",
            access_key_id=found.access_key_id,
            access_key_secret=found.access_key_secret,
            role_arn=role.arn,
            role_session_name="on",
        )
    )

    assert who_is(chained).endswith(f":assumed-role/{role.name}/on")


@pytest.mark.parametrize("seconds", [7200, 3601])
def test_a_session_key_is_good_for_an_hour_at_most(
    pair: KeyPair, tmp_path: Path, seconds: int
) -> None:
    provider = RsaKeyPairCredentialsProvider(
        public_key_id=pair.id,
        private_key_file=on_file(pair, tmp_path),
        duration_seconds=seconds,
    )

    with pytest.raises(CredentialException, match=r"InvalidParameter\.DurationSeconds"):
        provider.get_credentials()


def test_whether_it_needs_a_permission_is_a_setting(ramsts: FakeCloud, tmp_path: Path) -> None:
    pair = ramsts.account.create_user().create_key_pair()
    provider = by_config(pair, tmp_path)
    with (
        ramsts.denies(GENERATE, by=pair.owner),
        pytest.raises(CredentialException, match="NoPermission"),
    ):
        provider.get_credential()

    ramsts.world.settings = Settings(session_keys_need_permission=False)

    assert provider.get_credential().access_key_id.startswith("TMPSK.")


def test_an_ordinary_access_key_is_given_no_session_key(ram_user: User) -> None:
    ram_user.attach(Policy(allow(GENERATE)))
    request = CommonRequest("sts.aliyuncs.com", "2015-04-01", "GenerateSessionAccessKey")
    client = AcsClient(ram_user.access_key.id, ram_user.access_key.secret, "ap-northeast-1")
    with pytest.raises(ServerException) as refused:
        client.do_action_with_exception(request)

    assert refused.value.error_code == "NoPermission"


@pytest.mark.parametrize(
    ("family", "code"),
    [
        ("RAM (RPC)", "UnsupportedSignatureType"),
        ("RAM by the older SDK", "UnsupportedSignatureType"),
        ("ACK (ROA)", "UnsupportedSignatureType"),
        ("IoT Platform", "UnsupportedSignatureType"),
        ("Table Store", "OTSAuthFailed"),
        ("OSS", "InvalidAccessKeyId"),
        ("SLS", "Unauthorized"),
        ("MNS", "InvalidAccessKeyId"),
    ],
)
def test_a_pair_is_no_access_key(ramsts: FakeCloud, family: str, code: str) -> None:
    """Whoever mistakes one for the other signs with the text of the private key."""
    ramsts.add_service(product("cs", routes={"DescribeClustersV1": "GET /api/v1/clusters"}))
    pair = ramsts.account.create_user(policies=["AdministratorAccess"]).create_key_pair()
    with pytest.raises(Exception) as refused:  # noqa: PT011 - each SDK has one of its own
        FAMILIES[family](pair)

    call = ramsts.calls.last
    assert call.told_by(refused.value)
    assert (call.code, call.key_id, call.caller) == (code, pair.id, None)
    assert "is an RSA key pair: it signs sts:GenerateSessionAccessKey only" in call.message


@pytest.mark.parametrize(
    ("action", "status", "code"),
    [
        ("GenerateSessionAccessKey", 200, ""),
        ("GetCallerIdentity", 403, "UnsupportedSignatureType"),
    ],
)
def test_a_private_key_signs_nothing_else(
    ramsts: FakeCloud, pair: KeyPair, action: str, status: int, code: str
) -> None:
    """Signed by the older SDK itself, which has no other use for such a signature."""
    said = {"Action": action, "Version": "2015-04-01", "RegionId": "cn-hangzhou"}
    path, _ = get_signed_url(said, pair.id, pair.secret, "JSON", "GET", {}, sha_hmac256)
    response = requests.get(f"https://sts.aliyuncs.com{path}", timeout=5)

    assert (response.status_code, response.json().get("Code", "")) == (status, code)
    assert ramsts.calls.last.request.fields["SignatureType"] == "PRIVATEKEY"


def test_the_older_api_of_credentials_signs_with_the_wrong_text(
    pair: KeyPair,
) -> None:
    """A defect of `alibabacloud_credentials`, in 1.0 as in 0.3: it takes the public key's id for
    the secret, so no STS that looks at signatures can ever have accepted it.
    """
    provider = RsaKeyPairCredentialProvider(pair.id, pair.secret)

    with pytest.raises(CredentialException, match="SignatureDoesNotMatch"):
        provider.get_credentials()
    with pytest.raises(CredentialException, match="SignatureDoesNotMatch"):
        asyncio.run(provider.get_credentials_async())


def test_keys_follow_from_the_seed() -> None:
    def made(seed: int) -> list[str]:
        user = FakeCloud(seed=seed).account.create_user()
        return [user.create_key_pair().secret for _ in range(2)]

    assert made(1) == made(1)
    assert len({*made(1), *made(2)}) == 4


@pytest.mark.parametrize("via", ["environment", "cli", "aliyun_environment"])
def test_a_pair_is_found_in_the_credentials_file_only(
    ramsts: FakeCloud, pair: KeyPair, via: str
) -> None:
    with pytest.raises(RamstsError, match="found via"), ramsts.acting_as(pair, via=via):
        pass


def test_nothing_else_is_found_as_a_pair(ramsts: FakeCloud, ram_user: User) -> None:
    with (
        pytest.raises(RamstsError, match="nothing else is found as one"),
        ramsts.acting_as(ram_user, via="credentials_file:rsa_key_pair"),
    ):
        pass
