"""Condition operators and whether a request meets them. Knows no statement and no service's keys.

A row of `OPERATORS` says how a value in a policy is read, how one in a request is read, and how
both compare. A key that the request does not carry fails a positive operator and meets a negated
one.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pytest_ramsts.errors import RamstsError
from pytest_ramsts.policy.arns import role_folded
from pytest_ramsts.policy.settings import DEFAULT, Settings
from pytest_ramsts.policy.values import (
    UnreadableError,
    address,
    in_network,
    instant,
    network,
    number,
    truth,
)
from pytest_ramsts.policy.wildcard import matches

__all__ = [
    "OPERATORS",
    "PRINCIPAL_ARN",
    "UNREADABLE",
    "Condition",
    "Context",
    "Operator",
    "find_operator",
    "folded",
    "is_like",
    "same_role",
]

Context = Mapping[str, Sequence[str]]
"""The values of a request by `folded` key."""

PRINCIPAL_ARN: Final = "acs:principalarn"
"""The key whose values are ARNs of users and roles."""


@dataclass(frozen=True, slots=True)
class Operator:
    """How one operator reads and compares. `test` gets the request's value, then the policy's."""

    test: Callable[[Any, Any], bool]
    read: Callable[[str], Any] = str
    read_actual: Callable[[str], Any] = str
    negated: bool = False
    met_when_absent: bool = False
    quantifier: str = ""
    tests_absence: bool = False
    fixed: bool | None = None

    def met(self, actuals: Sequence[str], operands: Sequence[Any], settings: Settings) -> bool:
        if self.quantifier == "ForAllValues":
            return all(self._met_by((actual,), operands, settings) for actual in actuals)
        if self.quantifier == "ForAnyValue":
            return any(self._met_by((actual,), operands, settings) for actual in actuals)
        return self._met_by(actuals, operands, settings)

    def _met_by(self, actuals: Sequence[str], operands: Sequence[Any], settings: Settings) -> bool:
        test = self.test
        for text in actuals:
            try:
                actual = self.read_actual(text)
            except UnreadableError as error:
                if settings.unreadable_context == "error":
                    raise RamstsError(f"the request carries `{text}`: {error}") from error
                continue
            for operand in operands:
                if test(actual, operand):
                    return not self.negated
        return self.negated


@dataclass(frozen=True, slots=True)
class Condition:
    """One key under one operator, with the values the policy lists for it."""

    operator: str
    key: str
    values: tuple[str, ...]
    rule: Operator = field(repr=False, compare=False)
    operands: tuple[Any, ...] = field(default=(), repr=False, compare=False)
    folded_key: str = field(default="", repr=False, compare=False)

    def met(self, context: Context, settings: Settings) -> bool:
        key = self.folded_key if settings is DEFAULT else folded(self.key, settings)
        actuals = context.get(key)
        rule = self.rule
        if rule.fixed is not None:
            return rule.fixed
        if rule.tests_absence:
            return ("true" if not actuals else "false") in self.values
        if not actuals:
            return rule.met_when_absent
        return rule.met(actuals, self.operands, settings)


def folded(key: str, settings: Settings) -> str:
    """The spelling under which keys are the same: without case, except for the name of a tag."""
    if settings.condition_key_case == "significant":
        return key
    head, separator, tag = key.partition("/")
    if settings.tag_key_case == "ignored":
        return key.lower()
    return f"{head.lower()}{separator}{tag}"


def same_role(rule: Operator) -> Operator:
    """The same operator, to which letter case in the name of a role makes no difference."""
    test = rule.test

    def tested(actual: str, expected: str) -> bool:
        return test(actual, expected) or test(role_folded(actual), role_folded(expected))

    return replace(rule, test=tested)


def is_like(actual: str, pattern: str) -> bool:
    return matches(pattern, actual)


def _positive(
    test: Callable[[Any, Any], bool], read: Any = str, read_actual: Any = None
) -> Operator:
    return Operator(test, read=read, read_actual=read_actual or read)


def _negated(
    test: Callable[[Any, Any], bool], read: Any = str, read_actual: Any = None
) -> Operator:
    return replace(_positive(test, read, read_actual), negated=True, met_when_absent=True)


OPERATORS: Final[dict[str, Operator]] = {
    "StringEquals": _positive(operator.eq),
    "StringNotEquals": _negated(operator.eq),
    "StringEqualsIgnoreCase": _positive(operator.eq, str.lower),
    "StringNotEqualsIgnoreCase": _negated(operator.eq, str.lower),
    "StringLike": _positive(is_like),
    "StringNotLike": _negated(is_like),
    "NumericEquals": _positive(operator.eq, number),
    "NumericNotEquals": _negated(operator.eq, number),
    "NumericLessThan": _positive(operator.lt, number),
    "NumericLessThanEquals": _positive(operator.le, number),
    "NumericGreaterThan": _positive(operator.gt, number),
    "NumericGreaterThanEquals": _positive(operator.ge, number),
    "DateEquals": _positive(operator.eq, instant),
    "DateNotEquals": _negated(operator.eq, instant),
    "DateLessThan": _positive(operator.lt, instant),
    "DateLessThanEquals": _positive(operator.le, instant),
    "DateGreaterThan": _positive(operator.gt, instant),
    "DateGreaterThanEquals": _positive(operator.ge, instant),
    "Bool": _positive(operator.eq, truth),
    "IpAddress": _positive(in_network, network, address),
    "NotIpAddress": _negated(in_network, network, address),
}

_NULL: Final = Operator(operator.eq, read=truth, tests_absence=True)

UNREADABLE: Final = {
    "not met": Operator(operator.eq, fixed=False),
    "ignored": Operator(operator.eq, fixed=True),
}
"""What stands in for a condition that cannot be read, where a setting accepts it."""


def find_operator(name: str, settings: Settings) -> Operator | None:
    """The operator of that exact name; undocumented ones only where a setting accepts them."""
    if name in OPERATORS:
        return OPERATORS[name]
    if name == "Null" and settings.null_operator == "accept":
        return _NULL
    quantifier, _, rest = name.rpartition(":")
    if_exists = rest.endswith("IfExists")
    rule = OPERATORS.get(rest.removesuffix("IfExists"))
    if rule is None or quantifier not in _QUANTIFIERS or name.startswith(":"):
        return None
    if if_exists and settings.if_exists == "refuse":
        return None
    if quantifier and settings.set_operators == "refuse":
        return None
    absent = _QUANTIFIERS[quantifier]
    if absent is None:
        absent = rule.met_when_absent
    return replace(rule, quantifier=quantifier, met_when_absent=absent or if_exists)


_QUANTIFIERS: Final = {"": None, "ForAllValues": True, "ForAnyValue": False}
"""What stands before an operator on sets of values, and whether an absent key then meets it."""
