"""What was considered, what of it did not match, and what came nearest. Decides nothing.

Elements are compared in the order Action, Resource, Principal, Condition, by the evaluator's own
questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

from pytest_ramsts.policy.access import AppliedPolicy, Layers
from pytest_ramsts.policy.conditions import Condition, folded
from pytest_ramsts.policy.decision import Decision, PlacedStatement
from pytest_ramsts.policy.evaluation import ACCOUNT, CONTROL, GROUP, RESOURCE, SESSION, TRUST
from pytest_ramsts.policy.question import Question

__all__ = ["Considered", "Mismatch", "considered", "nearest_miss"]

Element = Literal["Action", "NotAction", "Resource", "NotResource", "Principal", "Condition"]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One element that does not match: what the statement says and what the request is.

    `kind` says it to a program: `differs`, or for a condition `key absent` or `value differs`.
    """

    element: Element
    expected: tuple[str, ...]
    actual: tuple[str, ...]
    kind: Literal["differs", "key absent", "value differs"] = "differs"
    operator: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Considered:
    """One statement laid against the request."""

    layer: str
    placed: PlacedStatement
    mismatches: tuple[Mismatch, ...]

    @property
    def applies(self) -> bool:
        return not self.mismatches

    @property
    def first(self) -> Mismatch:
        """The first element that fails."""
        return self.mismatches[0]


def considered(decision: Decision) -> tuple[Considered, ...]:
    """Every statement of every layer, those of layers that were never reached as well."""
    question = Question(decision.access, decision.settings)
    return tuple(
        Considered(layer, placed, tuple(_mismatches(question, placed)))
        for layer, policies in _layers(decision.layers)
        for placed in _placed(policies)
    )


def nearest_miss(decision: Decision) -> Considered | None:
    """The statement with the least to change, among those that could have allowed in that layer."""
    if decision.reason != "ImplicitDeny":
        return None
    misses = [
        one
        for one in considered(decision)
        if not one.applies
        and one.placed.statement.effect == "Allow"
        and _SPOKE_FOR[one.layer] == _SPOKE_FOR[decision.policy_type]
    ]
    return min(misses, key=_distance, default=None)


_SPOKE_FOR: Final = {
    CONTROL: "control",
    SESSION: "session",
    ACCOUNT: "pooled",
    GROUP: "pooled",
    RESOURCE: "pooled",
    TRUST: "trust",
}
"""Layers that are asked together."""


def _layers(layers: Layers) -> Iterator[tuple[str, Iterable[AppliedPolicy]]]:
    for node in layers.control:
        yield CONTROL, node
    if layers.session is not None:
        yield SESSION, (layers.session,)
    yield ACCOUNT, [one for one in layers.identity if one.resource_group is None]
    yield GROUP, [one for one in layers.identity if one.resource_group is not None]
    yield RESOURCE, layers.resource
    if layers.trust is not None:
        yield TRUST, (layers.trust,)


def _placed(policies: Iterable[AppliedPolicy]) -> Iterator[PlacedStatement]:
    for applied in policies:
        for index, statement in enumerate(applied.policy.statements, start=1):
            yield PlacedStatement(applied, index, statement)


def _mismatches(question: Question, placed: PlacedStatement) -> Iterator[Mismatch]:
    statement = placed.statement
    access = question.access
    if not statement.covers_action(question.action):
        element: Element = "NotAction" if statement.not_actions else "Action"
        yield Mismatch(element, statement.not_actions or statement.actions, (access.action,))
    if not statement.covers_resource(access.resource, question.settings):
        element = "NotResource" if statement.not_resources else "Resource"
        patterns = statement.not_resources or statement.resources
        yield Mismatch(element, patterns, (access.resource,))
    if statement.principals is not None and not question.is_from(
        statement, placed.policy.policy.kind
    ):
        principal = access.principal
        yield Mismatch("Principal", statement.principals.all, (principal.principal_arn,))
    for condition in statement.conditions:
        if not question.meets(condition):
            yield _unmet(question, condition)


def _unmet(question: Question, condition: Condition) -> Mismatch:
    actual = tuple(question.context.get(folded(condition.key, question.settings), ()))
    return Mismatch(
        "Condition",
        condition.values,
        actual,
        "value differs" if actual else "key absent",
        condition.operator,
        condition.key,
    )


def _distance(miss: Considered) -> float:
    """How much would have to change: each failing element counts, more when it is further off."""
    return sum(1 + _difference(mismatch) for mismatch in miss.mismatches)


def _difference(mismatch: Mismatch) -> float:
    """From 0 (the same) to 1 (nothing in common) between what is expected and what is."""
    if mismatch.element == "Condition" or not mismatch.actual:
        return 0.0
    actual = mismatch.actual[0].lower()
    return 1 - max(
        SequenceMatcher(None, expected.lower(), actual, autojunk=False).ratio()
        for expected in mismatch.expected
    )
