"""Requests of the official SDKs, filled with something for every parameter that is named."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping
from typing import Any

__all__ = ["filled", "kinds_of", "method_of"]


def filled(models: Any, name: str, wanted: Mapping[str, Any]) -> Any:
    """The request of an operation with these values under their names on the wire, put into the
    form that its class wants. A value of `...` stands for anything.
    """
    request = getattr(models, f"{name}Request")()
    kinds = kinds_of(models, name)
    for wire_name, value in wanted.items():
        attribute, kind = kinds[_plain(wire_name)]
        setattr(
            request,
            attribute,
            _anything(models, kind) if value is ... else _as(models, kind, value),
        )
    return request


def kinds_of(models: Any, name: str) -> dict[str, tuple[str, str]]:
    """By the plain name, each attribute of a request, and its type."""
    init = getattr(models, f"{name}Request").__init__
    return {
        _plain(parameter.name): (parameter.name, str(parameter.annotation))
        for parameter in inspect.signature(init).parameters.values()
        if parameter.name != "self"
    }


def method_of(client: Any, name: str) -> Any:
    """The client's own method for an operation."""
    methods = {_plain(method): method for method in dir(client)}
    return getattr(client, methods[name.lower()])


def _plain(name: str) -> str:
    return name.replace("_", "").replace(".", "").lower()


def _as(models: Any, kind: str, value: Any) -> Any:
    if found := re.search(r"List\[(.*)\]", kind):
        return [
            _as(models, found[1], one) for one in (value if isinstance(value, list) else [value])
        ]
    if (found := re.search(r"models\.(\w+)", kind)) and isinstance(value, dict):
        return getattr(models, found[1])().from_map(value)
    return json.dumps(value) if isinstance(value, list) else value


def _anything(models: Any, kind: str) -> Any:
    if found := re.search(r"List\[(.*)\]", kind):
        return [_anything(models, found[1])]
    if found := re.search(r"models\.(\w+)", kind):
        return _model(models, found[1])
    if "Dict" in kind:
        return {"x": "x"}
    for name, value in {"int": 1, "bool": True, "float": 1.0}.items():
        if re.search(rf"\b{name}\b", kind):
            return value
    return "x"


def _model(models: Any, name: str) -> Any:
    model = getattr(models, name)()
    for parameter in inspect.signature(type(model).__init__).parameters.values():
        if parameter.name != "self":
            setattr(model, parameter.name, _anything(models, str(parameter.annotation)))
    return model
