"""Resource directories: member accounts in folders, and the control policies above them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, count
from typing import TYPE_CHECKING, Final

from pytest_ramsts.errors import RamstsError
from pytest_ramsts.identity.names import check_length
from pytest_ramsts.policy import AppliedPolicy, Policy, PolicySource

if TYPE_CHECKING:
    from pytest_ramsts.identity.account import Account

FULL_ACCESS: Final = "FullAliyunAccess"
_FULL_ACCESS: Final = Policy.parse(
    {"Version": "1", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
    kind="control",
)
_LONGEST: Final = 4096


class Node:
    """A place in a directory: a folder, or a member account. It has `FullAliyunAccess` until that
    is detached.
    """

    def __init__(self, name: str, parent: Folder | None = None) -> None:
        self.name = name
        self.parent = parent
        self.policies = {FULL_ACCESS: self._applied(FULL_ACCESS, _FULL_ACCESS)}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}: {', '.join(self.policies) or 'no policy'}>"

    def attach(self, document: PolicySource, *, name: str = "") -> None:
        """Attach a control policy. What no policy of a node allows, or one denies, nobody below may
        do, but for the accounts' owners.
        """
        name = name or self._free_name()
        if name in self.policies:
            raise RamstsError(f"`{self.name}` has a control policy `{name}`; detach it first")
        policy = Policy.parse(document, kind="control")
        check_length("PolicyDocument", policy.text, _LONGEST)
        self.policies[name] = self._applied(name, policy)

    def _free_name(self) -> str:
        names = chain(["control-policy"], (f"control-policy-{number}" for number in count(2)))
        return next(name for name in names if name not in self.policies)

    def detach(self, name: str = FULL_ACCESS) -> None:
        if name not in self.policies:
            raise RamstsError(f"`{self.name}` has no control policy `{name}`")
        del self.policies[name]

    def up(self) -> Iterator[Node]:
        """This node, and those above it up to the root."""
        node: Node | None = self
        while node is not None:
            yield node
            node = node.parent

    def control(self) -> tuple[tuple[AppliedPolicy, ...], ...]:
        """What counts here: the policies of each node up to the root."""
        return tuple(tuple(node.policies.values()) for node in self.up())

    def _applied(self, name: str, policy: Policy) -> AppliedPolicy:
        return AppliedPolicy(policy, name, "Control", attached_to=f"{self._kind} {self.name}")

    _kind = "account"


class Folder(Node):
    """A folder of a directory; the root is one."""

    _kind = "folder"

    def __init__(self, name: str, directory: ResourceDirectory, parent: Folder | None) -> None:
        super().__init__(name, parent)
        self.directory = directory
        self.folders: dict[str, Folder] = {}
        self.members: list[Account] = []

    def create_folder(self, name: str) -> Folder:
        """A folder within this one, whose policies count for it, too."""
        if name in self.folders:
            raise RamstsError(f"`{self.name}` has a folder `{name}` already")
        folder = self.folders[name] = Folder(name, self.directory, self)
        return folder

    def add(self, *accounts: Account) -> None:
        """Make accounts members of the directory in this folder, or move them here. What is
        attached to an account goes along.
        """
        for account in accounts:
            if account is self.directory.management:
                raise RamstsError("the management account is under no control policy; add others")
            before = account.node.parent if account.node is not None else None
            if before is not None:
                before.members.remove(account)
            if account.node is None:
                account.node = Node(account.name or account.id)
            account.node.parent = self
            self.members.append(account)

    def remove(self, account: Account) -> None:
        """Let an account leave the directory: nothing controls it any more."""
        if account not in self.members:
            raise RamstsError(f"{account!r} is not in `{self.name}`")
        self.members.remove(account)
        account.node = None


class ResourceDirectory:
    """The directory of a company: its management account, and the root folder of all the others."""

    def __init__(self, management: Account) -> None:
        self.management = management
        self.root = Folder("Root", self, None)

    def __repr__(self) -> str:
        return f"<ResourceDirectory of {self.management!r}, {len(list(self.members))} members>"

    @property
    def folders(self) -> Iterator[Folder]:
        """Every folder, the root first."""
        waiting = [self.root]
        while waiting:
            folder = waiting.pop(0)
            yield folder
            waiting += folder.folders.values()

    @property
    def members(self) -> Iterator[Account]:
        for folder in self.folders:
            yield from folder.members
