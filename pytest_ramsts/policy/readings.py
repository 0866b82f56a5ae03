"""How settings change what one condition means. Consulted only where a setting is not the default.

A row of `_READINGS` names the setting and its other value, the conditions that it is about, and
what becomes of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from pytest_ramsts.policy.conditions import (
    PRINCIPAL_ARN,
    Condition,
    find_operator,
    is_like,
    same_role,
)
from pytest_ramsts.policy.settings import Settings

__all__ = ["IOT", "LISTINGS", "read_with"]

LISTINGS: Final = frozenset({"oss:listobjects", "oss:listobjectversions", "oss:getbucket"})
"""Actions, in lower case, of requests that carry `oss:Prefix`; the last is an older name."""

IOT: Final = "iot:"
"""The service that evaluates no condition key."""

_ACL_KEYS: Final = frozenset({"oss:x-oss-acl", "oss:x-oss-object-acl"})
_LISTING_KEYS: Final = frozenset({"oss:prefix", "oss:delimiter"})
_ALL_OPERATORS: Final = Settings(if_exists="accept", set_operators="accept", null_operator="accept")
_EQUALITY: Final = frozenset({"StringEquals", "StringNotEquals"})


@dataclass(frozen=True, slots=True)
class _Reading:
    setting: str
    value: str
    concerns: Callable[[Condition, str], bool]
    changed: Callable[[Condition], Condition]


def read_with(settings: Settings, condition: Condition, action: str) -> Condition:
    """The condition as the settings have it, for a request of that action (in lower case)."""
    if condition.key.lower() == PRINCIPAL_ARN:
        condition = _with_plain_rule(condition)
    for reading in _READINGS:
        if getattr(settings, reading.setting) == reading.value and reading.concerns(
            condition, action
        ):
            condition = reading.changed(condition)
    return condition


def _with_rule(condition: Condition, **changes: Any) -> Condition:
    return replace(condition, rule=replace(condition.rule, **changes))


def _with_plain_rule(condition: Condition) -> Condition:
    rule = find_operator(condition.operator, _ALL_OPERATORS)
    return condition if rule is None else replace(condition, rule=rule)


def _without_single_masks(condition: Condition) -> Condition:
    kept = tuple([operand for operand in condition.operands if not operand.masked_single])
    return replace(condition, operands=kept)


_READINGS: Final = (
    _Reading(
        "star_in_string_equals",
        "wildcard",
        lambda condition, _: condition.operator in _EQUALITY,
        lambda condition: _with_rule(condition, test=is_like),
    ),
    _Reading(
        "prefix_equals",
        "prefix",
        lambda condition, _: (
            condition.operator in _EQUALITY and condition.key.lower() == "oss:prefix"
        ),
        lambda condition: _with_rule(condition, test=str.startswith),
    ),
    _Reading(
        "prefix_beyond_listing",
        "ignored",
        lambda condition, action: condition.key.lower() in _LISTING_KEYS and action not in LISTINGS,
        lambda condition: _with_rule(condition, fixed=True),
    ),
    _Reading(
        "acl_absent",
        "not met",
        lambda condition, _: condition.rule.negated and condition.key.lower() in _ACL_KEYS,
        lambda condition: _with_rule(condition, met_when_absent=False),
    ),
    _Reading(
        "source_vpc_absent",
        "star is met",
        lambda condition, _: (
            condition.operator == "StringLike"
            and condition.key.lower() == "acs:sourcevpc"
            and "*" in condition.values
        ),
        lambda condition: _with_rule(condition, met_when_absent=True),
    ),
    _Reading(
        "iot_conditions",
        "ignored",
        lambda _, action: action.startswith(IOT),
        lambda condition: _with_rule(condition, fixed=True),
    ),
    _Reading(
        "role_name_case",
        "ignored",
        lambda condition, _: condition.key.lower() == PRINCIPAL_ARN,
        lambda condition: replace(condition, rule=same_role(condition.rule)),
    ),
    _Reading(
        "single_address_mask",
        "never",
        lambda condition, _: condition.operator in ("IpAddress", "NotIpAddress"),
        _without_single_masks,
    ),
)
