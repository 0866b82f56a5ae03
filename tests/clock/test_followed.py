"""A test's own freezer: the cloud follows it, and a clock moves it and gives it back."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from freezegun import freeze_time

from pytest_ramsts import FakeCloud
from pytest_ramsts.clock import Clock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def frozen_by_time_machine(moment: datetime) -> Any:
    return time_machine.travel(moment, tick=False)


FREEZERS = pytest.mark.parametrize("freezer", [freeze_time, frozen_by_time_machine])


@FREEZERS
def test_the_cloud_follows_a_tests_own_freezer(
    ramsts: FakeCloud, freezer: Callable[[datetime], Any]
) -> None:
    session = ramsts.account.create_role().assume()
    with freezer(session.expiration - timedelta(seconds=1)):
        assert not session.expired
    with freezer(session.expiration):
        assert session.expired
        assert ramsts.clock.frozen

    assert not session.expired
    assert not ramsts.clock.frozen


@FREEZERS
@pytest.mark.parametrize("engine", ["freezegun", "time-machine"])
def test_a_clock_moves_a_tests_own_freezer_and_gives_it_back(
    freezer: Callable[[datetime], Any], engine: Any
) -> None:
    clock = Clock(engine)
    with freezer(NOON):
        clock.advance(hours=1)
        assert clock.frozen
        assert time.time() == NOON.timestamp() + 3600
        clock.resume()
        assert not clock.frozen
        clock.freeze()

        clock.stop()

        assert time.time() == NOON.timestamp()
        assert clock.frozen
    assert time.time() > NOON.timestamp()


@FREEZERS
def test_a_freezer_that_ends_before_the_clock_leaves_nothing_behind(
    freezer: Callable[[datetime], Any],
) -> None:
    real = time.time, time.localtime, datetime
    clock = Clock()
    with freezer(NOON):
        clock.advance(hours=1)
        clock.resume()

    assert (time.time, time.localtime, datetime) == real
    assert time.time() > NOON.timestamp()
    clock.stop()
    assert (time.time, time.localtime, datetime) == real


@FREEZERS
def test_a_freezer_within_a_frozen_clock_is_moved_and_the_clock_found_again(
    freezer: Callable[[datetime], Any],
) -> None:
    with Clock("freezegun" if freezer is freeze_time else "time-machine") as clock:
        clock.freeze(NOON)
        with freezer(datetime(2030, 1, 1, tzinfo=UTC)):
            clock.advance(days=1)
            assert clock.now == datetime(2030, 1, 2, tzinfo=UTC)
        assert clock.now == NOON
        clock.advance(hours=1)
        assert clock.now == NOON + timedelta(hours=1)


def test_the_handle_of_a_freezer_goes_on_to_move_it() -> None:
    clock = Clock()
    with freeze_time(NOON) as frozen:
        clock.advance(hours=1)
        frozen.tick(timedelta(minutes=1))
        assert clock.now == NOON + timedelta(hours=1, minutes=1)
        clock.stop()


def test_a_journey_keeps_its_zone_when_the_clock_moves_it() -> None:
    clock = Clock()
    with time_machine.travel(
        datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Asia/Shanghai")), tick=False
    ):
        clock.advance(hours=1)

        assert time.localtime().tm_hour == 13
        assert time.tzname == ("CST", "CST")
        clock.stop()
        assert time.localtime().tm_hour == 12
