"""Tags: what users, roles and policies can be marked with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from pytest_ramsts.errors import InvalidParameterError, LimitExceededError

_NONE: Final[Mapping[str, str]] = MappingProxyType({})
_LONGEST: Final = 128
_RESERVED: Final = ("aliyun", "acs:")
_MOST: Final = 20


class Tagged:
    """Something that can have tags."""

    tags: Mapping[str, str] = _NONE

    def tag(self, tags: Mapping[str, str]) -> None:
        """Set tags; those of the same key are replaced. Twenty at most."""
        check_tags(tags)
        together = {**self.tags, **tags}
        if len(together) > _MOST:
            raise LimitExceededError("Tag", _MOST)
        self.tags = together

    def untag(self, *keys: str) -> None:
        """Take tags off; without keys, all. A key that is not there is no error."""
        self.tags = {
            key: value for key, value in self.tags.items() if keys and key not in keys
        } or _NONE


def bears(thing: Tagged, tags: Mapping[str, str]) -> bool:
    """Whether it has all of these tags; a value of "" in the question stands for any."""
    return all(key in thing.tags and value in ("", thing.tags[key]) for key, value in tags.items())


def check_tags(tags: Mapping[str, str]) -> Mapping[str, str]:
    """Tags as the page "TagResources" allows them; its codes are not documented."""
    for key, value in tags.items():
        if not key or key.startswith(_RESERVED) or _is_link(key):
            raise InvalidParameterError(
                "Tag.Key",
                "Format",
                hint=f"`{key}`: not empty, without http://, and not of `aliyun` or `acs:`",
            )
        if len(key) > _LONGEST or len(value) > _LONGEST:
            raise InvalidParameterError("Tag", "Length", hint=f"`{key}`: at most {_LONGEST}")
        if _is_link(value):
            raise InvalidParameterError("Tag.Value", "Format", hint=f"`{value}`: without http://")
    if len(tags) > _MOST:
        raise LimitExceededError("Tag", _MOST)
    return tags


def pairs_of(things: Iterable[Tagged]) -> list[tuple[Tagged, str, str]]:
    return [(thing, key, value) for thing in things for key, value in thing.tags.items()]


def _is_link(text: str) -> bool:
    return "http://" in text or "https://" in text
