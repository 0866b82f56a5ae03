"""What it costs to move the time: the first move against the engine's own start, and later ones.

Run it with `python -m benchmarks.clock`. freezegun scans every loaded module, so the figures are
those of a process with the usual SDKs in it.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from statistics import median
from typing import Any, Final
from unittest.mock import patch

import alibabacloud_sts20150401.client  # noqa: F401 - modules to be scanned
import freezegun.api
import time_machine

from benchmarks.measure import figure, row
from pytest_ramsts.clock import Clock, EngineName

NOON: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER: Final = datetime(2026, 3, 1, 13, tzinfo=UTC)

# A frozen process has a frozen `perf_counter` under every name of a module: this is none.
_REAL: Final = (time.perf_counter,)

Prepare = Callable[[ExitStack], Callable[[], Any]]
"""Arranges what is to be timed, and what is to be undone afterwards."""


def medians(cases: dict[str, Prepare], rounds: int) -> dict[str, float]:
    """The median of each case in microseconds, measured in turn."""
    clock = _REAL[0]
    times: dict[str, list[float]] = {name: [] for name in cases}
    gc.collect()
    gc.disable()
    try:
        for number in range(-10, rounds):
            for name, prepare in cases.items():
                with ExitStack() as stack:
                    run = prepare(stack)
                    start = clock()
                    run()
                    taken = clock() - start
                if number >= 0:
                    times[name].append(taken)
    finally:
        gc.enable()
    return {name: median(taken) * 1e6 for name, taken in times.items()}


ENGINES: Final[dict[EngineName, Callable[[], Any]]] = {
    "freezegun": lambda: freezegun.freeze_time(NOON),
    "time-machine": lambda: time_machine.travel(NOON.replace(tzinfo=None), tick=False),
}


def own_start(engine: EngineName) -> Prepare:
    def prepare(stack: ExitStack) -> Callable[[], Any]:
        freezer = ENGINES[engine]()
        stack.callback(freezer.stop)
        start: Callable[[], Any] = freezer.start
        return start

    return prepare


def first_move(engine: EngineName) -> Prepare:
    def prepare(stack: ExitStack) -> Callable[[], Any]:
        clock = Clock(engine)
        stack.callback(clock.stop)
        return lambda: clock.freeze(NOON)

    return prepare


def beside_the_scan(rounds: int = 300) -> float:
    """The median of what a first move takes beside making and starting freezegun's freezer."""
    clock = _REAL[0]
    engine = 0.0
    make, start = freezegun.freeze_time, freezegun.api._freeze_time.start  # noqa: SLF001 - to time it

    def timed(run: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **options: Any) -> Any:
            nonlocal engine
            begun = clock()
            result = run(*args, **options)
            engine += clock() - begun
            return result

        return wrapper

    found = []
    gc.disable()
    with (
        patch.object(freezegun, "freeze_time", timed(make)),
        patch.object(freezegun.api._freeze_time, "start", timed(start)),  # noqa: SLF001
    ):
        for _ in range(rounds):
            mover, engine = Clock("freezegun"), 0.0
            begun = clock()
            mover.freeze(NOON)
            found.append(clock() - begun - engine)
            mover.stop()
    gc.enable()
    return median(found) * 1e6


def first_move_within(stack: ExitStack) -> Callable[[], Any]:
    """By a new clock, as each test has one, while a freezer of somebody else's is on."""
    clock = Clock()
    stack.callback(clock.stop)
    return lambda: clock.travel(LATER)


def advance(clock: Clock) -> Prepare:
    return lambda _: lambda: clock.advance(hours=1)


def resume(clock: Clock) -> Prepare:
    def prepare(_: ExitStack) -> Callable[[], Any]:
        clock.freeze(NOON)
        return clock.resume

    return prepare


def never_moved(_: ExitStack) -> Callable[[], Any]:
    def run() -> None:
        Clock().stop()

    return run


def skewed(_: ExitStack) -> Callable[[], Any]:
    clock = Clock()

    def run() -> None:
        with clock.skew(minutes=16):
            clock.time()

    return run


def lines() -> Iterator[str]:
    idle = medians({"never moved": never_moved, "skewed": skewed}, 2000)
    yield figure("a clock that is never moved", idle["never moved"])
    yield figure("a block of `skew`, no engine started", idle["skewed"])
    for engine, made in ENGINES.items():
        rounds = 150 if engine == "freezegun" else 2000
        starts = medians({"own": own_start(engine), "first": first_move(engine)}, rounds)
        with made():
            theirs = medians({"first": first_move_within}, 2000)
        with Clock(engine) as clock:
            clock.freeze(NOON)
            ours = medians({"first": first_move_within, "advance": advance(clock)}, 2000)
            runs = medians({"resume": resume(clock)}, 2000)
        yield figure(f"{engine}: its own start", starts["own"])
        above = starts["first"] - starts["own"]
        if engine == "freezegun":
            # Of two scans that take ten milliseconds the difference says nothing.
            above = beside_the_scan()
        yield row(f"{engine}: the first move, above its own start", above, 30, "µs")
        yield row(f"{engine}: the first move within a test's freezer", theirs["first"], 30, "µs")
        yield row(f"{engine}: the first move within a clock of ours", ours["first"], 30, "µs")
        yield row(f"{engine}: `advance`", ours["advance"], 30, "µs")
        yield row(f"{engine}: `resume`", runs["resume"], 30, "µs")


def main() -> None:
    for line in lines():
        print(line)


if __name__ == "__main__":
    main()
