"""Sleeping that moves the time instead of taking it."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final
from unittest.mock import patch

# How many turns of the event loop a sleeper leaves to the others: time passes when all sleep.
_TURNS: Final = 8

# The test runner waits for real things.
_REAL: Final = ("_pytest.", "xdist.", "execnet.")


@contextmanager
def sleeping(advance: Callable[[float], None]) -> Iterator[None]:
    """Replace `time.sleep` and `asyncio.sleep` by `advance`, in every module that has them by any
    name.

    Threads that are there already sleep as before: a poller in the background would race through
    the years.
    """
    sleeps = _Sleeps(advance)
    replaced = {id(time.sleep): sleeps.sleep, id(asyncio.sleep): sleeps.async_sleep}
    with ExitStack() as stack:
        for module_name, module in list(sys.modules.items()):
            if module_name.startswith(_REAL):
                continue
            for name, value in list(getattr(module, "__dict__", {}).items()):
                if (ours := replaced.get(id(value))) is not None:
                    stack.enter_context(patch.object(module, name, ours))
        yield


class _Sleeps:
    def __init__(self, advance: Callable[[float], None]) -> None:
        self._advance = advance
        self._lock = threading.Lock()
        self._bystanders = set(threading.enumerate()) - {threading.current_thread()}
        self._asleep: dict[asyncio.AbstractEventLoop, list[tuple[float, int]]] = {}
        self._numbers = itertools.count()
        self._real = time.sleep
        self._real_async = asyncio.sleep

    def sleep(self, seconds: float, /) -> None:
        if seconds < 0 or threading.current_thread() in self._bystanders:
            self._real(seconds)
            return
        self._pass_until(time.time() + seconds)
        self._real(0)  # other threads get their turn

    async def async_sleep(self, delay: float, result: Any = None) -> Any:
        if delay <= 0:
            return await self._real_async(delay, result)
        asleep = self._asleep.setdefault(asyncio.get_running_loop(), [])
        me = (time.time() + delay, next(self._numbers))
        heapq.heappush(asleep, me)
        try:
            for _ in range(_TURNS):
                await self._real_async(0)
            while asleep[0] != me:
                await self._real_async(0)
        finally:
            asleep.remove(me)
            heapq.heapify(asleep)
        self._pass_until(me[0])
        return result

    def _pass_until(self, moment: float) -> None:
        with self._lock:
            self._advance(max(moment - time.time(), 0))
