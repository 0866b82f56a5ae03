"""What in a valid policy is probably not meant: findings with their places. Decides nothing.

A row of `_CHECKS` is one kind of finding; each check looks at one statement and the policy around
it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final, Literal

from pytest_ramsts.policy.conditions import Condition
from pytest_ramsts.policy.known_actions import COMPLETE, closest, is_known
from pytest_ramsts.policy.source import line_of, spoken
from pytest_ramsts.policy.statement import Statement
from pytest_ramsts.policy.wildcard import is_pattern, matches

if TYPE_CHECKING:
    from pytest_ramsts.policy.document import Policy

__all__ = ["Finding", "FindingKind", "lint"]

FindingKind = Literal[
    "never applies",
    "another service",
    "unknown action",
    "unknown key",
    "wrong operator",
    "too wide",
    "allows all but",
    "too long",
]

Place = tuple[str | int, ...]
Found = tuple[Place, str]
"""The place within the statement, and what is to be said about it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at. `place` counts from 0, as `Statement[0].Action[2]`; `line` from 1."""

    kind: FindingKind
    place: str
    line: int
    message: str

    def __str__(self) -> str:
        where = f"line {self.line}: {self.place}" if self.place else f"line {self.line}"
        return f"{where}: {self.message} ({self.kind})"


@dataclass(frozen=True, slots=True)
class _Looked:
    """A statement under inspection: as a type, as the document writes it, and its neighbours."""

    statement: Statement
    raw: Mapping[str, Any]
    kind: str
    neighbours: tuple[Statement, ...]

    def each(self, element: str) -> Iterator[tuple[Place, str]]:
        """The values of an element with their places; a single one stands at the element itself."""
        value = self.raw.get(element, ())
        if isinstance(value, str):
            yield (element,), value
        else:
            for position, one in enumerate(value):
                yield (element, position), one

    @property
    def allows(self) -> bool:
        return self.statement.effect == "Allow"


def lint(policy: Policy, limit: int) -> tuple[Finding, ...]:
    """Everything worth a second look; `limit` is the size that a document of this kind may have."""
    text = policy.text
    findings = []
    if len(text) > limit:
        message = f"the document has {len(text)} characters; {limit} are accepted"
        findings.append(Finding("too long", "", 1, message))
    statements = policy.statements
    raw = policy.document["Statement"]
    for number, one in enumerate(raw if isinstance(raw, list) else [raw]):
        looked = _Looked(statements[number], one, policy.kind, statements)
        for kind, check in _CHECKS:
            for inner, message in check(looked):
                place = ("Statement", number, *inner)
                findings.append(Finding(kind, spoken(place), line_of(text, place), message))
    return tuple(findings)


# --- actions -------------------------------------------------------------------------------------


def _unknown_actions(looked: _Looked) -> Iterator[Found]:
    for element in ("Action", "NotAction"):
        for place, action in looked.each(element):
            service, _, operation = action.lower().partition(":")
            if is_pattern(service) or is_known(action):
                continue
            close = closest(action)
            if close and not is_pattern(operation):
                yield place, f"`{action}` is no action that we know; did you mean `{close}`?"
            elif service in COMPLETE:
                yield place, f"`{action}` covers no action that we know of `{service}`"


def _allows_all_but(looked: _Looked) -> Iterator[Found]:
    if looked.allows and looked.statement.not_actions:
        yield (
            ("NotAction",),
            "Allow with NotAction allows all other actions of all services, future ones too",
        )


# --- resources -----------------------------------------------------------------------------------

_RESOURCE_SERVICES: Final = {"sts": "ram"}
"""The service in the ARN where it is not the one in the action."""


def _another_service(looked: _Looked) -> Iterator[Found]:
    """Resources of a service that none of the actions is about, and the other way round."""
    services = _services(looked.statement.actions)
    if services is None:
        return
    for place, resource in looked.each("Resource"):
        service = _segment(resource, 1)
        if service is not None and not any(matches(service, one) for one in services):
            about = ", ".join(sorted(f"`{one}`" for one in services))
            yield place, f"a resource of `{service}`, but the actions are of {about}"


def _services(actions: tuple[str, ...]) -> set[str] | None:
    """Whose resources the actions are about; nothing when they may be anybody's."""
    services = {action.lower().partition(":")[0] for action in actions}
    if not services or any(is_pattern(one) for one in services):
        return None
    return {_RESOURCE_SERVICES.get(one, one) for one in services}


def _segment(resource: str, number: int) -> str | None:
    """A segment of an ARN that has them all, else nothing."""
    segments = resource.split(":", 4)
    return segments[number] if len(segments) == 5 else None  # noqa: PLR2004 - an ARN has five


def _resource_never_asked(looked: _Looked) -> Iterator[Found]:
    """Resources in a form that their service never asks about."""
    for place, resource in looked.each("Resource"):
        service, region = _segment(resource, 1), _segment(resource, 2)
        if service == "iot" and not matches(resource, "acs:iot:cn-shanghai:1:*"):
            yield place, "IoT Platform asks about no single resource; write `*`"
        elif service in ("ram", "oss") and region not in ("", "*"):
            yield place, f"`{service}` is asked without a region; write `*`, not `{region}`"


def _covers_more_names(looked: _Looked) -> Iterator[Found]:
    """`media*` covers `media-private` too."""
    for place, resource in looked.each("Resource"):
        last = resource.rpartition(":")[2].rpartition("/")[2]
        if looked.allows and len(last) > 1 and last.endswith("*"):
            name = last.rstrip("*")
            yield (
                place,
                f"`{last}` covers every name that begins so; is `{name}` and `{name}/*` meant?",
            )


