"""What a name, a text, a number or a trust may look like: the rules of the RAM page "Limits", with
their codes.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from pytest_ramsts.errors import InvalidParameterError, MissingParameterError


class NameRule(NamedTuple):
    """Which characters a name may have, how long it may be, and how that is said."""

    pattern: re.Pattern[str]
    longest: int
    allowed: str


_DOTTED: Final = "letters, digits, `.`, `_` and `-`"

NAMES: Final = {
    "UserName": NameRule(re.compile(r"[A-Za-z0-9._-]+"), 64, _DOTTED),
    "GroupName": NameRule(re.compile(r"[A-Za-z0-9._-]+"), 64, _DOTTED),
    "RoleName": NameRule(re.compile(r"[A-Za-z0-9.-]+"), 64, "letters, digits, `.` and `-`"),
    "PolicyName": NameRule(re.compile(r"[A-Za-z0-9-]+"), 128, "letters, digits and `-`"),
}


def check_name(kind: str, name: str, *, prefix: str = "") -> str:
    """A name as the real API accepts it, or `InvalidParameter.<kind>.Length` / `.InvalidChars`.

    `prefix` is what an update puts before the parameter: `NewUserName`.
    """
    rule = NAMES[kind]
    if not isinstance(name, str):
        raise InvalidParameterError(prefix + kind, "InvalidChars", hint=f"`{name!r}` is no text")
    if not name:
        raise MissingParameterError(prefix + kind)
    if len(name) > rule.longest:
        raise InvalidParameterError(
            prefix + kind,
            "Length",
            hint=f"`{name[:20]}…` has {len(name)} characters, at most {rule.longest} are allowed",
        )
    if not rule.pattern.fullmatch(name):
        raise InvalidParameterError(
            prefix + kind, "InvalidChars", hint=f"`{name}`: only {rule.allowed} are allowed"
        )
    return name


def check_length(parameter: str, text: str, longest: int) -> str:
    """A text no longer than the API takes, or `InvalidParameter.<parameter>.Length`."""
    if len(text) > longest:
        raise InvalidParameterError(
            parameter, "Length", hint=f"{len(text)} characters, at most {longest} are allowed"
        )
    return text


_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE: Final = re.compile(r"\d{1,4}-\d{4,15}")


def check_email(parameter: str, text: str) -> str:
    if text and not _EMAIL.fullmatch(text):
        raise InvalidParameterError(parameter, "Format", hint=f"`{text}` is no e-mail address")
    return text


def check_phone(parameter: str, text: str) -> str:
    if text and not _PHONE.fullmatch(text):
        raise InvalidParameterError(
            parameter, "Format", hint=f"`{text}`: write it like 86-18688880000"
        )
    return text
