"""What a refusal's EncodedDiagnosticMessage says."""

from __future__ import annotations

from typing import Any

from pytest_ramsts.policy import Decision
from pytest_ramsts.service import Body, Invocation
from pytest_ramsts.services.ram.product import ram


def _conditions(decision: Decision) -> list[dict[str, Any]]:
    return [
        {
            "ConditionKey": key,
            "ConditionValues": [value] if isinstance(value, str) else list(value),
        }
        for key, value in decision.access.context.items()
    ]


def _matched(decision: Decision) -> list[dict[str, Any]]:
    """The policy whose statement decided; where nothing allowed, none did."""
    if decision.statement is None:
        return []
    policy = decision.statement.policy
    return [
        {
            "PolicyIdentifier": policy.name,
            "PolicyType": policy.type,
            "PolicyVersion": policy.version,
            "Effect": decision.statement.statement.effect,
            "AttachedEntityType": policy.attached_to.partition(" ")[0],
            "AttachedScope": policy.resource_group or "Account",
        }
    ]


@ram.operation()
def decode_diagnostic_message(invocation: Invocation, encoded_diagnostic_message: str) -> Body:
    decision = invocation.world.diagnoses.decode(encoded_diagnostic_message)
    principal = decision.access.principal
    return {
        "DecodedDiagnosticMessage": {
            "AuthAction": decision.access.action,
            "AuthPrincipal": {
                "AuthPrincipalDisplayName": principal.display_name,
                "AuthPrincipalOwnerId": principal.account_id,
                "AuthPrincipalType": principal.denied_type,
            },
            "AuthResource": decision.access.resource,
            "AuthConditions": _conditions(decision),
            "ExplicitDeny": decision.reason == "ExplicitDeny",
            "NoPermissionPolicyType": decision.policy_type,
            "MatchedPolicies": _matched(decision),
        }
    }
