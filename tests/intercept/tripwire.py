"""Notes every attempt to look up or reach anything that is not this machine."""

from __future__ import annotations

import sys
from typing import Any, Self


class Tripwire:
    """While it is up, `tripped` fills with whatever somebody wanted to reach."""

    def __init__(self) -> None:
        self.tripped: list[str] = []

    def __enter__(self) -> Self:
        if not _installed:
            _installed.append(True)
            sys.addaudithook(_audit)
        _up.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        _up.remove(self)


_up: list[Tripwire] = []
_installed: list[bool] = []
_HERE = ("127.", "::1", "localhost", "0.0.0.0")


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if not _up or not event.startswith("socket."):
        return
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        target = arguments[1]
        target = target[0] if isinstance(target, tuple) else None
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        target = arguments[0]
    else:
        return
    if target and not str(target).startswith(_HERE):
        for wire in _up:
            wire.tripped.append(f"{event} {target}")
