"""An access as the evaluator asks it: read once, then laid against many statements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pytest_ramsts.policy.access import Access
from pytest_ramsts.policy.conditions import Condition, Context, folded
from pytest_ramsts.policy.readings import IOT, LISTINGS, read_with
from pytest_ramsts.policy.settings import DEFAULT, Settings
from pytest_ramsts.policy.statement import Statement

__all__ = ["ASSUME_ROLE", "Question"]

ASSUME_ROLE: Final = "sts:assumerole"


class Question:
    """What statements are compared with; the context is read when a condition asks for it."""

    __slots__ = ("_context", "access", "action", "owner", "settings")

    def __init__(self, access: Access, settings: Settings) -> None:
        self.access = access
        self.settings = settings
        self.action = access.action.lower()
        self.owner = access.owner
        self._context: Context | None = None

    @property
    def of_owner(self) -> bool:
        """Whether the account itself asks about what is its own."""
        principal = self.access.principal
        return principal.kind == "Account" and principal.account_id == self.owner

    @property
    def foreign(self) -> bool:
        return self.access.principal.account_id != self.owner

    @property
    def context(self) -> Context:
        if self._context is None:
            self._context = _context(self.access, self.action, self.settings)
        return self._context

    def about(self, action: str) -> Question:
        """The same question about another action (in lower case)."""
        other = Question(self.access, self.settings)
        other.action = action
        return other

    def is_in(self, statement: Statement, kind: str) -> bool:
        """Whether a statement of a policy of this kind applies, whatever its effect."""
        return (
            statement.covers_action(self.action)
            and statement.covers_resource(self.access.resource, self.settings)
            and (statement.principals is None or self.is_from(statement, kind))
            and (not statement.conditions or self.meets_all(statement))
        )

    def is_from(self, statement: Statement, kind: str) -> bool:
        principals = statement.principals
        return principals is None or principals.names(
            self.access.principal,
            kind=kind,
            conditional=bool(statement.conditions),
            owner=self.owner,
            settings=self.settings,
        )

    def meets_all(self, statement: Statement) -> bool:
        return all(map(self.meets, statement.conditions))

    def values_of(self, condition: Condition) -> Sequence[str]:
        """What the request carries under the key of the condition."""
        return self.context.get(folded(condition.key, self.settings), ())

    def meets(self, condition: Condition) -> bool:
        if self.settings is not DEFAULT:
            condition = read_with(self.settings, condition, self.action)
        return condition.met(self.context, self.settings)


def _context(access: Access, action: str, settings: Settings) -> Context:
    if action.startswith(IOT):
        return {}
    context: dict[str, tuple[str, ...]] = {}
    for key, value in access.context.items():
        values = (value,) if isinstance(value, str) else tuple(value)
        if values:
            kept = values[:1] if settings.several_values == "first" else values
            context[folded(key, settings)] = kept
    if settings.mfa_absent == "false":
        context.setdefault(folded("acs:MFAPresent", settings), ("false",))
    if settings.listing_without_prefix == "empty" and action in LISTINGS:
        context.setdefault(folded("oss:Prefix", settings), ("",))
    return context
