"""What a test's report says beside its traceback: its calls, and the last answer of `can()`."""

from __future__ import annotations

from typing import Final, Protocol

import pytest

from pytest_ramsts.identity import World
from pytest_ramsts.journal import Journal
from pytest_ramsts.report.trace import told

__all__ = ["CALLS", "CHAPTER", "HEADLINE", "add_sections"]

CALLS: Final = "Alibaba Cloud calls"
CHAPTER: Final = "ramsts_chapter"
HEADLINE: Final = "ramsts_headline"
_ASKED: Final = "The last can()"


class Cloud(Protocol):
    """As much of a cloud as a report needs."""

    calls: Journal
    world: World


def add_sections(
    report: pytest.TestReport, item: pytest.Item, call: pytest.CallInfo[None], cloud: Cloud
) -> None:
    """Add what pytest shows when the test fails, and `--ramsts-trace` for every test."""
    asked = cloud.world.asked
    if asked is not None and call.excinfo and isinstance(call.excinfo.value, AssertionError):
        full = item.config.get_verbosity() > 1
        report.sections.append((_ASKED, asked.explain(full=full)))
    if cloud.calls:
        report.sections.append((CALLS, told(cloud.calls)))
    if item.config.getoption("--ramsts-trace"):
        # Only then: user properties end up in reports that others read.
        report.user_properties += [
            (CHAPTER, _first_line(getattr(item, "module", None))),
            (HEADLINE, _first_line(getattr(item, "function", None))),
        ]


def _first_line(documented: object) -> str:
    return (getattr(documented, "__doc__", None) or "").strip().partition("\n")[0]
