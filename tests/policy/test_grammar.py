"""What stands in the grammar is read; everything else is refused with its place and a cure."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ramsts.errors import MalformedPolicyDocumentError
from pytest_ramsts.policy import DEFAULT, Policy, Settings
from pytest_ramsts.policy.grammar import (
    GrammarError,
    PolicyKind,
    plain_statement,
    read_statement,
    screen,
)

from .drawing import UNTIMED, Digits, draw_document

ALLOW = {"Effect": "Allow", "Action": "ots:GetRow", "Resource": "*"}
TRUST = {
    "Effect": "Allow",
    "Action": "sts:AssumeRole",
    "Principal": {"RAM": ["acs:ram::1000000000000001:root"]},
}
BUCKET = {**ALLOW, "Principal": ["2065570000000001"]}


def document(*statements: Any) -> dict[str, Any]:
    return {"Version": "1", "Statement": list(statements)}


def when(**condition: Any) -> dict[str, Any]:
    return {**ALLOW, "Condition": condition}


def without(statement: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in statement.items() if key != name}


REFUSED: list[tuple[str, Any, PolicyKind, str]] = [
    ("no object", [], "identity", "a policy is an object"),
    ("no version", {"Statement": [ALLOW]}, "identity", 'Version is missing; add "Version": "1"'),
    (
        "an AWS version",
        {"Version": "2012-10-17", "Statement": [ALLOW]},
        "identity",
        "Version: the only version is the string \"1\", not '2012-10-17'",
    ),
    (
        "a bare version",
        {"Version": 1, "Statement": [ALLOW]},
        "identity",
        'Version: the only version is the string "1", not 1',
    ),
    ("no statements", {"Version": "1"}, "identity", "Statement is missing"),
    ("an empty list", document(), "identity", "Statement: Statement needs at least one"),
    (
        "one object",
        {"Version": "1", "Statement": ALLOW},
        "identity",
        "Statement: Statement is a list",
    ),
    (
        "an element too many",
        {**document(ALLOW), "Statements": []},
        "identity",
        "unknown element `Statements`; did you mean `Statement`?",
    ),
    ("a statement that is none", document("Allow"), "identity", "Statement[0]: a statement is an"),
    (
        "an element in another case",
        document(ALLOW, {"effect": "Allow", "Action": "*", "Resource": "*"}),
        "identity",
        "Statement[1]: unknown element `effect`; did you mean `Effect`?",
    ),
    (
        "an element of nothing like it",
        document({**ALLOW, "zzz": 1}),
        "identity",
        "Statement[0]: unknown element `zzz`; known are Effect, Action,",
    ),
    ("no effect", document(without(ALLOW, "Effect")), "identity", "Statement[0]: Effect is"),
    (
        "an effect in another case",
        document({**ALLOW, "Effect": "allow"}),
        "identity",
        "Statement[0].Effect: write `Allow` or `Deny`, in that spelling, not 'allow'",
    ),
    ("a list of effects", document({**ALLOW, "Effect": ["Allow"]}), "identity", ".Effect: write"),
    (
        "an element of a policy of nothing like it",
        {**document(ALLOW), "zzz": 1},
        "identity",
        "unknown element `zzz`; known are Version, Statement",
    ),
    (
        "half a letter",
        document({**ALLOW, "Action": "ots:\ud800"}),
        "identity",
        "Statement[0].Action: `ots:\ud800` is no action",
    ),
    (
        "an empty NotAction",
        document({**without(ALLOW, "Action"), "NotAction": ["a:b", ""]}),
        "identity",
        "Statement[0].NotAction: the value is empty",
    ),
    (
        "an ARN without its resource",
        document({**ALLOW, "Resource": "acs:ots:cn-hangzhou:1"}),
        "identity",
        "`acs:ots:cn-hangzhou:1` is no resource",
    ),
    ("no action", document(without(ALLOW, "Action")), "identity", "Statement[0]: a statement has"),
    (
        "both actions",
        document({**ALLOW, "NotAction": "ots:*"}),
        "identity",
        "Statement[0]: a statement has either Action or NotAction",
    ),
    (
        "an action without a service",
        document({**ALLOW, "Action": "GetRow"}),
        "identity",
        "Statement[0].Action: `GetRow` is no action; write `<service>:<Operation>`, or `*`",
    ),
    (
        "such an action in a list",
        document({**ALLOW, "Action": ["ots:GetRow", "ots:"]}),
        "identity",
        "Statement[0].Action[1]: `ots:` is no action",
    ),
    ("an action of no service", document({**ALLOW, "Action": ":Get"}), "identity", "no action"),
    ("two colons", document({**ALLOW, "Action": "a:b:c"}), "identity", "`a:b:c` is no action"),
    ("a space", document({**ALLOW, "Action": "ots: Get"}), "identity", "`ots: Get` is no action"),
    ("a line break", document({**ALLOW, "Action": "a:b\nc:d"}), "identity", "is no action"),
    ("stars", document({**ALLOW, "Action": "**"}), "identity", "`**` is no action"),
    ("a letter of no alphabet", document({**ALLOW, "Action": "ots:é"}), "identity", "no action"),
    (
        "an empty action",
        document({**ALLOW, "Action": ""}),
        "identity",
        "Action: the value is empty",
    ),
    ("no actions", document({**ALLOW, "Action": []}), "identity", "Action: write a string or"),
    (
        "a number for an action",
        document({**ALLOW, "Action": ["ots:GetRow", 7]}),
        "identity",
        'Statement[0].Action[1]: values are strings; write "7", not 7',
    ),
    (
        "NotAction that is none",
        document({**without(ALLOW, "Action"), "NotAction": ["x"]}),
        "identity",
        "Statement[0].NotAction[0]: `x` is no action",
    ),
    ("no resource", document(without(ALLOW, "Resource")), "identity", "Resource is missing"),
    (
        "no resource, session",
        document(without(ALLOW, "Resource")),
        "session",
        "Resource is missing",
    ),
    (
        "no resource, control",
        document(without(ALLOW, "Resource")),
        "control",
        "Resource is missing",
    ),
    (
        "a resource that is no ARN",
        document({**ALLOW, "Resource": "media/*"}),
        "identity",
        (
            "Statement[0].Resource: `media/*` is no resource; write `*` or "
            "`acs:<service>:<region>:<account>:<resource>`"
        ),
    ),
    (
        "an ARN cut short",
        document(
            {**ALLOW, "Resource": ["*", "acs:oss:*"], "Action": "a:b"},
            {**ALLOW, "Resource": "acs:oss:x"},
        ),
        "identity",
        "Statement[1].Resource: `acs:oss:x` is no resource",
    ),
    ("an AWS ARN", document({**ALLOW, "Resource": "arn:aws:s3:::b"}), "identity", "is no resource"),
    ("an empty resource", document({**ALLOW, "Resource": ""}), "identity", "the value is empty"),
    ("no resources", document({**ALLOW, "Resource": []}), "identity", "Resource: write a string"),
    (
        "a line break in a resource",
        document({**ALLOW, "Resource": "x\nacs:oss:*:*:b"}),
        "identity",
        "is no resource",
    ),
    (
        "NotResource",
        document({**without(ALLOW, "Resource"), "NotResource": "*"}),
        "identity",
        "Statement[0].NotResource: NotResource is not documented; list Resource instead",
    ),
    (
        "a variable in a resource",
        document({**ALLOW, "Resource": "acs:oss:*:*:media/${acs:UserName}"}),
        "identity",
        "has a variable; the policy language has none",
    ),
    ("a Sid", document({**ALLOW, "Sid": "one"}), "identity", "Statement[0].Sid: Sid is not part"),
    (
        "a principal in an identity policy",
        document({**ALLOW, "Principal": "*"}),
        "identity",
        "Statement[0].Principal: a policy of kind `identity` has no Principal",
    ),
    ("a resource in a trust policy", document({**TRUST, "Resource": "*"}), "trust", "no Resource"),
    ("no principal", document(without(TRUST, "Principal")), "trust", "Principal is missing"),
    ("no principal of a bucket", document(ALLOW), "resource", "Principal is missing"),
    (
        "a list of principals in trust",
        document({**TRUST, "Principal": ["*"]}),
        "trust",
        "Statement[0].Principal: Principal is an object such as",
    ),
    ("nobody", document({**TRUST, "Principal": {}}), "trust", "Principal: Principal names nobody"),
    (
        "a kind of principal",
        document({**TRUST, "Principal": {"Ram": ["x"]}}),
        "trust",
        "Statement[0].Principal: unknown element `Ram`; did you mean `RAM`?",
    ),
    (
        "a principal that is no ARN",
        document({**TRUST, "Principal": {"RAM": ["alice"]}}),
        "trust",
        "Statement[0].Principal.RAM: `alice` is no ARN; write for example `acs:ram::<uid>:root`",
    ),
    (
        "a provider that is no ARN",
        document({**TRUST, "Principal": {"Federated": "corp"}}),
        "trust",
        "Principal.Federated: `corp` is no ARN",
    ),
    ("no names", document({**TRUST, "Principal": {"RAM": []}}), "trust", "Principal.RAM: write a"),
    ("a number as uid", document({**BUCKET, "Principal": [1]}), "resource", 'write "1", not 1'),
    (
        "a condition list",
        document({**ALLOW, "Condition": []}),
        "identity",
        "Condition is an object",
    ),
    (
        "an unknown operator",
        document(when(StringEqual={"acs:SourceVpc": "v"})),
        "identity",
        (
            "Statement[0].Condition.StringEqual: unknown operator `StringEqual`; "
            "did you mean `StringEquals`?"
        ),
    ),
    (
        "an operator of AWS",
        document(when(ArnLike={"acs:SourceVpc": "v"})),
        "identity",
        "unknown operator `ArnLike`",
    ),
    ("IfExists", document(when(BoolIfExists={"a:b": "true"})), "identity", "`BoolIfExists`"),
    (
        "a set operator",
        document(when(**{"ForAnyValue:StringEquals": {"a:b": "c"}})),
        "identity",
        "`ForAnyValue:StringEquals` is not documented as an operator",
    ),
    (
        "Null",
        document(when(Null={"a:b": "true"})),
        "identity",
        "`Null` is not documented as an operator",
    ),
    ("no set", document(when(**{":Bool": {"a:b": "true"}})), "identity", "operator `:Bool`"),
    ("no key", document(when(Bool={})), "identity", '.Bool: `Bool` needs an object: {"<key>"'),
    ("no object of keys", document(when(Bool="true")), "identity", "`Bool` needs an object"),
    (
        "a key without a service",
        document(when(Bool={"MFAPresent": "true"})),
        "identity",
        (
            "Statement[0].Condition.Bool.MFAPresent: `MFAPresent` is no condition key; "
            "write `<service>:<Name>`"
        ),
    ),
    (
        "a key of no service",
        document(when(Bool={":x": "true"})),
        "identity",
        "`:x` is no condition",
    ),
    ("a key of no name", document(when(Bool={"acs:": "true"})), "identity", "`acs:` is no cond"),
    (
        "a bare truth",
        document(when(Bool={"acs:MFAPresent": True})),
        "identity",
        "Bool.acs:MFAPresent: write a string or a list of strings, not True",
    ),
    (
        "a bare truth in a list",
        document(when(Bool={"acs:MFAPresent": [True]})),
        "identity",
        'values are strings; write "true", not True',
    ),
    ("no values", document(when(Bool={"acs:MFAPresent": []})), "identity", "write a string or"),
    (
        "no truth",
        document(when(Bool={"acs:MFAPresent": "yes"})),
        "identity",
        "a value is unreadable for `Bool`: write `true` or `false`",
    ),
    (
        "no number",
        document(when(NumericEquals={"a:b": ["1", "1e3"]})),
        "identity",
        "a value is unreadable for `NumericEquals`: write a number such as `10` or `2.5`",
    ),
    (
        "no time",
        document(when(DateLessThan={"acs:CurrentTime": "2026-03-01"})),
        "identity",
        "a value is unreadable for `DateLessThan`: write a time such as `2026-03-01T08:00:00Z`",
    ),
    (
        "no address",
        document(when(IpAddress={"acs:SourceIp": "10.0.0.0/33"})),
        "identity",
        "a value is unreadable for `IpAddress`: write an address or a block",
    ),
    (
        "a variable in a value",
        document(when(StringEquals={"oss:Prefix": "${acs:UserName}"})),
        "identity",
        "the policy language has no variables such as `${...}`",
    ),
]


@pytest.mark.parametrize(
    ("given", "kind", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
@pytest.mark.parametrize("as_text", [False, True], ids=["dict", "text"])
def test_a_mistake_is_refused_with_its_place_and_cure(
    given: Any, kind: PolicyKind, words: str, as_text: bool
) -> None:
    with pytest.raises(MalformedPolicyDocumentError, match=re.escape(words)):
        Policy.parse(json.dumps(given) if as_text or isinstance(given, list) else given, kind)


def test_every_refusal_reads_as_written_down() -> None:
    said = []
    for name, source, kind, _ in REFUSED:
        with pytest.raises(MalformedPolicyDocumentError) as refused:
            Policy.parse(json.dumps(source), kind)
        message = refused.value.message.encode("utf-8", "backslashreplace").decode()
        said.append(f"{name}: {message}\n")

    written = Path(__file__).with_name("refusals.txt").read_text(encoding="utf-8")
    assert "".join(said) == written


ACCEPTED: list[tuple[str, Any, PolicyKind]] = [
    ("a bare star", document({**ALLOW, "Action": "*"}), "identity"),
    ("any service", document({**ALLOW, "Action": "*:Describe*"}), "identity"),
    ("a pattern of one letter each", document({**ALLOW, "Action": "o?s:Get???"}), "identity"),
    ("lists of one", document({**ALLOW, "Action": ["a:b"], "Resource": ["*"]}), "identity"),
    ("stars as a resource", document({**ALLOW, "Resource": "**"}), "identity"),
    ("a star for segments", document({**ALLOW, "Resource": "acs:ots:*"}), "identity"),
    ("stars in any segment", document({**ALLOW, "Resource": "acs:*:*cn-a*:*:*"}), "identity"),
    ("an empty region", document({**ALLOW, "Resource": "acs:ram::1:role/x"}), "identity"),
    ("a condition that is empty", document({**ALLOW, "Condition": {}}), "identity"),
    ("an empty value", document(when(StringEquals={"oss:Prefix": ""})), "identity"),
    ("host bits", document(when(IpAddress={"acs:SourceIp": "10.1.2.3/24"})), "identity"),
    ("an address of version 6", document(when(IpAddress={"acs:SourceIp": "::1"})), "identity"),
    ("a negative number", document(when(NumericEquals={"a:b": "-1.5"})), "identity"),
    ("an offset", document(when(DateEquals={"a:b": "2026-03-01T08:00:00+08:00"})), "identity"),
    ("a Deny in trust", document({**TRUST, "Effect": "Deny"}), "trust"),
    ("a service", document({**TRUST, "Principal": {"Service": "ecs.aliyuncs.com"}}), "trust"),
    ("everybody", document({**BUCKET, "Principal": "*"}), "resource"),
    ("an empty list of uids", document({**BUCKET, "Principal": []}), "resource"),
    ("a key policy", document({**ALLOW, "Principal": {"RAM": ["acs:ram::1:*"]}}), "resource"),
    ("a Sid where one is seen", document({**BUCKET, "Sid": "kms default"}), "resource"),
    ("a session policy", document(ALLOW), "session"),
    ("a control policy", document(ALLOW), "control"),
    (
        "an address without a VPC",
        document({**BUCKET, **when(IpAddress={"acs:SourceIp": "1.1.1.1"}), "Principal": "*"}),
        "resource",
    ),
]


@pytest.mark.parametrize(
    ("given", "kind"), [row[1:] for row in ACCEPTED], ids=[row[0] for row in ACCEPTED]
)
def test_what_the_grammar_has_is_read(given: Any, kind: PolicyKind) -> None:
    policy = Policy.parse(json.dumps(given), kind)

    assert policy.document == given
    assert policy == Policy.parse(given, kind)


BEYOND: list[tuple[str, Any, PolicyKind, Settings]] = [
    (
        "NotResource",
        document({**without(ALLOW, "Resource"), "NotResource": "acs:oss:*:*:x"}),
        "identity",
        Settings(not_resource="complement"),
    ),
    (
        "IfExists",
        document(when(BoolIfExists={"acs:MFAPresent": "true"})),
        "identity",
        Settings(if_exists="accept"),
    ),
    (
        "set operators",
        document(when(**{"ForAllValues:StringLike": {"acs:ResourceTag/a": "b*"}})),
        "identity",
        Settings(set_operators="accept"),
    ),
    ("Null", document(when(Null={"a:b": "true"})), "identity", Settings(null_operator="accept")),
    (
        "variables",
        document(
            {**ALLOW, "Resource": "acs:oss:*:*:${x}", "Condition": {"StringLike": {"a:b": "${y}"}}}
        ),
        "identity",
        Settings(policy_variables="literal"),
    ),
    (
        "bare values",
        {**document(when(Bool={"a:b": True}, NumericEquals={"a:b": [10, 2.5]})), "Version": 1},
        "identity",
        Settings(bare_values="accept"),
    ),
    (
        "a single statement",
        {"Version": "1", "Statement": ALLOW},
        "identity",
        Settings(single_statement="accept"),
    ),
    ("a Sid", document({**ALLOW, "Sid": "one"}), "identity", Settings(sid="accept")),
    (
        "unknown operators",
        document(when(ArnLike={"a:b": "c"}, NumericEquals={"a:b": "many"})),
        "identity",
        Settings(unreadable_conditions="not met"),
    ),
]


@pytest.mark.parametrize(
    ("given", "kind", "settings"), [row[1:] for row in BEYOND], ids=[row[0] for row in BEYOND]
)
def test_a_setting_accepts_what_is_refused_without_it(
    given: Any, kind: PolicyKind, settings: Settings
) -> None:
    with pytest.raises(MalformedPolicyDocumentError):
        Policy.parse(given, kind)

    assert Policy.parse(given, kind, settings).statements


@pytest.mark.parametrize(
    ("given", "kind", "settings", "words"),
    [
        (
            document({**TRUST, "Effect": "Deny"}),
            "trust",
            Settings(deny_in_trust="refuse"),
            "Statement[0].Effect: a trust policy may only `Allow`",
        ),
        (
            document({**BUCKET, "Condition": {"IpAddress": {"acs:SourceIp": "1.1.1.1"}}}),
            "resource",
            Settings(source_ip_without_vpc="refuse"),
            "Statement[0].Condition: acs:SourceIp needs acs:SourceVpc beside it here",
        ),
        (
            document({**ALLOW, "Resource": "*", "NotResource": "*"}),
            "identity",
            Settings(not_resource="complement"),
            "Statement[0]: a statement has either Resource or NotResource",
        ),
        (
            document({**TRUST, "NotResource": "*"}),
            "trust",
            Settings(not_resource="complement"),
            "a trust policy has no Resource; remove it",
        ),
        (
            document({**without(ALLOW, "Resource"), "NotResource": [""]}),
            "identity",
            Settings(not_resource="complement"),
            "Statement[0].NotResource: the value is empty",
        ),
        (
            document(when(**{"ForSome:StringEquals": {"a:b": "c"}})),
            "identity",
            Settings(set_operators="accept"),
            "unknown operator `ForSome:StringEquals`",
        ),
        (
            document(when(NullIfExists={"a:b": "true"})),
            "identity",
            Settings(null_operator="accept", if_exists="accept"),
            "unknown operator `NullIfExists`",
        ),
        (
            {"Version": "2", "Statement": [ALLOW]},
            "identity",
            Settings(bare_values="accept"),
            "the only version",
        ),
    ],
)
def test_a_setting_refuses_what_is_accepted_without_it(
    given: Any, kind: PolicyKind, settings: Settings, words: str
) -> None:
    with pytest.raises(MalformedPolicyDocumentError, match=re.escape(words)):
        Policy.parse(given, kind, settings)


def test_a_vpc_beside_the_address_is_enough_where_one_is_wanted() -> None:
    condition = {
        "IpAddress": {"acs:SourceIp": "1.1.1.1"},
        "StringEquals": {"acs:SourceVpc": "vpc-1"},
    }
    settings = Settings(source_ip_without_vpc="refuse")

    policy = Policy.parse(document({**BUCKET, "Condition": condition}), "resource", settings)

    assert len(policy.statements) == 1


PRETTY = """\
{
  "Version": "1",
  "Statement": [
    {"Effect": "Allow", "Action": "ots:GetRow", "Resource": "*"},
    {
      "Effect": "Allow",
      "Action": ["ots:GetRow", "PutRow"],
      "Resource": [ "*" ]
    }
  ]
}
"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (PRETTY, "line 7: Statement[1].Action[1]: `PutRow`"),
        (
            PRETTY.replace('"PutRow"', '"a:b"').replace('"Effect": "Allow",\n', ""),
            "line 5: Statement[1]: Effect is missing",
        ),
        (PRETTY.replace('"1"', '"2"'), "line 2: Version: "),
        ('\n\n{"Version": "1"}', "line 3: Statement is missing"),
        ('{"Version": "1",\n "Statement": [}', "line 2: no JSON at column 16: "),
        ("", "line 1: no JSON at column 1"),
        (f"{json.dumps(document(ALLOW))} x", "line 1: no JSON at column 95: Extra data"),
        (PRETTY.replace("\n", "\r\n"), "line 7: Statement[1].Action[1]: `PutRow`"),
        (
            json.dumps(document(ALLOW, {**ALLOW, "Action": "x"}), separators=(",", ":")).replace(
                "[{", "[\n{"
            ),
            "line 2: Statement[1].Action: `x` is no action",
        ),
    ],
)
def test_a_mistake_in_a_text_is_refused_with_its_line(text: str, words: str) -> None:
    with pytest.raises(MalformedPolicyDocumentError, match=re.escape(words)):
        Policy.parse(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (f'{{"Version": "1", "Version": "1", "Statement": [{json.dumps(ALLOW)}]}}', "Version"),
        (
            (
                '{"Version": "1", "Statement": [{"Effect": "Deny", "Effect": "Allow", '
                '"Action": "a:b", "Resource": "*"}]}'
            ),
            "Effect",
        ),
        (
            (
                '{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "a:b", '
                '"Resource": "*", "Condition": {"Bool": {"a:b": "true", "a:b": "false"}}}]}'
            ),
            "a:b",
        ),
        (
            (
                '{"Version": "1", "Statement": [{"Effect": "Allow", "Action" : "a:c", '
                '"Action": ["a:b"], "Resource": "*"}]}'
            ),
            "Action",
        ),
    ],
)
def test_a_member_that_stands_twice_is_refused(text: str, name: str) -> None:
    words = f"`{name}` stands twice in one object; keep one"
    with pytest.raises(MalformedPolicyDocumentError, match=words):
        Policy.parse(text)

    assert Policy.parse(text, settings=Settings(duplicate_members="last wins")).statements


