"""RAM users, and the AccessKeys they sign with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ramsts.errors import DeleteConflictError, NotExistError
from pytest_ramsts.identity.access_keys import AccessKey
from pytest_ramsts.identity.arn import ram_arn
from pytest_ramsts.identity.caller import Caller
from pytest_ramsts.identity.grantees import Grantee
from pytest_ramsts.identity.names import check_email, check_length, check_name, check_phone
from pytest_ramsts.policy import AppliedPolicy, Principal

if TYPE_CHECKING:
    from pytest_ramsts.identity.account import Account
    from pytest_ramsts.identity.groups import Group


class User(Caller, Grantee):
    """A RAM user: may do what its policies, and those of its groups, allow."""

    kind = "User"

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
        self.display_name = check_length("DisplayName", display_name, 128)
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
    def principal(self) -> Principal:
        return Principal("RAMUser", self.account.id, self.name, self.id)

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
            check_length("NewDisplayName", display_name, 128)
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

    def delete(self) -> None:
        """Delete a user who has no AccessKey, group or policy any more, else
        `DeleteConflict.User.*`.
        """
        if self.keys_by_id:
            raise DeleteConflictError("User.AccessKey", hint=", ".join(self.keys_by_id))
        if self.groups:
            raise DeleteConflictError("User.Group", hint=", ".join(g.name for g in self.groups))
        if self.attachments:
            raise DeleteConflictError("User.Policy", hint=", ".join(p.name for p in self.policies))
        self.account.users.remove(self.name)
