"""Who calls, and the one question asked of them: may they?"""

from __future__ import annotations

import warnings
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from pytest_ramsts.clock import timestamp
from pytest_ramsts.errors import RamstsError
from pytest_ramsts.identity.bearer_tokens import BearerToken
from pytest_ramsts.policy import Access, AppliedPolicy, Decision, Layers, Principal, decide
from pytest_ramsts.policy.arns import account_of
from pytest_ramsts.policy.known_actions import actions_of, closest, is_known

if TYPE_CHECKING:
    from pytest_ramsts.identity.account import Account

Context = Mapping[str, str | Sequence[str]]

# IoT Platform's page on RAM authorization says that it defines no conditions: what a policy's
# Condition asks for is then absent (open question A-16).
_WITHOUT_CONDITION_KEYS: Final = frozenset({"iot"})


class UnknownActionWarning(UserWarning):
    """Somebody was asked about an action that no service has, and nearly one."""


class Caller:
    """An account's owner, a RAM user or a role session: whoever can sign a request."""

    account: Account

    @property
    @abstractmethod
    def principal(self) -> Principal:
        """How policies and denials name this caller."""

    @abstractmethod
    def identity_policies(self) -> tuple[AppliedPolicy, ...]:
        """The policies that give this caller its rights."""

    def session_policy(self) -> AppliedPolicy | None:
        """What narrows those rights for this session."""
        return None

    def create_bearer_token(self, duration: int | timedelta = 3600) -> BearerToken:
        """A token that stands for this caller, for some seconds or a timedelta.

            token = user.create_bearer_token()
            Config(credential=Credentials(type="bearer", bearer_token=token.token))

        In the real cloud it is products that give such tokens out, not RAM, and how long theirs are
        good for is not documented. One of a session ends with the session at the latest.
        """
        return BearerToken.issue(self, duration)

    def can(
        self,
        action: str,
        on: object = "*",
        *,
        when: Context | None = None,
        resource_group: str | None = None,
    ) -> Decision:
        """Ask whether this caller may do `action` on a resource, as the cloud would decide it now.

        `on` is an ARN, something that has one (`.arn`), or several of those, which must then all be
        allowed; `*` for its account means the caller's own. `when` adds condition keys to those
        that every request carries: `when={"oss:Prefix": "users/7/"}`. For `sts:AssumeRole` the
        role's trust policy is asked too.
        """
        check_action(action)
        context = {**self.context(action), **(when or {})}
        decisions = (
            self.decide(action, self._owned(resource), context, resource_group)
            for resource in arns(on)
        )
        decision = None
        for decision in decisions:
            if not decision:
                break
        if decision is None:
            raise RamstsError("`on` names no resource; give an ARN, or `*` for every one")
        self.account.world.asked.append(decision)
        return decision

    def decide(
        self,
        action: str,
        resource: str,
        context: Context,
        resource_group: str | None = None,
    ) -> Decision:
        """The one decision behind `can` and behind every call. `context` is complete as given."""
        world = self.account.world
        role = world.find_role(resource) if action.lower() == "sts:assumerole" else None
        keys, policies = world.held_by(resource)
        if keys:
            context = {**keys, **context}
        principal = self.principal
        owner = account_of(resource) or principal.account_id
        access = Access(principal, action, resource, context, resource_group, owner)
        layers = Layers(
            world.control_of(owner),
            self.session_policy(),
            world.policies_seen(self),
            policies,
            world.trust_seen(role) if role else None,
        )
        return decide(access, layers, world.settings.policy)

    def _owned(self, resource: str) -> str:
        """A resource whose account was left open, as its owner's if one is known, else as ours."""
        parts = resource.split(":", 4)
        if len(parts) == 5 and parts[3] in ("", "*"):  # noqa: PLR2004 - acs:service:region:account:resource
            parts[3] = self.account.world.resource_owner(resource) or self.account.id
            return ":".join(parts)
        return resource

    def context(
        self, action: str, *, secure: bool = True, source_ip: str = ""
    ) -> dict[str, str | Sequence[str]]:
        """The condition keys that a request of this caller carries for any service."""
        if action.partition(":")[0].lower() in _WITHOUT_CONDITION_KEYS:
            return {}
        world = self.account.world
        settings = world.settings
        source_ip = source_ip or settings.source_ip
        context: dict[str, str | Sequence[str]] = {
            "acs:CurrentTime": timestamp(world.clock.time()),
            "acs:SecureTransport": "true" if secure else "false",
            "acs:SourceIp": source_ip,
            "acs:PrincipalARN": self.principal.principal_arn,
        }
        if settings.source_vpc:
            context |= {"acs:SourceVpc": settings.source_vpc, "acs:VpcSourceIp": source_ip}
        return context


def check_action(action: str) -> None:
    """Refuse what is no action, and warn of one that seems misspelt: `assert not ...can()` would
    hold for any nonsense.
    """
    service, _, operation = action.partition(":")
    if not (service and operation):
        raise RamstsError(f"an action is written as in a policy, ots:GetRow, not `{action}`")
    if operation in actions_of(service.lower()) or is_known(action):
        return
    if close := closest(action):
        warnings.warn(
            f"`{action}` is no action that we know; did you mean `{close}`?",
            UnknownActionWarning,
            stacklevel=3,
        )


def arns(on: Any) -> list[str]:
    """The ARNs that a caller of ours means: text, something with `.arn`, or several of those."""
    if isinstance(on, str):
        return [on]
    arn = getattr(on, "arn", None)
    if isinstance(arn, str):
        return [arn]
    if isinstance(on, Iterable):
        return [arn for one in on for arn in arns(one)]
    raise RamstsError(f"a resource is an ARN or something with `.arn`, not {type(on).__name__}")


class Anonymous(Caller):
    """Whoever sends a request without a signature: only a resource's own policies can allow it
    anything.
    """

    def __init__(self, nobody: Account) -> None:
        self.account = nobody

    def __repr__(self) -> str:
        return "<Anonymous>"

    @property
    def principal(self) -> Principal:
        return Principal("Anonymous", "")

    def identity_policies(self) -> tuple[AppliedPolicy, ...]:
        return ()

    def context(
        self, action: str, *, secure: bool = True, source_ip: str = ""
    ) -> dict[str, str | Sequence[str]]:
        context = super().context(action, secure=secure, source_ip=source_ip)
        context.pop("acs:PrincipalARN", None)
        return context
