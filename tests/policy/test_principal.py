"""Callers are named as the cloud names them."""

from __future__ import annotations

import pytest

from pytest_ramsts.policy import DEFAULT, Principal
from pytest_ramsts.policy.principal import Principals

from .worlds import ALICE, CORP, ECS, ONE, READER, ROOT


@pytest.mark.parametrize(
    ("caller", "arn", "principal_arn", "display_name", "denied_type", "spoken"),
    [
        (
            ROOT,
            f"acs:ram::{ONE}:root",
            f"acs:ram::{ONE}:root",
            ONE,
            "RootUser",
            f"account {ONE}",
        ),
        (
            ALICE,
            f"acs:ram::{ONE}:user/alice",
            f"acs:ram::{ONE}:user/alice",
            "2065570000000001",
            "SubUser",
            "user alice",
        ),
        (
            READER,
            f"acs:ram::{ONE}:assumed-role/reader/run-1",
            f"acs:ram::{ONE}:role/reader",
            "reader:run-1",
            "AssumedRoleUser",
            "role reader (session run-1)",
        ),
        (
            ECS,
            "ecs.aliyuncs.com",
            "ecs.aliyuncs.com",
            "ecs.aliyuncs.com",
            "Service",
            "service ecs.aliyuncs.com",
        ),
        (
            CORP,
            f"acs:ram::{ONE}:saml-provider/corp",
            f"acs:ram::{ONE}:saml-provider/corp",
            "saml-provider/corp",
            "Federated",
            "federated saml-provider/corp",
        ),
        (Principal("Anonymous", ""), "", "", "", "Anonymous", "anybody"),
    ],
    ids=["account", "user", "session", "service", "provider", "nobody"],
)
def test_a_caller_has_an_arn_and_names(
    caller: Principal,
    arn: str,
    principal_arn: str,
    display_name: str,
    denied_type: str,
    spoken: str,
) -> None:
    assert caller.arn == arn
    assert caller.principal_arn == principal_arn
    assert caller.display_name == display_name
    assert caller.denied_type == denied_type
    assert str(caller) == spoken


def test_what_is_not_said_of_a_caller_is_empty() -> None:
    assert Principal("Account", ONE) == Principal("Account", ONE, "", "", "")


@pytest.mark.parametrize(("kind", "named"), [("trust", False), ("resource", True)])
def test_who_owns_an_account_is_named_by_its_root_but_assumes_no_role(
    kind: str, named: bool
) -> None:
    root = Principals.of({"RAM": f"acs:ram::{ONE}:root"})

    def names(caller: Principal) -> bool:
        return root.names(caller, kind=kind, conditional=False, owner=ONE, settings=DEFAULT)

    assert names(ROOT) is named
    assert names(ALICE)


def test_only_a_session_has_a_role() -> None:
    assert READER.role_arn == f"acs:ram::{ONE}:role/reader"
    assert ALICE.role_arn == ""
