"""Where in the code under test a call was made."""

from __future__ import annotations

import os
import sys
import sysconfig
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Final, NamedTuple

__all__ = ["Site", "current_site"]


class Site(NamedTuple):
    """A line of the application, or of its test, that made a call."""

    file: str
    line: int

    def __str__(self) -> str:
        """`app/orders.py:42`; the path is relative where the file is below the current folder."""
        here = os.path.join(Path.cwd(), "")  # noqa: PTH118 - a text
        return f"{self.file.removeprefix(here)}:{self.line}"


def current_site() -> Site | None:
    """Where in the code under test we are: the innermost line that is neither Python's, nor an
    installed package's, nor ours.
    """
    # What `inspect` gives at a hundred times the cost.
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - documented
    while frame is not None:
        # Whoever asks a frame for its code is reported to every audit hook; its globals are free.
        module = frame.f_globals.get("__file__")
        if module not in _foreign:
            file = frame.f_code.co_filename
            if not _is_foreign(file):
                return Site(file, frame.f_lineno)
            if file == module:
                _foreign.add(file)
        frame = frame.f_back
    return None


_foreign: Final[set[str]] = set()
"""Files of modules that are known to be none of the code under test."""


_OURS: Final = os.path.join(Path(__file__).parent.parent, "")  # noqa: PTH118 - a text
_PYTHON: Final = os.path.join(sysconfig.get_path("stdlib"), "")  # noqa: PTH118 - a text


@cache
def _is_foreign(file: str) -> bool:
    if file.startswith("<"):  # `<string>` is generated; a doctest and a notebook are written
        return not file.startswith(("<doctest", "<ipython", "<stdin"))
    folders = file.replace(os.sep, "/").split("/")
    installed = "site-packages" in folders or "dist-packages" in folders
    return installed or file.startswith((_OURS, _PYTHON))
