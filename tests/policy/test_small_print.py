"""What a reader of a policy, a refusal or a finding relies on, down to the word."""

from __future__ import annotations

import pytest

from pytest_ramsts.errors import MalformedPolicyDocumentError
from pytest_ramsts.policy import (
    Access,
    AppliedPolicy,
    Layers,
    Policy,
    Principal,
    Settings,
    allow,
    decide,
)

ALICE = Principal("RAMUser", "1000000000000001", "alice", "2065570000000001")
OWNER = Principal("Account", "1000000000000001", "root", "1000000000000001")
PUBLISH = {"acs:SourceIp": "10.0.0.0/8"}


def test_an_empty_list_of_principals_is_everybody_but_the_owner() -> None:
    document = {
        "Version": "1",
        "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*", "Principal": []}],
    }
    policy = AppliedPolicy(Policy.parse(document, kind="resource"), "bucket", "Resource")
    layers = Layers(
        identity=(AppliedPolicy(Policy(allow("oss:*")), "all", "Custom"),), resource=(policy,)
    )
    resource = "acs:oss:*:1000000000000001:media/a"

    assert decide(Access(ALICE, "oss:GetObject", resource), layers).reason == "ExplicitDeny"
    assert decide(Access(OWNER, "oss:GetObject", resource), layers)


@pytest.mark.parametrize(
    "resources",
    [
        ["acs:ots:*:*:a\nacs:ots", "table*"],
        ["acs:ots:*:*:a\nb", "table*"],
        ["table*", "acs:ots:*:*:a\nacs:ots"],
    ],
)
def test_a_resource_of_several_lines_hides_no_other(resources: list[str]) -> None:
    statements = [
        {"Effect": "Allow", "Action": "ots:*", "Resource": resource} for resource in resources
    ]

    with pytest.raises(MalformedPolicyDocumentError, match=r"`table\*` is no resource"):
        Policy.parse({"Version": "1", "Statement": statements})


@pytest.mark.parametrize("element", ["Resource", "NotResource"])
def test_a_trust_policy_with_a_resource_is_refused_at_its_place(element: str) -> None:
    settings = Settings(not_resource="complement")
    document = {
        "Version": "1",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"RAM": ["acs:ram::1000000000000001:root"]},
                element: "*",
            }
        ],
    }

    with pytest.raises(MalformedPolicyDocumentError) as refused:
        Policy.parse(document, kind="trust", settings=settings)

    assert "Statement[0].Resource: a trust policy has no Resource" in refused.value.message


def test_a_role_that_nobody_assumed_is_spoken_of_without_a_session() -> None:
    assert str(Principal("AssumedRole", "1000000000000001", "reader")) == "role reader"


@pytest.mark.parametrize(("reading", "allowed"), [("keys absent", False), ("ignored", True)])
def test_a_condition_on_iot_platform_is_not_met_or_ignored_as_the_setting_says(
    reading: str, allowed: bool
) -> None:
    settings = Settings(iot_conditions=reading)  # type: ignore[arg-type]  # both are
    policy = Policy(allow("iot:Pub", when={"IpAddress": PUBLISH}))
    layers = Layers(identity=(AppliedPolicy(policy, "publishers", "Custom"),))
    access = Access(ALICE, "iot:Pub", "*", {"acs:SourceIp": "10.1.1.1"})

    assert decide(access, layers, settings).allowed is allowed


def test_allow_with_not_action_is_found_in_whole_words() -> None:
    policy = Policy(allow(not_actions=["oss:DeleteObject"]))

    (finding,) = policy.lint()

    assert finding.message == (
        "Allow with NotAction allows all other actions of all services, future ones too"
    )
