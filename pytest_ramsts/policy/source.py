"""On which line of a JSON text an element stands. Looked up only to report a mistake."""

from __future__ import annotations

from json import JSONDecoder
from json.decoder import scanstring  # type: ignore[attr-defined]

__all__ = ["line_of", "spoken"]

_SPACE = " \t\n\r"
_decode = JSONDecoder().raw_decode


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
        _, at = _decode(text, at)
        at = _skip_space(text, at)
        if text[at] == ",":
            at = _skip_space(text, at + 1)
        number += 1
    return None


def _skip_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at
