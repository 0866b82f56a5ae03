"""Chapter 11. Ways to be turned away at the door.

Before the cloud asks what somebody may do, it asks who they are: whose key, whose token, signed
when, signed how. Each way to fail has a code of its own, and an application can tell them apart
through the exception of its SDK. Every refusal here is met twice: with the current SDK and with the
older one, which sign by different algorithms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from alibabacloud_ram20150501.models import GetUserRequest
from alibabacloud_tea_openapi.exceptions import ClientException
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.vendored import requests as vendored_requests
from aliyunsdkram.request.v20150501.GetUserRequest import GetUserRequest as OlderGetUserRequest

from pytest_ramsts import AccessKey, Clock, FakeCloud, Session, User

from .clients import acs_client, ram_client

# The application: with either SDK it looks up the user `anna`.


def look_up(keys: Any) -> None:
    ram_client(keys).get_user(GetUserRequest(user_name="anna"))


def look_up_as_of_old(keys: Any) -> None:
    request = OlderGetUserRequest()
    request.set_UserName("anna")
    acs_client(keys).do_action_with_exception(request)


@dataclass(frozen=True)
class Sdk:
    look_up: Callable[[Any], None]
    http: Any
    """The `requests` that the SDK speaks through."""

    def refusal(self, keys: Any) -> tuple[int, str]:
        """Status and code, as the exception of the SDK has them."""
        with pytest.raises((ClientException, ServerException)) as refused:
            self.look_up(keys)
        error = refused.value
        if isinstance(error, ServerException):
            return error.http_status, error.error_code
        return error.status_code, error.code


@pytest.fixture(params=["current SDK", "older SDK"])
def sdk(request: pytest.FixtureRequest) -> Sdk:
    if request.param == "current SDK":
        return Sdk(look_up, requests)
    return Sdk(look_up_as_of_old, vendored_requests)


# Anna, with a key; and what an application might sign with instead


@pytest.fixture
def anna(ramsts: FakeCloud) -> User:
    return ramsts.account.create_user("anna", policies=["AliyunRAMReadOnlyAccess"])


def keys(
    of: AccessKey | Session, *, secret: str | None = None, token: str | None = None
) -> SimpleNamespace:
    """Keys as they were given out, or with another secret or token."""
    return SimpleNamespace(
        access_key_id=of.id,
        access_key_secret=of.secret if secret is None else secret,
        security_token=(of.security_token if token is None else token) or None,
    )


def test_with_the_right_key_the_door_opens(ramsts: FakeCloud, sdk: Sdk, anna: User) -> None:
    """Anna's own key, as it is: the call goes through."""
    sdk.look_up(keys(anna.access_key))

    assert ramsts.calls.last.allowed
    assert ramsts.calls.last.caller is anna


def test_an_unknown_key(sdk: Sdk, ramsts: FakeCloud) -> None:
    """A key that nobody has."""
    unknown = SimpleNamespace(access_key_id="LTAI5tUnknown", access_key_secret="secret")

    assert sdk.refusal(unknown) == (404, "InvalidAccessKeyId.NotFound")
    assert ramsts.calls.last.caller is None


def test_a_disabled_key(sdk: Sdk, anna: User) -> None:
    """A key that was switched off."""
    key = anna.access_key
    key.disable()

    assert sdk.refusal(keys(key)) == (400, "InvalidAccessKeyId.Inactive")


def test_a_wrong_secret(sdk: Sdk, anna: User) -> None:
    """The right key with a wrong secret: the signature does not verify."""
    refusal = sdk.refusal(keys(anna.access_key, secret="not-annas-secret"))

    if sdk.http is requests:
        assert refusal == (400, "SignatureDoesNotMatch")
    else:
        # It finds that it signed the very text that the cloud calculated with, so that the secret
        # must be wrong, and gives the refusal a name of its own.
        assert refusal == (400, "InvalidAccessKeySecret")


