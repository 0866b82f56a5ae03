"""Bearer tokens: whoever shows one is taken for its caller, for a time, and signs nothing.

Some products of the real cloud give such tokens out, Cloud Call Center is one, each in its own way;
no published operation of RAM or STS does. What is known is how the SDKs send one, and what their
own tests were answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from pytest_ramsts.clock import timestamp
from pytest_ramsts.errors import RamstsError

if TYPE_CHECKING:
    from pytest_ramsts.identity.caller import Caller

__all__ = ["BearerToken"]


@dataclass(frozen=True, slots=True, repr=False)
class BearerToken:
    """A bearer token of a user, an account's owner or a role session, which may do what they may.

    `token` is what an SDK is handed: `Config(type="bearer", bearer_token=token.token)`.
    """

    token: str
    caller: Caller
    expires: float

    id: ClassVar[str] = ""
    """It has none; this lets it stand where credentials are wanted."""

    def __repr__(self) -> str:
        until = timestamp(self.expires)
        return f"<BearerToken of {self.caller.principal.arn}, until {until}>"

    @classmethod
    def issue(cls, caller: Caller, duration: int | timedelta) -> BearerToken:
        """A new one, known to its caller's world."""
        seconds = duration.total_seconds() if isinstance(duration, timedelta) else duration
        if seconds < 1:
            raise RamstsError(f"a bearer token is good for a second at least, not for {duration!r}")
        world = caller.account.world
        expires = float(int(world.clock.time()) + int(seconds))
        token = cls(world.ids.bearer_token(), caller, expires)
        world.bearer_tokens[token.token] = token
        return token

    @property
    def secret(self) -> str:
        """What proves a request that bears it."""
        return self.token

    @property
    def expiration(self) -> datetime:
        return datetime.fromtimestamp(self.expires, UTC)

    @property
    def expired(self) -> bool:
        return self.caller.account.world.clock.time() >= self.expires

    def revoke(self) -> None:
        """Let nobody know this token any more; there may be no such lever in the real cloud."""
        self.caller.account.world.bearer_tokens.pop(self.token, None)
