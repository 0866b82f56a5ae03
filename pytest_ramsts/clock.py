"""Time as the cloud sees it, and the levers to move it for the cloud and the application alike.

Nothing starts until a test first moves the time: `time.time` is read through its module, so that
the cloud follows whatever faker a test has on (freezegun, time-machine) without knowing which.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Clock", "Moment", "timestamp"]

Moment = datetime | str
"""A point in time: a datetime, or ISO 8601 text. Without a zone it is UTC."""


def timestamp(seconds: float) -> str:
    """The cloud's spelling of a time: `2026-03-01T08:00:00Z`, UTC, whole seconds."""
    t = time.gmtime(seconds)
    return "%04d-%02d-%02dT%02d:%02d:%02dZ" % t[:6]  # noqa: UP031 - `strftime` costs four times this


class Clock:
    """The time of one fake cloud, and of the application under test.

    A clock that was never moved is the machine's own. `travel` and `advance` leave a running clock
    running and a frozen one frozen; `freeze` stops it. As a context manager it puts back, at the
    end of the block, what the block moved.
    """

    def __init__(self) -> None:
        self._freezer: Any = None
        self._factory: Any = None
        self._frozen = False
        self._skew = 0.0
        self._outer: list[tuple[bool, datetime, bool]] = []

    def __repr__(self) -> str:
        state = "frozen" if self._frozen else "running"
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
        return self._frozen

    # Moving

    def freeze(self, at: Moment | None = None) -> None:
        """Stop the time, at a moment or where it is."""
        self._start(_moment(at) if at is not None else self.now, frozen=True)

    def travel(self, to: Moment) -> None:
        """Go to a moment. A running clock runs on from there."""
        self._start(_moment(to), frozen=self._frozen)

    to = travel

    def advance(self, by: timedelta | None = None, **amount: float) -> None:
        """Let time pass: `advance(hours=1, seconds=1)`, or a timedelta."""
        step = _amount(by, amount)
        if step < timedelta(0):
            raise ValueError(
                f"time advances forwards, not by {step}; use travel(to=...) to go back"
            )
        self._start(self.now + step, frozen=self._frozen)

    def resume(self) -> None:
        """Let a frozen clock run again, from where it stands."""
        if self._frozen:
            self._start(self.now, frozen=False)

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

    def stop(self) -> None:
        """Give back the machine's own time."""
        if self._freezer is not None:
            freezer, self._freezer, self._factory = self._freezer, None, None
            self._frozen = False
            freezer.stop()

    def __enter__(self) -> Self:
        self._outer.append((self._freezer is not None, self.now, self._frozen))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        moved, moment, frozen = self._outer.pop()
        if moved:
            self._start(moment, frozen=frozen)
        else:
            self.stop()

    def _start(self, moment: datetime, *, frozen: bool) -> None:
        """Be at a moment. The engine starts once: starting it scans every loaded module."""
        if self._freezer is None or frozen != self._frozen:
            self.stop()
            self._freezer, self._factory = _freeze(moment, tick=not frozen)
            self._frozen = frozen
        else:
            self._factory.move_to(moment)


def _freeze(moment: datetime, *, tick: bool) -> tuple[Any, Any]:
    import freezegun  # noqa: PLC0415 - nothing heavy loads until a test moves the time
    from freezegun import api  # noqa: PLC0415

    # With `real_asyncio` a loop never waits for a moment that a stopped clock does not reach.
    freezer = freezegun.freeze_time(moment, tick=tick, real_asyncio=True)
    factory = freezer.start()
    # freezegun's `localtime` ignores daylight saving, and `alibabacloud_credentials` reads its
    # clock as `time.mktime(time.localtime())`: in summer, half of the world would hand out dead
    # tokens for an hour.
    time.localtime = lambda seconds=None: api.real_localtime(
        time.time() if seconds is None else seconds
    )
    return freezer, factory


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
    try:
        return (by or timedelta()) + timedelta(**amount)
    except TypeError as error:
        raise TypeError(
            f"an amount of time is a timedelta or hours=, minutes=, …: {error}"
        ) from error
