"""The text of a document: where it comes from, what it decodes to, and which line is meant."""

from __future__ import annotations

import json
from json.decoder import scanstring  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any, Final

from pytest_ramsts.errors import MalformedPolicyDocumentError

__all__ = ["decoded", "line_of", "refuse_duplicates", "spoken", "strings_in", "text_of"]

_SPACE: Final = " \t\n\r"
_decode: Final = json.JSONDecoder().decode
_decode_one: Final = json.JSONDecoder().raw_decode


def text_of(source: str | Path) -> str:
    """The source itself, or what is in the file that it names."""
    if isinstance(source, str):
        if source.lstrip().startswith("{"):
            return source
        path = Path(source)
        try:
            is_file = path.is_file()
        except (OSError, ValueError):  # Too long, or not a path at all.
            is_file = False
        if not is_file:
            return source
        source = path
    try:
        return source.read_text(encoding="utf-8")
    except OSError as error:
        raise MalformedPolicyDocumentError(
            f"`{source}` cannot be read: {error.strerror}"
        ) from error


def decoded(text: str) -> Any:
    try:
        if text.startswith("{"):  # Without a look for space around it, where there is none.
            value, end = _decode_one(text)
            if end == len(text):
                return value
        return _decode(text)
    except json.JSONDecodeError as error:
        raise MalformedPolicyDocumentError(
            f"line {error.lineno}: no JSON at column {error.colno}: {error.msg}; "
            "a policy is a JSON object"
        ) from None


def strings_in(value: Any) -> int:
    """How many strings a JSON text of the value has, names of members included."""
    if isinstance(value, str):
        return 1
    if isinstance(value, dict):
        return len(value) + sum(map(strings_in, value.values()))
    return sum(map(strings_in, value)) if isinstance(value, list) else 0


def refuse_duplicates(text: str, strings: int) -> None:
    """Refuse a text in which a member stands twice, of which `strings` strings were decoded.

    JSON keeps the last of two members of one name, so a quote too many betrays the other.
    """
    if text.count('"') != 2 * strings:
        json.loads(text, object_pairs_hook=_without_duplicates)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise MalformedPolicyDocumentError(f"`{twice}` stands twice in one object; keep one")
    return members


def line_of(text: str, place: tuple[str | int, ...]) -> int:
    """The line of the innermost part of the place that exists in the text, counted from 1."""
    at = _skip_space(text, 0)
    for step in place:
        found = _child(text, at, step)
        if found is None:
            break
        at = found
    return text.count("\n", 0, at) + 1


def spoken(place: tuple[str | int, ...]) -> str:
    """`Statement[1].Condition`: numbers count from 0, as in JSON paths."""
    parts = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in place]
    return "".join(parts).removeprefix(".")


def _child(text: str, at: int, step: str | int) -> int | None:
    """Where the value of a member, or an item of a list, begins."""
    if text[at] not in "{[":
        return None
    in_object = text[at] == "{"
    number = 0
    at = _skip_space(text, at + 1)
    while text[at] not in "}]":
        key: str | int = number
        if in_object:
            key, at = scanstring(text, at + 1)
            at = _skip_space(text, _skip_space(text, at) + 1)
        if key == step:
            return at
        _, at = _decode_one(text, at)
        at = _skip_space(text, at)
        if text[at] == ",":
            at = _skip_space(text, at + 1)
        number += 1
    return None


def _skip_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at
