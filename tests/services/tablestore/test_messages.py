"""What the SDK for Python does not send, and other SDKs may: said in messages, answered in them."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ramsts import FakeCloud
from pytest_ramsts.services.tablestore import Instance
from pytest_ramsts.services.tablestore.wire import messages as said
from pytest_ramsts.services.tablestore.wire.plainbuffer import (
    Bound,
    Cell,
    CellChange,
    KeyValue,
    PlainRow,
    Rows,
    write_value,
)
from pytest_ramsts.services.tablestore.wire.protobuf import Message

from .clients import signed

ALWAYS = said.Condition(row_existence=said.Existence.IGNORE)
KEY = (("id", 1),)
A = Cell("a", 1)


@pytest.fixture
def shop(ramsts: FakeCloud) -> Instance:
    instance: Instance = ramsts.state("tablestore").create_instance("shop", ramsts.account)
    orders = instance.create_table("orders", {"id": "INTEGER"}, max_versions=3)
    orders.put({"id": 1}, {"a": 1, "b": "n=x", "c": 3, "d": 4})
    instance.create_table("log", {"who": "STRING", "n": "INTEGER AUTO_INCREMENT"})
    return instance


def answer(cloud: FakeCloud, shop: Instance, message: Message) -> bytes:
    path = f"/{type(message).__name__}"
    return cloud.handle(signed(cloud.admin_key, shop, path, message.encode())).body


def refusal(cloud: FakeCloud, shop: Instance, message: Message) -> tuple[str, str | None]:
    error = said.Error.decode(answer(cloud, shop, message))
    assert cloud.calls.last.code == error.code
    return error.code, error.message


def put(*cells: Cell, key: tuple[tuple[str, KeyValue], ...] = KEY, **more: Any) -> said.PutRow:
    row = PlainRow(key, cells, deleted=more.pop("deleted", False))
    return said.PutRow(**{"table_name": "orders", "row": row, "condition": ALWAYS, **more})


def update(*cells: Cell, **more: Any) -> said.UpdateRow:
    row = PlainRow(KEY, cells, deleted=more.pop("deleted", False))
    return said.UpdateRow(
        **{"table_name": "orders", "row_change": row, "condition": ALWAYS, **more}
    )


def delete(row: PlainRow, table: str = "orders") -> said.DeleteRow:
    return said.DeleteRow(table_name=table, primary_key=row, condition=ALWAYS)


def get(key: tuple[tuple[str, KeyValue], ...] = KEY, **more: Any) -> said.GetRow:
    return said.GetRow(
        **{
            "table_name": "orders",
            "primary_key": PlainRow(key),
            "max_versions": None if "time_range" in more else 1,
            **more,
        }
    )


def single(name: str = "a", value: bytes = write_value(1), **more: Any) -> said.Filter:
    relation = said.SingleColumnValueFilter(
        **{
            "comparator": said.Comparator.EQUAL,
            "column_name": name,
            "column_value": value,
            "filter_if_missing": True,
            "latest_version_only": True,
            **more,
        }
    )
    return said.Filter(type=said.FilterType.SINGLE_COLUMN_VALUE, filter=relation.encode())


def composite(combinator: said.Combinator, *parts: said.Filter) -> said.Filter:
    filter_ = said.CompositeColumnValueFilter(combinator=combinator, sub_filters=list(parts))
    return said.Filter(type=said.FilterType.COMPOSITE_COLUMN_VALUE, filter=filter_.encode())


def page(offset: int, limit: int) -> said.Filter:
    filter_ = said.ColumnPaginationFilter(offset=offset, limit=limit)
    return said.Filter(type=said.FilterType.COLUMN_PAGINATION, filter=filter_.encode())


WISHES = (("who", "anna"), ("n", Bound.AUTO_INCREMENT))
ONCE = said.Condition(row_existence=said.Existence.EXPECT_NOT_EXIST)
IF_A = said.Condition(row_existence=said.Existence.IGNORE, column_condition=single())

INVALID: dict[str, tuple[Message, str]] = {
    "put deletes": (
        put(A, deleted=True),
        "Invalid request of put/update row: unexpected RowDeleteMarker in request.",
    ),
    "update deletes": (
        update(A, deleted=True),
        "Invalid request of put/update row: unexpected RowDeleteMarker in request.",
    ),
    "put changes": (
        put(Cell("a", 1, None, CellChange.INCREMENT)),
        "OpType cannot be given for column name:a in PutRow.",
    ),
    "put without a value": (put(Cell("a", None)), "Invalid cell: a. Reason: missing value."),
    "update of nothing": (update(), "Invalid update row request: missing cells in request."),
    "one version without its number": (
        update(Cell("a", None, None, CellChange.DELETE_ONE_VERSION)),
        "Timestamp must be given when type is DELETE_ONE_VERSION.",
    ),
    "all versions with a number": (
        update(Cell("a", None, 7, CellChange.DELETE_ALL_VERSIONS)),
        "Timestamp cannot be given when type is DELETE_ALL_VERSION.",
    ),
    "delete without a marker": (
        delete(PlainRow(KEY)),
        "Invalid request of delete row: missing RowDeleteMarker in request.",
    ),
    "delete with cells": (
        delete(PlainRow(KEY, (A,), deleted=True)),
        "Invalid delete row request: unexpected cells in request.",
    ),
    "delete of a counted row": (
        delete(PlainRow(WISHES, deleted=True), "log"),
        "Invalid row to delete which with pk auto increment.",
    ),
    "get of a counted row": (
        get(WISHES, table_name="log"),
        "PKAutoIncr can't be used for read operations.",
    ),
    "get of a bound": (
        get((("id", Bound.LOWEST),)),
        "VT_INF_MIN is an invalid type for the primary key.",
    ),
    "a counted row once": (
        put(A, key=WISHES, table_name="log", condition=ONCE),
        "Invalid expect:EXPECT_NOT_EXIST when modify row with pk auto increment.",
    ),
    "a counted row on condition": (
        put(A, key=WISHES, table_name="log", condition=IF_A),
        "Can't set condition when modify row with pk auto increment.",
    ),
    "no versions": (
        get(max_versions=0),
        "Invalid max versions: 0 . Reason: Max versions must be positive.",
    ),
    "two kinds of time": (
        get(time_range=said.TimeRange(start_time=1, specific_time=1)),
        "Specific tiemstamp and time range cannot be given at the same time.",
    ),
    "a time before time": (
        get(time_range=said.TimeRange(specific_time=-1)),
        "Specific timestamp cannot be less than 0.",
    ),
    "half a range": (
        get(time_range=said.TimeRange(start_time=1)),
        "Start and end time must be given at the same time.",
    ),
    "a broken filter": (
        get(filter=said.Filter(type=said.FilterType.SINGLE_COLUMN_VALUE, filter=b"\xff")),
        "Deserialize relation filter failed.",
    ),
    "a broken value": (get(filter=single(value=b"\x63")), "Deserialize relation filter failed."),
    "a bound as a value": (
        get(filter=single(value=write_value(Bound.LOWEST))),
        "Deserialize relation filter failed.",
    ),
    "a broken pattern": (
        get(filter=single(value_trans_rule=said.ValueTransferRule(regex="("))),
        "Deserialize relation filter failed.",
    ),
    "a broken composite": (
        get(filter=said.Filter(type=said.FilterType.COMPOSITE_COLUMN_VALUE, filter=b"\xff")),
        "Deserialize composite filter failed.",
    ),
    "not of two": (
        get(filter=composite(said.Combinator.NOT, single(), single())),
        "Invalid NOT operator: the number of sub-filters must be 1.",
    ),
    "and of one": (
        get(filter=composite(said.Combinator.AND, single())),
        "Invalid AND/OR operator: the number of sub-filters must be 2.",
    ),
    "a page before the first": (
        get(filter=page(-1, 1)),
        "Offset in ColumnPaginationFilter must be greater than or equal to 0.",
    ),
    "a page of nothing": (
        get(filter=page(0, 0)),
        "Limit in ColumnPaginationFilter must be greater than 0.",
    ),
    "a table with two names alike": (
        said.BatchGetRow(
            tables=[
                said.RowsToGet(table_name="orders", primary_key=[PlainRow(KEY)], max_versions=1)
            ]
            * 2
        ),
        "Duplicated table name: orders.",
    ),
    "a table without rows": (
        said.BatchWriteRow(
            tables=[
                said.RowsToWrite(
                    table_name="orders",
                    rows=[
                        said.RowToWrite(
                            type=said.WriteType.PUT, row_change=PlainRow(KEY), condition=ALWAYS
                        )
                    ],
                ),
                said.RowsToWrite(table_name="log"),
            ]
        ),
        "No operation is specified for table:log.",
    ),
    "no option": (
        said.UpdateTable(table_name="orders", table_options=said.TableOptions()),
        "No parameter is specified in table options.",
    ),
    "negative capacity": (
        said.UpdateTable(
            table_name="orders",
            reserved_throughput=said.ReservedThroughput(capacity_unit=said.CapacityUnit(read=-1)),
        ),
        "Invalid Capacity Unit:-1 . Capacity Unit must be nonnegative.",
    ),
    "a transaction of another partition": (
        get(transaction_id="ours"),
        "Transaction and row are not of the same partition.",
    ),
    "a transaction without a partition": (
        said.StartLocalTransaction(table_name="orders", key=PlainRow(())),
        "Cell data broken, PK is empty.",
    ),
}


@pytest.mark.parametrize(("message", "text"), INVALID.values(), ids=INVALID)
def test_what_makes_no_sense_is_refused(
    ramsts: FakeCloud, shop: Instance, message: Message, text: str
) -> None:
    other = shop.start_transaction("orders", PlainRow((("id", 2),)))
    shop.transactions["ours"] = shop.transactions.pop(other.id)

    assert refusal(ramsts, shop, message) == ("OTSParameterInvalid", text)


def test_a_table_that_takes_no_updates(ramsts: FakeCloud, shop: Instance) -> None:
    options = said.TableOptions(allow_update=False)
    answer(ramsts, shop, said.UpdateTable(table_name="orders", table_options=options))

    assert refusal(ramsts, shop, update(A))[0] == "OTSParameterInvalid"
    assert refusal_free(ramsts, shop, put(A))


def refusal_free(cloud: FakeCloud, shop: Instance, message: Message) -> bool:
    answer(cloud, shop, message)
    return not cloud.calls.last.code


def test_an_index_is_made_once(ramsts: FakeCloud, shop: Instance) -> None:
    index = said.IndexMeta(name="by_a", primary_key=["a"], index_update_mode=0, index_type=0)
    create = said.CreateIndex(main_table_name="orders", index_meta=index)
    drop = said.DropIndex(main_table_name="orders", index_name="by_a")

    assert refusal_free(ramsts, shop, create)
    assert refusal(ramsts, shop, create)[0] == "OTSObjectAlreadyExist"
    assert refusal_free(ramsts, shop, drop)
    assert refusal(ramsts, shop, drop)[0] == "OTSObjectNotExist"


def read(cloud: FakeCloud, shop: Instance, **more: Any) -> dict[str, Any]:
    rows = said.RowGot.decode(answer(cloud, shop, get(**more))).row
    return {cell.name: cell.value for row in rows for cell in row.cells}


def test_a_wide_row_is_read_by_pages_of_columns(ramsts: FakeCloud, shop: Instance) -> None:
    assert read(ramsts, shop, filter=page(1, 2)) == {"b": "n=x", "c": 3}
    assert read(ramsts, shop, filter=page(3, 2)) == {"d": 4}
    assert read(ramsts, shop, filter=page(9, 2)) == {}


@pytest.mark.parametrize(
    ("regex", "cast", "wanted", "found"),
    [
        ("n=([a-z])", 3, "x", True),  # a text
        ("n=.", None, 1, False),  # `n=x` is no whole number, which is what it is cast to
        ("n=([a-z])", 1, 1.5, False),
        ("(?!)", 3, "x", False),
    ],
)
def test_a_part_of_a_text_is_compared(
    ramsts: FakeCloud, shop: Instance, regex: str, cast: int | None, wanted: Any, found: bool
) -> None:
    rule = said.ValueTransferRule(regex=regex, cast_type=cast)
    condition = single("b", write_value(wanted), value_trans_rule=rule)

    assert bool(read(ramsts, shop, filter=condition)) is found


def test_what_is_no_text_has_no_parts(ramsts: FakeCloud, shop: Instance) -> None:
    condition = single("a", value_trans_rule=said.ValueTransferRule(regex="1", cast_type=0))

    assert read(ramsts, shop, filter=condition) == {}


def test_a_counter_is_given_back_as_it_is_now(ramsts: FakeCloud, shop: Instance) -> None:
    wish = said.ReturnContent(
        return_type=said.ReturnType.AFTER_MODIFY, return_column_names=["a", "none"]
    )
    change = update(Cell("a", 41, None, CellChange.INCREMENT), return_content=wish)

    written = said.RowWritten.decode(answer(ramsts, shop, change))

    assert isinstance(written.row, Rows)
    assert [(cell.name, cell.value) for cell in written.row[0].cells] == [("a", 42)]


@pytest.mark.parametrize("message", [put(A), update(A), delete(PlainRow(KEY, deleted=True))])
def test_nothing_is_given_back_that_nobody_asked_for(
    ramsts: FakeCloud, shop: Instance, message: Message
) -> None:
    assert said.RowWritten.decode(answer(ramsts, shop, message)).row is None


def test_a_sum_is_held_in_64_bits(ramsts: FakeCloud, shop: Instance) -> None:
    answer(ramsts, shop, put(Cell("a", 2**63 - 1)))
    answer(ramsts, shop, update(Cell("a", 1, None, CellChange.INCREMENT)))

    assert read(ramsts, shop) == {"a": -(2**63)}
