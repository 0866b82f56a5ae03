"""How Table Store refuses, as its SDK tells it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from tablestore import OTSClient, OTSServiceError, Row

from pytest_ramsts import FakeCloud, Policy, Role, Settings, User, allow
from pytest_ramsts.services.tablestore import Instance

from ..services.tablestore.clients import (  # noqa: TID252 - how they are made is said once
    ALWAYS,
    Credentials,
    client_of,
)

NO_PERMISSION = (
    "You have no permission to access the requested resource, please contact the resource owner"
)
READ = Policy(allow("ots:GetRow", on="acs:ots:*:*:instance/shop/table/orders"))


@pytest.fixture
def shop(ramsts: FakeCloud) -> Instance:
    instance: Instance = ramsts.state("tablestore").create_instance("shop", ramsts.account)
    instance.create_table("orders", {"id": "INTEGER"}).put({"id": 1}, {"title": "lamp"})
    return instance


@pytest.fixture
def anna(ramsts: FakeCloud) -> User:
    """She may read the orders."""
    return ramsts.account.create_user("anna", policies=[READ])


@pytest.fixture
def reader(ramsts: FakeCloud, anna: User) -> Role:
    return ramsts.account.create_role("reader", trusted=anna, policies=[READ])


@dataclass(frozen=True)
class Forged:
    """Credentials that somebody made up, or put together."""

    id: str
    secret: str
    security_token: str = ""


@dataclass
class Scene:
    cloud: FakeCloud
    shop: Instance
    anna: User
    reader: Role

    def refusal(self, credentials: Credentials, **options: Any) -> OTSServiceError:
        client = client_of(credentials, self.shop, **options)
        with pytest.raises(OTSServiceError) as caught:
            client.get_row("orders", [("id", 1)], max_version=1)
        return caught.value


@pytest.fixture
def scene(ramsts: FakeCloud, shop: Instance, anna: User, reader: Role) -> Scene:
    return Scene(ramsts, shop, anna, reader)


def no_permission(scene: Scene) -> Credentials:
    scene.anna.detach_all()
    return scene.anna.access_key


def unknown_key(_: Scene) -> Credentials:
    return Forged("LTAI5tNobodyHasThisKeyOnE", "secret")


def disabled_key(scene: Scene) -> Credentials:
    scene.anna.access_key.disable()
    return scene.anna.access_keys[0]


def wrong_secret(scene: Scene) -> Credentials:
    return Forged(scene.anna.access_key.id, "not the secret")


def expired_token(scene: Scene) -> Credentials:
    session = scene.reader.assume()
    scene.cloud.clock.advance(hours=1, seconds=1)
    return session


def malformed_token(scene: Scene) -> Credentials:
    session = scene.reader.assume()
    return Forged(session.id, session.secret, "CAISnothing")


def foreign_token(scene: Scene) -> Credentials:
    session = scene.reader.assume()
    return Forged(session.id, session.secret, scene.reader.assume().security_token)


def token_of_a_key(scene: Scene) -> Credentials:
    key = scene.anna.access_key
    return Forged(key.id, key.secret, scene.reader.assume().security_token)


def missing_token(scene: Scene) -> Credentials:
    session = scene.reader.assume()
    return Forged(session.id, session.secret)


def unknown_instance(scene: Scene) -> Credentials:
    scene.cloud.state("tablestore").instances.clear()
    return scene.anna.access_key


def instance_elsewhere(scene: Scene) -> Credentials:
    scene.cloud.state("tablestore").instances.clear()
    scene.cloud.state("tablestore").create_instance(
        "shop", scene.cloud.account, region="cn-shanghai"
    )
    return scene.anna.access_key


def another_account(scene: Scene) -> Credentials:
    stranger = scene.cloud.create_account().create_user("eve", policies=["AliyunOTSFullAccess"])
    return stranger.access_key


REFUSALS: dict[Callable[[Scene], Credentials], tuple[str, str]] = {
    no_permission: ("OTSNoPermissionAccess", NO_PERMISSION),
    unknown_key: ("OTSAuthFailed", "The AccessKeyID does not exist."),
    disabled_key: ("OTSAuthFailed", "The AccessKeyID is disabled."),
    wrong_secret: ("OTSAuthFailed", "Signature mismatch."),
    # What a page says of tokens is not known: ours name the token.
    expired_token: ("OTSAuthFailed", "The security token has expired."),
    malformed_token: ("OTSAuthFailed", "The security token is invalid."),
    foreign_token: ("OTSAuthFailed", "The security token does not match the AccessKeyID."),
    token_of_a_key: ("OTSAuthFailed", "The security token does not match the AccessKeyID."),
    missing_token: ("OTSAuthFailed", "The security token is missing."),
    unknown_instance: ("OTSAuthFailed", "The instance is not found."),
    instance_elsewhere: ("OTSAuthFailed", "The instance is not found."),
    another_account: ("OTSAuthFailed", "The user has no privilege to access the instance."),
}


@pytest.mark.parametrize("region", [None, "cn-hangzhou"], ids=["V2", "V4"])
@pytest.mark.parametrize(
    ("arrange", "refusal"),
    REFUSALS.items(),
    ids=[arrange.__name__ for arrange in REFUSALS],
)
def test_a_refusal_has_its_own_code_and_text(
    scene: Scene,
    arrange: Callable[[Scene], Credentials],
    refusal: tuple[str, str],
    region: str | None,
) -> None:
    error = scene.refusal(arrange(scene), region=region)

    assert (error.http_status, error.code, error.message) == (403, *refusal)
    assert error.request_id == scene.cloud.calls.last.request_id
    assert scene.cloud.calls.last.code == error.code


def test_a_token_that_expired_may_look_like_a_missing_permission() -> None:
    """As applications have met it: only the fake cloud tells the two apart."""
    settings = Settings(tablestore_token_refusal="OTSNoPermissionAccess")
    with FakeCloud(settings=settings) as cloud:
        shop = cloud.state("tablestore").create_instance("shop", cloud.account)
        session = cloud.account.create_role("reader", policies=["AliyunOTSFullAccess"]).assume()
        cloud.clock.advance(hours=2)
        with pytest.raises(OTSServiceError) as caught:
            client_of(session, shop).list_table()

    assert (caught.value.code, caught.value.message) == ("OTSNoPermissionAccess", NO_PERMISSION)
    assert not cloud.calls.last.denied


@pytest.mark.parametrize("minutes", [16, -16])
def test_a_clock_that_is_wrong_is_a_mismatch(scene: Scene, minutes: int) -> None:
    scene.cloud.clock.freeze("2026-03-01T08:00:00Z")
    with scene.cloud.clock.skew(minutes=minutes):
        error = scene.refusal(scene.anna.access_key)

    assert (error.http_status, error.code) == (403, "OTSAuthFailed")
    assert error.message == "Mismatch between system time and x-ots-date: 2026-03-01T08:00:00.000Z."


@pytest.mark.parametrize("minutes", [14, -14])
def test_a_clock_may_be_a_little_wrong(scene: Scene, minutes: int) -> None:
    with scene.cloud.clock.skew(minutes=minutes):
        client = client_of(scene.anna.access_key, scene.shop)
        _, row, _ = client.get_row("orders", [("id", 1)], max_version=1)

    assert row is not None


def test_a_moved_clock_moves_both_sides(scene: Scene) -> None:
    """The SDK takes no answer that is dated more than 15 minutes from its own time."""
    client = client_of(scene.anna.access_key, scene.shop)
    for moment in ("2026-03-01T08:00:00Z", "2031-07-01T08:00:00Z", "2020-01-01T00:00:00Z"):
        scene.cloud.clock.freeze(moment)
        _, row, _ = client.get_row("orders", [("id", 1)], max_version=1)
        assert row is not None


def test_a_refused_change_changed_nothing(scene: Scene) -> None:
    client = client_of(scene.anna.access_key, scene.shop)
    with scene.cloud.denies("ots:PutRow", on=f"{scene.shop.arn}/table/orders") as denial:
        client.put_row("orders", Row([("id", 1)], [("title", "x")]), ALWAYS)

    assert isinstance(denial.error, OTSServiceError)
    assert denial.reason == "ImplicitDeny"
    assert scene.shop.tables["orders"].rows == [{"id": 1, "title": "lamp"}]


def test_what_was_detached_is_refused_at_the_very_next_call(scene: Scene) -> None:
    client = client_of(scene.reader.assume(), scene.shop)
    before = client.get_row("orders", [("id", 1)], max_version=1)
    scene.reader.detach_all()

    with pytest.raises(OTSServiceError, match="OTSNoPermissionAccess"):
        client.get_row("orders", [("id", 1)], max_version=1)
    assert before[1] is not None


def test_a_provider_that_hands_out_new_credentials_is_asked_for_each_call(scene: Scene) -> None:
    class Provider:
        def get_credentials(self) -> Any:
            from tablestore.credentials import Credentials as Theirs  # noqa: PLC0415

            session = scene.reader.assume(duration=900)
            return Theirs(session.id, session.secret, session.security_token)

    client = OTSClient(scene.shop.endpoint, instance_name="shop", credentials_provider=Provider())
    for _ in range(3):
        client.get_row("orders", [("id", 1)], max_version=1)
        scene.cloud.clock.advance(minutes=16)

    assert len({call.key_id for call in scene.cloud.calls.of("ots:GetRow")}) == 3
