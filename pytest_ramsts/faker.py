"""A Faker provider for the names and ids of RAM: realistic, and plainly fake.

from faker import Faker
from pytest_ramsts.faker import RamProvider

fake = Faker()
fake.add_provider(RamProvider)
fake.role_arn()  # acs:ram::1563203884127341:role/order-reader
"""

from __future__ import annotations

import random
from functools import cached_property
from typing import Final, NamedTuple

from faker import Generator
from faker.providers import BaseProvider

from pytest_ramsts.identity import Ids, ram_arn
from pytest_ramsts.wire.secrets import MASK

__all__ = ["AccessKeyPair", "FakeNames", "RamProvider", "StsCredentials"]


class AccessKeyPair(NamedTuple):
    """An AccessKeyId and its AccessKeySecret."""

    access_key_id: str
    access_key_secret: str

    def __repr__(self) -> str:
        """Without the secret, as a real one is best never printed."""
        return f"AccessKeyPair({self.access_key_id!r}, {MASK!r})"


class StsCredentials(NamedTuple):
    """What AssumeRole gives out."""

    access_key_id: str
    access_key_secret: str
    security_token: str

    def __repr__(self) -> str:
        return f"StsCredentials({self.access_key_id!r}, {MASK!r}, {MASK!r})"


_THINGS: Final = (
    "billing", "catalog", "device", "export", "fleet", "image", "inventory",
    "invoice", "ledger", "mail", "order", "parcel", "report", "search",
    "sensor", "stock", "telemetry", "ticket", "upload", "video",
)  # fmt: skip
_TASKS: Final = (
    "admin", "archiver", "auditor", "cleaner", "collector", "importer", "indexer",
    "loader", "monitor", "publisher", "reader", "reporter", "scanner", "scheduler",
    "sender", "service", "sync", "watcher", "worker", "writer",
)  # fmt: skip
_PEOPLE: Final = (
    "alice", "amir", "bela", "chen", "dina", "emil", "farah",
    "goran", "hana", "ivan", "jun", "kofi", "lena", "ming",
    "nadia", "omar", "petra", "quentin", "rosa", "sven", "tao",
    "uma", "wei", "yara",
)  # fmt: skip


class RamProvider(BaseProvider):
    """`account_id`, `ram_user_name`, `role_name`, `policy_name`, ARNs, AccessKey pairs and STS
    credentials.
    """

    def account_id(self) -> str:
        """16 digits: `1563203884127341`."""
        return self._ids.account_id()

    def ram_user_name(self) -> str:
        """A person or a service: `alice.kofi`, `order-worker`."""
        if self.generator.random.random() < 0.5:  # noqa: PLR2004
            return f"{self._one(_PEOPLE)}.{self._one(_PEOPLE)}"
        return f"{self._one(_THINGS)}-{self._one(_TASKS)}"

    def role_name(self) -> str:
        """`order-reader`."""
        return f"{self._one(_THINGS)}-{self._one(_TASKS)}"

    def policy_name(self) -> str:
        return f"{self._one(_THINGS)}-{self._one(_TASKS)}-policy"

    def role_session_name(self) -> str:
        return f"{self._one(_PEOPLE)}@{self._one(_THINGS)}"

    def user_arn(self, account_id: str = "") -> str:
        return ram_arn(account_id or self.account_id(), f"user/{self.ram_user_name()}")

    def role_arn(self, account_id: str = "") -> str:
        return ram_arn(account_id or self.account_id(), f"role/{self.role_name()}")

    def access_key_pair(self) -> AccessKeyPair:
        """A long-term AccessKey, which no cloud knows."""
        return AccessKeyPair(self._ids.access_key_id(), self._ids.access_key_secret())

    def sts_credentials(self) -> StsCredentials:
        """What AssumeRole would give out, of no role."""
        ids = self._ids
        return StsCredentials(ids.session_key_id(), ids.session_key_secret(), ids.security_token())

    @property
    def _ids(self) -> Ids:
        return Ids(self.generator.random)

    def _one(self, words: tuple[str, ...]) -> str:
        return str(self.generator.random.choice(words))


class FakeNames:
    """The names of one cloud, from its randomness; none is given out twice."""

    def __init__(self, source: random.Random) -> None:
        self._source = source
        self._given: set[str] = set()

    def user_name(self) -> str:
        return self._new(self._provider.ram_user_name())

    def role_name(self) -> str:
        return self._new(self._provider.role_name())

    def _new(self, name: str) -> str:
        candidate, number = name, 2
        while candidate in self._given:
            candidate, number = f"{name}-{number}", number + 1
        self._given.add(candidate)
        return candidate

    @cached_property
    def _provider(self) -> RamProvider:
        # A bare generator: a whole `Faker` loads every provider of a locale.
        generator = Generator()
        generator.random = self._source
        return RamProvider(generator)
