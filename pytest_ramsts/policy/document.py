"""Policy documents: parsed once, immutable, from JSON or from builders. Knows nobody's policies."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol, Self

from pytest_ramsts.errors import MalformedPolicyDocumentError
from pytest_ramsts.policy.filing import Filing
from pytest_ramsts.policy.grammar import (
    GrammarError,
    PolicyKind,
    check_frame,
    plain_statement,
    read_statement,
    screen,
)
from pytest_ramsts.policy.lint import Finding, lint
from pytest_ramsts.policy.settings import DEFAULT, Settings
from pytest_ramsts.policy.source import line_of, spoken
from pytest_ramsts.policy.statement import Effect, Statement

__all__ = ["SIZE_LIMITS", "HasArn", "Policy", "PolicySource", "allow", "deny"]

SIZE_LIMITS: Final[Mapping[PolicyKind, int]] = {
    "identity": 6144,
    "session": 2048,
    "control": 4096,
    "trust": 2048,  # That a limit exists is documented, the number is not.
    "resource": 16384,  # OSS: 16 KB.
}
"""Characters that a document may have, by kind. Whoever stores it checks, with codes of its own."""


_STRINGS_OF_FRAME: Final = 3  # "Version", "1" and "Statement"
_STRINGS_OF_PLAIN: Final = 6  # the names and values of Effect, Action and Resource


_decode: Final = json.JSONDecoder().decode


class HasArn(Protocol):
    """A user, role, table, …: anything that knows its ARN."""

    @property
    def arn(self) -> str: ...


class Policy:
    """A policy document, valid and immutable.

    >>> readers = Policy(allow("ots:GetRow", on="acs:ots:*:*:instance/orders/table/*"))
    >>> readers == Policy.parse(readers.text)
    True
    """

    __slots__ = ("_filing", "_raw", "_screened", "_settings", "_text", "kind")

    kind: PolicyKind

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
        if isinstance(document, Mapping):
            policy._fill(document, None, kind, settings)  # noqa: SLF001 - its own
        else:
            text = _text_of(document)
            policy._fill(_loaded(text), text, kind, settings)  # noqa: SLF001 - its own
        return policy

    def _fill(self, document: Any, text: str | None, kind: PolicyKind, settings: Settings) -> None:
        try:
            raw = check_frame(document, settings)
            if text is None:  # Later changes to what was given must not reach us.
                raw = [one.copy() if one.__class__ is dict else one for one in raw]
            self._raw = raw
            self._screened = screen(raw, kind, settings)
            if text is None:
                for number in self._screened.read:
                    raw[number] = _copied(raw[number])
            if text is not None and settings.duplicate_members == "refuse":
                self._refuse_duplicates(text)
        except GrammarError as error:
            element = spoken(error.place)
            line = "" if text is None else f"line {line_of(text, error.place)}"
            where = ": ".join(filter(None, (line, element)))
            raise MalformedPolicyDocumentError(
                f"{where}: {error.problem}" if where else error.problem
            ) from None
        self.kind = kind
        self._settings = settings
        self._text = text
        self._filing: Filing | None = None

    def _refuse_duplicates(self, text: str) -> None:
        """JSON keeps the last of two members of one name, so a quote too many betrays the other."""
        read = self._screened.read
        plain = len(self._raw) - len(read)
        strings = _STRINGS_OF_FRAME + _STRINGS_OF_PLAIN * plain
        if read:
            strings += sum([_strings_in(self._raw[number]) for number in read])
        if text.count('"') != 2 * strings:
            json.loads(text, object_pairs_hook=_without_duplicates)

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
            statement = read[number] = plain_statement(self._raw[number])
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


def allow(
    *actions: str,
    on: str | HasArn | Iterable[str | HasArn] | None = "*",
    when: Mapping[str, Mapping[str, str | Iterable[str]]] | None = None,
    principal: Mapping[str, Any] | str | Iterable[str] | None = None,
    not_actions: str | Iterable[str] | None = None,
) -> Statement:
    """A statement that allows; `on=None` for a trust policy, whose statements have no Resource.

    >>> over_tls = {"Bool": {"acs:SecureTransport": "true"}}
    >>> allow("oss:GetObject", on="acs:oss:*:*:media/*", when=over_tls).effect
    'Allow'
    """
    return _built("Allow", actions, on=on, when=when, principal=principal, not_actions=not_actions)


def deny(
    *actions: str,
    on: str | HasArn | Iterable[str | HasArn] | None = "*",
    when: Mapping[str, Mapping[str, str | Iterable[str]]] | None = None,
    principal: Mapping[str, Any] | str | Iterable[str] | None = None,
    not_actions: str | Iterable[str] | None = None,
) -> Statement:
    """A statement that denies, whatever else allows."""
    return _built("Deny", actions, on=on, when=when, principal=principal, not_actions=not_actions)


def _built(
    effect: Effect,
    actions: tuple[str, ...],
    *,
    on: str | HasArn | Iterable[str | HasArn] | None,
    when: Mapping[str, Mapping[str, str | Iterable[str]]] | None,
    principal: Mapping[str, Any] | str | Iterable[str] | None,
    not_actions: str | Iterable[str] | None,
) -> Statement:
    raw: dict[str, Any] = {"Effect": effect}
    if actions:
        raw["Action"] = list(actions)
    if not_actions is not None:
        raw["NotAction"] = _listed(not_actions)
    if on is not None:
        raw["Resource"] = [_arn(one) for one in _listed(on)]
    if principal is not None:
        raw["Principal"] = (
            {kind: [_arn(one) for one in _listed(named)] for kind, named in principal.items()}
            if isinstance(principal, Mapping)
            else _listed(principal)
        )
    if when is not None:
        raw["Condition"] = {
            name: {key: _listed(values) for key, values in values_by_key.items()}
            for name, values_by_key in when.items()
        }
    kind = _kind(resource=on is not None, principal=principal is not None)
    try:
        return read_statement(raw, 0, kind, DEFAULT)
    except GrammarError as error:
        element = spoken(error.place[2:])
        raise MalformedPolicyDocumentError(
            f"{element}: {error.problem}" if element else error.problem
        ) from None


def _kind_of(statements: tuple[Statement, ...]) -> PolicyKind:
    return _kind(
        resource=any(one.resources or one.not_resources for one in statements),
        principal=any(one.principals is not None for one in statements),
    )


def _kind(*, resource: bool, principal: bool) -> PolicyKind:
    if principal:
        return "resource" if resource else "trust"
    return "identity"


def _listed(value: Any) -> list[Any]:
    return [value] if isinstance(value, str) or hasattr(value, "arn") else list(value)


def _arn(value: str | HasArn) -> str:
    return value if isinstance(value, str) else value.arn


def _text_of(source: str | Path) -> str:
    if isinstance(source, str):
        if source.lstrip().startswith("{"):
            return source
        path = Path(source)
        try:
            is_file = path.is_file()
        except (OSError, ValueError):  # Too long, or not a path at all.
            is_file = False
        if not is_file:
            return source
        source = path
    try:
        return source.read_text(encoding="utf-8")
    except OSError as error:
        raise MalformedPolicyDocumentError(
            f"`{source}` cannot be read: {error.strerror}"
        ) from error


def _loaded(text: str) -> Any:
    try:
        return _decode(text)
    except json.JSONDecodeError as error:
        raise MalformedPolicyDocumentError(
            f"line {error.lineno}: no JSON at column {error.colno}: {error.msg}; "
            "a policy is a JSON object"
        ) from None


def _strings_in(value: Any) -> int:
    """How many strings a JSON text of the value has, names of members included."""
    if isinstance(value, str):
        return 1
    if isinstance(value, dict):
        return len(value) + sum(map(_strings_in, value.values()))
    return sum(map(_strings_in, value)) if isinstance(value, list) else 0


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise MalformedPolicyDocumentError(f"`{twice}` stands twice in one object; keep one")
    return members


def _copied(value: Any) -> Any:
    """The same value in containers of our own: later changes to the given ones do not reach us."""
    if isinstance(value, Mapping):
        return {name: _copied(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_copied(one) for one in value]
    return value
