"""What the terminal shows: the story of a test in colour and as wide as it is, and at the end what
soft mode let through and what may have gone unnoticed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest

from pytest_ramsts.report.sections import CALLS, Story, story_of
from pytest_ramsts.report.trace import Row, lines

__all__ = ["Trace", "painted", "summarise"]


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
        story = story_of(report)
        _begin_line(terminal)
        self._begin_chapter(terminal, report, story)
        terminal.write_line(_headline(report, story), bold=True)
        for line in _lines(terminal, story["calls"], indent=2):
            terminal.write_line(f"  {line}")
        terminal.write_line("")

    def _begin_chapter(
        self, terminal: pytest.TerminalReporter, report: pytest.TestReport, story: Story
    ) -> None:
        module = report.nodeid.partition("::")[0]
        if module != self._chapter:
            self._chapter = module
            terminal.write_sep("-", story["chapter"] or module)


def _headline(report: pytest.TestReport, story: Story) -> str:
    """The first line of the test's docstring, and which of several cases it is."""
    _, bracket, case = report.nodeid.partition("[")
    return f"{story['headline']} {bracket}{case}".rstrip() if story["headline"] else report.nodeid


def _is_told(report: pytest.TestReport) -> bool:
    return report.passed and report.when == "call" and "calls" in story_of(report)


@contextmanager
def painted(
    terminal: pytest.TerminalReporter, reports: Iterable[pytest.TestReport]
) -> Iterator[None]:
    """Let the sections of failing tests be as wide and colourful as the terminal, for one block:
    other readers of a report get plain text.
    """
    plain = [(report, report.sections) for report in reports if "calls" in story_of(report)]
    for report, sections in plain:
        shown = "\n".join(_lines(terminal, story_of(report)["calls"]))
        report.sections = [
            (name, shown if name == CALLS else content) for name, content in sections
        ]
    try:
        yield
    finally:
        for report, sections in plain:
            report.sections = sections


def summarise(terminal: pytest.TerminalReporter, reports: Iterable[pytest.TestReport]) -> None:
    """Say what soft mode let through, and which refusals a passing test may have overlooked."""
    reports = list(reports)
    _list(
        terminal,
        reports,
        "soft",
        "pytest-ramsts, soft mode: this would have been denied",
    )
    _list(
        terminal,
        reports,
        "swallowed",
        "pytest-ramsts: refused in passing tests, with an answer that no SDK raises for",
        "expect such a refusal with ramsts.denies(...), its absence with ramsts.allows(...)",
    )


def _list(
    terminal: pytest.TerminalReporter,
    reports: Iterable[pytest.TestReport],
    name: str,
    headline: str,
    cure: str = "",
) -> None:
    found = [
        (report.nodeid, story_of(report)[name]) for report in reports if name in story_of(report)
    ]
    if not found:
        return
    _begin_line(terminal)
    terminal.section(headline, sep="-", yellow=True)
    for nodeid, rows in sorted(found):
        terminal.write_line(nodeid)
        for line in _lines(terminal, rows, indent=2, whole=False):
            terminal.write_line(f"  {line}")
    if cure:
        terminal.write_line(cure)


def _begin_line(terminal: pytest.TerminalReporter) -> None:
    """Leave the line of a dot; `ensure_newline` does not know of dots that came from a worker."""
    terminal.ensure_newline()
    if terminal._tw.width_of_current_line:  # noqa: SLF001 - as in _lines
        terminal._tw.line()  # noqa: SLF001 - likewise


def _lines(
    terminal: pytest.TerminalReporter, rows: list[Row], indent: int = 0, *, whole: bool = True
) -> Iterator[str]:
    writer = terminal._tw  # noqa: SLF001 - the only way to a terminal's width and colours
    return lines(rows, writer.fullwidth - indent, writer.markup, whole=whole)
