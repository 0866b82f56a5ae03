"""Documents and requests drawn to collide: few names, so that most of them nearly meet.

Everything is read off one large number, digit by digit, so that Hypothesis draws a whole world with
one integer and shrinks it as one, and a script can draw millions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any, Final, Literal, TypeVar, get_args, get_type_hints

from hypothesis import HealthCheck, Phase, settings

from pytest_ramsts.policy import Access, AppliedPolicy, Layers, Policy, Principal, Settings

from .reference import Documents

T = TypeVar("T")

ACCOUNTS: Final = ("1000000000000001", "2000000000000002")
ONE, TWO = ACCOUNTS

ACTIONS: Final = (
    "ots:GetRow",
    "ots:PutRow",
    "ots:GetRange",
    "oss:GetObject",
    "oss:ListObjects",
    "sts:AssumeRole",
    "ram:UpdateUser",
    "iot:Pub",
)
ACTION_PATTERNS: Final = (
    *ACTIONS,
    "*",
    "ots:*",
    "ots:Get*",
    "OTS:getrow",
    "ots:???Row",
    "*:Get*",
    "o*:*Row",
    "oss:*Object*",
    "sts:*",
    "ots:Get*Ra?ge",
    "iot:*",
    "?ts:*",
)
RESOURCES: Final = (
    f"acs:ots:cn-hangzhou:{ONE}:instance/a/table/t",
    f"acs:ots:cn-hangzhou:{ONE}:instance/a",
    f"acs:ots:cn-beijing:{TWO}:instance/a/table/t",
    f"acs:oss:*:{ONE}:media/a/b.jpg",
    f"acs:oss:*:{ONE}:media",
    f"acs:oss:*:{TWO}:media/a:b:c",
    f"acs:ram::{ONE}:role/Reader",
    f"acs:ram::{TWO}:role/reader",
    f"acs:ram::{ONE}:user/bob",
    "acs:ram:*:system:policy/p",
    f"acs:ots:cn-hangzhou:{ONE}:instance/*",
    "*",
)
RESOURCE_PATTERNS: Final = (
    *RESOURCES,
    "acs:ots:*:*:instance/*",
    "acs:ots:*:*:instance/a/table/*",
    "acs:ots:*:*:instance/a*",
    "acs:ots:*:*:instance/?/table/t",
    f"acs:ots:*:{ONE}:*",
    "acs:ots:cn-beijing:*:*",
    "acs:oss:*:*:media",
    "acs:oss:*:*:media/*",
    "acs:oss:*:*:*:c",
    "acs:*:*hangzhou*:*:*",
    "acs:*:*:*:*a*",
    "acs:*",
    "acs:ram:*:*:role/reader",
    "acs:ram:*:*:role/*",
    "acs:ram:*:*:*/Reader",
    "**",
)
CONTEXT: Final[dict[str, tuple[str | tuple[str, ...], ...]]] = {
    "acs:SourceIp": ("10.0.0.8", "10.0.1.8", "2001:db8::1", "unknown", ("10.0.1.8", "10.0.0.8")),
    "acs:SecureTransport": ("true", "false", "yes"),
    "acs:CurrentTime": ("2026-08-12T08:59:59Z", "2026-08-12T17:00:00+08:00", "soon"),
    "acs:MFAPresent": ("true", "false"),
    "acs:PrincipalARN": (f"acs:ram::{ONE}:role/Reader", f"acs:ram::{ONE}:user/alice"),
    "acs:SourceVpc": ("vpc-a", "vpc-b"),
    "acs:ResourceTag/team": ("dev", "Dev", ("dev", "ops"), ()),
    "oss:Prefix": ("", "a/", "a/b/"),
    "oss:x-oss-object-acl": ("private", "public-read"),
    "ots:Size": ("10", "9", "10.0", "-1", "many"),
}
KEY_SPELLINGS: Final = {
    "acs:SourceIp": ("acs:SourceIp", "acs:SourceIP"),
    "acs:ResourceTag/team": (
        "acs:ResourceTag/team",
        "acs:resourcetag/team",
        "acs:ResourceTag/Team",
    ),
}
CONDITIONS: Final[tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...]] = (
    (
        ("IpAddress", "NotIpAddress"),
        "acs:SourceIp",
        ("10.0.0.0/24", "10.0.0.77/24", "10.0.1.8", "10.0.1.8/32", "0.0.0.0/0", "2001:db8::/32"),
    ),
    (("Bool",), "acs:SecureTransport", ("true", "false")),
    (("Bool",), "acs:MFAPresent", ("true", "false")),
    (
        (
            "DateEquals",
            "DateNotEquals",
            "DateLessThan",
            "DateLessThanEquals",
            "DateGreaterThan",
            "DateGreaterThanEquals",
        ),
        "acs:CurrentTime",
        ("2026-08-12T09:00:00Z", "2026-08-12T16:59:59+08:00", "2026-08-13T00:00:00Z"),
    ),
    (
        (
            "NumericEquals",
            "NumericNotEquals",
            "NumericLessThan",
            "NumericLessThanEquals",
            "NumericGreaterThan",
            "NumericGreaterThanEquals",
        ),
        "ots:Size",
        ("10", "9.5", "+10.00", "-1"),
    ),
    (
        (
            "StringEquals",
            "StringNotEquals",
            "StringEqualsIgnoreCase",
            "StringNotEqualsIgnoreCase",
            "StringLike",
            "StringNotLike",
        ),
        "acs:ResourceTag/team",
        ("dev", "Dev", "d*", "?ev", "*"),
    ),
    (("StringEquals", "StringLike", "StringNotLike"), "oss:Prefix", ("", "a/", "a/*", "*")),
    (("StringEquals", "StringNotEquals", "StringLike"), "acs:SourceVpc", ("vpc-a", "vpc-*", "*")),
    (("StringNotEquals", "StringEquals"), "oss:x-oss-object-acl", ("private", "p*")),
    (
        ("StringLike", "StringNotLike", "StringEquals"),
        "acs:PrincipalARN",
        ("acs:ram:*:*:role/reader", f"acs:ram::{ONE}:role/reader", "*:user/*"),
    ),
)
PRINCIPALS: Final = (
    Principal("RAMUser", ONE, "alice", "2065570000000001"),
    Principal("AssumedRole", ONE, "Reader", "3000000000000009", "s1"),
    Principal("RAMUser", TWO, "eve", "2065570000000002"),
    Principal("AssumedRole", TWO, "reader", "3000000000000010", "s2"),
    Principal("Account", ONE, id=ONE),
    Principal("Account", TWO),
    Principal("Service", "", "ecs.aliyuncs.com"),
    Principal("Federated", ONE, "saml-provider/corp"),
    Principal("AssumedRole", ONE, "AliyunServiceRoleForOss", "3000000000000011", "s3"),
)
TRUSTED: Final = (
    {"RAM": [f"acs:ram::{ONE}:root"]},
    {"RAM": f"acs:ram::{ONE}:user/alice"},
    {"RAM": [f"acs:ram::{ONE}:role/reader", f"acs:ram::{TWO}:user/eve"]},
    {"RAM": [f"acs:ram::{TWO}:root"], "Service": ["ecs.aliyuncs.com"]},
    {"Service": "ecs.aliyuncs.com"},
    {"Federated": [f"acs:ram::{ONE}:saml-provider/corp"]},
    {"RAM": [f"acs:ram::{ONE}:*"]},
)
NAMED: Final[tuple[Any, ...]] = (
    *TRUSTED,
    ["*"],
    "*",
    [],
    ["2065570000000001"],
    [ONE, TWO],
    [f"arn:sts::{ONE}:assumed-role/Reader/*"],
    [f"arn:sts::{TWO}:assumed-role/reader/s1", "3000000000000009"],
)
UNTIMED: Final = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""How long an example takes says nothing on a machine that is busy."""

