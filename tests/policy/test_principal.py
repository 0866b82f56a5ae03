"""Callers are named as the cloud names them."""

from __future__ import annotations

import pytest

from pytest_ramsts.policy import Principal

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
    ],
    ids=["account", "user", "session", "service", "provider"],
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


def test_only_a_session_has_a_role() -> None:
    assert READER.role_arn == f"acs:ram::{ONE}:role/reader"
    assert ALICE.role_arn == ""
