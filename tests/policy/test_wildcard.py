"""`*` is any characters, `?` exactly one, and no pattern takes long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ramsts.policy.wildcard import is_pattern, matches

from .drawing import UNTIMED
from .reference import covers

PATTERNS = st.text("ab:/*?", max_size=12)
TEXTS = st.text("ab:/", max_size=14)


@UNTIMED
@given(PATTERNS, TEXTS)
def test_a_pattern_covers_what_the_same_regular_expression_does(pattern: str, text: str) -> None:
    assert matches(pattern, text) == covers(pattern, text)


@UNTIMED
@given(TEXTS)
def test_a_text_covers_itself(text: str) -> None:
    assert matches(text, text)


@pytest.mark.parametrize(
    ("pattern", "text", "covered"),
    [
        ("instance/abc", "instance/abc", True),
        ("instance/abc", "instance/abcd", False),
        ("instance/abc*", "instance/abc", True),
        ("instance/abc*", "instance/abc/table/t", True),
        ("instance/abc/*", "instance/abc", False),
        ("instance/*", "instance/abc/table/t", True),
        ("a*a", "a", False),
        ("a*b*b", "ab", False),
        ("*a*", "bab", True),
        ("", "", True),
        ("", "a", False),
        ("*", "", True),
        ("?", "", False),
        ("?*?", "a", False),
        ("?*?", "ab", True),
        ("a?c*", "abcd", True),
        ("[ab]", "a", False),
        ("a.c", "abc", False),
        ("*ab*ba*", "aba", False),
        ("a?b", "bxb", False),
        ("a?b", "xxb", False),
        ("?a", "aa", True),
        ("*", "line\nbreak", True),
        ("a?b", "a\nb", True),
    ],
)
def test_the_whole_pattern_lies_over_the_whole_text(pattern: str, text: str, covered: bool) -> None:
    assert matches(pattern, text) is covered


@pytest.mark.parametrize(
    "pattern", ["*a*a*a*a*b", "*a?a*a?a*a?b", "?*" * 40 + "b", "*a" * 40 + "b"]
)
def test_a_pattern_made_to_backtrack_is_decided_all_the_same(pattern: str) -> None:
    """Only an algorithm that does not backtrack ever returns from these."""
    assert not matches(pattern, "a" * 2000)


@pytest.mark.parametrize(("text", "pattern"), [("a*", True), ("a?", True), ("a", False)])
def test_a_text_with_a_wildcard_is_a_pattern(text: str, pattern: bool) -> None:
    assert is_pattern(text) is pattern
