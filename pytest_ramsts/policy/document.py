"""Policy documents: parsed once, immutable, from JSON or from builders. Knows nobody's policies."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self

from pytest_ramsts.errors import MalformedPolicyDocumentError
from pytest_ramsts.policy.filing import Filing
from pytest_ramsts.policy.grammar import (
    GrammarError,
    PolicyKind,
    check_frame,
    kind_with,
    plain_statement,
    screen,
)
from pytest_ramsts.policy.lint import Finding, lint
from pytest_ramsts.policy.settings import DEFAULT, Settings
from pytest_ramsts.policy.source import (
    decoded,
    line_of,
    refuse_duplicates,
    spoken,
    strings_in,
    text_of,
)
from pytest_ramsts.policy.statement import Statement

__all__ = ["SIZE_LIMITS", "Policy", "PolicySource"]

SIZE_LIMITS: Final[Mapping[PolicyKind, int]] = {
    "identity": 6144,
    "session": 2048,
    "control": 4096,
    "trust": 2048,  # That a limit exists is documented, the number is not.
    "resource": 16384,  # Of bucket policies, and not confirmed.
}
"""Characters that a document may have, by kind. Whoever stores it checks, with codes of its own."""

_TEXT: Final = (str, Path)
_STRINGS_OF_FRAME: Final = 3  # "Version", "1" and "Statement"


class Policy:
    """A policy document, valid and immutable.

    >>> readers = Policy(allow("ots:GetRow", on="acs:ots:*:*:instance/orders/table/*"))
    >>> readers == Policy.parse(readers.text)
    True
    """

    __slots__ = ("_filing", "_kind", "_raw", "_screened", "_settings", "_text")

    def __init__(self, *statements: Statement) -> None:
        document = {"Version": "1", "Statement": [one.document for one in statements]}
        self._fill(document, None, _kind_of(statements), DEFAULT)

    @classmethod
    def parse(
        cls,
        document: PolicySource,
        kind: PolicyKind = "identity",
        settings: Settings = DEFAULT,
    ) -> Self:
        """Read a dict, a JSON text or the path of a file; refuse with line, element and cure.

        >>> Policy.parse({"Version": "1", "Statement": [{"Effect": "Allow", "Action": "*"}]})
        Traceback (most recent call last):
          ...
        pytest_ramsts.errors.MalformedPolicyDocumentError: MalformedPolicyDocument: Statement[0]:
        ...
        """
        if isinstance(document, Policy):
            if document.kind == kind and document._settings == settings:  # noqa: SLF001 - its own
                return document  # type: ignore[return-value]
            document = document.text
        policy = cls.__new__(cls)
        if isinstance(document, _TEXT):
            text = text_of(document)
            policy._fill(decoded(text), text, kind, settings)  # noqa: SLF001 - its own
        else:
            policy._fill(document, None, kind, settings)  # noqa: SLF001 - its own
        return policy

    def _fill(self, document: Any, text: str | None, kind: PolicyKind, settings: Settings) -> None:
        try:
            raw = check_frame(document, settings)
            if text is None:  # Later changes to what was given must not reach us.
                raw = [one.copy() if one.__class__ is dict else _copied(one) for one in raw]
            self._raw = raw
            self._screened = screen(raw, kind, settings)
            if text is None:
                for number in self._listed():
                    raw[number] = _copied(raw[number])
            elif settings.duplicate_members == "refuse":
                refuse_duplicates(text, self._strings())
        except GrammarError as error:
            element = spoken(error.place)
            line = "" if text is None else f"line {line_of(text, error.place)}"
            where = ": ".join(filter(None, (line, element)))
            raise MalformedPolicyDocumentError(
                f"{where}: {error.problem}" if where else error.problem
            ) from None
        self._kind = kind
        self._settings = settings
        self._text = text
        self._filing: Filing | None = None

    def _listed(self) -> list[int]:
        """The numbers of statements that have a list in them, or more than patterns."""
        screened = self._screened
        if set(map(type, (*screened.actions, *screened.resources))) == {str}:
            return []
        patterns = enumerate(zip(screened.actions, screened.resources, strict=True))
        return [
            number
            for number, (actions, resources) in patterns
            if not isinstance(actions, str) or not isinstance(resources, str)
        ]

    def _strings(self) -> int:
        """How many strings the text has, if no member stands twice."""
        strings = _STRINGS_OF_FRAME + self._screened.strings
        if self._screened.read:
            strings += sum([strings_in(self._raw[number]) for number in self._screened.read])
        return strings

    @property
    def kind(self) -> PolicyKind:
        return self._kind

    @property
    def text(self) -> str:
        """The JSON text exactly as it was given; compact when it was given otherwise."""
        if self._text is None:
            document = {"Version": "1", "Statement": self._raw}
            self._text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        return self._text

    @property
    def document(self) -> dict[str, Any]:
        """The document as JSON reads it; yours to change."""
        document: dict[str, Any] = json.loads(self.text)
        return document

    @property
    def statements(self) -> tuple[Statement, ...]:
        return tuple([self.statement(number) for number in range(len(self._raw))])

    def statement(self, number: int) -> Statement:
        """The statement of that number, counted from 0."""
        read = self._screened.read
        statement = read.get(number)
        if statement is None:
            effect = self._raw[number]["Effect"]
            statement = read[number] = plain_statement(self._screened, number, effect)
        return statement

    def concerning(self, action: str, resource: str) -> Sequence[int]:
        """The numbers of statements that may apply; the action is in lower case."""
        filing = self._filing
        if filing is None:
            filing = self._filing = Filing(self._screened.actions, self._screened.resources)
        return filing.concerning(action, resource)

    def lint(self) -> tuple[Finding, ...]:
        """What is valid but probably not meant, each finding with its place.

        >>> [finding.kind for finding in Policy(allow("ots:GetRwo", on="acs:ots:*:*:x")).lint()]
        ['unknown action']
        """
        return lint(self, SIZE_LIMITS[self.kind])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Policy):
            return NotImplemented
        return self.kind == other.kind and self.statements == other.statements

    def __hash__(self) -> int:
        return hash((self.kind, len(self._raw)))

    def __repr__(self) -> str:
        return f"<Policy {self.kind}: {self.text}>"


PolicySource = Policy | Mapping[str, Any] | str | Path
"""Whatever a policy can be read from."""


def _kind_of(statements: tuple[Statement, ...]) -> PolicyKind:
    return kind_with(
        resource=any(one.resources or one.not_resources for one in statements),
        principal=any(one.principals is not None for one in statements),
    )


def _copied(value: Any) -> Any:
    """The same value in containers of our own: later changes to the given ones do not reach us."""
    if isinstance(value, Mapping):
        return {name: _copied(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_copied(one) for one in value]
    return value
