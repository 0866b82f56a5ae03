"""Tells the calls of tests that pass on the terminal, as `--ramsts-trace` asks for."""

from __future__ import annotations

import pytest

from pytest_ramsts.report.sections import CALLS, CHAPTER, HEADLINE

__all__ = ["Trace"]


class Trace:
    """A plugin beside the terminal reporter: a chapter for each module, a story for each test."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._chapter = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """No dot for what is told in words."""
        return ("passed", "", "") if _is_told(report) else None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if terminal is None or not _is_told(report):
            return
        terminal.ensure_newline()
        self._begin_chapter(terminal, report)
        headline = dict(report.user_properties).get(HEADLINE) or report.nodeid
        terminal.write_line(f"{headline}", bold=True)
        for line in dict(report.sections)[CALLS].splitlines():
            terminal.write_line(f"  {line}", **_colour(line))
        terminal.write_line("")

    def _begin_chapter(self, terminal: pytest.TerminalReporter, report: pytest.TestReport) -> None:
        module = report.nodeid.partition("::")[0]
        if module != self._chapter:
            self._chapter = module
            terminal.write_sep("-", str(dict(report.user_properties).get(CHAPTER) or module))


def _is_told(report: pytest.TestReport) -> bool:
    return report.passed and report.when == "call" and CALLS in dict(report.sections)


def _colour(line: str) -> dict[str, bool]:
    if line.startswith(" "):
        return {"light": True}
    return {"green": True} if line.endswith("  ok") else {"red": True}
