"""A decision in words: short first, everything on request. Decides nothing itself."""

from __future__ import annotations

from pytest_ramsts.policy.decision import Decision
from pytest_ramsts.policy.evidence import considered

__all__ = ["explain"]


def explain(decision: Decision, *, full: bool) -> str:
    access = decision.access
    may = "may" if decision.allowed else "may not"
    lines = [f"{access.principal} {may} {access.action} on {access.resource}"]
    layer = f" by {decision.policy_type}" if decision.policy_type else ""
    lines.append(f"{decision.reason}{layer}")
    if decision.statement is not None:
        lines.append(f"decided by {decision.statement}")
    if full:
        lines += [
            f"  {one.layer}: {one.placed}: {one.mismatches or 'applies'}"
            for one in considered(decision)
        ]
    return "\n".join(lines)
