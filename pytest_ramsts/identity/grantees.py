"""Those to whom a policy is attached: users, groups and roles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from pytest_ramsts.errors import AlreadyExistsError, LimitExceededError, NotExistError
from pytest_ramsts.identity.policies import Attachment, ManagedPolicy
from pytest_ramsts.policy import AppliedPolicy

if TYPE_CHECKING:
    from pytest_ramsts.identity.account import Account


class Grantee:
    """A user, group or role, in what they have in common: policies can be attached to it."""

    kind: Literal["User", "Group", "Role"]
    account: Account
    name: str

    def __init__(self) -> None:
        self.attachments: dict[tuple[ManagedPolicy, str | None], Attachment] = {}

    @property
    def policies(self) -> list[ManagedPolicy]:
        """What is attached, in the order in which it was."""
        return [attachment.policy for attachment in self.attachments.values()]

    def attach(self, *policies: object, resource_group: str | None = None) -> None:
        """Attach policies: managed ones, names, or documents (which become custom policies of the
        account).

        A policy that is attached already is `EntityAlreadyExists.<Kind>.Policy`, one too many
        `LimitExceeded.<Kind>.Policy`. System and custom policies have quotas of their own.
        """
        for reference in policies:
            policy = self.account.find_policy(reference, for_name=self.name)
            key = (policy, resource_group)
            if key in self.attachments:
                raise AlreadyExistsError(f"{self.kind}.Policy", policy.name)
            self._check_quota(policy)
            attachment = Attachment(policy, self, self.account.world.clock.time(), resource_group)
            self.attachments[key] = attachment
            policy.attachments[self, resource_group] = attachment

    def detach(self, *policies: object, resource_group: str | None = None) -> None:
        """Detach policies, by themselves or by name; one that is not attached is
        `EntityNotExist.<Kind>.Policy`.
        """
        for reference in policies:
            policy = self._attached(reference)
            attachment = self.attachments.get((policy, resource_group)) if policy else None
            if attachment is None:
                raise NotExistError(
                    f"{self.kind}.Policy", getattr(reference, "name", str(reference))
                )
            self.drop(attachment)

    def detach_all(self) -> None:
        """Detach every policy: what an administrator does first about a leaked token."""
        for attachment in list(self.attachments.values()):
            self.drop(attachment)

    def drop(self, attachment: Attachment) -> None:
        del self.attachments[attachment.policy, attachment.resource_group]
        del attachment.policy.attachments[self, attachment.resource_group]

    def applied(self) -> Iterable[AppliedPolicy]:
        return [attachment.applied() for attachment in self.attachments.values()]

    def _attached(self, reference: object) -> ManagedPolicy | None:
        for policy, _ in self.attachments:
            if reference is policy or reference is policy.document or reference == policy.name:
                return policy
        return None

    def _check_quota(self, policy: ManagedPolicy) -> None:
        limits = self.account.world.limits
        system = policy.type == "System"
        quota = limits.system_policies_per_grantee if system else limits.custom_policies_per_grantee
        if sum(held.type == policy.type for held, _ in self.attachments) >= quota:
            raise LimitExceededError(f"{self.kind}.Policy", quota)
