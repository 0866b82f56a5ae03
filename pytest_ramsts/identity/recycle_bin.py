"""The recycle bin of an account: deleted users and AccessKeys, for a month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from pytest_ramsts.errors import NotExistError

if TYPE_CHECKING:
    from pytest_ramsts.identity.access_keys import AccessKey
    from pytest_ramsts.identity.account import Account
    from pytest_ramsts.identity.users import User

_DAY: Final = 86400
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Recycled(Generic[T]):
    """Something deleted: since when it lies here, and until when."""

    number: int
    thing: T
    recycled: float
    deleted: float


class RecycleBin:
    """What was deleted and can be had back. What has lain here too long is gone."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._users: dict[str, Recycled[User]] = {}
        self._keys: dict[str, Recycled[AccessKey]] = {}
        self._taken = 0

    def take_user(self, user: User) -> None:
        self._users[user.id] = self._recycled(user)

    def take_key(self, key: AccessKey) -> None:
        self._keys[key.id] = self._recycled(key)

    @property
    def users(self) -> list[Recycled[User]]:
        self._empty()
        return list(self._users.values())

    def keys_of(self, user_id: str) -> list[Recycled[AccessKey]]:
        """The AccessKeys of one user, or of the account's owner for the account's id."""
        self._empty()
        return [key for key in self._keys.values() if key.thing.owner.id == user_id]

    def user(self, user_id: str) -> Recycled[User]:
        self._empty()
        if user_id not in self._users:
            raise NotExistError("User", user_id)
        return self._users[user_id]

    def key(self, key_id: str) -> Recycled[AccessKey]:
        self._empty()
        if key_id not in self._keys:
            raise NotExistError("User.AccessKey", key_id)
        return self._keys[key_id]

    def has_user(self, user_id: str) -> bool:
        self._empty()
        return user_id in self._users

    def restore_user(self, user_id: str) -> User:
        """Let a deleted user exist again, unless somebody has its name by now."""
        user = self.user(user_id).thing
        self._account.users.add(user.name, user)
        self._account.users_by_id[user.id] = user
        del self._users[user_id]
        return user

    def restore_key(self, key_id: str) -> AccessKey:
        """Let a deleted AccessKey work again, if its owner is there and has fewer than two."""
        key = self.key(key_id).thing
        if self.has_user(key.owner.id):
            raise NotExistError("User", key.owner.id)
        self._account.world.register_key(key)
        del self._keys[key_id]
        return key

    def remove_user(self, user_id: str) -> None:
        """Delete a user for good, and the AccessKeys with it."""
        self.user(user_id)
        for recycled in self.keys_of(user_id):
            del self._keys[recycled.thing.id]
        del self._users[user_id]

    def remove_key(self, key_id: str) -> None:
        self.key(key_id)
        del self._keys[key_id]

    def _recycled(self, thing: T) -> Recycled[T]:
        now = self._account.world.clock.time()
        self._taken += 1
        days = self._account.world.limits.recycled_days
        return Recycled(self._taken, thing, now, now + days * _DAY)

    def _empty(self) -> None:
        """Let go of what has lain here too long."""
        now = self._account.world.clock.time()
        _drop_old(self._users, now)
        _drop_old(self._keys, now)


def _drop_old(kept: dict[str, Recycled[T]], now: float) -> None:
    """They lie in the order in which they came, each as long as the others."""
    while kept:
        oldest = next(iter(kept))
        if kept[oldest].deleted > now:
            return
        del kept[oldest]
