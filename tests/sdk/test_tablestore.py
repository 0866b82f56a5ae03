"""Table Store through its SDK: tables and rows do what the manual says."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tablestore import (
    INF_MAX,
    INF_MIN,
    PK_AUTO_INCR,
    BatchGetRowRequest,
    BatchWriteRowRequest,
    CapacityUnit,
    ColumnCondition,
    ComparatorType,
    CompositeColumnCondition,
    Condition,
    DeleteRowItem,
    LogicalOperator,
    OTSClient,
    OTSServiceError,
    PutRowItem,
    ReservedThroughput,
    ReturnType,
    Row,
    RowExistenceExpectation,
    SingleColumnCondition,
    SingleColumnRegexCondition,
    TableInBatchGetRowItem,
    TableInBatchWriteRowItem,
    TableMeta,
    TableOptions,
    UpdateRowItem,
)
from tablestore.metadata import CastType, RegexRule, SecondaryIndexMeta

from pytest_ramsts import FakeCloud
from pytest_ramsts.intercept.server import Server
from pytest_ramsts.services.tablestore import Instance

from ..services.tablestore.clients import (  # noqa: TID252 - how they are made is said once
    ALWAYS,
    FROM_START,
    NO_THROUGHPUT,
    TO_END,
    client_of,
    columns_of,
    table_of_orders,
)

ONE = [("id", 1)]


@pytest.fixture
def shop(ramsts: FakeCloud) -> Instance:
    instance: Instance = ramsts.state("tablestore").create_instance("shop", ramsts.account)
    return instance


@pytest.fixture(params=["V2", "V4"])
def client(ramsts: FakeCloud, shop: Instance, request: pytest.FixtureRequest) -> OTSClient:
    """The account's owner, with either signature."""
    options = {"region": "cn-hangzhou"} if request.param == "V4" else {}
    return client_of(ramsts.admin_key, shop, **options)


@pytest.fixture
def orders(ramsts: FakeCloud, shop: Instance) -> OTSClient:
    """A client that finds a table `orders`."""
    client = client_of(ramsts.admin_key, shop)
    table_of_orders(client, max_version=3)
    return client


def put(client: OTSClient, key: int, **columns: Any) -> None:
    client.put_row("orders", Row([("id", key)], list(columns.items())), ALWAYS)


def got(client: OTSClient, key: int, **asked: Any) -> dict[str, Any] | None:
    _, row, _ = client.get_row("orders", [("id", key)], **{"max_version": 1, **asked})
    return columns_of(row)


def ids(rows: list[Row]) -> list[int]:
    return [row.primary_key[0][1] for row in rows]


# Tables


def test_a_table_is_made_listed_described_changed_and_deleted(client: OTSClient) -> None:
    meta = TableMeta(
        "orders",
        [("shop", "STRING"), ("id", "INTEGER"), ("hash", "BINARY"), ("open", "BOOLEAN")],
        [("title", "STRING"), ("price", "DOUBLE")],
    )
    index = SecondaryIndexMeta("by_title", ["title"], ["price"])
    client.create_table(
        meta, TableOptions(86400, 2, 3600), ReservedThroughput(CapacityUnit(0, 0)), [index]
    )

    listed = client.list_table()
    described = client.describe_table("orders")
    updated = client.update_table(
        "orders", TableOptions(None, 5, None), ReservedThroughput(CapacityUnit(10, None))
    )
    client.delete_table("orders")

    assert listed == ("orders",)
    assert described.table_meta.schema_of_primary_key == meta.schema_of_primary_key
    assert described.table_meta.defined_columns == meta.defined_columns
    assert [index.index_name for index in described.secondary_indexes] == ["by_title"]
    assert described.table_options.time_to_live == 86400
    assert described.table_options.max_time_deviation == 3600
    assert updated.table_options.max_version == 5
    assert updated.table_options.time_to_live == 86400
    assert updated.reserved_throughput_details.capacity_unit.read == 10
    assert client.list_table() == ()


def test_an_index_is_noted_and_dropped(orders: OTSClient) -> None:
    orders.create_secondary_index("orders", SecondaryIndexMeta("by_title", ["title"], []), False)
    there = orders.describe_table("orders").secondary_indexes
    orders.delete_secondary_index("orders", "by_title")

    assert [index.index_name for index in there] == ["by_title"]
    assert orders.describe_table("orders").secondary_indexes == []


