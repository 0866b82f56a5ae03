"""What each operator compares, and what an absent key means to it."""

from __future__ import annotations

import ipaddress
import re
from datetime import datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_ramsts.errors import MalformedPolicyDocumentError, RamstsError
from pytest_ramsts.policy import (
    DEFAULT,
    Access,
    AppliedPolicy,
    Layers,
    Policy,
    Principal,
    Settings,
    decide,
)
from pytest_ramsts.policy.conditions import OPERATORS

from .drawing import UNTIMED

ALICE = Principal("RAMUser", "1000000000000001", "alice", "2065570000000001")

EVERYTHING = Settings(if_exists="accept", set_operators="accept", null_operator="accept")


def met(
    operator: str,
    values: Any,
    actual: Any = None,
    *,
    key: str = "svc:Key",
    sent_as: str = "",
    settings: Settings = DEFAULT,
) -> bool:
    """Whether a request that carries `actual` meets the condition."""
    statement = {
        "Effect": "Allow",
        "Action": "*",
        "Resource": "*",
        "Condition": {operator: {key: values}},
    }
    policy = Policy.parse({"Version": "1", "Statement": [statement]}, settings=settings)
    context = {} if actual is None else {sent_as or key: actual}
    layers = Layers(identity=(AppliedPolicy(policy, "p", "Custom"),))
    return decide(Access(ALICE, "svc:Get", "*", context), layers, settings).allowed


MORNING, NOON = "2026-03-01T08:00:00Z", "2026-03-01T12:00:00Z"


@pytest.mark.parametrize(
    ("operator", "value", "actual", "expected"),
    [
        ("StringEquals", "dev", "dev", True),
        ("StringEquals", "dev", "Dev", False),
        ("StringEquals", "d*", "dev", False),
        ("StringEquals", "d*", "d*", True),
        ("StringNotEquals", "dev", "dev", False),
        ("StringNotEquals", "dev", "Dev", True),
        ("StringEqualsIgnoreCase", "dev", "DEV", True),
        ("StringEqualsIgnoreCase", "dev", "ops", False),
        ("StringNotEqualsIgnoreCase", "dev", "DEV", False),
        ("StringNotEqualsIgnoreCase", "dev", "ops", True),
        ("StringLike", "d?v*", "develop", True),
        ("StringLike", "d*", "Dev", False),
        ("StringNotLike", "d*", "dev", False),
        ("StringNotLike", "d*", "ops", True),
        ("NumericEquals", "10", "10.0", True),
        ("NumericEquals", "10", "9", False),
        ("NumericNotEquals", "10", "10", False),
        ("NumericNotEquals", "10", "9", True),
        ("NumericLessThan", "10", "9", True),
        ("NumericLessThan", "10", "10", False),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericLessThanEquals", "10", "10.01", False),
        ("NumericGreaterThan", "10", "11", True),
        ("NumericGreaterThan", "10", "10", False),
        ("NumericGreaterThanEquals", "10", "10", True),
        ("NumericGreaterThanEquals", "10", "9", False),
        ("DateEquals", MORNING, "2026-03-01T16:00:00+08:00", True),
        ("DateEquals", MORNING, NOON, False),
        ("DateNotEquals", MORNING, "2026-03-01T16:00:00+08:00", False),
        ("DateNotEquals", MORNING, NOON, True),
        ("DateLessThan", NOON, MORNING, True),
        ("DateLessThan", NOON, NOON, False),
        ("DateLessThanEquals", NOON, NOON, True),
        ("DateLessThanEquals", MORNING, NOON, False),
        ("DateGreaterThan", MORNING, NOON, True),
        ("DateGreaterThan", NOON, NOON, False),
        ("DateGreaterThanEquals", NOON, NOON, True),
        ("DateGreaterThanEquals", NOON, MORNING, False),
        ("Bool", "true", "true", True),
        ("Bool", "true", "false", False),
        ("Bool", "false", "false", True),
        ("IpAddress", "10.1.2.3", "10.1.2.3", True),
        ("IpAddress", "10.1.2.3", "10.1.2.4", False),
        ("IpAddress", "10.1.2.3/24", "10.1.2.200", True),
        ("IpAddress", "10.1.2.3/32", "10.1.2.3", True),
        ("IpAddress", "0.0.0.0/0", "203.0.113.1", True),
        ("IpAddress", "0.0.0.0/0", "::1", False),
        ("IpAddress", "2001:db8::/32", "2001:db8:1::1", True),
        ("IpAddress", "2001:db8::/32", "2001:db9::1", False),
        ("NotIpAddress", "10.0.0.0/8", "10.1.2.3", False),
        ("NotIpAddress", "10.0.0.0/8", "11.1.2.3", True),
    ],
)
def test_an_operator_compares_as_documented(
    operator: str, value: str, actual: str, expected: bool
) -> None:
    assert met(operator, value, actual) is expected


