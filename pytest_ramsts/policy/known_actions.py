"""The actions of the services we know, to tell a misspelling from another action. Decides nothing.

The names come from the vendor's published API metadata and authorization pages. `COMPLETE` names
the services whose lists were printed in full; of the others, a name that is missing says little.
"""

from __future__ import annotations

import json
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Final

from pytest_ramsts.policy.wildcard import matches

__all__ = ["COMPLETE", "actions_of", "closest", "is_known"]

COMPLETE: Final = frozenset({"iot", "log", "mns", "oss", "ots", "ram", "sts"})


@cache
def actions_of(service: str) -> frozenset[str]:
    """The operations of a service, by its code in lower case; none of an unknown service."""
    return frozenset(_names().get(service, "").split())


def is_known(action: str) -> bool:
    """Whether the action or pattern covers at least one action that we know, without case."""
    service, _, operation = action.lower().partition(":")
    return any(matches(operation, name.lower()) for name in actions_of(service))


def closest(action: str) -> str:
    """The known action that is most like it, of the same service; of a service that we do not know,
    the same operation of one that is nearly called so. Empty where none is like it.
    """
    service, _, operation = action.partition(":")
    service = service.lower()
    if actions_of(service):
        # Of lists with gaps, only what is nearly a known name is a misspelling.
        cutoff = 0.6 if service in COMPLETE else 0.93
        close = get_close_matches(operation, sorted(actions_of(service)), n=1, cutoff=cutoff)
        return f"{service}:{close[0]}" if close else ""
    for code in _nearly_called(service):
        for name in actions_of(code):
            if name.lower() == operation.lower():
                return f"{code}:{name}"
    return ""


@cache
def _nearly_called(service: str) -> list[str]:
    """The codes that somebody may have meant: with a letter too many or too few, since with one
    that differs there are real ones, `ens` beside `ecs`.
    """
    if service in _PRODUCTS:
        return [_PRODUCTS[service]]
    return get_close_matches(service, _names(), n=3, cutoff=0.8)


_PRODUCTS: Final = {"sls": "log", "tablestore": "ots"}
"""What is called otherwise in its ARNs and actions."""


@cache
def _names() -> dict[str, str]:
    text = files(__package__).joinpath("known_actions.json").read_text(encoding="utf-8")
    names: dict[str, str] = json.loads(text)
    return names
