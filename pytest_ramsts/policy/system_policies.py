"""The system policies: documents that the cloud brings along, as data, read when one is looked up.

`source` says what a document is: `published` as the vendor prints it, `abridged` to the statements
that matter, or a `stand-in` where the published text was not to be had. Descriptions are ours;
dates that nobody printed are those of the first system policies.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any, Final, Literal

from pytest_ramsts.policy.document import Policy

__all__ = ["SYSTEM_POLICIES", "SystemPolicy"]


@dataclass(frozen=True)
class SystemPolicy:
    """One policy of type `System`."""

    name: str
    description: str
    text: str
    default_version: str = "v1"
    create_date: str = "2015-04-28T08:15:45Z"
    update_date: str = "2017-04-27T08:48:07Z"
    source: Literal["published", "abridged", "stand-in"] = "published"

    @cached_property
    def document(self) -> Policy:
        return Policy.parse(self.text)


class _SystemPolicies(Mapping[str, SystemPolicy]):
    """By name. The file is read at the first look, a document parsed when it is first needed."""

    @cached_property
    def _by_name(self) -> dict[str, SystemPolicy]:
        text = files(__package__).joinpath("system_policies.json").read_text(encoding="utf-8")
        return {name: _read(name, row) for name, row in json.loads(text).items()}

    def __getitem__(self, name: str) -> SystemPolicy:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)


def _read(name: str, row: dict[str, Any]) -> SystemPolicy:
    return SystemPolicy(
        name=name,
        description=row["description"],
        text=json.dumps(row["document"], indent=2),
        default_version=row["version"],
        create_date=row["created"],
        update_date=row["updated"],
        source=row["source"],
    )


SYSTEM_POLICIES: Final[Mapping[str, SystemPolicy]] = _SystemPolicies()
"""Every system policy that is known here, by name."""
