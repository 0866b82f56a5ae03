"""What was considered, what of it did not match, and what came nearest. Decides nothing.

Elements are compared in the order Action, Resource, Principal, Condition, by the evaluator's own
questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from pytest_ramsts.policy.access import AppliedPolicy, Layers
from pytest_ramsts.policy.conditions import Condition
from pytest_ramsts.policy.decision import Decision, PlacedStatement
from pytest_ramsts.policy.evaluation import ACCOUNT, CONTROL, GROUP, RESOURCE, SESSION, TRUST
from pytest_ramsts.policy.known_actions import is_known
from pytest_ramsts.policy.likeness import difference, nearest
from pytest_ramsts.policy.question import ASSUME_ROLE, Question
from pytest_ramsts.policy.statement import Statement

__all__ = ["Considered", "Element", "Mismatch", "considered", "nearest_miss"]

Element = Literal["Action", "NotAction", "Resource", "NotResource", "Principal", "Condition"]

MismatchKind = Literal[
    "differs", "listed", "key absent", "value differs", "value excluded", "scope"
]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One element that does not match: what the statement says, and what the request is.

    `kind` says it to a program. Action, Resource and Principal `differ`; NotAction and NotResource
    have it `listed`. Of a Condition the `key` is `absent`, its `value differs` from all that are
    expected, or, under a negated operator, its `value` is one that is `excluded`.
    """

    element: Element
    expected: tuple[str, ...]
    actual: tuple[str, ...]
    kind: MismatchKind = "differs"
    operator: str = ""
    key: str = ""

    @property
    def nearest(self) -> str:
        """Of what is expected, the one most like what is."""
        return nearest(self.expected, self.actual[0]) if self.actual else self.expected[0]


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
    return tuple(one for _, together in _asked(decision) for one in together)


def nearest_miss(decision: Decision) -> Considered | None:
    """The statement with the least to change, among those that could have allowed in that layer."""
    if decision.reason != "ImplicitDeny":
        return None
    misses = [
        one
        for one in _silent(decision)
        if one.mismatches and one.placed.statement.effect == "Allow"
    ]
    return min(misses, key=_distance, default=None)


def _silent(decision: Decision) -> Iterator[Considered]:
    """The statements of the layers that were asked together and allowed nothing."""
    question = Question(decision.access, decision.settings)
    layers = _ASKED_TOGETHER[decision.policy_type]
    if layers == _POOLED and question.action == ASSUME_ROLE:
        layers -= {RESOURCE}  # A role has a trust policy instead.
    elif layers == _POOLED and question.foreign:
        layers = frozenset({RESOURCE})  # An identity policy ends at its account.
    for layer, together in _asked(decision):
        # Of the nodes of the directory, those that allow have done their part.
        if layer in layers and not (layer == CONTROL and any(one.applies for one in together)):
            yield from together
            if layer == CONTROL:
                return


def _asked(decision: Decision) -> Iterator[tuple[str, list[Considered]]]:
    """Each layer, or node of the directory, with its statements laid against the request."""
    question = Question(decision.access, decision.settings)
    for layer, policies in _layers(decision):
        yield (
            layer,
            [
                Considered(layer, placed, tuple(_mismatches(question, placed)))
                for placed in _placed(policies)
            ],
        )


_POOLED: Final = frozenset({ACCOUNT, GROUP, RESOURCE})
_ASKED_TOGETHER: Final[dict[str, frozenset[str]]] = {
    CONTROL: frozenset({CONTROL}),
    SESSION: frozenset({SESSION}),
    ACCOUNT: _POOLED,
    GROUP: _POOLED,
    RESOURCE: _POOLED,
    TRUST: frozenset({TRUST}),
}
"""The layers that could have allowed, where one of them is said to have refused."""


def _layers(decision: Decision) -> Iterator[tuple[str, Iterable[AppliedPolicy]]]:
    layers: Layers = decision.layers
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
    group = placed.policy.resource_group
    if group is not None and group != access.resource_group:
        actual = () if access.resource_group is None else (access.resource_group,)
        yield Mismatch("Resource", (group,), actual, "scope")
    if not statement.covers_action(question.action):
        yield _action_mismatch(statement, access.action)
    if not statement.covers_resource(access.resource, question.settings):
        yield _resource_mismatch(statement, access.resource)
    principals = statement.principals
    if principals is not None and not question.is_from(statement, placed.policy.policy.kind):
        principal = access.principal
        actual = (principal.id,) if principals.uids is not None else (principal.principal_arn,)
        yield Mismatch("Principal", principals.all, actual)
    for condition in statement.conditions:
        if not question.meets(condition):
            yield _condition_mismatch(question, condition)


def _action_mismatch(statement: Statement, action: str) -> Mismatch:
    if statement.not_actions:
        return Mismatch("NotAction", statement.not_actions, (action,), "listed")
    return Mismatch("Action", statement.actions, (action,))


def _resource_mismatch(statement: Statement, resource: str) -> Mismatch:
    if statement.not_resources:
        return Mismatch("NotResource", statement.not_resources, (resource,), "listed")
    return Mismatch("Resource", statement.resources, (resource,))


def _condition_mismatch(question: Question, condition: Condition) -> Mismatch:
    actual = tuple(question.values_of(condition))
    kind: MismatchKind = "value excluded" if condition.rule.negated else "value differs"
    return Mismatch(
        "Condition",
        condition.values,
        actual,
        kind if actual else "key absent",
        condition.operator,
        condition.key,
    )


def _distance(miss: Considered) -> float:
    """How much would have to change: each failing element counts, more when it is further off."""
    return sum(1 + _difference(mismatch) for mismatch in miss.mismatches)


def _difference(mismatch: Mismatch) -> float:
    """From 0 to 1, and 1 more for an action that is none misspelt but really another one."""
    if mismatch.element == "Condition" or not mismatch.actual:
        return 0.0
    nearest = mismatch.nearest
    another = mismatch.element == "Action" and is_known(nearest)
    return difference(nearest, mismatch.actual[0]) + another
