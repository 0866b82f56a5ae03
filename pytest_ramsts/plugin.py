"""pytest's side: options, ini values, the marker, and the cloud a test asks for. Loads nothing
heavy at start.
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from typing import Final

import pytest

from pytest_ramsts.fixtures import (
    CLOUD,
    oidc_provider,
    ram_account,
    ram_role,
    ram_user,
    ramsts,
    ramsts_clock,
    ramsts_server,
    saml_provider,
    sts_credentials,
)

__all__ = [
    "oidc_provider",
    "ram_account",
    "ram_role",
    "ram_user",
    "ramsts",
    "ramsts_clock",
    "ramsts_server",
    "saml_provider",
    "sts_credentials",
]

_MODES: Final = {
    "strict": "a refusal by RAM refuses",
    "soft": "what RAM would refuse goes through and is listed at the end",
    "off": "RAM is not asked",
}

_MARKER: Final = (
    "ramsts(mode='strict', load=(), seed=None, passed=(), limits=None, settings=None,"
    " clock_engine=None): how the fake Alibaba Cloud of this test behaves: mode is strict, soft or"
    " off; load is a file, or several, that describe its world: YAML, JSON, Terraform, a folder of"
    " policies; seed repeats names and ids; passed names hosts that are let through; limits and"
    " settings are pytest_ramsts.Limits and .Settings; clock_engine is freezegun or time-machine."
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


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say the mode where it is not the usual one, or where one wants to know."""
    option, ini = config.getoption("--ramsts-mode"), config.getini("ramsts_mode")
    mode = option or ini
    if mode == "strict" and config.get_verbosity() < 1:
        return None
    return f"pytest-ramsts: {mode} mode, {_MODES[mode]}{'' if option else ' (ramsts_mode)'}"


def pytest_assertrepr_compare(
    config: pytest.Config, op: str, left: object, right: object
) -> list[str] | None:
    """Tell the story of a decision, a call or a journal that was compared."""
    if "pytest_ramsts.journal" not in sys.modules:
        return None
    from pytest_ramsts.report.comparison import compared  # noqa: PLC0415 - only with a cloud

    return compared(op, left, right, full=config.get_verbosity() > 1)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter,
) -> Generator[None, None, None]:
    """Show the sections as the terminal is, and what soft mode let through."""
    stats = terminalreporter.stats.values()
    reports = [one for some in stats for one in some if hasattr(one, "ramsts_story")]
    if not reports:
        return (yield)
    from pytest_ramsts.report.terminal import painted, summarise  # noqa: PLC0415 - only with these

    with painted(terminalreporter, reports):
        yield
    summarise(terminalreporter, reports)
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Let a test fail with what failed inside a request, and not with what an SDK made of it."""
    error: BaseException | None = None
    try:
        return (yield)
    except BaseException as raised:
        error = raised
        raise
    finally:
        if (cloud := item.stash.get(CLOUD, None)) is not None:
            cloud.raise_failures(error)


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
