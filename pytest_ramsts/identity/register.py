"""Things of one kind, found by name whatever its case, listed in pages that stay right while the
list changes.
"""

from __future__ import annotations

import base64
import binascii
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from pytest_ramsts.errors import (
    AlreadyExistsError,
    InvalidParameterError,
    LimitExceededError,
    NotExistError,
)


class Named(Protocol):
    """Whatever is registered."""

    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=Named)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some things of a list, and the marker of the next page ("" on the last)."""

    items: list[T]
    marker: str


class Register(Mapping[str, T]):
    """The users, groups, roles or custom policies of an account, by name.

    A name that is not there is `EntityNotExist.<kind>`, one that is there already
    `EntityAlreadyExists.<kind>`, one too many `LimitExceeded.<kind>`. Names are found without
    regard to case (not documented; official samples and the Terraform provider treat them so) and
    keep the case they were created with.
    """

    def __init__(self, kind: str, limit: int) -> None:
        self.kind = kind
        self._limit = limit
        self._by_name: dict[str, T] = {}
        self._numbers: dict[str, int] = {}
        self._order: list[int] = []
        self._by_number: dict[int, T] = {}
        self._next = 1

    def __getitem__(self, name: str) -> T:
        try:
            return self._by_name[name.lower()]
        except KeyError:
            raise NotExistError(self.kind, name) from None

    def get(self, name: str, default: Any = None) -> Any:
        return self._by_name.get(name.lower(), default)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._by_name

    def __iter__(self) -> Iterator[str]:
        for thing in self.values():
            yield thing.name

    def __len__(self) -> int:
        return len(self._by_name)

    def __repr__(self) -> str:
        return f"<{self.kind} register: {', '.join(self) or 'empty'}>"

    def values(self) -> list[T]:  # type: ignore[override]  # a view would change under a walker
        """Everything, in the order of creation."""
        return [self._by_number[number] for number in self._order]

    def check_free(self, name: str) -> None:
        """Refuse a name that is taken, and one thing more than the quota."""
        if name.lower() in self._by_name:
            raise AlreadyExistsError(self.kind, name)
        if len(self._by_name) >= self._limit:
            raise LimitExceededError(self.kind, self._limit)

    def add(self, name: str, thing: T) -> T:
        self.check_free(name)
        key = name.lower()
        number, self._next = self._next, self._next + 1
        self._by_name[key] = thing
        self._numbers[key] = number
        self._order.append(number)
        self._by_number[number] = thing
        return thing

    def rename(self, old: str, new: str) -> None:
        """Give a thing another name; its place in the list stays."""
        before, after = old.lower(), new.lower()
        if before == after:
            return
        if after in self._by_name:
            raise AlreadyExistsError(self.kind, new)
        self._by_name[after] = self._by_name.pop(before)
        self._numbers[after] = self._numbers.pop(before)

    def remove(self, name: str) -> None:
        key = name.lower()
        number = self._numbers.pop(key)
        del self._by_name[key], self._by_number[number]
        del self._order[bisect_left(self._order, number)]

    def page(self, marker: str, size: int, of: Container[T] | None = None) -> Page[T]:
        """The things after a marker, `of` these only. What is created or deleted meanwhile shifts
        no later page.
        """
        return page_through([self], marker, size, of)

    def after(self, number: int, of: Container[T] | None = None) -> Iterator[tuple[int, T]]:
        """The things created after a number, each with its own; `of` these only.

        A collection is gone through itself: the few members of a group are not looked for among all
        users.
        """
        if isinstance(of, Collection):
            numbers = sorted(self._numbers[thing.name.lower()] for thing in of)
            for at in range(bisect_right(numbers, number), len(numbers)):
                yield numbers[at], self._by_number[numbers[at]]
            return
        for at in range(bisect_right(self._order, number), len(self._order)):
            number = self._order[at]
            thing = self._by_number[number]
            if of is None or thing in of:
                yield number, thing


def page_through(
    registers: Sequence[Register[T]], marker: str, size: int, of: Container[T] | None = None
) -> Page[T]:
    """A page of several registers one after the other."""
    kind, number = _place(marker, registers)
    items: list[T] = []
    last = ("", 0)
    for register in registers[kind:]:
        for at, thing in register.after(number, of):
            if len(items) == size:
                return Page(items, _marker(*last))
            items.append(thing)
            last = (register.kind, at)
        number = 0
    return Page(items, "")


def _marker(kind: str, number: int) -> str:
    return base64.urlsafe_b64encode(f"{kind}:{number}".encode()).decode()


def _place(marker: str, registers: Sequence[Register[T]]) -> tuple[int, int]:
    """Which register a marker goes on in, and after which number."""
    if not marker:
        return 0, 0
    try:
        kind, _, number = base64.urlsafe_b64decode(marker).decode("ascii").partition(":")
        return [register.kind for register in registers].index(kind), int(number)
    except (ValueError, binascii.Error):
        raise InvalidParameterError(
            "Marker", "Format", hint=f"`{marker}` is no marker that this list gave out"
        ) from None
