"""A policy is a value: read once from whatever it was given as, and never changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from pytest_ramsts.errors import MalformedPolicyDocumentError
from pytest_ramsts.policy import SIZE_LIMITS, Policy, Settings, Statement, allow, deny
from pytest_ramsts.policy.conditions import Condition

DOCUMENT = {
    "Version": "1",
    "Statement": [{"Effect": "Allow", "Action": ["ots:GetRow"], "Resource": "*"}],
}
TEXT = json.dumps(DOCUMENT, indent=2)


@dataclass(frozen=True)
class Table:
    arn: str


TABLE = Table("acs:ots:cn-hangzhou:1000000000000001:instance/orders/table/items")


class TestParse:
    def test_a_dict_a_text_and_a_file_are_the_same_policy(self, tmp_path: Path) -> None:
        file = tmp_path / "readers.json"
        file.write_text(TEXT, encoding="utf-8")

        policies = [Policy.parse(one) for one in (DOCUMENT, TEXT, f"\n {TEXT}", file, str(file))]

        assert policies == [Policy(allow("ots:GetRow"))] * 5
        assert len(set(policies)) == 1

    def test_a_policy_is_itself(self) -> None:
        policy = Policy.parse(DOCUMENT)

        assert Policy.parse(policy) is policy
        assert Policy.parse(policy, "session").kind == "session"
        assert Policy.parse(policy, settings=Settings(sid="accept")) == policy

    def test_a_policy_of_another_kind_is_read_again(self) -> None:
        with pytest.raises(MalformedPolicyDocumentError, match="Principal is missing"):
            Policy.parse(Policy.parse(DOCUMENT), "resource")

    def test_kinds_are_different_policies(self) -> None:
        assert Policy.parse(DOCUMENT) != Policy.parse(DOCUMENT, "control")
        assert Policy.parse(DOCUMENT) != DOCUMENT

    def test_a_text_stays_as_it_was_given(self) -> None:
        assert Policy.parse(TEXT).text == TEXT

    def test_a_dict_becomes_a_compact_text(self) -> None:
        assert Policy.parse(DOCUMENT).text == (
            '{"Version":"1","Statement":[{"Effect":"Allow","Action":["ots:GetRow"],"Resource":"*"}]}'
        )
        assert "ü" in Policy(allow("oss:*", on="acs:oss:*:*:ü")).text

    def test_later_changes_to_a_dict_do_not_reach_it(self) -> None:
        statements = [
            allow("oss:*"),
            allow("a:b", "c:d"),
            allow("a:b", on=["*", "acs:a:*"]),
            allow("a:b", when={"Bool": {"a:b": ["true", "false"]}}),
        ]
        given = Policy(*statements).document
        before = json.loads(json.dumps(given))
        policy = Policy.parse(given)

        given["Statement"][0]["Effect"] = "Deny"
        given["Statement"][1]["Action"].append("*")
        given["Statement"][2]["Resource"].append("acs:b:*")
        given["Statement"][3]["Condition"]["Bool"]["a:b"].pop()
        given["Statement"].clear()

        assert policy.document == before
        assert policy == Policy(*statements)

    def test_its_document_is_yours_to_change(self) -> None:
        policy = Policy.parse(DOCUMENT)

        policy.document["Statement"].clear()

        assert policy.document == DOCUMENT

    def test_any_mapping_will_do(self) -> None:
        statement: Mapping[str, Any] = MappingProxyType(
            {"Effect": "Deny", "Action": ("oss:*", "ots:*"), "Resource": "*"}
        )

        policy = Policy.parse(MappingProxyType({"Version": "1", "Statement": (statement,)}))

        assert policy == Policy(deny("oss:*", "ots:*"))
        assert policy.document["Statement"] == [{**statement, "Action": ["oss:*", "ots:*"]}]

    def test_a_file_that_cannot_be_read_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(MalformedPolicyDocumentError, match=r"nowhere.json` cannot be read: No"):
            Policy.parse(tmp_path / "nowhere.json")

    @pytest.mark.parametrize("text", ["nowhere.json", "x" * 5000, "a\0b", "[1]"])
    def test_a_text_that_names_no_file_is_no_json(self, text: str) -> None:
        with pytest.raises(MalformedPolicyDocumentError, match=r"no JSON|a policy is an object"):
            Policy.parse(text)

    def test_the_line_is_told_of_a_file_too(self, tmp_path: Path) -> None:
        file = tmp_path / "readers.json"
        file.write_text(TEXT.replace("ots:", "ots"), encoding="utf-8")

        with pytest.raises(MalformedPolicyDocumentError, match=r"line 7: Statement\[0\].Action"):
            Policy.parse(file)


class TestBuilders:
    @pytest.mark.parametrize(
        ("statement", "document"),
        [
            (allow("ots:GetRow"), {"Effect": "Allow", "Action": "ots:GetRow", "Resource": "*"}),
            (
                deny("ots:GetRow", "ots:PutRow", on=[TABLE, "acs:ots:*:*:x"]),
                {
                    "Effect": "Deny",
                    "Action": ["ots:GetRow", "ots:PutRow"],
                    "Resource": [TABLE.arn, "acs:ots:*:*:x"],
                },
            ),
            (
                allow("ots:*", on=TABLE),
                {"Effect": "Allow", "Action": "ots:*", "Resource": TABLE.arn},
            ),
            (
                allow(not_actions="ram:*"),
                {"Effect": "Allow", "NotAction": "ram:*", "Resource": "*"},
            ),
            (
                deny(not_actions=("ram:*", "sts:*")),
                {"Effect": "Deny", "NotAction": ["ram:*", "sts:*"], "Resource": "*"},
            ),
            (
                allow("oss:*", when={"StringLike": {"oss:Prefix": ("a/*", "")}}),
                {
                    "Effect": "Allow",
                    "Action": "oss:*",
                    "Resource": "*",
                    "Condition": {"StringLike": {"oss:Prefix": ["a/*", ""]}},
                },
            ),
            (
                allow(
                    "oss:*",
                    when={
                        "Bool": {"acs:SecureTransport": "true"},
                        "IpAddress": {"acs:SourceIp": "10.0.0.1", "acs:VpcSourceIp": "10.0.0.2"},
                    },
                ),
                {
                    "Effect": "Allow",
                    "Action": "oss:*",
                    "Resource": "*",
                    "Condition": {
                        "Bool": {"acs:SecureTransport": "true"},
                        "IpAddress": {"acs:SourceIp": "10.0.0.1", "acs:VpcSourceIp": "10.0.0.2"},
                    },
                },
            ),
            (
                allow("sts:AssumeRole", on=None, principal={"RAM": Table("acs:ram::1:user/a")}),
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"RAM": ["acs:ram::1:user/a"]},
                },
            ),
            (
                deny("oss:*", principal="*"),
                {"Effect": "Deny", "Action": "oss:*", "Resource": "*", "Principal": ["*"]},
            ),
            (
                deny("oss:*", principal=["1", "2"]),
                {"Effect": "Deny", "Action": "oss:*", "Resource": "*", "Principal": ["1", "2"]},
            ),
        ],
    )
    def test_a_statement_is_written_as_a_document_writes_it(
        self, statement: Statement, document: dict[str, Any]
    ) -> None:
        assert statement.document == document
        assert Policy(statement).document == {"Version": "1", "Statement": [document]}

    @pytest.mark.parametrize(
        ("statements", "kind"),
        [
            ([allow("a:b")], "identity"),
            ([allow("sts:AssumeRole", on=None, principal={"Service": "x.y"})], "trust"),
            ([allow("oss:*", principal="*")], "resource"),
        ],
    )
    def test_the_kind_of_a_policy_follows_from_its_statements(
        self, statements: list[Statement], kind: str
    ) -> None:
        assert Policy(*statements).kind == kind

    @pytest.mark.parametrize(
        ("build", "words"),
        [
            (lambda: allow("GetRow"), "MalformedPolicyDocument: Action.0.: `GetRow` is no action"),
            (allow, "MalformedPolicyDocument: a statement has either Action or NotAction"),
            (lambda: allow("a:b", on="x"), "Resource.0.: `x` is no resource"),
            (lambda: allow("a:b", on=None), "Resource is missing"),
            (lambda: allow("a:b", when={"Boole": {"a:b": "true"}}), "did you mean `Bool`"),
            (Policy, "Statement needs at least one statement"),
            (
                lambda: Policy(allow("a:b"), allow("a:b", principal="*")),
                r"Statement\[0\]: Principal is missing",
            ),
        ],
    )
    def test_a_mistake_is_refused_where_it_is_written(self, build: Any, words: str) -> None:
        with pytest.raises(MalformedPolicyDocumentError, match=words):
            build()


def test_statements_cannot_be_changed() -> None:
    statement = Policy.parse(DOCUMENT).statements[0]

    with pytest.raises(AttributeError):
        statement.effect = "Deny"  # type: ignore[misc]


def test_conditions_are_the_same_when_they_say_the_same() -> None:
    when = {"Bool": {"a:b": "true"}}

    assert allow("a:b", when=when).conditions == allow("c:d", when=when).conditions
    assert allow("a:b", when=when).conditions[0] == Condition("Bool", "a:b", ("true",), rule=None)  # type: ignore[arg-type]


def test_a_policy_is_printed_with_its_kind_and_text() -> None:
    policy = Policy(allow("ots:GetRow"))

    assert repr(policy) == f"<Policy identity: {policy.text}>"


def test_sizes_are_limited_by_kind() -> None:
    assert (SIZE_LIMITS["identity"], SIZE_LIMITS["session"], SIZE_LIMITS["control"]) == (
        6144,
        2048,
        4096,
    )
    assert (SIZE_LIMITS["trust"], SIZE_LIMITS["resource"]) == (2048, 16384)
