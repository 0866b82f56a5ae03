"""Nothing leaves the machine: a name look-up or a connection to the cloud that no interceptor
caught is refused.

Python itself reports both, before they happen and from whichever library and thread, to audit hooks
(PEP 578): so the guard needs to replace no function, and none that somebody kept a reference to
escapes it. A hook cannot be taken off again, so there is one for the process, set when it is first
needed, and it does nothing while no cloud is active.

Its limit: what does not go through Python's `socket` module (a C library with its own resolver,
another process) is not seen.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

from pytest_ramsts.errors import LeakError
from pytest_ramsts.intercept.hosts import Hosts

_active: list[Hosts] = []
_installed: list[bool] = []


@contextmanager
def guarded(hosts: Hosts) -> Iterator[None]:
    """Refuse every look-up of and connection to `hosts`, in every thread, for the block."""
    if not _installed:
        sys.addaudithook(_audit)
        _installed.append(True)
    _active.append(hosts)
    try:
        yield
    finally:
        _active.remove(hosts)


_NAMES: Final = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
_ADDRESSES: Final = frozenset({"socket.connect", "socket.sendto"})


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if not _active or not event.startswith("socket."):
        return
    if event in _NAMES:
        host = arguments[0]
    elif event in _ADDRESSES:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    else:
        return
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if any(host in hosts for hosts in _active):
        culprit = _culprit(sys._getframe(1))  # noqa: SLF001 - the way to a caller that costs least
        raise LeakError(
            f"nothing here answers `{host}` for {culprit}, and it may not leave the machine;"
            " use a client that pytest-ramsts catches, or permit the host with"
            f' FakeCloud(passed=["{host}"]) or the ini option `ramsts_passed_hosts`'
        )


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


def _culprit(frame: FrameType | None) -> str:
    """The library that asks, and the line that made it: the nearest one that is no library's."""
    library = ""
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        top = module.partition(".")[0]
        if top not in _PLUMBING:
            if "site-packages" not in frame.f_code.co_filename:
                where = f"{frame.f_code.co_filename}:{frame.f_lineno}"
                return f"{library} at {where}" if library else where
            library = library or f"`{top}`"
        frame = frame.f_back
    return library or "a thread of the standard library"
