"""What a reader of a policy, a refusal or a finding relies on, down to the word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_ramsts.errors import MalformedPolicyDocumentError
from pytest_ramsts.policy import (
    DEFAULT,
    Access,
    AppliedPolicy,
    Layers,
    Policy,
    Principal,
    Settings,
    allow,
    decide,
)
from pytest_ramsts.policy.arns import account_of
from pytest_ramsts.policy.source import line_of

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


@pytest.mark.parametrize("action", ["ListObjects", "ListObjectVersions", "GetBucket", "GetObject"])
def test_a_listing_without_a_prefix_is_one_of_the_empty_prefix(action: str) -> None:
    policy = Policy(allow("oss:*", when={"StringEquals": {"oss:Prefix": ""}}))
    layers = Layers(identity=(AppliedPolicy(policy, "listing", "Custom"),))
    access = Access(ALICE, f"oss:{action}", "acs:oss:*:1000000000000001:media")

    assert bool(decide(access, layers)) is (action != "GetObject")
    assert not decide(access, layers, Settings(listing_without_prefix="absent"))


@pytest.mark.parametrize("key", ["oss:Prefix", "oss:Delimiter"])
@pytest.mark.parametrize("action", ["ListObjects", "ListObjectVersions", "GetBucket", "GetObject"])
def test_what_a_listing_carries_is_ignored_beyond_listings_where_a_setting_says_so(
    key: str, action: str
) -> None:
    policy = Policy(allow("oss:*", when={"StringEquals": {key: "a/"}}))
    layers = Layers(identity=(AppliedPolicy(policy, "listing", "Custom"),))
    access = Access(ALICE, f"oss:{action}", "acs:oss:*:1000000000000001:media")

    assert not decide(access, layers)
    ignoring = Settings(prefix_beyond_listing="ignored")
    assert bool(decide(access, layers, ignoring)) is (action == "GetObject")


@pytest.mark.parametrize("key", ["oss:x-oss-acl", "oss:x-oss-object-acl"])
def test_an_acl_that_is_absent_meets_what_is_negated_or_not_as_the_setting_says(key: str) -> None:
    policy = Policy(allow("oss:*", when={"StringNotEquals": {key: "public-read"}}))
    layers = Layers(identity=(AppliedPolicy(policy, "private", "Custom"),))
    access = Access(ALICE, "oss:PutObject", "acs:oss:*:1000000000000001:media/a")

    assert decide(access, layers)
    assert not decide(access, layers, Settings(acl_absent="not met"))


def test_letter_case_counts_in_what_only_looks_like_a_role() -> None:
    policy = Policy(allow("oss:*", when={"StringEquals": {"oss:Prefix": "x:role/Admin"}}))
    layers = Layers(identity=(AppliedPolicy(policy, "readers", "Custom"),))
    context = {"oss:Prefix": "x:role/admin"}

    assert not decide(Access(ALICE, "oss:GetObject", "*", context), layers)


def test_a_sid_is_kept() -> None:
    statement = {
        "Sid": "kms default",
        "Effect": "Allow",
        "Action": "oss:*",
        "Resource": "*",
        "Principal": ["*"],
    }
    policy = Policy.parse({"Version": "1", "Statement": [statement]}, kind="resource")

    assert policy.statements[0].sid == "kms default"
    assert policy.statements[0].document["Sid"] == "kms default"


def test_a_policy_is_nothing_but_a_policy() -> None:
    assert (Policy(allow("oss:*")) == 3) is False


def test_an_arn_without_an_account_names_none() -> None:
    assert account_of("acs:oss:*:*:media") == account_of("media") == ""


def test_what_is_not_in_a_text_is_on_the_line_of_what_should_hold_it() -> None:
    text = '{"Version": "1",\n"Statement": [ ]}'

    assert line_of(text, ("Statement", 3, "Action")) == 2
    assert line_of(text, ("Version", "x")) == line_of(text, ("Other",)) == 1


def test_a_suggestion_keeps_the_letters_of_a_name() -> None:
    layers = Layers(identity=(AppliedPolicy(Policy(allow("oss:Get*")), "readers", "Custom"),))
    access = Access(ALICE, "oss:PutObject", "acs:oss:*:1000000000000001:media/照片.jpg")

    suggestion = decide(access, layers).suggestion

    assert suggestion is not None
    assert "media/照片.jpg" in suggestion.text


def test_a_statement_is_written_with_what_it_leaves_out() -> None:
    statement = {"Effect": "Deny", "NotAction": "oss:*", "NotResource": "acs:oss:*:*:media"}
    policy = Policy.parse(
        {"Version": "1", "Statement": [statement]}, settings=Settings(not_resource="complement")
    )

    assert policy.statements[0].document == statement


def met(
    condition: dict[str, dict[str, str]], context: dict[str, str], settings: Settings = DEFAULT
) -> bool:
    """Whether a request with that context meets the condition."""
    document = {
        "Version": "1",
        "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition},
        ],
    }
    applied = AppliedPolicy(Policy.parse(document, settings=settings), "p", "Custom")
    access = Access(ALICE, "oss:ListObjects", "*", context)
    return decide(access, Layers(identity=(applied,)), settings).allowed


ACCEPTING = Settings(if_exists="accept", set_operators="accept")


@pytest.mark.parametrize(
    "operator", ["StringEquals", "StringEqualsIfExists", "ForAnyValue:StringEquals"]
)
def test_letter_case_of_a_role_is_ignored_under_every_operator_unless_a_setting_says_no(
    operator: str,
) -> None:
    condition = {operator: {"acs:PrincipalARN": "acs:ram::1:role/Reader"}}
    context = {"acs:PrincipalARN": "acs:ram::1:role/reader"}

    assert met(condition, context, ACCEPTING)
    assert not met(condition, context, replace(ACCEPTING, role_name_case="significant"))


@pytest.mark.parametrize(
    ("operator", "wanted"), [("StringEquals", True), ("StringNotEquals", False)]
)
def test_a_star_in_an_equality_is_a_wildcard_where_a_setting_says_so(
    operator: str, wanted: bool
) -> None:
    condition, context = {operator: {"oss:Prefix": "a*"}}, {"oss:Prefix": "abc"}

    assert met(condition, context) is not wanted
    assert met(condition, context, Settings(star_in_string_equals="wildcard")) is wanted


def test_only_the_prefix_is_compared_as_a_prefix() -> None:
    prefix = Settings(prefix_equals="prefix")

    assert met({"StringEquals": {"oss:Prefix": "a"}}, {"oss:Prefix": "ab"}, prefix)
    assert not met({"StringEquals": {"oss:Delimiter": "a"}}, {"oss:Delimiter": "ab"}, prefix)


@pytest.mark.parametrize(("operator", "wanted"), [("IpAddress", True), ("NotIpAddress", False)])
def test_the_mask_of_a_single_address_matches_it_or_nothing_as_the_setting_says(
    operator: str, wanted: bool
) -> None:
    condition, context = {operator: {"acs:SourceIp": "10.0.0.8/32"}}, {"acs:SourceIp": "10.0.0.8"}

    assert met(condition, context) is wanted
    assert met(condition, context, Settings(single_address_mask="never")) is not wanted


def test_a_time_may_lie_behind_utc() -> None:
    condition = {"DateEquals": {"acs:CurrentTime": "2026-03-01T03:00:00-05:00"}}

    assert met(condition, {"acs:CurrentTime": "2026-03-01T08:00:00Z"})