@pytest.mark.parametrize(
    ("name", "key", "options", "message"),
    [
        ("1st", [("id", "INTEGER")], {}, "Invalid table name: 1st."),
        ("t", [], {}, "The number of primary key columns must be in range: [1, 4]."),
        ("t", [("a-b", "STRING")], {}, "Invalid column name: a-b."),
        ("t", [("a", "STRING"), ("a", "STRING")], {}, "Duplicated primary key name: 'a'."),
        (
            "t",
            [("id", "INTEGER", PK_AUTO_INCR)],
            {},
            "PkAutoIncr cannot be set as first pk column.",
        ),
        (
            "t",
            [("a", "STRING"), ("b", "STRING", PK_AUTO_INCR)],
            {},
            "AUTO_INCREMENT primary key must be integer.",
        ),
        ("t", [("a", "STRING")], {"time_to_live": 0}, "TimeToLive cannot be 0 or less than -1."),
        (
            "t",
            [("a", "STRING")],
            {"max_version": 0},
            "The maximum versions cannot be less than or equal to 0.",
        ),
        (
            "t",
            [("a", "STRING")],
            {"time_to_live": None},
            "Time-to-live is missing while creating table.",
        ),
        (
            "t",
            [("a", "STRING")],
            {"max_version": None},
            "MaxVersions is missing while creating table.",
        ),
    ],
)
def test_a_table_that_cannot_be_is_refused(
    client: OTSClient, name: str, key: list[Any], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(OTSServiceError) as caught:
        client.create_table(TableMeta(name, key), TableOptions(**options), NO_THROUGHPUT)

    assert (caught.value.http_status, caught.value.code) == (400, "OTSParameterInvalid")
    assert caught.value.message == message


def test_a_second_table_of_a_name_conflicts(orders: OTSClient) -> None:
    with pytest.raises(OTSServiceError) as caught:
        table_of_orders(orders)

    assert (caught.value.http_status, caught.value.code) == (409, "OTSObjectAlreadyExist")
    assert caught.value.message == "Requested table already exists."


ON_A_MISSING_TABLE = {
    "DescribeTable": lambda client: client.describe_table("none"),
    "DeleteTable": lambda client: client.delete_table("none"),
    "UpdateTable": lambda client: client.update_table("none", TableOptions(max_version=1)),
    "GetRow": lambda client: client.get_row("none", ONE, max_version=1),
    "PutRow": lambda client: client.put_row("none", Row(ONE, [("a", 1)]), ALWAYS),
    "UpdateRow": lambda client: client.update_row("none", Row(ONE, {"PUT": [("a", 1)]}), ALWAYS),
    "DeleteRow": lambda client: client.delete_row("none", Row(ONE), ALWAYS),
    "GetRange": lambda client: client.get_range(
        "none", "FORWARD", FROM_START, TO_END, max_version=1
    ),
    "StartLocalTransaction": lambda client: client.start_local_transaction("none", ONE),
}


@pytest.mark.parametrize("ask", ON_A_MISSING_TABLE.values(), ids=ON_A_MISSING_TABLE)
def test_a_table_that_is_not_there_is_not_found(client: OTSClient, ask: Any) -> None:
    with pytest.raises(OTSServiceError) as caught:
        ask(client)

    assert (caught.value.http_status, caught.value.code) == (404, "OTSObjectNotExist")
    assert caught.value.message == "Requested table does not exist."


# Single rows


def test_a_row_holds_every_type_of_value(client: OTSClient) -> None:
    columns = {
        "a": 1,
        "b": 1.5,
        "c": True,
        "d": False,
        "e": "Grüße 你好",
        "f": bytearray(b"\x00\xff"),
        "g": -(2**63),
        "h": "",
        "i": bytearray(),
    }
    table_of_orders(client)
    put(client, 1, **columns)

    assert got(client, 1) == columns
    assert [type(value) for value in (got(client, 1) or {}).values()] == [
        type(value) for value in columns.values()
    ]


def test_columns_come_back_in_the_order_of_their_names(orders: OTSClient) -> None:
    put(orders, 1, b=1, a=2, C=3)

    assert list(got(orders, 1) or {}) == ["C", "a", "b"]


def test_a_row_that_is_not_there_is_none(orders: OTSClient) -> None:
    assert got(orders, 1) is None


def test_put_replaces_the_row_and_update_changes_it(orders: OTSClient) -> None:
    put(orders, 1, a=1, b=2)
    orders.update_row("orders", Row(ONE, {"PUT": [("b", 3)], "DELETE_ALL": ["a"]}), ALWAYS)
    updated = got(orders, 1)
    put(orders, 1, c=4)

    assert updated == {"b": 3}
    assert got(orders, 1) == {"c": 4}


def test_update_makes_a_row_that_was_not_there(orders: OTSClient) -> None:
    orders.update_row("orders", Row(ONE, {"PUT": [("a", 1)]}), ALWAYS)

    assert got(orders, 1) == {"a": 1}


def test_delete_takes_the_row_away(orders: OTSClient) -> None:
    put(orders, 1, a=1)
    orders.delete_row("orders", Row(ONE), ALWAYS)

    assert got(orders, 1) is None


def test_a_row_may_be_a_key_only(orders: OTSClient) -> None:
    put(orders, 1)

    assert got(orders, 1) == {}


def test_a_counter_counts(orders: OTSClient) -> None:
    for step in (5, -2):
        orders.update_row("orders", Row(ONE, {"INCREMENT": [("n", step)]}), ALWAYS)

    assert got(orders, 1) == {"n": 3}


def test_only_an_integer_is_a_counter(orders: OTSClient) -> None:
    put(orders, 1, n="three")

    with pytest.raises(OTSServiceError, match="INCREMENT needs a column of type INTEGER"):
        orders.update_row("orders", Row(ONE, {"INCREMENT": [("n", 1)]}), ALWAYS)


def test_a_number_of_the_services_own_completes_a_key(client: OTSClient) -> None:
    client.create_table(
        TableMeta("log", [("who", "STRING"), ("n", "INTEGER", PK_AUTO_INCR)]),
        TableOptions(),
        NO_THROUGHPUT,
    )

    keys = [
        client.put_row(
            "log", Row([("who", "anna"), ("n", PK_AUTO_INCR)], [("a", n)]), ALWAYS, ReturnType.RT_PK
        )[1].primary_key
        for n in range(3)
    ]

    numbers = [key[1][1] for key in keys]
    assert numbers == sorted(set(numbers))
    assert columns_of(client.get_row("log", keys[1], max_version=1)[1]) == {"a": 1}


def test_capacity_is_counted_by_4_kb(orders: OTSClient) -> None:
    small, _ = orders.put_row("orders", Row(ONE, [("a", "x")]), ALWAYS)
    large, _ = orders.put_row("orders", Row(ONE, [("a", "x" * 5000)]), ALWAYS)
    read, _, _ = orders.get_row("orders", ONE, max_version=1)

    assert (small.read, small.write, large.write) == (0, 1, 2)
    assert (read.read, read.write) == (2, 0)


# Keys


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ([("ID", 1)], "Validate PK name fail. Input: ID, Meta: id."),
        ([("id", "1")], "Validate PK type fail. Input: VT_STRING, Meta: VT_INTEGER."),
        ([("id", 1), ("b", 1)], "Validate PK size fail. Input: 2, Meta: 1."),
    ],
)
def test_a_key_is_of_the_tables_schema(orders: OTSClient, key: list[Any], message: str) -> None:
    asks: list[Callable[[], Any]] = [
        lambda: orders.get_row("orders", key, max_version=1),
        lambda: orders.put_row("orders", Row(key, [("a", 1)]), ALWAYS),
        lambda: orders.update_row("orders", Row(key, {"PUT": [("a", 1)]}), ALWAYS),
        lambda: orders.delete_row("orders", Row(key), ALWAYS),
        lambda: orders.get_range("orders", "FORWARD", key, key, max_version=1),
    ]

    for ask in asks:
        with pytest.raises(OTSServiceError) as caught:
            ask()
        assert (caught.value.http_status, caught.value.code) == (400, "OTSInvalidPK")
        assert caught.value.message == message


