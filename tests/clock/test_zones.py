"""One time, whichever clock is read, in every zone and season: in processes of their own, since a
process reads its zone once.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.clock.one_time import CLOCKS

SCRIPT: Final = Path(__file__).with_name("one_time.py")

ZONES: Final = (
    "Pacific/Midway",
    "Pacific/Honolulu",
    "America/Anchorage",
    "America/Los_Angeles",
    "America/Denver",
    "America/Chicago",
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "America/Sao_Paulo",
    "UTC",
    "Europe/London",
    "Europe/Dublin",
    "Europe/Berlin",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Europe/Moscow",
    "Asia/Tehran",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
)


@pytest.mark.parametrize("engine", ["freezegun", "time-machine"])
@pytest.mark.parametrize("zone", ZONES)
def test_every_clock_tells_the_one_time(zone: str, engine: str) -> None:
    result = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", SCRIPT, engine],
        env={**os.environ, "TZ": zone},
        capture_output=True,
        text=True,
        check=True,
    )

    assert result.stdout == f"compared {len(CLOCKS)}\n"
