"""RAM user groups: members who share policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ramsts.errors import (
    AlreadyExistsError,
    DeleteConflictError,
    LimitExceededError,
    NotExistError,
)
from pytest_ramsts.identity.arn import ram_arn
from pytest_ramsts.identity.grantees import Grantee
from pytest_ramsts.identity.names import check_display_name, check_length, check_name

if TYPE_CHECKING:
    from pytest_ramsts.identity.account import Account
    from pytest_ramsts.identity.users import User


class Group(Grantee):
    """A RAM user group. Its policies count for every member."""

    kind = "Group"

    def __init__(
        self, account: Account, name: str, *, comments: str = "", display_name: str = ""
    ) -> None:
        super().__init__()
        self.account = account
        self.name = check_name("GroupName", name)
        self.display_name = check_display_name("DisplayName", display_name, 24)
        self.comments = check_length("Comments", comments, 128)
        self.id = account.world.ids.group_id()
        self.created = self.updated = account.world.clock.time()
        self.joined: dict[User, float] = {}

    def __repr__(self) -> str:
        return f"<Group {self.name}, {len(self.joined)} members>"

    @property
    def arn(self) -> str:
        return ram_arn(self.account.id, f"group/{self.name}")

    @property
    def members(self) -> list[User]:
        return list(self.joined)

    def add(self, *users: User) -> None:
        """Make users members; one who is already is `EntityAlreadyExists.User.Group`."""
        for user in users:
            if user in self.joined:
                raise AlreadyExistsError("User.Group", self.name)
            limit = self.account.world.limits.groups_per_user
            if len(user.groups) >= limit:
                raise LimitExceededError("User.Group", limit)
            self.joined[user] = self.account.world.clock.time()
            user.groups.append(self)

    def remove(self, *users: User) -> None:
        """End memberships; one who is no member is `EntityNotExist.User.Group`."""
        for user in users:
            if self.joined.pop(user, None) is None:
                raise NotExistError("User.Group", self.name)
            user.groups.remove(self)

    def update(
        self,
        *,
        name: str | None = None,
        comments: str | None = None,
        display_name: str | None = None,
    ) -> None:
        """Change what is given, after all of it was found right."""
        if comments is not None:
            check_length("NewComments", comments, 128)
        if display_name is not None:
            check_display_name("NewDisplayName", display_name, 24)
        if name is not None:
            check_name("GroupName", name, prefix="New")
            self.account.groups.rename(self.name, name)
            self.name = name
        if comments is not None:
            self.comments = comments
        if display_name is not None:
            self.display_name = display_name
        self.updated = self.account.world.clock.time()

    def delete(self) -> None:
        """Delete a group that has no member and no policy, else `DeleteConflict.Group.*`."""
        if self.joined:
            raise DeleteConflictError(
                "Group.User", hint=", ".join(user.name for user in self.joined)
            )
        if self.attachments:
            raise DeleteConflictError(
                "Group.Policy", hint=", ".join(policy.name for policy in self.policies)
            )
        self.account.groups.remove(self.name)
