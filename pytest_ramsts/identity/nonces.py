"""Which nonces were used, and until when each may not be used again."""

from __future__ import annotations

from threading import Lock


class Nonces:
    """The nonces of one cloud. Of two requests with one, in whatever threads, one is refused."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, str], float] = {}
        self._lock = Lock()

    def used(self, key_id: str, nonce: str, now: float) -> bool:
        return now <= self._until.get((key_id, nonce), now - 1)

    def use(self, key_id: str, nonce: str, *, now: float, until: float) -> bool:
        """Take a nonce until a time; False if somebody has it already."""
        with self._lock:
            if self.used(key_id, nonce, now):
                return False
            self._forget(now)
            self._until[key_id, nonce] = until
            return True

    def _forget(self, now: float) -> None:
        """Drop those that may be used again, from the oldest on."""
        while self._until:
            oldest = next(iter(self._until))
            if self._until[oldest] >= now:
                return
            del self._until[oldest]
