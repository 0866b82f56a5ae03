"""The ways in which clients write the time of a request. Reads no clock."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from pytest_ramsts.errors import AuthenticationError

__all__ = ["Parse", "basic", "extended", "fractional", "http", "number", "written_http"]

Parse = Callable[[str], float]
"""Epoch seconds of a written date; ValueError if it is written otherwise."""

_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}

_MONTH_NAMES: Final = tuple(_MONTHS)
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_EXTENDED: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z", re.ASCII).fullmatch
_FRACTIONAL: Final = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z", re.ASCII
).fullmatch
_BASIC: Final = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", re.ASCII).fullmatch
_NUMBER: Final = re.compile(r"\d{1,12}", re.ASCII).fullmatch
_HTTP: Final = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT",
    re.ASCII,
).fullmatch


@lru_cache(maxsize=16)  # calls come many in a second
def extended(text: str) -> float:
    """`2026-01-15T08:30:00Z`: RPC and ACS3."""
    found = _EXTENDED(text)
    if found is None:
        raise ValueError(text)
    return _epoch(map(int, found.groups()))


def fractional(text: str) -> float:
    """`2026-01-15T08:30:00.000Z`, the fraction optional: Table Store."""
    found = _FRACTIONAL(text)
    if found is None:
        raise ValueError(text)
    seconds, fraction = found.groups()
    return extended(f"{seconds}Z") + float(f"0.{fraction or 0}")


def basic(text: str) -> float:
    """`20260115T083000Z`: the fourth generation of OSS and SLS."""
    found = _BASIC(text)
    if found is None:
        raise ValueError(text)
    return _epoch(map(int, found.groups()))


def http(text: str) -> float:
    """`Thu, 15 Jan 2026 08:30:00 GMT`: the `Date` header."""
    found = _HTTP(text)
    if found is None or found[2] not in _MONTHS:
        raise ValueError(text)
    day, month, year, *rest = found.groups()
    return _epoch((int(year), _MONTHS[month], int(day), *map(int, rest)))


def written_http(seconds: float) -> str:
    """The reverse of `http`."""
    return _written_http(int(seconds))


@lru_cache(maxsize=16)
def _written_http(seconds: int) -> str:
    t = time.gmtime(seconds)
    weekday, day, month = _DAYS[t.tm_wday], t.tm_mday, _MONTH_NAMES[t.tm_mon - 1]
    return f"{weekday}, {day:02} {month} {t.tm_year:04} {t[3]:02}:{t[4]:02}:{t[5]:02} GMT"


def number(text: str) -> float:
    """`1768466400`: seconds, as presigned URLs write them; a refusal if they are not."""
    if not _NUMBER(text):
        raise AuthenticationError(
            "InvalidTimeStamp.Format", hint=f"`{text}` is no number of seconds"
        )
    return float(text)


def _epoch(fields: Iterable[int]) -> float:
    year, month, day, hour, minute, second = fields
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