WITHOUT_SHRINKING: Final = (Phase.explicit, Phase.reuse, Phase.generate)
"""A world is one number of thousands of bits: to shrink one takes minutes and tells little."""

GROUPS: Final = (None, None, "rg-a", "rg-b")

Kind = Literal["identity", "trust", "session", "control", "resource"]


class Digits:
    """One choice after the other out of a number; the number 0 always chooses the first."""

    def __init__(self, number: int) -> None:
        self._number = number

    def of(self, options: Sequence[T]) -> T:
        self._number, digit = divmod(self._number, len(options))
        return options[digit]

    def some(self, draw: Callable[[], T], counts: Sequence[int]) -> list[T]:
        return [draw() for _ in range(self.of(counts))]


def draw_documents(digits: Digits) -> Documents:
    """Layers of raw documents, most of them with one or two policies."""
    node = lambda: digits.some(lambda: draw_document(digits, "control"), (1, 2, 0))  # noqa: E731
    return Documents(
        control=digits.some(node, (0, 0, 0, 1, 2)),
        session=digits.of((None, None, draw_document(digits, "session"))),
        identity=digits.some(
            lambda: (draw_document(digits, "identity"), digits.of(GROUPS)), (1, 2, 0, 3)
        ),
        resource=digits.some(lambda: draw_document(digits, "resource"), (0, 1, 0)),
        trust=digits.of((draw_document(digits, "trust"), None)),
    )