def test_what_is_too_long_is_refused(client: OTSClient) -> None:
    client.create_table(TableMeta("t", [("name", "STRING")]), TableOptions(), NO_THROUGHPUT)

    with pytest.raises(OTSServiceError, match="primary key column: name exceeds the MaxLength"):
        client.get_row("t", [("name", "x" * 1025)], max_version=1)
    with pytest.raises(OTSServiceError, match="attribute column: a exceeded the MaxLength:2097152"):
        client.put_row("t", Row([("name", "x")], [("a", "x" * (2**21 + 1))]), ALWAYS)
    with pytest.raises(OTSServiceError, match="Duplicated attribute column name"):
        client.put_row("t", Row([("name", "x")], [("name", "y")]), ALWAYS)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ([("a", float("nan"))], "NaN can't be set to double value."),
        ([("a", float("-inf"))], "Infinity can't be set to double value."),
        (
            [(f"c{number}", 1) for number in range(1025)],
            (
                "The number of attribute columns exceeds the limit, limit count:1024,"
                " column count: 1025."
            ),
        ),
    ],
    ids=["NaN", "infinity", "1025 columns"],
)
def test_what_a_row_cannot_hold_is_refused(
    orders: OTSClient, columns: list[Any], message: str
) -> None:
    with pytest.raises(OTSServiceError) as put:
        orders.put_row("orders", Row(ONE, columns), ALWAYS)
    with pytest.raises(OTSServiceError) as update:
        orders.update_row("orders", Row(ONE, {"PUT": columns}), ALWAYS)

    assert put.value.message == update.value.message == message


