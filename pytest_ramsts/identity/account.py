"""An Alibaba Cloud account: its owner, and its users, groups, roles and custom policies."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_ramsts.errors import (
    InvalidParameterError,
    LimitExceededError,
    MalformedPolicyDocumentError,
    NotExistError,
)
from pytest_ramsts.identity.access_keys import AccessKey
from pytest_ramsts.identity.arn import ram_arn
from pytest_ramsts.identity.caller import Caller
from pytest_ramsts.identity.groups import Group
from pytest_ramsts.identity.names import check_length, check_name
from pytest_ramsts.identity.policies import ManagedPolicy
from pytest_ramsts.identity.register import Register
from pytest_ramsts.identity.roles import Role, trust_document
from pytest_ramsts.identity.users import User
from pytest_ramsts.policy import AppliedPolicy, Policy, Principal

if TYPE_CHECKING:
    from pytest_ramsts.identity.world import World


class Account(Caller):
    """An account, and its owner (root) as a caller: all rights on what is its own, but never
    AssumeRole.
    """

    def __init__(self, world: World, account_id: str, name: str = "") -> None:
        self.account = self  # the owner's account is this one
        self.world = world
        self.id = account_id
        self.name = name
        self.keys_by_id: dict[str, AccessKey] = {}
        limits = world.limits
        self.users: Register[User] = Register("User", limits.users)
        self.groups: Register[Group] = Register("Group", limits.groups)
        self.roles: Register[Role] = Register("Role", limits.roles)
        self.policies: Register[ManagedPolicy] = Register("Policy", limits.policies)
        self._system: Register[ManagedPolicy] = Register("SystemPolicy", sys.maxsize)

    def __repr__(self) -> str:
        return f"<Account {self.id}{f' ({self.name})' if self.name else ''}>"

    @property
    def arn(self) -> str:
        """The account as a principal: `acs:ram::<uid>:root`."""
        return ram_arn(self.id, "root")

    @property
    def principal(self) -> Principal:
        return Principal("Account", self.id, "root", self.id)

    def identity_policies(self) -> tuple[AppliedPolicy, ...]:
        return ()

    # The owner's AccessKeys

    @property
    def access_keys(self) -> list[AccessKey]:
        return list(self.keys_by_id.values())

    @property
    def access_key(self) -> AccessKey:
        """The owner's first active AccessKey; one is made if there is none."""
        for key in self.keys_by_id.values():
            if key.status == "Active":
                return key
        return self.create_access_key()

    def create_access_key(self) -> AccessKey:
        return self.world.create_access_key(self)

    # Making

    def create_user(
        self,
        name: str | None = None,
        *,
        policies: Iterable[object] | object = (),
        display_name: str = "",
        email: str = "",
        mobile_phone: str = "",
        comments: str = "",
    ) -> User:
        """`CreateUser`. Without a name it gets one from the Faker provider.

        `policies` are attached at once: names of system or custom policies, `Policy` values,
        documents, paths.
        """
        user = User(
            self,
            self.world.names.user_name() if name is None else name,
            display_name=display_name,
            email=email,
            mobile_phone=mobile_phone,
            comments=comments,
        )
        self.users.add(user.name, user)
        user.attach(*_several(policies))
        return user

    def create_group(
        self, name: str, *, policies: Iterable[object] | object = (), comments: str = ""
    ) -> Group:
        """`CreateGroup`, with policies attached."""
        group = Group(self, name, comments=comments)
        self.groups.add(group.name, group)
        group.attach(*_several(policies))
        return group

    def create_role(
        self,
        name: str | None = None,
        *,
        trusted: object = None,
        policies: Iterable[object] | object = (),
        description: str = "",
        max_session_duration: int = 3600,
        allow_console_login: bool = True,
    ) -> Role:
        """`CreateRole`, with policies attached.

        `trusted` is who may assume it: an account, user or role (or their ARNs), a service such as
        `ecs.aliyuncs.com`, several of those, or a trust policy as it stands. Without it the role
        trusts its own account.
        """
        role_name = check_name("RoleName", self.world.names.role_name() if name is None else name)
        trust = trust_document(self if trusted is None else trusted, self)
        role = Role(
            self,
            role_name,
            trust,
            description=description,
            max_session_duration=max_session_duration,
            allow_console_login=allow_console_login,
        )
        self.roles.add(role.name, role)
        role.attach(*_several(policies))
        return role

    def create_policy(self, name: str, document: object, *, description: str = "") -> ManagedPolicy:
        """`CreatePolicy`: a custom policy. `document` is a `Policy`, a dict, JSON text or a path to
        a file.
        """
        check_name("PolicyName", name)
        check_length("Description", description, 1024)
        policy = self.parse_policy(document)
        return self.policies.add(
            name,
            ManagedPolicy(
                self, name, policy, description=description, created=self.world.clock.time()
            ),
        )

    # Finding

    def find_policy(self, reference: Any, *, for_name: str = "") -> ManagedPolicy:
        """The managed policy that is meant by a name, or a new custom one for a document."""
        if isinstance(reference, ManagedPolicy):
            return reference
        if isinstance(reference, str) and not reference.lstrip().startswith("{"):
            if reference in self.policies:
                return self.policies[reference]
            return self.system_policy(reference)
        return self.create_policy(self._free_policy_name(for_name), reference)

    def policy(self, name: str, policy_type: str) -> ManagedPolicy:
        """The policy of a name and type, as the API asks for it."""
        check_name("PolicyName", name)
        if policy_type == "Custom":
            return self.policies[name]
        if policy_type == "System":
            return self.system_policy(name)
        raise InvalidParameterError(
            "PolicyType", "", hint=f"`{policy_type}`: it is System or Custom"
        )

    def system_policy(self, name: str) -> ManagedPolicy:
        """A system policy as this account sees it: who has it attached is counted per account."""
        if name not in self._system:
            record = self.world.system_policies.get(name)
            if record is None:
                raise NotExistError("Policy", name)
            policy = ManagedPolicy(
                self,
                name,
                record.document,
                type="System",
                description=record.description,
                created=_seconds(record.create_date),
                updated=_seconds(record.update_date),
                version=record.default_version,
            )
            self._system.add(name, policy)
        return self._system[name]

    def system_policies(self) -> Register[ManagedPolicy]:
        for name in self.world.system_policies:
            self.system_policy(name)
        return self._system

    def parse_policy(self, document: Any) -> Policy:
        """An identity policy within its length, or the API's refusal of it."""
        if not isinstance(document, Policy | dict | str | Path):
            raise MalformedPolicyDocumentError(
                f"a policy is a Policy, a dict, JSON text or a path, not {type(document).__name__}"
            )
        longest = self.world.limits.policy_characters
        if isinstance(document, str):
            check_length("PolicyDocument", document, longest)
        policy = Policy.parse(document, kind="identity", settings=self.world.settings.policy)
        check_length("PolicyDocument", policy.text, longest)
        return policy

    def _free_policy_name(self, for_name: str) -> str:
        stem = re.sub(r"[^A-Za-z0-9-]", "-", for_name)[:100] or "policy"
        name, number = stem, 2
        while name in self.policies:
            name, number = f"{stem}-{number}", number + 1
        return name


def _several(policies: Any) -> list[Any]:
    """One policy or several: a `Policy`, a document and a name are each one."""
    if isinstance(policies, Policy | ManagedPolicy | dict | str | Path):
        return [policies]
    return list(policies)


def _seconds(date: str) -> float:
    return datetime.fromisoformat(date).timestamp()


def check_key_quota(owner: User | Account, limit: int) -> None:
    if len(owner.keys_by_id) >= limit:
        raise LimitExceededError("User.AccessKey", limit)
