"""What was decided, by which layer and statement. Why is found out only when somebody asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pytest_ramsts.policy.access import Access, AppliedPolicy, Layers
from pytest_ramsts.policy.settings import DEFAULT, Settings
from pytest_ramsts.policy.statement import Statement

if TYPE_CHECKING:
    from pytest_ramsts.policy.evidence import Considered
    from pytest_ramsts.policy.suggestion import Suggestion

__all__ = ["Decision", "PlacedStatement", "Reason"]

Reason = Literal["Allow", "ImplicitDeny", "ExplicitDeny"]


@dataclass(frozen=True, slots=True)
class PlacedStatement:
    """A statement and where it stands; `index` counts from 1, as people do."""

    policy: AppliedPolicy
    index: int
    statement: Statement

    def __str__(self) -> str:
        return f"statement {self.index} of policy `{self.policy.name}`"


@dataclass(frozen=True, slots=True)
class Decision:
    """True when the access is allowed; says why on request.

    `policy_type` is the layer that decided, as `PolicyType` of a refusal names it, and empty where
    ownership decided.
    """

    access: Access
    layers: Layers = field(repr=False)
    reason: Reason
    policy_type: str
    statement: PlacedStatement | None
    settings: Settings = field(default=DEFAULT, repr=False)

    @property
    def allowed(self) -> bool:
        return self.reason == "Allow"

    def __bool__(self) -> bool:
        return self.reason == "Allow"

    def __repr__(self) -> str:
        access = self.access
        return f"<Decision {self.reason}: {access.principal}, {access.action} on {access.resource}>"

    @property
    def nearest_miss(self) -> Considered | None:
        """The statement that came nearest to allowing what nothing allows, and why it did not."""
        from pytest_ramsts.policy.evidence import nearest_miss  # noqa: PLC0415 - only when asked

        return nearest_miss(self)

    @property
    def suggestion(self) -> Suggestion | None:
        """The smallest statement that would allow it, proven by deciding again.

        It only fills gaps: nothing is suggested against a Deny.
        """
        from pytest_ramsts.policy.suggestion import suggest  # noqa: PLC0415 - only when asked

        return suggest(self)

    def explain(self, full: bool = False) -> str:
        """Why, for people: a few lines, or everything that was considered."""
        from pytest_ramsts.policy.explanation import explain  # noqa: PLC0415 - only when asked

        return explain(self, full=full)

    def detail(self) -> dict[str, str]:
        """`AccessDeniedDetail` of the refusal, but for its EncodedDiagnosticMessage."""
        principal = self.access.principal
        return {
            "AuthAction": self.access.action,
            "AuthPrincipalType": principal.denied_type,
            "AuthPrincipalOwnerId": principal.account_id,
            "AuthPrincipalDisplayName": principal.display_name,
            "NoPermissionType": self.reason,
            "PolicyType": self.policy_type,
        }
