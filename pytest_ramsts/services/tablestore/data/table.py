"""A table: its schema, its options, and its rows in the order of their primary keys."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from pytest_ramsts.services.tablestore.data.filters import predicate
from pytest_ramsts.services.tablestore.data.key import (
    Key,
    KeySchema,
    Order,
    check_name,
    counts,
    in_order,
    key_of,
)
from pytest_ramsts.services.tablestore.data.row import Row, Selection, size_of
from pytest_ramsts.services.tablestore.errors import TableStoreError, invalid
from pytest_ramsts.services.tablestore.wire.messages import (
    Condition,
    DefinedColumn,
    Existence,
    IndexMeta,
    KeyColumn,
    TableOptions,
)
from pytest_ramsts.services.tablestore.wire.plainbuffer import (
    Bound,
    Cell,
    KeyValue,
    PlainRow,
    Value,
)

__all__ = ["Page", "Table", "row_size"]

Page = tuple[list[PlainRow], PlainRow | None]
"""Rows, and the key of the first that there was no room for."""

LARGEST_PAGE: Final = 5000
LARGEST_PAGE_SIZE: Final = 4 * 1024 * 1024
_LARGEST_VALUE: Final = 2 * 1024 * 1024
_MOST_COLUMNS: Final = 1024


class Table:
    """A table of an instance.

    `put`, `get`, `delete` and `rows` are for tests, which arrange and look with plain values; no
    permission is asked for them.
    """

    def __init__(
        self,
        name: str,
        key: Sequence[KeyColumn],
        options: TableOptions,
        clock: Callable[[], float],
    ) -> None:
        check_name(name, "table")
        self.name = name
        self.key = KeySchema(key)
        self.defined_columns: list[DefinedColumn] = []
        self.indexes: list[IndexMeta] = []
        self.reserved = (0, 0)
        self.options = TableOptions(
            time_to_live=-1,
            max_versions=1,
            deviation_cell_version_in_sec=86400,
            allow_update=True,
        )
        self.set_options(options)
        self.created = clock()
        self._clock = clock
        self._rows: dict[Key, Row] = {}
        self._order: list[Order] = []
        self._last_increment = 0

    def __repr__(self) -> str:
        return f"<Table {self.name}, rows: {len(self._rows)}>"

    def set_options(self, options: TableOptions) -> None:
        """Change those that are given."""
        ttl, versions = options.time_to_live, options.max_versions
        if ttl is not None and (ttl == 0 or ttl < -1):
            raise invalid("TimeToLive cannot be 0 or less than -1.")
        if versions is not None and versions <= 0:
            raise invalid("The maximum versions cannot be less than or equal to 0.")
        self.options = TableOptions(**{**vars(self.options), **vars(options)})

    # For tests

    def put(self, key: Mapping[str, KeyValue], columns: Mapping[str, Value] | None = None) -> None:
        """Put a row, in the place of any other: `orders.put({"id": 1}, {"title": "lamp"})`."""
        cells = tuple(Cell(name, value) for name, value in (columns or {}).items())
        self.put_row(PlainRow(tuple(key.items()), cells), Condition(row_existence=Existence.IGNORE))

    def get(self, key: Mapping[str, KeyValue]) -> dict[str, Value] | None:
        """The newest version of each column of a row, or None if there is no such row."""
        living = self._living(self.key.exact(PlainRow(tuple(key.items()))))
        return None if living is None else {name: kept[0][1] for name, kept in living.items()}

    def delete(self, key: Mapping[str, KeyValue]) -> None:
        """Delete a row, if it is there."""
        self._remove(self.key.exact(PlainRow(tuple(key.items()))))

    @property
    def rows(self) -> list[dict[str, KeyValue | Value]]:
        """Every row: its key and the newest version of each column, in the order of the keys."""
        return [
            {**dict(self.key.named(key).key), **{n: v[0][1] for n, v in living.items()}}
            for key, living in (
                (key, self._living(key)) for key in (key_of(order) for order in self._order)
            )
            if living is not None
        ]

    # Reading

    def get_row(self, key: PlainRow, selection: Selection) -> PlainRow | None:
        return self._read(self.key.exact(key), selection)

    def get_range(
        self,
        start: PlainRow,
        end: PlainRow,
        selection: Selection,
        *,
        backward: bool = False,
        limit: int | None = None,
    ) -> Page:
        """The rows from `start` until before `end`, as many as fit into a page."""
        if limit is not None and limit <= 0:
            raise invalid("The limit must be greater than 0.")
        rows: list[PlainRow] = []
        size = 0
        orders = self._between(self.key.bound(start), self.key.bound(end), backward=backward)
        for scanned, order in enumerate(orders):
            key = key_of(order)
            if len(rows) == limit or scanned == LARGEST_PAGE or size >= LARGEST_PAGE_SIZE:
                return rows, self.key.named(key)
            row = self._read(key, selection)
            if row is not None:
                rows.append(row)
                size += row_size(row)
        return rows, None

    def _between(self, first: Order, last: Order, *, backward: bool) -> Iterator[Order]:
        order = self._order
        if backward:
            if first <= last:
                raise invalid("Begin key must more than end key in BACKWARD")
            here, there = bisect_right(order, first), bisect_right(order, last)
            return (order[place] for place in range(here - 1, there - 1, -1))
        if first >= last:
            raise invalid("Begin key must less than end key in FORWARD")
        here, there = bisect_left(order, first), bisect_left(order, last)
        return (order[place] for place in range(here, there))

    def _read(self, key: Key, selection: Selection) -> PlainRow | None:
        living = self._living(key)
        found = None if living is None else selection.read(living, self.key.names)
        if found is None:
            return None
        cells = tuple(
            Cell(name, value, version) for name, kept in found.items() for version, value in kept
        )
        return PlainRow(self.key.named(key).key, cells)

    def _living(self, key: Key) -> dict[str, list[tuple[int, Value]]] | None:
        row = self._rows.get(key)
        return None if row is None else row.living(self._expired_before(), self._versions)

    # Writing

    def put_row(self, row: PlainRow, condition: Condition) -> PlainRow:
        """Put a row in the place of what was there; its key, with what the service filled in."""
        if row.deleted:
            raise invalid(
                "Invalid request of put/update row: unexpected RowDeleteMarker in request."
            )
        key = self._key_to_put(row, condition)
        self._check(key, condition)
        now = self._now()
        self._check_cells(row, now)
        new = Row(now)
        for cell in row.cells:
            if cell.change is not None:
                raise invalid(f"OpType cannot be given for column name:{cell.name} in PutRow.")
            new.change(cell, now, self._versions)
        self._keep(key, new)
        return self.key.named(key)

    def update_row(self, row: PlainRow, condition: Condition) -> tuple[PlainRow, Row]:
        """Change some columns of a row, which need not be there; its key, and what it is now."""
        if row.deleted:
            raise invalid(
                "Invalid request of put/update row: unexpected RowDeleteMarker in request."
            )
        if not row.cells:
            raise invalid("Invalid update row request: missing cells in request.")
        if not self.options.allow_update:
            # The text is not documented.
            raise invalid("UpdateRow is not allowed: the table option allow_update is false.")
        key = self._key_to_put(row, condition)
        self._check(key, condition)
        now = self._now()
        self._check_cells(row, now)
        new = self._current(key, now)
        for cell in row.cells:
            new.change(cell, now, self._versions)
        self._keep(key, new)
        return self.key.named(key), new

    def delete_row(self, row: PlainRow, condition: Condition) -> PlainRow:
        if row.cells:
            raise invalid("Invalid delete row request: unexpected cells in request.")
        if not row.deleted:
            raise invalid("Invalid request of delete row: missing RowDeleteMarker in request.")
        if counts(row):
            raise invalid("Invalid row to delete which with pk auto increment.")
        key = self.key.exact(row)
        self._check(key, condition)
        self._remove(key)
        return self.key.named(key)

    def _current(self, key: Key, now: int) -> Row:
        """A row as it is now, to be changed; a new one if there is none, or none any more."""
        row = self._rows.get(key)
        since = self._expired_before()
        if row is None or row.living(since, self._versions) is None:
            return Row(now)
        copy = Row(now)
        for name, versions in row.columns.items():
            if kept := {version: value for version, value in versions.items() if version >= since}:
                copy.columns[name] = kept
        return copy

    def _keep(self, key: Key, row: Row) -> None:
        if key not in self._rows:
            order = in_order(key)
            self._order.insert(bisect_left(self._order, order), order)
        self._rows[key] = row

    def _remove(self, key: Key) -> None:
        if self._rows.pop(key, None) is not None:
            del self._order[bisect_left(self._order, in_order(key))]

    def _check(self, key: Key, condition: Condition) -> None:
        """Refuse a change whose condition does not hold."""
        living = self._living(key)
        expected = condition.row_existence
        if expected is Existence.IGNORE and condition.column_condition is None:
            return
        if expected is not Existence.IGNORE and (living is not None) is not (
            expected is Existence.EXPECT_EXIST
        ):
            there = "is" if living is not None else "is not"
            raise TableStoreError("OTSConditionCheckFail", hint=f"the row {there} there")
        asked = condition.column_condition
        if asked is not None and not predicate(asked)(living or {}):
            raise TableStoreError(
                "OTSConditionCheckFail", hint="the column condition does not hold"
            )

    def _check_cells(self, row: PlainRow, now: int) -> None:
        if len(row.cells) > _MOST_COLUMNS:
            raise invalid(
                f"The number of attribute columns exceeds the limit, limit count:{_MOST_COLUMNS},"
                f" column count: {len(row.cells)}."
            )
        for cell in row.cells:
            self._check_cell(cell, now)

    def _check_cell(self, cell: Cell, now: int) -> None:
        if cell.name in self.key.names:
            raise invalid(f"Duplicated attribute column name with primary key column: {cell.name}.")
        check_name(cell.name, "column")
        if cell.value is not None and (size := size_of("", cell.value)) > _LARGEST_VALUE:
            raise invalid(
                f"The length of attribute column: {cell.name} exceeded the"
                f" MaxLength:{_LARGEST_VALUE} with Current Length:{size}."
            )
        if isinstance(cell.value, float) and not math.isfinite(cell.value):
            what = "NaN" if math.isnan(cell.value) else "Infinity"
            raise invalid(f"{what} can't be set to double value.")
        if cell.timestamp is not None and cell.change is None:
            deviation = self.options.deviation_cell_version_in_sec or 0
            earliest = max(now - deviation * 1000, self._expired_before())
            if not earliest <= cell.timestamp < now + deviation * 1000:
                raise invalid(f"Invalid timestamp. Cell:{cell.name}.", hint=f"{cell.timestamp}")

    def _key_to_put(self, row: PlainRow, condition: Condition) -> Key:
        """The key of a row to be written, with a number of our own where one is wished for."""
        if not counts(row):
            return self.key.exact(row)
        if condition.row_existence is not Existence.IGNORE:
            raise invalid(
                f"Invalid expect:{condition.row_existence.name} when modify row with pk auto"
                " increment."
            )
        if condition.column_condition is not None:
            raise invalid("Can't set condition when modify row with pk auto increment.")
        # Increasing, and not without gaps, as the real ones.
        number = self._last_increment = max(self._now() * 1000, self._last_increment + 1)
        return self.key.exact(self.key.completed(row, number))

    # Parts

    def partition(self, value: KeyValue) -> Table:
        """A copy of the rows with this value of the first key column, that goes its own way."""
        copy = Table(self.name, self.key.columns, self.options, self._clock)
        copy._last_increment = self._last_increment
        for order in self._partition(value):
            key = key_of(order)
            copy._keep(key, self._rows[key])  # a kept row never changes: a new one takes its place
        return copy

    def replace_partition(self, value: KeyValue, by: Table) -> None:
        """Let the rows with this value of the first key column be those of such a copy."""
        for order in self._partition(value):
            self._remove(key_of(order))
        for key, row in by._rows.items():
            self._keep(key, row)
        self._last_increment = max(self._last_increment, by._last_increment)

    def _partition(self, value: KeyValue) -> list[Order]:
        place = bisect_left(self._order, ((1, value),))
        end = bisect_right(self._order, ((1, value), (3, 0)))
        return self._order[place:end]

    # Time

    def _now(self) -> int:
        return int(self._clock() * 1000)

    def _expired_before(self) -> int:
        """The version from which on a cell is alive."""
        ttl = self.options.time_to_live or -1
        return 0 if ttl < 0 else self._now() - ttl * 1000 + 1

    @property
    def _versions(self) -> int:
        return self.options.max_versions or 1


def row_size(row: PlainRow) -> int:
    """How many bytes a row counts for, in capacity units and in a page."""
    sizes = (size_of(name, value) for name, value in row.key if not isinstance(value, Bound))
    return sum(sizes) + sum(
        size_of(cell.name, cell.value) for cell in row.cells if cell.value is not None
    )
