"""The eight ways to be refused, met through a service's own SDK."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from pytest_ramsts import FakeCloud

from .clients import Credentials

__all__ = ["KINDS", "Refusal", "Stranger", "met"]

KINDS: Final = (
    "no permission",
    "expired token",
    "malformed token",
    "mismatched token",
    "unknown key",
    "disabled key",
    "wrong secret",
    "skewed clock",
)


class Refusal(NamedTuple):
    """What an SDK's exception has of a refusal."""

    status: int
    code: str
    message: str


@dataclass(frozen=True)
class Stranger:
    """Credentials that somebody put together."""

    id: str
    secret: str
    security_token: str = field(default="")


def met(
    kind: str,
    cloud: FakeCloud,
    call: Callable[[Credentials], object],
    read: Callable[[Exception], Refusal],
    error: type[Exception],
) -> Refusal:
    """What the SDK raises for a refusal of this kind, when it makes this call."""
    user = cloud.account.create_user()
    role = cloud.account.create_role()
    key, session = user.access_key, role.assume(duration=900)
    who: dict[str, Credentials] = {
        "expired token": session,
        "malformed token": Stranger(session.id, session.secret, "CAISnobody"),
        "mismatched token": Stranger(session.id, session.secret, role.assume().security_token),
        "unknown key": Stranger("LTAI5tNobodyHasThisKeyOnE", key.secret),
        "wrong secret": Stranger(key.id, "wrong"),
    }
    if kind == "disabled key":
        key.disable()
    if kind == "expired token":
        cloud.clock.advance(seconds=901)
    skew: Any = cloud.clock.skew(minutes=16 if kind == "skewed clock" else 0)
    with skew:
        try:
            call(who.get(kind, key))
        except error as caught:
            return read(caught)
    raise AssertionError(f"{kind}: nothing was refused")
