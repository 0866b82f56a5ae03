"""How OSS refuses, as its two SDKs tell it: exception, status, code, message and EC."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import alibabacloud_oss_v2 as oss_v2
import oss2
import pytest

from pytest_ramsts import FakeCloud, Policy, Role, Settings, allow
from tests.services.oss.clients import Credentials, bucket_of, client


@dataclass(frozen=True)
class Keys:
    """Credentials as somebody put them together."""

    id: str
    secret: str
    security_token: str = ""


@dataclass(frozen=True)
class Told:
    status: int
    code: str
    message: str
    ec: str
    request_id: str


Ask = Callable[[Credentials], Told]


def by_oss2(signature: Any) -> Ask:
    def ask(credentials: Credentials) -> Told:
        with pytest.raises(oss2.exceptions.ServerError) as caught:
            bucket_of(credentials, signature=signature).get_object("key")
        error = caught.value
        expected = {"AccessDenied": oss2.exceptions.AccessDenied}
        expected["SignatureDoesNotMatch"] = oss2.exceptions.SignatureDoesNotMatch
        assert type(error) is expected.get(error.code, oss2.exceptions.ServerError)
        return Told(error.status, error.code, error.message, error.ec, error.request_id)

    return ask


def by_oss_v2(**settings: Any) -> Ask:
    def ask(credentials: Credentials) -> Told:
        request = oss_v2.GetObjectRequest(bucket="media", key="key")
        with pytest.raises(oss_v2.exceptions.OperationError) as caught:
            client(credentials, **settings).get_object(request)
        error = caught.value.unwrap()
        assert isinstance(error, oss_v2.exceptions.ServiceError)
        return Told(error.status_code, error.code, error.message, error.ec, error.request_id)

    return ask


ASKS = {
    "oss2 v1": by_oss2("v1"),
    "oss2 v2": by_oss2("v2"),
    "oss2 v4": by_oss2("v4"),
    "oss_v2 v1": by_oss_v2(signature_version="v1"),
    "oss_v2 v4": by_oss_v2(),
}


@pytest.fixture(params=ASKS)
def ask(request: pytest.FixtureRequest) -> Ask:
    return ASKS[request.param]


@pytest.fixture
def role(ramsts: FakeCloud) -> Role:
    """The role of an application that may read one object."""
    ramsts.clock.freeze("2026-03-01T08:00:00Z")
    ramsts.state("oss").create_bucket("media", ramsts.account).put("key", b"content")
    may = Policy(allow("oss:GetObject", on="acs:oss:*:*:media/key"))
    return ramsts.account.create_role("app", policies=[may])


def long_term(role: Role) -> Any:
    return role.account.create_user("app", policies=["AliyunOSSFullAccess"]).access_key


# What is done to the credentials, and what becomes of the request


def no_permission(role: Role) -> Credentials:
    role.detach_all()
    return role.assume()


def expired(role: Role) -> Credentials:
    session = role.assume(duration=900)
    role.account.world.clock.advance(minutes=15)
    return session


def malformed(role: Role) -> Credentials:
    session = role.assume()
    return Keys(session.id, session.secret, "CAISnonsense")


def mismatched(role: Role) -> Credentials:
    session = role.assume()
    return Keys(session.id, session.secret, role.assume().security_token)


def without_token(role: Role) -> Credentials:
    session = role.assume()
    return Keys(session.id, session.secret)


def unknown(_: Role) -> Credentials:
    return Keys("LTAI5tNobodyHasThisKeyOnE", "secret")


def disabled(role: Role) -> Credentials:
    key = long_term(role)
    key.disable()
    return Keys(key.id, key.secret)


def wrong_secret(role: Role) -> Credentials:
    return Keys(long_term(role).id, "not-the-secret")


REFUSALS: dict[str, tuple[Callable[[Role], Credentials], Told]] = {
    "no permission": (
        no_permission,
        Told(
            403,
            "AccessDenied",
            "You have no right to access this object because of bucket acl.",
            "0003-00000001",
            "",
        ),
    ),
    "expired token": (
        expired,
        Told(
            403,
            "SecurityTokenExpired",
            "The security token you provided has expired.",
            "0002-00000007",
            "",
        ),
    ),
    "malformed token": (
        malformed,
        Told(
            403,
            "InvalidSecurityToken",
            "The security token you provided is invalid.",
            "0002-00000006",
            "",
        ),
    ),
    "token of another key": (
        mismatched,
        Told(
            403,
            "AccessKeyIdAndSecurityTokenNotMatch",
            "The OSS access key id and security token you provided does not match.",
            "0002-00000004",
            "",
        ),
    ),
    "no token": (
        without_token,
        Told(
            403,
            "InvalidAccessKeyId",
            "The OSS Access Key Id you provided does not exist in our records.",
            "0002-00000003",
            "",
        ),
    ),
    "unknown key": (
        unknown,
        Told(
            403,
            "InvalidAccessKeyId",
            "The OSS Access Key Id you provided does not exist in our records.",
            "0002-00000902",
            "",
        ),
    ),
    "disabled key": (
        disabled,
        Told(
            403,
            "InvalidAccessKeyId",
            "The OSS Access Key Id you provided is disabled.",
            "0002-00000904",
            "",
        ),
    ),
    "bad signature": (
        wrong_secret,
        Told(
            403,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided."
            " Check your key and signing method.",
            "0002-00000040",
            "",
        ),
    ),
}


@pytest.mark.parametrize("kind", REFUSALS)
def test_each_refusal_has_its_own_words(ramsts: FakeCloud, role: Role, ask: Ask, kind: str) -> None:
    arrange, expected = REFUSALS[kind]
    credentials = arrange(role)

    told = ask(credentials)

    call = ramsts.calls.last
    assert told.request_id == call.request_id
    assert len(told.request_id) == 24
    assert (told.status, told.code, told.ec) == (expected.status, expected.code, expected.ec)
    assert told.message == expected.message
    assert call.code == told.code


def test_a_clock_that_is_off_by_more_than_a_quarter_of_an_hour(
    ramsts: FakeCloud, role: Role, ask: Ask
) -> None:
    key = long_term(role)

    with ramsts.clock.skew(minutes=15, seconds=2):
        told = ask(key)

    assert (told.status, told.code, told.ec) == (403, "RequestTimeTooSkewed", "0002-00000504")
    assert told.message == (
        "The difference between the request time and the current time is too large."
    )


def test_an_expired_token_may_look_like_an_unknown_key(ask: Ask) -> None:
    settings = Settings(oss_expired_token="InvalidAccessKeyId")
    with FakeCloud(settings=settings) as cloud:
        cloud.clock.freeze("2026-03-01T08:00:00Z")
        session = cloud.account.create_role("app").assume(duration=900)
        cloud.clock.advance(minutes=15)

        told = ask(session)

    assert (told.status, told.code, told.ec) == (403, "InvalidAccessKeyId", "0002-00000002")


def test_a_refused_signature_shows_what_was_to_be_signed(ramsts: FakeCloud, role: Role) -> None:
    with pytest.raises(oss2.exceptions.SignatureDoesNotMatch) as caught:
        bucket_of(Keys(long_term(role).id, "not-the-secret")).get_object("key")

    details = caught.value.details
    assert details["OSSAccessKeyId"] == ramsts.calls.last.key_id
    assert details["StringToSign"].startswith("GET\n")
    assert details["StringToSign"].endswith("/media/key")
    assert details["StringToSignBytes"].startswith("47 45 54 0A")


def test_revocation_takes_effect_at_once(ramsts: FakeCloud, role: Role) -> None:
    session = role.assume()
    bucket = bucket_of(session)
    read = bucket.get_object("key").read()

    role.detach_all()
    with ramsts.denies("oss:GetObject", by=session) as denial:
        bucket.get_object("key")

    assert read == b"content"
    assert isinstance(denial.error, oss2.exceptions.AccessDenied)
