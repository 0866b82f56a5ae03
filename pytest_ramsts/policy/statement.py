"""One statement, and what it covers. Knows neither the document around it nor who is asking."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from pytest_ramsts.policy.arns import role_folded
from pytest_ramsts.policy.conditions import Condition
from pytest_ramsts.policy.principal import Principals
from pytest_ramsts.policy.settings import Settings
from pytest_ramsts.policy.wildcard import matches

__all__ = ["Effect", "Statement"]

Effect = Literal["Allow", "Deny"]


class Statement(NamedTuple):
    """An Effect on actions and resources. Of `actions` and `not_actions` exactly one is filled."""

    effect: Effect
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    principals: Principals | None = None
    conditions: tuple[Condition, ...] = ()
    sid: str = ""

    @property
    def document(self) -> dict[str, Any]:
        """The statement as a document writes it; a list of one stands as its value."""
        elements: dict[str, Any] = {"Sid": self.sid} if self.sid else {}
        elements["Effect"] = self.effect
        named = {
            "Action": self.actions,
            "NotAction": self.not_actions,
            "Resource": self.resources,
            "NotResource": self.not_resources,
        }
        elements |= {name: _single(values) for name, values in named.items() if values}
        if self.principals is not None:
            elements["Principal"] = self.principals.document
        condition: dict[str, dict[str, Any]] = {}
        for one in self.conditions:
            condition.setdefault(one.operator, {})[one.key] = _single(one.values)
        if condition:
            elements["Condition"] = condition
        return elements

    def covers_action(self, action: str) -> bool:
        """Whether it is about the action, given in lower case: actions compare without case."""
        for pattern in self.not_actions or self.actions:
            if matches(pattern.lower(), action):
                return not self.not_actions
        return bool(self.not_actions)

    def covers_resource(self, resource: str, settings: Settings) -> bool:
        """Whether it is about the resource. Statements of a trust policy are about their role."""
        patterns = self.not_resources or self.resources
        for pattern in patterns:
            if pattern == "*" or matches(pattern, resource):
                return not self.not_resources
        if ":role/" in resource and settings.role_name_case == "ignored":
            role = role_folded(resource)
            if any(matches(role_folded(pattern), role) for pattern in patterns):
                return not self.not_resources
        return bool(self.not_resources) or not patterns


def _single(values: tuple[str, ...]) -> Any:
    return values[0] if len(values) == 1 else list(values)