# Conditions


def only_if(
    expected: str = RowExistenceExpectation.IGNORE, column: ColumnCondition | None = None
) -> Condition:
    return Condition(expected, column)


def test_a_row_is_put_once(orders: OTSClient) -> None:
    once = only_if(RowExistenceExpectation.EXPECT_NOT_EXIST)
    orders.put_row("orders", Row(ONE, [("a", 1)]), once)

    with pytest.raises(OTSServiceError) as caught:
        orders.put_row("orders", Row(ONE, [("a", 2)]), once)

    # Not every 403 is about permissions.
    assert (caught.value.http_status, caught.value.code) == (403, "OTSConditionCheckFail")
    assert caught.value.message == "Condition check failed."
    assert got(orders, 1) == {"a": 1}


def test_what_must_exist_must_exist(orders: OTSClient) -> None:
    there = only_if(RowExistenceExpectation.EXPECT_EXIST)

    changes: list[Callable[[], Any]] = [
        lambda: orders.update_row("orders", Row(ONE, {"PUT": [("a", 1)]}), there),
        lambda: orders.delete_row("orders", Row(ONE), there),
        lambda: orders.put_row("orders", Row(ONE, [("a", 1)]), there),
    ]

    for change in changes:
        with pytest.raises(OTSServiceError, match="OTSConditionCheckFail"):
            change()
    assert got(orders, 1) is None


def test_a_change_depends_on_a_column(orders: OTSClient) -> None:
    put(orders, 1, state="open")
    is_open = only_if(column=SingleColumnCondition("state", "open", ComparatorType.EQUAL))
    close = Row(ONE, {"PUT": [("state", "closed")]})
    orders.update_row("orders", close, is_open)

    with pytest.raises(OTSServiceError, match="OTSConditionCheckFail"):
        orders.update_row("orders", close, is_open)
    assert got(orders, 1) == {"state": "closed"}


# Versions, time ranges, life


def test_a_column_keeps_its_newest_versions(ramsts: FakeCloud, orders: OTSClient) -> None:
    ramsts.clock.freeze("2026-03-01T08:00:00Z")
    start = int(ramsts.clock.time() * 1000)
    for value in range(5):
        ramsts.clock.advance(seconds=1)
        orders.update_row("orders", Row(ONE, {"PUT": [("a", value)]}), ALWAYS)

    _, row, _ = orders.get_row("orders", ONE, max_version=10)
    _, two, _ = orders.get_row("orders", ONE, max_version=2)
    _, between, _ = orders.get_row(
        "orders", ONE, max_version=None, time_range=(start + 3000, start + 5000)
    )
    _, exactly, _ = orders.get_row("orders", ONE, max_version=None, time_range=start + 4000)

    assert row.attribute_columns == [("a", 4 - n, start + (5 - n) * 1000) for n in range(3)]
    assert [value for _, value, _ in two.attribute_columns] == [4, 3]
    assert [value for _, value, _ in between.attribute_columns] == [3, 2]
    assert [value for _, value, _ in exactly.attribute_columns] == [3]


