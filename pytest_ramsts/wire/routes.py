"""Which operation a method and a path mean: `PUT /queues/{queue}?metaoverride=true`.

Knows no service.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pytest_ramsts.wire import quoting
from pytest_ramsts.wire.message import Request

__all__ = ["Routes"]


@dataclass(frozen=True, slots=True)
class _Route:
    operation: str
    path: re.Pattern[str]
    query: tuple[tuple[str, str], ...]
    """What the query must have: a value, or "" where any will do."""

    @property
    def weight(self) -> tuple[int, int]:
        """Of routes that fit, the one that says more goes first."""
        return -len(self.query), len(self.path.groupindex)

    def fits(self, params: Mapping[str, str]) -> bool:
        return all(
            name in params and (not value or params[name] == value) for name, value in self.query
        )


class Routes:
    """The routes of a service: by operation, a method, a path with names in braces, and what the
    query must say, `?type=cursor`, or have, `?cursor=`.
    """

    def __init__(self, routes: Mapping[str, str] | Iterable[tuple[str, str]]) -> None:
        """Pairs, where an operation has several."""
        self._routes: dict[tuple[str, int], list[_Route]] = {}
        for operation, written in routes.items() if isinstance(routes, Mapping) else routes:
            method, _, target = written.partition(" ")
            path, _, query = target.partition("?")
            pairs = [pair.partition("=") for pair in query.split("&") if pair]
            route = _Route(
                operation, _pattern(path), tuple((name, value) for name, _, value in pairs)
            )
            self._routes.setdefault((method, path.count("/")), []).append(route)
        for several in self._routes.values():
            several.sort(key=lambda route: route.weight)

    def find(self, request: Request) -> tuple[str, dict[str, str]] | None:
        """The operation that a request asks for, and what its path names; None if there is none."""
        path = request.path
        if len(path) > 1:
            path = path.removesuffix("/")
        for route in self._routes.get((request.method, path.count("/")), ()):
            found = route.path.fullmatch(path)
            if found and route.fits(request.fields):
                named = found.groupdict()
                return route.operation, {k: quoting.unquoted(v) for k, v in named.items()}
        return None


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)))
