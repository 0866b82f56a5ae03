"""Percent escapes as signatures and gateway read and write them. Never fails, whatever the octets.

Decoded text is UTF-8; octets that are none become lone surrogates, so that quoting it again gives
the same octets.
"""

from __future__ import annotations

import re
from binascii import a2b_qp
from collections.abc import Iterable
from typing import Final

__all__ = ["brief_query", "broken", "decoded", "escaped", "octets", "query", "quoted", "unquoted"]

_UNRESERVED: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"
_ESCAPES: Final = tuple(
    chr(octet) if octet in _UNRESERVED else f"%{octet:02X}" for octet in range(256)
)
_PERCENT: Final = ord("%")
_FEW: Final = 24  # so many replacements of one octet are faster than one look at each octet

_BROKEN: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


def quoted(text: str) -> str:
    """Every octet but the unreserved ones of RFC 3986 as `%XX`."""
    if text.isalnum() and text.isascii():
        return text
    octets = text.encode("utf-8", "surrogateescape")
    reserved = octets.translate(None, _UNRESERVED)
    if not reserved:
        return text
    kinds = set(reserved)
    if len(kinds) > _FEW:
        return "".join([_ESCAPES[octet] for octet in octets])
    if not text.isascii():
        text = octets.decode("latin-1")
    if _PERCENT in kinds:
        kinds.remove(_PERCENT)
        text = text.replace("%", "%25")  # first, for the others bring their own
    for octet in kinds:
        text = text.replace(chr(octet), _ESCAPES[octet])
    return text


def query(pairs: Iterable[tuple[str, str]]) -> str:
    """The canonical query of most signatures: sorted, quoted, an empty value as `name=`."""
    return "&".join([f"{quoted(name)}={quoted(value)}" for name, value in sorted(pairs)])


def brief_query(pairs: Iterable[tuple[str, str]]) -> str:
    """The same where an empty value is its name alone: the fourth generation of OSS and SLS."""
    items = sorted([(quoted(name), quoted(value)) for name, value in pairs])
    return "&".join([f"{name}={value}" if value else name for name, value in items])


def unquoted(text: str) -> str:
    """The reverse of `quoted`, for characters that are octets; what is no escape stays as it is."""
    return _unquoted(_BROKEN.sub("%25", text) if "%" in text else text)


def octets(text: str) -> str:
    """Decoded text as the octets it came from, a character each: how header values are kept."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")


def decoded(text: str) -> tuple[tuple[str, str], ...]:
    """The pairs of a query or a form, in order; both `+` and `%20` are a space."""
    if "%" in text and broken(text):
        text = _BROKEN.sub("%25", text)
    plain = text.isascii()
    pairs = []
    for item in text.replace("+", " ").split("&"):
        if item:
            name, _, value = item.partition("=")
            if "%" in item or not plain:
                name, value = _unquoted(name), _unquoted(value)
            pairs.append((name, value))
    return tuple(pairs)


def _unquoted(text: str) -> str:
    if "%" in text:
        # Quoted-printable is the same with another sign, and the standard library reads it in C.
        octets = a2b_qp(text.replace("=", "=3D").replace("%", "=").encode("latin-1"))
    elif text.isascii():
        return text
    else:
        octets = text.encode("latin-1")
    return octets.decode("utf-8", "surrogateescape")


def escaped(url: str) -> str:
    """A URL in ASCII: only what cannot stand on the wire is quoted."""
    return "".join(
        [
            character
            if character.isascii()
            else "".join(_ESCAPES[octet] for octet in character.encode("utf-8", "surrogatepass"))
            for character in url
        ]
    )


def broken(text: str) -> str:
    """The first escape that is none, such as `%zz`, with what follows it; empty if all are well."""
    found = _BROKEN.search(text)
    return text[found.start() : found.start() + 3] if found else ""