def test_one_version_is_deleted_by_its_number(ramsts: FakeCloud, orders: OTSClient) -> None:
    ramsts.clock.freeze("2026-03-01T08:00:00Z")
    now = int(ramsts.clock.time() * 1000)
    orders.put_row("orders", Row(ONE, [("a", 1, now - 1), ("a", 2, now)]), ALWAYS)
    orders.update_row("orders", Row(ONE, {"DELETE": [("a", None, now)]}), ALWAYS)

    assert got(orders, 1) == {"a": 1}


def test_a_version_that_was_pushed_out_does_not_come_back(
    ramsts: FakeCloud, client: OTSClient
) -> None:
    table_of_orders(client)
    ramsts.clock.freeze("2026-03-01T08:00:00Z")
    now = int(ramsts.clock.time() * 1000)
    for version in (now - 1, now):
        client.update_row("orders", Row(ONE, {"PUT": [("a", 1, version)]}), ALWAYS)
    client.update_row("orders", Row(ONE, {"DELETE": [("a", None, now)]}), ALWAYS)

    assert got(client, 1) == {}


def test_a_version_lies_within_a_day_of_now(ramsts: FakeCloud, orders: OTSClient) -> None:
    ramsts.clock.freeze("2026-03-01T08:00:00Z")
    now = int(ramsts.clock.time() * 1000)

    for version in (now - 86_400_001, now + 86_400_000):
        with pytest.raises(OTSServiceError, match=r"Invalid timestamp\. Cell:a\."):
            orders.put_row("orders", Row(ONE, [("a", 1, version)]), ALWAYS)
    orders.put_row("orders", Row(ONE, [("a", 1, now - 86_400_000)]), ALWAYS)


def test_what_is_older_than_its_time_to_live_is_gone(ramsts: FakeCloud, client: OTSClient) -> None:
    ramsts.clock.freeze("2026-03-01T08:00:00Z")
    table_of_orders(client, time_to_live=86400)
    put(client, 1, a=1)
    ramsts.clock.advance(hours=12)
    client.update_row("orders", Row(ONE, {"PUT": [("b", 2)]}), ALWAYS)

    ramsts.clock.advance(hours=12)
    half = got(client, 1)
    ramsts.clock.advance(hours=12)
    nothing = got(client, 1)
    client.put_row(
        "orders", Row(ONE, [("c", 3)]), Condition(RowExistenceExpectation.EXPECT_NOT_EXIST)
    )

    assert half == {"b": 2}
    assert nothing is None
    assert got(client, 1) == {"c": 3}


def test_a_reader_says_which_versions_it_wants(orders: OTSClient) -> None:
    with pytest.raises(OTSServiceError) as caught:
        orders.get_row("orders", ONE, max_version=None)

    assert caught.value.message == "No version condition is specified while querying row."


# Choosing columns and rows


def test_a_reader_chooses_columns(orders: OTSClient) -> None:
    put(orders, 1, a=1, b=2, c=3, d=4)

    assert got(orders, 1, columns_to_get=["a", "x"]) == {"a": 1}
    assert got(orders, 1, columns_to_get=["x"]) is None
    assert got(orders, 1, columns_to_get=["id"]) == {}
    assert got(orders, 1, start_column="b", end_column="d") == {"b": 2, "c": 3}


def single(name: str, value: Any, comparator: Any, *, missing: bool = True) -> ColumnCondition:
    return SingleColumnCondition(name, value, comparator, pass_if_missing=missing)


def combined(operator: Any, *parts: ColumnCondition) -> ColumnCondition:
    condition = CompositeColumnCondition(operator)
    for part in parts:
        condition.add_sub_condition(part)
    return condition


CHEAP = single("price", 10, ComparatorType.LESS_THAN)
LAMP = single("title", "lamp", ComparatorType.EQUAL)


