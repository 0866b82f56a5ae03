"""The smallest statement that would allow what nothing allows, proven by deciding again."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from pytest_ramsts.policy.access import AppliedPolicy, Layers
from pytest_ramsts.policy.decision import Decision
from pytest_ramsts.policy.document import Policy

__all__ = ["Suggestion", "suggest"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A statement to add to a policy that applies already."""

    policy: AppliedPolicy
    statement: dict[str, Any]

    @property
    def text(self) -> str:
        return json.dumps(self.statement, ensure_ascii=False)


def suggest(decision: Decision) -> Suggestion | None:
    miss = decision.nearest_miss
    if miss is None:
        return None
    access = decision.access
    statement: dict[str, Any] = {"Effect": "Allow", "Action": access.action}
    applied = miss.placed.policy
    if applied.policy.kind == "trust":
        statement["Principal"] = {"RAM": [access.principal.principal_arn]}
    else:
        statement["Resource"] = access.resource
    document = {**applied.policy.document}
    document["Statement"] = [*document["Statement"], statement]
    changed = replace(
        applied, policy=Policy.parse(document, applied.policy.kind, decision.settings)
    )
    return Suggestion(applied, statement) if _allows(decision, applied, changed) else None


def _allows(decision: Decision, applied: AppliedPolicy, changed: AppliedPolicy) -> bool:
    from pytest_ramsts.policy.evaluation import decide  # noqa: PLC0415 - it imports Decision

    def swapped(policies: tuple[AppliedPolicy, ...]) -> tuple[AppliedPolicy, ...]:
        return tuple([changed if one is applied else one for one in policies])

    layers = decision.layers
    session, trust = layers.session, layers.trust
    again = Layers(
        control=tuple([swapped(node) for node in layers.control]),
        session=changed if session is applied else session,
        identity=swapped(layers.identity),
        resource=swapped(layers.resource),
        trust=changed if trust is applied else trust,
    )
    return decide(decision.access, again, decision.settings).allowed
