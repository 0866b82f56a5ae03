"""Percent escapes: the standard library, slow and well known, is the judge."""

from __future__ import annotations

from urllib.parse import quote_from_bytes, unquote_to_bytes

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_ramsts.wire import quoting

octets = st.binary().map(lambda raw: raw.decode("utf-8", "surrogateescape"))
escapes = st.text(st.sampled_from("%%%%aAfF09=+ \n\r\t.&~\xe9\xff"))


@given(octets)
@example(bytes(range(256)).decode("utf-8", "surrogateescape"))
@example("a*b~c+d/e'(f)!%")
def test_quoting_is_that_of_the_standard_library(text: str) -> None:
    raw = text.encode("utf-8", "surrogateescape")

    assert quoting.quoted(text) == quote_from_bytes(raw, safe="")


@given(escapes | st.text(st.characters(max_codepoint=255)))
def test_unquoting_is_that_of_the_standard_library(text: str) -> None:
    raw = unquote_to_bytes(text.encode("latin-1"))

    assert quoting.unquoted(text) == raw.decode("utf-8", "surrogateescape")


@given(octets)
def test_what_was_quoted_is_unquoted_to_the_same_octets(text: str) -> None:
    assert quoting.unquoted(quoting.quoted(text)) == text


@given(st.lists(st.tuples(octets.filter(bool), octets)))
def test_a_canonical_query_decodes_to_the_same_pairs(pairs: list[tuple[str, str]]) -> None:
    assert quoting.decoded(quoting.query(pairs)) == tuple(sorted(pairs))


def test_a_query_is_sorted_by_name_and_not_by_its_text() -> None:
    assert quoting.query([("a.b", "1"), ("a", "2"), ("A", "")]) == "A=&a=2&a.b=1"


@pytest.mark.parametrize(
    ("text", "broken"), [("a%20b", ""), ("", ""), ("a%zzb", "%zz"), ("%4", "%4"), ("%", "%")]
)
def test_the_first_broken_escape_is_shown(text: str, broken: str) -> None:
    assert quoting.broken(text) == broken
