"""Mangled requests get well-formed answers: some thousands here, more by the tool."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TOOL = Path(__file__).parents[2] / "tools" / "fuzz_gateway.py"


def test_no_mangled_request_finds_an_internal_error() -> None:
    """`python tools/fuzz_gateway.py` sends 200 000."""
    done = subprocess.run(
        [sys.executable, str(TOOL), "--count", "4000", "--seed", "20"],
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout[-5000:] + done.stderr
    assert "4000 requests in" in done.stdout
