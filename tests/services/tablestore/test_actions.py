"""The map of Table Store: every operation asks for exactly its action on exactly its resource."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from pytest_ramsts import FakeCloud, Policy, allow
from pytest_ramsts.services.tablestore import Instance, tablestore
from pytest_ramsts.services.tablestore.wire import messages as said
from pytest_ramsts.services.tablestore.wire.plainbuffer import Bound, Cell, PlainRow
from pytest_ramsts.services.tablestore.wire.protobuf import Message
from pytest_ramsts.wire import Response

from .clients import signed

ORDERS, STOCK = "instance/shop/table/orders", "instance/shop/table/stock"
EVERY_TABLE, SHOP = "instance/shop/table/*", "instance/shop"

KEY = PlainRow((("id", 1),))
ALWAYS = said.Condition(row_existence=said.Existence.IGNORE)
NAMED = said.NamesTable(table_name="orders")
INDEX = said.IndexMeta(name="i", primary_key=["a"], index_update_mode=0, index_type=0)


@dataclass(frozen=True)
class Case:
    operation: str
    on: tuple[str, ...]
    body: bytes = b""
    path: str = ""
    json: bool = False

    @property
    def action(self) -> str:
        return f"ots:{self.operation}"


def case(operation: str, message: Message, *on: str) -> Case:
    return Case(operation, on, message.encode())


WITH_ROWS = [
    case(
        "CreateTable",
        said.CreateTable(
            table_meta=said.TableMeta(table_name="orders"),
            reserved_throughput=said.ReservedThroughput(capacity_unit=said.CapacityUnit()),
        ),
        ORDERS,
    ),
    case("UpdateTable", said.UpdateTable(table_name="orders"), ORDERS),
    case("DescribeTable", NAMED, ORDERS),
    case("DeleteTable", NAMED, ORDERS),
    case("ListTable", said.Nothing(), EVERY_TABLE),
    case("CreateIndex", said.CreateIndex(main_table_name="orders", index_meta=INDEX), ORDERS),
    case("DropIndex", said.DropIndex(main_table_name="orders", index_name="i"), ORDERS),
    case("GetRow", said.GetRow(table_name="orders", primary_key=KEY, max_versions=1), ORDERS),
    case("PutRow", said.PutRow(table_name="orders", row=KEY, condition=ALWAYS), ORDERS),
    case(
        "UpdateRow",
        said.UpdateRow(
            table_name="orders", row_change=PlainRow(KEY.key, (Cell("a", 1),)), condition=ALWAYS
        ),
        ORDERS,
    ),
    case(
        "DeleteRow",
        said.DeleteRow(
            table_name="orders", primary_key=PlainRow(KEY.key, deleted=True), condition=ALWAYS
        ),
        ORDERS,
    ),
    case(
        "GetRange",
        said.GetRange(
            table_name="orders",
            direction=said.Direction.FORWARD,
            max_versions=1,
            inclusive_start_primary_key=PlainRow((("id", Bound.LOWEST),)),
            exclusive_end_primary_key=PlainRow((("id", Bound.HIGHEST),)),
        ),
        ORDERS,
    ),
    case(
        "BatchGetRow",
        said.BatchGetRow(
            tables=[
                said.RowsToGet(table_name=name, primary_key=[KEY], max_versions=1)
                for name in ("orders", "stock")
            ]
        ),
        ORDERS,
        STOCK,
    ),
    case(
        "BatchWriteRow",
        said.BatchWriteRow(
            tables=[
                said.RowsToWrite(
                    table_name=name,
                    rows=[
                        said.RowToWrite(type=said.WriteType.PUT, row_change=KEY, condition=ALWAYS)
                    ],
                )
                for name in ("orders", "stock")
            ]
        ),
        ORDERS,
        STOCK,
    ),
    case("StartLocalTransaction", said.StartLocalTransaction(table_name="orders", key=KEY), ORDERS),
    case("CommitTransaction", said.OfTransaction(transaction_id="ours"), ORDERS),
    case("AbortTransaction", said.OfTransaction(transaction_id="ours"), ORDERS),
]

DONE_HERE = {case.operation for case in WITH_ROWS}
"""What does something; the rest answers what it is told to."""

ON_A_TABLE = [
    case(operation, NAMED, ORDERS)
    for operation in (
        "ComputeSplitPointsBySize",
        "ComputeSplits",
        "CreateSearchIndex",
        "DeleteSearchIndex",
        "DescribeSearchIndex",
        "ListSearchIndex",
        "ListStream",
        "ParallelScan",
        "Search",
        "UpdateSearchIndex",
        "DeleteTimeseriesMeta",
        "DeleteTimeseriesTable",
        "DescribeTimeseriesTable",
        "GetTimeseriesData",
        "PutTimeseriesData",
        "QueryTimeseriesMeta",
        "UpdateTimeseriesMeta",
        "UpdateTimeseriesTable",
    )
] + [
    case(
        "CreateTimeseriesTable",
        said.CreateTable(
            table_meta=said.TableMeta(table_name="orders"),
            reserved_throughput=said.ReservedThroughput(capacity_unit=said.CapacityUnit()),
        ),
        ORDERS,
    ),
    case("SQLQuery", said.SqlQuery(query="SELECT * FROM `orders` WHERE id = 1"), ORDERS),
]

ON_EVERY_TABLE = [
    case(operation, said.Nothing(), EVERY_TABLE)
    for operation in (
        "ListTimeseriesTable",
        "DescribeStream",
        "GetShardIterator",
        "GetStreamRecord",
    )
]

ON_THE_INSTANCE = [
    Case(operation, (SHOP,), b"{}", json=True)
    for operation in sorted(tablestore.operations)
    if any(word in operation for word in ("Knowledge", "Document", "Chunk", "Retrieve", "Memor"))
] + [
    Case("CreateTunnel", (SHOP,), path="/tunnel/create"),
    Case("DeleteTunnel", (SHOP,), path="/tunnel/delete"),
    Case("ListTunnel", (SHOP,), path="/tunnel/list"),
    Case("DescribeTunnel", (SHOP,), path="/tunnel/describe"),
    Case("ConsumeTunnel", (SHOP,), path="/tunnel/readrecords"),
]

CASES = [*WITH_ROWS, *ON_A_TABLE, *ON_EVERY_TABLE, *ON_THE_INSTANCE]


@pytest.fixture
def shop(ramsts: FakeCloud) -> Instance:
    instance: Instance = ramsts.state("tablestore").create_instance("shop", ramsts.account)
    for name in ("orders", "stock"):
        instance.create_table(name, {"id": "INTEGER"})
    transaction = instance.start_transaction("orders", KEY)
    instance.transactions["ours"] = instance.transactions.pop(transaction.id)
    return instance


def asked(cloud: FakeCloud, shop: Instance, case: Case, *policies: Policy) -> Response:
    """The answer to somebody who has these policies, and no others."""
    if case.operation not in DONE_HERE:
        cloud.reply(case.action, {} if case.json else Response(200))
    user = cloud.account.create_user(policies=policies)
    return cloud.handle(
        signed(
            user.access_key,
            shop,
            case.path or f"/{case.operation}",
            case.body,
            content_type="application/json" if case.json else "",
        )
    )


def may(case: Case, *tails: str, action: str = "") -> Policy:
    return Policy(allow(action or case.action, on=[f"acs:ots:*:*:{tail}" for tail in tails]))


def test_every_operation_has_a_case() -> None:
    assert sorted(case.operation for case in CASES) == sorted(tablestore.operations)


@pytest.mark.parametrize("case", CASES, ids=[case.operation for case in CASES])
def test_an_operation_asks_for_its_action_on_its_resources(
    ramsts: FakeCloud, shop: Instance, case: Case
) -> None:
    asked(ramsts, shop, case, may(case, *case.on))
    call = ramsts.calls.last

    assert not call.denied
    assert call.action == case.action
    assert call.resources == tuple(
        f"acs:ots:cn-hangzhou:{ramsts.account.id}:{tail}" for tail in case.on
    )


@pytest.mark.parametrize("case", CASES, ids=[case.operation for case in CASES])
def test_without_exactly_that_an_operation_is_refused(
    ramsts: FakeCloud, shop: Instance, case: Case
) -> None:
    others = {
        "nothing": [],
        "another action": [may(case, *case.on, action="ots:SomethingElse")],
        "another instance": [may(case, *(tail.replace("shop", "shed") for tail in case.on))],
        "another resource": [
            may(case, SHOP if case.on[0] != SHOP else f"{SHOP}/table/*"),
        ],
        "one of several": [may(case, *case.on[1:])] if len(case.on) > 1 else [],
    }
    code = "OTSPermissionDenied" if case.path else "OTSNoPermissionAccess"

    for policies in others.values():
        response = asked(ramsts, shop, case, *policies)
        assert (response.status, ramsts.calls.last.code) == (403, code)
        assert ramsts.calls.last.denied
        if case.json:
            assert json.loads(response.body)["code"] == code
        else:
            assert said.Error.decode(response.body).code == code


@pytest.mark.parametrize("case", CASES, ids=[case.operation for case in CASES])
def test_a_wider_resource_grants_it_too(ramsts: FakeCloud, shop: Instance, case: Case) -> None:
    for tail in ("*", "instance/*", "instance/shop*", "instance/s?op*"):
        asked(ramsts, shop, case, may(case, tail))

    assert not ramsts.calls.denied


def test_what_may_be_done_to_one_table_may_not_to_another(
    ramsts: FakeCloud, shop: Instance
) -> None:
    stock = case("DescribeTable", said.NamesTable(table_name="stock"), STOCK)
    asked(ramsts, shop, stock, may(stock, ORDERS))
    refused = ramsts.calls.last.denied
    asked(ramsts, shop, stock, may(stock, STOCK))

    assert (refused, ramsts.calls.last.denied) == (True, False)


@pytest.mark.parametrize(
    ("statement", "tail"),
    [
        ("select * from orders", ORDERS),
        ("INSERT INTO stock VALUES (1)", STOCK),
        ("CREATE TABLE IF NOT EXISTS `orders` (id BIGINT)", ORDERS),
        ("DESCRIBE orders", ORDERS),
        ("SHOW TABLES", EVERY_TABLE),
    ],
)
def test_a_statement_is_about_the_table_it_names(
    ramsts: FakeCloud, shop: Instance, statement: str, tail: str
) -> None:
    case = Case("SQLQuery", (tail,), said.SqlQuery(query=statement).encode())
    asked(ramsts, shop, case, may(case, tail, action="ots:SQL*"))

    assert not ramsts.calls.last.denied
    assert ramsts.calls.last.resources[0].endswith(tail)


@pytest.mark.parametrize("operation", ["CommitTransaction", "AbortTransaction"])
def test_an_unknown_transaction_is_not_told_to_who_may_not(
    ramsts: FakeCloud, shop: Instance, operation: str
) -> None:
    case = Case(operation, (EVERY_TABLE,), said.OfTransaction(transaction_id="another").encode())
    asked(ramsts, shop, case, may(case, ORDERS))
    refused = ramsts.calls.last.code
    asked(ramsts, shop, case, may(case, EVERY_TABLE))

    assert (refused, ramsts.calls.last.code) == ("OTSNoPermissionAccess", "OTSSessionNotExist")


def test_conditions_of_a_request_are_looked_at(ramsts: FakeCloud, shop: Instance) -> None:
    def from_(address: str) -> Policy:
        document: Any = {
            "Version": "1",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "ots:DescribeTable",
                    "Resource": "*",
                    "Condition": {"IpAddress": {"acs:SourceIp": address}},
                }
            ],
        }
        return Policy.parse(document)

    case = Case("DescribeTable", (ORDERS,), NAMED.encode())

    assert asked(ramsts, shop, case, from_("203.0.113.0/24")).status == 200
    assert asked(ramsts, shop, case, from_("198.51.100.0/24")).status == 403


def test_the_region_of_the_host_is_in_the_arn(ramsts: FakeCloud) -> None:
    shop = ramsts.state("tablestore").create_instance("shop", ramsts.account, region="cn-shanghai")
    case = Case("ListTable", (EVERY_TABLE,))

    asked(ramsts, shop, case, Policy(allow("ots:*", on="acs:ots:cn-shanghai:*:*")))
    there = ramsts.calls.last.denied
    asked(ramsts, shop, case, Policy(allow("ots:*", on="acs:ots:cn-hangzhou:*:*")))

    assert (there, ramsts.calls.last.denied) == (False, True)


def test_the_name_of_an_instance_is_in_lower_case(ramsts: FakeCloud) -> None:
    shop = ramsts.state("tablestore").create_instance("ShOp", ramsts.account)
    case = Case("ListTable", (EVERY_TABLE,))

    asked(ramsts, shop, case, may(case, EVERY_TABLE))

    assert shop.name == "shop"
    assert not ramsts.calls.last.denied
