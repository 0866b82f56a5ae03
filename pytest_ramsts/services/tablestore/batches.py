"""Many rows at once: each succeeds or fails by itself, but who may not touch a table gets none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from pytest_ramsts.errors import ApiError
from pytest_ramsts.service import Invocation
from pytest_ramsts.services.tablestore.data.instance import Instance
from pytest_ramsts.services.tablestore.data.row import Selection
from pytest_ramsts.services.tablestore.errors import invalid
from pytest_ramsts.services.tablestore.product import operation, the_instance
from pytest_ramsts.services.tablestore.rows import (
    consumed_by_reading,
    consumed_by_writing,
    write,
)
from pytest_ramsts.services.tablestore.wire.messages import (
    BatchDone,
    BatchGetRow,
    BatchWriteRow,
    Error,
    RowOfBatch,
    RowsOfBatch,
    RowsToGet,
    RowsToWrite,
    RowToWrite,
)
from pytest_ramsts.services.tablestore.wire.plainbuffer import PlainRow, Rows

_MOST_READ: Final = 100
_MOST_WRITTEN: Final = 200


def _every_named_table(invocation: Invocation) -> list[str]:
    instance = the_instance(invocation)
    return [f"{instance}/table/{table.table_name}" for table in invocation.content.tables]


@operation(on=_every_named_table)
def batch_get_row(instance: Instance, asked: BatchGetRow) -> BatchDone:
    _check(asked.tables, (table.primary_key for table in asked.tables), _MOST_READ, "BatchGetRow")
    return BatchDone(
        tables=[
            RowsOfBatch(
                table_name=table.table_name,
                rows=[_get(instance, table, key) for key in table.primary_key],
            )
            for table in asked.tables
        ]
    )


@operation(on=_every_named_table)
def batch_write_row(instance: Instance, asked: BatchWriteRow) -> BatchDone:
    _check(asked.tables, (table.rows for table in asked.tables), _MOST_WRITTEN, "BatchWriteRow")
    return BatchDone(
        tables=[
            RowsOfBatch(
                table_name=table.table_name,
                rows=[
                    _write(instance, table.table_name, change, asked.transaction_id)
                    for change in table.rows
                ],
            )
            for table in asked.tables
        ]
    )


def _get(instance: Instance, asked: RowsToGet, key: PlainRow) -> RowOfBatch:
    try:
        row = instance.table(asked.table_name).get_row(key, Selection.of(asked))
    except ApiError as error:
        return _failed(error)
    rows = Rows(() if row is None else (row,))
    return RowOfBatch(is_ok=True, consumed=consumed_by_reading(rows), row=rows)


def _write(
    instance: Instance, table_name: str, change: RowToWrite, transaction_id: str | None
) -> RowOfBatch:
    try:
        table = instance.table_to_write(table_name, change.row_change, transaction_id)
        row = write(table, change)
    except ApiError as error:
        return _failed(error)
    return RowOfBatch(is_ok=True, consumed=consumed_by_writing(change.row_change), row=row)


def _failed(error: ApiError) -> RowOfBatch:
    return RowOfBatch(is_ok=False, error=Error(code=error.code, message=error.message))


def _check(
    tables: Sequence[RowsToGet] | Sequence[RowsToWrite],
    rows: Iterable[Sequence[object]],
    most: int,
    operation: str,
) -> None:
    counts = [len(rows_of_table) for rows_of_table in rows]
    if not sum(counts):
        specified = (
            "specified in the request of" if operation == "BatchGetRow" else "is specified in"
        )
        raise invalid(f"No row {specified} {operation}.")
    names = [table.table_name for table in tables]
    for name, count in zip(names, counts, strict=True):
        if names.count(name) > 1:
            raise invalid(f"Duplicated table name: {name}.")
        if not count:
            raise invalid(f"No operation is specified for table:{name}.")
    if sum(counts) > most:
        raise invalid(f"Rows count exceeds the upper limit: {most}.", hint=f"{sum(counts)}")
