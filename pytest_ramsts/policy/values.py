"""How a text is read as a number, a time, a truth or an address. Knows no operator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from socket import AF_INET, AF_INET6, inet_pton
from typing import Final

__all__ = ["UnreadableError", "address", "in_network", "instant", "network", "number", "truth"]

_remembered: Final = lru_cache(maxsize=512)
"""Readings of texts that come again and again: a request is asked about more than once."""


class UnreadableError(ValueError):
    """A value is not of the type that the operator compares; the text says what would be."""


@_remembered
def number(text: str) -> Decimal:
    digits = text[1:] if text[:1] in ("+", "-") else text
    whole, point, fraction = digits.partition(".")
    if text.isascii() and whole.isdecimal() and (fraction.isdecimal() or not point):
        return Decimal(text)
    raise UnreadableError("write a number such as `10` or `2.5`")


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@_remembered
def instant(text: str) -> timedelta:
    separators = text[4:5] + text[7:8] + text[10:11] + text[13:14]
    offset = "Z" if text[-1:] == "Z" else text[-6:-5] + text[-3:-2]
    if separators == "--T:" and offset in ("Z", "+:", "-:") and "," not in text:
        # `fromisoformat` reads more forms than the extended one, which alone is documented.
        try:
            return datetime.fromisoformat(text) - _EPOCH
        except ValueError:
            pass
    raise UnreadableError(
        "write a time such as `2026-03-01T08:00:00Z` or `2026-03-01T08:00:00+08:00`"
    )


def truth(text: str) -> bool:
    if text in _TRUTHS:
        return _TRUTHS[text]
    raise UnreadableError("write `true` or `false`")


_TRUTHS: Final = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class _Network:
    """The addresses that agree with `number` but for their last `free` bits."""

    width: int
    number: int
    free: int
    masked_single: bool = False


@_remembered
def address(text: str) -> tuple[int, int]:
    family, width = (AF_INET6, 128) if ":" in text else (AF_INET, 32)
    try:
        return width, int.from_bytes(inet_pton(family, text))
    except (OSError, ValueError):
        raise UnreadableError("write an address such as `203.0.113.7`") from None


@_remembered
def network(text: str) -> _Network:
    base, slash, length = text.partition("/")
    try:
        width, number = address(base)
    except UnreadableError:
        width, number = 0, 0
    if not slash and width:
        return _Network(width, number, 0)
    if not width or not (length.isascii() and length.isdecimal()) or int(length) > width:
        raise UnreadableError(
            "write an address or a block of them, such as `203.0.113.7` or `203.0.113.0/24`"
        )
    free = width - int(length)
    return _Network(width, number >> free, free, masked_single=not free)


def in_network(address: tuple[int, int], network: _Network) -> bool:
    return address[0] == network.width and address[1] >> network.free == network.number