VALUES = {
    "String": "a",
    "Numeric": "1",
    "Date": MORNING,
    "Bool": "true",
    "IpAddress": "10.0.0.1",
    "NotIpAddress": "10.0.0.1",
}


def value_of(operator: str) -> str:
    return next(value for prefix, value in VALUES.items() if operator.startswith(prefix))


@pytest.mark.parametrize("operator", OPERATORS)
def test_an_absent_key_fails_a_positive_operator_and_meets_a_negated_one(operator: str) -> None:
    assert met(operator, value_of(operator)) is ("Not" in operator)


@pytest.mark.parametrize("operator", OPERATORS)
def test_a_key_without_values_is_absent(operator: str) -> None:
    assert met(operator, value_of(operator), ()) is ("Not" in operator)


@pytest.mark.parametrize("operator", [one for one in OPERATORS if not one.startswith("String")])
def test_a_value_of_another_type_in_the_request_matches_nothing(operator: str) -> None:
    assert met(operator, value_of(operator), "neither") is ("Not" in operator)


def test_such_a_value_is_an_error_where_a_setting_says_so() -> None:
    settings = Settings(unreadable_context="error")

    with pytest.raises(RamstsError, match="carries `many`: write a number such as"):
        met("NumericEquals", "1", "many", settings=settings)


@pytest.mark.parametrize(
    ("operator", "values", "actual", "expected"),
    [
        ("StringEquals", ["a", "b"], "b", True),
        ("StringEquals", ["a", "b"], "c", False),
        ("StringNotEquals", ["a", "b"], "b", False),
        ("StringNotEquals", ["a", "b"], "c", True),
        ("StringEquals", "b", ("a", "b"), True),
        ("StringNotEquals", "b", ("a", "b"), False),
        ("StringNotEquals", "c", ("a", "b"), True),
        ("NumericEquals", "1", ("many", "1"), True),
        ("Bool", ["true", "false"], "false", True),
    ],
)
def test_values_are_alternatives_and_a_negated_operator_wants_none_of_them(
    operator: str, values: Any, actual: Any, expected: bool
) -> None:
    assert met(operator, values, actual) is expected


@pytest.mark.parametrize(
    ("operator", "values", "actual", "expected"),
    [
        ("StringEqualsIfExists", "a", None, True),
        ("StringEqualsIfExists", "a", "b", False),
        ("StringEqualsIfExists", "a", "a", True),
        ("StringNotEqualsIfExists", "a", None, True),
        ("ForAllValues:StringEquals", ["a", "b"], ("a", "b"), True),
        ("ForAllValues:StringEquals", ["a", "b"], ("a", "c"), False),
        ("ForAllValues:StringEquals", "a", None, True),
        ("ForAnyValue:StringEquals", "a", ("b", "a"), True),
        ("ForAnyValue:StringEquals", "a", ("b", "c"), False),
        ("ForAnyValue:StringEquals", "a", None, False),
        ("ForAnyValue:StringNotEquals", "a", ("b", "a"), True),
        ("ForAnyValue:StringNotEquals", "a", None, False),
        ("ForAllValues:StringNotEquals", "a", ("b", "a"), False),
        ("ForAnyValue:StringEqualsIfExists", "a", None, True),
        ("Null", "true", None, True),
        ("Null", "true", "a", False),
        ("Null", "false", None, False),
        ("Null", "false", "a", True),
    ],
)
def test_undocumented_operators_mean_what_they_mean_elsewhere(
    operator: str, values: Any, actual: Any, expected: bool
) -> None:
    assert met(operator, values, actual, settings=EVERYTHING) is expected


@pytest.mark.parametrize(("reading", "expected"), [("not met", False), ("ignored", True)])
@pytest.mark.parametrize(
    ("operator", "value"), [("ArnLike", "a"), ("NumericNotEquals", "many"), ("Bool", "yes")]
)
def test_a_condition_that_cannot_be_read_is_never_met_or_ignored(
    operator: str, value: str, reading: Any, expected: bool
) -> None:
    settings = Settings(unreadable_conditions=reading)

    assert met(operator, value, "a", settings=settings) is expected


@pytest.mark.parametrize(
    ("key", "sent_as", "settings", "expected"),
    [
        ("acs:SourceVpc", "acs:sourcevpc", DEFAULT, True),
        ("acs:SourceVpc", "acs:sourcevpc", Settings(condition_key_case="significant"), False),
        ("acs:SourceVpc", "acs:SourceVpc", Settings(condition_key_case="significant"), True),
        ("acs:ResourceTag/Team", "acs:resourcetag/Team", DEFAULT, True),
        ("acs:ResourceTag/Team", "acs:ResourceTag/team", DEFAULT, False),
        ("acs:ResourceTag/Team", "acs:ResourceTag/team", Settings(tag_key_case="ignored"), True),
    ],
)
def test_keys_are_the_same_without_case_but_for_the_name_of_a_tag(
    key: str, sent_as: str, settings: Settings, expected: bool
) -> None:
    assert met("StringEquals", "x", "x", key=key, sent_as=sent_as, settings=settings) is expected


