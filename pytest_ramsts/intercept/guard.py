"""Nothing leaves the machine: a name look-up or a connection to the cloud that no interceptor
caught is refused.

Python itself reports both, before they happen and from whichever library and thread, to audit hooks
(PEP 578): so the guard needs to replace no function, and none that somebody kept a reference to
escapes it. A hook cannot be taken off again, so there is one for the process, set when it is first
needed, and it does nothing while no cloud is active.

Its limits: what does not go through Python's `socket` module (a C library with its own resolver,
another process), a connection that was open before, and a proxy, to which the name of the host is
told and not looked up, are not seen.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

from pytest_ramsts.errors import LeakError
from pytest_ramsts.intercept.hosts import Hosts

__all__ = ["guarded"]

_active: list[Hosts] = []
_installed: list[bool] = []


@contextmanager
def guarded(hosts: Hosts) -> Iterator[None]:
    """Refuse every look-up of and connection to `hosts`, in every thread, for the block.

    Inside another such block this one has the say on what passes.
    """
    if not _installed:
        _installed.append(True)
        sys.addaudithook(_audit)
    _active.append(hosts)
    try:
        yield
    finally:
        # The newest first: the same hosts may be guarded twice.
        for place in reversed(range(len(_active))):
            if _active[place] is hosts:
                del _active[place]
                break


_EVENTS: Final = {
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
}
"""Which argument of what Python reports is the host, or an address that begins with it."""


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    place = _EVENTS.get(event)
    if place is None or not _active:
        return
    host = arguments[place]
    if isinstance(host, tuple):
        host = host[0] if host else None
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if isinstance(host, str) and _is_refused(host):
        culprit = _culprit(sys._getframe(1))  # noqa: SLF001 - the way to a caller that costs least
        raise LeakError(
            f"nothing here answers `{host}` for {culprit}, and it may not leave the machine;"
            " use a client that pytest-ramsts catches, or permit the host with"
            f' FakeCloud(passed=["{host}"]) or the ini option `ramsts_passed_hosts`'
        )


def _is_refused(host: str) -> bool:
    """As the newest block says that knows the host."""
    for hosts in reversed(tuple(_active)):
        if hosts.passes(host):
            return False
        if host in hosts:
            return True
    return False


_PLUMBING: Final = (
    "socket",
    "asyncio",
    "concurrent",
    "threading",
    "http",
    "ssl",
    "urllib",
    "pytest_ramsts",
)


_RUNNERS: Final = ("_pytest", "pluggy", "runpy")
"""Who stands here is no culprit, nor is who called it."""


def _culprit(frame: FrameType | None) -> str:
    """The library that asks, and the line that made it: the nearest one that is no library's."""
    library = ""
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        top = module.partition(".")[0]
        if top in _RUNNERS:
            break
        if top not in _PLUMBING:
            if "site-packages" not in frame.f_code.co_filename:
                where = f"{frame.f_code.co_filename}:{frame.f_lineno}"
                return f"`{library}` at {where}" if library else where
            library = library or top
        frame = frame.f_back
    return f"`{library}`" if library else "a thread of the standard library"