def draw_document(digits: Digits, kind: Kind) -> dict[str, Any]:
    statements = digits.some(lambda: draw_statement(digits, kind), (1, 2, 3, 9))
    return {"Version": "1", "Statement": statements}


def draw_statement(digits: Digits, kind: Kind) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": digits.of(("Allow", "Allow", "Deny"))}
    broad = kind in ("control", "session") and digits.of((True, True, False))
    if kind == "trust":
        statement["Action"] = digits.of(
            ("sts:AssumeRole", "sts:AssumeRole", "*", "sts:AssumeRoleWithSAML")
        )
    else:
        element = digits.of(("Action", "Action", "Action", "Action", "NotAction"))
        statement[element] = "*" if broad else draw_values(digits, ACTION_PATTERNS)
        statement["Resource"] = "*" if broad else draw_values(digits, RESOURCE_PATTERNS)
    if kind in ("trust", "resource"):
        statement["Principal"] = digits.of(TRUSTED if kind == "trust" else NAMED)
    if digits.of((False, False, True)):
        statement["Condition"] = draw_condition(digits)
    return statement


def draw_condition(digits: Digits) -> dict[str, Any]:
    condition: dict[str, Any] = {}
    for _ in range(digits.of((1, 1, 2, 3))):
        operators, key, values = digits.of(CONDITIONS)
        spelling = digits.of(KEY_SPELLINGS.get(key, (key,)))
        condition.setdefault(digits.of(operators), {})[spelling] = draw_values(digits, values)
    return condition


def draw_values(digits: Digits, options: Sequence[str]) -> str | list[str]:
    if digits.of((True, False)):
        return digits.of(options)
    return digits.some(lambda: digits.of(options), (1, 2, 3))


def draw_access(digits: Digits) -> Access:
    context = {}
    for key, values in CONTEXT.items():
        if digits.of((False, True)):
            context[digits.of(KEY_SPELLINGS.get(key, (key,)))] = digits.of(values)
    return Access(
        digits.of(PRINCIPALS),
        digits.of(ACTIONS),
        digits.of(RESOURCES),
        context,
        digits.of(GROUPS),
        digits.of(("", "", "", ONE, TWO)),
    )


def draw_settings(digits: Digits) -> Settings:
    """Any reading of what is open in a decision; what a document may contain stays strict."""
    hints = get_type_hints(Settings)
    return Settings(
        **{
            one.name: digits.of(get_args(hints[one.name]))
            for one in fields(Settings)
            if "refuse" not in get_args(hints[one.name]) and one.name != "unreadable_context"
        }
    )


def layers_of(documents: Documents) -> Layers:
    def applied(document: dict[str, Any], kind: Kind, group: str | None = None) -> AppliedPolicy:
        return AppliedPolicy(Policy.parse(document, kind), kind, "Custom", resource_group=group)

    session, trust = documents.session, documents.trust
    return Layers(
        control=tuple(
            tuple(applied(dict(one), "control") for one in node) for node in documents.control
        ),
        session=applied(dict(session), "session") if session else None,
        identity=tuple(applied(dict(one), "identity", group) for one, group in documents.identity),
        resource=tuple(applied(dict(one), "resource") for one in documents.resource),
        trust=applied(dict(trust), "trust") if trust else None,
    )
