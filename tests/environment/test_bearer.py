"""Bearer tokens: every SDK that sends one acts with it as its caller, until it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime, timedelta
from itertools import product as every
from typing import Any, Final, get_args

import pytest
from alibabacloud_credentials.client import Client as Provider
from alibabacloud_credentials.credentials import BearerTokenCredential
from alibabacloud_credentials.models import Config as ProviderConfig
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_sts20150401.models import AssumeRoleRequest
from alibabacloud_tea_openapi.client import Client as OpenApi
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tea_openapi.utils_models import OpenApiRequest, Params
from darabonba.runtime import RuntimeOptions

from pytest_ramsts import Account, Clock, FakeCloud, Policy, RamstsError, User, allow, product
from pytest_ramsts.identity import BearerToken, Session
from pytest_ramsts.wire import Headers, Request

from .catalogue import Way

INACTIVE: Final = (400, "InvalidBearerToken.Inactive")
NOT_FOUND: Final = (404, "InvalidBearerToken.NotFound")
UNSUPPORTED: Final = (403, "UnsupportedSignatureType")

LIST: Final = {"RPC": "ccc:ListPhoneNumbers", "ROA": "cs:DescribeClusters"}
"""What is called, by the style. Cloud Call Center is what the SDKs' own tests show a token to."""

Hand = Callable[[str], Config]
"""How a client is handed a token."""

HANDS: Final[dict[str, Hand]] = {
    "a provider": lambda token: Config(
        credential=Provider(ProviderConfig(type="bearer", bearer_token=token))
    ),
    "the older provider": lambda token: Config(credential=BearerTokenCredential(token)),
    "the client's own": lambda token: Config(bearer_token=token),
}


@pytest.fixture(autouse=True)
def services(ramsts: FakeCloud) -> None:
    ramsts.add_service(product("cs", routes={"DescribeClusters": "GET /clusters"}))
    for action in LIST.values():
        ramsts.reply(action, {"Done": True})


@pytest.fixture
def user(ramsts: FakeCloud) -> User:
    return ramsts.account.create_user(policies=[Policy(allow("ccc:*", "cs:*"))])


@pytest.fixture
def token(user: User) -> BearerToken:
    return user.create_bearer_token()


def ask(
    token: BearerToken | str,
    style: str = "RPC",
    *,
    algorithm: str = "v3",
    way: Way = "sync",
    hand: Hand = HANDS["a provider"],
    of: str = "",
    version: str = "2020-07-01",
) -> Any:
    """Call the product of a style, as the generated client of one does."""
    code, _, action = (of or LIST[style]).partition(":")
    config = hand(token if isinstance(token, str) else token.token)
    config.endpoint = f"{code}.cn-shanghai.aliyuncs.com"
    if algorithm == "v2":
        config.signature_algorithm = algorithm
    said = Params(
        action=action,
        version=version,
        protocol="HTTPS",
        pathname="/clusters" if style == "ROA" else "/",
        method="GET" if style == "ROA" else "POST",
        auth_type="AK",
        style=style,
        req_body_type="json",
        body_type="json",
    )
    client: Any = OpenApi(config)
    arguments = said, OpenApiRequest(), RuntimeOptions()

    async def call_async() -> Any:
        return await client.call_api_async(*arguments)

    answer = client.call_api(*arguments) if way == "sync" else asyncio.run(call_async())
    return answer["body"]["Done"]


def refusal(call: Callable[..., Any], *arguments: Any, **more: Any) -> tuple[int, str]:
    with pytest.raises(AlibabaCloudException) as refused:
        call(*arguments, **more)
    return refused.value.status_code, refused.value.code


def sts(token: BearerToken) -> Any:
    config = HANDS["a provider"](token.token)
    config.region_id = "cn-hangzhou"
    return Sts(config)


# Acting with it


