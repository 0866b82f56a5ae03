"""Every call that the code under test made, in the order in which it made them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import overload

from pytest_ramsts.errors import RamstsError
from pytest_ramsts.identity import AccessKey, Caller, arns
from pytest_ramsts.journal.call import Call
from pytest_ramsts.policy.wildcard import matches

__all__ = ["Journal"]


class Journal(Sequence[Call]):
    """The calls of one cloud, to be asked about: `calls.of("sts:AssumeRole")`,
    `calls.by(user).denied`.

    It is a list of calls, and what it is asked for is one too.
    """

    def __init__(self, calls: Sequence[Call] = (), *, noticed: set[int] | None = None) -> None:
        self._calls = list(calls)
        self.noticed: set[int] = set() if noticed is None else noticed
        """The numbers of the refused calls that the test has asked about."""

    def __repr__(self) -> str:
        return f"<Journal {self._calls!r}>"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Journal | list | tuple):
            return self._calls == list(other)
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]  # it grows

    @overload
    def __getitem__(self, index: int) -> Call: ...

    @overload
    def __getitem__(self, index: slice) -> Journal: ...

    def __getitem__(self, index: int | slice) -> Call | Journal:
        if isinstance(index, int):
            return self._calls[index]
        return self._with(self._calls[index])

    def __iter__(self) -> Iterator[Call]:
        return iter(self._calls)

    def __len__(self) -> int:
        return len(self._calls)

    # Asking

    def of(self, action: str) -> Journal:
        """The calls of an action, `sts:AssumeRole`, or of a whole service, by its name or by the
        word before the colon: `tablestore` or `ots`. Case is ignored, as in policies.
        """
        wanted = action.lower()
        return self._with(
            [
                call
                for call in self._calls
                if wanted in ((asked := call.action.lower()), asked.partition(":")[0], call.service)
            ]
        )

    def by(self, caller: object) -> Journal:
        """The calls of a user, an account's owner, a session, any session of a role, or of an
        AccessKey.
        """
        if not isinstance(caller, Caller | AccessKey):
            raise RamstsError(
                "calls are made by a user, an account, a role, a session or an AccessKey, not by"
                f" {caller!r}; a user is account.users['name']"
            )
        if isinstance(caller, AccessKey):
            return self._with([c for c in self._calls if c.caller and c.key_id == caller.id])
        return self._with(
            [c for c in self._calls if c.caller and caller in (c.caller, _role_of(c.caller))]
        )

    def on(self, resource: object) -> Journal:
        """The calls on a resource: an ARN, in which `*` and `?` match as in policies, something
        with `.arn`, or several of those, which must then all have been asked for.
        """
        wanted = arns(resource)
        return self._with(
            [
                call
                for call in self._calls
                if all(any(matches(one, arn) for arn in call.resources) for one in wanted)
            ]
        )

    @property
    def denied(self) -> Journal:
        """Those whose caller was known and may not."""
        denied = self._with([call for call in self._calls if call.denied])
        self.noticed.update([call.number for call in denied])
        return denied

    @property
    def allowed(self) -> Journal:
        """Those that went through."""
        return self._with([call for call in self._calls if call.allowed])

    @property
    def last(self) -> Call:
        """The newest call; an `IndexError` if there is none."""
        if not self._calls:
            raise IndexError("no call was made")
        return self._calls[-1]

    def between(self, start: datetime, end: datetime) -> Journal:
        """The calls from `start` until before `end`, by the cloud's clock."""
        if start.tzinfo is None or end.tzinfo is None:
            raise RamstsError(
                "`between` wants times with a time zone: datetime(2026, 1, 1, tzinfo=UTC)"
            )
        return self._with([call for call in self._calls if start <= call.time < end])

    def having(self, condition: Callable[[Call], object]) -> Journal:
        """The calls that a function of yours says yes to."""
        return self._with([call for call in self._calls if condition(call)])

    def assert_called(
        self,
        action: str,
        *,
        times: int | None = None,
        by: object = None,
        on: object = None,
        with_duration: timedelta | int | None = None,
        with_parameters: Mapping[str, str] | None = None,
    ) -> None:
        """Assert that there is such a call, or exactly `times` of them (0: none).

        `by` and `on` are as in the methods of that name. `with_duration` is how long an
        `AssumeRole` asked credentials for, in seconds or as a timedelta. `with_parameters` is what
        the call said, among other things: `{"RoleSessionName": "user-7"}`. A failure shows the
        calls, and of the nearest what was different.
        """
        __tracebackhide__ = True
        from pytest_ramsts.journal.wanted import Wanted  # noqa: PLC0415 - only when asked for

        Wanted(
            action, by=by, on=on, duration=with_duration, parameters=with_parameters or {}
        ).check(self, times)

    # Being written

    def add(self, call: Call) -> None:
        self._calls.append(call)

    def clear(self) -> None:
        self._calls.clear()

    def _with(self, calls: Sequence[Call]) -> Journal:
        return Journal(calls, noticed=self.noticed)


def _role_of(caller: Caller) -> object:
    return getattr(caller, "role", None)
