"""pytest's side: options, ini values, the marker, and the cloud a test asks for. Loads nothing
heavy at start.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

import pytest

from pytest_ramsts.fixtures import (
    CLOUD,
    ram_account,
    ram_role,
    ram_user,
    ramsts,
    ramsts_clock,
    ramsts_server,
    sts_credentials,
)

__all__ = [
    "ram_account",
    "ram_role",
    "ram_user",
    "ramsts",
    "ramsts_clock",
    "ramsts_server",
    "sts_credentials",
]

_MARKER: Final = (
    "ramsts(mode='strict', seed=None, passed=(), limits=None, settings=None, clock_engine=None):"
    " how the fake Alibaba Cloud of this test behaves: mode is strict, soft or off; seed repeats"
    " names and ids; passed names hosts that are let through; limits and settings are"
    " pytest_ramsts.Limits and .Settings; clock_engine is freezegun or time-machine."
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("ramsts", "pytest-ramsts: a fake Alibaba Cloud for your tests")
    group.addoption(
        "--ramsts-mode",
        choices=("strict", "soft", "off"),
        help="what a refusal by RAM does in the fake Alibaba Cloud: refuse (strict), be recorded"
        " only (soft), or not be asked for (off); goes before the ini value, not before a marker",
    )
    group.addoption(
        "--ramsts-trace",
        action="store_true",
        help="tell for every test, not only for a failing one, which calls it made: when, who,"
        " what, and why it was refused",
    )
    parser.addini(
        "ramsts_mode", "strict (default), soft or off: see --ramsts-mode", default="strict"
    )
    parser.addini(
        "ramsts_passed_hosts",
        "hosts of Alibaba Cloud that tests with the fake cloud may really reach, one a line",
        type="linelist",
        default=[],
    )
    parser.addini(
        "ramsts_guard",
        "how long requests to the real Alibaba Cloud are refused once a test has used the fake one:"
        " to the end of the session (default), so that a thread left behind meets the refusal,"
        " or only during such a test (test)",
        default="session",
    )
    parser.addini(
        "ramsts_clock_engine",
        "what moves the time when a test moves ramsts_clock: freezegun (default) or time-machine,"
        " which is to be installed for it",
        default="freezegun",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARKER)
    if config.getoption("--ramsts-trace"):
        from pytest_ramsts.report.terminal import Trace  # noqa: PLC0415 - only when asked for

        config.pluginmanager.register(Trace(config), "ramsts-trace")
    if config.getini("ramsts_guard") not in ("session", "test"):
        raise pytest.UsageError(
            f"ramsts_guard is session or test, not `{config.getini('ramsts_guard')}`"
        )
    if config.getini("ramsts_clock_engine") not in ("freezegun", "time-machine"):
        raise pytest.UsageError(
            "ramsts_clock_engine is freezegun or time-machine,"
            f" not `{config.getini('ramsts_clock_engine')}`"
        )
    if config.getini("ramsts_mode") not in ("strict", "soft", "off"):
        raise pytest.UsageError(
            f"ramsts_mode is strict, soft or off, not `{config.getini('ramsts_mode')}`"
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the report of a test say which calls it made, and why a `can()` was answered so."""
    report = yield
    cloud = item.stash.get(CLOUD, None)
    if cloud is not None and call.when == "call":
        from pytest_ramsts.report.sections import add_sections  # noqa: PLC0415 - only with a cloud

        add_sections(report, item, call, cloud)
    return report