@pytest.mark.parametrize(
    ("condition", "passes"),
    [
        (single("price", 10, ComparatorType.EQUAL), True),
        (single("price", 10, ComparatorType.NOT_EQUAL), False),
        (single("price", 9, ComparatorType.GREATER_THAN), True),
        (single("price", 10, ComparatorType.GREATER_EQUAL), True),
        (CHEAP, False),
        (single("price", 10, ComparatorType.LESS_EQUAL), True),
        (single("price", "10", ComparatorType.EQUAL), False),
        (single("price", "10", ComparatorType.NOT_EQUAL), True),
        (single("none", 1, ComparatorType.EQUAL), True),
        (single("none", 1, ComparatorType.EQUAL, missing=False), False),
        (combined(LogicalOperator.AND, CHEAP, LAMP), False),
        (combined(LogicalOperator.OR, CHEAP, LAMP), True),
        (combined(LogicalOperator.NOT, CHEAP), True),
        (combined(LogicalOperator.AND, combined(LogicalOperator.NOT, CHEAP), LAMP), True),
        (
            SingleColumnRegexCondition(
                "code", ComparatorType.EQUAL, 42, RegexRule("n=([0-9]+)", CastType.VT_INTEGER)
            ),
            True,
        ),
        (
            SingleColumnRegexCondition(
                "code", ComparatorType.EQUAL, 42, RegexRule("m=([0-9]+)", CastType.VT_INTEGER)
            ),
            False,
        ),
        (SingleColumnRegexCondition("code", ComparatorType.EXIST), True),
        (SingleColumnRegexCondition("none", ComparatorType.EXIST), False),
        (SingleColumnRegexCondition("none", ComparatorType.NOT_EXIST), True),
    ],
)
def test_a_filter_decides_whether_a_row_is_seen(
    orders: OTSClient, condition: ColumnCondition, passes: bool
) -> None:
    put(orders, 1, price=10, title="lamp", code="x:n=42;")

    _, _, rows, _ = orders.get_range(
        "orders", "FORWARD", FROM_START, TO_END, column_filter=condition, max_version=1
    )

    assert (got(orders, 1, column_filter=condition) is not None) is passes
    assert ids(rows) == ([1] if passes else [])


def test_a_filter_looks_at_the_columns_that_were_chosen(orders: OTSClient) -> None:
    put(orders, 1, price=10, title="lamp")
    cheap = single("price", 5, ComparatorType.LESS_THAN)

    assert got(orders, 1, columns_to_get=["title"], column_filter=cheap) == {"title": "lamp"}
    assert got(orders, 1, columns_to_get=["title", "price"], column_filter=cheap) is None


def test_a_filter_looks_at_the_newest_version_or_at_all(
    ramsts: FakeCloud, orders: OTSClient
) -> None:
    now = int(ramsts.clock.time() * 1000)
    orders.put_row("orders", Row(ONE, [("a", 1, now - 1), ("a", 2, now)]), ALWAYS)
    newest = SingleColumnCondition("a", 1, ComparatorType.EQUAL, latest_version_only=True)
    any_ = SingleColumnCondition("a", 1, ComparatorType.EQUAL, latest_version_only=False)

    assert got(orders, 1, max_version=3, column_filter=newest) is None
    assert got(orders, 1, max_version=3, column_filter=any_) is not None


# Ranges


@pytest.fixture
def ten(orders: OTSClient) -> OTSClient:
    for number in (3, 1, 2, 7, 10, 6, 5, 4, 9, 8):
        put(orders, number, even=number % 2 == 0)
    return orders


def test_a_range_is_read_in_both_directions(ten: OTSClient) -> None:
    _, _, up, _ = ten.get_range("orders", "FORWARD", [("id", 3)], [("id", 6)], max_version=1)
    _, _, down, _ = ten.get_range("orders", "BACKWARD", [("id", 6)], [("id", 3)], max_version=1)
    _, _, all_, _ = ten.get_range("orders", "BACKWARD", TO_END, FROM_START, max_version=1)

    assert ids(up) == [3, 4, 5]
    assert ids(down) == [6, 5, 4]
    assert ids(all_) == list(range(10, 0, -1))


@pytest.mark.parametrize(
    ("direction", "start", "end"),
    [("FORWARD", FROM_START, TO_END), ("BACKWARD", TO_END, FROM_START)],
)
def test_a_range_is_read_page_by_page(ten: OTSClient, direction: str, start: Any, end: Any) -> None:
    pages = []
    while start is not None:
        _, start, rows, _ = ten.get_range("orders", direction, start, end, limit=4, max_version=1)
        pages.append(len(rows))

    assert pages == [4, 4, 2]


def test_a_page_that_ends_with_the_range_has_no_next(ten: OTSClient) -> None:
    _, following, rows, _ = ten.get_range(
        "orders", "FORWARD", FROM_START, TO_END, limit=10, max_version=1
    )

    assert (following, len(rows)) == (None, 10)


def test_the_limit_counts_the_rows_that_pass_the_filter(ten: OTSClient) -> None:
    even = single("even", True, ComparatorType.EQUAL)
    _, following, rows, _ = ten.get_range(
        "orders", "FORWARD", FROM_START, TO_END, limit=3, column_filter=even, max_version=1
    )

    assert ids(rows) == [2, 4, 6]
    assert following == [("id", 7)]


