"""What pytest says of a comparison with a decision, a call or a journal that did not hold."""

from __future__ import annotations

from pytest_ramsts.journal import Call, Journal, listed
from pytest_ramsts.policy import Decision

__all__ = ["compared"]


def compared(op: str, left: object, right: object, *, full: bool) -> list[str] | None:
    """The lines for a failed assertion; None if it is none of ours."""
    for ours, other in ((left, right), (right, left)):
        match ours:
            case Decision():
                return [f"{left!r} {op} {right!r}", *_decision(ours, other, full=full)]
            case Journal():
                return [f"{_counted(left)} {op} {_counted(right)}", *_journal(ours, other)]
            case Call():
                return [f"{left!r} {op} {right!r}", *ours.explain(full=full).splitlines()]
    return None


def _decision(decision: Decision, other: object, *, full: bool) -> list[str]:
    lines = decision.explain(full=full).splitlines()
    if isinstance(other, bool):
        word = "" if other else "not "
        lines.insert(
            0,
            f"a Decision is true or false without being a bool: write `assert {word}user.can(...)`",
        )
    return lines


def _journal(journal: Journal, other: object) -> list[str]:
    lines = listed("calls:", journal)
    if isinstance(other, list | tuple) and any(isinstance(one, str) for one in other):
        lines.append("a Journal holds calls; for texts compare [call.action for call in calls]")
    return lines


def _counted(value: object) -> str:
    if isinstance(value, Journal):
        return f"<Journal of {len(value)} call{'' if len(value) == 1 else 's'}>"
    return repr(value)
