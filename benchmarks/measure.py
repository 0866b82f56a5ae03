"""Times what is to be compared in turn, so that a drifting machine bends all of it alike."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any


@dataclass(frozen=True)
class Case:
    """What is timed, and what it happens within: entering and leaving that is not timed."""

    run: Callable[[], object]
    within: Callable[[], AbstractContextManager[Any]] = nullcontext


def interleaved(
    cases: Mapping[str, Case], *, rounds: int = 200, warm_up: int = 5
) -> dict[str, float]:
    """The median time of each case, in microseconds."""
    times: dict[str, list[float]] = {name: [] for name in cases}
    gc.collect()
    gc.disable()
    try:
        for number in range(-warm_up, rounds):
            for name, case in cases.items():
                with case.within():
                    start = perf_counter()
                    case.run()
                    taken = perf_counter() - start
                if number >= 0:
                    times[name].append(taken)
    finally:
        gc.enable()
    return {name: median(taken) * 1e6 for name, taken in times.items()}


def row(name: str, value: float, bar: float, unit: str = "×") -> str:
    """One line: a figure beside the most that it may be."""
    verdict = "ok" if value <= bar else "MISSED"
    return f"{name:<62} {value:>9.2f} {unit:<2}  bar {bar:>8.2f} {unit:<2}  {verdict}"


def figure(name: str, value: float, unit: str = "µs") -> str:
    """One line: a figure that has no bar."""
    return f"{name:<62} {value:>9.2f} {unit}"
