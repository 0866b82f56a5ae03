"""Which statements may concern an access, without a look at all of them. Decides nothing.

What is taken out may still not match; what is left behind cannot. A policy in a test is asked a few
questions: for those, statements are sifted, by one piece of their resources and by how their
actions begin. Of a large policy that is asked more, they are filed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pytest_ramsts.policy.cabinet import Cabinet, Patterns

__all__ = ["Filing", "Patterns"]

_FEW: Final = 2
"""So many statements are sooner read than sifted."""

_SMALL: Final = 32
"""A policy of so many statements is always sooner sifted than filed."""

_SIFTED: Final = 3
"""So many questions to a larger one are sifted before it is filed."""

_MANY: Final = 256
"""So many answers are remembered."""


class Filing:
    """The statements of one policy, by number, and which of them concern what."""

    __slots__ = ("_actions", "_answers", "_cabinet", "_heads", "_questions", "_resources")

    def __init__(self, actions: Sequence[Patterns], resources: Sequence[Patterns]) -> None:
        """One entry for each statement, in the order of the document."""
        self._actions = actions
        self._resources = resources
        self._answers: dict[tuple[str, str], Sequence[int]] = {}
        self._questions = 0
        self._cabinet: Cabinet | None = None
        self._heads: list[str | tuple[str, ...]] | None = None

    def concerning(self, action: str, resource: str) -> Sequence[int]:
        """In the order of the document, each once. The action is in lower case."""
        answer = self._answers.get((action, resource))
        if answer is None:
            if len(self._resources) <= _SMALL or self._questions < _SIFTED:
                answer = self._sifted(action, resource)
            else:
                answer = self._filed(action, resource)
            self._questions += 1
            if len(self._answers) >= _MANY:
                self._answers.clear()
            self._answers[action, resource] = answer
        return answer

    def _filed(self, action: str, resource: str) -> Sequence[int]:
        if self._cabinet is None:
            self._cabinet = Cabinet(self._actions, self._resources)
        return self._cabinet.concerning(action, resource)

    def _sifted(self, action: str, resource: str) -> Sequence[int]:
        found: Sequence[int] = range(len(self._resources))
        if ":role/" not in resource:  # The name of a role may be written in another case.
            found = [
                number
                for number, pattern in enumerate(self._resources)
                if pattern.__class__ is not str
                or pattern.rstrip("*").rpartition("*")[2] in resource
                or "?" in pattern
            ]
        if len(found) <= _FEW:
            return found
        heads = self._heads
        if heads is None:
            heads = self._heads = _heads(self._actions)
        return [number for number in found if action.startswith(heads[number])]


def _heads(actions: Sequence[Patterns]) -> list[str | tuple[str, ...]]:
    """How the actions of each statement begin, as `str.startswith` takes it."""
    try:  # Each statement with one pattern, as most: all of them at once.
        return _literal_heads("\n".join(actions))  # type: ignore[arg-type,return-value]
    except TypeError:
        return [
            tuple(_literal_heads(patterns if isinstance(patterns, str) else "\n".join(patterns)))
            for patterns in actions
        ]


def _literal_heads(lines: str) -> list[str]:
    """The text of each line before its first wildcard, in lower case."""
    return [line.partition("*")[0] for line in lines.lower().replace("?", "*").split("\n")]
