"""What is valid but hardly meant is found, with its place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_ramsts.policy import SYSTEM_POLICIES, Policy, Settings, allow, deny
from pytest_ramsts.policy.grammar import PolicyKind
from pytest_ramsts.policy.known_actions import COMPLETE, actions_of, closest, is_known

ROW = "acs:ots:*:*:instance/orders/table/items"


def found(*statements: Any) -> list[tuple[str, str, str]]:
    return [(one.kind, one.place, one.message) for one in Policy(*statements).lint()]


@pytest.mark.parametrize(
    "statements",
    [
        [allow("ots:GetRow", "ots:Get*", on=ROW)],
        [allow("oss:PutObject", on=["acs:oss:*:*:media", "acs:oss:*:*:media/*"])],
        [allow("sts:AssumeRole", on="acs:ram::1:role/reader")],
        [allow("ram:GetUser", on="acs:ram:*:*:user/bob")],
        [allow("iot:Pub"), allow("iot:Pub", on="acs:iot:*:*:*")],
        [allow("ecd:Whatever", on="acs:ecd:*:*:x/*"), allow("*:Get*", on=ROW)],
        [allow("ecs:SomethingNew", on="acs:ecs:*:*:instance/*")],
        [allow("*", when={"IpAddress": {"acs:SourceIp": "10.0.0.0/8"}})],
        [deny("*"), deny("ots:*"), deny(not_actions="ots:*"), deny("ots:*", on=f"{ROW}*")],
        [allow("ots:GetRow", on=ROW), deny("ots:GetRow", on=f"{ROW}2")],
        [allow("ots:GetRow", on=ROW), deny("ots:PutRow", on=ROW)],
        [allow("ots:Get*", on=ROW), deny("ots:Get?ow", on=ROW)],
        [allow("ots:Get*ow", on=ROW), deny("ots:Get?ow", on=ROW)],
        [allow("ots:GetRow", on=ROW), deny("ots:*", on=ROW.replace("items", "Items"))],
        [allow("sts:AssumeRole", on=None, principal={"Service": "ecs.aliyuncs.com"})],
        [allow("sts:SetSourceIdentity", on=None, principal={"Service": "ecs.aliyuncs.com"})],
        [
            allow("ots:GetRow", on=ROW),
            deny("ots:*", on=ROW, when={"Bool": {"acs:MFAPresent": "false"}}),
        ],
        [
            allow(
                "ots:*",
                on=ROW,
                when={"StringLike": {"acs:ResourceTag/x": "y", "acs:RequestTag/x": "y"}},
            )
        ],
        [allow("ots:*", on=ROW, when={"StringEquals": {"ots:TLSVersion": "x"}})],
        [
            allow(
                "ots:*",
                on=ROW,
                when={"NumericLessThan": {"ots:A": "5"}, "NumericGreaterThan": {"ots:B": "9"}},
            )
        ],
        [
            allow(
                "ots:*",
                on=ROW,
                when={"NumericLessThan": {"ots:A": "5"}, "NumericGreaterThan": {"ots:A": "4"}},
            )
        ],
        [allow("sts:*", on=None, principal={"Service": "ecs.aliyuncs.com"})],
        [deny("oss:*", on="acs:oss:*:*:media", principal="*")],
        [allow("iot:Pub", when={"StringNotEquals": {"acs:SourceVpc": "v"}})],
    ],
)
def test_nothing_is_found_in_what_is_meant(statements: Any) -> None:
    assert found(*statements) == []


@pytest.mark.parametrize(
    ("statements", "kind", "place", "words"),
    [
        (
            [allow("ots:GetRwo", on=ROW)],
            "unknown action",
            "Statement[0].Action",
            "`ots:GetRwo` is no action that we know; did you mean `ots:GetRow`?",
        ),
        (
            [allow("ots:PutRow", on=ROW), allow("ots:PutRow", "OTS:Fetch*", on=ROW)],
            "unknown action",
            "Statement[1].Action[1]",
            "`OTS:Fetch*` covers no action that we know of `ots`",
        ),
        (
            [allow("oss:zzz", on="acs:oss:*:*:m")],
            "unknown action",
            "Statement[0].Action",
            "`oss:zzz` covers no action that we know of `oss`",
        ),
        (
            [allow("ecs:DescribeInstancess", on="acs:ecs:*:*:instance/*")],
            "unknown action",
            "Statement[0].Action",
            "did you mean `ecs:DescribeInstances`?",
        ),
        (
            [allow("sls:PostLogStoreLogs", on="acs:sls:*:*:project/p/logstore/l")],
            "unknown action",
            "Statement[0].Action",
            "did you mean `log:PostLogStoreLogs`?",
        ),
        (
            [deny(not_actions=["ots:GetRow", "ots:GetRwo"])],
            "unknown action",
            "Statement[0].NotAction[1]",
            "did you mean `ots:GetRow`?",
        ),
        (
            [allow(not_actions="ram:*", on=ROW)],
            "allows all but",
            "Statement[0].NotAction",
            "Allow with NotAction allows all other actions",
        ),
        (
            [allow("ots:GetRow", on=[ROW, "acs:oss:*:*:media"])],
            "another service",
            "Statement[0].Resource[1]",
            "a resource of `oss`, but the actions are of `ots`",
        ),
        (
            [allow("ots:GetRow", "sts:AssumeRole", on="acs:oss:*:*:media")],
            "another service",
            "Statement[0].Resource",
            "but the actions are of `ots`, `ram`",
        ),
        (
            [allow("ots:GetRow", on="acs:oss:*:*:media/a:b")],
            "another service",
            "Statement[0].Resource",
            "a resource of `oss`, but the actions are of `ots`",
        ),
        (
            [allow("ram:GetUser", on="acs:ram:cn-hangzhou:*:user/bob")],
            "never applies",
            "Statement[0].Resource",
            "`ram` is asked without a region; write `*`, not `cn-hangzhou`",
        ),
        (
            [allow("oss:GetObject", on="acs:oss:*:*:m*")],
            "too wide",
            "Statement[0].Resource",
            "`m*` covers every name that begins so; is `m` and `m/*` meant?",
        ),
        (
            [allow("iot:Pub", on="acs:iot:*:*:product/x")],
            "never applies",
            "Statement[0].Resource",
            "IoT Platform asks about no single resource; write `*`",
        ),
        (
            [allow("oss:GetObject", on="acs:oss:cn-hangzhou:*:media/*")],
            "never applies",
            "Statement[0].Resource",
            "`oss` is asked without a region; write `*`, not `cn-hangzhou`",
        ),
        (
            [allow("oss:GetObject", on="acs:oss:*:*:media*")],
            "too wide",
            "Statement[0].Resource",
            "`media*` covers every name that begins so; is `media` and `media/*` meant?",
        ),
        ([allow("*")], "too wide", "Statement[0].Action", "everything on everything is allowed"),
        (
            [allow("oss:GetObject", "oss:*")],
            "too wide",
            "Statement[0].Action[1]",
            "all of `oss` is allowed on everything; name what is meant",
        ),
        (
            [allow("oss:GetObject", on="acs:oss:*:*:media/*", principal=["1", "*"])],
            "too wide",
            "Statement[0].Principal",
            "everybody is allowed, without a Condition",
        ),
        (
            [allow("ots:GetRow", on=ROW), deny("oss:*"), deny("OTS:*")],
            "never applies",
            "Statement[0]",
            "Statement[2] denies all that this one allows",
        ),
        (
            [allow("sts:AssumeRoleWithSAML", on=None, principal={"Service": "x.y"})],
            "never applies",
            "Statement[0].Action",
            "roles are assumed with `sts:AssumeRole`, by logins too, not `sts:AssumeRoleWithSAML`",
        ),
        (
            [allow("iot:Pub", when={"IpAddress": {"acs:SourceIp": "10.0.0.1"}})],
            "never applies",
            "Statement[0].Condition.IpAddress.acs:SourceIp",
            "IoT Platform evaluates no condition key, so this is never met",
        ),
        (
            [
                allow(
                    "ots:*",
                    on=ROW,
                    when={
                        "DateLessThan": {"acs:CurrentTime": "2026-01-01T00:00:00Z"},
                        "DateGreaterThanEquals": {"acs:currenttime": "2026-01-01T00:00:00Z"},
                    },
                )
            ],
            "never applies",
            "Statement[0].Condition.DateLessThan.acs:CurrentTime",
            "no `acs:CurrentTime` lies between the limits of this statement",
        ),
        (
            [allow("ots:*", on=ROW, when={"IpAddress": {"acs:SourceIP4": "10.0.0.1"}})],
            "unknown key",
            "Statement[0].Condition.IpAddress.acs:SourceIP4",
            "`acs:SourceIP4` is no global key; did you mean `acs:SourceIp`?",
        ),
        (
            [allow("ots:*", on=ROW, when={"StringEquals": {"acs:zzz": "1"}})],
            "unknown key",
            "Statement[0].Condition.StringEquals.acs:zzz",
            "`acs:zzz` is no global key; no request carries it",
        ),
        (
            [allow("ots:*", on=ROW, when={"StringEquals": {"acs:SourceIP": "10.0.0.1"}})],
            "wrong operator",
            "Statement[0].Condition.StringEquals.acs:SourceIP",
            "`acs:SourceIP` wants an operator of IpAddress, not `StringEquals`",
        ),
    ],
)
def test_a_finding_has_its_kind_and_place(
    statements: Any, kind: str, place: str, words: str
) -> None:
    findings = found(*statements)

    assert [(one[0], one[1]) for one in findings] == [(kind, place)]
    assert words in findings[0][2]


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("DateLessThan", "acs:CurrentTime", "2027-01-01T00:00:00Z"),
        ("Bool", "acs:SecureTransport", "true"),
        ("Bool", "acs:MFAPresent", "true"),
        ("NotIpAddress", "acs:SourceIp", "10.0.0.1"),
        ("IpAddress", "acs:VpcSourceIp", "10.0.0.1"),
        ("StringLike", "acs:PrincipalARN", "acs:ram:*:*:role/x"),
        ("StringEquals", "acs:PrincipalRDId", "rd-1"),
        ("StringEquals", "acs:PrincipalRDPath", "rd-1/r-1"),
        ("StringNotEquals", "acs:SourceVpc", "vpc-1"),
        ("StringLike", "acs:UserAgent", "x*"),
        ("StringEquals", "acs:AccessId", "x"),
        ("StringEquals", "acs:Service", "fc.aliyuncs.com"),
    ],
)
def test_a_global_key_is_known_under_the_operators_of_its_type(
    operator: str, key: str, value: str
) -> None:
    assert found(allow("ots:*", on=ROW, when={operator: {key: value}})) == []


@pytest.mark.parametrize(
    ("kind", "limit"), [("identity", 6144), ("session", 2048), ("control", 4096)]
)
def test_a_document_that_is_too_long_is_found(kind: PolicyKind, limit: int) -> None:
    document = Policy(allow("ots:GetRow", on=ROW)).document
    padding = limit - len(json.dumps(document))

    just = Policy.parse(json.dumps(document) + " " * padding, kind)
    longer = Policy.parse(json.dumps(document) + " " * (padding + 1), kind)

    assert just.lint() == ()
    assert [str(one) for one in longer.lint()] == [
        f"line 1: the document has {limit + 1} characters; {limit} are accepted (too long)"
    ]


def test_a_single_statement_is_looked_at_where_it_is_accepted() -> None:
    text = json.dumps({"Version": "1", "Statement": allow("ots:GetRwo", on=ROW).document})
    policy = Policy.parse(text, settings=Settings(single_statement="accept"))

    assert [one.kind for one in policy.lint()] == ["unknown action"]


def test_a_finding_is_printed_with_its_line() -> None:
    text = json.dumps(Policy(allow("ots:GetRwo", on=ROW)).document, indent=1)

    assert [str(one) for one in Policy.parse(text).lint()] == [
        (
            "line 6: Statement[0].Action: `ots:GetRwo` is no action that we know; "
            "did you mean `ots:GetRow`? (unknown action)"
        )
    ]


def test_of_an_unknown_service_no_action_is_known() -> None:
    assert actions_of("parking") == frozenset()


def test_the_known_actions_are_known_without_case() -> None:
    assert is_known("OTS:getrow")
    assert is_known("ots:Get*")
    assert not is_known("ots:Got*")
    assert not is_known("nowhere:Get")
    assert closest("ots:GetRwo") == "ots:GetRow"
    assert closest("nowhere:Get") == ""
    assert closest("otss:getrow") == closest("Tablestore:GetRow")
    assert closest("ens:RunInstances") == ""  # there is an Edge Node Service
    assert all(actions_of(service) for service in COMPLETE)


@pytest.mark.parametrize("name", SYSTEM_POLICIES)
def test_a_system_policy_has_no_mistake_but_its_width(name: str) -> None:
    findings = SYSTEM_POLICIES[name].document.lint()

    # `ots:Scan*` is printed so by the vendor; no action that we know begins so.
    assert {one.kind for one in findings if "ots:Scan*" not in one.message} <= {"too wide"}
