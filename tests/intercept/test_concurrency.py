"""Threads, loops and pools that were there before: one cloud answers them all, and blocks none."""

from __future__ import annotations

import asyncio
import http.client
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import aiohttp
import anyio
import httpx
import pytest
import requests
import urllib3
from aliyunsdkcore.vendored import requests as vendored

from pytest_ramsts import FakeCloud

from .clients import CLIENTS, created
from .signing import SignedCall, signed
from .tripwire import Tripwire


@pytest.fixture(autouse=True)
def tripwire() -> Iterator[None]:
    with Tripwire() as wire:
        yield
    assert wire.tripped == []


def identity(cloud: FakeCloud) -> SignedCall:
    return signed(
        cloud.admin_key, "GetCallerIdentity", host="sts.aliyuncs.com", version="2015-04-01"
    )


def test_sessions_and_pools_that_were_made_before_are_caught_and_stay_usable() -> None:
    with (
        requests.Session() as by_requests,
        vendored.Session() as by_vendored,
        urllib3.PoolManager() as by_urllib3,
        httpx.Client() as by_httpx,
    ):
        by_http_client = http.client.HTTPSConnection("sts.aliyuncs.com")
        for _ in range(2):
            with FakeCloud() as cloud:
                call = identity(cloud)
                for session in (by_requests, by_vendored):
                    call = identity(cloud)
                    got = session.post(call.url, headers=call.headers)
                    assert got.json()["IdentityType"] == "Account"
                call = identity(cloud)
                pooled = by_urllib3.request("POST", call.url, headers=call.headers)
                assert pooled.json()["IdentityType"] == "Account"
                call = identity(cloud)
                assert by_httpx.post(call.url, headers=call.headers).is_success
                call = identity(cloud)
                by_http_client.request("POST", call.target, headers=call.headers)
                assert b"Account" in by_http_client.getresponse().read()
                assert len(cloud.calls.allowed) == 5


def test_async_sessions_that_were_made_before_are_caught() -> None:
    async def run() -> None:
        async with aiohttp.ClientSession() as by_aiohttp, httpx.AsyncClient() as by_httpx:
            for _ in range(2):
                with FakeCloud() as cloud:
                    call = identity(cloud)
                    async with by_aiohttp.post(call.url, headers=call.headers) as got:
                        assert got.status == 200
                    call = identity(cloud)
                    assert (await by_httpx.post(call.url, headers=call.headers)).is_success

    asyncio.run(run())


@pytest.mark.parametrize("name", CLIENTS)
def test_many_threads_at_once_each_get_their_answer(name: str) -> None:
    client = CLIENTS[name]
    with FakeCloud() as cloud, ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda number: created(cloud, client, "POST", "bytes", f"user-{number}"), range(24)
            )
        )

        assert [answer.json()["User"]["UserName"] for answer in answers] == [
            f"user-{number}" for number in range(24)
        ]
        assert sorted(call.number for call in cloud.calls) == list(range(1, 25))


def test_many_tasks_at_once_each_get_their_answer() -> None:
    async def call(session: aiohttp.ClientSession, cloud: FakeCloud) -> int:
        made = identity(cloud)
        async with session.post(made.url, headers=made.headers) as got:
            return got.status

    async def run(cloud: FakeCloud) -> list[int]:
        async with aiohttp.ClientSession() as session:
            return await asyncio.gather(*(call(session, cloud) for _ in range(100)))

    with FakeCloud() as cloud:
        assert asyncio.run(run(cloud)) == [200] * 100


@pytest.mark.parametrize("library", ["aiohttp", "httpx"])
def test_a_row_of_calls_lets_the_loop_turn(library: str) -> None:
    """Without it, nothing else would get its turn before the last call is done."""

    async def run(cloud: FakeCloud) -> int:
        turns = 0

        async def count() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        counting = asyncio.create_task(count())
        async with aiohttp.ClientSession() as by_aiohttp, httpx.AsyncClient() as by_httpx:
            for _ in range(20):
                call = identity(cloud)
                if library == "aiohttp":
                    async with by_aiohttp.post(call.url, headers=call.headers) as got:
                        await got.read()
                else:
                    await by_httpx.post(call.url, headers=call.headers)
        counting.cancel()
        return turns

    with FakeCloud() as cloud:
        assert asyncio.run(run(cloud)) >= 20


def test_calls_from_asyncio_to_thread_are_caught() -> None:
    async def run(cloud: FakeCloud) -> list[int]:
        def call() -> int:
            made = identity(cloud)
            return requests.post(made.url, headers=made.headers, timeout=5).status_code

        return await asyncio.gather(*(asyncio.to_thread(call) for _ in range(20)))

    with FakeCloud() as cloud:
        assert asyncio.run(run(cloud)) == [200] * 20


def test_calls_under_anyio_are_caught() -> None:
    async def run(cloud: FakeCloud) -> None:
        async with httpx.AsyncClient() as client, anyio.create_task_group() as group:
            for _ in range(10):
                call = identity(cloud)
                group.start_soon(partial(client.post, call.url, headers=call.headers))

    with FakeCloud() as cloud:
        anyio.run(run, cloud)

        assert len(cloud.calls.allowed) == 10


def test_a_reply_may_make_calls_of_its_own() -> None:
    with FakeCloud() as cloud:

        def reply(_: object) -> dict[str, object]:
            call = identity(cloud)
            got = requests.post(call.url, headers=call.headers, timeout=5).json()
            return {"User": {"UserName": got["IdentityType"]}}

        cloud.reply("ram:GetUser", reply)
        call = signed(cloud.admin_key, "GetUser", {"UserName": "any"})
        got = requests.post(call.url, headers=call.headers, timeout=5).json()

        assert got["User"]["UserName"] == "Account"
        assert len(cloud.calls) == 2


def test_replies_in_two_threads_do_not_wait_for_each_other() -> None:
    meeting = threading.Barrier(2, timeout=5)
    with FakeCloud() as cloud, ThreadPoolExecutor(2) as pool:

        def reply(_: object) -> dict[str, object]:
            meeting.wait()
            return {}

        cloud.reply("ram:GetUser", reply)

        def call(_: int) -> int:
            made = signed(cloud.admin_key, "GetUser", {"UserName": "any"})
            return requests.post(made.url, headers=made.headers, timeout=5).status_code

        started = time.perf_counter()

        assert list(pool.map(call, range(2))) == [200, 200]
        assert time.perf_counter() - started < 4


@pytest.mark.parametrize("name", CLIENTS)
def test_two_clouds_side_by_side_know_nothing_of_each_other(name: str) -> None:
    client = CLIENTS[name]
    with FakeCloud(seed=1) as outer:
        with FakeCloud(seed=2) as inner:
            assert created(inner, client, "POST", "bytes", "alice").status == 200
            foreign = created(outer, client, "POST", "bytes", "alice")
        assert created(outer, client, "POST", "bytes", "alice").status == 200

    assert foreign.json()["Code"] == "InvalidAccessKeyId.NotFound"
    assert len(inner.calls) == 2
    assert len(outer.calls) == 1


def test_clouds_may_end_in_any_order() -> None:
    before = requests.adapters.HTTPAdapter.send, httpx.HTTPTransport.handle_request
    first, second = FakeCloud(seed=1), FakeCloud(seed=2)
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    still = created(second, CLIENTS["httpx"], "POST", "bytes", "alice")
    second.__exit__(None, None, None)

    assert still.status == 200
    assert before == (requests.adapters.HTTPAdapter.send, httpx.HTTPTransport.handle_request)
