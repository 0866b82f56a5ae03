"""freezegun as the engine, and whatever freezer of it a test has on.

Three things are put right while a clock of ours holds a freezer:

- freezegun's `localtime` ignores daylight saving, and `alibabacloud_credentials` reads its clock as
  `time.mktime(time.localtime())`: in summer, half of the world would hand out dead tokens for an
  hour.
- It answers with the real time to any code that runs within five calls of `threading`, so a
  provider that is refreshed in a thread never refreshes.
- It freezes the clock that asyncio and `subprocess` measure their waiting with, so that nothing
  waited for ever comes.

The last two are one rule here: who measures waiting is named, and only when it asks for the time
itself does it get the real one. What it calls sees the faked time, in every thread.
"""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pytest_ramsts.clock.clock import Lever

# Modules that keep a reference of their own to a real clock, and wait or reckon by it: beside
# `queue` and `threading`, which freezegun leaves alone. A longer list for its scan of all modules
# to leave out would cost a tenth of a millisecond.
_KEEPERS: Final = (
    ("_pytest.timing", "perf_counter"),
    ("_pytest.timing", "time"),
    ("socketserver", "time"),
    ("subprocess", "_time"),
    # A faked datetime costs ten times as much to reckon with.
    ("pytest_ramsts.clock.clock", "datetime"),
    ("pytest_ramsts.clock.freezegun", "datetime"),
    ("pytest_ramsts.clock.time_machine", "datetime"),
)

# Modules that ask `time` itself, and wait by the answer.
_WAITERS: Final = (
    "_pytest.",
    "asyncio.",
    "concurrent.futures._base",
    "multiprocessing.",
    "socketserver",
    "subprocess",
)

# On freezegun's own list, and the reason why threads would see the real time.
_THREADS: Final = frozenset({"multiprocessing", "queue", "threading"})


def top() -> Lever | None:
    api = sys.modules.get("freezegun.api")
    if api is None or not api.freeze_factories:
        return None
    return Freezer(api.freeze_factories[-1])


def start(moment: datetime, *, frozen: bool) -> Lever:
    library, api = _library()
    freezer = library.freeze_time(moment, tick=not frozen)
    modules = sys.modules
    kept = [
        (module, name, real)
        for module_name, name in _KEEPERS
        if (module := modules.get(module_name)) is not None
        and (real := getattr(module, name, None)) is not None
    ]
    # A start hands this out to every module that has a reference to the real one.
    defective = api.fake_localtime
    api.fake_localtime = fake_localtime
    try:
        factory = freezer.start()
    finally:
        api.fake_localtime = defective
    for module, name, real in kept:
        setattr(module, name, real)
    lever = Freezer(factory, freezer)
    lever.correct()
    return lever


@cache
def _library() -> tuple[Any, Any]:
    import freezegun  # noqa: PLC0415 - nothing heavy loads until a test moves the time

    return freezegun, freezegun.api


class Freezer:
    """One freezer that is on."""

    def __init__(self, factory: Any, freezer: Any = None) -> None:
        self._api: Any = sys.modules["freezegun.api"]
        self._factory = factory
        self._freezer = freezer
        """What a clock of ours started; None for a test's own."""
        self._theirs = factory
        self._before: datetime | None = None
        self._corrected: list[tuple[Any, Any, Any]] = []

    @property
    def topmost(self) -> bool:
        factories = self._api.freeze_factories
        return bool(factories) and factories[-1] is self._factory

    @property
    def on(self) -> bool:
        return any(factory is self._factory for factory in self._api.freeze_factories)

    @property
    def frozen(self) -> bool:
        return not isinstance(self._factory, self._api.TickingDateTimeFactory)

    def go(self, moment: datetime, *, frozen: bool) -> None:
        self._hold()
        if frozen == self.frozen:
            self._factory.move_to(moment)
        else:
            self._stand_in(self._made(moment.replace(tzinfo=None), frozen=frozen))

    def shift(self, by: timedelta) -> None:
        self._hold()
        if self.frozen:
            self._factory.tick(by)
        else:
            # Its own `tick` forgets how long it has been running.
            self._factory.move_to(self._factory() + by)

    def _hold(self) -> None:
        """Before a test's own is first moved, remember how it was."""
        if self._freezer is None and self._before is None:
            self._before = self._theirs()
            self.correct()

    def release(self) -> None:
        if not self.on:
            self._uncorrect()
        elif self._freezer is not None:
            self._uncorrect()
            self._freezer.stop()
        elif self._before is not None:
            self._uncorrect()
            self._stand_in(self._theirs)
            self._theirs.move_to(self._before)

    def _made(self, moment: datetime, *, frozen: bool) -> Any:
        if frozen:
            return self._api.FrozenDateTimeFactory(moment)
        return self._api.TickingDateTimeFactory(moment, self._api.real_datetime.now())

    def _stand_in(self, factory: Any) -> None:
        """Let another factory stand in the place of this one: started anew, all modules would be
        scanned again.
        """
        factories = self._api.freeze_factories
        place = next(i for i, known in enumerate(factories) if known is self._factory)
        factories[place] = self._factory = factory

    def correct(self) -> None:
        """Put right what is wrong, as far as it can be for a freezer that is on already."""
        api = self._api
        self._corrected = [
            (time, "localtime", time.localtime),
            (api, "fake_localtime", api.fake_localtime),
            (api, "call_stack_inspection_limit", api.call_stack_inspection_limit),
            (api.ignore_lists, len(api.ignore_lists) - 1, api.ignore_lists[-1]),
        ]
        for module, name in ((time, "localtime"), (api, "fake_localtime")):
            setattr(module, name, fake_localtime)
        api.call_stack_inspection_limit = 1
        api.ignore_lists[-1] = _in_real_time(api.ignore_lists[-1])

    def _uncorrect(self) -> None:
        api = self._api
        for owner, name, before in self._corrected:
            if owner is api.ignore_lists:
                if len(owner) > name:
                    owner[name] = before
            elif owner is not time or time.localtime is fake_localtime:
                setattr(owner, name, before)
        self._corrected = []


@cache
def _in_real_time(ignored: tuple[str, ...]) -> tuple[str, ...]:
    """Of the modules that a freezer ignores, and of those that wait, who gets the real time."""
    return tuple(name for name in ignored if name not in _THREADS) + _WAITERS


def fake_localtime(seconds: float | None = None) -> time.struct_time:
    """The local time of the faked time, with daylight saving where it is summer."""
    api: Any = sys.modules["freezegun.api"]
    if seconds is None:
        seconds = api.fake_time()
    local: time.struct_time = api.real_localtime(seconds)
    return local
