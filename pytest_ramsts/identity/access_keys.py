"""AccessKeys: what a user or an account owner signs with, until it is disabled or deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal

from pytest_ramsts.errors import InvalidParameterError
from pytest_ramsts.identity.caller import Caller
from pytest_ramsts.identity.network_policies import NetworkPolicy, as_network_policy

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

    network_policy: NetworkPolicy | None = None
    """From which addresses it may be used, as `SetAccessKeyPolicy` was given it."""

    signs_only = ""
    """The one action that it signs calls of, where it is not good for all."""

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

    def restrict_network(
        self, *addresses: str, vpcs: Mapping[str, str | Iterable[str]] | None = None
    ) -> None:
        """`SetAccessKeyPolicy`: use it from these addresses and blocks only, or from within VPCs.

            key.restrict_network("198.51.100.0/24", vpcs={"vpc-1": "10.0.0.0/8"})

        The next call from elsewhere is `InvalidAccessKeyId.AccessPolicyDenied`; sessions that it
        asked for go on. `AllowAllVPC` stands for every VPC; without any address it is of no use
        anywhere. This goes before what the account restricts.
        """
        self.set_network_policy(as_network_policy(addresses, vpcs))

    def set_network_policy(self, policy: NetworkPolicy) -> None:
        self.network_policy = policy
        self.owner.account.world.restricts_networks = True

    def lift_network_restriction(self) -> None:
        """Let it be used from everywhere again, as far as the account allows it."""
        self.network_policy = None

    @property
    def network_policy_in_force(self) -> NetworkPolicy | None:
        """Its own policy if that is active, else its account's if that is; None if neither is.

        The page says of the key's that it goes before the account's, and that both have to be
        disabled for nothing to be restricted.
        """
        for policy in (self.network_policy, self.owner.account.key_network_policy):
            if policy is not None and policy.active:
                return policy
        return None

    def delete(self) -> None:
        """`DeleteAccessKey`: the next call is `InvalidAccessKeyId.NotFound`. The recycle bin keeps
        it for a while.
        """
        del self.owner.keys_by_id[self.id]
        del self.owner.account.world.keys_by_id[self.id]
        self.owner.account.recycle_bin.take_key(self)
