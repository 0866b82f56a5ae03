"""The messages of Table Store 2015-12-31, as its SDKs number their fields."""

from __future__ import annotations

from enum import IntEnum

from pytest_ramsts.services.tablestore.wire.plainbuffer import PlainRow, Rows
from pytest_ramsts.services.tablestore.wire.protobuf import Message, field


class Error(Message):
    code: str = field(1)
    message: str | None = field(2)


class TunnelError(Message):
    code: str = field(1)
    message: str | None = field(2)
    tunnel_id: str | None = field(3)


class Nothing(Message):
    """What many operations answer."""


class NamesTable(Message):
    """What nearly every request has in common."""

    table_name: str = field(1)


class MayNameTable(Message):
    table_name: str | None = field(1)


# Capacity


class CapacityUnit(Message):
    read: int | None = field(1)
    write: int | None = field(2)


class Consumed(Message):
    capacity_unit: CapacityUnit = field(1)


class ReservedThroughput(Message):
    capacity_unit: CapacityUnit = field(1)


class ReservedThroughputDetails(Message):
    capacity_unit: CapacityUnit = field(1)
    last_increase_time: int = field(2)
    last_decrease_time: int | None = field(3)


# Tables


class KeyType(IntEnum):
    INTEGER = 1
    STRING = 2
    BINARY = 3
    BOOLEAN = 5


class KeyOption(IntEnum):
    AUTO_INCREMENT = 1


class KeyColumn(Message):
    name: str = field(1)
    type: KeyType = field(2)
    option: KeyOption | None = field(3)


class DefinedColumn(Message):
    name: str = field(1)
    type: int = field(2)


class TableMeta(Message):
    table_name: str = field(1)
    primary_key: list[KeyColumn] = field(2)
    defined_column: list[DefinedColumn] = field(3)


class TableOptions(Message):
    time_to_live: int | None = field(1)
    max_versions: int | None = field(2)
    deviation_cell_version_in_sec: int | None = field(5)
    allow_update: bool | None = field(6)


class IndexMeta(Message):
    name: str = field(1)
    primary_key: list[str] = field(2)
    defined_column: list[str] = field(3)
    index_update_mode: int = field(4)
    index_type: int = field(5)


class CreateTable(Message):
    table_meta: TableMeta = field(1)
    reserved_throughput: ReservedThroughput = field(2)
    table_options: TableOptions | None = field(3)
    index_metas: list[IndexMeta] = field(7)


class UpdateTable(Message):
    table_name: str = field(1)
    reserved_throughput: ReservedThroughput | None = field(2)
    table_options: TableOptions | None = field(3)


class TableUpdated(Message):
    reserved_throughput_details: ReservedThroughputDetails = field(1)
    table_options: TableOptions = field(2)


class TableDescribed(Message):
    table_meta: TableMeta = field(1)
    reserved_throughput_details: ReservedThroughputDetails = field(2)
    table_options: TableOptions = field(3)
    index_metas: list[IndexMeta] = field(8)


class TablesListed(Message):
    table_names: list[str] = field(1)


class CreateIndex(Message):
    main_table_name: str = field(1)
    index_meta: IndexMeta = field(2)


class DropIndex(Message):
    main_table_name: str = field(1)
    index_name: str = field(2)


# Filters


class FilterType(IntEnum):
    SINGLE_COLUMN_VALUE = 1
    COMPOSITE_COLUMN_VALUE = 2
    COLUMN_PAGINATION = 3


class Comparator(IntEnum):
    EQUAL = 1
    NOT_EQUAL = 2
    GREATER_THAN = 3
    GREATER_EQUAL = 4
    LESS_THAN = 5
    LESS_EQUAL = 6
    EXIST = 7
    NOT_EXIST = 8


class Combinator(IntEnum):
    NOT = 1
    AND = 2
    OR = 3


class ValueTransferRule(Message):
    regex: str = field(1)
    cast_type: int | None = field(2)


class SingleColumnValueFilter(Message):
    comparator: Comparator = field(1)
    column_name: str = field(2)
    column_value: bytes = field(3)
    filter_if_missing: bool = field(4)
    latest_version_only: bool = field(5)
    value_trans_rule: ValueTransferRule | None = field(6)


class Filter(Message):
    """Which filter it is, and that filter's own message."""

    type: FilterType = field(1)
    filter: bytes = field(2)


class CompositeColumnValueFilter(Message):
    combinator: Combinator = field(1)
    sub_filters: list[Filter] = field(2)


class ColumnPaginationFilter(Message):
    offset: int = field(1)
    limit: int = field(2)


