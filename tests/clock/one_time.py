"""Run in a fresh process, in the zone of `TZ`: every clock that an SDK reads tells the one time.

Prints what differs, a line each: the season, the clock, and by how many seconds.
"""

from __future__ import annotations

import email.utils
import sys
import time
from calendar import timegm
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from time import gmtime, localtime, mktime
from typing import Final
from zoneinfo import ZoneInfo

from pytest_ramsts.clock import Clock

SEASONS: Final = {"winter": "2026-01-15T03:04:05Z", "summer": "2026-07-15T03:04:05Z"}

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")

CLOCKS: Final[dict[str, Callable[[], float]]] = {
    "time.time": lambda: time.time(),  # noqa: PLW0108 - read through the module, when asked
    "time.time_ns": lambda: time.time_ns() / 1e9,
    "time.mktime(time.localtime())": lambda: time.mktime(time.localtime()),
    "from time import localtime": lambda: mktime(localtime()),
    "time.gmtime": lambda: timegm(time.gmtime()),
    "from time import gmtime": lambda: timegm(gmtime()),
    "time.strftime": lambda: time.mktime(
        time.strptime(time.strftime("%Y-%m-%dT%H:%M:%S"), "%Y-%m-%dT%H:%M:%S")
    ),
    "datetime.utcnow": lambda: datetime.utcnow().replace(tzinfo=UTC).timestamp(),  # noqa: DTZ003
    "datetime.now(UTC)": lambda: datetime.now(UTC).timestamp(),
    "datetime.now(+8)": lambda: datetime.now(timezone(timedelta(hours=8))).timestamp(),
    "datetime.now(zone)": lambda: datetime.now(SHANGHAI).timestamp(),
    "email.utils.formatdate": lambda: _read(email.utils.formatdate()),
    "email.utils.formatdate(usegmt)": lambda: _read(email.utils.formatdate(usegmt=True)),
    "email.utils.formatdate(localtime)": lambda: _read(email.utils.formatdate(localtime=True)),
}


def _read(date: str) -> float:
    parsed = email.utils.parsedate_tz(date)
    assert parsed is not None
    return email.utils.mktime_tz(parsed)


def main(engine: str) -> None:
    clock = Clock(engine)  # type: ignore[arg-type]  # it says itself what is wrong
    for season, moment in SEASONS.items():
        clock.freeze(moment)
        truth = datetime.fromisoformat(moment).timestamp()
        _compare(season, truth)
        clock.advance(hours=1)
        _compare(f"{season}, an hour on", truth + 3600)
    clock.stop()
    # Nothing is left: the first and the last reading of the machine's clock agree.
    now = time.time()
    if abs(time.mktime(time.localtime()) - now) > 60 or now < truth - 1e9:
        print("left behind", now)  # noqa: T201
    print("compared", len(CLOCKS))  # noqa: T201


def _compare(season: str, truth: float) -> None:
    for name, read in CLOCKS.items():
        if skew := read() - truth:
            print(season, name, skew)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