LISTS = {"Effect": "Allow", "Action": ["a:b", "a:c"], "Resource": ["*", "acs:oss:*", "acs:ram:*"]}


@pytest.mark.parametrize(
    ("source", "kind", "settings"),
    [
        (document(ALLOW), "identity", DEFAULT),
        (document(ALLOW, ALLOW, LISTS, LISTS), "identity", DEFAULT),
        (document(LISTS, when(StringEquals={"a:b": ["c", "d"], "e:f": "g"})), "session", DEFAULT),
        (document(TRUST, {**TRUST, "Sid": "x"}), "trust", Settings(sid="accept")),
        (document({**BUCKET, "Condition": {}}), "resource", DEFAULT),
        (
            document(when(NumericEquals={"a:b": [2.5, 1]})),
            "identity",
            Settings(bare_values="accept"),
        ),
        (document(ALLOW, when(Bool={"a:b": True})), "identity", Settings(bare_values="accept")),
    ],
)
def test_a_text_in_which_no_member_stands_twice_is_decoded_once(
    source: Any, kind: PolicyKind, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decoded_again(_: object) -> None:
        pytest.fail("looked for members that stand twice")

    monkeypatch.setattr("pytest_ramsts.policy.source._without_duplicates", decoded_again)

    assert Policy.parse(json.dumps(source), kind, settings).statements


@pytest.mark.parametrize(
    "resource", ['acs:oss:*:*:a"b', "acs:oss:*:*:a\\b", "acs:oss:*:*:ü", "acs:oss:*:*:a\tb"]
)
def test_a_text_with_escapes_has_no_member_twice(resource: str) -> None:
    text = json.dumps(document({**ALLOW, "Resource": resource}))

    assert Policy.parse(text).statements[0].resources == (resource,)


VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [
        *("Allow", "Deny", "allow", "ots:GetRow", "ots:*", "*", "GetRow", "", "a:b:c", "é:b"),
        *("acs:oss:*:*:x", "acs:x", "**", "acs:oss:*", "a\nb", 7, None, [], {}),
        *(["a:b"], ["*", "acs:a:b:c:d"]),
    ]
)
ELEMENTS = ("Effect", "Action", "Resource", "NotAction", "Condition", "Version")
NEARLY_PLAIN = st.dictionaries(st.sampled_from(ELEMENTS), VALUES, min_size=2, max_size=4)


