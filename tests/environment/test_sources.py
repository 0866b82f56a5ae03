"""Every place that credentials come from, found by the official library's own default chain."""

from __future__ import annotations

import asyncio
import importlib
import itertools
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from alibabacloud_credentials.client import Client as DefaultChain
from alibabacloud_credentials.exceptions import CredentialException

from pytest_ramsts import Clock, FakeCloud, Policy, RamstsError, Role, Session, User, allow, deny
from pytest_ramsts.environment import SOURCES
from pytest_ramsts.identity import AccessKey
from pytest_ramsts.issuers import OidcIssuer

NAMES: Final = {
    "environment": "default/env",
    "oidc": "default/oidc_role_arn",
    "cli:AK": "default/cli_profile/static_ak",
    "cli:StsToken": "default/cli_profile/static_sts",
    "cli:RamRoleArn": "default/cli_profile/ram_role_arn/static_ak",
    "cli:ChainableRamRoleArn": "default/cli_profile/ram_role_arn/static_ak",
    "cli:EcsRamRole": "default/cli_profile/ecs_ram_role",
    "cli:OIDC": "default/cli_profile/oidc_role_arn",
    "cli:CloudSSO": "default/cli_profile/cloud_sso",
    "cli:OAuth": "default/cli_profile/oauth",
    "cli:External": "default/cli_profile/external",
    "credentials_file:access_key": "default/profile/static_ak",
    "credentials_file:ram_role_arn": "default/profile/ram_role_arn/static_ak",
    "credentials_file:ecs_ram_role": "default/profile/ecs_ram_role",
    "credentials_file:oidc_role_arn": "default/profile/oidc_role_arn",
    "credentials_file:rsa_key_pair": "default/profile/rsa_key_pair",
    "ecs": "default/ecs_ram_role",
    "credentials_uri": "default/credential_uri",
}
"""What the library itself says where it found them."""

WAYS: Final[dict[str, Callable[[Any], Any]]] = {
    "sync": lambda chain: chain.get_credential(),
    "async": lambda chain: asyncio.run(chain.get_credential_async()),
}


Found = tuple[User | AccessKey | Role | Session, dict[str, Any]]


def suitable(ramsts: FakeCloud, via: str) -> Found:
    """Somebody who can be found there, and the terms it takes."""
    account = ramsts.account
    match SOURCES[via].needs:
        case "credentials" | "key":
            return account.create_user(), {}
        case "pair":
            allowed = Policy(allow("sts:GenerateSessionAccessKey"))
            return account.create_user(policies=[allowed]).create_key_pair(), {}
        case "session":
            return account.create_role().assume(), {}
        case "instance":
            return account.create_role(trusted="ecs.aliyuncs.com"), {}
        case "oidc":
            issuer = OidcIssuer(account)
            return account.create_role(trusted=issuer.trust()), {"by": issuer}
        case _:
            return account.create_role(), {}


def test_every_source_is_found_by_a_test() -> None:
    # aliyunsdkcore reads these two itself, and no other library does.
    assert set(SOURCES) - {"aliyun_environment"} == set(NAMES)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("via", NAMES)
def test_the_default_chain_finds_working_credentials_there(
    ramsts: FakeCloud, via: str, way: str
) -> None:
    who, terms = suitable(ramsts, via)
    with ramsts.acting_as(who, via=via, **terms):
        found = WAYS[way](DefaultChain())
        credentials = ramsts.world.credentials(found.access_key_id)

        assert found.provider_name == NAMES[via]
        assert found.access_key_secret == credentials.secret
        assert (found.security_token or "") == credentials.security_token
        if isinstance(who, Role):
            assert isinstance(credentials, Session)
            assert credentials.role is who


@pytest.mark.parametrize("via", NAMES)
def test_nothing_is_left_after_the_block(ramsts: FakeCloud, via: str) -> None:
    before = dict(os.environ)
    threads = set(threading.enumerate())
    who, terms = suitable(ramsts, via)
    with ramsts.acting_as(who, via=via, **terms):
        DefaultChain().get_credential()
        home = os.environ.get("HOME")

    assert dict(os.environ) == before
    assert not [t for t in set(threading.enumerate()) - threads if t.name == "APScheduler"]
    assert home == before.get("HOME") or not Path(home or "").exists()
    assert ramsts.state("metadata").instance is None


