"""Keys, aliases and secrets of KMS, in memory: one state per cloud, kept apart by account and
region.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pytest_ramsts.services.kms.errors import KmsError

__all__ = ["Key", "KeyVersion", "Kms", "Place", "Secret", "SecretVersion"]

CURRENT = "ACSCurrent"
PREVIOUS = "ACSPrevious"


@dataclass(frozen=True)
class KeyVersion:
    """A generation of a key, and what it encrypts with."""

    id: str
    material: bytes = field(repr=False)
    created: float


@dataclass
class Key:
    """A key. What was encrypted with an older version of it can still be read."""

    id: str
    arn: str
    creator: str
    description: str
    spec: str
    usage: str
    origin: str
    protection_level: str
    created: float
    versions: list[KeyVersion]
    state: Literal["Enabled", "Disabled", "PendingDeletion"] = "Enabled"
    deleted_from: float | None = None
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def primary(self) -> KeyVersion:
        return self.versions[-1]

    def check_usable(self) -> None:
        if self.state != "Enabled":
            raise KmsError(f"Rejected.{self.state}", hint=f"`{self.id}`")


@dataclass
class SecretVersion:
    """A value of a secret, and the stages that point to it."""

    id: str
    data: str
    data_type: str
    created: float
    stages: list[str]


@dataclass
class Secret:
    """A secret. A plan to delete it hides its values, and can be taken back."""

    name: str
    arn: str
    type: str
    description: str
    key_id: str
    """The key of one's own that it is encrypted under; "" for the service's."""
    created: float
    updated: float
    versions: list[SecretVersion]
    deleted_from: float | None = None
    tags: dict[str, str] = field(default_factory=dict)

    def version(self, *, version_id: str = "", stage: str = "") -> SecretVersion:
        """The version of an id or of a stage, the current one by default."""
        if not version_id and not stage:
            stage = CURRENT
        for one in self.versions:
            if version_id in ("", one.id) and stage in ("", *one.stages):
                return one
        raise KmsError(
            "Forbidden.ResourceNotFound", hint=f"`{self.name}`: {version_id} {stage}".strip()
        )

    def move(self, stage: str, to: SecretVersion | None) -> None:
        """Let a stage point to a version, or to none. What was current becomes previous."""
        for one in self.versions:
            if stage in one.stages and one is not to:
                one.stages.remove(stage)
                if stage == CURRENT and to is not None:
                    self.move(PREVIOUS, one)
        if to is not None and stage not in to.stages:
            to.stages.append(stage)


@dataclass
class Place:
    """What an account has in a region."""

    keys: dict[str, Key] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    """The id of a key by `alias/name`."""
    secrets: dict[str, Secret] = field(default_factory=dict)

    def clear(self, now: float) -> None:
        """Let go of what was to be deleted by now."""
        kept = {n: s for n, s in self.secrets.items() if (s.deleted_from or now + 1) > now}
        if len(kept) < len(self.secrets):
            self.secrets = kept
        for key in list(self.keys.values()):
            if (key.deleted_from or now + 1) <= now:
                del self.keys[key.id]
                self.aliases = {a: one for a, one in self.aliases.items() if one != key.id}

    def key_id(self, named: str) -> str:
        """The id that an id, an alias or an ARN of either stands for, whether it exists or not."""
        plain = (named.rpartition(":")[2] if named.startswith("acs:") else named).removeprefix(
            "key/"
        )
        return self.aliases.get(plain, plain)

    def key(self, named: str) -> Key:
        key_id = self.key_id(named)
        if key_id in self.keys:
            return self.keys[key_id]
        raise KmsError(
            "Forbidden.AliasNotFound" if key_id.startswith("alias/") else "Forbidden.KeyNotFound",
            hint=f"`{named}`",
        )

    def key_of_version(self, version_id: str) -> tuple[Key, KeyVersion] | None:
        for key in self.keys.values():
            for version in key.versions:
                if version.id == version_id:
                    return key, version
        return None

    def secret(self, name: str) -> Secret:
        name = name.rpartition(":secret/")[2]
        if name not in self.secrets:
            raise KmsError("Forbidden.ResourceNotFound", hint=f"no secret `{name}`")
        return self.secrets[name]


@dataclass
class Kms:
    """What exists in KMS, by account id and region."""

    places: dict[tuple[str, str], Place] = field(default_factory=dict)

    def at(self, account_id: str, region: str) -> Place:
        return self.places.setdefault((account_id, region), Place())

    def tags_of(self, arn: str) -> Mapping[str, str]:
        """The tags of the key or secret of an ARN."""
        parts = arn.split(":", 4)
        if len(parts) == 5:  # noqa: PLR2004 - acs, kms, region, account, and the thing
            kind, _, name = parts[4].partition("/")
            place = self.places.get((parts[3], parts[2]), Place())
            thing = place.keys.get(name) if kind == "key" else place.secrets.get(name)
            if thing is not None:
                return thing.tags
        return {}
