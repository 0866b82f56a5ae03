"""What a test arranges: instances and tables, with plain values."""

from __future__ import annotations

import pytest

from pytest_ramsts import ApiError, FakeCloud, RamstsError
from pytest_ramsts.services.tablestore import Instance, Table


@pytest.fixture
def shop(ramsts: FakeCloud) -> Instance:
    instance: Instance = ramsts.state("tablestore").create_instance("shop", ramsts.account)
    return instance


@pytest.fixture
def orders(shop: Instance) -> Table:
    return shop.create_table("orders", {"id": "INTEGER"}, max_versions=2)


def test_rows_are_arranged_and_looked_at(orders: Table) -> None:
    orders.put({"id": 2}, {"title": "rug", "price": 9.5})
    orders.put({"id": 1}, {"title": "lamp"})
    orders.put({"id": 3})
    orders.delete({"id": 3})
    orders.delete({"id": 4})

    assert orders.get({"id": 2}) == {"title": "rug", "price": 9.5}
    assert orders.get({"id": 9}) is None
    assert orders.rows == [{"id": 1, "title": "lamp"}, {"id": 2, "title": "rug", "price": 9.5}]


def test_what_a_test_arranges_is_not_judged_or_recorded(ramsts: FakeCloud, orders: Table) -> None:
    orders.put({"id": 1})

    assert not ramsts.calls


def test_the_python_api_fails_as_the_wire_does(shop: Instance, orders: Table) -> None:
    for wrong, code in (
        (lambda: shop.create_table("orders", {"id": "INTEGER"}), "OTSObjectAlreadyExist"),
        (lambda: shop.table("none"), "OTSObjectNotExist"),
        (lambda: orders.put({"id": "one"}), "OTSInvalidPK"),
        (lambda: orders.get({"name": 1}), "OTSInvalidPK"),
        (lambda: orders.put({"id": 1}, {"a-b": 1}), "OTSParameterInvalid"),
        (lambda: shop.create_table("t", {}), "OTSParameterInvalid"),
    ):
        with pytest.raises(ApiError) as caught:
            wrong()
        assert caught.value.code == code


def test_a_type_that_does_not_exist_is_told_with_those_that_do(shop: Instance) -> None:
    with pytest.raises(RamstsError, match="INTEGER, STRING, BINARY, BOOLEAN"):
        shop.create_table("t", {"id": "NUMBER"})


def test_a_counting_column_is_written_with_its_option(shop: Instance) -> None:
    table = shop.create_table("log", {"who": "STRING", "n": "INTEGER AUTO_INCREMENT"})

    assert [column.option is not None for column in table.key.columns] == [False, True]


@pytest.mark.parametrize("name", ["ab", "1st", "a_b", "ends-", "x" * 17])
def test_an_instance_has_a_proper_name(ramsts: FakeCloud, name: str) -> None:
    with pytest.raises(ApiError, match="Invalid instance name"):
        ramsts.state("tablestore").create_instance(name, ramsts.account)


def test_a_name_is_taken_in_its_region_only(ramsts: FakeCloud, shop: Instance) -> None:
    store = ramsts.state("tablestore")
    other = store.create_instance("shop", ramsts.account, region="cn-shanghai")

    with pytest.raises(ApiError, match=r"EntityAlreadyExists\.Instance"):
        store.create_instance("Shop", ramsts.create_account())

    assert shop.arn == f"acs:ots:cn-hangzhou:{ramsts.account.id}:instance/shop"
    assert other.endpoint == "https://shop.cn-shanghai.ots.aliyuncs.com"


def test_an_instance_holds_64_tables(shop: Instance) -> None:
    for number in range(64):
        shop.create_table(f"t{number}", {"id": "INTEGER"})

    with pytest.raises(ApiError, match="OTSQuotaExhausted"):
        shop.create_table("one_more", {"id": "INTEGER"})


def test_two_clouds_share_nothing() -> None:
    with FakeCloud() as one, FakeCloud() as other:
        one.state("tablestore").create_instance("shop", one.account)

        assert not other.state("tablestore").instances
