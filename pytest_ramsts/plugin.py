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
    sts_credentials,
)

__all__ = ["ram_account", "ram_role", "ram_user", "ramsts", "ramsts_clock", "sts_credentials"]

_SECTION: Final = "Alibaba Cloud calls"
_ASKED: Final = "The last can()"
_HEADLINE: Final = "ramsts_headline"

_MARKER: Final = (
    "ramsts(mode='strict', seed=None, passed=(), limits=None, settings=None): how the fake Alibaba"
    " Cloud of this test behaves: mode is strict, soft or off; seed repeats names and ids; passed"
    " names hosts that are let through; limits and settings are pytest_ramsts.Limits and .Settings."
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


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARKER)
    if config.getoption("--ramsts-trace"):
        config.pluginmanager.register(Trace(config), "ramsts-trace")
    if config.getini("ramsts_guard") not in ("session", "test"):
        raise pytest.UsageError(
            f"ramsts_guard is session or test, not `{config.getini('ramsts_guard')}`"
        )
    if config.getini("ramsts_mode") not in ("strict", "soft", "off"):
        raise pytest.UsageError(
            f"ramsts_mode is strict, soft or off, not `{config.getini('ramsts_mode')}`"
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the report of a test say which calls it made. pytest shows it when the test fails."""
    report = yield
    cloud = item.stash.get(CLOUD, None)
    if cloud is None or call.when != "call":
        return report
    if (
        cloud.world.asked is not None
        and call.excinfo
        and isinstance(call.excinfo.value, AssertionError)
    ):
        full = item.config.get_verbosity() > 1
        report.sections.append((_ASKED, cloud.world.asked.explain(full=full)))
    if cloud.calls:
        from pytest_ramsts.report.trace import told  # noqa: PLC0415 - loaded with the cloud

        report.sections.append((_SECTION, told(cloud.calls)))
        headline = (getattr(getattr(item, "function", None), "__doc__", "") or "").strip()
        report.user_properties.append((_HEADLINE, headline.partition("\n")[0]))
    return report


class Trace:
    """Tells the calls of the tests that pass, as `--ramsts-trace` asks for."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        told = dict(report.sections).get(_SECTION)
        if terminal is None or told is None or not report.passed or report.when != "call":
            return
        terminal.ensure_newline()
        terminal.write_line("")
        terminal.write_line(report.nodeid, bold=True)
        if headline := dict(report.user_properties).get(_HEADLINE):
            terminal.write_line(f"  {headline}")
        for line in told.splitlines():
            terminal.write_line(f"  {line}", **_colour(line))


def _colour(line: str) -> dict[str, bool]:
    if line.endswith("  ok"):
        return {"green": True}
    if line.endswith("  denied") or "  refused: " in line:
        return {"red": True}
    return {"light": True} if line.startswith(" ") else {}