@UNTIMED
@given(st.lists(NEARLY_PLAIN | st.just(ALLOW), min_size=1, max_size=4))
def test_statements_seen_in_passing_are_judged_as_those_that_are_read(
    statements: list[Any],
) -> None:
    """Screening many at once and reading one by one accept the same, and mean the same."""
    try:
        read = [read_statement(raw, 0, "identity", DEFAULT) for raw in statements]
    except GrammarError:
        with pytest.raises(MalformedPolicyDocumentError):
            Policy.parse(document(*statements))
    else:
        assert list(Policy.parse(document(*statements)).statements) == read


def test_a_plain_statement_is_left_unread_until_it_is_asked_for() -> None:
    listed = {"Effect": "Deny", "Action": ["a:b", "c:d"], "Resource": ["*", "acs:a:*"]}
    screened = screen([ALLOW, when(Bool={"a:b": "true"}), listed], "identity", DEFAULT)

    assert list(screened.read) == [1]
    assert plain_statement(screened, 0, "Allow") == read_statement(ALLOW, 0, "identity", DEFAULT)
    assert plain_statement(screened, 2, "Deny") == read_statement(listed, 0, "identity", DEFAULT)


@UNTIMED
@given(st.binary(min_size=60, max_size=60), st.sampled_from(["identity", "trust", "resource"]))
def test_a_document_is_its_own_text_again(number: bytes, kind: Any) -> None:
    drawn = draw_document(Digits(int.from_bytes(number)), kind)

    policy = Policy.parse(drawn, kind)

    assert policy.document == drawn
    assert Policy.parse(policy.text, kind) == policy
    assert Policy.parse(json.dumps(drawn, indent=3), kind) == policy
