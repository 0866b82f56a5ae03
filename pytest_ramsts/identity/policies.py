"""Managed policies: the custom ones of an account and the system's, their versions, and who has
them attached.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from pytest_ramsts.errors import (
    DeleteConflictError,
    InvalidParameterError,
    LimitExceededError,
    NotExistError,
)
from pytest_ramsts.identity.names import check_length
from pytest_ramsts.identity.tags import Tagged
from pytest_ramsts.policy import AppliedPolicy, Policy

if TYPE_CHECKING:
    from pytest_ramsts.identity.account import Account
    from pytest_ramsts.identity.grantees import Grantee

PolicyType = Literal["Custom", "System"]
_VERSION_ID: Final = re.compile(r"v[1-9][0-9]*")


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version of a managed policy."""

    id: str
    document: Policy
    created: float


@dataclass(frozen=True, slots=True)
class Attachment:
    """That a policy is attached to somebody: since when, and for which resource group (None: the
    whole account).
    """

    policy: ManagedPolicy
    grantee: Grantee
    attached: float
    resource_group: str | None = None

    def applied(self) -> AppliedPolicy:
        """The policy as it counts now: its default version."""
        policy = self.policy
        return AppliedPolicy(
            policy.document,
            policy.name,
            policy.type,
            version=policy.default_version,
            attached_to=f"{self.grantee.kind.lower()} {self.grantee.name}",
            resource_group=self.resource_group,
        )


class ManagedPolicy(Tagged):
    """A policy with a name, that users, groups and roles can have attached."""

    def __init__(
        self,
        account: Account,
        name: str,
        document: Policy,
        *,
        type: PolicyType = "Custom",  # noqa: A002 - the API's word
        description: str = "",
        created: float = 0.0,
        updated: float | None = None,
        version: str = "v1",
    ) -> None:
        self.account = account
        self.name = name
        self.type: PolicyType = type
        self.description = description
        self.created = created
        self.updated = created if updated is None else updated
        self.default_version = version
        self.versions = {version: PolicyVersion(version, document, self.updated)}
        self.attachments: dict[tuple[Grantee, str | None], Attachment] = {}
        self._last_version = 1

    def __repr__(self) -> str:
        return f"<{self.type} policy {self.name}, {self.default_version}>"

    @property
    def arn(self) -> str:
        owner = "system" if self.type == "System" else self.account.id
        return f"acs:ram::{owner}:policy/{self.name}"

    @property
    def document(self) -> Policy:
        """The document that counts: the default version's."""
        return self.versions[self.default_version].document

    def restore(self, documents: Mapping[str, Policy], default: str) -> None:
        """Give the policy the versions that a file says it has, by their ids."""
        limit = self.account.world.limits.versions_per_policy
        if len(documents) > limit:
            raise LimitExceededError("Policy.Version", limit)
        now = self.account.world.clock.time()
        versions: dict[str, PolicyVersion] = {}
        for version_id, document in documents.items():
            if not _VERSION_ID.fullmatch(version_id):
                raise InvalidParameterError(
                    "VersionId", "Format", hint=f"`{version_id}`: write it like v1"
                )
            versions[version_id] = PolicyVersion(version_id, document, now)
        if default not in versions:
            raise NotExistError("Policy.Version", default)
        self.versions = versions
        self.default_version = default
        self._last_version = max(int(version_id[1:]) for version_id in versions)

    def version(self, version_id: str) -> PolicyVersion:
        if not _VERSION_ID.fullmatch(version_id):
            raise InvalidParameterError(
                "VersionId", "Format", hint=f"`{version_id}`: write it like v1"
            )
        try:
            return self.versions[version_id]
        except KeyError:
            raise NotExistError("Policy.Version", version_id) from None

    def create_version(
        self, document: object, *, set_as_default: bool = False, rotate: bool = False
    ) -> PolicyVersion:
        """Add a version. `rotate` makes room by deleting the oldest one that is not the default."""
        policy = self.account.parse_policy(document)
        limit = self.account.world.limits.versions_per_policy
        if len(self.versions) >= limit:
            if not rotate:
                raise LimitExceededError("Policy.Version", limit)
            self.delete_version(next(v for v in self.versions if v != self.default_version))
        self._last_version += 1  # ids are never used again
        version = PolicyVersion(f"v{self._last_version}", policy, self.account.world.clock.time())
        self.versions[version.id] = version
        if set_as_default:
            self.set_default(version.id)
        return version

    def set_default(self, version_id: str) -> None:
        """Make a version the one that counts, from the next call on."""
        self.default_version = self.version(version_id).id
        self.updated = self.account.world.clock.time()

    def delete_version(self, version_id: str) -> None:
        version = self.version(version_id)
        if version.id == self.default_version:
            raise DeleteConflictError("Policy.Version.Default", hint=f"version `{version_id}`")
        del self.versions[version.id]

    def describe(self, description: str) -> None:
        self.description = check_length("Description", description, 1024)
        self.updated = self.account.world.clock.time()

    def delete(self, *, cascading: bool = False) -> None:
        """Delete a custom policy that nobody has attached and that has no version but its default.

        `cascading` detaches it and deletes its versions first, as `CascadingDelete` does.
        """
        if cascading:
            for attachment in list(self.attachments.values()):
                attachment.grantee.drop(attachment)
        for attachment in self.attachments.values():
            raise DeleteConflictError(
                f"Policy.{attachment.grantee.kind}",
                hint=f"`{self.name}` is attached to {attachment.grantee.kind.lower()} "
                f"`{attachment.grantee.name}`",
            )
        if len(self.versions) > 1 and not cascading:
            raise DeleteConflictError("Policy.Version", hint=", ".join(self.versions))
        self.account.policies.remove(self.name)
