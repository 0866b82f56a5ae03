"""What was decided, by which layer and statement. Why is found out only when somebody asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from pytest_ramsts.policy.access import Access, AppliedPolicy, Layers
from pytest_ramsts.policy.settings import DEFAULT, Settings
from pytest_ramsts.policy.statement import Statement

if TYPE_CHECKING:
    from pytest_ramsts.policy.evidence import Considered
    from pytest_ramsts.policy.suggestion import Suggestion

__all__ = ["Decision", "PlacedStatement", "Reason", "Verdict"]

Reason = Literal["Allow", "ImplicitDeny", "ExplicitDeny"]


@dataclass(frozen=True, slots=True)
class PlacedStatement:
    """A statement and where it stands; `index` counts from 1, as people do."""

    policy: AppliedPolicy
    index: int
    statement: Statement

    def __str__(self) -> str:
        return f"statement {self.index} of policy `{self.policy.name}`"


class Verdict(NamedTuple):
    """What one layer, or several together, say; `number` counts statements from 0."""

    reason: Reason
    layer: str
    policy: AppliedPolicy | None = None
    number: int = 0


class Decision(NamedTuple):
    """True when the access is allowed; says why on request.

    >>> decision = decide(Access(alice, "ots:GetRow", "*"), Layers())
    >>> bool(decision), decision.reason
    (False, 'ImplicitDeny')
    """

    access: Access
    layers: Layers
    verdict: Verdict
    settings: Settings = DEFAULT

    @property
    def allowed(self) -> bool:
        return self.verdict.reason == "Allow"

    def __bool__(self) -> bool:
        return self.verdict.reason == "Allow"

    @property
    def reason(self) -> Reason:
        return self.verdict.reason

    @property
    def policy_type(self) -> str:
        """The layer that decided, as `PolicyType` of a refusal names it; empty for an owner."""
        return self.verdict.layer

    @property
    def statement(self) -> PlacedStatement | None:
        """The statement that decided; nothing where none did."""
        _, _, applied, number = self.verdict
        if applied is None:
            return None
        return PlacedStatement(applied, number + 1, applied.policy.statement(number))

    def __repr__(self) -> str:
        access = self.access
        return f"<Decision {self.reason}: {access.principal}, {access.action} on {access.resource}>"

    @property
    def considered(self) -> tuple[Considered, ...]:
        """Every statement of every layer, with what of it does not match."""
        from pytest_ramsts.policy.evidence import considered  # noqa: PLC0415 - only when asked

        return considered(self)

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
