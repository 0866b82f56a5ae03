"""The question and what applies to it: who wants what on which resource, under which policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from pytest_ramsts.policy.arns import account_of
from pytest_ramsts.policy.document import Policy
from pytest_ramsts.policy.principal import Principal

__all__ = ["Access", "AppliedPolicy", "AppliedPolicyType", "Layers"]

AppliedPolicyType = Literal["System", "Custom", "Session", "Trust", "Control", "Resource"]


_NO_KEYS: Final[Mapping[str, str | Sequence[str]]] = MappingProxyType({})


class Access(NamedTuple):
    """One question: may `principal` do `action` on `resource`?

    `context` holds the condition keys of the request; a key that is not there is absent.
    `resource_owner` is the account that owns the resource, needed only where its ARN does not say
    so (bucket policies of other accounts).
    """

    principal: Principal
    action: str
    resource: str
    context: Mapping[str, str | Sequence[str]] = _NO_KEYS
    resource_group: str | None = None
    resource_owner: str = ""

    @property
    def owner(self) -> str:
        """Whose resource it is: as given, else as the ARN says, else the caller's own account's."""
        if self.resource_owner:
            return self.resource_owner
        return account_of(self.resource) or self.principal.account_id


class AppliedPolicy(NamedTuple):
    """A policy and where it comes from: its name and version, and what it is attached to."""

    policy: Policy
    name: str
    type: AppliedPolicyType
    version: str = "v1"
    attached_to: str = ""
    resource_group: str | None = None


class Layers(NamedTuple):
    """All policies that apply to a question, layer by layer.

    `control` has one tuple for each node of the resource directory, from the member up to the root;
    none at all means that there is no directory. `trust` is the role's policy when the action is
    `sts:AssumeRole`.
    """

    control: tuple[tuple[AppliedPolicy, ...], ...] = ()
    session: AppliedPolicy | None = None
    identity: tuple[AppliedPolicy, ...] = ()
    resource: tuple[AppliedPolicy, ...] = ()
    trust: AppliedPolicy | None = None
