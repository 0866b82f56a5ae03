"""AccessKeys: what a user or an account owner signs with, until it is disabled or deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pytest_ramsts.errors import InvalidParameterError
from pytest_ramsts.identity.caller import Caller

if TYPE_CHECKING:
    from pytest_ramsts.identity.account import Account
    from pytest_ramsts.identity.users import User

Status = Literal["Active", "Inactive"]


class AccessKey:
    """An AccessKey of a RAM user or of the account's owner. `AccessKeySecret` is `secret`."""

    def __init__(self, owner: User | Account, key_id: str, secret: str, created: float) -> None:
        self.owner = owner
        self.id = key_id
        self.secret = secret
        self.created = created
        self.updated = created
        self.status: Status = "Active"
        self.last_used: float | None = None
        self.last_service = ""
        """The code of the service that was called last."""

    def __repr__(self) -> str:
        return f"<AccessKey {self.id} of {self.owner.principal.arn}, {self.status}>"

    network_policy = ""
    """From which addresses it may be used, as `SetAccessKeyPolicy` was given it."""

    security_token = ""
    """A long-term key has none; this lets it stand wherever credentials are wanted."""

    @property
    def caller(self) -> Caller:
        return self.owner

    def disable(self) -> None:
        """`UpdateAccessKey` with `Inactive`: the next call is `InvalidAccessKeyId.Inactive`."""
        self.update("Inactive")

    def enable(self) -> None:
        self.update("Active")

    def update(self, status: str) -> None:
        """Set the status, `Active` or `Inactive`."""
        match status:
            case "Active" | "Inactive":
                self.status = status
                self.updated = self.owner.account.world.clock.time()
            case _:
                raise InvalidParameterError("Status", "", hint=f"`{status}`: Active or Inactive")

    def delete(self) -> None:
        """`DeleteAccessKey`: the next call is `InvalidAccessKeyId.NotFound`. The recycle bin keeps
        it for a while.
        """
        del self.owner.keys_by_id[self.id]
        del self.owner.account.world.keys_by_id[self.id]
        self.owner.account.recycle_bin.take_key(self)
