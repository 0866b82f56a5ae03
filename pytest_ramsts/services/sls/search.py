"""The plain search of SLS: words, phrases, `key: value`, comparisons, `and`, `or`, `not`.

What follows a `|` is analysis in SQL, which is not here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fnmatch import translate
from typing import Final

from pytest_ramsts.services.sls.errors import SlsError

__all__ = ["Match", "parse"]

Match = Callable[[Mapping[str, str]], bool]
"""Whether a log is found."""

_TOKEN: Final = re.compile(
    r"""\s*(?:
        (?P<phrase>"(?:[^"\\]|\\.)*")
      | (?P<mark>>=|<=|[()\[\]:=<>,])
      | (?P<word>[^\s()\[\]:=<>,"]+)
    )""",
    re.VERBOSE,
)
_WORDS: Final = re.compile(r"[^\s,'\";=()\[\]{}?@&<>/:\n\t\r]+")
_COMPARED: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "=": lambda a, b: a == b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}


def parse(query: str) -> Match:
    """What a query finds; `ParameterInvalid` if it is none."""
    return _Parser(query).parsed()


class _Parser:
    def __init__(self, query: str) -> None:
        self._query = query
        self._tokens = list(self._read(query))

    def _read(self, query: str) -> Iterator[tuple[str, str]]:
        position = 0
        while query[position:].strip():
            found = _TOKEN.match(query, position)
            if found is None:
                raise self._broken()
            position = found.end()
            kind = str(found.lastgroup)
            yield kind, found[kind]

    def parsed(self) -> Match:
        if not self._tokens:
            return lambda _: True
        match = self._either()
        if self._tokens:
            raise self._broken()
        return match

    def _either(self) -> Match:
        match = self._both()
        while self._word("or"):
            match = _either(match, self._both())
        return match

    def _both(self) -> Match:
        match = self._not()
        while self._tokens and self._tokens[0] != ("mark", ")") and not self._next_is("or"):
            self._word("and")  # it may go without saying
            match = _both(match, self._not())
        return match

    def _not(self) -> Match:
        if self._word("not"):
            unwanted = self._not()
            return lambda log: not unwanted(log)
        if self._mark("("):
            match = self._either()
            if not self._mark(")"):
                raise self._broken()
            return match
        return self._term()

    def _term(self) -> Match:
        text = self._text()
        if self._mark(":"):
            return _in_field(text, self._text())
        for mark, compared in _COMPARED.items():
            if self._mark(mark):
                return _compares(text, compared, self._number())
        if self._word("in"):
            return self._range(text)
        return _anywhere(text)

    def _range(self, key: str) -> Match:
        """`latency in [1 10)`."""
        closed = self._mark("[")
        if not closed and not self._mark("("):
            raise self._broken()
        low = self._number()
        self._mark(",")
        high = self._number()
        above = _compares(key, _COMPARED[">=" if closed else ">"], low)
        closed = self._mark("]")
        if not closed and not self._mark(")"):
            raise self._broken()
        return _both(above, _compares(key, _COMPARED["<=" if closed else "<"], high))

    def _text(self) -> str:
        if not self._tokens or self._tokens[0][0] == "mark":
            raise self._broken()
        kind, text = self._tokens.pop(0)
        return re.sub(r"\\(.)", r"\1", text[1:-1]) if kind == "phrase" else text

    def _number(self) -> float:
        try:
            return float(self._text())
        except ValueError:
            raise self._broken() from None

    def _next_is(self, word: str) -> bool:
        return (
            bool(self._tokens)
            and self._tokens[0] == ("word", self._tokens[0][1])
            and (self._tokens[0][1].lower() == word)
        )

    def _word(self, word: str) -> bool:
        if self._next_is(word):
            self._tokens.pop(0)
            return True
        return False

    def _mark(self, mark: str) -> bool:
        if self._tokens and self._tokens[0] == ("mark", mark):
            self._tokens.pop(0)
            return True
        return False

    def _broken(self) -> SlsError:
        return SlsError("ParameterInvalid", f"syntax error in the query: {self._query}")


def _either(one: Match, other: Match) -> Match:
    return lambda log: one(log) or other(log)


def _both(one: Match, other: Match) -> Match:
    return lambda log: one(log) and other(log)


def _anywhere(text: str) -> Match:
    """The words of a text in one value, whatever the field; `*` is every log."""
    if text == "*":
        return lambda _: True
    found = _finds(text)
    return lambda log: any(found(value) for key, value in log.items() if key != "__time__")


def _in_field(key: str, text: str) -> Match:
    found = _finds(text) if text != "*" else bool
    return lambda log: key in log and found(log[key])


def _finds(text: str) -> Callable[[str], bool]:
    """Whether a value has all the words of a text, next to each other; case counts for nothing."""
    wanted = [re.compile(translate(word), re.IGNORECASE).match for word in _wanted(text)]

    def found(value: str) -> bool:
        words = _WORDS.findall(value)
        return any(
            all(one(word) for one, word in zip(wanted, words[start:], strict=False))
            for start in range(len(words) - len(wanted) + 1)
        )

    return found


def _wanted(text: str) -> list[str]:
    """The words of a text, in which `?` and `*` stand for any characters."""
    return re.findall(r"[^\s,'\";=()\[\]{}@&<>/:\n\t\r]+", text) or [text]


def _compares(key: str, compared: Callable[[float, float], bool], number: float) -> Match:
    def match(log: Mapping[str, str]) -> bool:
        try:
            return compared(float(log[key]), number)
        except (KeyError, ValueError):
            return False

    return match
