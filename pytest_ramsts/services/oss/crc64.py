"""CRC-64 of ECMA-182, as OSS says what it received and what it sends."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Final

__all__ = ["crc64"]

_POLYNOMIAL: Final = 0xC96C5795D7870F42  # reflected
_ALL_ONES: Final = 0xFFFFFFFFFFFFFFFF
_SLOW_AT_MOST: Final = 1 << 16


def crc64(chunks: Iterable[bytes], size: int) -> int | None:
    """The checksum of chunks that are `size` octets together; None where it would take too long.

    The SDKs bring `crcmod`, which is fast. Without them only small objects have one, and nobody is
    there to compare it.
    """
    update = _fast()
    if update is None:
        if size > _SLOW_AT_MOST:
            return None
        update = _slow
    value = 0
    for chunk in chunks:
        value = update(chunk, value)
    return value


@cache
def _fast() -> Callable[[bytes, int], int] | None:
    try:
        import crcmod  # noqa: PLC0415 - only where an SDK of OSS brought it
    except ImportError:
        return None
    made: Callable[[bytes, int], int] = crcmod.mkCrcFun(
        0x142F0E1EBA9EA3693, initCrc=0, xorOut=_ALL_ONES, rev=True
    )
    return made


def _slow(data: bytes, value: int) -> int:
    table = _table()
    value ^= _ALL_ONES
    for octet in data:
        value = table[(value ^ octet) & 0xFF] ^ value >> 8
    return value ^ _ALL_ONES


@cache
def _table() -> tuple[int, ...]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)  # noqa: PLW2901 - eight shifts of one
        table.append(value)
    return tuple(table)
