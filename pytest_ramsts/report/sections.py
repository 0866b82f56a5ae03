"""What a test's report says beside its traceback: its calls, and the last answer of `can()`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

import pytest

from pytest_ramsts.errors import RamstsError
from pytest_ramsts.identity import World
from pytest_ramsts.journal import Call, Journal
from pytest_ramsts.policy import Decision
from pytest_ramsts.report.trace import lines, row, rows

__all__ = ["ASKED", "CALLS", "HINT", "Story", "add_sections", "story_of"]

CALLS: Final = "Alibaba Cloud calls"
ASKED: Final = "The last can()"
_MANY, _FIRST = 50, 5
HINT: Final = "A hint of pytest-ramsts"
_LEND: Final = (
    "The application seems to have found no credentials."
    " Lend it some for a block: with ramsts.acting_as(user): ..."
)
_ATTRIBUTE: Final = "ramsts_story"

Story = dict[str, Any]
"""What a report brings along for the terminal: plain values only, as it may come from a worker.

`calls` are the rows of the section, `soft` those of calls that would have been denied, `swallowed`
those of refusals that nobody may have noticed; `chapter` and `headline` are first lines of
docstrings.
"""


class Cloud(Protocol):
    """As much of a cloud as a report needs."""

    calls: Journal
    world: World

    @property
    def swallowed(self) -> Journal: ...


def add_sections(
    report: pytest.TestReport, item: pytest.Item, call: pytest.CallInfo[None], cloud: Cloud
) -> None:
    """Add what pytest shows when the test fails, and `--ramsts-trace` for every test."""
    full = item.config.get_verbosity() > 1
    error = call.excinfo.value if call.excinfo else None
    if cloud.world.asked and isinstance(error, AssertionError):
        report.sections.append(_asked(list(cloud.world.asked), str(error), full=full))
    if error is not None and _lacks_credentials(cloud.calls, error):
        report.sections.append((HINT, _LEND))
    story: Story = {}
    traced = item.config.getoption("--ramsts-trace")
    if cloud.calls and (report.failed or traced):
        calls = list(cloud.calls) if full or traced else _shortened(list(cloud.calls))
        note = _note(cloud.calls, error) if report.failed else lambda _: ()
        story["calls"] = rows(calls, full=full, note=note)
        report.sections.append((CALLS, "\n".join(lines(story["calls"]))))
        story["chapter"] = _first_line(getattr(item, "module", None))
        story["headline"] = _first_line(getattr(item, "function", None))
    soft = [made for made in cloud.calls if made.denied and not made.code]
    if soft:
        story["soft"] = [row(made) for made in soft]
    if report.passed and cloud.swallowed:
        story["swallowed"] = [row(made) for made in cloud.swallowed]
    if story:
        setattr(report, _ATTRIBUTE, story)


def story_of(report: object) -> Story:
    """What `add_sections` left at a report; empty where it left nothing."""
    story: Story = getattr(report, _ATTRIBUTE, None) or {}
    return story


def _shortened(calls: list[Call]) -> list[Call]:
    """Of very many calls the first few and the last, which are nearest to the failure."""
    return calls if len(calls) <= _MANY else [*calls[:_FIRST], *calls[_FIRST - _MANY :]]


def _asked(decisions: Sequence[Decision], message: str, *, full: bool) -> tuple[str, str]:
    """The decision that a failed assertion shows, else the last one, explained."""
    for decision in reversed(decisions):
        if repr(decision) in message:
            return "can()", decision.explain(full=full)
    return ASKED, decisions[-1].explain(full=full)


def _lacks_credentials(calls: Journal, error: BaseException) -> bool:
    """Whether an SDK gave up before it signed anything."""
    if isinstance(error, AssertionError | RamstsError):  # a test's own words, or ours
        return False
    return "credential" in str(error).lower() and not any(call.key_id for call in calls)


def _note(journal: Journal, error: BaseException | None) -> Callable[[Call], list[str]]:
    """Say of a refusal that its exception did not come as far as the test's end."""

    def note(call: Call) -> list[str]:
        loud = call.denied and call.code and not call.silent
        if not loud or call.number in journal.noticed or (error and call.told_by(error)):
            return []
        return [
            "the exception of this refusal did not end the test: something caught it on its way"
        ]

    return note


def _first_line(documented: object) -> str:
    return (getattr(documented, "__doc__", None) or "").strip().partition("\n")[0]
