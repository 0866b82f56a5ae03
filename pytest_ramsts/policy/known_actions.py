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


def closest(action: str, *, cutoff: float) -> str:
    """The known action of the same service that is most like it; empty where none is like it."""
    service, _, operation = action.partition(":")
    service = service.lower()
    close = get_close_matches(operation, sorted(actions_of(service)), n=1, cutoff=cutoff)
    return f"{service}:{close[0]}" if close else ""


@cache
def _names() -> dict[str, str]:
    text = files(__package__).joinpath("known_actions.json").read_text(encoding="utf-8")
    names: dict[str, str] = json.loads(text)
    return names
