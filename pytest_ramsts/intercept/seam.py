"""A seam: one attribute of a client library, and what stands there for a while. Knows no client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

__all__ = ["Patch", "Seam"]


class Seam(NamedTuple):
    """Where a library is caught: an attribute of one of its classes or modules.

    `wrap` is given what stands there, the library's own or somebody's mock, and returns what shall
    stand there. What it does not answer it must hand on to what it was given.
    """

    owner: Any
    name: str
    wrap: Callable[[Any], Any]


_PATCH = "__ramsts_patch__"


class Patch:
    """A seam in use, from now until `undo`.

    Blocks need not end in the order in which they began. Whoever came later and is still there is
    left in peace; what is put back is never a patch that is over.
    """

    __slots__ = ("_mine", "_over", "_seam", "_under")

    def __init__(self, seam: Seam) -> None:
        self._seam = seam
        self._over = False
        # `__dict__` of a class has the plain function, or the staticmethod, that was written there.
        self._under = vars(seam.owner)[seam.name]
        self._mine = seam.wrap(self._under)
        setattr(self._mine, _PATCH, self)
        setattr(seam.owner, seam.name, self._mine)

    def undo(self) -> None:
        self._over = True
        owner, name = self._seam.owner, self._seam.name
        if vars(owner).get(name) is self._mine:
            setattr(owner, name, self._below())

    def _below(self) -> Any:
        under = self._under
        while (patch := getattr(under, _PATCH, None)) is not None and patch._over:  # noqa: SLF001
            under = patch._under  # noqa: SLF001 - another of its own kind
        return under
