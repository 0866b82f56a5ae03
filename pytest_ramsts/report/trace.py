"""The calls of a test as a story: when, who, what, on what, how it ended, and where in the code.

A row is made of plain values, so that it travels with a report from a worker of pytest-xdist; how
wide and how colourful it becomes is decided where it is shown.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, Literal, Protocol, TypedDict

from pytest_ramsts.identity import Caller
from pytest_ramsts.journal import Call

__all__ = ["Kind", "Paint", "Row", "lines", "row", "rows", "told"]

Kind = Literal["ok", "denied", "would be denied", "refused"]

WIDTH: Final = 100
"""How wide a story is where nobody knows how wide it may be."""

_INDENT: Final = " " * 10
_NARROWEST: Final = 40


class Row(TypedDict):
    """One call, in words."""

    number: int
    date: str
    time: str
    who: str
    what: str
    on: list[str]
    kind: Kind
    outcome: str
    why: list[str]
    notes: list[str]
    site: str


class Paint(Protocol):
    """Puts colour on a text, or leaves it."""

    def __call__(self, text: str, **markup: bool) -> str: ...


_COLOURS: Final[dict[Kind, dict[str, bool]]] = {
    "ok": {"green": True},
    "denied": {"red": True},
    "would be denied": {"yellow": True},
    "refused": {"red": True},
}


def told(calls: Iterable[Call], *, full: bool = False) -> str:
    """The story as plain text."""
    return "\n".join(lines(rows(calls, full=full)))


def rows(
    calls: Iterable[Call],
    *,
    full: bool = False,
    note: Callable[[Call], Iterable[str]] = lambda _: (),
) -> list[Row]:
    """A row for each call; `note` says what else is to be said of one."""
    calls = list(calls)
    accounts = {call.caller.account for call in calls if call.caller is not None}
    return [row(call, full=full, named=len(accounts) > 1, notes=note(call)) for call in calls]


def row(call: Call, *, full: bool = False, named: bool = False, notes: Iterable[str] = ()) -> Row:
    """`full` explains all that was considered; `named` says of whom which account they are in."""
    kind = _kind(call)
    return {
        "number": call.number,
        "date": f"{call.time:%Y-%m-%d}",
        "time": f"{call.time:%H:%M:%S}",
        "who": _who(call, named=named),
        "what": call.action or call.operation or call.service,
        "on": list(call.resources),
        "kind": kind,
        "outcome": f"refused: {call.code}" if kind == "refused" else kind,
        "why": [*_why(call, kind, full=full)],
        "notes": [*notes],
        "site": str(call.site or ""),
    }


def lines(
    rows: Sequence[Row], width: int = WIDTH, paint: Paint | None = None, *, whole: bool = True
) -> Iterator[str]:
    """The rows as lines of at most this width, as far as words can be parted. A `whole` story says
    where calls are left out.
    """
    paint = paint or _plain
    width = max(width, _NARROWEST)
    dated = len({row["date"] for row in rows}) > 1
    times = [f"{row['date']} {row['time']}" if dated else row["time"] for row in rows]
    who_width = max((len(row["who"]) for row in rows), default=0)
    what_width = max((len(row["what"]) for row in rows), default=0)
    before = rows[0]["number"] - 1 if rows else 0
    for time, row in zip(times, rows, strict=True):
        left_out = row["number"] - before - 1
        if whole and left_out:
            yield f"… {left_out} calls are left out; -vv tells them as well"
        before = row["number"]
        outcome = paint(row["outcome"], **_COLOURS[row["kind"]])
        head = f"{time}  {row['who']:<{who_width}}  {row['what']:<{what_width}}  "
        below = [*_details(row)]
        if len(head) + len(row["outcome"]) > width:
            head = f"{time}  {row['what']}  "
            below.insert(0, f"by {row['who']}")
        room = width - len(head) - len(row["outcome"])
        beside = "  ".join(below)
        if len(beside) + 2 <= room:
            aside = f"  {paint(beside, light=True)}" if beside else ""
            below = []
        else:
            aside = ""
        yield f"{head}{outcome}{aside}"
        for line in below:
            yield from [paint(part, light=True) for part in _wrapped(line, width)]
        for line in row["why"]:
            yield from _wrapped(line, width)
        for line in row["notes"]:
            yield from [paint(part, yellow=True) for part in _wrapped(line, width)]


def _plain(text: str, **_: bool) -> str:
    return text


def _wrapped(line: str, width: int) -> list[str]:
    indent = _INDENT + " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(
        line.lstrip(),
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _details(row: Row) -> Iterator[str]:
    # Why a call was denied says on what.
    if row["on"] and row["kind"] in ("ok", "refused"):
        yield f"on {', '.join(row['on'])}"
    if row["site"]:
        yield f"at {row['site']}"


def _kind(call: Call) -> Kind:
    if call.denied:
        return "denied" if call.code else "would be denied"
    return "refused" if call.code else "ok"


def _who(call: Call, *, named: bool) -> str:
    who = call.caller or call.claimant
    if who is not None:
        return f"{who.principal}{_of_account(who) if named else ''}"
    # Nobody here has that key. The start of an AccessKeyId is no secret.
    if call.key_id:
        return f"key {call.key_id[:10]}…"
    return "bearer of a token" if call.code.startswith("InvalidBearer") else "somebody unsigned"


def _of_account(who: Caller) -> str:
    if who.principal.kind == "Account":
        return ""
    return f" of {who.account.name or who.account.id}"


def _why(call: Call, kind: Kind, *, full: bool) -> Iterator[str]:
    if kind == "refused":
        yield call.explain(full=full).removeprefix(f"{call.code}: ")
    elif kind != "ok" or full:
        yield from call.explain(full=full).splitlines()
    if call.silent:
        yield (
            f"answered with HTTP {call.status}: no SDK raises an exception for it, the application"
            " has to look into the body"
        )
