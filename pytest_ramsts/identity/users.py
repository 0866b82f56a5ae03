"""RAM users, and the AccessKeys they sign with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pytest_ramsts.errors import AlreadyExistsError, DeleteConflictError, NotExistError
from pytest_ramsts.identity.access_keys import AccessKey
from pytest_ramsts.identity.arn import ram_arn
from pytest_ramsts.identity.caller import Caller
from pytest_ramsts.identity.grantees import Grantee
from pytest_ramsts.identity.key_pairs import KeyPair, generate_key_pair
from pytest_ramsts.identity.logins import LoginProfile
from pytest_ramsts.identity.mfa import MfaDevice
from pytest_ramsts.identity.names import (
    check_display_name,
    check_email,
    check_length,
    check_name,
    check_phone,
)
from pytest_ramsts.identity.service_credentials import ServiceCredential
from pytest_ramsts.identity.tags import Tagged
from pytest_ramsts.policy import AppliedPolicy, Principal
from pytest_ramsts.policy.principal import interned

if TYPE_CHECKING:
    from pytest_ramsts.identity.account import Account
    from pytest_ramsts.identity.groups import Group


@dataclass(slots=True)
class Passkey:
    """A passkey of a user."""

    id: str
    name: str
    created: float
    last_used: float | None = None


class User(Caller, Grantee, Tagged):
    """A RAM user: may do what its policies, and those of its groups, allow."""

    kind = "User"
    status = "active"
    provision_type = "Manual"
    login_profile: LoginProfile | None = None
    mfa_device: MfaDevice | None = None

    def __init__(
        self,
        account: Account,
        name: str,
        *,
        display_name: str = "",
        email: str = "",
        mobile_phone: str = "",
        comments: str = "",
    ) -> None:
        super().__init__()
        self.account = account
        self.name = check_name("UserName", name)
        self.display_name = check_display_name("DisplayName", display_name)
        self.email = check_email("Email", email)
        self.mobile_phone = check_phone("MobilePhone", mobile_phone)
        self.comments = check_length("Comments", comments, 128)
        self.id = account.world.ids.user_id()
        self.created = self.updated = account.world.clock.time()
        self.groups: list[Group] = []
        self.keys_by_id: dict[str, AccessKey] = {}

    def __repr__(self) -> str:
        return f"<User {self.name} of account {self.account.id}>"

    @property
    def arn(self) -> str:
        return ram_arn(self.account.id, f"user/{self.name}")

    @property
    def principal_name(self) -> str:
        """How IMS names the user, and how the user logs in: `alice@acme.onaliyun.com`."""
        return f"{self.name}@{self.account.default_domain}"

    @property
    def principal(self) -> Principal:
        return interned("RAMUser", self.account.id, self.name, self.id)

    def identity_policies(self) -> tuple[AppliedPolicy, ...]:
        applied = [*self.applied()]
        for group in self.groups:
            applied += group.applied()
        return tuple(applied)

    # AccessKeys

    @property
    def access_keys(self) -> list[AccessKey]:
        return list(self.keys_by_id.values())

    @property
    def access_key(self) -> AccessKey:
        """The first AccessKey that is active; one is made for a user who has none."""
        for key in self.keys_by_id.values():
            if key.status == "Active":
                return key
        return self.create_access_key()

    def create_access_key(self) -> AccessKey:
        """`CreateAccessKey`: two at most, else `LimitExceeded.User.AccessKey`."""
        return self.account.world.create_access_key(self)

    def find_access_key(self, key_id: str) -> AccessKey:
        try:
            return self.keys_by_id[key_id]
        except KeyError:
            raise NotExistError("User.AccessKey", key_id) from None

    def create_key_pair(self) -> KeyPair:
        """An RSA key pair, which the real cloud makes in the console of the Japan site only.
        Whoever has its private key, `secret`, is given session keys by STS, if the user is allowed
        `sts:GenerateSessionAccessKey`.
        """
        return generate_key_pair(self, self.account.world.clock.time())

    # Logging in

    def create_login_profile(
        self,
        password: str,
        *,
        password_reset_required: bool = False,
        mfa_bind_required: bool = False,
        status: str = "Active",
    ) -> LoginProfile:
        """`CreateLoginProfile`: let the user log in to the console, with a password that the
        account's policy accepts.
        """
        if self.login_profile is not None:
            raise AlreadyExistsError("User.LoginProfile", self.name)
        self.login_profile = LoginProfile(
            self,
            password,
            password_reset_required=password_reset_required,
            mfa_bind_required=mfa_bind_required,
            status=status,
        )
        return self.login_profile

    def find_login_profile(self) -> LoginProfile:
        if self.login_profile is None:
            raise NotExistError("User.LoginProfile", self.name)
        return self.login_profile

    def find_mfa_device(self) -> MfaDevice:
        if self.mfa_device is None:
            raise NotExistError("User.MFADevice", self.name)
        return self.mfa_device

    def bind_mfa_device(self, device: MfaDevice | None = None) -> MfaDevice:
        """Give the user an MFA device, a new one or this one, with the codes that it shows."""
        device = device or self.account.create_mfa_device(self.name.replace("_", "-"))
        device.bind(self, device.code, device.code_in(1))
        return device

    # What few users have

    @cached_property
    def service_credentials(self) -> dict[str, ServiceCredential]:
        return {}

    @cached_property
    def passkeys(self) -> dict[str, Passkey]:
        return {}

    @cached_property
    def verification(self) -> dict[str, str]:
        """The phone number for `sms` and the address for `email` that risky logins are asked at."""
        return {}

    def create_service_credential(
        self, name: str, service: str, *, days: int | None = None
    ) -> ServiceCredential:
        """`CreateServiceCredential`: a key for one service's own protocol."""
        credential = ServiceCredential(self, name, service, days)
        self.service_credentials[credential.id] = credential
        return credential

    def find_service_credential(self, credential_id: str) -> ServiceCredential:
        try:
            return self.service_credentials[credential_id]
        except KeyError:
            raise NotExistError("User.ServiceCredential", credential_id) from None

    def register_passkey(self, name: str) -> Passkey:
        """Register a passkey, which the real cloud lets users do in a browser only."""
        passkey = Passkey(self.account.world.ids.text(24), name, self.account.world.clock.time())
        self.passkeys[passkey.id] = passkey
        return passkey

    def find_passkey(self, passkey_id: str) -> Passkey:
        try:
            return self.passkeys[passkey_id]
        except KeyError:
            raise NotExistError("User.Passkey", passkey_id) from None

    # Life

    def update(
        self,
        *,
        name: str | None = None,
        display_name: str | None = None,
        email: str | None = None,
        mobile_phone: str | None = None,
        comments: str | None = None,
    ) -> None:
        """Change what is given, after all of it was found right."""
        if display_name is not None:
            check_display_name("NewDisplayName", display_name)
        if email is not None:
            check_email("NewEmail", email)
        if mobile_phone is not None:
            check_phone("NewMobilePhone", mobile_phone)
        if comments is not None:
            check_length("NewComments", comments, 128)
        if name is not None:
            check_name("UserName", name, prefix="New")
            self.account.users.rename(self.name, name)
            self.name = name
        self.display_name = self.display_name if display_name is None else display_name
        self.email = self.email if email is None else email
        self.mobile_phone = self.mobile_phone if mobile_phone is None else mobile_phone
        self.comments = self.comments if comments is None else comments
        self.updated = self.account.world.clock.time()

    def change_id(self, user_id: str) -> None:
        """Give the user the id that a file says it has."""
        users = self.account.users_by_id
        if users.get(user_id, self) is not self:
            raise AlreadyExistsError("User", user_id)
        del users[self.id]
        self.id = user_id
        users[user_id] = self

    def delete(self) -> None:
        """Delete a user who has no AccessKey, group, policy, login or MFA device any more, else
        `DeleteConflict.User.*`. The recycle bin keeps it for a while.
        """
        if self.keys_by_id:
            raise DeleteConflictError("User.AccessKey", hint=", ".join(self.keys_by_id))
        if self.groups:
            raise DeleteConflictError("User.Group", hint=", ".join(g.name for g in self.groups))
        if self.attachments:
            raise DeleteConflictError("User.Policy", hint=", ".join(p.name for p in self.policies))
        if self.login_profile is not None:
            raise DeleteConflictError("User.LoginProfile")
        if self.mfa_device is not None:
            raise DeleteConflictError("User.MFADevice", hint=self.mfa_device.serial_number)
        for key in [k for k in self.account.world.keys_by_id.values() if k.owner is self]:
            key.delete()  # key pairs and what they gave: no page says that they are in the way
        for token in [t for t in self.account.world.bearer_tokens.values() if t.caller is self]:
            token.revoke()
        self.account.users.remove(self.name)
        del self.account.users_by_id[self.id]
        self.account.recycle_bin.take_user(self)
