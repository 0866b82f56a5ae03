"""Expectations of a block: this is refused, this is allowed. A failure shows what happened."""

from __future__ import annotations

from types import TracebackType
from typing import Self, cast

from pytest_ramsts.errors import RamstsError
from pytest_ramsts.journal import Call, Journal, Wanted, listed
from pytest_ramsts.policy import Decision

__all__ = ["Allowance", "Denial"]


class _Expectation:
    """What the calls of a block must have been."""

    def __init__(self, journal: Journal, action: str, on: object, by: object) -> None:
        self._journal = journal
        self._wanted = Wanted(action, by=by, on=on)
        self._start = 0
        self._call: Call | None = None

    def __enter__(self) -> Self:
        self._start = len(self._journal)
        return self

    @property
    def call(self) -> Call:
        """The call that met the expectation."""
        if self._call is None:
            raise RamstsError(f"the block that expects {self._wanted} has not ended yet")
        return self._call

    def _made(self) -> Journal:
        return self._journal[self._start :]


class Denial(_Expectation):
    """`with cloud.denies("ots:DeleteRow") as denial:` fails unless exactly this is refused in the
    block.

    An exception that tells of the refusal ends the block and is kept as `denial.error`; any other
    goes on its way. If none came, `error` is None: the application has dealt with the refusal, or
    overlooked it. That is for the test to say.
    """

    error: Exception | None = None

    @property
    def decision(self) -> Decision:
        """What was decided about the refused call, and why."""
        return cast(Decision, self.call.decision)  # which every denied call has

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
        denied = made.denied
        refused = self._wanted.among(denied)
        if not refused:
            if error is not None and not denied:
                return False
            raise AssertionError(_missed(f"{self._wanted} was not refused", made)) from error
        if len(refused) < len(denied):
            raise AssertionError(_missed(f"more than {self._wanted} was refused", made)) from error
        self._call = refused.last
        if isinstance(error, Exception) and any(call.told_by(error) for call in refused):
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
        called = self._wanted.among(made)
        if not called or called.denied or len(called.allowed) < len(called):
            if error is not None and not called:
                return
            what = "was not called" if not called else "was not allowed"
            raise AssertionError(_missed(f"{self._wanted} {what}", made)) from error
        self._call = called.last


def _missed(headline: str, made: Journal) -> str:
    return "\n".join([headline, *listed("calls of the block:", made)])