def test_a_page_holds_5000_rows(shop: Instance, orders: OTSClient) -> None:
    for number in range(5001):
        shop.tables["orders"].put({"id": number}, {"a": 1})

    _, following, rows, _ = orders.get_range("orders", "FORWARD", FROM_START, TO_END, max_version=1)

    assert (following, len(rows)) == ([("id", 5000)], 5000)


def test_a_page_holds_4_mb(shop: Instance, orders: OTSClient) -> None:
    for number in range(6):
        shop.tables["orders"].put({"id": number}, {"a": "x" * 1024 * 1024})

    _, following, rows, _ = orders.get_range("orders", "FORWARD", FROM_START, TO_END, max_version=1)

    assert (following, len(rows)) == ([("id", 4)], 4)


def test_keys_of_several_columns_are_in_their_order(client: OTSClient) -> None:
    client.create_table(
        TableMeta("t", [("a", "STRING"), ("b", "INTEGER")]), TableOptions(), NO_THROUGHPUT
    )
    keys = [("x", 2), ("x", 10), ("é", 1), ("a", 5), ("x", -1)]
    for a, b in keys:
        client.put_row("t", Row([("a", a), ("b", b)], [("c", 1)]), ALWAYS)

    _, _, of_x, _ = client.get_range(
        "t", "FORWARD", [("a", "x"), ("b", INF_MIN)], [("a", "x"), ("b", INF_MAX)], max_version=1
    )
    _, _, rows, _ = client.get_range(
        "t", "FORWARD", [("a", INF_MIN), ("b", INF_MIN)], [("a", INF_MAX), ("b", INF_MAX)],
        max_version=1,
    )  # fmt: skip

    assert [row.primary_key[1][1] for row in of_x] == [-1, 2, 10]
    assert [(row.primary_key[0][1], row.primary_key[1][1]) for row in rows] == sorted(keys)


@pytest.mark.parametrize(
    ("direction", "start", "end", "limit", "message"),
    [
        ("FORWARD", 5, 5, None, "Begin key must less than end key in FORWARD"),
        ("BACKWARD", 3, 5, None, "Begin key must more than end key in BACKWARD"),
        ("FORWARD", 1, 5, 0, "The limit must be greater than 0."),
    ],
)
def test_a_range_that_cannot_be_is_refused(
    ten: OTSClient, direction: str, start: int, end: int, limit: int | None, message: str
) -> None:
    with pytest.raises(OTSServiceError) as caught:
        ten.get_range(
            "orders", direction, [("id", start)], [("id", end)], limit=limit, max_version=1
        )

    assert (caught.value.code, caught.value.message) == ("OTSParameterInvalid", message)


# Batches


def test_many_rows_are_written_and_read_at_once(client: OTSClient) -> None:
    table_of_orders(client)
    table_of_orders(client, "stock")
    put(client, 2, a=2)
    put(client, 3, a=3)
    writes = BatchWriteRowRequest()
    writes.add(
        TableInBatchWriteRowItem(
            "orders",
            [
                PutRowItem(Row(ONE, [("a", 1)]), ALWAYS),
                UpdateRowItem(Row([("id", 2)], {"PUT": [("b", 2)]}), ALWAYS),
                DeleteRowItem(Row([("id", 3)]), ALWAYS),
                PutRowItem(
                    Row([("id", 2)], []), Condition(RowExistenceExpectation.EXPECT_NOT_EXIST)
                ),
            ],
        )
    )
    writes.add(TableInBatchWriteRowItem("stock", [PutRowItem(Row(ONE, [("n", 9)]), ALWAYS)]))
    writes.add(TableInBatchWriteRowItem("none", [PutRowItem(Row(ONE, [("n", 9)]), ALWAYS)]))
    reads = BatchGetRowRequest()
    reads.add(TableInBatchGetRowItem("orders", [[("id", n)] for n in (1, 2, 3)], max_version=1))
    reads.add(TableInBatchGetRowItem("stock", [ONE, [("no", 1)]], max_version=1))

    written = client.batch_write_row(writes)
    read = client.batch_get_row(reads)

    assert [item.is_ok for item in written.table_of_put["orders"]] == [True, False]
    assert written.table_of_put["orders"][1].error_code == "OTSConditionCheckFail"
    assert written.table_of_put["stock"][0].is_ok
    assert written.table_of_put["none"][0].error_code == "OTSObjectNotExist"
    assert [columns_of(item.row) for item in read.get_result_by_table("orders")] == [
        {"a": 1},
        {"a": 2, "b": 2},
        None,
    ]
    assert [item.error_code for item in read.get_result_by_table("stock")] == [None, "OTSInvalidPK"]


