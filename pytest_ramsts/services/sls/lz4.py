"""Blocks of LZ4, as SLS clients compress what they send. Only reading: answers go plain."""

from __future__ import annotations

from typing import Final

__all__ = ["decompress"]

_LONG: Final = 15  # a length that goes on in the octets that follow
_SHORTEST_MATCH: Final = 4


def decompress(block: bytes) -> bytes:
    """What a block holds; `ValueError` if it is none."""
    out = bytearray()
    position, end = 0, len(block)
    try:
        while position < end:
            token = block[position]
            length, position = _length(block, position + 1, token >> 4)
            if position + length > end:
                raise ValueError("it ends within literals")
            out += block[position : position + length]
            position += length
            if position == end:
                break  # the last sequence has no match
            offset = block[position] | block[position + 1] << 8
            length, position = _length(block, position + 2, token & 15)
            _copy(out, offset, length + _SHORTEST_MATCH)
    except IndexError:
        raise ValueError("it ends within a sequence") from None
    return bytes(out)


def _length(block: bytes, position: int, length: int) -> tuple[int, int]:
    if length == _LONG:
        while True:
            more = block[position]
            position += 1
            length += more
            if more != 255:  # noqa: PLR2004 - the octet that says: more
                break
    return length, position


def _copy(out: bytearray, offset: int, length: int) -> None:
    """Repeat what was written `offset` ago; a match may overlap what it writes."""
    if not 0 < offset <= len(out):
        raise ValueError("it refers to what is not there")
    start = len(out) - offset
    while length > 0:
        part = out[start : start + length]
        out += part
        length -= len(part)
