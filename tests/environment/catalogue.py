"""At which clock time each provider of credentials asks for new ones, found by doing it.

`python -m tests.environment.catalogue` writes the page of the documentation anew.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import pkgutil
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal
from unittest.mock import patch

import alibabacloud_oss_v2 as oss_v2
import alibabacloud_oss_v2.aio as oss_v2_aio
import aliyun.log.credentials
import oss2
import tablestore.credentials
from alibabacloud_credentials import credentials as older_credentials
from alibabacloud_credentials import providers as older_providers
from alibabacloud_credentials.client import Client as DefaultChain
from alibabacloud_credentials.models import Config
from alibabacloud_credentials.provider import (
    ExternalCredentialsProvider,
    RamRoleArnCredentialsProvider,
    StaticAKCredentialsProvider,
)
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_tea_openapi.models import Config as TeaConfig
from aliyun.log import LogClient
from aliyunsdkcore.auth import credentials as core
from aliyunsdkcore.client import AcsClient
from aliyunsdksts.request.v20150401.GetCallerIdentityRequest import GetCallerIdentityRequest
from mns.account import Account as MnsAccount
from mns.auth import StaticCredentialsProvider as MnsStaticCredentialsProvider
from tablestore import AsyncOTSClient, OTSClient

from pytest_ramsts import FakeCloud, Role, User
from pytest_ramsts.clock import EngineName, timestamp
from pytest_ramsts.environment import SOURCES
from pytest_ramsts.identity import KeyPair
from pytest_ramsts.issuers import OidcIssuer

PAGE: Final = Path(__file__).parents[2] / "docs" / "explanation" / "refresh.md"

Ask = Callable[[], Any]
"""Makes a provider give out credentials once, or an SDK make a call with them."""

Run = Callable[[Coroutine[Any, Any, Any]], Any]
"""Runs to its end what is asynchronous, always in the one loop."""

Way = Literal["sync", "async"]


# What there is to be found


@dataclass(frozen=True)
class World:
    ramsts: FakeCloud
    user: User
    pair: KeyPair
    role: Role
    """It may be had by a key and on an instance, and may do everything."""
    issuer: OidcIssuer
    pod: Role
    """It may be had by a token of the issuer."""
    runs: Path
    """Where the process of an external provider leaves a line for each of its runs."""

    def fetched(self, action: str) -> int:
        """How often credentials were asked for so far."""
        if action == PROCESS:
            return len(self.runs.read_text().splitlines()) if self.runs.exists() else 0
        return len(self.ramsts.calls.of(action))


@contextmanager
def furnished(engine: EngineName) -> Iterator[World]:
    with TemporaryDirectory() as folder, FakeCloud(clock_engine=engine) as ramsts:
        account = ramsts.account
        issuer = OidcIssuer(account)
        user = account.create_user(policies=["AdministratorAccess"])
        ramsts.clock.freeze("2026-07-01T08:00:00Z")
        yield World(
            ramsts,
            user,
            user.create_key_pair(),
            account.create_role(
                "app",
                trusted=[account, "ecs.aliyuncs.com"],
                max_session_duration=7200,
                policies=["AdministratorAccess"],
            ),
            issuer,
            account.create_role("pod", trusted=issuer.trust()),
            Path(folder) / "runs",
        )


ASSUME: Final = "sts:AssumeRole"
BY_TOKEN: Final = "sts:AssumeRoleWithOIDC"
GENERATE: Final = "sts:GenerateSessionAccessKey"
FETCH: Final = "metadata:GetRoleCredentials"
URI: Final = "credentials-uri:GetCredentials"
SSO: Final = "cloud-sso:CreateCloudCredential"
EXCHANGE: Final = "oauth:Exchange"
PROCESS: Final = "a process"
SOURCES_OF_CREDENTIALS: Final = (
    ASSUME, BY_TOKEN, GENERATE, FETCH, URI, SSO, EXCHANGE, PROCESS
)  # fmt: skip


# How each is asked


def acting(world: World, via: str, **terms: Any) -> AbstractContextManager[Any]:
    """Somebody lies ready there."""
    who: Any = world.role
    match SOURCES[via].needs:
        case "oidc":
            who, terms["by"] = world.pod, world.issuer
        case "pair":
            who = world.pair
        case "assumed" | "chained":
            terms["by"] = world.user
        case "key":
            who = world.user
        case "session":
            who = world.role.assume()
    return world.ramsts.acting_as(who, via=via, **terms)


def asked(provider: Any, run: Run | None) -> Ask:
    """An official provider, of either generation."""
    if run is None:
        return lambda: provider.get_credential().access_key_id
    return lambda: run(provider.get_credential_async()).access_key_id


@contextmanager
def chain(world: World, run: Run | None, via: str, **terms: Any) -> Iterator[Ask]:
    """The default chain, which finds them there."""
    with acting(world, via, **terms):
        yield asked(DefaultChain(), run)


@contextmanager
def tea(world: World, run: Run | None) -> Iterator[Ask]:
    """A generated client, which asks the chain before each call."""
    with acting(world, "cli:RamRoleArn"):
        client = Sts(TeaConfig(credential=DefaultChain(), region_id="cn-hangzhou"))
        yield (
            client.get_caller_identity
            if run is None
            else lambda: run(client.get_caller_identity_async())
        )


def key_of(user: User) -> dict[str, str]:
    return {"access_key_id": user.access_key.id, "access_key_secret": user.access_key.secret}


def temporary(world: World) -> dict[str, str]:
    session = world.role.assume()
    return {
        "access_key_id": session.id,
        "access_key_secret": session.secret,
        "security_token": session.security_token,
    }


def assuming(world: World) -> dict[str, Any]:
    return {
        **key_of(world.user),
        "role_arn": world.role.arn,
        "role_session_name": "app",
    }


def by_token(world: World) -> dict[str, Any]:
    return {
        "role_arn": world.pod.arn,
        "role_session_name": "app",
        "oidc_provider_arn": world.issuer.arn,
        "oidc_token_file_path": os.environ["ALIBABA_CLOUD_OIDC_TOKEN_FILE"],
    }


def with_pair(world: World) -> dict[str, Any]:
    file = world.runs.with_name("private_key")
    file.write_text(world.pair.secret)
    return {"public_key_id": world.pair.id, "private_key_file": str(file)}


@contextmanager
def configured(
    world: World,
    run: Run | None,
    kind: str,
    options: Callable[[World], dict[str, Any]],
    via: str = "",
) -> Iterator[Ask]:
    """An application that says itself which provider it wants."""
    with ExitStack() as stack:
        if via:
            stack.enter_context(acting(world, via))
        yield asked(DefaultChain(Config(type=kind, **options(world))), run)


@contextmanager
def external(world: World, run: Run | None) -> Iterator[Ask]:
    """A process that answers with one session, and leaves a line."""
    session = world.role.assume()
    script = world.runs.with_name("answer.py")
    answer = {
        "mode": "StsToken",
        "access_key_id": session.id,
        "access_key_secret": session.secret,
        "sts_token": session.security_token,
        "expiration": timestamp(session.expires),
    }
    script.write_text(
        f"import json\nopen({str(world.runs)!r}, 'a').write('run\\n')\nprint(json.dumps({answer}))"
    )
    provider = ExternalCredentialsProvider(
        process_command=f'"{sys.executable}" -I -S "{script}"',
    )
    yield asked(DefaultChain(provider=provider), run)


@contextmanager
def older(
    world: World, run: Run | None, provider: Callable[[World], Any], via: str = ""
) -> Iterator[Ask]:
    """The programming interface of 0.3: a provider gives out a credential, which asks it again."""
    with ExitStack() as stack:
        if via:
            stack.enter_context(acting(world, via))
        made = provider(world)
        if isinstance(made, older_credentials.Credential):
            credential = made
        elif run is None or not hasattr(made, "get_credentials_async"):
            credential = made.get_credentials()
        else:
            credential = run(made.get_credentials_async())
        yield asked(credential, run)


@contextmanager
def old_sdk(
    world: World, _: Run | None, credential: Callable[[World], Any], via: str = "ecs"
) -> Iterator[Ask]:
    with acting(world, via):
        client = AcsClient("cn-hangzhou", credential=credential(world))
        yield lambda: client.do_action_with_exception(GetCallerIdentityRequest())


def asking(base: type, world: World, make: Callable[[str, str, str], Any]) -> Any:
    """What the manuals of the services show: a provider of the service's SDK that asks the official
    library, each time it is asked.
    """
    source = DefaultChain(Config(type="ram_role_arn", **assuming(world)))

    class Asking(base):  # type: ignore[misc]
        def get_credentials(self) -> Any:
            found = source.get_credential()
            return make(found.access_key_id, found.access_key_secret, found.security_token)

    return Asking()


@contextmanager
def table_store(world: World, run: Run | None, provider: Any, **options: Any) -> Iterator[Ask]:
    instance = world.ramsts.state("tablestore").create_instance("shop", world.ramsts.account)
    where = {"end_point": instance.endpoint, "instance_name": instance.name, **options}
    if run is None:
        yield OTSClient(credentials_provider=provider(world), **where).list_table
        return

    async def made() -> Any:
        return AsyncOTSClient(credentials_provider=provider(world), **where)

    client = run(made())
    try:
        yield lambda: run(client.list_table())
    finally:
        run(client.close())


@contextmanager
def oss(world: World, _: Run | None, auth: Callable[[World], Any], via: str = "") -> Iterator[Ask]:
    with ExitStack() as stack:
        if via:
            stack.enter_context(acting(world, via))
        endpoint = "https://oss-cn-hangzhou.aliyuncs.com"
        yield oss2.Service(auth(world), endpoint, region="cn-hangzhou").list_buckets


def on_an_instance(world: World) -> Any:
    path = f"latest/meta-data/ram/security-credentials/{world.role.name}"
    provider = oss2.credentials.EcsRamRoleCredentialsProvider(f"http://100.100.100.200/{path}")
    return oss2.ProviderAuthV4(provider)


@contextmanager
def second_oss(
    world: World, run: Run | None, provider: Callable[[World], Any], via: str = ""
) -> Iterator[Ask]:
    with ExitStack() as stack:
        if via:
            stack.enter_context(acting(world, via))
        config = oss_v2.config.load_default()
        config.region = "cn-hangzhou"
        config.retry_max_attempts = 1
        config.credentials_provider = provider(world)
        request = oss_v2.ListBucketsRequest()
        if run is None:
            client = oss_v2.Client(config)
            yield lambda: client.list_buckets(request)
            return
        asynchronous = oss_v2_aio.AsyncClient(config)
        try:
            yield lambda: run(asynchronous.list_buckets(request))
        finally:
            run(asynchronous.close())


def by_function(world: World) -> Any:
    ask = asking(object, world, oss_v2.types.Credentials)
    return oss_v2.credentials.CredentialsProviderFunc(ask.get_credentials)


@contextmanager
def sls(
    world: World, _: Run | None, provider: Callable[[World], Any], signature: str
) -> Iterator[Ask]:
    yield log_client(credentials_provider=provider(world), auth_version=signature).list_project


def log_client(**options: Any) -> Any:
    endpoint = "https://cn-hangzhou.log.aliyuncs.com"
    return LogClient(endpoint, source="test", region="cn-hangzhou", **options)


@contextmanager
def sls_refresher(world: World, _: Run | None, signature: str) -> Iterator[Ask]:
    """It is asked when the service has refused a call, and the call is made again."""

    def refresher() -> tuple[str, str, str]:
        provider = RamRoleArnCredentialsProvider(
            credentials_provider=StaticAKCredentialsProvider(**key_of(world.user)),
            role_arn=world.role.arn,
            role_session_name="app",
        )
        found = provider.get_credentials()
        return (
            found.get_access_key_id(),
            found.get_access_key_secret(),
            found.get_security_token(),
        )

    key_id, secret, token = refresher()
    client = log_client(
        accessKeyId=key_id, accessKey=secret, securityToken=token, auth_version=signature
    )
    client.set_credentials_auto_refresher(refresher)
    yield client.list_project


@contextmanager
def mns(world: World, _: Run | None, provider: Callable[[World], Any]) -> Iterator[Ask]:
    host = f"https://{world.ramsts.account.id}.mns.cn-hangzhou.aliyuncs.com"
    yield MnsAccount(host, credentials_provider=provider(world)).list_queue


# The table


Arranged = Callable[[World, Run | None], AbstractContextManager[Ask]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    name: str
    how: Arranged
    asks: str = ""
    """What is asked for credentials; nothing is, where they never change."""
    due: int | None = None
    """After so many seconds it is asked again, not one earlier and not one later."""
    of: tuple[str, ...] = ()
    """The classes that this is about. They are in use while it runs."""
    ways: tuple[Way, ...] = ("sync", "async")
    life: str = "1 h"
    """How long the credentials are good for."""


@dataclass(frozen=True, slots=True)
class Library:
    name: str
    package: str
    about: str
    rows: tuple[Row, ...] = ()
    modules: tuple[str, ...] = ()
    """Where its providers are."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """What in them has no row, and why."""


ONE: Final[tuple[Way, ...]] = ("sync",)
_NEW: Final = "alibabacloud_credentials.provider"
_CHAIN: Final = f"{_NEW}.default.DefaultCredentialsProvider"
_CLI: Final = f"{_NEW}.cli_profile.CLIProfileCredentialsProvider"
_FILE: Final = f"{_NEW}.profile.ProfileCredentialsProvider"
_RAM: Final = f"{_NEW}.ram_role_arn.RamRoleArnCredentialsProvider"
_OIDC: Final = f"{_NEW}.oidc.OIDCRoleArnCredentialsProvider"
_ECS: Final = f"{_NEW}.ecs_ram_role.EcsRamRoleCredentialsProvider"
_RSA: Final = f"{_NEW}.rsa_key_pair.RsaKeyPairCredentialsProvider"
_URL: Final = f"{_NEW}.uri.URLCredentialsProvider"
_AK: Final = f"{_NEW}.static_ak.StaticAKCredentialsProvider"
_STS: Final = f"{_NEW}.static_sts.StaticSTSCredentialsProvider"
_SSO: Final = f"{_NEW}.cloud_sso.CloudSSOCredentialsProvider"
_OAUTH: Final = f"{_NEW}.oauth.OAuthCredentialsProvider"
_C3: Final = "alibabacloud_credentials.credentials"
_EXTERNAL: Final = f"{_NEW}.external.ExternalCredentialsProvider"
_ENV: Final = f"{_NEW}.env.EnvironmentVariableCredentialsProvider"


def _found(via: str, asks: str, due: int | None, *of: str, **more: Any) -> Row:
    terms = {name: more.pop(name) for name in ("duration",) if name in more}
    name = f"default chain, `{via}`" + (f", {more['life']}" if terms else "")
    return Row(
        name=name,
        how=partial(chain, via=via, **terms),
        asks=asks,
        due=due,
        of=(_CHAIN, *of),
        **more,
    )


def _named(kind: str, options: Any, asks: str, due: int | None, *of: str, **more: Any) -> Row:
    via = more.pop("via", "")
    how = partial(configured, kind=kind, options=options, via=via)
    return Row(name=f"`type={kind}`", how=how, asks=asks, due=due, of=of, **more)


CREDENTIALS: Final = Library(
    "alibabacloud_credentials 1.x",
    "alibabacloud_credentials",
    "It asks a quarter of an hour before the end, in the call that needs credentials."
    " On an instance it does so in the background, an hour after each answer, and hands out the old"
    " ones meanwhile",
    (
        _found("environment", "", None, _ENV),
        _found("cli:AK", "", None, _CLI, _AK),
        _found("cli:StsToken", "", None, _CLI, _STS),
        _found("cli:RamRoleArn", ASSUME, 2700, _CLI, _RAM),
        _found("cli:RamRoleArn", ASSUME, 6300, _CLI, _RAM, duration=7200, life="2 h"),
        _found("cli:RamRoleArn", ASSUME, 900, _CLI, _RAM, duration=1800, life="1/2 h"),
        _found("cli:ChainableRamRoleArn", ASSUME, 2700, _CLI, _RAM),
        _found("cli:EcsRamRole", FETCH, 3600, _CLI, _ECS, life="6 h"),
        _found("cli:OIDC", BY_TOKEN, 2700, _CLI, _OIDC),
        _found("cli:CloudSSO", SSO, 2700, _CLI, _SSO),
        _found("cli:OAuth", EXCHANGE, 3600, _CLI, _OAUTH),
        _found("credentials_file:access_key", "", None, _FILE, _AK),
        _found("credentials_file:ram_role_arn", ASSUME, 2700, _FILE, _RAM),
        _found("credentials_file:ecs_ram_role", FETCH, 3600, _FILE, _ECS, life="6 h"),
        _found("credentials_file:oidc_role_arn", BY_TOKEN, 2700, _FILE, _OIDC),
        _found("credentials_file:rsa_key_pair", GENERATE, 2700, _FILE, _RSA),
        _found("oidc", BY_TOKEN, 2700, _OIDC),
        _found("ecs", FETCH, 3600, _ECS, life="6 h"),
        _found("credentials_uri", URI, 2700, _URL),
        _named("access_key", lambda w: key_of(w.user), "", None, _AK),
        _named("sts", temporary, "", None, _STS),
        _named(
            "bearer",
            lambda _: {"bearer_token": "a-token"},
            "",
            None,
            f"{_C3}.BearerTokenCredential",
        ),
        _named("ram_role_arn", assuming, ASSUME, 2700, _RAM),
        _named("oidc_role_arn", by_token, BY_TOKEN, 2700, _OIDC, via="oidc"),
        _named(
            "ecs_ram_role",
            lambda w: {"role_name": w.role.name},
            FETCH,
            3600,
            _ECS,
            via="ecs",
            life="6 h",
        ),
        _named("rsa_key_pair", with_pair, GENERATE, 2700, _RSA),
        _named(
            "credentials_uri",
            lambda _: {"credentials_uri": os.environ["ALIBABA_CLOUD_CREDENTIALS_URI"]},
            URI,
            2700,
            _URL,
            via="credentials_uri",
        ),
        Row(
            name="`ExternalCredentialsProvider`",
            how=external,
            asks=PROCESS,
            due=3420,
            of=(_EXTERNAL,),
        ),
        Row(
            name="a generated client (`alibabacloud_tea_openapi`)",
            how=tea,
            asks=ASSUME,
            due=2700,
            of=(_CHAIN, _CLI, _RAM),
        ),
    ),
    (_NEW,),
    {f"{_NEW}.refreshable": "the cache that all others share"},
)

_P3: Final = "alibabacloud_credentials.providers"


def _older(name: str, asks: str, due: int | None, provider: Any, via: str = "", **more: Any) -> Row:
    of = more.pop("of")
    how = partial(older, provider=provider, via=via)
    return Row(name=f"`{name}`", how=how, asks=asks, due=due, of=of, **more)


OLDER: Final = Library(
    "alibabacloud_credentials, its interface of 0.3",
    "alibabacloud_credentials",
    "`alibabacloud_credentials.providers` and `.credentials` are in 1.x still."
    " They ask three minutes before the end, whatever the source",
    (
        _older(
            "AccessKeyCredential",
            "",
            None,
            lambda w: older_credentials.AccessKeyCredential(**key_of(w.user)),
            of=(f"{_C3}.AccessKeyCredential",),
        ),
        _older(
            "StsCredential",
            "",
            None,
            lambda w: older_credentials.StsCredential(**temporary(w)),
            of=(f"{_C3}.StsCredential",),
        ),
        _older(
            "EnvironmentVariableCredentialsProvider",
            "",
            None,
            lambda _: older_providers.EnvironmentVariableCredentialsProvider(),
            "environment",
            of=(f"{_P3}.EnvironmentVariableCredentialsProvider", f"{_C3}.StsCredential"),
        ),
        _older(
            "RamRoleArnCredentialProvider",
            ASSUME,
            3420,
            lambda w: older_providers.RamRoleArnCredentialProvider(**assuming(w)),
            of=(f"{_P3}.RamRoleArnCredentialProvider", f"{_C3}.RamRoleArnCredential"),
        ),
        _older(
            "OIDCRoleArnCredentialProvider",
            BY_TOKEN,
            3420,
            lambda w: older_providers.OIDCRoleArnCredentialProvider(**by_token(w)),
            "oidc",
            of=(f"{_P3}.OIDCRoleArnCredentialProvider", f"{_C3}.OIDCRoleArnCredential"),
        ),
        _older(
            "EcsRamRoleCredentialProvider",
            FETCH,
            21420,
            lambda w: older_providers.EcsRamRoleCredentialProvider(w.role.name),
            "ecs",
            of=(f"{_P3}.EcsRamRoleCredentialProvider", f"{_C3}.EcsRamRoleCredential"),
            life="6 h",
        ),
        _older(
            "CredentialsUriProvider",
            URI,
            3420,
            lambda _: older_providers.CredentialsUriProvider(),
            "credentials_uri",
            of=(f"{_P3}.CredentialsUriProvider", f"{_C3}.CredentialsURICredential"),
        ),
        _older(
            "ProfileCredentialsProvider",
            ASSUME,
            3420,
            lambda _: older_providers.ProfileCredentialsProvider(),
            "credentials_file:ram_role_arn",
            of=(
                f"{_P3}.ProfileCredentialsProvider",
                f"{_P3}.RamRoleArnCredentialProvider",
                f"{_C3}.RamRoleArnCredential",
            ),
        ),
        _older(
            "DefaultCredentialsProvider",
            BY_TOKEN,
            3420,
            lambda _: older_providers.DefaultCredentialsProvider(),
            "oidc",
            of=(f"{_P3}.DefaultCredentialsProvider", f"{_C3}.OIDCRoleArnCredential"),
        ),
        Row(
            name="`BearerTokenCredential`",
            how=partial(
                older, provider=lambda _: older_credentials.BearerTokenCredential("a-token")
            ),
            of=(f"{_C3}.BearerTokenCredential",),
        ),
    ),
    (_P3, _C3),
    {
        f"{_P3}.AlibabaCloudCredentialsProvider": "the base of the others",
        f"{_C3}.Credential": "the base of the others",
        f"{_P3}.RsaKeyPairCredentialProvider": "signs with the id of the public key in the place of"
        " the private one, and is refused: see tests/environment/test_key_pairs.py",
        f"{_C3}.RsaKeyPairCredential": "given out by that one only",
    },
)

_CORE: Final = "aliyunsdkcore.auth.signers"
_CORE_CREDENTIALS: Final = "aliyunsdkcore.auth.credentials"


def _old_sdk(
    name: str, signer: str, asks: str, due: int | None, credential: Any, **more: Any
) -> Row:
    return Row(
        name=name,
        how=partial(old_sdk, credential=credential),
        asks=asks,
        due=due,
        of=(f"{_CORE_CREDENTIALS}.{name.strip('`').partition('`')[0]}", f"{_CORE}.{signer}"),
        ways=ONE,
        **more,
    )


CORE: Final = Library(
    "aliyunsdkcore",
    "aliyun-python-sdk-core",
    "It does not look at `Expiration`: 0.8 of the time it asked for has to be over, and 0.9 of an"
    " hour on an instance",
    (
        _old_sdk(
            "`AccessKeyCredential`",
            "access_key_signer.AccessKeySigner",
            "",
            None,
            lambda w: core.AccessKeyCredential(w.user.access_key.id, w.user.access_key.secret),
        ),
        _old_sdk(
            "`StsTokenCredential`",
            "sts_token_signer.StsTokenSigner",
            "",
            None,
            lambda w: core.StsTokenCredential(*temporary(w).values()),
        ),
        _old_sdk(
            "`RamRoleArnCredential`",
            "ram_role_arn_signer.RamRoleArnSigner",
            ASSUME,
            2881,
            lambda w: core.RamRoleArnCredential(*key_of(w.user).values(), w.role.arn, "app"),
        ),
        _old_sdk(
            "`EcsRamRoleCredential`",
            "ecs_ram_role_signer.EcsRamRoleSigner",
            FETCH,
            3241,
            lambda w: core.EcsRamRoleCredential(w.role.name),
            life="6 h",
        ),
        _old_sdk(
            "`RsaKeyPairCredential`",
            "rsa_key_pair_signer.RsaKeyPairSigner",
            GENERATE,
            2881,
            lambda w: core.RsaKeyPairCredential(w.pair.id, w.pair.secret),
        ),
        _old_sdk(
            "`RsaKeyPairCredential`, `session_period=900`",
            "rsa_key_pair_signer.RsaKeyPairSigner",
            GENERATE,
            721,
            lambda w: core.RsaKeyPairCredential(w.pair.id, w.pair.secret, 900),
            life="1/4 h",
        ),
    ),
    (_CORE, _CORE_CREDENTIALS),
    {
        f"{_CORE}.signer.Signer": "the base of the others",
        f"{_CORE}.signer_factory.SignerFactory": "chooses among them",
        f"{_CORE}.rsa_key_pair_signer.GetSessionAkRequest": "a request",
    },
)


def _asking_oss(world: World) -> Any:
    return asking(oss2.credentials.CredentialsProvider, world, oss2.credentials.Credentials)


def _static_oss(world: World) -> Any:
    return oss2.credentials.StaticCredentialsProvider(*key_of(world.user).values())


def _kept_by(signer: str, world: World) -> Any:
    return getattr(oss2, signer)(*key_of(world.user).values())


def _asked_by(signer: str, world: World) -> Any:
    return getattr(oss2, signer)(_asking_oss(world))


OSS2: Final = Library(
    "oss2",
    "oss2",
    "Each of its signers asks its provider at every request."
    " That of an instance asks when 15 % of the life are left",
    (
        Row(
            name="`StaticCredentialsProvider`",
            how=partial(oss, auth=lambda w: oss2.ProviderAuth(_static_oss(w)), via="cli:AK"),
            of=("oss2.credentials.StaticCredentialsProvider", "oss2.auth.ProviderAuth"),
            ways=ONE,
        ),
        Row(
            name="`EnvironmentVariableCredentialsProvider`",
            how=partial(
                oss,
                auth=lambda _: oss2.ProviderAuthV2(
                    oss2.credentials.EnvironmentVariableCredentialsProvider()
                ),
                via="environment",
            ),
            of=(
                "oss2.credentials.EnvironmentVariableCredentialsProvider",
                "oss2.auth.ProviderAuthV2",
            ),
            ways=ONE,
        ),
        *(
            Row(
                name=f"`{kind}`",
                how=partial(oss, auth=partial(_kept_by, kind)),
                of=(f"oss2.auth.{kind}",),
                ways=ONE,
            )
            for kind in ("Auth", "AuthV2", "AuthV4")
        ),
        Row(
            name="`StsAuth`",
            how=partial(oss, auth=lambda w: oss2.StsAuth(*temporary(w).values())),
            of=("oss2.auth.StsAuth",),
            ways=ONE,
        ),
        Row(
            name="`EcsRamRoleCredentialsProvider`",
            how=partial(oss, auth=on_an_instance, via="ecs"),
            asks=FETCH,
            due=18360,
            of=(
                "oss2.credentials.EcsRamRoleCredentialsProvider",
                "oss2.credentials.EcsRamRoleCredentialsFetcher",
                "oss2.credentials.EcsRamRoleCredential",
            ),
            ways=ONE,
            life="6 h",
        ),
        *(
            Row(
                name=f"`{kind}` of a provider that asks `type=ram_role_arn`",
                how=partial(oss, auth=partial(_asked_by, kind)),
                asks=ASSUME,
                due=2700,
                of=(f"oss2.auth.{kind}", "oss2.credentials.Credentials", _RAM),
                ways=ONE,
            )
            for kind in ("ProviderAuth", "ProviderAuthV2", "ProviderAuthV4")
        ),
    ),
    ("oss2.credentials", "oss2.auth"),
    {
        "oss2.credentials.CredentialsProvider": "the base of the others",
        "oss2.auth.AuthBase": "the base of the others",
        "oss2.auth.AnonymousAuth": "signs nothing",
    },
)

_OSS_V2: Final = "alibabacloud_oss_v2.credentials.provider_impl"
OSS_V2: Final = Library(
    "alibabacloud_oss_v2",
    "alibabacloud_oss_v2",
    "Both clients ask their provider at every request; none of the library's own changes anything",
    (
        Row(
            name="`StaticCredentialsProvider`",
            how=partial(
                second_oss,
                provider=lambda w: oss_v2.credentials.StaticCredentialsProvider(
                    *key_of(w.user).values()
                ),
                via="cli:AK",
            ),
            of=(f"{_OSS_V2}.StaticCredentialsProvider",),
        ),
        Row(
            name="`EnvironmentVariableCredentialsProvider`",
            how=partial(
                second_oss,
                provider=lambda _: oss_v2.credentials.EnvironmentVariableCredentialsProvider(),
                via="environment",
            ),
            of=(f"{_OSS_V2}.EnvironmentVariableCredentialsProvider",),
        ),
        Row(
            name="`CredentialsProviderFunc` that asks `type=ram_role_arn`",
            how=partial(second_oss, provider=by_function),
            asks=ASSUME,
            due=2700,
            of=(f"{_OSS_V2}.CredentialsProviderFunc", _RAM),
        ),
    ),
    (_OSS_V2,),
    {f"{_OSS_V2}.AnonymousCredentialsProvider": "signs nothing"},
)

_OTS: Final = "tablestore.credentials"


def _asking_table_store(world: World) -> Any:
    return asking(
        tablestore.credentials.CredentialsProvider, world, tablestore.credentials.Credentials
    )


_OTS_SIGNATURES: Final[dict[str, dict[str, Any]]] = {"V2": {}, "V4": {"region": "cn-hangzhou"}}
TABLE_STORE: Final = Library(
    "tablestore",
    "tablestore",
    "Both clients ask their provider at every request; the library has none that asks anybody",
    (
        Row(
            name="`StaticCredentialsProvider`",
            how=partial(
                table_store,
                provider=lambda w: tablestore.credentials.StaticCredentialsProvider(
                    **key_of(w.user)
                ),
            ),
            of=(f"{_OTS}.StaticCredentialsProvider", f"{_OTS}.Credentials"),
        ),
        *(
            Row(
                name=f"{signature}: a `CredentialsProvider` that asks `type=ram_role_arn`",
                how=partial(table_store, provider=_asking_table_store, **options),
                asks=ASSUME,
                due=2700,
                of=(f"{_OTS}.CredentialsProvider", f"{_OTS}.Credentials", _RAM),
            )
            for signature, options in _OTS_SIGNATURES.items()
        ),
    ),
    (_OTS,),
)

_LOG: Final = "aliyun.log"


def _asking_sls(world: World) -> Any:
    return asking(
        aliyun.log.credentials.CredentialsProvider, world, aliyun.log.credentials.Credentials
    )


_SIGNATURES: Final = {"v1": "AuthV1", "v4": "AuthV4"}
SLS: Final = Library(
    "aliyun-log-python-sdk",
    "aliyun-log-python-sdk",
    "The client asks its provider at every request."
    " A refresher is asked when the service has refused a call, so at the end and not before,"
    " and five minutes have to lie between two refreshes: the client sleeps until they are over",
    (
        Row(
            name="`StaticCredentialsProvider`",
            how=partial(
                sls,
                provider=lambda w: aliyun.log.credentials.StaticCredentialsProvider(
                    *key_of(w.user).values()
                ),
                signature="v1",
            ),
            of=(f"{_LOG}.credentials.StaticCredentialsProvider", f"{_LOG}.auth.AuthV1"),
            ways=ONE,
        ),
        *(
            Row(
                name=f"{name}: a `CredentialsProvider` that asks `type=ram_role_arn`",
                how=partial(sls, provider=_asking_sls, signature=signature),
                asks=ASSUME,
                due=2700,
                of=(
                    f"{_LOG}.auth.{name}",
                    f"{_LOG}.credentials.CredentialsProvider",
                    f"{_LOG}.credentials.Credentials",
                    _RAM,
                ),
                ways=ONE,
            )
            for signature, name in _SIGNATURES.items()
        ),
        *(
            Row(
                name=f"{name}: `set_credentials_auto_refresher`",
                how=partial(sls_refresher, signature=signature),
                asks=ASSUME,
                due=3600,
                of=(f"{_LOG}.auth.{name}", f"{_LOG}.credentials.StaticCredentialsProvider"),
                ways=ONE,
            )
            for signature, name in _SIGNATURES.items()
        ),
    ),
    (f"{_LOG}.credentials", f"{_LOG}.auth"),
    {f"{_LOG}.auth.AuthBase": "the base of the others"},
)

MNS: Final = Library(
    "aliyun-mns-sdk",
    "aliyun-mns-sdk",
    "It takes a provider of `alibabacloud_credentials` as it is, and asks it at every request",
    (
        Row(
            name="`StaticCredentialsProvider`",
            how=partial(
                mns, provider=lambda w: MnsStaticCredentialsProvider(*key_of(w.user).values())
            ),
            of=("mns.auth.StaticCredentialsProvider", "mns.auth.Credentials"),
            ways=ONE,
        ),
        Row(
            name="`RamRoleArnCredentialsProvider`",
            how=partial(
                mns,
                provider=lambda w: RamRoleArnCredentialsProvider(
                    credentials_provider=StaticAKCredentialsProvider(**key_of(w.user)),
                    role_arn=w.role.arn,
                    role_session_name="app",
                ),
            ),
            asks=ASSUME,
            due=2700,
            of=(_RAM, _AK),
            ways=ONE,
        ),
    ),
    ("mns.auth",),
    {"mns.auth.CredentialsProvider": "the base of the others"},
)

LIBRARIES: Final = (CREDENTIALS, OLDER, CORE, OSS2, OSS_V2, TABLE_STORE, SLS, MNS)


# What a library has


def classes(library: Library) -> set[str]:
    """Every public class of the modules where a library has its providers."""
    found = set()
    for name in library.modules:
        module = import_module(name)
        parts = [module]
        if hasattr(module, "__path__"):
            parts += [
                import_module(f"{name}.{part.name}")
                for part in pkgutil.iter_modules(module.__path__)
            ]
        for part in parts:
            found |= {
                f"{part.__name__}.{kind}"
                for kind, value in vars(part).items()
                if inspect.isclass(value)
                and value.__module__ == part.__name__
                and not kind.startswith("_")
            }
    return found


# What happens


@contextmanager
def witnessed(names: tuple[str, ...]) -> Iterator[set[str]]:
    """Which of some classes are instantiated in the block; a class of ours stands for its base."""
    seen: set[str] = set()

    def watched(name: str, kind: type) -> Callable[..., None]:
        original = kind.__init__  # type: ignore[misc]

        def init(self: Any, *args: Any, **kwargs: Any) -> None:
            if type(self) is kind or type(self).__module__ == __name__:
                seen.add(name)
            original(self, *args, **kwargs)

        return init

    with ExitStack() as stack:
        for name in names:
            module, _, kind_name = name.rpartition(".")
            kind = getattr(import_module(module), kind_name)
            stack.enter_context(patch.object(kind, "__init__", watched(name, kind)))
        yield seen


@contextmanager
def running(way: Way) -> Iterator[Run | None]:
    if way == "sync":
        yield None
        return
    with asyncio.Runner() as runner:
        yield runner.run


@dataclass(frozen=True, slots=True)
class Happened:
    before: int
    """How often it asked in the last second before it is due, beyond the first time."""
    then: int
    """Likewise a second later."""
    seen: frozenset[str]


def happens(row: Row, world: World, way: Way) -> Happened:
    """Ask once, and again a second before a refresh is due and when it is."""
    due = row.due if row.due is not None else 3599
    with running(way) as run, witnessed(row.of) as seen, row.how(world, run) as ask:
        ask()
        fetched = count(row, world)
        world.ramsts.clock.advance(seconds=due - 1)
        ask()
        before = count(row, world) - fetched
        world.ramsts.clock.advance(seconds=1)
        ask()
        if row.due is not None:
            wait_for(lambda: count(row, world) - fetched > before)
        return Happened(before, count(row, world) - fetched, frozenset(seen))


def count(row: Row, world: World) -> int:
    if row.asks:
        return world.fetched(row.asks)
    return sum(world.fetched(action) for action in SOURCES_OF_CREDENTIALS)


def wait_for(condition: Callable[[], bool]) -> None:
    """Give a refresh in the background its time, by no clock that is frozen."""
    turns = 1000
    while not condition() and (turns := turns - 1):
        threading.Event().wait(0.005)


# The page

_HEAD: Final = (
    "# When credentials are refreshed\n\n"
    "Temporary credentials end, and a library that was told how gets new ones in time.\n"
    "In time means something else in each of them.\n"
    "This page records after how many seconds each asks again, and not one earlier; a test compares"
    " it with the libraries that are installed ({versions}).\n"
    "To see your own application do it, move the clock past that moment and count the calls, as"
    " [](../how-to/consumer.md#is-a-token-refreshed-in-time) shows.\n\n"
    "Where a library can be called both ways, sync and async do it at the same time.\n"
    "`never` means that nobody is asked: what was temporary is refused when it has ended.\n"
)


def page() -> str:
    packages = dict.fromkeys(library.package for library in LIBRARIES)
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    lines = [_HEAD.format(versions=versions)]
    for library in LIBRARIES:
        lines += [
            f"## {library.name}",
            "",
            f"{library.about}.".replace(". ", ".\n"),
            "",
            "| provider | asks | good for | again after | ways |",
            "|---|---|---|---|---|",
        ]
        for row in library.rows:
            asks = f"`{row.asks}`" if ":" in row.asks else row.asks or "-"
            good, due = (row.life, f"{row.due} s") if row.due is not None else ("-", "never")
            lines.append(f"| {row.name} | {asks} | {good} | {due} | {', '.join(row.ways)} |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