# Rows


class Existence(IntEnum):
    IGNORE = 0
    EXPECT_EXIST = 1
    EXPECT_NOT_EXIST = 2


class Condition(Message):
    row_existence: Existence = field(1)
    column_condition: Filter | None = field(2)


class ReturnType(IntEnum):
    NONE = 0
    PRIMARY_KEY = 1
    AFTER_MODIFY = 2


class ReturnContent(Message):
    return_type: ReturnType | None = field(1)
    return_column_names: list[str] = field(2)


class TimeRange(Message):
    start_time: int | None = field(1)
    end_time: int | None = field(2)
    specific_time: int | None = field(3)


class GetRow(Message):
    table_name: str = field(1)
    primary_key: PlainRow = field(2)
    columns_to_get: list[str] = field(3)
    time_range: TimeRange | None = field(4)
    max_versions: int | None = field(5)
    filter: Filter | None = field(7)
    start_column: str | None = field(8)
    end_column: str | None = field(9)
    transaction_id: str | None = field(11)


class RowGot(Message):
    consumed: Consumed = field(1)
    row: Rows = field(2)


class PutRow(Message):
    table_name: str = field(1)
    row: PlainRow = field(2)
    condition: Condition = field(3)
    return_content: ReturnContent | None = field(4)
    transaction_id: str | None = field(5)


class UpdateRow(Message):
    table_name: str = field(1)
    row_change: PlainRow = field(2)
    condition: Condition = field(3)
    return_content: ReturnContent | None = field(4)
    transaction_id: str | None = field(5)


class DeleteRow(Message):
    table_name: str = field(1)
    primary_key: PlainRow = field(2)
    condition: Condition = field(3)
    return_content: ReturnContent | None = field(4)
    transaction_id: str | None = field(5)


class RowWritten(Message):
    consumed: Consumed = field(1)
    row: Rows | None = field(2)


class Direction(IntEnum):
    FORWARD = 0
    BACKWARD = 1


class GetRange(Message):
    table_name: str = field(1)
    direction: Direction = field(2)
    columns_to_get: list[str] = field(3)
    time_range: TimeRange | None = field(4)
    max_versions: int | None = field(5)
    limit: int | None = field(6)
    inclusive_start_primary_key: PlainRow = field(7)
    exclusive_end_primary_key: PlainRow = field(8)
    filter: Filter | None = field(10)
    start_column: str | None = field(11)
    end_column: str | None = field(12)
    transaction_id: str | None = field(14)


class RangeGot(Message):
    consumed: Consumed = field(1)
    rows: Rows = field(2)
    next_start_primary_key: PlainRow | None = field(3)


# Batches


class RowsToGet(Message):
    table_name: str = field(1)
    primary_key: list[PlainRow] = field(2)
    columns_to_get: list[str] = field(4)
    time_range: TimeRange | None = field(5)
    max_versions: int | None = field(6)
    filter: Filter | None = field(8)
    start_column: str | None = field(9)
    end_column: str | None = field(10)


class BatchGetRow(Message):
    tables: list[RowsToGet] = field(1)


class WriteType(IntEnum):
    PUT = 1
    UPDATE = 2
    DELETE = 3


class RowToWrite(Message):
    type: WriteType = field(1)
    row_change: PlainRow = field(2)
    condition: Condition = field(3)
    return_content: ReturnContent | None = field(4)


class RowsToWrite(Message):
    table_name: str = field(1)
    rows: list[RowToWrite] = field(2)


class BatchWriteRow(Message):
    tables: list[RowsToWrite] = field(1)
    transaction_id: str | None = field(2)


class RowOfBatch(Message):
    is_ok: bool = field(1)
    error: Error | None = field(2)
    consumed: Consumed | None = field(3)
    row: Rows | None = field(4)


class RowsOfBatch(Message):
    table_name: str = field(1)
    rows: list[RowOfBatch] = field(2)


class BatchDone(Message):
    tables: list[RowsOfBatch] = field(1)


# Local transactions


class StartLocalTransaction(Message):
    table_name: str = field(1)
    key: PlainRow = field(2)


class TransactionStarted(Message):
    transaction_id: str = field(1)


class OfTransaction(Message):
    transaction_id: str = field(1)


# What only programmed replies answer


class SqlQuery(Message):
    query: str = field(1)


class Found(Message):
    """What Search answers, as far as a reply can say it in fields."""

    total_hits: int | None = field(1)
    rows: list[PlainRow] = field(2)
    is_all_succeed: bool | None = field(3)
    next_token: bytes | None = field(6)
