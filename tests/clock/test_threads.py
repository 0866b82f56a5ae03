"""Threads see the faked time, and nothing that waits waits for ever."""

from __future__ import annotations

import asyncio
import concurrent.futures
import multiprocessing.pool
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from alibabacloud_credentials.provider import RamRoleArnCredentialsProvider

from pytest_ramsts import FakeCloud
from pytest_ramsts.clock import Clock, EngineName

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC).timestamp()


@pytest.fixture(params=get_args(EngineName))
def frozen(request: pytest.FixtureRequest) -> Iterator[Clock]:
    with Clock(request.param) as clock:
        clock.freeze("2026-07-01T12:00:00Z")
        yield clock


def in_a_thread(ask: Callable[[], float]) -> float:
    answers: list[float] = []
    # Nothing stands between the thread and what it runs: that is where freezegun looks away.
    thread = threading.Thread(target=lambda: answers.append(ask()))
    thread.start()
    thread.join()
    return answers[0]


def bare_in_a_pool(ask: Callable[[], float]) -> float:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(ask).result()


def in_a_thread_of_asyncio(ask: Callable[[], float]) -> float:
    return asyncio.run(asyncio.to_thread(ask))


def in_a_callback_of_a_timer(ask: Callable[[], float]) -> float:
    answers: queue.Queue[float] = queue.Queue()
    threading.Timer(0, lambda: answers.put(ask())).start()
    return answers.get()


WAYS = [in_a_thread, bare_in_a_pool, in_a_thread_of_asyncio, in_a_callback_of_a_timer]


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize("way", WAYS)
def test_a_thread_sees_the_faked_time(way: Callable[[Callable[[], float]], float]) -> None:
    # `time.time` is read here and now: handing it over is what an application does.
    assert way(time.time) == NOON
    assert way(lambda: time.mktime(time.localtime())) == NOON


def test_a_provider_that_is_refreshed_in_a_thread_refreshes(
    ramsts: FakeCloud, frozen: Clock
) -> None:
    """freezegun alone answers `Thread(target=provider.get_credentials)` with the real time."""
    user = ramsts.account.create_user(policies=["AliyunSTSAssumeRoleAccess"])
    provider = RamRoleArnCredentialsProvider(
        access_key_id=user.access_key.id,
        access_key_secret=user.access_key.secret,
        role_arn=ramsts.account.create_role().arn,
    )

    ids = []
    for seconds in (0, 2699, 1):
        frozen.advance(seconds=seconds)
        with ThreadPoolExecutor(1) as pool:
            credentials = pool.submit(provider.get_credentials).result()
        ids.append(credentials.get_access_key_id())

    assert ids[0] == ids[1]
    assert ids[2] != ids[1]


# What would hang for ever, did it measure its waiting with the frozen clock. Each ends by itself.


def an_empty_queue() -> None:
    with pytest.raises(queue.Empty):
        queue.Queue[int]().get(timeout=0.01)


def a_full_queue() -> None:
    full = queue.Queue[int](1)
    full.put(1)
    with pytest.raises(queue.Full):
        full.put(2, timeout=0.01)


def a_condition() -> None:
    condition = threading.Condition()
    with condition:
        assert not condition.wait_for(lambda: False, timeout=0.01)


def a_future() -> None:
    future = concurrent.futures.Future[int]()
    with pytest.raises(TimeoutError):
        future.result(timeout=0.01)
    with pytest.raises(TimeoutError):
        list(concurrent.futures.as_completed([future], timeout=0.01))


def a_process() -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run(
            [sys.executable, "-c", "import time; time.sleep(60)"], check=False, timeout=0.01
        )


def a_pool_of_multiprocessing() -> None:
    with multiprocessing.pool.ThreadPool(1) as pool, pytest.raises(multiprocessing.TimeoutError):
        pool.apply_async(time.sleep, (0.1,)).get(timeout=0.01)


def a_pipe() -> None:
    receiver, sender = multiprocessing.Pipe()
    assert not receiver.poll(0.01)
    receiver.close()
    sender.close()


def a_sleep_of_asyncio() -> None:
    asyncio.run(asyncio.sleep(0.01))


def a_timeout_of_asyncio() -> None:
    async def wait() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), timeout=0.01)

    asyncio.run(wait())


def a_sleep_of_uvloop() -> None:
    uvloop: Any = pytest.importorskip("uvloop")
    uvloop.run(asyncio.sleep(0.01))


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize(
    "wait",
    [
        an_empty_queue,
        a_full_queue,
        a_condition,
        a_future,
        a_process,
        a_pool_of_multiprocessing,
        a_pipe,
        a_sleep_of_asyncio,
        a_timeout_of_asyncio,
        a_sleep_of_uvloop,
    ],
)
def test_waiting_ends_though_the_clock_stands_still(wait: Callable[[], None]) -> None:
    wait()

    assert time.time() == NOON


@pytest.mark.asyncio
async def test_a_clock_may_be_frozen_within_a_running_loop() -> None:
    with Clock() as clock:
        clock.freeze("2026-07-01T12:00:00Z")
        await asyncio.sleep(0.01)

        assert time.time() == NOON