PLACES: Final = [
    "environment",
    "oidc",
    "cli:AK",
    "credentials_file:access_key",
    "ecs",
    "credentials_uri",
]
"""Where the default chain looks, in the order of its manual."""


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("first", "second"), list(itertools.pairwise(PLACES)))
def test_of_two_places_the_chain_looks_at_the_first_one_first(
    ramsts: FakeCloud, monkeypatch: pytest.MonkeyPatch, first: str, second: str, way: str
) -> None:
    """Both are laid out: `acting_as` alone would hide the one behind the other."""
    who, terms = suitable(ramsts, second)
    other, other_terms = suitable(ramsts, first)
    with ramsts.acting_as(who, via=second, **terms):
        behind = dict(os.environ)
        with ramsts.acting_as(other, via=first, **other_terms), monkeypatch.context() as both:
            for name, value in behind.items():
                if leads_nowhere(os.environ.get(name, "")):
                    both.setenv(name, value)
            for reader in ("auth_util", "auth_constant"):
                importlib.reload(sys.modules[f"alibabacloud_credentials.utils.{reader}"])

            assert {
                name
                for name, value in behind.items()
                if os.environ[name] != value and not leads_nowhere(value)
            } <= {"HOME", "PYTEST_CURRENT_TEST"}
            assert WAYS[way](DefaultChain()).provider_name == NAMES[first]
        assert WAYS[way](DefaultChain()).provider_name == NAMES[second]


def leads_nowhere(value: str) -> bool:
    """Of what `acting_as` hides a place with."""
    return value in ("", "true") or value.endswith("none.ini")


def test_the_table_of_sources_is_in_that_order() -> None:
    kinds = [via.partition(":")[0] for via in SOURCES if via != "aliyun_environment"]

    assert list(dict.fromkeys(kinds)) == [place.partition(":")[0] for place in PLACES]


# Assuming a role: who does it, and on which terms


@pytest.mark.parametrize(
    "via", ["cli:RamRoleArn", "credentials_file:ram_role_arn", "cli:ChainableRamRoleArn"]
)
def test_a_role_is_assumed_by_whom_the_test_names(
    ramsts: FakeCloud, ram_user: User, ram_role: Role, via: str
) -> None:
    with ramsts.acting_as(ram_role, via=via, by=ram_user, session_name="nightly") as handed:
        found = DefaultChain().get_credential()

    assert handed is ram_role
    assert ramsts.calls.of("sts:AssumeRole").last.caller is ram_user
    assert ramsts.credentials(found.access_key_id).name == "nightly"


@pytest.mark.parametrize("via", ["cli", "credentials_file"])
def test_the_plain_name_of_a_file_means_what_suits_the_actor(
    ramsts: FakeCloud, ram_user: User, ram_role: Role, via: str
) -> None:
    with ramsts.acting_as(ram_user, via=via):
        assert DefaultChain().get_credential().access_key_id == ram_user.access_key.id
    with ramsts.acting_as(ram_role, via=via, by=ram_user):
        assert DefaultChain().get_credential().security_token


def test_a_role_that_may_not_be_assumed_is_not_found(ramsts: FakeCloud, ram_role: Role) -> None:
    stranger = ramsts.account.create_user()
    with (
        ramsts.acting_as(ram_role, via="cli", by=stranger),
        pytest.raises(CredentialException, match="NoPermission"),
    ):
        DefaultChain().get_credential()


@pytest.mark.parametrize(("said", "found"), [("tenant-7", True), ("tenant-8", False), ("", False)])
def test_the_external_id_of_the_file_is_what_the_trust_policy_sees(
    ramsts: FakeCloud, ram_user: User, said: str, found: bool
) -> None:
    ram_user.attach("AliyunSTSAssumeRoleAccess")
    role = ramsts.account.create_role(
        trusted={
            "Version": "1",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"RAM": [ram_user.arn]},
                    "Condition": {"StringEquals": {"sts:ExternalId": "tenant-7"}},
                }
            ],
        }
    )
    with ramsts.acting_as(role, via="cli", by=ram_user, external_id=said):
        if found:
            assert DefaultChain().get_credential().security_token
        else:
            with pytest.raises(CredentialException, match="NoPermission"):
                DefaultChain().get_credential()


