"""An Alibaba Cloud account: its owner, and its users, groups, roles and custom policies."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pytest_ramsts.errors import (
    AlreadyExistsError,
    InvalidParameterError,
    LimitExceededError,
    MalformedPolicyDocumentError,
    NotExistError,
    RamstsError,
)
from pytest_ramsts.identity.access_keys import AccessKey
from pytest_ramsts.identity.applications import Application, Installation
from pytest_ramsts.identity.arn import ram_arn
from pytest_ramsts.identity.caller import Caller
from pytest_ramsts.identity.directory import Node, ResourceDirectory
from pytest_ramsts.identity.groups import Group
from pytest_ramsts.identity.logins import PasswordPolicy, SecurityPreference
from pytest_ramsts.identity.mfa import MfaDevice
from pytest_ramsts.identity.names import check_length, check_name, check_one_of
from pytest_ramsts.identity.network_policies import NetworkPolicy, as_network_policy
from pytest_ramsts.identity.policies import ManagedPolicy
from pytest_ramsts.identity.providers import OidcProvider, SamlProvider, UserSso
from pytest_ramsts.identity.recycle_bin import RecycleBin
from pytest_ramsts.identity.register import Register
from pytest_ramsts.identity.roles import Role, trust_document
from pytest_ramsts.identity.service_linked import role_template
from pytest_ramsts.identity.tags import Tagged, check_tags
from pytest_ramsts.identity.users import User
from pytest_ramsts.policy import AppliedPolicy, Policy, PolicySource, Principal, Statement
from pytest_ramsts.policy.principal import interned

if TYPE_CHECKING:
    from pytest_ramsts.identity.world import World

_ALIAS: Final = re.compile(r"[a-z0-9]([a-z0-9]|-(?!-))*[a-z0-9]")
_DOMAIN: Final = ".onaliyun.com"


class Account(Caller):
    """An account, and its owner (root) as a caller: all rights on what is its own, but never
    AssumeRole.
    """

    alias = ""
    """What logins may say for the account's id; "" if none was set."""

    user_sso = UserSso()
    password_policy = PasswordPolicy()
    security_preference = SecurityPreference()

    key_network_policy: NetworkPolicy | None = None
    """From which addresses AccessKeys may be used, as `SetAccessKeyPolicyForAccount` was given it.
    """

    credential_report: float | None = None
    """When the credential report was made; None if it never was."""

    governance_report: float | None = None

    node: Node | None = None
    """Its place in a resource directory, or what `restrict` put above it; None if nothing is."""

    def __init__(self, world: World, account_id: str, name: str = "") -> None:
        self.account = self  # the owner's account is this one
        self.world = world
        self.id = account_id
        self.name = name
        self.keys_by_id: dict[str, AccessKey] = {}
        limits = world.limits
        self.users: Register[User] = Register("User", limits.users)
        self.users_by_id: dict[str, User] = {}
        self.groups: Register[Group] = Register("Group", limits.groups)
        self.roles: Register[Role] = Register("Role", limits.roles)
        self.policies: Register[ManagedPolicy] = Register("Policy", limits.policies)

    # What few accounts have is made when it is first asked for.

    @cached_property
    def mfa_devices(self) -> Register[MfaDevice]:
        return Register("VirtualMFADevice", self.world.limits.mfa_devices)

    @cached_property
    def oidc_providers(self) -> Register[OidcProvider]:
        return Register("OIDCProvider", self.world.limits.providers)

    @cached_property
    def saml_providers(self) -> Register[SamlProvider]:
        return Register("SAMLProvider", self.world.limits.providers)

    @cached_property
    def applications(self) -> Register[Application]:
        return Register("Application", self.world.limits.applications)

    @cached_property
    def installations(self) -> dict[str, Installation]:
        """The applications that may be used here, by id."""
        return {}

    @cached_property
    def recycle_bin(self) -> RecycleBin:
        return RecycleBin(self)

    @cached_property
    def _own_trust(self) -> Policy:
        """The trust policy of a role that is for this account."""
        return trust_document(self, self)

    @cached_property
    def _system(self) -> Register[ManagedPolicy]:
        return Register("SystemPolicy", sys.maxsize)

    def __repr__(self) -> str:
        return f"<Account {self.id}{f' ({self.name})' if self.name else ''}>"

    @property
    def arn(self) -> str:
        """The account as a principal: `acs:ram::<uid>:root`."""
        return ram_arn(self.id, "root")

    @property
    def principal(self) -> Principal:
        return interned("Account", self.id, "root", self.id)

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
        tags: Mapping[str, str] | None = None,
    ) -> User:
        """`CreateUser`. Without a name it gets one from the Faker provider.

        `policies` are attached at once: names of system or custom policies, `Policy` values,
        documents, paths.
        """
        if tags:
            check_tags(tags)
        user = User(
            self,
            self.world.names.user_name() if name is None else name,
            display_name=display_name,
            email=email,
            mobile_phone=mobile_phone,
            comments=comments,
        )
        self.users.add(user.name, user)
        self.users_by_id[user.id] = user
        if tags:
            user.tag(tags)
        user.attach(*_several(policies))
        return user

    def create_group(
        self,
        name: str,
        *,
        policies: Iterable[object] | object = (),
        comments: str = "",
        display_name: str = "",
    ) -> Group:
        """`CreateGroup`, with policies attached."""
        group = Group(self, name, comments=comments, display_name=display_name)
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
        tags: Mapping[str, str] | None = None,
    ) -> Role:
        """`CreateRole`, with policies attached.

        `trusted` is who may assume it: an account, user or role (or their ARNs), a service such as
        `ecs.aliyuncs.com`, several of those, or a trust policy as it stands. Without it the role
        trusts its own account.
        """
        if tags:
            check_tags(tags)
        role_name = check_name("RoleName", self.world.names.role_name() if name is None else name)
        trust = self._own_trust if trusted in (None, self) else trust_document(trusted, self)
        role = Role(
            self,
            role_name,
            trust,
            description=description,
            max_session_duration=max_session_duration,
            allow_console_login=allow_console_login,
        )
        self.roles.add(role.name, role)
        if tags:
            role.tag(tags)
        role.attach(*_several(policies))
        return role

    def create_service_linked_role(
        self, service: str, *, suffix: str = "", description: str = ""
    ) -> Role:
        """`CreateServiceLinkedRole`: a role that only a service, such as `fc.aliyuncs.com`, may
        assume.
        """
        template = role_template(service)
        check_length("CustomSuffix", suffix, 64)
        name = template.role_name_prefix + (f"_{suffix}" if suffix else "")
        role = self.create_role(
            name, trusted=service, description=description or template.description
        )
        role.linked_service = service
        return role

    def create_policy(
        self,
        name: str,
        document: object,
        *,
        description: str = "",
        tags: Mapping[str, str] | None = None,
    ) -> ManagedPolicy:
        """`CreatePolicy`: a custom policy. `document` is a `Policy`, a dict, JSON text or a path to
        a file.
        """
        check_name("PolicyName", name)
        check_length("Description", description, 1024)
        if tags:
            check_tags(tags)
        parsed = self.parse_policy(document)
        policy = ManagedPolicy(
            self, name, parsed, description=description, created=self.world.clock.time()
        )
        self.policies.add(name, policy)
        if tags:
            policy.tag(tags)
        return policy

    def create_mfa_device(self, name: str) -> MfaDevice:
        """`CreateVirtualMFADevice`: bound to nobody yet; see `MfaDevice.bind`."""
        check_name("VirtualMFADeviceName", name)
        return self.mfa_devices.add(name, MfaDevice(self, name, self.world.ids.mfa_seed()))

    def create_oidc_provider(
        self,
        name: str,
        issuer: str,
        *,
        client_ids: Iterable[str] = (),
        fingerprints: Iterable[str] = (),
        description: str = "",
        issuance_limit_time: int | None = None,
    ) -> OidcProvider:
        """`CreateOIDCProvider`: trust the tokens of an issuer, for AssumeRoleWithOIDC."""
        provider = OidcProvider(
            self,
            name,
            issuer,
            client_ids=client_ids,
            fingerprints=fingerprints,
            description=description,
            issuance_limit_time=issuance_limit_time,
        )
        return self.oidc_providers.add(provider.name, provider)

    def create_saml_provider(
        self,
        name: str,
        metadata: str,
        *,
        description: str = "",
        authn_sign_algo: str = "rsa-sha1",
    ) -> SamlProvider:
        """`CreateSAMLProvider`: trust the assertions of a provider, by its metadata (XML)."""
        provider = SamlProvider(
            self, name, metadata, description=description, authn_sign_algo=authn_sign_algo
        )
        return self.saml_providers.add(provider.name, provider)

    def create_application(
        self, name: str, display_name: str = "", app_type: str = "WebApp", **settings: Any
    ) -> Application:
        """`CreateApplication`: an OAuth application. `settings` are those of `Application`."""
        application = Application(self, name, display_name or name[:24], app_type, **settings)
        return self.applications.add(application.name, application)

    # What is above

    @property
    def control(self) -> tuple[tuple[AppliedPolicy, ...], ...]:
        """The control policies above, from this account up to the root of its directory."""
        return () if self.node is None else self.node.control()

    def enable_resource_directory(self) -> ResourceDirectory:
        """Make this the management account of a new resource directory: `directory.root.add(...)`
        makes other accounts members of it.
        """
        if self.node is not None:
            raise RamstsError(f"{self!r} is a member of a directory and can't manage another")
        return ResourceDirectory(self)

    def restrict(self, document: PolicySource, *, name: str = "") -> None:
        """Attach a control policy, as the resource directory above this account does.

        It counts for everybody in the account, beside `FullAliyunAccess`, which every folder of a
        directory has: what none of them allows, or one denies, nobody here may do.
        """
        if self.node is None:
            self.node = Node(self.name or self.id)
        self.node.attach(document, name=name)

    # From where

    def restrict_key_network(
        self, *addresses: str, vpcs: Mapping[str, str | Iterable[str]] | None = None
    ) -> None:
        """`SetAccessKeyPolicyForAccount`: let the AccessKeys of the owner and of every user be used
        from these addresses and blocks only, or from within VPCs, as `AccessKey.restrict_network`
        says for one. A key that has an active policy of its own is not concerned.
        """
        self.set_key_network_policy(as_network_policy(addresses, vpcs))

    def set_key_network_policy(self, policy: NetworkPolicy) -> None:
        self.key_network_policy = policy
        self.world.restricts_networks = True

    def lift_key_network_restriction(self) -> None:
        """Let AccessKeys be used from everywhere again, but for those with their own policy."""
        self.key_network_policy = None

    # Settings

    def set_alias(self, alias: str) -> None:
        """`SetAccountAlias`: logins then end in `<alias>.onaliyun.com`."""
        if not 3 <= len(alias) <= 63:  # noqa: PLR2004 - as the error's text says
            raise InvalidParameterError("AccountAlias", "Length", hint=f"`{alias}`")
        if not _ALIAS.fullmatch(alias):
            raise InvalidParameterError(
                "AccountAlias",
                "Format",
                hint=f"`{alias}`: lower-case letters, digits and single `-` within",
            )
        if any(other.alias == alias for other in self.world.accounts if other is not self):
            raise AlreadyExistsError("AccountAlias", alias)
        self.alias = alias

    def clear_alias(self) -> None:
        self.alias = ""

    @property
    def default_domain(self) -> str:
        """What the logins of its users end in."""
        return f"{self.alias or self.id}{_DOMAIN}"

    def set_default_domain(self, domain: str) -> None:
        """`SetDefaultDomain`. The part before `.onaliyun.com` is the account's alias."""
        if len(domain) > 64:  # noqa: PLR2004 - the page "Limits"
            raise InvalidParameterError("DefaultDomainName", "Length", hint=f"`{domain}`")
        if not domain.endswith(_DOMAIN) or not _ALIAS.fullmatch(domain.removesuffix(_DOMAIN)):
            raise InvalidParameterError(
                "DefaultDomainName", "Format", hint=f"`{domain}`: write it like acme{_DOMAIN}"
            )
        alias = domain.removesuffix(_DOMAIN)
        if alias == self.id:
            self.clear_alias()
        else:
            self.set_alias(alias)

    # Finding

    def user_of_principal_name(self, name: str, *, parameter: str = "UserPrincipalName") -> User:
        """The user of `alice@acme.onaliyun.com`, as IMS names users."""
        return self.users[self.user_name_of(name, parameter=parameter)]

    def user_name_of(self, principal_name: str, *, parameter: str = "UserPrincipalName") -> str:
        """The name in `alice@acme.onaliyun.com`. The domain is the default one, or the account's
        id, which always works.
        """
        name, at, domain = principal_name.rpartition("@")
        if len(principal_name) > 128 or len(name) > 64:  # noqa: PLR2004 - the page "Limits"
            raise InvalidParameterError(parameter, "Length", hint=f"`{principal_name[:80]}…`")
        if not at or not re.fullmatch(r"[A-Za-z0-9._-]+", name):
            raise InvalidParameterError(
                parameter,
                "InvalidChars",
                hint=f"`{principal_name}`: write it like alice@{self.default_domain}",
            )
        if domain not in (self.default_domain, f"{self.id}{_DOMAIN}"):
            raise NotExistError("User", principal_name)
        return name

    def tagged(self, kind: str, name: str) -> Tagged | None:
        """The `user`, `role` or `policy` of a name, as what can bear tags."""
        registers: dict[str, Any] = {
            "user": self.users,
            "role": self.roles,
            "policy": self.policies,
        }
        found: Tagged | None = registers.get(kind, {}).get(name)
        return found

    def user_of_id(self, user_id: str) -> User:
        try:
            return self.users_by_id[user_id]
        except KeyError:
            raise NotExistError("User", user_id) from None

    def find_policy(self, reference: Any, *, for_name: str = "") -> ManagedPolicy:
        """The managed policy that is meant by a name, or a new custom one for a document."""
        if isinstance(reference, ManagedPolicy):
            return reference
        if isinstance(reference, str) and not reference.lstrip().startswith(("{", "[")):
            if reference in self.policies:
                return self.policies[reference]
            try:
                return self.system_policy(reference)
            except NotExistError as error:
                error.hint += self._cure(reference)
                raise
        return self.create_policy(self._free_policy_name(for_name), reference)

    def policy(self, name: str, policy_type: str) -> ManagedPolicy:
        """The policy of a name and type, as the API asks for it."""
        check_name("PolicyName", name)
        if check_one_of("PolicyType", policy_type, "System", "Custom") == "Custom":
            return self.policies[name]
        return self.system_policy(name)

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
                f"{_STATEMENT_CURE if isinstance(document, Statement) else ''}"
            )
        longest = self.world.limits.policy_characters
        if isinstance(document, str):
            check_length("PolicyDocument", document, longest)
        policy = Policy.parse(document, kind="identity", settings=self.world.settings.policy)
        check_length("PolicyDocument", policy.text, longest)
        return policy

    def _cure(self, name: str) -> str:
        """What somebody may have meant by the name of a policy that there is not."""
        if ":" in name:
            return f'; that is an action: Policy(allow("{name}")) allows it'
        if name.endswith((".json", ".yaml")) or "/" in name:
            return f'; a file is given as Path("{name}")'
        known = {one.lower(): one for one in (*self.world.system_policies, *self.policies)}
        close = get_close_matches(name.lower(), known, n=1)
        return f"; did you mean `{known[close[0]]}`?" if close else ""

    def _free_policy_name(self, for_name: str) -> str:
        stem = re.sub(r"[^A-Za-z0-9-]", "-", for_name)[:100] or "policy"
        name, number = stem, 2
        while name in self.policies:
            name, number = f"{stem}-{number}", number + 1
        return name


_STATEMENT_CURE: Final = "; put statements into one: Policy(allow(...), deny(...))"


def _several(policies: Any) -> list[Any]:
    """One policy or several: a `Policy`, a document and a name are each one."""
    if isinstance(policies, Policy | ManagedPolicy | Statement | dict | str | Path):
        return [policies]
    return list(policies)


def _seconds(date: str) -> float:
    return datetime.fromisoformat(date).timestamp()


def check_key_quota(owner: User | Account, limit: int) -> None:
    if len(owner.keys_by_id) >= limit:
        raise LimitExceededError("User.AccessKey", limit)
