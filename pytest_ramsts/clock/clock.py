"""The time of one fake cloud, and of the application under test. Knows its engines by their shape
only.

Nothing starts until a test first moves the time: `time.time` is read through its module, so that
the cloud follows whatever faker a test has on without knowing which.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, Protocol, Self

from pytest_ramsts.clock import freezegun, time_machine

if TYPE_CHECKING:
    from types import TracebackType

Moment = datetime | str
"""A point in time: a datetime, or ISO 8601 text. Without a zone it is UTC."""

EngineName = Literal["freezegun", "time-machine"]


def timestamp(seconds: float) -> str:
    """The cloud's spelling of a time: `2026-03-01T08:00:00Z`, UTC, whole seconds."""
    return _timestamp(math.floor(seconds))


@lru_cache(maxsize=64)
def _timestamp(seconds: int) -> str:
    t = time.gmtime(seconds)
    return "%04d-%02d-%02dT%02d:%02d:%02dZ" % t[:6]  # noqa: UP031 - `strftime` costs four times this


class Lever(Protocol):
    """A faker of time that is on: one that a clock started, or a test's own."""

    @property
    def topmost(self) -> bool:
        """Whether it is the one that decides what time it is."""

    @property
    def on(self) -> bool: ...

    @property
    def frozen(self) -> bool: ...

    def go(self, moment: datetime, *, frozen: bool) -> None:
        """Be at a moment, standing still or running."""

    def shift(self, by: timedelta) -> None:
        """Let time pass; it stands still or runs as before."""

    def release(self) -> None:
        """Stop it, or give a test's own back as it was."""


class Engine(Protocol):
    """A library that fakes the time."""

    def top(self) -> Lever | None:
        """The faker of this library that decides the time, whoever started it."""

    def start(self, moment: datetime, *, frozen: bool) -> Lever: ...


# In the order in which they lie on each other: freezegun starts above time-machine, never below.
_ENGINES: Final[dict[EngineName, Engine]] = {
    "freezegun": freezegun,
    "time-machine": time_machine,
}


