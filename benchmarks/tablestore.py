"""What a fake Table Store adds to the cost of its SDK.

Run it with `python -m benchmarks.tablestore`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from unittest.mock import patch

from tablestore import INF_MAX, INF_MIN, Condition, OTSClient, Row, RowExistenceExpectation
from urllib3.connectionpool import HTTPConnectionPool

from benchmarks.measure import Case, figure, interleaved, row
from pytest_ramsts import FakeCloud

ADDED = 400
"""Microseconds that a call may cost beside what the client itself costs."""

KB = "x" * 1024
ALWAYS = Condition(RowExistenceExpectation.IGNORE)


def main() -> None:
    for section in (calls, pages):
        for line in section():
            print(line)


def calls() -> Iterator[str]:
    """The SDK through the cloud, and the SDK handed a ready answer, in turn."""
    with FakeCloud() as cloud:
        client = ots_client(cloud)
        client_key = [("id", 1)]
        asked = {
            "PutRow of 1 KB": partial(
                client.put_row, "orders", Row(client_key, [("a", KB)]), ALWAYS
            ),
            "GetRow of 1 KB": partial(client.get_row, "orders", client_key, max_version=1),
            "PutRow of 10 columns": partial(
                client.put_row,
                "orders",
                Row([("id", 2)], [(f"c{number}", number) for number in range(10)]),
                ALWAYS,
            ),
            "GetRow of 10 columns": partial(client.get_row, "orders", [("id", 2)], max_version=1),
        }
        for name, call in asked.items():
            times = interleaved(
                {
                    "alone": Case(call, partial(canned, call)),
                    "cloud": Case(call),
                },
                rounds=300,
            )
            yield row(f"{name}, added to the SDK", times["cloud"] - times["alone"], ADDED, "µs")
            yield figure(f"{name}, all of it", times["cloud"])


def pages() -> Iterator[str]:
    """A page costs the page, not the table."""
    with FakeCloud() as cloud:
        client = ots_client(cloud)
        shop = cloud.state("tablestore").instances["cn-hangzhou", "shop"]
        cases = {}
        for count in (100, 100_000):
            table = shop.create_table(f"t{count}", {"id": "INTEGER"})
            for number in range(count):
                table.put({"id": number}, {"a": number})
            cases[table.name] = Case(partial(first_page, client, table.name))
        times = interleaved(cases, rounds=100)
    yield row(
        "GetRange of 10 rows, of 100,000 against of 100", times["t100000"] / times["t100"], 1.5
    )
    yield figure("GetRange of 10 rows, all of it", times["t100"])


def first_page(client: OTSClient, table: str) -> object:
    return client.get_range(
        table, "FORWARD", [("id", INF_MIN)], [("id", INF_MAX)], limit=10, max_version=1
    )


def ots_client(cloud: FakeCloud) -> OTSClient:
    shop = cloud.state("tablestore").create_instance("shop", cloud.account)
    shop.create_table("orders", {"id": "INTEGER"})
    key = cloud.account.create_user("ben", policies=["AliyunOTSFullAccess"]).access_key
    return OTSClient(shop.endpoint, key.id, key.secret, "shop")


def canned(call: Callable[[], object]) -> Any:
    """A block in which the same request gets the answer it just got, at once.

    Its signature is of the same headers, so that the SDK takes it.
    """
    answers: list[Any] = []
    real = HTTPConnectionPool.urlopen

    def record(*args: Any, **options: Any) -> Any:
        answers.append(real(*args, **options))
        return answers[0]

    with patch.object(HTTPConnectionPool, "urlopen", record):
        call()
    return patch.object(HTTPConnectionPool, "urlopen", lambda *_, **__: answers[0])


if __name__ == "__main__":
    main()
