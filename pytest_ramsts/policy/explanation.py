"""A decision in words: a few lines first, everything on request. Decides nothing itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Final

from pytest_ramsts.policy.decision import Decision, PlacedStatement
from pytest_ramsts.policy.evaluation import ACCOUNT, CONTROL, GROUP, RESOURCE, SESSION, TRUST
from pytest_ramsts.policy.evidence import Considered, Mismatch, considered
from pytest_ramsts.policy.likeness import contrast
from pytest_ramsts.policy.question import ASSUME_ROLE, Question
from pytest_ramsts.policy.wildcard import matches

__all__ = ["explain"]

_LAYERS: Final = {
    CONTROL: "control policies",
    SESSION: "session policy",
    ACCOUNT: "identity policies",
    GROUP: "identity policies of the resource group",
    RESOURCE: "policies of the resource",
    TRUST: "trust policy of the role",
}

_SEGMENTS: Final = {1: "service", 2: "region", 3: "account"}
"""What the parts of an ARN are called, where a name helps."""


def explain(decision: Decision, *, full: bool) -> str:
    lines = [_asked(decision), _outcome(decision)]
    if decision.statement is not None:
        lines += _met(decision, decision.statement)
    elif decision.reason == "ImplicitDeny":
        lines += _gap(decision)
    if full:
        lines += _everything(decision)
    return "\n".join(lines)


def _asked(decision: Decision) -> str:
    access = decision.access
    verb = "may" if decision.allowed else "may not"
    return f"{access.principal} {verb} {access.action} on {access.resource}"


def _outcome(decision: Decision) -> str:
    placed = decision.statement
    if placed is not None:
        verb = "allows" if decision.allowed else "denies"
        outcome = f"{decision.reason} ({decision.policy_type})"
        return f"{outcome}: {_named(placed)} {verb} it: {_about(decision, placed)}"
    if decision.allowed:
        return f"Allow: account {decision.access.principal.account_id} owns the resource"
    return f"ImplicitDeny ({decision.policy_type}): {_silence(decision)}"


def _silence(decision: Decision) -> str:
    """Why nothing allowed it."""
    access = decision.access
    layer = decision.policy_type
    assumes = access.action.lower() == ASSUME_ROLE
    if assumes and access.principal.kind == "Account":
        return "an account itself cannot assume a role; a user or role of it can"
    if layer == TRUST and decision.layers.trust is None:
        return "the role has no trust policy here"
    if not assumes and layer in (ACCOUNT, GROUP) and access.owner != access.principal.account_id:
        return (
            f"the resource belongs to account {access.owner}; only a policy of the resource can "
            f"allow callers of account {access.principal.account_id}"
        )
    if layer in (CONTROL, SESSION):
        return (
            f"the {_LAYERS[layer]} must allow it first, whatever else does, and nothing there does"
        )
    if layer in (ACCOUNT, GROUP) and not decision.layers.identity:
        return "no policy is attached to the caller"
    return f"nothing in the {_LAYERS[layer]} allows it"


def _gap(decision: Decision) -> Iterator[str]:
    miss = decision.nearest_miss
    if miss is not None:
        yield f"nearest: {_named(miss.placed)}{_missed(decision, miss)}"
    suggestion = decision.suggestion
    if suggestion is not None:
        policy = suggestion.policy
        if policy is None:
            where = "in a policy of the caller"
        elif suggestion.replaces is None:
            where = f"added to policy `{policy.name}`"
        else:
            where = f"as statement {suggestion.replaces} of policy `{policy.name}`"
        yield f"this would allow it, {where}: {suggestion.text}"


def _everything(decision: Decision) -> Iterator[str]:
    layer = ""
    for one in considered(decision):
        if one.layer != layer:
            layer = one.layer
            yield f"{_LAYERS[layer]} ({layer}):"
        effect = one.placed.statement.effect
        if one.applies:
            yield f"  {_named(one.placed)}: applies, {effect}"
        else:
            reasons = "; ".join([_failed(decision, mismatch) for mismatch in one.mismatches])
            yield f"  {_named(one.placed)}: {effect} does not apply: {reasons}"


def _named(placed: PlacedStatement) -> str:
    policy = placed.policy
    attached = f" ({policy.attached_to})" if policy.attached_to else ""
    return f"statement {placed.index} of policy `{policy.name}`{attached}"


def _about(decision: Decision, placed: PlacedStatement) -> str:
    """By which of its patterns the statement is about the request."""
    statement, access = placed.statement, decision.access
    told = [
        f"Action {_covering(statement.actions, access.action)}" if statement.actions else "",
        f"NotAction {', '.join(statement.not_actions)}" if statement.not_actions else "",
        f"Resource {_covering(statement.resources, access.resource)}"
        if statement.resources
        else "",
        f"NotResource {', '.join(statement.not_resources)}" if statement.not_resources else "",
    ]
    return "; ".join(filter(None, told))


def _covering(patterns: tuple[str, ...], text: str) -> str:
    folded = text.lower()
    return next((one for one in patterns if matches(one.lower(), folded)), patterns[0])


def _met(decision: Decision, placed: PlacedStatement) -> Iterator[str]:
    """The conditions of the statement that decided: an absent key meets more than one expects."""
    question = Question(decision.access, decision.settings)
    for condition in placed.statement.conditions:
        actual = question.values_of(condition)
        carried = f"has {_values(actual)}" if actual else "does not carry the key"
        wanted = f"{condition.operator} {condition.key} {_values(condition.values, ' or ')}"
        yield f"its condition {wanted} is met: the request {carried}"


def _values(values: Iterable[str], joint: str = " and ") -> str:
    return joint.join([f"`{value}`" for value in values])


def _missed(decision: Decision, miss: Considered) -> str:
    first = miss.first
    about = ": " if first.element in ("Action", "NotAction") else " allows the action; "
    others = [mismatch.element for mismatch in miss.mismatches[1:]]
    further = f" (nor do its {' and '.join(dict.fromkeys(others))})" if others else ""
    return f"{about}{_failed(decision, first)}{further}"


def _failed(decision: Decision, mismatch: Mismatch) -> str:
    """One element that does not match, with what is expected and what is."""
    if mismatch.element == "Condition":
        return _condition_failed(decision, mismatch)
    if mismatch.kind == "listed":
        return f"its {mismatch.element} `{mismatch.nearest}` is all but `{mismatch.actual[0]}`"
    if mismatch.kind == "scope":
        actual = f"`{mismatch.actual[0]}`" if mismatch.actual else "none that is known"
        return f"it holds in resource group `{mismatch.nearest}` only; the resource is in {actual}"
    actual = mismatch.actual[0]
    expected, shown, position = contrast(mismatch.nearest, actual)
    others = len(mismatch.expected) - 1
    element, hint = mismatch.element.lower(), _hint(mismatch, position)
    if others:
        return f"none of its {element}s, `{expected}` or {others} more, matches `{shown}`{hint}"
    return f"its {element} `{expected}` does not match `{shown}`{hint}"


def _hint(mismatch: Mismatch, position: int) -> str:
    expected, actual = mismatch.nearest, mismatch.actual[0]
    if expected.lower() == actual.lower():
        return ": the letter case differs"
    if mismatch.element != "Resource":
        return ""
    if matches(f"{expected}/*", actual):
        return ": it does not cover what is inside, `/*` would"
    if matches(expected, f"{actual}/"):
        return ": it covers what is inside only"
    segment = _SEGMENTS.get(position)
    return f": another {segment}" if segment else ""


def _condition_failed(decision: Decision, mismatch: Mismatch) -> str:
    wanted = _values(mismatch.expected, " or ")
    condition = f"its condition {mismatch.operator} {mismatch.key}"
    if mismatch.kind == "key absent":
        close = get_close_matches(mismatch.key, decision.access.context, n=1, cutoff=0.8)
        instead = f", but carries `{close[0]}`" if close else ""
        return f"{condition} wants {wanted}; the request does not carry the key{instead}"
    verb = "excludes" if mismatch.kind == "value excluded" else "wants"
    return f"{condition} {verb} {wanted}; the request has {_values(mismatch.actual)}"
