# ruff: noqa: INP001, S603, T201 - a script: it starts programs and prints
"""Tell `tests/intercept/test_generations.py`, or the page that a row names, with older releases of
SDKs and HTTP libraries.

    python tools/sdk_matrix.py              # every row
    python tools/sdk_matrix.py --ci         # the rows that CI runs
    python tools/sdk_matrix.py core-2.13    # one row
    python tools/sdk_matrix.py --list

Each row gets an environment of its own below --folder, which is kept: a second run is fast.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
STORY: Final = "tests/intercept/test_generations.py"
SESSIONS: Final = "tests/intercept/test_twins_aiohttp.py"


@dataclass(frozen=True)
class Row:
    """A generation: what to install, and which tests of the story it has to tell, none skipped."""

    requirements: tuple[str, ...]
    tells: str
    page: str = STORY
    ci: bool = False


ROWS: Final = {
    "tea-0.3": Row(
        (
            "alibabacloud_tea_openapi==0.3.12",
            "alibabacloud_sts20150401==1.1.4",
            "alibabacloud_ram20150501==1.0.3",
            "alibabacloud_credentials==0.3.6",
            "setuptools<80",  # some of them still import pkg_resources
        ),
        tells="tea or library",
        ci=True,
    ),
    "tea-0.3-credentials-1.0": Row(
        (
            "alibabacloud_tea_openapi==0.3.16",
            "alibabacloud_sts20150401==1.1.6",
            "alibabacloud_ram20150501==1.1.2",
            "alibabacloud_credentials==1.0.2",
        ),
        tells="tea or library",
    ),
    "tea-0.4.0": Row(
        (
            "alibabacloud_tea_openapi==0.4.0",
            "alibabacloud_sts20150401==1.1.6",
            "alibabacloud_ram20150501==1.2.0",
            "alibabacloud_credentials>=1.0",
        ),
        tells="tea or library",
    ),
    "tea-current": Row(
        (
            "alibabacloud_tea_openapi",
            "alibabacloud_sts20150401",
            "alibabacloud_ram20150501",
            "alibabacloud_credentials",
        ),
        tells="tea or library",
    ),
    "core-2.13": Row(
        (
            "aliyun-python-sdk-core==2.13.36",
            "aliyun-python-sdk-sts==3.1.2",
            "aliyun-python-sdk-ram==3.2.0",
        ),
        tells="old_sdk",
        ci=True,
    ),
    "core-2.14": Row(
        (
            "aliyun-python-sdk-core==2.14.0",
            "aliyun-python-sdk-sts==3.1.2",
            "aliyun-python-sdk-ram==3.3.0",
        ),
        tells="old_sdk",
    ),
    "core-current": Row(
        ("aliyun-python-sdk-core", "aliyun-python-sdk-sts", "aliyun-python-sdk-ram"),
        tells="old_sdk",
    ),
    "oss2-2.18": Row(("oss2==2.18.4",), tells="oss2"),
    "http-oldest": Row(
        (
            "requests==2.30.0",
            "urllib3==1.26.20",
            "responses==0.25.0",
            "httpx==0.27.0",
            "aiohttp==3.10.11",
            "aliyun-python-sdk-core==2.13.36",
        ),
        tells="http_client",
        ci=True,
    ),
    "http-current": Row(
        ("requests", "urllib3", "responses", "httpx", "aiohttp", "aliyun-python-sdk-core"),
        tells="http_client",
    ),
    "aiohttp-3.10": Row(
        ("aiohttp==3.10.11", "uvloop"),
        # Its sessions have no middlewares and no proxy; HTTP/1.0 fails with a server as well.
        tells="not middleware and not version and not (session_with and proxy)",
        page=SESSIONS,
        ci=True,
    ),
    "aiohttp-3.12": Row(("aiohttp==3.12.15", "uvloop"), tells="aiohttp", page=SESSIONS),
    # aioresponses builds the private objects of aiohttp, and those of 3.14 it does not know.
    "aioresponses": Row(
        ("aioresponses==0.7.8", "aiohttp==3.12.15"),
        tells="aioresponses",
        page="tests/intercept/test_aioresponses.py",
        ci=True,
    ),
}


def run(name: str, folder: Path) -> bool:
    """Install a row and tell the story in it."""
    row = ROWS[name]
    home = folder / name
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
    # The row decides: what pytest-ramsts needs itself is then added where it fits.
    wanted = [*row.requirements, str(ROOT)]
    installed = subprocess.run(
        [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *wanted],
        check=False,
        capture_output=True,
        text=True,
    )
    if installed.returncode:
        print(f"{name}: could not be installed\n{installed.stderr}")
        return False
    told = subprocess.run(
        [
            str(python),
            "-m",
            "pytest",
            "-q",
            "-rfEs",
            "--noconftest",
            "--import-mode=importlib",
            "-c",
            os.devnull,
            f"--rootdir={ROOT}",
            "-p",
            "no:cacheprovider",
            "-k",
            row.tells,
            row.page,
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
        text=True,
    )
    summary = told.stdout.strip().splitlines()[-1:] or [told.stderr]
    good = told.returncode == 0 and "skipped" not in summary[0]
    print(f"{name}: {'ok' if good else 'FAILED'}: {summary[0].strip(' =')}")
    if not good:
        print(told.stdout, told.stderr)
    return good


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "rows", nargs="*", choices=[[], *ROWS], help="all of them, if none is named"
    )
    parser.add_argument("--ci", action="store_true", help="only the rows that CI runs")
    parser.add_argument("--list", action="store_true", help="show the rows")
    parser.add_argument(
        "--folder", type=Path, default=Path(tempfile.gettempdir()) / "pytest-ramsts-sdk-matrix"
    )
    options = parser.parse_args()
    if options.list:
        for name, row in ROWS.items():
            print(f"{name:26} {'CI ' if row.ci else '   '} {' '.join(row.requirements)}")
        return
    names = options.rows or [name for name, row in ROWS.items() if row.ci or not options.ci]
    outcomes = [run(name, options.folder) for name in names]  # all of them, also after a failure
    sys.exit(not all(outcomes))


if __name__ == "__main__":
    main()
