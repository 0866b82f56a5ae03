"""What a value of a file may look like: one description, to read it and to publish it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final, Protocol

from pytest_ramsts.load.nodes import LoadError, Node

__all__ = [
    "Either",
    "Flag",
    "Mapped",
    "Number",
    "OneOf",
    "Part",
    "Record",
    "Ref",
    "Several",
    "Shape",
    "Text",
]

Schema = dict[str, Any]


class Shape(Protocol):
    """One kind of value."""

    def read(self, node: Node, path: str) -> Any:
        """The value, or a `LoadError` that says what it should have been."""

    def schema(self) -> Schema:
        """The same as JSON Schema."""


class Part(dict[str, Any]):
    """What a record says, and where it says it."""

    node: Node
    path: str

    def error(self, problem: str) -> LoadError:
        return self.node.error(f"{self.path}: {problem}" if self.path else problem)


@dataclass(frozen=True, slots=True)
class Text:
    """A text; a number counts as the text it is written as."""

    about: str = ""
    pattern: str = ""
    example: str = ""

    def read(self, node: Node, path: str) -> str:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise node.error(f"{path} is a text, not {_kind(value)}")
        text = str(value)
        if self.pattern and not re.fullmatch(self.pattern, text):
            raise node.error(f"{path}: `{text}`; write it like {self.example}")
        return text

    def schema(self) -> Schema:
        schema: Schema = {"type": ["string", "integer"] if self.pattern else "string"}
        if self.pattern:
            schema["pattern"] = f"^{self.pattern}$"
        return _described(schema, self.about)


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number, also where YAML has it as a text."""

    about: str = ""

    def read(self, node: Node, path: str) -> int:
        value = node.value
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value):
            return int(value)
        raise node.error(f"{path} is a whole number, not {_kind(value)}")

    def schema(self) -> Schema:
        return _described({"type": "integer"}, self.about)


@dataclass(frozen=True, slots=True)
class Flag:
    about: str = ""

    def read(self, node: Node, path: str) -> bool:
        value = node.value
        if isinstance(value, bool):
            return value
        if value in ("true", "false"):
            return bool(value == "true")
        raise node.error(f"{path} is true or false, not {_kind(value)}")

    def schema(self) -> Schema:
        return _described({"type": "boolean"}, self.about)


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few words."""

    words: Sequence[str]
    about: str = ""

    def read(self, node: Node, path: str) -> str:
        if node.value not in self.words:
            raise node.error(f"{path} is {' or '.join(self.words)}, not {_kind(node.value)}")
        return str(node.value)

    def schema(self) -> Schema:
        return _described({"enum": list(self.words)}, self.about)


@dataclass(frozen=True, slots=True)
class Several:
    """A list; one alone needs no brackets."""

    of: Shape
    about: str = ""

    def read(self, node: Node, path: str) -> list[Any]:
        if node.value is None:
            return []
        if not isinstance(node.value, list):
            return [self.of.read(node, path)]
        return [self.of.read(one, f"{path}[{n}]") for n, one in enumerate(node.value)]

    def schema(self) -> Schema:
        one = self.of.schema()
        return _described({"anyOf": [{"type": "array", "items": one}, one]}, self.about)


@dataclass(frozen=True, slots=True)
class Mapped:
    """Things by name."""

    of: Shape
    about: str = ""

    def read(self, node: Node, path: str) -> dict[str, Any]:
        if node.value is None:
            return {}
        if not isinstance(node.value, dict):
            raise node.error(f"{path} maps names to what they are, and is not {_kind(node.value)}")
        return {name: self.of.read(one, f"{path}.{name}") for name, one in node.value.items()}

    def schema(self) -> Schema:
        return _described(
            {"type": ["object", "null"], "additionalProperties": self.of.schema()}, self.about
        )


@dataclass(frozen=True, slots=True)
class Record:
    """Named fields; what is not there has no entry."""

    fields: Mapping[str, Shape]
    about: str = ""
    required: Sequence[str] = ()

    def read(self, node: Node, path: str) -> Part:
        if node.value is not None and not isinstance(node.value, dict):
            known = ", ".join(self.fields)
            raise node.error(f"{_named(path)} has fields ({known}), and is not {_kind(node.value)}")
        part = Part()
        part.node, part.path = node, path
        for name, one in (node.value or {}).items():
            if name not in self.fields:
                raise one.error(f"{_joined(path, name)} is not known here; {self._cure(name)}")
            part[name] = self.fields[name].read(one, _joined(path, name))
        for name in self.required:
            if name not in part:
                raise node.error(f"{_named(path)} needs `{name}`")
        return part

    def _cure(self, name: str) -> str:
        close = get_close_matches(name, self.fields, n=1)
        if close:
            return f"did you mean `{close[0]}`?"
        return f"there are {', '.join(self.fields)}"

    def schema(self) -> Schema:
        schema: Schema = {
            "type": "object" if self.required else ["object", "null"],
            "additionalProperties": False,
            "properties": {name: shape.schema() for name, shape in self.fields.items()},
        }
        if self.required:
            schema["required"] = list(self.required)
        return _described(schema, self.about)


@dataclass(frozen=True, slots=True)
class Either:
    """Several kinds of value, told apart by a look: each with the question that finds it."""

    kinds: Sequence[tuple[Callable[[Any], bool], Shape]]
    otherwise: str
    """What to say of a value that is none of them: `a name or a policy document`."""
    about: str = ""

    def read(self, node: Node, path: str) -> Any:
        for fits, shape in self.kinds:
            if fits(node.value):
                return shape.read(node, path)
        raise node.error(f"{path} is {self.otherwise}, not {_kind(node.value)}")

    def schema(self) -> Schema:
        return _described({"anyOf": [shape.schema() for _, shape in self.kinds]}, self.about)


@dataclass(frozen=True, slots=True)
class Ref:
    """A shape that is published once, under a name."""

    name: str
    shape: Shape = field(repr=False)

    def read(self, node: Node, path: str) -> Any:
        return self.shape.read(node, path)

    def schema(self) -> Schema:
        return {"$ref": f"#/$defs/{self.name}"}


def _described(schema: Schema, about: str) -> Schema:
    return {"description": about, **schema} if about else schema


_KINDS: Final[Mapping[type, str]] = {
    bool: "a bool",
    dict: "a mapping",
    float: "a number with a fraction",
    int: "a number",
    list: "a list",
    type(None): "nothing",
}


def _kind(value: object) -> str:
    return f"`{value}`" if isinstance(value, str) else _KINDS[type(value)]


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _named(path: str) -> str:
    return path or "the file"
