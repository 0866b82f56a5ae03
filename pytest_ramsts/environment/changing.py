"""Files that change with time, as the one that holds the token of a pod does.

Python reports to audit hooks (PEP 578) that a file is about to be opened, from whichever library
and thread; so it is brought up to date just then, whoever moved the clock. What another process
opens is as it was last.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

__all__ = ["kept"]


class _Changing:
    """A file that is what its source says at the moment."""

    def __init__(self, path: Path, source: Callable[[], str]) -> None:
        self._path = path
        self._source = source
        self._text = ""
        self._lock = Lock()

    def renew(self) -> None:
        """Write what there is to read now, in one step, and only if it is something new."""
        with self._lock:
            text = self._source()
            if text != self._text:
                new = self._path.with_name(f"{self._path.name}.new")
                new.write_text(text, encoding="utf-8")
                new.replace(self._path)
                self._text = text


_changing: dict[str, _Changing] = {}
_listening: list[bool] = []


@contextmanager
def kept(path: Path, source: Callable[[], str]) -> Iterator[None]:
    """Keep a file up to date for the block, under its name and what that stands for."""
    if not _listening:
        # A hook cannot be taken off again: one for the process, idle while no file changes.
        _listening.append(True)
        sys.addaudithook(_audit)
    file = _Changing(path, source)
    file.renew()
    names = {str(path), os.path.realpath(path)}
    _changing.update(dict.fromkeys(names, file))
    try:
        yield
    finally:
        for name in names:
            del _changing[name]


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _changing and event == "open" and isinstance(arguments[0], str):
        file = _changing.get(arguments[0])
        if file is not None:
            file.renew()
