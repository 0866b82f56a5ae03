"""The smallest statement that would allow what nothing allows, proven by deciding again.

It fills gaps only: against a Deny nothing is suggested, and of a condition that the request does
not meet only a value is added, since a statement without it would let everybody around it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pytest_ramsts.errors import MalformedPolicyDocumentError
from pytest_ramsts.policy.access import AppliedPolicy, Layers
from pytest_ramsts.policy.decision import Decision
from pytest_ramsts.policy.document import Policy
from pytest_ramsts.policy.evaluation import ACCOUNT, GROUP, decide
from pytest_ramsts.policy.evidence import Considered, nearest_miss
from pytest_ramsts.policy.principal import Principal, Principals

__all__ = ["Suggestion", "suggest"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A statement that would allow the access.

    It is added to `policy`, or takes the place of its statement `replaces` (counted from 1).
    Without a policy it belongs in a new one: nothing is attached, or only system policies, which
    nobody can change.
    """

    statement: dict[str, Any]
    policy: AppliedPolicy | None = None
    replaces: int | None = None

    @property
    def text(self) -> str:
        """The statement as JSON."""
        return json.dumps(self.statement, ensure_ascii=False)


def suggest(decision: Decision) -> Suggestion | None:
    if decision.reason != "ImplicitDeny":
        return None
    miss = nearest_miss(decision)
    if miss is not None and all(one.element == "Condition" for one in miss.mismatches):
        suggestion = _with_values_added(miss)
    else:
        suggestion = _added(decision, miss)
    if suggestion is None:
        return None
    try:
        return suggestion if _allows(decision, suggestion) else None
    except MalformedPolicyDocumentError:  # A value of the request that no policy can name.
        return None


def _with_values_added(miss: Considered) -> Suggestion | None:
    """The nearest statement, accepting the request's values too."""
    applied = miss.placed.policy
    if applied.type == "System" or any(one.kind != "value differs" for one in miss.mismatches):
        return None
    statement = miss.placed.statement.document
    for one in miss.mismatches:
        statement["Condition"][one.operator][one.key] = [*one.expected, one.actual[0]]
    return Suggestion(statement, applied, miss.placed.index)


def _added(decision: Decision, miss: Considered | None) -> Suggestion | None:
    """This action on this resource only, under the conditions of the nearest statement."""
    access = decision.access
    statement: dict[str, Any] = {"Effect": "Allow", "Action": access.action}
    applied = None if miss is None else miss.placed.policy
    if applied is None or applied.policy.kind != "trust":
        statement["Resource"] = access.resource
    if miss is not None:
        nearest = miss.placed.statement
        if nearest.principals is not None:
            statement["Principal"] = _naming(access.principal, nearest.principals)
        if nearest.conditions:
            statement["Condition"] = nearest.document["Condition"]
    in_new_policy = applied is None or applied.type == "System"
    if in_new_policy and decision.policy_type not in (ACCOUNT, GROUP):
        return None
    return Suggestion(statement, None if in_new_policy else applied)


def _naming(principal: Principal, like: Principals) -> Any:
    if like.uids is not None:
        return [principal.id or principal.account_id]
    kind = {"Service": "Service", "Federated": "Federated"}.get(principal.kind, "RAM")
    return {kind: [principal.principal_arn]}


def _allows(decision: Decision, suggestion: Suggestion) -> bool:
    layers = decision.layers
    applied = suggestion.policy
    if applied is None:
        policy = Policy.parse({"Version": "1", "Statement": [suggestion.statement]})
        new = AppliedPolicy(policy, "suggested", "Custom")
        again = layers._replace(identity=(*layers.identity, new))
    else:
        again = _swapped(layers, applied, _changed(decision, applied, suggestion))
    return decide(decision.access, again, decision.settings).allowed


def _changed(decision: Decision, applied: AppliedPolicy, suggestion: Suggestion) -> AppliedPolicy:
    statements = [one.document for one in applied.policy.statements]
    if suggestion.replaces is None:
        statements.append(suggestion.statement)
    else:
        statements[suggestion.replaces - 1] = suggestion.statement
    document = {"Version": "1", "Statement": statements}
    policy = Policy.parse(document, applied.policy.kind, decision.settings)
    return applied._replace(policy=policy)


def _swapped(layers: Layers, old: AppliedPolicy, new: AppliedPolicy) -> Layers:
    def swapped(policies: tuple[AppliedPolicy, ...]) -> tuple[AppliedPolicy, ...]:
        return tuple([new if one is old else one for one in policies])

    return Layers(
        control=tuple([swapped(node) for node in layers.control]),
        session=new if layers.session is old else layers.session,
        identity=swapped(layers.identity),
        resource=swapped(layers.resource),
        trust=new if layers.trust is old else layers.trust,
    )
