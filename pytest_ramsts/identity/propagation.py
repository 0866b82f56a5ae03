"""How late a change reaches those who decide: what the cloud saw of identities some seconds ago.

What is new is there at once; what changes is seen as it was until the delay has passed. Whoever
decides looks at each turn, and so does the clock before it moves: between two looks at the same
moment nothing can have changed that both did not see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_ramsts.policy import AppliedPolicy

if TYPE_CHECKING:
    from pytest_ramsts.identity.access_keys import AccessKey, Status
    from pytest_ramsts.identity.caller import Caller
    from pytest_ramsts.identity.network_policies import NetworkPolicy
    from pytest_ramsts.identity.roles import Role
    from pytest_ramsts.identity.world import World

__all__ = ["Propagation"]

Policies = tuple[AppliedPolicy, ...]


@dataclass(frozen=True, slots=True)
class _Sight:
    """What there was to see at one time."""

    time: float
    policies: dict[object, Policies]
    trust: dict[Role, AppliedPolicy]
    control: dict[str, tuple[Policies, ...]]
    keys: dict[str, tuple[AccessKey, Status, NetworkPolicy | None]]


class Propagation:
    """What the cloud sees of a world whose changes take their time."""

    def __init__(self, world: World, seconds: float) -> None:
        self._world = world
        self._seconds = seconds
        settled = self._sight()
        self._sights = [settled, settled]

    def look(self) -> None:
        """See what there is now."""
        sight = self._sight()
        if len(self._sights) > 1 and self._sights[-1].time == sight.time:
            self._sights.pop()
        self._sights.append(sight)

    def _sight(self) -> _Sight:
        accounts = self._world.accounts_by_id.values()
        roles = [role for account in accounts for role in account.roles.values()]
        users = [user for account in accounts for user in account.users.values()]
        return _Sight(
            self._world.clock.time(),
            {one: one.identity_policies() for one in (*users, *roles)},
            {role: role.trust_policy() for role in roles},
            {account.id: account.control for account in accounts},
            {
                key.id: (key, key.status, key.network_policy_in_force)
                for key in self._world.keys_by_id.values()
            },
        )

    @property
    def _then(self) -> _Sight:
        """What has reached those who decide: of all that has settled, the newest."""
        settled = self._world.clock.time() - self._seconds
        while len(self._sights) > 1 and self._sights[1].time <= settled:
            self._sights.pop(0)
        return self._sights[0]

    def policies_of(self, caller: Caller) -> Policies:
        grantee = getattr(caller, "role", caller)
        seen = self._then.policies.get(grantee)
        return caller.identity_policies() if seen is None else seen

    def trust_of(self, role: Role) -> AppliedPolicy:
        return self._then.trust.get(role) or role.trust_policy()

    def control_of(self, account_id: str) -> tuple[Policies, ...] | None:
        return self._then.control.get(account_id)

    def key(self, key_id: str) -> AccessKey | None:
        """A key that was deleted too short a time ago."""
        seen = self._then.keys.get(key_id)
        return seen[0] if seen else None

    def status_of(self, key: AccessKey) -> Status:
        seen = self._then.keys.get(key.id)
        return seen[1] if seen else key.status

    def network_of(self, key: AccessKey) -> NetworkPolicy | None:
        seen = self._then.keys.get(key.id)
        return seen[2] if seen else key.network_policy_in_force

    def knows(self, role: Role) -> bool:
        """Whether a role is still seen that was deleted."""
        return role in self._then.trust