@pytest.mark.parametrize(
    ("style", "algorithm", "way", "hand"), [*every(LIST, ("v3", "v2"), get_args(Way), HANDS)]
)
def test_an_sdk_acts_with_a_token_as_its_caller(
    ramsts: FakeCloud,
    user: User,
    token: BearerToken,
    style: str,
    algorithm: str,
    way: Way,
    hand: str,
) -> None:
    assert ask(token, style, algorithm=algorithm, way=way, hand=HANDS[hand])

    call = ramsts.calls.last
    assert (call.action, call.caller, call.key_id) == (LIST[style], user, "")
    assert call.decision
    assert "authorization" not in call.request.headers


@pytest.mark.parametrize("style", LIST)
def test_it_may_do_what_its_caller_may_and_no_more(
    ramsts: FakeCloud, user: User, token: BearerToken, style: str
) -> None:
    user.detach_all()

    with ramsts.denies(LIST[style], by=user) as denial:
        ask(token, style)

    assert denial.reason == "ImplicitDeny"
    assert getattr(denial.error, "code", "") == "Forbidden.RAM"


def who_is(caller: User | Account | Session) -> str:
    return str(sts(caller.create_bearer_token()).get_caller_identity().body.arn)


def test_whoever_can_call_can_have_one(ramsts: FakeCloud, user: User) -> None:
    session = ramsts.account.create_role(trusted=ramsts.account).assume("on")

    assert who_is(user) == user.arn
    assert who_is(ramsts.account) == ramsts.account.arn
    assert who_is(session) == session.assumed_role_arn


def test_its_session_policy_narrows_what_the_token_of_a_session_may(ramsts: FakeCloud) -> None:
    role = ramsts.account.create_role(policies=["AdministratorAccess"])
    wide, narrow = role.assume(), role.assume(policy=Policy(allow("ots:*")))

    assert ask(wide.create_bearer_token())
    with ramsts.denies(LIST["RPC"], by=narrow):
        ask(narrow.create_bearer_token())


def test_a_token_may_assume_a_role(ramsts: FakeCloud, user: User, token: BearerToken) -> None:
    role = ramsts.account.create_role(trusted=ramsts.account)
    request = AssumeRoleRequest(role_arn=role.arn, role_session_name="on")
    with ramsts.denies("sts:AssumeRole", by=user):
        sts(token).assume_role(request)
    user.attach("AliyunSTSAssumeRoleAccess")

    found = sts(token).assume_role(request).body.credentials

    assert ramsts.credentials(found.access_key_id).can("sts:GetCallerIdentity") is not None
    session = ramsts.world.sessions_by_key_id[found.access_key_id]
    assert (session.by, session.issuing_key) == (user, "")


# Being refused


@pytest.mark.parametrize(("style", "algorithm", "way"), [*every(LIST, ("v3", "v2"), get_args(Way))])
def test_an_unknown_token_is_not_found(
    ramsts: FakeCloud, style: str, algorithm: str, way: Way
) -> None:
    assert refusal(ask, "a-token", style, algorithm=algorithm, way=way) == NOT_FOUND
    assert ramsts.calls.last.caller is None
    assert "Specified bearer token is not found." in ramsts.calls.last.response.text


def test_a_token_is_good_to_the_second(ramsts: FakeCloud, ramsts_clock: Clock, user: User) -> None:
    ramsts_clock.freeze("2026-07-01T08:00:00.7Z")
    hour, brief = user.create_bearer_token(), user.create_bearer_token(timedelta(minutes=5))
    assert hour.expiration == datetime(2026, 7, 1, 9, tzinfo=UTC)
    ramsts_clock.travel("2026-07-01T08:04:59Z")
    assert ask(brief)

    ramsts_clock.advance(seconds=1)

    assert brief.expired
    assert refusal(ask, brief) == INACTIVE
    assert "Bearertoken has expired" in ramsts.calls.last.response.text
    assert ramsts.calls.last.claimant is user
    assert ask(hour)


@pytest.mark.parametrize(
    "given", [lambda token: token, lambda token: token.token], ids=["the token", "its text"]
)
def test_a_token_is_revoked_alone(
    ramsts: FakeCloud, user: User, token: BearerToken, given: Callable[[BearerToken], Any]
) -> None:
    other = user.create_bearer_token()
    assert ask(token)

    ramsts.revoke(given(token))

    assert refusal(ask, token) == NOT_FOUND
    assert ask(other)
    ramsts.revoke(token)


