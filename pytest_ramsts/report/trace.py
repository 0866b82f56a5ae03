"""The calls of a test as a story: when, who, what, and how it ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pytest_ramsts.journal import Call

__all__ = ["told"]


def told(calls: Iterable[Call]) -> str:
    """One line a call, by the cloud's clock; below a call that did not go through, why."""
    rows = [(call, f"{call.time:%H:%M:%S}", _who(call), _what(call)) for call in calls]
    who_width = max((len(who) for _, _, who, _ in rows), default=0)
    what_width = max((len(what) for _, _, _, what in rows), default=0)
    lines: list[str] = []
    for call, time, who, what in rows:
        lines.append(f"{time}  {who:<{who_width}}  {what:<{what_width}}  {_outcome(call)}")
        lines += [f"          {line}" for line in _why(call)]
    return "\n".join(lines)


def _who(call: Call) -> str:
    who = call.caller or call.claimant
    if who is not None:
        return str(who.principal)
    # Nobody here has that key. The start of an AccessKeyId is no secret.
    return f"key {call.key_id[:10]}…" if call.key_id else "somebody unsigned"


def _what(call: Call) -> str:
    return call.action or call.operation or call.service


def _outcome(call: Call) -> str:
    if call.denied:
        return "denied" if call.code else "would be denied"
    return f"refused: {call.code}" if call.code else "ok"


def _why(call: Call) -> Iterator[str]:
    if call.denied:
        yield from call.explain().splitlines()
    elif call.code:
        # The first line says it; a string to sign is for the one who debugs a signer.
        yield call.message.partition("\n")[0].partition(" server string to sign is:")[0]
