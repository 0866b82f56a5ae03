"""Expectations of a block: this is refused, this is allowed. A failure shows what happened."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from pytest_ramsts.errors import RamstsError
from pytest_ramsts.identity import arns
from pytest_ramsts.journal import Call, Journal
from pytest_ramsts.policy import Decision

__all__ = ["Allowance", "Denial"]


class _Expectation:
    """What the calls of a block must have been."""

    def __init__(self, journal: Journal, action: str, on: object, by: object) -> None:
        self._journal = journal
        self._action = action
        self._on = None if on is None else arns(on)
        self._by = by
        self._start = 0
        self._call: Call | None = None

    def __enter__(self) -> Self:
        self._start = len(self._journal)
        return self

    @property
    def call(self) -> Call:
        """The call that met the expectation."""
        if self._call is None:
            raise RamstsError(f"the block that expects `{self._action}` has not ended yet")
        return self._call

    def _made(self) -> Journal:
        return self._journal[self._start :]

    def _matching(self, calls: Journal) -> Journal:
        calls = calls.of(self._action)
        if self._by is not None:
            calls = calls.by(self._by)
        if self._on is not None:
            wanted = set(self._on)
            calls = Journal([call for call in calls if wanted <= set(call.resources)])
        return calls

    def _wanted(self) -> str:
        text = f"`{self._action}`"
        if self._on is not None:
            text += f" on {', '.join(self._on)}"
        return text + (f" by {self._by!r}" if self._by is not None else "")


class Denial(_Expectation):
    """`with cloud.denies("ots:DeleteRow") as denial:` fails unless exactly this is refused in the
    block.

    An exception that tells of the refusal ends the block and is kept as `denial.error`; any other
    goes on its way.
    """

    error: Exception | None = None

    @property
    def decision(self) -> Decision:
        decision = self.call.decision
        if decision is None:
            raise RamstsError("the call was refused before anything was decided")
        return decision

    @property
    def reason(self) -> str:
        """`ImplicitDeny` or `ExplicitDeny`."""
        return self.call.reason

    def explain(self, *, full: bool = False) -> str:
        return self.call.explain(full=full)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        __tracebackhide__ = True
        made = self._made()
        refused = self._matching(made.denied)
        if not refused:
            if error is not None and not made.denied:
                return False
            raise AssertionError(_missed(f"{self._wanted()} was not refused", made)) from error
        strangers = [call for call in made.denied if call not in refused]
        if strangers:
            raise AssertionError(
                _missed(f"more than {self._wanted()} was refused", made)
            ) from error
        self._call = refused.last
        if isinstance(error, Exception) and any(_tells_of(error, call) for call in refused):
            self.error = error
            return True
        return False


class Allowance(_Expectation):
    """`with cloud.allows("oss:PutObject"):` fails unless this is called in the block and nothing of
    it refused.
    """

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        __tracebackhide__ = True
        made = self._made()
        called = self._matching(made)
        if not called or called.denied or not called.allowed:
            if error is not None and not called:
                return
            what = "was not called" if not called else "was not allowed"
            raise AssertionError(_missed(f"{self._wanted()} {what}", made)) from error
        self._call = called.last


def _missed(headline: str, made: Journal) -> str:
    if not made:
        return f"{headline}; no call was made at all"
    lines = [headline, "calls of the block:"]
    for call in made:
        lines.append(f"  {call!r}")
        if call.denied:
            lines += [f"      {line}" for line in call.explain().splitlines()]
    return "\n".join(lines)


def _tells_of(error: BaseException, call: Call) -> bool:
    """Whether an exception, or one it came from, carries the id of the refused request, as every
    SDK's does.
    """
    seen: BaseException | None = error
    for _ in range(20):
        if seen is None:
            return False
        if call.request_id in f"{seen} {vars(seen)}":
            return True
        seen = seen.__cause__ or seen.__context__
    return False