def test_a_token_with_another_key(sdk: Sdk, ramsts: FakeCloud) -> None:
    """The keys of one session with the token of another."""
    role = ramsts.account.create_role("auditor", policies=["AliyunRAMReadOnlyAccess"])
    one, other = role.assume("one"), role.assume("other")

    mixed = keys(one, token=other.security_token)
    assert sdk.refusal(mixed) == (400, "InvalidSecurityToken.MismatchWithAccessKey")


def test_a_token_that_was_forgotten(sdk: Sdk, ramsts: FakeCloud) -> None:
    """Temporary keys without their token: two of the three parts are not enough."""
    role = ramsts.account.create_role("auditor", policies=["AliyunRAMReadOnlyAccess"])

    incomplete = keys(role.assume(), token="")
    assert sdk.refusal(incomplete) == (400, "MissingSecurityToken")


def test_an_invented_token(sdk: Sdk, ramsts: FakeCloud) -> None:
    """Temporary keys with a token that STS never gave out."""
    role = ramsts.account.create_role("auditor", policies=["AliyunRAMReadOnlyAccess"])

    invented = keys(role.assume(), token="CAISinvented")
    assert sdk.refusal(invented) == (400, "InvalidSecurityToken.Malformed")


@pytest.mark.parametrize("minutes", [16, -16], ids=["slow", "fast"])
def test_a_wrong_clock(sdk: Sdk, ramsts_clock: Clock, anna: User, minutes: int) -> None:
    """The application's clock is more than a quarter of an hour slow, or fast."""
    with ramsts_clock.skew(minutes=minutes):
        assert sdk.refusal(keys(anna.access_key)) == (400, "InvalidTimeStamp.Expired")

    with ramsts_clock.skew(minutes=minutes * 14 / 16):
        sdk.look_up(keys(anna.access_key))


# Somebody sits between the application and the cloud, and sees what was signed


def meddle(monkeypatch: pytest.MonkeyPatch, sdk: Sdk, change: Callable[[Any], Any]) -> None:
    """Let every request of an SDK be changed on its way, after it was signed."""
    send = sdk.http.Session.send

    def send_changed(session: Any, request: Any, **options: Any) -> Any:
        return send(session, change(request), **options)

    monkeypatch.setattr(sdk.http.Session, "send", send_changed)


def test_a_parameter_that_was_changed_on_the_way(
    ramsts: FakeCloud, sdk: Sdk, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signed for anna, arrived for olga: the signature tells."""

    def ask_for_olga(request: Any) -> Any:
        request.url = request.url.replace("UserName=anna", "UserName=olga")
        return request

    meddle(monkeypatch, sdk, ask_for_olga)

    assert sdk.refusal(keys(anna.access_key)) == (400, "SignatureDoesNotMatch")
    assert ramsts.calls.last.parameters["UserName"] == "olga"


def test_a_request_that_was_recorded_and_sent_again(
    ramsts: FakeCloud, sdk: Sdk, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same signed request twice: its nonce was used, so the second one is refused."""
    recorded: list[Any] = []

    def send_the_first_one_again(request: Any) -> Any:
        recorded.append(request)
        return recorded[0]

    meddle(monkeypatch, sdk, send_the_first_one_again)
    sdk.look_up(keys(anna.access_key))

    assert sdk.refusal(keys(anna.access_key)) == (400, "SignatureNonceUsed")
    assert [call.allowed for call in ramsts.calls] == [True, False]


def test_a_recorded_request_is_of_no_use_the_next_day(
    ramsts: FakeCloud, ramsts_clock: Clock, sdk: Sdk, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cloud forgets nonces, but not before the time stamp beside them has grown stale."""
    recorded: list[Any] = []

    def send_the_first_one_again(request: Any) -> Any:
        recorded.append(request)
        return recorded[0]

    meddle(monkeypatch, sdk, send_the_first_one_again)
    sdk.look_up(keys(anna.access_key))

    ramsts_clock.advance(days=1)
    assert sdk.refusal(keys(anna.access_key)) == (400, "InvalidTimeStamp.Expired")
    assert len(ramsts.calls.allowed) == 1