class Clock:
    """The time of one fake cloud, and of the application under test.

    A clock that was never moved is the machine's own. `travel` and `advance` leave a running clock
    running and a frozen one frozen; `freeze` stops it. As a context manager it puts back, at the
    end of the block, what the block moved.

    Where a test has a freezer of its own on (`freeze_time`, `time_machine.travel`), the clock moves
    that one, and gives it back as it was. Else it starts `engine`.
    """

    def __init__(self, engine: EngineName = "freezegun") -> None:
        if engine not in _ENGINES:
            raise ValueError(f"the engine is {' or '.join(_ENGINES)}, not `{engine}`")
        self._engine = _ENGINES[engine]
        self._levers: list[Lever] = []
        self._skew = 0.0
        self.before_moves: list[Callable[[], object]] = []
        """What is to be done at the old time before there is a new one."""
        self._outer: list[tuple[bool, datetime, bool]] = []

    def __repr__(self) -> str:
        state = "frozen" if self.frozen else "running"
        return f"<Clock {timestamp(self.time())}, {state}>"

    # Reading

    def time(self) -> float:
        """The cloud's time, in seconds since the epoch."""
        return time.time() + self._skew

    @property
    def now(self) -> datetime:
        """The application's time, in UTC."""
        return datetime.fromtimestamp(time.time(), UTC)

    @property
    def cloud_now(self) -> datetime:
        """The cloud's time, in UTC: `now`, and what `skew` adds."""
        return datetime.fromtimestamp(self.time(), UTC)

    @property
    def frozen(self) -> bool:
        """Whether the time stands still, by this clock or by a freezer of the test's own."""
        lever = _top()
        return lever is not None and lever.frozen

    # Moving

    def freeze(self, at: Moment | None = None) -> None:
        """Stop the time, at a moment or where it is."""
        self._go(_moment(at) if at is not None else self.now, frozen=True)

    def travel(self, to: Moment) -> None:
        """Go to a moment. A running clock runs on from there."""
        self._go(_moment(to))

    def to(self, moment: Moment) -> None:
        """Go to a moment: `clock.to(credentials.expiration - timedelta(minutes=15))`."""
        self._go(_moment(moment))

    def advance(self, by: timedelta | None = None, **amount: float) -> None:
        """Let time pass: `advance(hours=1, seconds=1)`, or a timedelta."""
        step = _amount(by, amount)
        if step < timedelta(0):
            raise ValueError(
                f"time advances forwards, not by {step}; use travel(to=...) to go back"
            )
        self._shift(step)

    def resume(self) -> None:
        """Let a frozen clock run again, from where it stands."""
        if self.frozen:
            self._go(self.now, frozen=False)

    @contextmanager
    def skew(self, by: timedelta | None = None, **amount: float) -> Iterator[None]:
        """Set the cloud's clock apart from the application's, for one block: `skew(minutes=16)`, or
        `minutes=-16`.
        """
        before = self._skew
        self._skew = _amount(by, amount).total_seconds()
        try:
            yield
        finally:
            self._skew = before

    @contextmanager
    def without_waiting(self) -> Iterator[None]:
        """Let `time.sleep` and `asyncio.sleep` move the time instead of taking it, for one block: a
        loop that backs off for a minute ends at once, and a minute has passed.

        Sleepers of one event loop wake in the order of their times. Threads that were there before
        the block sleep as always, and so does whoever waits without sleeping, such as
        `Event.wait(5)` and a timeout of asyncio.
        """
        from pytest_ramsts.clock.waiting import sleeping  # noqa: PLC0415 - loads asyncio

        with sleeping(lambda seconds: self._shift(timedelta(seconds=seconds))):
            yield

    def stop(self) -> None:
        """Give back the time as it was before this clock first moved it."""
        while self._levers:
            self._levers.pop().release()

    def __enter__(self) -> Self:
        self._outer.append((bool(self._levers), self.now, self.frozen))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        moved, moment, frozen = self._outer.pop()
        if moved:
            self._go(moment, frozen=frozen)
        else:
            self.stop()

    def _go(self, moment: datetime, *, frozen: bool | None = None) -> None:
        """Be at a moment."""
        lever = self._lever()
        if lever is None:
            self._start(moment, frozen=bool(frozen))
        else:
            lever.go(moment, frozen=lever.frozen if frozen is None else frozen)

    def _shift(self, by: timedelta) -> None:
        lever = self._lever()
        if lever is None:
            self._start(self.now + by, frozen=False)
        else:
            lever.shift(by)

    def _start(self, moment: datetime, *, frozen: bool) -> None:
        """An engine starts only where none is on: freezegun's scans every loaded module."""
        self._levers.append(self._engine.start(moment, frozen=frozen))

    def _lever(self) -> Lever | None:
        """What decides the time, and is this clock's to give back; None if it is the machine."""
        for act in self.before_moves:
            act()
        # A freezer of the test's own that this clock moved may have ended since.
        while self._levers and not self._levers[-1].on:
            self._levers.pop().release()
        if not (self._levers and self._levers[-1].topmost):
            lever = _top()
            if lever is None:
                return None
            self._levers.append(lever)
        return self._levers[-1]


def _top() -> Lever | None:
    for engine in _ENGINES.values():
        if (lever := engine.top()) is not None:
            return lever
    return None


def _moment(value: Moment) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            raise ValueError(
                f"`{value}` is no point in time; write it like 2026-03-01T08:00:00Z"
            ) from error
    if not isinstance(value, datetime):
        raise TypeError(
            f"a point in time is a datetime or ISO 8601 text, not {type(value).__name__}"
        )
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def _amount(by: timedelta | None, amount: dict[str, float]) -> timedelta:
    if by is not None and not isinstance(by, timedelta):
        raise TypeError(f"an amount of time is a timedelta or hours=, minutes=, …, not `{by!r}`")
    try:
        return (by or timedelta()) + timedelta(**amount)
    except TypeError as error:
        named = ", ".join(f"{name}={value!r}" for name, value in amount.items())
        raise TypeError(
            f"an amount of time is a timedelta or hours=, minutes=, …, not {named}"
        ) from error
