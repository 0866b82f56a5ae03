"""time-machine as the engine, and whatever journey of it a test is on.

It replaces the functions in C: no module is scanned, threads see what everybody sees, and
`time.monotonic`, by which everybody waits, is left alone.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from pytest_ramsts.clock.clock import Lever

# time-machine takes a moment in UTC, or in a zone that has a name, as a wish to be in that zone.
_NAMELESS: Final = timezone(timedelta(hours=1))

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def top() -> Lever | None:
    stack = _stack()
    return Journey(stack[-1]) if stack else None


def start(moment: datetime, *, frozen: bool) -> Lever:
    try:
        import time_machine  # noqa: PLC0415 - nothing heavy loads until a test moves the time
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "the clock's engine is `time-machine`, which is not installed;"
            " pip install pytest-ramsts[time-machine]"
        ) from error

    travel = time_machine.travel(moment.astimezone(_NAMELESS), tick=not frozen)
    return Journey(travel.start(), travel)


class Journey:
    """One journey that is on."""

    def __init__(self, traveller: Any, travel: Any = None) -> None:
        self._traveller = traveller
        self._travel = travel
        """What a clock of ours started; None for a test's own."""
        self._before: tuple[datetime, bool] | None = None

    @property
    def topmost(self) -> bool:
        stack = _stack()
        return bool(stack) and stack[-1] is self._traveller

    @property
    def on(self) -> bool:
        return any(traveller is self._traveller for traveller in _stack())

    @property
    def frozen(self) -> bool:
        return not getattr(self._traveller, "_tick", True)

    def go(self, moment: datetime, *, frozen: bool) -> None:
        self._hold()
        self._traveller.move_to(moment.astimezone(self._zone()), tick=not frozen)

    def shift(self, by: timedelta) -> None:
        self._hold()
        self._traveller.shift(by)

    def _hold(self) -> None:
        """Before a test's own is first moved, remember how it was."""
        if self._travel is None and self._before is None:
            since_epoch = timedelta(microseconds=self._traveller.time_ns() // 1000)
            self._before = (_EPOCH + since_epoch, self.frozen)

    def release(self) -> None:
        if not self.on:
            return
        if self._travel is not None:
            self._travel.stop()
        elif self._before is not None:
            moment, frozen = self._before
            self.go(moment, frozen=frozen)

    def _zone(self) -> ZoneInfo | timezone:
        """The zone of a test's own journey, which it would leave for a moment in another."""
        name = getattr(self._traveller, "_destination_tzname", None)
        return ZoneInfo(name) if name else _NAMELESS


def _stack() -> list[Any]:
    """Where time-machine keeps the journeys that are on, under its name of 3.x or 2.x."""
    module = sys.modules.get("time_machine")
    stack = getattr(module, "traveller_stack", None)
    if stack is None:
        stack = getattr(module, "coordinates_stack", None)
    return stack if stack is not None else []
