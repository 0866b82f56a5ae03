"""Chapter 12. The order table.

Anna may read and Ben may write: Olga said so in chapter 1. Here is the table they meant, in Table
Store, and Table Store's own SDK. It speaks protocol buffers instead of JSON, has its own signature,
signs its answers too, and says no in its own words. What RAM decides is the same.
"""

from __future__ import annotations

from typing import Any

import pytest
from alibabacloud_sts20150401.models import AssumeRoleRequest
from tablestore import (
    BatchGetRowRequest,
    Condition,
    OTSClient,
    OTSServiceError,
    Row,
    RowExistenceExpectation,
    TableInBatchGetRowItem,
)

from pytest_ramsts import Clock, FakeCloud, Policy, User, allow
from pytest_ramsts.services.tablestore import Instance

from .clients import sts_client

LAMP = [("title", "lamp"), ("price", 12.5)]


@pytest.fixture
def shop(ramsts: FakeCloud) -> Instance:
    """The instance and its table, as somebody made them in the console."""
    shop: Instance = ramsts.state("tablestore").create_instance("shop", ramsts.account)
    shop.create_table("orders", {"id": "INTEGER"})
    shop.create_table("customers", {"name": "STRING"})
    return shop


@pytest.fixture
def anna(ramsts: FakeCloud) -> User:
    return ramsts.account.create_user("anna", policies=["AliyunOTSReadOnlyAccess"])


@pytest.fixture
def ben(ramsts: FakeCloud) -> User:
    return ramsts.account.create_user("ben", policies=["AliyunOTSWriteOnlyAccess"])


def table_store(keys: Any, token: str | None = None) -> OTSClient:
    """A client as any application makes it."""
    return OTSClient(
        "https://shop.cn-hangzhou.ots.aliyuncs.com",
        getattr(keys, "access_key_id", None) or keys.id,
        getattr(keys, "access_key_secret", None) or keys.secret,
        "shop",
        sts_token=token,
    )


def order(client: OTSClient, number: int, columns: list[Any]) -> None:
    row = Row([("id", number)], columns)
    client.put_row("orders", row, Condition(RowExistenceExpectation.IGNORE))


def title(client: OTSClient, number: int) -> str | None:
    _, row, _ = client.get_row("orders", [("id", number)], max_version=1)
    return (
        None if row is None else {name: value for name, value, _ in row.attribute_columns}["title"]
    )


def test_ben_writes_what_anna_reads(shop: Instance, anna: User, ben: User) -> None:
    """Two keys, two rights, one table."""
    order(table_store(ben.access_key), 42, LAMP)

    assert title(table_store(anna.access_key), 42) == "lamp"
    assert shop.tables["orders"].rows == [{"id": 42, "price": 12.5, "title": "lamp"}]


def test_neither_does_the_others_work(
    ramsts: FakeCloud, shop: Instance, anna: User, ben: User
) -> None:
    """Table Store refuses with one sentence and does not say why. The fake cloud knows why."""
    with ramsts.denies("ots:PutRow", on=f"{shop.arn}/table/orders", by=anna) as denial:
        order(table_store(anna.access_key), 42, LAMP)
    with pytest.raises(OTSServiceError) as refused:
        title(table_store(ben.access_key), 42)

    assert (refused.value.http_status, refused.value.code) == (403, "OTSNoPermissionAccess")
    assert denial.reason == "ImplicitDeny"
    assert shop.tables["orders"].rows == []


def test_a_loan_ends_when_it_expires(
    ramsts: FakeCloud, ramsts_clock: Clock, shop: Instance
) -> None:
    """Carl borrows the right to read for a quarter of an hour. No longer."""
    shop.tables["orders"].put({"id": 42}, {"title": "lamp"})
    carl = ramsts.account.create_user("carl", policies=["AliyunSTSAssumeRoleAccess"])
    role = ramsts.account.create_role(
        "order-reader", trusted=carl, policies=["AliyunOTSReadOnlyAccess"]
    )
    with ramsts.acting_as(carl):
        loan = sts_client().assume_role(
            AssumeRoleRequest(role_arn=role.arn, role_session_name="carl", duration_seconds=900)
        )
    keys = loan.body.credentials
    client = table_store(keys, keys.security_token)

    in_time = title(client, 42)
    ramsts_clock.advance(minutes=15, seconds=1)
    with pytest.raises(OTSServiceError) as refused:
        title(client, 42)

    assert in_time == "lamp"
    assert refused.value.code == "OTSAuthFailed"
    assert len(ramsts.calls.by(role)) == 1


def test_a_right_that_is_withdrawn_is_gone_at_once(shop: Instance, ben: User) -> None:
    """The client stays the same, so does the key. The very next call fails."""
    client = table_store(ben.access_key)
    order(client, 1, LAMP)

    ben.detach_all()

    with pytest.raises(OTSServiceError):
        order(client, 2, LAMP)
    assert [row["id"] for row in shop.tables["orders"].rows] == [1]


def test_a_batch_is_refused_for_one_table(ramsts: FakeCloud, shop: Instance) -> None:
    """Dora may read the orders. A batch that also asks for customers gives her nothing at all."""
    shop.tables["orders"].put({"id": 42}, {"title": "lamp"})
    orders = f"{shop.arn}/table/orders"
    dora = ramsts.account.create_user("dora", policies=[Policy(allow("ots:*Get*", on=orders))])
    batch = BatchGetRowRequest()
    batch.add(TableInBatchGetRowItem("orders", [[("id", 42)]], max_version=1))
    batch.add(TableInBatchGetRowItem("customers", [[("name", "eve")]], max_version=1))

    client = table_store(dora.access_key)
    alone = title(client, 42)
    with ramsts.denies("ots:BatchGetRow", on=f"{shop.arn}/table/customers"):
        client.batch_get_row(batch)

    assert alone == "lamp"


@pytest.mark.usefixtures("shop")
def test_not_every_403_is_about_rights(ben: User) -> None:
    """An order is placed once. That it is there already is a 403 as well: the code tells."""
    client = table_store(ben.access_key)
    once = Condition(RowExistenceExpectation.EXPECT_NOT_EXIST)
    client.put_row("orders", Row([("id", 42)], LAMP), once)

    with pytest.raises(OTSServiceError) as refused:
        client.put_row("orders", Row([("id", 42)], LAMP), once)

    assert (refused.value.http_status, refused.value.code) == (403, "OTSConditionCheckFail")
