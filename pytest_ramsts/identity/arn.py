"""ARNs of RAM: how they are written, and read where a caller names a role."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from pytest_ramsts.errors import InvalidParameterError


class RoleArn(NamedTuple):
    """The role that `acs:ram::<account id>:role/<name>` names."""

    account_id: str
    name: str

    def __str__(self) -> str:
        return f"acs:ram::{self.account_id}:role/{self.name}"

    @classmethod
    @lru_cache(maxsize=256)  # each AssumeRole reads the same ARN several times
    def parse(cls, text: str) -> RoleArn:
        """Read a role ARN, or raise `InvalidParameter.RoleArn`."""
        found = _ROLE.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise InvalidParameterError(
                "RoleArn", "", hint=f"`{text}`: write it like acs:ram::1234567890123456:role/reader"
            )
        return cls(found["account"], found["name"])


_ROLE: Final = re.compile(r"acs:ram:\*?:(?P<account>\d{1,20}):role/(?P<name>[A-Za-z0-9._@-]{1,64})")


def split_provider_arn(arn: str, kind: str) -> tuple[str, str] | None:
    """The account and the name in the ARN of a `saml-provider` or `oidc-provider`; None if it is no
    such ARN.
    """
    found = _PROVIDER.fullmatch(arn)
    return (found["account"], found["name"]) if found and found["kind"] == kind else None


_PROVIDER: Final = re.compile(
    r"acs:ram:\*?:(?P<account>\d{1,20}):(?P<kind>saml-provider|oidc-provider)/"
    r"(?P<name>[A-Za-z0-9._-]{1,128})"
)


def ram_arn(account_id: str, tail: str) -> str:
    """`acs:ram::<account id>:<tail>`, with the empty region that either spelling matches."""
    return f"acs:ram::{account_id}:{tail}"
