"""The grammar of a policy document: what may stand where. Knows no text, so no line.

Most statements are plain (an Effect, an Action, a Resource): `screen` looks at those in passing and
leaves them unread, since a question reads only the few that are filed under its action.
`read_statement` is the exact reader for all the others, and the one that says what is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from string import ascii_letters, digits
from typing import Any, Final, Literal, NamedTuple, NoReturn

from pytest_ramsts.policy.conditions import (
    OPERATORS,
    PRINCIPAL_ARN,
    UNREADABLE,
    Condition,
    find_operator,
    folded,
    same_role,
)
from pytest_ramsts.policy.filing import Patterns
from pytest_ramsts.policy.principal import Principals
from pytest_ramsts.policy.settings import DEFAULT, Settings
from pytest_ramsts.policy.statement import Effect, Statement
from pytest_ramsts.policy.values import UnreadableError

__all__ = [
    "GrammarError",
    "PolicyKind",
    "Screened",
    "check_frame",
    "kind_with",
    "plain_statement",
    "read_statement",
    "screen",
]

PolicyKind = Literal["identity", "trust", "session", "control", "resource"]

Place = tuple[str | int, ...]


class GrammarError(Exception):
    """Where in the document (`place`), what is wrong, and what would be right."""

    def __init__(self, place: Place, problem: str) -> None:
        self.place = place
        self.problem = problem


class Screened(NamedTuple):
    """What `screen` saw: the patterns of each statement, and those statements it had to read."""

    actions: Sequence[Patterns]
    resources: Sequence[Patterns]
    read: dict[int, Statement]
    strings: int = 0
    """How many strings of JSON the statements have that were not read."""


@dataclass(frozen=True, slots=True)
class _Form:
    """What a statement of one kind of policy must and must not have."""

    resource: bool
    principal: bool


_FORMS: Final[dict[PolicyKind, _Form]] = {
    "identity": _Form(resource=True, principal=False),
    "session": _Form(resource=True, principal=False),
    "control": _Form(resource=True, principal=False),
    "trust": _Form(resource=False, principal=True),
    "resource": _Form(resource=True, principal=True),
}

_ELEMENTS: Final = (
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "Condition",
    "Sid",
)
_PLAIN: Final = ("Effect", "Action", "Resource")
_EFFECTS: Final = frozenset({"Allow", "Deny"})
_MORE_OPERATORS: Final = ("null_operator", "if_exists", "set_operators")
"""The settings that accept some."""

_PRINCIPAL_KINDS: Final = ("RAM", "Service", "Federated")
_ACTION_CHARACTERS: Final = f"{ascii_letters}{digits}_-*?".encode()
_LIST: Final = (list, tuple)
_OBJECT: Final = (dict, Mapping)  # what a document nearly always is goes first
_COLONS: Final = 4
"""Of a whole ARN."""


def kind_with(*, resource: bool, principal: bool) -> PolicyKind:
    """The kind of policy with these elements; of several, the one that is attached to callers."""
    if principal:
        return "resource" if resource else "trust"
    return "identity"


def check_frame(document: object, settings: Settings) -> list[Any]:
    """The statements of a document whose outer form is right."""
    if not isinstance(document, _OBJECT):
        _fail((), 'a policy is an object: {"Version": "1", "Statement": [...]}')
    for name in document:
        if name not in ("Version", "Statement"):
            _fail_unknown((), name, ("Version", "Statement"))
    if "Version" not in document:
        _fail((), 'Version is missing; add "Version": "1"')
    version = document["Version"]
    if version != "1" and not (version == 1 and settings.bare_values == "accept"):
        _fail(("Version",), f'the only version is the string "1", not {version!r}')
    if "Statement" not in document:
        _fail((), 'Statement is missing; add "Statement": [...]')
    statements = document["Statement"]
    if settings.single_statement == "accept" and isinstance(statements, Mapping):
        return [statements]
    if not isinstance(statements, _LIST):
        _fail(("Statement",), "Statement is a list; put the statement between [ and ]")
    if not statements:
        _fail(("Statement",), "Statement needs at least one statement")
    return list(statements)


def screen(statements: list[Any], kind: PolicyKind, settings: Settings) -> Screened:
    """Look whether the statements are in the grammar; read only those that are not plain."""
    form = _FORMS[kind]
    if form.resource and not form.principal:
        screened = _screen_plain(statements, settings)
        if screened is not None:
            return screened
        plain = [
            number
            for number, raw in enumerate(statements)
            if isinstance(raw, dict) and len(raw) == len(_PLAIN)
        ]
        screened = _screen_plain([statements[number] for number in plain], settings)
        if screened is not None:
            return _with_others(screened, statements, plain, kind, settings)
    return _with_others(Screened((), (), {}), statements, [], kind, settings)


def _screen_plain(statements: list[Any], settings: Settings) -> Screened | None:
    """All at once: nothing where any of them is not what it seems."""
    try:
        effects = {raw["Effect"] for raw in statements}
        actions, all_actions, action_lines = _patterns([raw["Action"] for raw in statements])
        resources, all_resources, lines = _patterns([raw["Resource"] for raw in statements])
        if (
            sum(map(len, statements)) == len(_PLAIN) * len(statements)
            and effects <= _EFFECTS
            and _all_actions(all_actions, action_lines)
            and _all_resources(all_resources, lines, settings)
        ):
            names_and_effects = (len(_PLAIN) + 1) * len(statements)
            strings = names_and_effects + len(all_actions) + len(all_resources)
            return Screened(actions, resources, {}, strings)
    except (KeyError, TypeError):  # Another element, or a value that is no string nor a list.
        pass
    return None


def _patterns(values: list[Any]) -> tuple[Sequence[Patterns], list[str], str]:
    """The patterns of each statement, all together, and all as lines of one text.

    A `TypeError` where some are no patterns.
    """
    try:
        return values, values, "\n".join(values)
    except TypeError:  # Some statement has several, or what is no string.
        pass
    together: list[str] = []
    for value in values:
        if isinstance(value, str):
            together.append(value)
        elif isinstance(value, list) and value:
            together += value
        else:
            raise TypeError
    kept = [value if isinstance(value, str) else tuple(value) for value in values]
    return kept, together, "\n".join(together)


def plain_statement(screened: Screened, number: int, effect: Effect) -> Statement:
    """The statement of that number, which was found plain."""
    actions, resources = screened.actions[number], screened.resources[number]
    return Statement(
        effect,
        actions=(actions,) if isinstance(actions, str) else actions,
        resources=(resources,) if isinstance(resources, str) else resources,
    )


def _with_others(
    screened: Screened,
    statements: list[Any],
    plain: list[int],
    kind: PolicyKind,
    settings: Settings,
) -> Screened:
    actions: dict[int, Patterns] = dict(zip(plain, screened.actions, strict=True))
    resources: dict[int, Patterns] = dict(zip(plain, screened.resources, strict=True))
    for number, raw in enumerate(statements):
        if number not in actions:
            statement = read_statement(raw, number, kind, settings)
            screened.read[number] = statement
            actions[number] = statement.actions
            resources[number] = statement.resources
    order = range(len(statements))
    return Screened(
        [actions[number] for number in order],
        [resources[number] for number in order],
        screened.read,
        screened.strings,
    )


def read_statement(raw: Any, number: int, kind: PolicyKind, settings: Settings) -> Statement:
    """The statement as a type, or a `GrammarError` that names its first mistake."""
    at: Place = ("Statement", number)
    form = _FORMS[kind]
    if not isinstance(raw, Mapping):
        _fail(at, f"a statement is an object, not {raw!r}")
    for name in raw:
        if name not in _ELEMENTS:
            _fail_unknown(at, name, _ELEMENTS)
    if "Effect" not in raw:
        _fail(at, "Effect is missing; write `Allow` or `Deny`")
    effect = raw["Effect"]
    if not isinstance(effect, str) or effect not in _EFFECTS:
        _fail((*at, "Effect"), f"write `Allow` or `Deny`, in that spelling, not {effect!r}")
    if effect == "Deny" and kind == "trust" and settings.deny_in_trust == "refuse":
        _fail((*at, "Effect"), "a trust policy may only `Allow`")
    actions, not_actions = _read_actions(raw, at)
    resources, not_resources = _read_resources(raw, at, form, settings)
    sid = raw.get("Sid", "")
    if "Sid" in raw and kind != "resource" and settings.sid == "refuse":
        _fail((*at, "Sid"), "Sid is not part of the policy language; remove it (setting `sid`)")
    statement = Statement(
        effect="Allow" if effect == "Allow" else "Deny",
        actions=actions,
        not_actions=not_actions,
        resources=resources,
        not_resources=not_resources,
        principals=_read_principal(raw, at, form, kind),
        conditions=_read_conditions(raw, at, settings),
        sid=str(sid),
    )
    if kind == "resource" and settings.source_ip_without_vpc == "refuse":
        _check_source_vpc(statement, at)
    return statement


def _read_actions(raw: Mapping[str, Any], at: Place) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if ("Action" in raw) == ("NotAction" in raw):
        _fail(at, "a statement has either Action or NotAction")
    name = "Action" if "Action" in raw else "NotAction"
    patterns = _strings(raw[name], (*at, name))
    for position, pattern in enumerate(patterns):
        if not _all_actions([pattern], pattern):
            place = _item(raw, name, at, position)
            _fail(place, f"`{pattern}` is no action; write `<service>:<Operation>`, or `*`")
    return (patterns, ()) if name == "Action" else ((), patterns)


def _read_resources(
    raw: Mapping[str, Any], at: Place, form: _Form, settings: Settings
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if "NotResource" in raw and settings.not_resource == "refuse":
        cure = "list Resource instead (setting `not_resource`)"
        _fail((*at, "NotResource"), f"NotResource is not documented; {cure}")
    if not form.resource:
        if "Resource" in raw or "NotResource" in raw:
            _fail((*at, "Resource"), "a trust policy has no Resource; remove it")
        return (), ()
    if "Resource" in raw and "NotResource" in raw:
        _fail(at, "a statement has either Resource or NotResource")
    name = "NotResource" if "NotResource" in raw else "Resource"
    if name not in raw:
        _fail(at, 'Resource is missing; add "Resource": "*" or an ARN')
    patterns = _strings(raw[name], (*at, name))
    for position, pattern in enumerate(patterns):
        if not _all_resources([pattern], pattern, settings):
            place = _item(raw, name, at, position)
            if "${" in pattern:
                cure = "the policy language has none (setting `policy_variables`)"
                _fail(place, f"`{pattern}` has a variable; {cure}")
            _fail(
                place,
                f"`{pattern}` is no resource; write `*` or "
                "`acs:<service>:<region>:<account>:<resource>`",
            )
    return (patterns, ()) if name == "Resource" else ((), patterns)


def _read_principal(
    raw: Mapping[str, Any], at: Place, form: _Form, kind: PolicyKind
) -> Principals | None:
    if not form.principal:
        if "Principal" in raw:
            _fail(
                (*at, "Principal"),
                f"a policy of kind `{kind}` has no Principal; attach it to who it is for",
            )
        return None
    if "Principal" not in raw:
        _fail(at, 'Principal is missing; add "Principal": {"RAM": [...]}')
    place = (*at, "Principal")
    element = raw["Principal"]
    if not isinstance(element, Mapping):
        if kind == "trust":
            _fail(place, 'Principal is an object such as {"RAM": ["acs:ram::<uid>:root"]}')
        if element == []:
            return Principals.of(element)
        return Principals.of(_strings(element, place))
    return _read_named(element, place)


def _read_named(element: Mapping[str, Any], place: Place) -> Principals:
    if not element:
        _fail(place, 'Principal names nobody; write for example {"RAM": [...]}')
    for name in element:
        if name not in _PRINCIPAL_KINDS:
            _fail_unknown(place, name, _PRINCIPAL_KINDS)
    named = {name: _strings(names, (*place, name)) for name, names in element.items()}
    for name in ("RAM", "Federated"):
        for one in named.get(name, ()):
            if not one.startswith("acs:ram::"):
                cure = "write for example `acs:ram::<uid>:root`"
                _fail((*place, name), f"`{one}` is no ARN; {cure}")
    return Principals.of(named)


def _read_conditions(
    raw: Mapping[str, Any], at: Place, settings: Settings
) -> tuple[Condition, ...]:
    element = raw.get("Condition", {})
    place = (*at, "Condition")
    if not isinstance(element, Mapping):
        _fail(place, 'Condition is an object: {"<operator>": {"<key>": "<value>"}}')
    conditions = []
    for name, values_by_key in element.items():
        if not isinstance(values_by_key, Mapping) or not values_by_key:
            _fail((*place, name), f'`{name}` needs an object: {{"<key>": "<value>"}}')
        conditions += [
            _read_condition(name, key, values, (*place, name), settings)
            for key, values in values_by_key.items()
        ]
    return tuple(conditions)


def _read_condition(
    name: str, key: str, values: Any, place: Place, settings: Settings
) -> Condition:
    service, colon, rest = key.partition(":")
    if not (service and colon and rest):
        _fail((*place, key), f"`{key}` is no condition key; write `<service>:<Name>`")
    texts = _strings(_unbared(values, settings), (*place, key))
    if settings.policy_variables == "refuse" and any("${" in text for text in texts):
        problem = "the policy language has no variables such as `${...}`"
        _fail((*place, key), f"{problem} (setting `policy_variables`)")
    rule = find_operator(name, settings)
    lenient = UNREADABLE.get(settings.unreadable_conditions)
    if rule is None:
        if lenient is None:
            for setting in _MORE_OPERATORS:
                if find_operator(name, Settings(**{setting: "accept"})):  # type: ignore[arg-type]
                    problem = f"`{name}` is not documented as an operator"
                    _fail(place, f"{problem}; leave it out (setting `{setting}`)")
            _fail_unknown(place, name, tuple(OPERATORS), "unknown operator")
        return Condition(name, key, texts, lenient)
    try:
        operands = tuple([rule.read(text) for text in texts])
    except UnreadableError as error:
        if lenient is None:
            _fail((*place, key), f"a value is unreadable for `{name}`: {error}")
        return Condition(name, key, texts, lenient)
    if rule.read is str and key.lower() == PRINCIPAL_ARN:
        rule = same_role(rule)
    return Condition(name, key, texts, rule, operands, folded(key, DEFAULT))


def _check_source_vpc(statement: Statement, at: Place) -> None:
    keys = {condition.key.lower() for condition in statement.conditions}
    if "acs:sourceip" in keys and "acs:sourcevpc" not in keys:
        _fail((*at, "Condition"), "acs:SourceIp needs acs:SourceVpc beside it here")


def _strings(value: Any, place: Place) -> tuple[str, ...]:
    """A single value and a list of one are the same."""
    texts = (value,) if isinstance(value, str) else value
    if not isinstance(texts, _LIST) or not texts:
        _fail(place, f"write a string or a list of strings, not {value!r}")
    for position, text in enumerate(texts):
        if not isinstance(text, str):
            _fail((*place, position), f"values are strings; write {_quoted(text)}, not {text!r}")
        if not text and place[-1] in ("Action", "NotAction", "Resource", "NotResource"):
            _fail(place, "the value is empty")
    return tuple(texts)


def _unbared(values: Any, settings: Settings) -> Any:
    if settings.bare_values == "refuse":
        return values
    if isinstance(values, list | tuple):
        return [_unbared(value, settings) for value in values]
    if isinstance(values, bool):
        return str(values).lower()
    return str(values) if isinstance(values, int | float) else values


def _quoted(value: object) -> str:
    return f'"{str(value).lower() if isinstance(value, bool) else value}"'


def _all_actions(patterns: list[str], lines: str) -> bool:
    """Whether each is `<service>:<Operation>` or a star, judged in a few passes over all lines."""
    if "*" in patterns:
        patterns = [pattern for pattern in patterns if pattern != "*"]
        lines = "\n".join(patterns)
    text = f"\n{lines}\n"
    return not patterns or (
        text.encode("utf-8", "surrogatepass").translate(None, _ACTION_CHARACTERS)
        == b"\n" + b":\n" * len(patterns)
        and "\n:" not in text
        and ":\n" not in text
    )


def _all_resources(patterns: list[str], lines: str, settings: Settings) -> bool:
    """Whether each is a star or an ARN, whose missing segments a star may stand for."""
    if "${" in lines and settings.policy_variables == "refuse":
        return False
    # Most are ARNs with a star in them, which takes two passes to see.
    text = f"\n{lines}"
    if text.count("\nacs:") == text.count("\n"):
        patterns = [pattern for pattern in patterns if "*" not in pattern]
    return all(
        [  # noqa: C419 - a generator would cost twice as much
            pattern == "*"
            or (pattern.startswith("acs:") and ("*" in pattern or pattern.count(":") >= _COLONS))
            or (pattern != "" and not pattern.strip("*"))
            for pattern in patterns
        ]
    )


def _item(raw: Mapping[str, Any], name: str, at: Place, position: int) -> Place:
    return (*at, name) if isinstance(raw[name], str) else (*at, name, position)


def _fail(place: Place, problem: str) -> NoReturn:
    raise GrammarError(place, problem)


def _fail_unknown(
    place: Place, name: object, known: tuple[str, ...], what: str = "unknown element"
) -> NoReturn:
    by_folded = {one.lower(): one for one in known}
    close = get_close_matches(str(name).lower(), by_folded, n=1)
    cure = f"did you mean `{by_folded[close[0]]}`?" if close else f"known are {', '.join(known)}"
    _fail(place, f"{what} `{name}`; {cure}")