def test_a_batch_has_a_limit(orders: OTSClient) -> None:
    reads = BatchGetRowRequest()
    reads.add(TableInBatchGetRowItem("orders", [[("id", n)] for n in range(101)], max_version=1))
    writes = BatchWriteRowRequest()
    writes.add(
        TableInBatchWriteRowItem(
            "orders", [PutRowItem(Row([("id", n)], [("a", 1)]), ALWAYS) for n in range(201)]
        )
    )

    with pytest.raises(OTSServiceError) as too_many_reads:
        orders.batch_get_row(reads)
    with pytest.raises(OTSServiceError) as too_many_writes:
        orders.batch_write_row(writes)
    with pytest.raises(OTSServiceError) as nothing:
        orders.batch_get_row(BatchGetRowRequest())

    assert too_many_reads.value.message == "Rows count exceeds the upper limit: 100."
    assert too_many_writes.value.message == "Rows count exceeds the upper limit: 200."
    assert nothing.value.message == "No row specified in the request of BatchGetRow."


# Transactions


def test_a_transaction_is_seen_when_it_is_committed(orders: OTSClient) -> None:
    put(orders, 1, a=1)
    transaction = orders.start_local_transaction("orders", ONE)
    orders.update_row("orders", Row(ONE, {"PUT": [("a", 2)]}), ALWAYS, transaction_id=transaction)
    outside = got(orders, 1)
    inside = got(orders, 1, transaction_id=transaction)
    orders.commit_transaction(transaction)

    assert (outside, inside) == ({"a": 1}, {"a": 2})
    assert got(orders, 1) == {"a": 2}


def test_an_aborted_transaction_changed_nothing(orders: OTSClient) -> None:
    put(orders, 1, a=1)
    transaction = orders.start_local_transaction("orders", ONE)
    orders.delete_row("orders", Row(ONE), ALWAYS, transaction_id=transaction)
    orders.abort_transaction(transaction)

    assert got(orders, 1) == {"a": 1}
    with pytest.raises(OTSServiceError, match="Session not exist or may be timeout"):
        orders.commit_transaction(transaction)


def test_a_transaction_holds_its_partition_for_a_minute(
    ramsts: FakeCloud, orders: OTSClient
) -> None:
    transaction = orders.start_local_transaction("orders", ONE)
    with ramsts.clock.without_waiting(), pytest.raises(OTSServiceError) as caught:
        put(orders, 1, a=1)  # which the SDK repeats for a while

    ramsts.clock.advance(minutes=1)
    put(orders, 1, a=1)

    assert caught.value.code == "OTSRowOperationConflict"
    with pytest.raises(OTSServiceError, match="OTSSessionNotExist"):
        orders.commit_transaction(transaction)


# Around it


def test_calls_are_found_by_the_name_of_the_service_and_of_its_actions(
    ramsts: FakeCloud, orders: OTSClient
) -> None:
    put(orders, 1, a=1)

    assert len(ramsts.calls.of("ots")) == len(ramsts.calls.of("tablestore")) == 2
    assert len(ramsts.calls.of("ots:PutRow")) == 1


def test_a_counter_that_many_threads_share_loses_nothing(orders: OTSClient) -> None:
    def count(_: int) -> None:
        orders.update_row("orders", Row(ONE, {"INCREMENT": [("n", 1)]}), ALWAYS)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(count, range(100)))
    finally:
        sys.setswitchinterval(interval)

    assert got(orders, 1) == {"n": 100}


def test_another_process_reaches_the_same_rows_through_a_port(
    ramsts: FakeCloud, ramsts_server: Server, orders: OTSClient
) -> None:
    key = ramsts.admin_key
    other = OTSClient(ramsts_server.url("tablestore"), key.id, key.secret, "shop")
    put(orders, 1, a=1)

    assert got(other, 1) == {"a": 1}
    with pytest.raises(OTSServiceError, match="OTSObjectNotExist"):
        other.describe_table("none")
