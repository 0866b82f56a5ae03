"""At which clock time each provider refreshes: not a second earlier, and not one later.

The figures are the libraries' own habits (`alibabacloud_credentials` 1.0, `aliyunsdkcore` 2.16);
a release that changes one fails here.
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, get_args

import oss2
import pytest
from alibabacloud_credentials.client import Client as DefaultChain
from aliyunsdkcore.auth.credentials import EcsRamRoleCredential, RamRoleArnCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdksts.request.v20150401.GetCallerIdentityRequest import GetCallerIdentityRequest

from pytest_ramsts import Clock, FakeCloud, Role, User
from pytest_ramsts.clock import EngineName
from pytest_ramsts.issuers import OidcIssuer

Ask = Callable[[], Any]
"""Makes the provider give out credentials, once."""


@dataclass(frozen=True)
class World:
    ramsts: FakeCloud
    user: User
    role: Role
    """It may be had by a key and on an instance."""
    issuer: OidcIssuer
    pod: Role
    """It may be had by a token of the issuer."""


@pytest.fixture(params=get_args(EngineName))
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with FakeCloud(clock_engine=request.param) as ramsts:
        account = ramsts.account
        issuer = OidcIssuer(account)
        yield World(
            ramsts,
            account.create_user(policies=["AliyunSTSAssumeRoleAccess"]),
            account.create_role(
                "app", trusted=[account, "ecs.aliyuncs.com"], max_session_duration=7200
            ),
            issuer,
            account.create_role("pod", trusted=issuer.trust()),
        )


@contextmanager
def chain(world: World, **source: Any) -> Iterator[Ask]:
    with world.ramsts.acting_as(world.role, **source):
        yield DefaultChain().get_credential


@contextmanager
def chain_async(world: World, **source: Any) -> Iterator[Ask]:
    with world.ramsts.acting_as(world.role, **source):
        client = DefaultChain()
        yield lambda: asyncio.run(client.get_credential_async())


@contextmanager
def pod(world: World, via: str) -> Iterator[Ask]:
    with world.ramsts.acting_as(world.pod, via=via, by=world.issuer):
        yield DefaultChain().get_credential


@contextmanager
def oss2_on_an_instance(world: World) -> Iterator[Ask]:
    with world.ramsts.acting_as(world.role, via="ecs"):
        path = "latest/meta-data/ram/security-credentials"
        url = f"http://100.100.100.200/{path}/{world.role.name}"
        yield oss2.credentials.EcsRamRoleCredentialsProvider(url).get_credentials


@contextmanager
def old_sdk(world: World, credential: Callable[[World], Any]) -> Iterator[Ask]:
    with world.ramsts.acting_as(world.role, via="ecs"):
        client = AcsClient("cn-hangzhou", credential=credential(world))
        yield lambda: client.do_action_with_exception(GetCallerIdentityRequest())


def ram_role_arn(world: World) -> Any:
    key = world.user.access_key
    return RamRoleArnCredential(key.id, key.secret, world.role.arn, "old-sdk")


def ecs_ram_role(world: World) -> Any:
    return EcsRamRoleCredential(world.role.name)


ASSUME: Final = "sts:AssumeRole"
BY_TOKEN: Final = "sts:AssumeRoleWithOIDC"
FETCH: Final = "metadata:GetRoleCredentials"
URI: Final = "credentials-uri:GetCredentials"

REFRESHES: Final[dict[str, tuple[Callable[[World], AbstractContextManager[Ask]], str, int]]] = {
    # A quarter of an hour before the end of an hour, of two, of half an hour.
    "cli:RamRoleArn": (lambda w: chain(w, via="cli", by=w.user), ASSUME, 2700),
    "cli:RamRoleArn, async": (lambda w: chain_async(w, via="cli", by=w.user), ASSUME, 2700),
    "cli:RamRoleArn, 2 h": (
        lambda w: chain(w, via="cli", by=w.user, duration=7200),
        ASSUME,
        6300,
    ),
    "cli:RamRoleArn, 1/2 h": (
        lambda w: chain(w, via="cli", by=w.user, duration=1800),
        ASSUME,
        900,
    ),
    "cli:ChainableRamRoleArn": (
        lambda w: chain(w, via="cli:ChainableRamRoleArn", by=w.user),
        ASSUME,
        2700,
    ),
    "credentials_file:ram_role_arn": (
        lambda w: chain(w, via="credentials_file", by=w.user),
        ASSUME,
        2700,
    ),
    "credentials_uri": (lambda w: chain(w, via="credentials_uri"), URI, 2700),
    "credentials_uri, async": (lambda w: chain_async(w, via="credentials_uri"), URI, 2700),
    "oidc": (lambda w: pod(w, "oidc"), BY_TOKEN, 2700),
    "cli:OIDC": (lambda w: pod(w, "cli:OIDC"), BY_TOKEN, 2700),
    "credentials_file:oidc_role_arn": (
        lambda w: pod(w, "credentials_file:oidc_role_arn"),
        BY_TOKEN,
        2700,
    ),
    # In the background, an hour after each fetch, whatever the credentials say.
    "ecs": (lambda w: chain(w, via="ecs"), FETCH, 3600),
    "cli:EcsRamRole": (lambda w: chain(w, via="cli:EcsRamRole"), FETCH, 3600),
    "credentials_file:ecs_ram_role": (
        lambda w: chain(w, via="credentials_file:ecs_ram_role"),
        FETCH,
        3600,
    ),
    # After 0.8 of the hour that was asked for; after 0.9 of an hour, whatever `Expiration` says.
    "aliyunsdkcore RamRoleArn": (lambda w: old_sdk(w, ram_role_arn), ASSUME, 2881),
    "aliyunsdkcore EcsRamRole": (lambda w: old_sdk(w, ecs_ram_role), FETCH, 3241),
    # When 15 % of the six hours are left.
    "oss2 EcsRamRole": (oss2_on_an_instance, FETCH, 18360),
}


@pytest.mark.parametrize("name", REFRESHES)
def test_a_provider_refreshes_exactly_then(name: str, world: World) -> None:
    arranged, action, due = REFRESHES[name]
    ramsts = world.ramsts
    ramsts.clock.freeze("2026-07-01T08:00:00Z")
    with arranged(world) as ask:
        ask()
        fetched = len(ramsts.calls.of(action))
        ramsts.clock.advance(seconds=due - 1)
        ask()
        before = len(ramsts.calls.of(action))
        ramsts.clock.advance(seconds=1)
        ask()
        wait_for(lambda: len(ramsts.calls.of(action)) > before)
        after = len(ramsts.calls.of(action))

    assert (before, after) == (fetched, fetched + 1)


def wait_for(condition: Callable[[], bool]) -> None:
    """Give a refresh in the background its time, by no clock that is frozen."""
    turns = 1000
    while not condition() and (turns := turns - 1):
        threading.Event().wait(0.005)


def test_a_process_is_asked_again_three_minutes_before_the_end(
    ramsts: FakeCloud, ramsts_clock: Clock
) -> None:
    ramsts_clock.freeze()
    session = ramsts.account.create_role().assume()
    with ramsts.acting_as(session, via="cli:External"):
        config = Path(os.environ["HOME"], ".aliyun", "config.json")
        client = DefaultChain()
        runs = []
        for seconds in (0, 3419, 1):
            ramsts_clock.advance(seconds=seconds)
            config.write_text(config.read_text().replace("sts_token", "old_token"))
            client.get_credential()
            # What a process answers, the library writes back.
            runs.append("sts_token" in json.loads(config.read_text())["profiles"][0])

    assert runs == [True, False, True]


def test_a_session_of_a_quarter_of_an_hour_is_renewed_at_every_call(
    world: World,
) -> None:
    with world.ramsts.acting_as(world.role, via="cli", by=world.user, duration=900):
        client = DefaultChain()
        for _ in range(3):
            client.get_credential()

    assert len(world.ramsts.calls.of(ASSUME)) == 3