@pytest.mark.parametrize("via", ["cli", "credentials_file"])
def test_the_session_policy_of_the_file_narrows_the_session(
    ramsts: FakeCloud, ram_user: User, ram_role: Role, via: str
) -> None:
    ram_role.attach(Policy(allow("oss:*", on="*")))
    narrow = Policy(
        allow("oss:GetObject", on="*"), deny("oss:GetObject", on="acs:oss:*:*:secret/*")
    )
    with ramsts.acting_as(ram_role, via=via, by=ram_user, policy=narrow):
        session = ramsts.credentials(DefaultChain().get_credential().access_key_id)

    assert session.can("oss:GetObject", on="acs:oss:*:*:open/a")
    assert not session.can("oss:GetObject", on="acs:oss:*:*:secret/a")
    assert not session.can("oss:PutObject", on="acs:oss:*:*:open/a")


def test_the_duration_of_the_file_is_asked_for(
    ramsts: FakeCloud, ram_user: User, ram_role: Role
) -> None:
    with ramsts.acting_as(ram_role, via="cli", by=ram_user, duration=1800):
        session = ramsts.credentials(DefaultChain().get_credential().access_key_id)

    assert isinstance(session, Session)
    assert session.duration.total_seconds() == 1800


def test_a_chain_of_roles_ends_in_the_last_one(ramsts: FakeCloud) -> None:
    first = ramsts.account.create_role("first", policies=["AliyunSTSAssumeRoleAccess"])
    second = ramsts.account.create_role("second", trusted=first)
    with ramsts.acting_as(second, via="cli:ChainableRamRoleArn", by=first):
        session = ramsts.credentials(DefaultChain().get_credential().access_key_id)

    assert isinstance(session, Session)
    assert session.role is second
    assert [call.parameters["RoleArn"] for call in ramsts.calls] == [first.arn, second.arn]


def test_a_session_can_only_be_the_source_of_a_chain(ramsts: FakeCloud, ram_role: Role) -> None:
    session = ramsts.account.create_role(policies=["AliyunSTSAssumeRoleAccess"]).assume()
    with (
        pytest.raises(RamstsError, match="cli:ChainableRamRoleArn"),
        ramsts.acting_as(ram_role, via="cli", by=session),
    ):
        pass


# By a token, as a pod of ACK does (RRSA)


def test_the_token_is_about_the_subject_that_the_test_names(ramsts: FakeCloud) -> None:
    issuer = OidcIssuer(ramsts.account)
    mine = "system:serviceaccount:shop:orders"
    role = ramsts.account.create_role(trusted=issuer.trust(subject=mine))
    with ramsts.acting_as(role, via="oidc", by=issuer, subject=mine, session_name="pod-1"):
        session = ramsts.credentials(DefaultChain().get_credential().access_key_id)
    with (
        ramsts.acting_as(role, via="oidc", by=issuer),
        pytest.raises(CredentialException, match="AuthenticationFail"),
    ):
        DefaultChain().get_credential()

    assert isinstance(session, Session)
    assert session.name == "pod-1"


def test_a_pod_renews_its_session_with_the_token_of_its_file(
    ramsts: FakeCloud, ramsts_clock: Clock
) -> None:
    ramsts_clock.freeze()
    issuer = OidcIssuer(ramsts.account)
    role = ramsts.account.create_role(trusted=issuer.trust())
    with ramsts.acting_as(role, via="oidc", by=issuer):
        chain = DefaultChain()
        ids = []
        for seconds in (0, 2699, 1):
            ramsts_clock.advance(seconds=seconds)
            ids.append(chain.get_credential().access_key_id)

    assert ids[0] == ids[1] != ids[2]


def test_a_token_needs_its_issuer(ramsts: FakeCloud, ram_role: Role) -> None:
    with (
        pytest.raises(RamstsError, match="`oidc` needs who issues the token"),
        ramsts.acting_as(ram_role, via="oidc"),
    ):
        pass


def test_a_token_assumes_a_role_by_its_own_sources_only(ramsts: FakeCloud, ram_role: Role) -> None:
    with (
        pytest.raises(RamstsError, match="via `oidc`, `cli:OIDC`"),
        ramsts.acting_as(ram_role, via="cli", by=OidcIssuer(ramsts.account)),
    ):
        pass