# --- width ---------------------------------------------------------------------------------------


def _too_wide(looked: _Looked) -> Iterator[Found]:
    statement = looked.statement
    if not looked.allows or statement.conditions or "*" not in statement.resources:
        return
    for place, action in looked.each("Action"):
        if action == "*":
            yield place, "everything on everything is allowed"
        elif action.endswith(":*"):
            yield place, f"all of `{action[:-2]}` is allowed on everything; name what is meant"


def _everybody(looked: _Looked) -> Iterator[Found]:
    principals = looked.statement.principals
    if (
        looked.allows
        and principals is not None
        and "*" in (principals.uids or ())
        and not looked.statement.conditions
    ):
        yield ("Principal",), "everybody is allowed, without a Condition"


# --- statements that can never apply -------------------------------------------------------------


def _denied_beside(looked: _Looked) -> Iterator[Found]:
    """An Allow that a Deny of the same policy takes back entirely."""
    if not looked.allows:
        return
    for number, other in enumerate(looked.neighbours):
        if (
            other.effect == "Deny"
            and not other.conditions
            and other.principals in (None, looked.statement.principals)
            and _all_covered(looked.statement.actions, other.actions, fold=True)
            and _all_covered(looked.statement.resources, other.resources, fold=False)
        ):
            yield (), f"Statement[{number}] denies all that this one allows"


def _all_covered(inner: tuple[str, ...], outer: tuple[str, ...], *, fold: bool) -> bool:
    """Whether whatever an inner pattern covers is covered by an outer one."""
    if fold:
        inner = tuple([one.lower() for one in inner])
        outer = tuple([one.lower() for one in outer])
    return bool(inner) and all(any(_is_wider(wide, one) for wide in outer) for one in inner)


def _is_wider(wide: str, narrow: str) -> bool:
    # A star of the narrow one, taken as a character, may be covered by a star but not by a `?`.
    return wide == narrow or ("?" not in wide and matches(wide, narrow))


def _trusts_no_action(looked: _Looked) -> Iterator[Found]:
    if looked.kind != "trust":
        return
    for place, action in looked.each("Action"):
        if not any(matches(action.lower(), one) for one in _TRUST_ACTIONS):
            yield place, f"roles are assumed with `sts:AssumeRole`, by logins too, not `{action}`"


_TRUST_ACTIONS: Final = ("sts:assumerole", "sts:setsourceidentity")


def _impossible_conditions(looked: _Looked) -> Iterator[Found]:
    conditions = looked.statement.conditions
    services = _services(looked.statement.actions)
    for condition in conditions:
        place = ("Condition", condition.operator, condition.key)
        if services == {"iot"} and not condition.rule.met_when_absent:
            yield place, "IoT Platform evaluates no condition key, so this is never met"
        if condition.operator.endswith("LessThan") and _closed(condition, conditions):
            yield place, f"no `{condition.key}` lies between the limits of this statement"


def _closed(upper: Condition, conditions: tuple[Condition, ...]) -> bool:
    """Whether another condition on the key asks for more than this one leaves below."""
    greater = upper.operator.replace("Less", "Greater")
    return any(
        lower.key.lower() == upper.key.lower()
        and lower.operator in (greater, f"{greater}Equals")
        and min(lower.operands) >= max(upper.operands)
        for lower in conditions
    )


# --- condition keys ------------------------------------------------------------------------------

_KEY_CLASSES: Final = {
    "acs:CurrentTime": "Date",
    "acs:SecureTransport": "Bool",
    "acs:SourceIp": "IpAddress",
    "acs:MFAPresent": "Bool",
    "acs:PrincipalARN": "String",
    "acs:PrincipalRDId": "String",
    "acs:PrincipalRDPath": "String",
    "acs:SourceVpc": "String",
    "acs:VpcSourceIp": "IpAddress",
    "acs:UserAgent": "String",
    "acs:AccessId": "String",
    "acs:Service": "String",
}
_KEYS: Final = {key.lower(): key for key in _KEY_CLASSES}
_TAG_KEYS: Final = ("acs:requesttag/", "acs:resourcetag/")


def _unknown_keys(looked: _Looked) -> Iterator[Found]:
    for condition in looked.statement.conditions:
        key = condition.key.lower()
        if key.startswith("acs:") and key not in _KEYS and not key.startswith(_TAG_KEYS):
            close = get_close_matches(key, _KEYS, n=1)
            cure = f"did you mean `{_KEYS[close[0]]}`?" if close else "no request carries it"
            yield (
                ("Condition", condition.operator, condition.key),
                f"`{condition.key}` is no global key; {cure}",
            )


def _wrong_operators(looked: _Looked) -> Iterator[Found]:
    """Keys of one type under an operator of another."""
    for condition in looked.statement.conditions:
        wanted = _KEY_CLASSES.get(_KEYS.get(condition.key.lower(), ""))
        if wanted is not None and wanted not in condition.operator:
            yield (
                ("Condition", condition.operator, condition.key),
                f"`{condition.key}` wants an operator of {wanted}, not `{condition.operator}`",
            )


_CHECKS: Final[tuple[tuple[FindingKind, Callable[[_Looked], Iterator[Found]]], ...]] = (
    ("unknown action", _unknown_actions),
    ("allows all but", _allows_all_but),
    ("another service", _another_service),
    ("never applies", _resource_never_asked),
    ("too wide", _covers_more_names),
    ("too wide", _too_wide),
    ("too wide", _everybody),
    ("never applies", _denied_beside),
    ("never applies", _trusts_no_action),
    ("never applies", _impossible_conditions),
    ("unknown key", _unknown_keys),
    ("wrong operator", _wrong_operators),
)
