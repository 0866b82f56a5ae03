"""What an object holds: octets in memory, or in a temporary file if there are many."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterable, Iterator
from threading import Lock
from typing import IO, Final

__all__ = ["LARGE", "Content"]

LARGE: Final = 8 << 20
"""From so many octets on, a content is kept in a file. The file has no name, and goes with it."""

_CHUNK: Final = 4 << 20


class Content:
    """Octets that do not change."""

    __slots__ = ("__weakref__", "_data", "_file", "_lock", "size")

    def __init__(self, chunks: Iterable[bytes], size: int) -> None:
        self.size = size
        self._data = b""
        self._file: IO[bytes] | None = None
        self._lock = Lock()
        if size < LARGE:
            self._data = b"".join(chunks)
            return
        self._file = file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the content
        weakref.finalize(self, file.close)
        for chunk in chunks:
            file.write(chunk)

    @classmethod
    def of(cls, data: bytes) -> Content:
        return cls((data,), len(data))

    @classmethod
    def joined(cls, parts: Iterable[Content]) -> Content:
        """One after the other, without all of them in memory."""
        parts = list(parts)
        chunks = (chunk for part in parts for chunk in part.chunks())
        return cls(chunks, sum(part.size for part in parts))

    def read(self, start: int = 0, end: int | None = None) -> bytes:
        """The octets from `start` until before `end`."""
        end = self.size if end is None else end
        if self._file is None:
            return self._data if (start, end) == (0, self.size) else self._data[start:end]
        with self._lock:
            self._file.seek(start)
            return self._file.read(end - start)

    def chunks(self) -> Iterator[bytes]:
        for start in range(0, self.size, _CHUNK):
            yield self.read(start, min(start + _CHUNK, self.size))
