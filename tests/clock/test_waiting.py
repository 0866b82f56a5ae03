"""`without_waiting`: a sleep moves the time instead of taking it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import sleep as imported_before
from typing import get_args

import pytest

from pytest_ramsts.clock import Clock, EngineName

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
DAY = 86400


@pytest.fixture(params=get_args(EngineName))
def clock(request: pytest.FixtureRequest) -> Iterator[Clock]:
    with Clock(request.param) as clock:
        clock.freeze(NOON)
        yield clock


def test_a_sleep_of_a_day_is_over_at_once_and_a_day_has_passed(clock: Clock) -> None:
    with clock.without_waiting():
        time.sleep(DAY)
        imported_before(DAY)

    assert clock.now == NOON + timedelta(days=2)


def test_a_sleep_of_asyncio_too(clock: Clock) -> None:
    with clock.without_waiting():
        answer = asyncio.run(asyncio.sleep(DAY, "awake"))

    assert answer == "awake"
    assert clock.now == NOON + timedelta(days=1)


def test_sleepers_wake_in_the_order_of_their_times(clock: Clock) -> None:
    woken = []

    async def sleeper(name: str, *delays: float) -> None:
        for delay in delays:
            await asyncio.sleep(delay)
            woken.append((name, (clock.now - NOON).total_seconds()))

    async def all_of_them() -> None:
        await asyncio.gather(sleeper("late", 50), sleeper("often", 20, 20, 20), sleeper("soon", 10))

    with clock.without_waiting():
        asyncio.run(all_of_them())

    assert woken == [
        ("soon", 10),
        ("often", 20),
        ("often", 40),
        ("late", 50),
        ("often", 60),
    ]


def test_a_cancelled_sleeper_moves_nothing(clock: Clock) -> None:
    async def cancel() -> None:
        sleeper = asyncio.ensure_future(asyncio.sleep(DAY))
        await asyncio.sleep(0)
        sleeper.cancel()
        await asyncio.sleep(1)

    with clock.without_waiting():
        asyncio.run(cancel())

    assert clock.now == NOON + timedelta(seconds=1)


def test_a_thread_that_was_there_before_sleeps_as_always(clock: Clock) -> None:
    go, slept = threading.Event(), threading.Event()

    def poll() -> None:
        go.wait()
        time.sleep(0.01)
        slept.set()

    poller = threading.Thread(target=poll)
    poller.start()
    with clock.without_waiting():
        go.set()
        slept.wait()
        assert clock.now == NOON

    poller.join()


def test_a_thread_of_the_block_moves_the_time(clock: Clock) -> None:
    with clock.without_waiting():
        thread = threading.Thread(target=lambda: time.sleep(DAY))
        thread.start()
        thread.join()

    assert clock.now == NOON + timedelta(days=1)


def test_after_the_block_a_sleep_takes_its_time_again(clock: Clock) -> None:
    real = time.sleep, asyncio.sleep, imported_before
    with clock.without_waiting():
        faked = time.sleep, asyncio.sleep, imported_before

    assert (time.sleep, asyncio.sleep, imported_before) == real
    assert not set(real) & set(faked)


def test_a_negative_sleep_is_the_mistake_it_always_was(clock: Clock) -> None:
    with clock.without_waiting(), pytest.raises(ValueError, match="non-negative"):
        time.sleep(-1)