@UNTIMED
@given(
    st.text("0123456789+-. e_", max_size=6) | st.sampled_from(["NaN", "Infinity", "\u0661", "1_0"])
)
@example("1")
@example("-1.50")
def test_a_number_is_digits_with_a_sign_and_a_fraction(text: str) -> None:
    readable = re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text) is not None

    assert _is_readable("NumericEquals", text) is readable


TIMES = st.from_regex(
    r"(20\d\d|0001|9999)-?[01]\d-?[0-3]\d[T t]?[0-2]\d(:?[0-5]\d(:?[0-5]\d([.,]\d{1,7})?)?)?"
    r"(Z|z|[+-]\d\d(:?\d\d(:\d\d)?)?)?",
    fullmatch=True,
)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)", re.ASCII)


@UNTIMED
@given(TIMES)
@example("2026-03-01T08:00:00Z")
@example("2026-03-01T08:00:00+08:00")
@example("2026-03-01T08:00+08:00")
@example("0001-01-01T00:00:00+08:00")
@example("2026-03-01T08:00:00")
@example("2026-03-01T08:00:00+0800")
@example("2026-03-01T08:00:00,5Z")
@example("2026-03-01T08Z")
def test_a_time_is_written_in_the_extended_form_with_its_offset(text: str) -> None:
    readable = INSTANT.fullmatch(text) is not None
    try:
        datetime.fromisoformat(text)
    except ValueError:
        readable = False

    assert _is_readable("DateEquals", text) is readable


PARTS = st.integers(0, 300).map(str) | st.sampled_from(["", "01", "a"])
ADDRESSES = st.builds(".".join, st.lists(PARTS, min_size=3, max_size=5)) | st.sampled_from(
    ["::1", "2001:db8::", "::ffff:10.0.0.1", "2001:db8:::1", "fe80::1%eth0", "\u0661.1.1.1", ""]
)
MASKS = st.sampled_from(
    ["", "/0", "/8", "/24", "/32", "/33", "/64", "/128", "/129", "/", "/-1", "/\u0662"]
)


@UNTIMED
@given(ADDRESSES, MASKS)
@example("10.0.0.0", "/8")
def test_a_block_is_an_address_with_the_length_of_its_prefix(address: str, mask: str) -> None:
    text = f"{address}{mask}"
    try:
        ipaddress.ip_network(text, strict=False)
        readable = text.isascii() and "%" not in text
    except ValueError:
        readable = False

    assert _is_readable("IpAddress", text) is readable


@pytest.mark.parametrize(
    ("operator", "cure"),
    [
        ("NumericEquals", "write a number such as `10` or `2.5`"),
        (
            "DateEquals",
            "write a time such as `2026-03-01T08:00:00Z` or `2026-03-01T08:00:00+08:00`",
        ),
        ("Bool", "write `true` or `false`"),
        (
            "IpAddress",
            "write an address or a block of them, such as `203.0.113.7` or `203.0.113.0/24`",
        ),
    ],
)
def test_a_value_that_cannot_be_read_is_answered_with_the_cure(operator: str, cure: str) -> None:
    with pytest.raises(MalformedPolicyDocumentError) as caught:
        met(operator, "?")

    assert caught.value.message.endswith(f"unreadable for `{operator}`: {cure}")


@pytest.mark.parametrize(
    ("operator", "cure"), [("IpAddress", "write an address such as `203.0.113.7`")]
)
def test_a_value_in_a_request_is_answered_with_the_cure(operator: str, cure: str) -> None:
    with pytest.raises(RamstsError) as caught:
        met(operator, "10.0.0.1", "?", settings=Settings(unreadable_context="error"))

    assert str(caught.value) == f"the request carries `?`: {cure}"


def _is_readable(operator: str, value: str) -> bool:
    """Whether a policy may say it; a value that can be said is one that it matches itself."""
    try:
        met(operator, value)
    except MalformedPolicyDocumentError:
        return False
    return True


@UNTIMED
@given(st.ip_addresses(), st.integers(0, 128), st.ip_addresses())
def test_an_address_is_in_the_blocks_that_the_standard_library_says(
    base: Any, length: int, actual: Any
) -> None:
    block = f"{base}/{min(length, base.max_prefixlen)}"

    assert met("IpAddress", block, str(actual)) is (
        actual in ipaddress.ip_network(block, strict=False)
    )
