"""The system policies are there by name, and say what they say."""

from __future__ import annotations

import re

import pytest

from pytest_ramsts.policy import (
    SYSTEM_POLICIES,
    Access,
    AppliedPolicy,
    Layers,
    Policy,
    SystemPolicy,
    allow,
    decide,
)

from .worlds import ALICE, TABLE, WORKER


@pytest.mark.parametrize("name", SYSTEM_POLICIES)
def test_a_system_policy_is_complete(name: str) -> None:
    policy = SYSTEM_POLICIES[name]

    assert policy.name == name
    assert policy.document == Policy.parse(policy.text)
    assert policy.document is policy.document
    assert policy.description.startswith("Provides ")
    assert re.fullmatch(r"v\d+", policy.default_version)
    assert all(
        re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", date)
        for date in (policy.create_date, policy.update_date)
    )
    assert policy.source in ("published", "abridged", "stand-in")


def test_they_are_a_mapping() -> None:
    assert len(SYSTEM_POLICIES) == len(list(SYSTEM_POLICIES))
    assert "AliyunOTSFullAccess" in SYSTEM_POLICIES
    assert SYSTEM_POLICIES.get("AliyunNothingFullAccess") is None


def test_dates_are_in_universal_time() -> None:
    """The pages print 2015-08-03 04:52:09, in Beijing."""
    assert SYSTEM_POLICIES["AliyunSTSAssumeRoleAccess"].create_date == "2015-08-02T20:52:09Z"


def test_a_system_policy_of_ones_own_has_a_version_and_dates() -> None:
    assert SystemPolicy("mine", "", "{}") == SystemPolicy(
        "mine", "", "{}", "v1", "2015-04-28T08:15:45Z", "2017-04-27T08:48:07Z", "published"
    )


def test_the_text_of_a_system_policy_is_written_for_people() -> None:
    lines = SYSTEM_POLICIES["AdministratorAccess"].text.splitlines()

    assert lines[:3] == ["{", '  "Version": "1",', '  "Statement": [']


def test_assuming_roles_is_a_policy_of_its_own() -> None:
    assert SYSTEM_POLICIES["AliyunSTSAssumeRoleAccess"].document == Policy(allow("sts:AssumeRole"))


@pytest.mark.parametrize(
    ("name", "action", "resource", "allowed"),
    [
        ("AdministratorAccess", "ots:DeleteTable", TABLE, True),
        ("AliyunOTSFullAccess", "ots:DeleteTable", TABLE, True),
        ("AliyunOTSReadOnlyAccess", "ots:GetRow", TABLE, True),
        ("AliyunOTSReadOnlyAccess", "ots:PutRow", TABLE, False),
        ("AliyunOTSWriteOnlyAccess", "ots:PutRow", TABLE, True),
        ("AliyunOTSWriteOnlyAccess", "ots:GetRow", TABLE, False),
        ("AliyunIOTReadOnlyAccess", "iot:QueryDevice", "*", True),
        ("AliyunIOTReadOnlyAccess", "iot:Pub", "*", False),
        ("AliyunRAMFullAccess", "sts:AssumeRole", WORKER, False),
        ("ReadOnlyAccess", "ecs:DescribeInstances", "*", True),
        ("AliyunKMSFullAccess", "ram:CreateServiceLinkedRole", "*", False),
    ],
)
def test_a_system_policy_allows_its_service(
    name: str, action: str, resource: str, allowed: bool
) -> None:
    applied = AppliedPolicy(SYSTEM_POLICIES[name].document, name, "System")
    decision = decide(Access(ALICE, action, resource), Layers(identity=(applied,)))

    # AssumeRole needs the role's trust as well; here it is about the identity policy alone.
    assert (decision.policy_type == "AssumeRolePolicy" or decision.allowed) is allowed
