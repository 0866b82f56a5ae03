"""What a file says, each value with the place where it says it. Reads JSON; knows no account."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, Final

from pytest_ramsts.errors import RamstsError

__all__ = ["LoadError", "LoadWarning", "Node", "node_of", "read_json"]


class LoadError(RamstsError):
    """A file that describes a world cannot be read as one: where, what, and what would be right."""


class LoadWarning(UserWarning):
    """A file was loaded, and says something about access that is not understood here."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value, and where it stands: `world.yaml, line 3`; in a mapping, the line of its key."""

    value: Any
    """A text, a number, a bool, None, a list of nodes, or a dict of them."""
    at: str

    @property
    def plain(self) -> Any:
        """The value without its places."""
        if isinstance(self.value, dict):
            return {name: one.plain for name, one in self.value.items()}
        if isinstance(self.value, list):
            return [one.plain for one in self.value]
        return self.value

    def error(self, problem: str) -> LoadError:
        return LoadError(f"{self.at}: {problem}")


def node_of(value: Any, at: str) -> Node:
    """A plain value as a node, all of it at one place."""
    if isinstance(value, dict):
        return Node({str(name): node_of(one, at) for name, one in value.items()}, at)
    if isinstance(value, list | tuple):
        return Node([node_of(one, at) for one in value], at)
    return Node(value, at)


# JSON


def read_json(text: str, name: str) -> Node:
    """A JSON text, which has no member twice in one object."""
    try:
        json.loads(text)  # says best what is wrong; the reader below may then trust the text
    except json.JSONDecodeError as error:
        raise LoadError(
            f"{name}, line {error.lineno}: no JSON at column {error.colno}: {error.msg}"
        ) from None
    except RecursionError:
        raise LoadError(f"{name}: nested too deep") from None
    return _Json(text, name).value()


_SPACE: Final = re.compile(r"[ \t\n\r]*")
_decode: Final = json.JSONDecoder().raw_decode


class _Json:
    """A valid JSON text, read once more for the lines of its values."""

    def __init__(self, text: str, name: str) -> None:
        self._text = text
        self._name = name
        self._at = 0

    def value(self, place: str = "") -> Node:
        self._skip()
        place = place or self._place()
        match self._text[self._at]:
            case "{":
                return Node(self._object(), place)
            case "[":
                return Node(self._array(), place)
        value, self._at = _decode(self._text, self._at)
        return Node(value, place)

    def _object(self) -> dict[str, Node]:
        members: dict[str, Node] = {}
        while self._next() != "}":
            place = self._place()
            name, self._at = scanstring(self._text, self._at + 1)
            self._skip()
            self._at += 1  # the colon
            if name in members:
                raise LoadError(f"{place}: `{name}` stands twice in one object; keep one")
            members[name] = self.value(place)
        self._at += 1
        return members

    def _array(self) -> list[Node]:
        items: list[Node] = []
        while self._next() != "]":
            items.append(self.value())
        self._at += 1
        return items

    def _next(self) -> str:
        """The first character of the next member or item, or the one that closes."""
        if self._text[self._at] in "{[,":
            self._at += 1
        self._skip()
        if self._text[self._at] == ",":
            self._at += 1
            self._skip()
        return self._text[self._at]

    def _skip(self) -> None:
        found = _SPACE.match(self._text, self._at)
        self._at = found.end() if found else self._at

    def _place(self) -> str:
        return f"{self._name}, line {self._text.count(chr(10), 0, self._at) + 1}"
