"""One call: who asked for what, what was decided, what was answered."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from pytest_ramsts.identity import Caller
from pytest_ramsts.journal.site import Site
from pytest_ramsts.policy import Decision
from pytest_ramsts.wire import Request, Response
from pytest_ramsts.wire.secrets import masked

__all__ = ["Call"]

_ASSUMPTIONS: Final = frozenset(
    ("sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithoidc")
)


_STRING_TO_SIGN = re.compile(r" server string ?to ?sign is", re.IGNORECASE)


class Call(NamedTuple):
    """One call: who asked for what, what was decided, what was answered."""

    number: int
    seconds: float
    """When, by the cloud's clock, since the epoch."""
    service: str
    """`ram`, `sts`, `iot`, …; the host, where no service answers for it."""
    operation: str
    action: str
    """What RAM was asked about, such as `iot:Pub`."""
    resources: tuple[str, ...]
    caller: Caller | None
    """Whose signature or token was verified; None for an anonymous call, and for one that was
    refused before.
    """
    claimant: Caller | None
    """Whose AccessKeyId, or bearer token, the request bears, whether or not it proved right."""
    key_id: str
    """That AccessKeyId; "" for an unsigned request, and for one with a bearer token."""
    decision: Decision | None
    """Of several resources the first refusal; None if nothing had to be decided."""
    status: int
    code: str
    """The error code; "" for a success."""
    message: str
    request_id: str
    parameters: dict[str, str]
    request: Request
    response: Response
    """What was answered. Of request and response, a body of more than 1 MiB is not kept."""

    site: Site | None
    """The line of the code under test that made it; None where no such line is on the stack, as in
    a thread of an SDK, and for calls of other processes.
    """

    def __hash__(self) -> int:
        return hash(self.request_id)

    def __repr__(self) -> str:
        who = self.caller.principal.arn if self.caller else "somebody"
        outcome = f"{self.status} {self.code}" if self.code else "ok"
        what = self.action or self.operation or self.service
        return f"<Call {self.number} {self.time:%H:%M:%SZ} {what} by {who}: {outcome}>"

    @property
    def time(self) -> datetime:
        """When, by the cloud's clock, in UTC."""
        return datetime.fromtimestamp(self.seconds, UTC)

    @property
    def denied(self) -> bool:
        """Whether the caller was known and may not. In soft mode the call went through all the
        same.
        """
        return self.decision is not None and not self.decision

    @property
    def allowed(self) -> bool:
        """Whether it went through."""
        return not self.code

    @property
    def reason(self) -> str:
        """`Allow`, `ImplicitDeny` or `ExplicitDeny`; "" if nothing was decided."""
        return self.decision.reason if self.decision is not None else ""

    @property
    def silent(self) -> bool:
        """Whether it was refused in an answer that no SDK raises an exception for: HTTP 200, and
        the refusal in the body.
        """
        return self.denied and bool(self.code) and self.status < 400  # noqa: PLR2004 - the first error

    @property
    def duration(self) -> timedelta | None:
        """How long the credentials were asked for, of an `AssumeRole…`; None for any other call."""
        if self.action.lower() not in _ASSUMPTIONS:
            return None
        seconds = self.parameters.get("DurationSeconds", "")
        return timedelta(seconds=int(seconds) if seconds.isdecimal() else 3600)

    def explain(self, *, full: bool = False) -> str:
        """Why it was allowed or refused, for people. No secret is in it."""
        if self.decision is not None and (self.denied or not self.code):
            return self.decision.explain(full=full)
        if not self.code:
            return "no permission was needed"
        message = self.message
        if not full:
            # The first sentence says it; a string to sign is for the one who debugs a signer.
            message = _STRING_TO_SIGN.split(message.partition("\n")[0], maxsplit=1)[0]
        return masked(f"{self.code}: {message}")

    def told_by(self, error: BaseException) -> bool:
        """Whether an exception, or one it came from, carries the id of this request, as every SDK's
        does.
        """
        seen: BaseException | None = error
        for _ in range(20):
            if seen is None:
                return False
            if self.request_id in f"{seen} {vars(seen)}":
                return True
            seen = seen.__cause__ or seen.__context__
        return False

    @property
    def body(self) -> Any:
        """What was answered, parsed, where it is JSON."""
        return self.response.json()
