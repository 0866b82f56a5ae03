"""Who asks, and whether a policy's Principal names them. Knows no account's contents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from pytest_ramsts.policy.arns import role_folded
from pytest_ramsts.policy.settings import Settings
from pytest_ramsts.policy.wildcard import matches

__all__ = ["Principal", "PrincipalKind", "Principals", "interned"]

PrincipalKind = Literal["Account", "RAMUser", "AssumedRole", "Service", "Federated", "Anonymous"]


class Principal(NamedTuple):
    """The caller as the policy language sees it.

    `name` is the user's or role's name, a service's host, or a provider's tail such as
    `saml-provider/corp`; `id` is the number that bucket policies name. A role session has a
    `session_name` as well.
    """

    kind: PrincipalKind
    account_id: str
    name: str = ""
    id: str = ""
    session_name: str = ""

    @property
    def arn(self) -> str:
        return _ARNS[self.kind].format(self)

    @property
    def principal_arn(self) -> str:
        """What `acs:PrincipalARN` says: a role session is its role, without the session's name."""
        return _principal_arn(self)

    @property
    def role_arn(self) -> str:
        """The role of a session; empty for everybody else."""
        if self.kind != "AssumedRole":
            return ""
        return f"acs:ram::{self.account_id}:role/{self.name}"

    @property
    def display_name(self) -> str:
        """`AuthPrincipalDisplayName` of a refusal."""
        return _DISPLAY_NAMES[self.kind].format(self)

    @property
    def denied_type(self) -> str:
        """`AuthPrincipalType` of a refusal; those of accounts and services are not documented."""
        return _DENIED_TYPES[self.kind]

    def __str__(self) -> str:
        """`user alice`, as a reader of a failing test says it."""
        if self.kind == "AssumedRole" and not self.session_name:  # any session of it
            return f"role {self.name}"
        return _SPOKEN[self.kind].format(self)


interned: Final = lru_cache(maxsize=1024)(Principal)
"""The same, made once: few callers make many requests."""


@lru_cache(maxsize=1024)
def _principal_arn(principal: Principal) -> str:
    return principal.role_arn or principal.arn


_ARNS: Final[dict[PrincipalKind, str]] = {
    "Account": "acs:ram::{0.account_id}:root",
    "RAMUser": "acs:ram::{0.account_id}:user/{0.name}",
    "AssumedRole": "acs:ram::{0.account_id}:assumed-role/{0.name}/{0.session_name}",
    "Service": "{0.name}",
    "Federated": "acs:ram::{0.account_id}:{0.name}",
    "Anonymous": "",
}

_DISPLAY_NAMES: Final[dict[PrincipalKind, str]] = {
    "Account": "{0.account_id}",
    "RAMUser": "{0.id}",
    "AssumedRole": "{0.name}:{0.session_name}",
    "Service": "{0.name}",
    "Federated": "{0.name}",
    "Anonymous": "",
}

_DENIED_TYPES: Final[dict[PrincipalKind, str]] = {
    "Account": "RootUser",
    "RAMUser": "SubUser",
    "AssumedRole": "AssumedRoleUser",
    "Service": "Service",
    "Federated": "Federated",
    "Anonymous": "Anonymous",
}

_SPOKEN: Final[dict[PrincipalKind, str]] = {
    "Account": "account {0.account_id}",
    "RAMUser": "user {0.name}",
    "AssumedRole": "role {0.name} (session {0.session_name})",
    "Service": "service {0.name}",
    "Federated": "federated {0.name}",
    "Anonymous": "anybody",
}


@dataclass(frozen=True, slots=True)
class Principals:
    """A Principal element: names by kind as in trust policies, or uids as in bucket policies."""

    ram: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    uids: tuple[str, ...] | None = None

    @classmethod
    def of(cls, element: str | Iterable[str] | Mapping[str, str | Iterable[str]]) -> Principals:
        if isinstance(element, Mapping):
            return cls(*(_tuple(element.get(kind, ())) for kind in ("RAM", "Service", "Federated")))
        return cls(uids=_tuple(element) or ("*",))  # An empty list counts as everybody.

    @property
    def document(self) -> object:
        if self.uids is not None:
            return list(self.uids)
        named = {"RAM": self.ram, "Service": self.services, "Federated": self.providers}
        return {kind: list(names) for kind, names in named.items() if names}

    @property
    def all(self) -> tuple[str, ...]:
        return self.ram + self.services + self.providers + (self.uids or ())

    def names(
        self,
        principal: Principal,
        *,
        kind: str,
        conditional: bool,
        owner: str,
        settings: Settings,
    ) -> bool:
        """Whether it names the caller, in a policy of this `kind` on a resource of the `owner`.

        `conditional` says that the statement has a Condition: without one, everybody is everybody
        but the owner.
        """
        if self.uids is not None:
            is_owner = principal.kind == "Account" and principal.account_id == owner
            everybody = conditional or not is_owner
            return any(_names_uid(uid, principal, everybody=everybody) for uid in self.uids)
        if principal.kind == "Service":
            return principal.name in self.services
        if principal.kind == "Federated":
            return principal.arn in self.providers
        return any(_names_ram(name, principal, kind=kind, settings=settings) for name in self.ram)


def _names_ram(name: str, principal: Principal, *, kind: str, settings: Settings) -> bool:
    account = f"acs:ram::{principal.account_id}:"
    if name == f"{account}root":
        return kind != "trust" or principal.kind != "Account"
    if name == f"{account}*":
        return kind != "trust"  # Seen in key policies; a wildcard in a trust policy is literal.
    if principal.kind == "AssumedRole" and settings.role_name_case == "ignored":
        return role_folded(name) == role_folded(principal.role_arn)
    return name == principal.principal_arn


def _names_uid(uid: str, principal: Principal, *, everybody: bool) -> bool:
    if uid == "*":
        return everybody
    if uid.startswith("arn:sts::"):
        session = f"arn:sts::{principal.account_id}:assumed-role/{principal.name}/"
        if principal.kind != "AssumedRole" or not uid.startswith(session):
            return False
        return matches(uid[len(session) :], principal.session_name)
    return uid == (principal.id or (principal.account_id if principal.kind == "Account" else None))


def _tuple(value: str | Iterable[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
