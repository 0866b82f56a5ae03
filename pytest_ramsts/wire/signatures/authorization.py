"""The `Authorization` header: a scheme, and what it says about the signature."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_ramsts.errors import AuthenticationError

__all__ = ["pair", "parts"]


def pair(written: str, scheme: str) -> tuple[str, str]:
    """`<scheme> <key id>:<signature>` → the two."""
    access_key_id, _, signature = written[len(scheme) :].strip().partition(":")
    if not access_key_id or not signature:
        raise _incomplete("the Authorization header has no key id or no signature")
    return access_key_id, signature


def parts(
    written: str, scheme: str, needed: Iterable[str], optional: Iterable[str] = (), joint: str = "="
) -> dict[str, str]:
    """`<scheme> A=1,B=2` → `{"A": "1", "B": "2"}`: what is needed, each part once, no stranger."""
    found: dict[str, str] = {}
    for item in written[len(scheme) :].split(","):
        name, _, value = item.strip().partition(joint)
        if name in found or not value:
            raise _incomplete(f"the part `{name}` of the Authorization header is empty or repeated")
        found[name] = value
    for name in needed:
        if name not in found:
            raise _incomplete(f"the Authorization header has no `{name}`")
    if strangers := found.keys() - {*needed, *optional}:
        raise _incomplete(f"the Authorization header has an unknown part `{min(strangers)}`")
    return found


def _incomplete(hint: str) -> AuthenticationError:
    return AuthenticationError("IncompleteSignature", hint=hint)
