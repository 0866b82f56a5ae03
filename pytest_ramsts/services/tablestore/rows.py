"""Rows: got one by one or by a range of keys, put, changed, deleted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pytest_ramsts.services.tablestore.data.instance import Instance
from pytest_ramsts.services.tablestore.data.row import Row, Selection
from pytest_ramsts.services.tablestore.data.table import Table, row_size
from pytest_ramsts.services.tablestore.product import operation
from pytest_ramsts.services.tablestore.wire.messages import (
    CapacityUnit,
    Consumed,
    DeleteRow,
    Direction,
    GetRange,
    GetRow,
    PutRow,
    RangeGot,
    ReturnContent,
    ReturnType,
    RowGot,
    RowToWrite,
    RowWritten,
    UpdateRow,
    WriteType,
)
from pytest_ramsts.services.tablestore.wire.plainbuffer import Cell, PlainRow, Rows

__all__ = ["consumed_by_reading", "consumed_by_writing", "write"]

_UNIT: Final = 4096
"""Bytes that one capacity unit reads or writes."""


@operation()
def get_row(instance: Instance, asked: GetRow) -> RowGot:
    table = instance.table_for(asked.table_name, asked.primary_key, asked.transaction_id)
    row = table.get_row(asked.primary_key, Selection.of(asked))
    rows = Rows(() if row is None else (row,))
    return RowGot(consumed=consumed_by_reading(rows), row=rows)


@operation()
def put_row(instance: Instance, asked: PutRow) -> RowWritten:
    change = RowToWrite(
        type=WriteType.PUT,
        row_change=asked.row,
        condition=asked.condition,
        return_content=asked.return_content,
    )
    return _write_one(instance, asked.table_name, change, asked.transaction_id)


@operation()
def update_row(instance: Instance, asked: UpdateRow) -> RowWritten:
    change = RowToWrite(
        type=WriteType.UPDATE,
        row_change=asked.row_change,
        condition=asked.condition,
        return_content=asked.return_content,
    )
    return _write_one(instance, asked.table_name, change, asked.transaction_id)


@operation()
def delete_row(instance: Instance, asked: DeleteRow) -> RowWritten:
    change = RowToWrite(
        type=WriteType.DELETE,
        row_change=asked.primary_key,
        condition=asked.condition,
        return_content=asked.return_content,
    )
    return _write_one(instance, asked.table_name, change, asked.transaction_id)


@operation()
def get_range(instance: Instance, asked: GetRange) -> RangeGot:
    start, end = asked.inclusive_start_primary_key, asked.exclusive_end_primary_key
    table = instance.table_for(asked.table_name, start, asked.transaction_id)
    rows, following = table.get_range(
        start,
        end,
        Selection.of(asked),
        backward=asked.direction is Direction.BACKWARD,
        limit=asked.limit,
    )
    return RangeGot(
        consumed=consumed_by_reading(rows), rows=Rows(rows), next_start_primary_key=following
    )


# Writing


def _write_one(
    instance: Instance, table_name: str, change: RowToWrite, transaction_id: str | None
) -> RowWritten:
    table = instance.table_to_write(table_name, change.row_change, transaction_id)
    returned = write(table, change)
    return RowWritten(consumed=consumed_by_writing(change.row_change), row=returned)


def write(table: Table, change: RowToWrite) -> Rows | None:
    """Do one change; what it is to give back of the row."""
    row = None
    match change.type:
        case WriteType.PUT:
            key = table.put_row(change.row_change, change.condition)
        case WriteType.UPDATE:
            key, row = table.update_row(change.row_change, change.condition)
        case WriteType.DELETE:
            key = table.delete_row(change.row_change, change.condition)
    return _returned(key, row, change.return_content)


def _returned(key: PlainRow, row: Row | None, wish: ReturnContent | None) -> Rows | None:
    match wish.return_type if wish is not None else None:
        case ReturnType.PRIMARY_KEY:
            return Rows((key,))
        case ReturnType.AFTER_MODIFY if row is not None and wish is not None:
            cells = tuple(
                Cell(name, versions[max(versions)], max(versions))
                for name, versions in sorted(row.columns.items())
                if name in wish.return_column_names
            )
            return Rows((PlainRow(key.key, cells),))
    return None


# What it costs


def consumed_by_reading(rows: Iterable[PlainRow]) -> Consumed:
    return Consumed(capacity_unit=CapacityUnit(read=_units(rows), write=0))


def consumed_by_writing(row: PlainRow) -> Consumed:
    return Consumed(capacity_unit=CapacityUnit(read=0, write=_units((row,))))


def _units(rows: Iterable[PlainRow]) -> int:
    return max(1, -(-sum(map(row_size, rows)) // _UNIT))
