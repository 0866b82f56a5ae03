"""The levers of the clock, with both engines."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args

import pytest

from pytest_ramsts.clock import Clock, EngineName, timestamp

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(params=get_args(EngineName))
def clock(request: pytest.FixtureRequest) -> Iterator[Clock]:
    clock = Clock(request.param)
    yield clock
    clock.stop()


def test_a_clock_that_nobody_moved_is_the_machines_own(clock: Clock) -> None:
    before = time.time()

    now = clock.now.timestamp()

    assert before <= now <= time.time()
    assert not clock.frozen


def test_a_frozen_clock_stands_still_for_the_application_too(clock: Clock) -> None:
    clock.freeze(NOON)

    assert clock.frozen
    assert clock.now == clock.now == NOON
    assert time.time() == time.time() == NOON.timestamp()
    assert datetime.now(UTC) == NOON


def test_freezing_without_a_moment_stops_the_time_where_it_is(clock: Clock) -> None:
    before = time.time()
    clock.freeze()

    assert before <= time.time() <= before + 60
    assert time.time() == time.time()


@pytest.mark.parametrize(
    "moment",
    [
        "2026-03-01T12:00:00Z",
        "2026-03-01T12:00:00",
        "2026-03-01 12:00",
        "2026-03-01T20:00:00+08:00",
        NOON,
        NOON.replace(tzinfo=None),
        NOON.astimezone(timezone(timedelta(hours=8))),
    ],
)
def test_a_moment_is_text_or_a_datetime_and_utc_unless_it_names_a_zone(
    clock: Clock, moment: Any
) -> None:
    clock.freeze(moment)

    assert clock.now == NOON


def test_travel_leaves_a_running_clock_running(clock: Clock) -> None:
    clock.travel(NOON)

    assert not clock.frozen
    first = clock.now
    while clock.now == first:
        time.sleep(0.001)
    assert clock.now - NOON < timedelta(minutes=1)


def test_travel_leaves_a_frozen_clock_frozen(clock: Clock) -> None:
    clock.freeze("2020-01-01")
    clock.travel(NOON)

    assert clock.frozen
    assert clock.now == NOON


def test_to_goes_to_a_moment_that_somebody_has_in_hand(clock: Clock) -> None:
    clock.freeze(NOON)
    clock.to(NOON + timedelta(hours=1) - timedelta(minutes=15))

    assert clock.now == NOON + timedelta(minutes=45)


def test_time_goes_back_by_travel(clock: Clock) -> None:
    clock.freeze(NOON)
    clock.travel(NOON - timedelta(days=400))

    assert clock.now == NOON - timedelta(days=400)


@pytest.mark.parametrize(
    ("by", "amount"),
    [
        (timedelta(hours=1, seconds=1), {}),
        (None, {"hours": 1, "seconds": 1}),
        (None, {"minutes": 60.0, "milliseconds": 1000}),
        (timedelta(hours=1), {"seconds": 1}),
    ],
)
def test_time_passes_by_a_timedelta_or_in_words(
    clock: Clock, by: timedelta | None, amount: dict[str, float]
) -> None:
    clock.freeze(NOON)
    clock.advance(by, **amount)

    assert clock.now == NOON + timedelta(seconds=3601)


def test_advancing_a_running_clock_leaves_it_running(clock: Clock) -> None:
    before = clock.now
    clock.advance(days=1)

    assert timedelta(days=1) <= clock.now - before < timedelta(days=1, minutes=1)
    assert not clock.frozen


def test_a_resumed_clock_runs_on_from_where_it_stood(clock: Clock) -> None:
    clock.freeze(NOON)
    clock.resume()

    assert not clock.frozen
    assert NOON <= clock.now < NOON + timedelta(minutes=1)
    first = clock.now
    while clock.now == first:
        time.sleep(0.001)


def test_resuming_a_running_clock_starts_nothing(clock: Clock) -> None:
    real = time.time
    clock.resume()

    assert time.time is real


def test_microseconds_survive_every_move(clock: Clock) -> None:
    moment = NOON + timedelta(microseconds=123_457)
    clock.freeze(moment)
    clock.advance(microseconds=1)
    clock.resume()
    clock.freeze(moment)

    assert clock.now == moment


def test_skew_sets_the_clouds_clock_apart_and_the_applications_not(clock: Clock) -> None:
    clock.freeze(NOON)
    with clock.skew(minutes=16):
        assert clock.cloud_now == NOON + timedelta(minutes=16)
        assert clock.time() == NOON.timestamp() + 960
        assert clock.now == NOON
        with clock.skew(timedelta(minutes=-1)):
            assert clock.cloud_now == NOON - timedelta(minutes=1)
        assert clock.cloud_now == NOON + timedelta(minutes=16)

    assert clock.cloud_now == NOON


def test_skew_alone_starts_no_engine(clock: Clock) -> None:
    real = time.time, time.localtime
    with clock.skew(hours=1):
        assert (time.time, time.localtime) == real
        assert clock.time() - time.time() > 3599


def test_skew_ends_with_its_block_also_when_the_block_raises(clock: Clock) -> None:
    clock.freeze(NOON)
    with pytest.raises(LookupError), clock.skew(minutes=16):
        raise LookupError

    assert clock.cloud_now == NOON


def test_stop_gives_back_the_machines_time(clock: Clock) -> None:
    real = time.time, time.localtime, time.monotonic, datetime
    clock.freeze("2001-01-01")
    clock.stop()

    assert (time.time, time.localtime, time.monotonic, datetime) == real
    assert time.time() > NOON.timestamp()
    assert not clock.frozen


def test_stop_twice_is_stop_once(clock: Clock) -> None:
    clock.freeze(NOON)
    clock.stop()
    clock.stop()

    assert time.time() > NOON.timestamp()


def test_a_block_puts_back_what_it_moved(clock: Clock) -> None:
    with clock:
        clock.freeze(NOON)
        with clock:
            clock.advance(hours=5)
            clock.resume()
        assert clock.now == NOON
        assert clock.frozen

    assert not clock.frozen
    assert clock.now > NOON


def test_a_block_that_dies_puts_back_what_it_moved(clock: Clock) -> None:
    with suppress(LookupError), clock:
        clock.freeze("2001-01-01")
        raise LookupError

    assert time.time() > NOON.timestamp()


def test_a_block_that_moved_nothing_starts_nothing(clock: Clock) -> None:
    real = time.time
    with clock:
        assert time.time is real

    assert time.time is real


@pytest.mark.parametrize("wrong", ["tomorrow", "2026-13-01", ""])
def test_text_that_is_no_moment_is_refused_with_the_right_form(clock: Clock, wrong: str) -> None:
    with pytest.raises(ValueError, match="2026-03-01T08:00:00Z"):
        clock.freeze(wrong)


def test_a_number_is_no_moment(clock: Clock) -> None:
    with pytest.raises(TypeError, match="not int"):
        clock.travel(1_772_366_400)  # type: ignore[arg-type]


def test_time_does_not_advance_backwards(clock: Clock) -> None:
    with pytest.raises(ValueError, match=r"travel\(to=\.\.\.\)"):
        clock.advance(hours=-1)


def test_a_number_of_nothing_is_no_amount_of_time(clock: Clock) -> None:
    with pytest.raises(TypeError, match=r"timedelta or hours=, minutes=, …, not `3600`$"):
        clock.advance(3600)  # type: ignore[arg-type]  # the mistake


def test_an_unknown_unit_is_named(clock: Clock) -> None:
    with pytest.raises(TypeError, match="fortnights"):
        clock.advance(fortnights=1)


def test_an_unknown_engine_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="freezegun or time-machine"):
        Clock("libfaketime")  # type: ignore[arg-type]


def test_a_clock_says_what_time_it_has(clock: Clock) -> None:
    clock.freeze(NOON)

    assert repr(clock) == "<Clock 2026-03-01T12:00:00Z, frozen>"


def test_two_clocks_have_one_time(clock: Clock) -> None:
    """The time is the process's; each clock gives back what it moved."""
    other = Clock()
    clock.freeze(NOON)
    other.advance(hours=1)

    assert clock.now == other.now == NOON + timedelta(hours=1)
    other.stop()
    assert clock.now == NOON


def test_the_clouds_spelling_is_utc_and_whole_seconds() -> None:
    assert timestamp(1_772_366_400.999) == "2026-03-01T12:00:00Z"
