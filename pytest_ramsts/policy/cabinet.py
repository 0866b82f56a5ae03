"""Many statements, filed so that a question finds its few without a look at all. Decides nothing.

They are filed by action: under the whole name, under the service of a pattern, or among those for
everything. Where many come together, they are filed again by how their resources begin.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

__all__ = ["Cabinet", "Patterns"]

Patterns = str | tuple[str, ...]
"""One pattern or several of one statement; none beside `NotAction` or `NotResource`."""

_FEW: Final = 2
"""So many statements are sooner read than filed."""

_COLONS: Final = 4
"""Of an ARN, the resource itself after the last."""


class Cabinet:
    """Numbers of statements, filed by the patterns of their actions and resources."""

    __slots__ = ("_by_action", "_by_service", "_drawers", "_everything", "_resources")

    def __init__(self, actions: Sequence[Patterns], resources: Sequence[Patterns]) -> None:
        """One entry for each statement, in the order of the document."""
        self._resources = resources
        self._drawers: dict[str, _Drawer] = {}
        self._by_action = _grouped(actions)
        by_service: dict[str, list[list[int]]] = {}
        for pattern in [one for one in self._by_action if "*" in one or "?" in one]:
            service = pattern.partition(":")[0]
            heading = "*" if "*" in service or "?" in service else service
            by_service.setdefault(heading, []).append(self._by_action.pop(pattern))
        self._everything = _merged(by_service.pop("*", []))
        self._by_service = {service: _merged(lists) for service, lists in by_service.items()}

    def concerning(self, action: str, resource: str) -> Sequence[int]:
        """In the order of the document, each once. The action is in lower case."""
        service = action.partition(":")[0]
        found: Sequence[int] = ()
        for place, numbers in (
            (action, self._by_action.get(action)),
            (service, self._by_service.get(service)),
            ("*", self._everything),
        ):
            if numbers:
                few = len(numbers) <= _FEW
                taken = numbers if few else self._drawer(place, numbers).on(resource)
                found = sorted({*found, *taken}) if found else taken
        return found

    def _drawer(self, place: str, numbers: list[int]) -> _Drawer:
        drawer = self._drawers.get(place)
        if drawer is None:
            drawer = self._drawers[place] = _Drawer(numbers, self._resources)
        return drawer


class _Drawer:
    """Statements under one heading, filed by the beginnings of their resources."""

    __slots__ = ("_by_beginning", "_lengths", "_numbers")

    def __init__(self, numbers: list[int], resources: Sequence[Patterns]) -> None:
        self._numbers = numbers
        filed: dict[str, list[int]] = {}
        for number, beginning in _beginnings(numbers, resources):
            if beginning in filed:
                filed[beginning].append(number)
            else:
                filed[beginning] = [number]
        self._by_beginning = filed
        self._lengths = sorted(set(map(len, filed)))

    def on(self, resource: str) -> Sequence[int]:
        # Only where no `*` can stand for a `:` do segments lie over segments. And the name of a
        # role may be written in another case.
        if resource.count(":") != _COLONS or ":role/" in resource:
            return self._numbers
        tail = resource.rpartition(":")[2]
        filed = self._by_beginning
        found = [filed[tail[:length]] for length in self._lengths if tail[:length] in filed]
        if len(found) == 1:
            return found[0]
        return sorted({number for numbers in found for number in numbers})


def _beginnings(numbers: Sequence[int], resources: Sequence[Patterns]) -> Iterable[tuple[int, str]]:
    """How the resources of each statement begin: a statement may come more than once."""
    of_numbers = [resources[number] for number in numbers]
    if {str}.issuperset(map(type, of_numbers)):  # Each statement with one pattern, as most.
        return zip(numbers, _literal_beginnings(of_numbers), strict=True)  # type: ignore[arg-type]
    return [
        (number, beginning)
        for number in numbers
        for beginning in set(_literal_beginnings(_several(resources[number])))
    ]


def _literal_beginnings(patterns: Sequence[str]) -> list[str]:
    """The text before the first wildcard in the last segment; none where segments are not fixed."""
    # Without all its segments, a star stands for some: it may begin with anything.
    tails = [one.rpartition(":")[2] if one.count(":") >= _COLONS else "*" for one in patterns]
    beginnings = [tail.partition("*")[0] for tail in tails]
    return [one.partition("?")[0] if "?" in one else one for one in beginnings]


def _merged(lists: list[list[int]]) -> list[int]:
    """All numbers in order, each once."""
    return lists[0] if len(lists) == 1 else sorted({number for one in lists for number in one})


def _several(patterns: Patterns) -> tuple[str, ...]:
    return (patterns,) if isinstance(patterns, str) else patterns or ("*",)


def _grouped(actions: Sequence[Patterns]) -> dict[str, list[int]]:
    """The numbers of statements by pattern in lower case; no pattern means any action."""
    grouped: dict[str, list[int]] = {}
    for number, patterns in enumerate(_lowered(actions)):
        for pattern in (patterns,) if isinstance(patterns, str) else patterns or ("*",):
            if pattern in grouped:
                grouped[pattern].append(number)
            else:
                grouped[pattern] = [number]
    return grouped


def _lowered(actions: Sequence[Patterns]) -> Sequence[Patterns]:
    try:  # Each statement with one pattern, as most: all of them at once.
        return "\n".join(actions).lower().split("\n")  # type: ignore[arg-type]
    except TypeError:
        return [
            patterns.lower()
            if isinstance(patterns, str)
            else tuple(dict.fromkeys(map(str.lower, patterns)))
            for patterns in actions
        ]
