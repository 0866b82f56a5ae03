"""Statements written in Python: `allow(...)` and `deny(...)`. Knows no document around them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from pytest_ramsts.errors import MalformedPolicyDocumentError
from pytest_ramsts.policy.grammar import GrammarError, kind_with, read_statement
from pytest_ramsts.policy.settings import DEFAULT
from pytest_ramsts.policy.source import spoken
from pytest_ramsts.policy.statement import Effect, Statement

__all__ = ["HasArn", "allow", "deny"]


class HasArn(Protocol):
    """A user, role, table, …: anything that knows its ARN."""

    @property
    def arn(self) -> str: ...


def allow(
    *actions: str,
    on: str | HasArn | Iterable[str | HasArn] | None = "*",
    when: Mapping[str, Mapping[str, str | Iterable[str]]] | None = None,
    principal: Mapping[str, Any] | str | Iterable[str] | None = None,
    not_actions: str | Iterable[str] | None = None,
) -> Statement:
    """A statement that allows; `on=None` for a trust policy, whose statements have no Resource.

    >>> over_tls = {"Bool": {"acs:SecureTransport": "true"}}
    >>> allow("oss:GetObject", on="acs:oss:*:*:media/*", when=over_tls).effect
    'Allow'
    """
    return _built("Allow", actions, on=on, when=when, principal=principal, not_actions=not_actions)


def deny(
    *actions: str,
    on: str | HasArn | Iterable[str | HasArn] | None = "*",
    when: Mapping[str, Mapping[str, str | Iterable[str]]] | None = None,
    principal: Mapping[str, Any] | str | Iterable[str] | None = None,
    not_actions: str | Iterable[str] | None = None,
) -> Statement:
    """A statement that denies, whatever else allows."""
    return _built("Deny", actions, on=on, when=when, principal=principal, not_actions=not_actions)


def _built(
    effect: Effect,
    actions: tuple[str, ...],
    *,
    on: str | HasArn | Iterable[str | HasArn] | None,
    when: Mapping[str, Mapping[str, str | Iterable[str]]] | None,
    principal: Mapping[str, Any] | str | Iterable[str] | None,
    not_actions: str | Iterable[str] | None,
) -> Statement:
    raw: dict[str, Any] = {"Effect": effect}
    if actions:
        raw["Action"] = list(actions)
    if not_actions is not None:
        raw["NotAction"] = _listed(not_actions)
    if on is not None:
        raw["Resource"] = [_arn(one) for one in _listed(on)]
    if principal is not None:
        raw["Principal"] = (
            {kind: [_arn(one) for one in _listed(named)] for kind, named in principal.items()}
            if isinstance(principal, Mapping)
            else _listed(principal)
        )
    if when is not None:
        raw["Condition"] = {
            name: {key: _listed(values) for key, values in values_by_key.items()}
            for name, values_by_key in when.items()
        }
    kind = kind_with(resource=on is not None, principal=principal is not None)
    try:
        return read_statement(raw, 0, kind, DEFAULT)
    except GrammarError as error:
        element = spoken(error.place[2:])
        raise MalformedPolicyDocumentError(
            f"{element}: {error.problem}" if element else error.problem
        ) from None


def _listed(value: Any) -> list[Any]:
    return [value] if isinstance(value, str) or hasattr(value, "arn") else list(value)


def _arn(value: str | HasArn) -> str:
    return value if isinstance(value, str) else value.arn
