"""A row: versions of columns, what is asked of them, and how they change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pytest_ramsts.services.tablestore.data.filters import Columns, Predicate, page_of, predicate
from pytest_ramsts.services.tablestore.errors import invalid
from pytest_ramsts.services.tablestore.wire.messages import (
    Filter,
    GetRange,
    GetRow,
    RowsToGet,
    TimeRange,
)
from pytest_ramsts.services.tablestore.wire.plainbuffer import (
    Cell,
    CellChange,
    Value,
)

__all__ = ["Row", "Selection", "size_of"]


class Row:
    """The attribute columns of a row: by name, and each by version, in milliseconds."""

    __slots__ = ("columns", "written")

    def __init__(self, written: int) -> None:
        self.columns: dict[str, dict[int, Value]] = {}
        self.written = written
        """When it was last changed: what its life depends on if it has no column."""

    def living(self, since: int, versions: int) -> dict[str, list[tuple[int, Value]]] | None:
        """The columns as they are now, by name, the newest version first; None if the row is gone.

        What is older than `since` has expired. With its last version a row is gone.
        """
        alive: dict[str, list[tuple[int, Value]]] = {}
        for name in sorted(self.columns):
            newest = sorted(
                (each for each in self.columns[name].items() if each[0] >= since), reverse=True
            )
            if newest:
                alive[name] = newest[:versions]
        if alive or (not self.columns and self.written >= since):
            return alive
        return None

    def put(self, name: str, version: int, value: Value, versions: int) -> None:
        kept = self.columns.setdefault(name, {})
        kept[version] = value
        while len(kept) > versions:
            del kept[min(kept)]

    def change(self, cell: Cell, now: int, versions: int) -> None:
        """Do to a column what a cell of UpdateRow says."""
        match cell.change:
            case None:
                if cell.value is None:
                    raise invalid(f"Invalid cell: {cell.name}. Reason: missing value.")
                version = now if cell.timestamp is None else cell.timestamp
                self.put(cell.name, version, cell.value, versions)
            case CellChange.DELETE_ALL_VERSIONS:
                if cell.timestamp is not None:
                    raise invalid("Timestamp cannot be given when type is DELETE_ALL_VERSION.")
                self.columns.pop(cell.name, None)
            case CellChange.DELETE_ONE_VERSION:
                if cell.timestamp is None:
                    raise invalid("Timestamp must be given when type is DELETE_ONE_VERSION.")
                kept = self.columns.get(cell.name, {})
                kept.pop(cell.timestamp, None)
                if not kept:
                    self.columns.pop(cell.name, None)
            case CellChange.INCREMENT:
                self._increment(cell, now, versions)

    def _increment(self, cell: Cell, now: int, versions: int) -> None:
        kept = self.columns.get(cell.name)
        total = _integer(kept[max(kept)] if kept else 0, cell) + _integer(cell.value, cell)
        version = now if cell.timestamp is None else cell.timestamp
        as_64_bits_hold_it = (total + (1 << 63)) % (1 << 64) - (1 << 63)
        self.put(cell.name, version, as_64_bits_hold_it, versions)


def _integer(value: Value | None, cell: Cell) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        # The text is not documented.
        raise invalid(f"Invalid cell: {cell.name}. INCREMENT needs a column of type INTEGER.")
    return value


@dataclass(frozen=True, slots=True)
class Selection:
    """Which columns and versions of a row a reader asks for, and whether it asks for this row."""

    names: frozenset[str]
    """None of them means every column."""
    versions: int
    times: range
    start: str | None = None
    end: str | None = None
    filter: Filter | None = None
    holds: Predicate | None = None

    @classmethod
    def of(cls, asked: GetRow | GetRange | RowsToGet) -> Selection:
        if asked.time_range is None and asked.max_versions is None:
            raise invalid("No version condition is specified while querying row.")
        if asked.max_versions is not None and asked.max_versions <= 0:
            raise invalid(
                f"Invalid max versions: {asked.max_versions} ."
                " Reason: Max versions must be positive."
            )
        return cls(
            frozenset(asked.columns_to_get),
            asked.max_versions or _ALL,
            _range(asked.time_range),
            asked.start_column,
            asked.end_column,
            asked.filter,
            predicate(asked.filter) if asked.filter is not None else None,
        )

    def read(self, columns: Columns, key_names: Iterable[str]) -> Columns | None:
        """What a reader gets of a row; None if it is not among what was asked for.

        First the columns are chosen, then the filter looks at what was chosen.
        """
        chosen = {
            name: kept
            for name, versions in columns.items()
            if self._wants(name)
            and (kept := [each for each in versions if each[0] in self.times][: self.versions])
        }
        if self.names and not chosen and self.names.isdisjoint(key_names):
            return None
        if self.holds is not None and not self.holds(chosen):
            return None
        return page_of(self.filter, chosen)

    def _wants(self, name: str) -> bool:
        return (
            (not self.names or name in self.names)
            and (self.start is None or name >= self.start)
            and (self.end is None or name < self.end)
        )


_ALL: Final = (1 << 31) - 1
_EVER: Final = range((1 << 63) - 1)


def _range(times: TimeRange | None) -> range:
    if times is None:
        return _EVER
    if times.specific_time is not None:
        if times.start_time is not None or times.end_time is not None:
            raise invalid("Specific tiemstamp and time range cannot be given at the same time.")
        if times.specific_time < 0:
            raise invalid("Specific timestamp cannot be less than 0.")
        return range(times.specific_time, times.specific_time + 1)
    if times.start_time is None or times.end_time is None:
        raise invalid("Start and end time must be given at the same time.")
    return range(times.start_time, times.end_time)


def size_of(name: str, value: Value) -> int:
    """How many bytes a column counts for."""
    match value:
        case bool():
            content = 1
        case int() | float():
            content = 8
        case str():
            content = len(value.encode())
        case _:
            content = len(value)
    return len(name.encode()) + content
