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
_PROVIDER: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")

NAMES: Final = {
    "UserName": NameRule(re.compile(r"[A-Za-z0-9._-]+"), 64, _DOTTED),
    "GroupName": NameRule(re.compile(r"[A-Za-z0-9._-]+"), 64, _DOTTED),
    "RoleName": NameRule(
        # A service-linked role may have a suffix after `_`.
        re.compile(r"[A-Za-z0-9.-]+|AliyunServiceRoleFor[A-Za-z0-9.-]+_[A-Za-z0-9.-]+"),
        64,
        "letters, digits, `.` and `-`",
    ),
    "PolicyName": NameRule(re.compile(r"[A-Za-z0-9-]+"), 128, "letters, digits and `-`"),
    "VirtualMFADeviceName": NameRule(
        re.compile(r"[A-Za-z0-9.-]+"), 64, "letters, digits, `.` and `-`"
    ),
    "SAMLProviderName": NameRule(_PROVIDER, 128, f"{_DOTTED}, not at an end,"),
    "OIDCProviderName": NameRule(_PROVIDER, 128, f"{_DOTTED}, not at an end,"),
    "AppName": NameRule(re.compile(r"[A-Za-z0-9._-]+"), 64, _DOTTED),
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


def check_display_name(parameter: str, text: str, longest: int = 128) -> str:
    """A name for people. The pages disagree about its characters: only what nobody could read is
    refused.
    """
    check_length(parameter, text, longest)
    if not text.isprintable():
        raise InvalidParameterError(parameter, "InvalidChars", hint=f"`{text!r}`: printable text")
    return text


def check_one_of(parameter: str, value: str, *allowed: str) -> str:
    """One of a closed set, or `InvalidParameter.<parameter>`."""
    if value not in allowed:
        raise InvalidParameterError(
            parameter, "", hint=f"`{value}`: it is {', '.join(allowed[:-1])} or {allowed[-1]}"
        )
    return value


def check_range(parameter: str, value: int, least: int, most: int) -> int:
    """A number within its bounds, or `InvalidParameter.<parameter>.Range`."""
    if not least <= value <= most:
        raise InvalidParameterError(parameter, "Range", hint=f"{value}: between {least} and {most}")
    return value


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
