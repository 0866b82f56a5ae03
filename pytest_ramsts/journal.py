"""What happened and why: every call that the code under test made, in the order in which it made
them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, overload

from pytest_ramsts.identity import Caller
from pytest_ramsts.policy import Decision
from pytest_ramsts.wire import Request, Response

__all__ = ["Call", "Journal"]


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One call: who asked for what, what was decided, what was answered."""

    number: int
    time: datetime
    """By the cloud's clock, in UTC."""
    service: str
    """`ram`, `sts`, `iot`, …; the host, where no service answers for it."""
    operation: str
    action: str
    """What RAM was asked about, such as `iot:Pub`."""
    resources: tuple[str, ...]
    caller: Caller | None
    """Whose signature was verified; None for an anonymous call, and for one that was refused
    before.
    """
    claimant: Caller | None
    """Whose AccessKeyId the request bears, whether or not it proved right."""
    key_id: str
    """That AccessKeyId; "" for an unsigned request."""
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

    def __repr__(self) -> str:
        who = self.caller.principal.arn if self.caller else "somebody"
        outcome = f"{self.status} {self.code}" if self.code else "ok"
        what = self.action or self.operation or self.service
        return f"<Call {self.number} {self.time:%H:%M:%SZ} {what} by {who}: {outcome}>"

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

    def explain(self, *, full: bool = False) -> str:
        """Why it was allowed or refused, for people."""
        if self.decision is not None and (self.denied or not self.code):
            return self.decision.explain(full=full)
        return f"{self.code}: {self.message}" if self.code else "no permission was needed"

    @property
    def body(self) -> Any:
        """What was answered, parsed, where it is JSON."""
        return self.response.json()


class Journal(Sequence[Call]):
    """The calls of one cloud, to be asked about: `calls.of("sts:AssumeRole")`,
    `calls.by(user).denied`.
    """

    def __init__(self, calls: Sequence[Call] = ()) -> None:
        self._calls = list(calls)

    def __repr__(self) -> str:
        return f"<Journal {self._calls!r}>"

    @overload
    def __getitem__(self, index: int) -> Call: ...

    @overload
    def __getitem__(self, index: slice) -> Journal: ...

    def __getitem__(self, index: int | slice) -> Call | Journal:
        return self._calls[index] if isinstance(index, int) else Journal(self._calls[index])

    def __iter__(self) -> Iterator[Call]:
        return iter(self._calls)

    def __len__(self) -> int:
        return len(self._calls)

    def of(self, action: str) -> Journal:
        """The calls of an action, `sts:AssumeRole`, or of a whole service, `sts`. Case is ignored,
        as in policies.
        """
        wanted = action.lower()
        return Journal([c for c in self._calls if wanted in (c.action.lower(), c.service)])

    def by(self, caller: object) -> Journal:
        """The calls of a user, an account's owner, a session, any session of a role, or of an
        AccessKey.
        """
        owner = getattr(caller, "owner", caller)
        return Journal(
            [
                c
                for c in self._calls
                if c.caller and owner in (c.caller, getattr(c.caller, "role", None))
            ]
        )

    @property
    def denied(self) -> Journal:
        return Journal([call for call in self._calls if call.denied])

    @property
    def allowed(self) -> Journal:
        return Journal([call for call in self._calls if call.allowed])

    @property
    def last(self) -> Call:
        """The newest call; an `IndexError` if there is none."""
        if not self._calls:
            raise IndexError("no call was made")
        return self._calls[-1]

    def between(self, start: datetime, end: datetime) -> Journal:
        """The calls from `start` until before `end`, by the cloud's clock."""
        return Journal([call for call in self._calls if start <= call.time < end])

    def add(self, call: Call) -> None:
        self._calls.append(call)

    def clear(self) -> None:
        self._calls.clear()
