"""Reports on an account's credentials and how well they are kept. Knows no wire."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pytest_ramsts.clock import timestamp

if TYPE_CHECKING:
    from pytest_ramsts.identity.access_keys import AccessKey
    from pytest_ramsts.identity.account import Account
    from pytest_ramsts.identity.users import User

_DAY: Final = 86400
OLD: Final = 90 * _DAY

CREDENTIAL_COLUMNS: Final = (
    "user",
    "user_creation_time",
    "user_last_logon",
    "password_exist",
    "password_active",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    "access_key_1_exist",
    "access_key_1_active",
    "access_key_1_last_rotated",
    "access_key_1_last_used",
    "access_key_2_exist",
    "access_key_2_active",
    "access_key_2_last_rotated",
    "access_key_2_last_used",
)


def credential_rows(account: Account) -> list[list[str]]:
    """One row for the owner and one for each user, as the credential report has them."""
    rows = [["<root>", "N/A", "N/A", "TRUE", "N/A", "N/A", "N/A", "N/A", *_keys(account)]]
    rows += [_row(user) for user in account.users.values()]
    return rows


def as_csv(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([list(CREDENTIAL_COLUMNS), *rows])
    return text.getvalue()


def _row(user: User) -> list[str]:
    profile = user.login_profile
    age = user.account.password_policy.max_password_age
    return [
        user.principal_name,
        timestamp(user.created),
        _when(profile.last_login if profile else None),
        _flag(profile is not None),
        _flag(profile is not None and profile.status == "Active"),
        _when(profile.updated if profile else None),
        _when(profile.updated + age * _DAY if profile and age else None),
        _flag(user.mfa_device is not None),
        *_keys(user),
    ]


def _keys(owner: User | Account) -> Iterator[str]:
    keys: list[AccessKey | None] = [*owner.access_keys, None, None]
    for key in keys[:2]:
        yield _flag(key is not None)
        yield _flag(key is not None and key.status == "Active")
        yield _when(key.created if key else None)
        yield _when(key.last_used if key else None)


def _flag(value: bool) -> str:
    return "TRUE" if value else "FALSE"


def _when(seconds: float | None) -> str:
    return "-" if seconds is None else timestamp(seconds)


# How well they are kept


class Practice(NamedTuple):
    """The figures of the security practice report."""

    users: int
    users_with_mfa: int
    users_with_old_keys: int
    users_with_unused_keys: int
    old_keys: int
    unused_keys: int
    root_keys: int

    @property
    def score(self) -> int:
        """From 0 to 100. How the real score is made is not documented; each failing costs alike."""
        failings = (
            bool(self.root_keys),
            bool(self.old_keys),
            bool(self.unused_keys),
            self.users_with_mfa < self.users,
        )
        return 100 - 25 * sum(failings)


def practice(account: Account) -> Practice:
    users = account.users.values()
    keys = [key for user in users for key in user.access_keys]
    return Practice(
        users=len(users),
        users_with_mfa=sum(user.mfa_device is not None for user in users),
        users_with_old_keys=sum(any(map(is_old, user.access_keys)) for user in users),
        users_with_unused_keys=sum(any(map(is_unused, user.access_keys)) for user in users),
        old_keys=sum(map(is_old, keys)),
        unused_keys=sum(map(is_unused, keys)),
        root_keys=len(account.access_keys),
    )


def is_old(key: AccessKey) -> bool:
    return key.owner.account.world.clock.time() - key.created > OLD


def is_unused(key: AccessKey) -> bool:
    used = key.created if key.last_used is None else key.last_used
    return key.owner.account.world.clock.time() - used > OLD


def _old_keys(account: Account) -> list[User]:
    return [user for user in account.users.values() if any(map(is_old, user.access_keys))]


def _unused_keys(account: Account) -> list[User]:
    return [user for user in account.users.values() if any(map(is_unused, user.access_keys))]


def _without_mfa(account: Account) -> list[User]:
    return [u for u in account.users.values() if u.login_profile and u.mfa_device is None]


GOVERNANCE: Final[dict[str, Callable[[Account], list[Any]]]] = {
    "UserWithOldAccessKey": _old_keys,
    "UserWithUnusedAccessKey": _unused_keys,
    "UserWithoutMFA": _without_mfa,
}
"""The items of the governance report. The names are ours: the pages do not list the real ones."""