def test_the_tokens_of_a_deleted_user_are_gone(user: User, token: BearerToken) -> None:
    user.detach_all()
    user.delete()

    assert refusal(ask, token) == NOT_FOUND


@pytest.mark.parametrize("end", [Session.revoke, Session.expire, lambda s: s.role.delete()])
def test_the_token_of_a_session_ends_with_it(
    ramsts: FakeCloud, end: Callable[[Session], None]
) -> None:
    role = ramsts.account.create_role(policies=["AdministratorAccess"])
    session = role.assume()
    token = session.create_bearer_token()
    assert ask(token)
    role.detach_all()

    end(session)

    assert refusal(ask, token) == INACTIVE


def test_a_request_with_a_token_is_good_once_and_for_a_quarter_of_an_hour(
    ramsts: FakeCloud, ramsts_clock: Clock, token: BearerToken
) -> None:
    ramsts_clock.freeze()
    ask(token)
    sent = ramsts.calls.last.request
    headers = [(k, v) for k, v in sent.headers if k.lower() != "x-acs-signature-nonce"]
    again = Request(sent.method, sent.url, Headers([*headers, ("x-acs-signature-nonce", "n")]))
    codes = []
    for request, later in ((sent, 0), (again, 901)):
        ramsts_clock.advance(seconds=later)
        ramsts.handle(request)
        codes.append(ramsts.calls.last.code)

    assert codes == ["SignatureNonceUsed", "InvalidTimeStamp.Expired"]


@pytest.mark.parametrize(
    ("of", "version"),
    [
        ("ram:ListUsers", "2015-05-01"),
        ("ims:ListUsers", "2019-08-15"),
        ("ecs:DescribeRegions", "2014-05-26"),
        ("vpc:DescribeVpcs", "2016-04-28"),
        ("slb:DescribeRules", "2014-05-15"),
        ("cdn:DescribeCdnService", "2018-05-10"),
        ("dds:DescribeRegions", "2015-12-01"),
    ],
)
def test_some_products_take_no_token_good_or_bad(
    ramsts: FakeCloud, user: User, of: str, version: str
) -> None:
    code = of.partition(":")[0]
    if code not in ("ram", "ims", "ecs"):
        ramsts.add_service(product(code))

    for token in (user.create_bearer_token().token, "a-token"):
        assert refusal(ask, token, of=of, version=version) == UNSUPPORTED
        assert "This signature type is not supported." in ramsts.calls.last.message


# What it is


def test_a_token_is_a_value_that_nobody_reads_off_a_screen(
    ramsts: FakeCloud, user: User, token: BearerToken
) -> None:
    ask(token)
    ask(token, algorithm="v2")
    call = ramsts.calls.last

    assert token.token not in f"{token!r} {call!r} {call.explain(full=True)} {call.request!r}"
    assert repr(token).startswith(f"<BearerToken of {user.principal.arn}, until 20")
    with pytest.raises(FrozenInstanceError):
        token.expires = 0  # type: ignore[misc]
    assert replace(token) == token


def test_tokens_follow_from_the_seed() -> None:
    def made(seed: int) -> list[str]:
        user = FakeCloud(seed=seed).account.create_user()
        return [user.create_bearer_token().token for _ in range(2)]

    assert made(1) == made(1)
    assert len({*made(1), *made(2)}) == 4


@pytest.mark.parametrize("duration", [0, -1, timedelta()])
def test_a_token_that_was_never_good_is_a_mistake(user: User, duration: Any) -> None:
    with pytest.raises(RamstsError, match="for a second at least"):
        user.create_bearer_token(duration)


@pytest.mark.parametrize("via", ["environment", "credentials_file", "cli:StsToken"])
def test_no_sdk_finds_one_on_its_machine(ramsts: FakeCloud, token: BearerToken, via: str) -> None:
    with (
        pytest.raises(RamstsError, match=r"hand it to the client: Config\(type=\"bearer\""),
        ramsts.acting_as(token, via=via),  # type: ignore[arg-type]
    ):
        pass
