"""The asynchronous client of Table Store: the same answers, by another way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from tablestore import AsyncOTSClient, OTSServiceError, Row, TableMeta, TableOptions

from pytest_ramsts import FakeCloud
from pytest_ramsts.services.tablestore import Instance

from ..services.tablestore.clients import (  # noqa: TID252 - how they are made is said once
    ALWAYS,
    FROM_START,
    NO_THROUGHPUT,
    TO_END,
    Credentials,
    columns_of,
)

Use = Callable[[AsyncOTSClient], Awaitable[None]]


@pytest.fixture
def shop(ramsts: FakeCloud) -> Instance:
    instance: Instance = ramsts.state("tablestore").create_instance("shop", ramsts.account)
    return instance


def used(credentials: Credentials, shop: Instance, use: Use, region: str | None = None) -> None:
    async def run() -> None:
        async with AsyncOTSClient(
            shop.endpoint,
            credentials.id,
            credentials.secret,
            shop.name,
            sts_token=credentials.security_token or None,
            region=region,
        ) as client:
            await use(client)

    asyncio.run(run())


@pytest.mark.parametrize("region", [None, "cn-hangzhou"], ids=["V2", "V4"])
def test_tables_and_rows(ramsts: FakeCloud, shop: Instance, region: str | None) -> None:
    async def use(client: AsyncOTSClient) -> None:
        await client.create_table(
            TableMeta("orders", [("id", "INTEGER")]), TableOptions(), NO_THROUGHPUT
        )
        await asyncio.gather(
            *(
                client.put_row("orders", Row([("id", number)], [("n", number)]), ALWAYS)
                for number in range(20)
            )
        )
        _, row, _ = await client.get_row("orders", [("id", 7)], max_version=1)
        _, _, rows, _ = await client.get_range(
            "orders", "FORWARD", FROM_START, TO_END, max_version=1
        )

        assert columns_of(row) == {"n": 7}
        assert [row.primary_key for row in rows] == [[("id", number)] for number in range(20)]

    used(ramsts.admin_key, shop, use, region)


def test_a_refusal(ramsts: FakeCloud, shop: Instance) -> None:
    async def use(client: AsyncOTSClient) -> None:
        with pytest.raises(OTSServiceError) as caught:
            await client.list_table()
        assert (caught.value.http_status, caught.value.code) == (403, "OTSNoPermissionAccess")

    used(ramsts.account.create_user("eve").access_key, shop, use)


def test_temporary_credentials_expire(ramsts: FakeCloud, shop: Instance) -> None:
    role = ramsts.account.create_role("reader", policies=["AliyunOTSReadOnlyAccess"])

    async def use(client: AsyncOTSClient) -> None:
        before = await client.list_table()
        ramsts.clock.advance(hours=1, seconds=1)
        with pytest.raises(OTSServiceError, match="The security token has expired"):
            await client.list_table()
        assert before == ()

    used(role.assume(), shop, use)
