"""What a call is wanted to be, which calls are that, and what of the nearest is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from pytest_ramsts.errors import RamstsError
from pytest_ramsts.identity import arns
from pytest_ramsts.journal.call import Call
from pytest_ramsts.journal.journal import Journal

__all__ = ["Wanted", "listed"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """An action, and what more is wanted of its call."""

    action: str
    by: object = None
    on: object = None
    duration: timedelta | int | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what cannot be asked for before anything depends on it."""
        if self.by is not None:
            Journal().by(self.by)
        if self.on is not None:
            arns(self.on)
        if self.duration is not None:
            _timedelta(self.duration)

    def __str__(self) -> str:
        """`sts:AssumeRole` by user alice for 0:15:00, as a headline says it."""
        text = f"`{self.action}`"
        if self.by is not None:
            text += f" by {_who(self.by)}"
        if self.on is not None:
            text += f" on {', '.join(arns(self.on))}"
        if self.duration is not None:
            text += f" for {_timedelta(self.duration)}"
        if self.parameters:
            text += f" with {', '.join(f'{n}={v}' for n, v in self.parameters.items())}"
        return text

    def among(self, calls: Journal) -> Journal:
        """The calls that are all of it."""
        return calls.having(lambda call: not any(self._differences(call)))

    def check(self, calls: Journal, times: int | None) -> None:
        """Raise an `AssertionError` unless there is such a call, or `times` of them."""
        __tracebackhide__ = True
        found = self.among(calls)
        calls.noticed.update(call.number for call in found if call.denied)
        if len(found) == times or (found and times is None):
            return
        was = f"was called {_times(len(found))}" if found else "was never called"
        but = f", not {_times(times)}" if times else ", and should never have been"
        lines = [f"{self} {was}{'' if times is None else but}"]
        if len(found) < (times or 1):
            lines += self._nearest(calls)
        raise AssertionError("\n".join([*lines, *listed("calls:", calls, why=False)]))

    def _nearest(self, calls: Journal) -> Iterator[str]:
        """What of the nearest call is otherwise."""
        missed = [(list(self._differences(call)), call) for call in calls]
        near = [one for one in missed if one[0]]
        if near:
            differences, call = min(near, key=lambda one: (_weight(one[0]), -one[1].number))
            but = ", and ".join([text for _, text in differences])
            yield f"nearest: call {call.number}, but {but}"

    def _differences(self, call: Call) -> Iterator[tuple[int, str]]:
        """Each with its weight: another action is further off than anything else."""
        one = Journal([call])
        if not one.of(self.action):
            yield 10, f"it is `{call.action or call.operation or call.service}`"
        if self.by is not None and not one.by(self.by):
            yield 1, f"it was by {call.caller.principal if call.caller else 'somebody unknown'}"
        if self.on is not None and not one.on(self.on):
            yield 1, f"it was on {', '.join(call.resources) or 'no resource'}"
        if self.duration is not None:
            duration = call.duration
            if duration is None:
                yield 1, "it asks for no credentials"
            elif duration != _timedelta(self.duration):
                yield 1, f"it was for {duration}"
        for name, value in self.parameters.items():
            if call.parameters.get(name) != value:
                given = call.parameters.get(name)
                yield 1, f"its {name} was {'not given' if given is None else f'`{given}`'}"


def listed(headline: str, calls: Iterable[Call], *, why: bool = True) -> list[str]:
    """The calls in lines, below a headline; `why` tells of each refused one why it was."""
    lines = [headline]
    for call in calls:
        at = f"  at {call.site}" if call.site else ""
        lines.append(f"  {call!r}{at}")
        if why and call.denied:
            lines += [f"      {line}" for line in call.explain().splitlines()]
        if call.silent:
            lines.append(
                f"      answered with HTTP {call.status}: no SDK raises for it, the application has"
                " to look into the body"
            )
    return lines if len(lines) > 1 else ["no call was made at all"]


def _weight(differences: list[tuple[int, str]]) -> int:
    return sum(weight for weight, _ in differences)


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _timedelta(duration: timedelta | int) -> timedelta:
    if isinstance(duration, timedelta):
        return duration
    if isinstance(duration, bool) or not isinstance(duration, int):
        raise RamstsError(f"a duration is seconds or a timedelta, not {duration!r}")
    return timedelta(seconds=duration)


def _who(by: object) -> str:
    principal = getattr(by, "principal", None)
    return str(principal) if principal is not None else repr(by)
