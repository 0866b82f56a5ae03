"""Each setting changes one answer, and the page about them says what they are."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

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
    deny,
)

ONE, TWO = "1000000000000001", "2000000000000002"
ALICE = Principal("RAMUser", ONE, "alice", "2065570000000001")
READER = Principal("AssumedRole", ONE, "Reader", "3000000000000001", "s1")
ROOT = Principal("Account", ONE, id=ONE)
CORP = Principal("Federated", ONE, "saml-provider/corp")

BUCKET, OBJECT = f"acs:oss:*:{ONE}:media", f"acs:oss:*:{ONE}:media/a.jpg"
FOREIGN = f"acs:oss:*:{TWO}:media/a.jpg"
ROLE = f"acs:ram::{ONE}:role/Worker"


def applied(*statements: Any, **more: Any) -> AppliedPolicy:
    return AppliedPolicy(Policy(*statements), "p", "Custom", **more)


def identity(*statements: Any) -> Layers:
    return Layers(identity=(applied(*statements),))


def access(
    action: str, resource: str = "*", principal: Principal = ALICE, **context: Any
) -> Access:
    return Access(
        principal,
        action,
        resource,
        {key.replace("_", ":"): value for key, value in context.items()},
    )


GET_IF = {"StringEquals": {"oss:Prefix": "a/"}}

READINGS: list[tuple[str, str, Access, Layers, str, str]] = [
    (
        "role_name_case",
        "significant",
        access("ram:GetRole", ROLE),
        identity(allow("ram:GetRole", on="acs:ram:*:*:role/worker")),
        "Allow",
        "ImplicitDeny",
    ),
    (
        "role_name_case",
        "significant",
        access("sts:AssumeRole", ROLE, READER),
        Layers(
            identity=(applied(allow("sts:AssumeRole")),),
            trust=applied(
                allow("sts:AssumeRole", on=None, principal={"RAM": f"acs:ram::{ONE}:role/reader"})
            ),
        ),
        "Allow",
        "ImplicitDeny",
    ),
    (
        "role_name_case",
        "significant",
        Access(READER, "ots:GetRow", "*", {"acs:PrincipalARN": READER.principal_arn}),
        identity(allow("ots:*", when={"StringLike": {"acs:PrincipalARN": "*:role/reader"}})),
        "Allow",
        "ImplicitDeny",
    ),
    (
        "trust_action_synonyms",
        "the same",
        access("sts:AssumeRole", ROLE, CORP),
        Layers(
            trust=applied(
                allow("sts:AssumeRoleWithSAML", on=None, principal={"Federated": CORP.arn})
            )
        ),
        "ImplicitDeny",
        "Allow",
    ),
    (
        "trust_action_synonyms",
        "the same",
        access("sts:AssumeRole", ROLE, CORP),
        Layers(
            trust=applied(
                allow("sts:AssumeRoleWithOIDC", on=None, principal={"Federated": CORP.arn})
            )
        ),
        "ImplicitDeny",
        "Allow",
    ),
    (
        "star_in_string_equals",
        "wildcard",
        access("oss:ListObjects", BUCKET, oss_Prefix="dev/a"),
        identity(allow("oss:*", when={"StringEquals": {"oss:Prefix": "dev/*"}})),
        "ImplicitDeny",
        "Allow",
    ),
    (
        "prefix_equals",
        "prefix",
        access("oss:ListObjects", BUCKET, oss_Prefix="a/b/"),
        identity(allow("oss:*", when=GET_IF)),
        "ImplicitDeny",
        "Allow",
    ),
    (
        "prefix_beyond_listing",
        "ignored",
        access("oss:GetBucketAcl", BUCKET),
        identity(allow("oss:GetBucketAcl", "oss:ListObjects", when=GET_IF)),
        "ImplicitDeny",
        "Allow",
    ),
    (
        "single_address_mask",
        "never",
        access("ots:GetRow", acs_SourceIp="10.0.0.1"),
        identity(allow("ots:*", when={"IpAddress": {"acs:SourceIp": "10.0.0.1/32"}})),
        "Allow",
        "ImplicitDeny",
    ),
    (
        "mfa_absent",
        "false",
        access("ots:GetRow"),
        identity(allow("ots:*"), deny("*", when={"Bool": {"acs:MFAPresent": "false"}})),
        "Allow",
        "ExplicitDeny",
    ),
    (
        "acl_absent",
        "not met",
        access("oss:PutObject", OBJECT),
        identity(
            allow("oss:*"),
            deny("oss:*", when={"StringNotEquals": {"oss:x-oss-object-acl": "private"}}),
        ),
        "ExplicitDeny",
        "Allow",
    ),
    (
        "source_vpc_absent",
        "star is met",
        access("oss:GetObject", OBJECT),
        identity(
            allow("oss:*"),
            deny(
                "oss:*",
                when={
                    "StringLike": {"acs:SourceVpc": "*"},
                    "NotIpAddress": {"acs:VpcSourceIp": "10.0.0.0/8"},
                },
            ),
        ),
        "Allow",
        "ExplicitDeny",
    ),
    (
        "listing_without_prefix",
        "absent",
        access("oss:ListObjects", BUCKET),
        identity(allow("oss:*", when={"StringEquals": {"oss:Prefix": ["", "a/"]}})),
        "Allow",
        "ImplicitDeny",
    ),
    (
        "iot_conditions",
        "ignored",
        access("iot:Pub", acs_SourceIp="10.0.0.1"),
        identity(allow("iot:*", when={"IpAddress": {"acs:SourceIp": "10.0.0.1"}})),
        "ImplicitDeny",
        "Allow",
    ),
    (
        "several_values",
        "first",
        access("ots:GetRow", oidc_aud=("a", "b")),
        identity(allow("ots:*", when={"StringEquals": {"oidc:aud": "b"}})),
        "Allow",
        "ImplicitDeny",
    ),
    (
        "group_scoped_deny",
        "after account allow",
        Access(ALICE, "ots:GetRow", "*", {}, "rg-1"),
        Layers(identity=(applied(allow("ots:*")), applied(deny("ots:*"), resource_group="rg-1"))),
        "ExplicitDeny",
        "Allow",
    ),
    (
        "foreign_identity_deny",
        "counts as silence",
        access("oss:GetObject", FOREIGN),
        Layers(
            identity=(applied(deny("oss:*")),),
            resource=(applied(allow("oss:*", principal=[ALICE.id])),),
        ),
        "ExplicitDeny",
        "Allow",
    ),
    (
        "resource_deny_of_owner",
        "owner unaffected",
        access("oss:GetObject", OBJECT, ROOT),
        Layers(
            resource=(
                applied(
                    deny("oss:*", principal="*", when={"StringNotEquals": {"acs:SourceVpc": "v"}})
                ),
            )
        ),
        "ExplicitDeny",
        "Allow",
    ),
]


@pytest.mark.parametrize(
    ("setting", "value", "asked", "layers", "usually", "otherwise"),
    READINGS,
    ids=[f"{row[0]}-{number}" for number, row in enumerate(READINGS)],
)
def test_a_setting_turns_the_answer_it_is_about(
    setting: str, value: Any, asked: Access, layers: Layers, usually: str, otherwise: str
) -> None:
    assert decide(asked, layers).reason == usually
    assert decide(asked, layers, Settings(**{setting: value})).reason == otherwise


@pytest.mark.parametrize(
    ("value", "layer"),
    [
        ("account", "AccountLevelIdentityBasedPolicy"),
        ("resource group", "ResourceGroupLevelIdentityBasedPolicy"),
    ],
)
def test_silence_is_reported_of_the_scope_that_a_setting_names(value: Any, layer: str) -> None:
    decision = decide(access("ots:GetRow"), Layers(), Settings(silent_scope=value))

    assert decision.policy_type == layer


def test_a_synonym_is_one_for_logins_only() -> None:
    trust = applied(
        allow("sts:AssumeRoleWithSAML", on=None, principal={"RAM": [f"acs:ram::{ONE}:user/alice"]})
    )
    layers = Layers(identity=(applied(allow("*")),), trust=trust)

    assert not decide(
        access("sts:AssumeRole", ROLE), layers, Settings(trust_action_synonyms="the same")
    )


def test_a_group_is_asked_when_the_account_is_silent() -> None:
    layers = Layers(identity=(applied(allow("ots:*"), resource_group="rg-1"),))
    asked = Access(ALICE, "ots:GetRow", "*", {}, "rg-1")

    assert decide(asked, layers, Settings(group_scoped_deny="after account allow"))


@pytest.mark.parametrize("block", ["10.0.0.1", "10.0.0.0/31"])
def test_an_address_without_a_mask_and_a_wider_one_match_under_every_reading(block: str) -> None:
    layers = identity(allow("ots:*", when={"IpAddress": {"acs:SourceIp": block}}))
    asked = access("ots:GetRow", acs_SourceIp="10.0.0.1")

    assert decide(asked, layers, Settings(single_address_mask="never"))


def test_equal_settings_decide_alike() -> None:
    asked, layers = READINGS[0][2], READINGS[0][3]

    assert decide(asked, layers, Settings()).reason == decide(asked, layers, DEFAULT).reason


PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "what-the-real-cloud-leaves-open.md"


def test_the_page_names_every_setting_with_its_default_and_its_other_values() -> None:
    rows = [
        tuple(cell.strip() for cell in line.strip("|").split("|"))[:3]
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("| `")
    ]

    hints = get_type_hints(Settings)
    expected = []
    for one in fields(Settings):
        others = [value for value in get_args(hints[one.name]) if value != one.default]
        expected.append(
            (f"`{one.name}`", f"`{one.default}`", ", ".join(f"`{value}`" for value in others))
        )
    assert rows == expected
