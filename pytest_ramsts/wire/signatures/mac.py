"""Codes that prove a text: HMAC over the octets that its characters stand for."""

from __future__ import annotations

import hmac
from binascii import b2a_base64
from functools import lru_cache
from hashlib import sha1, sha256
from typing import Any, Final, Literal

__all__ = ["base64", "digest", "hexadecimal", "matches"]

Hash = Literal["sha1", "sha256"]


def base64(key: bytes, text: str, algorithm: Hash) -> str:
    return b2a_base64(digest(key, text, algorithm), newline=False).decode()


def hexadecimal(key: bytes, text: str, algorithm: Hash) -> str:
    return digest(key, text, algorithm).hex()


def digest(key: bytes, text: str, algorithm: Hash) -> bytes:
    """HMAC (RFC 2104). What the standard library does for a key at each call is done once here: a
    test signs with few keys.
    """
    inner, outer = _keyed(key, algorithm)
    inside, outside = inner.copy(), outer.copy()
    inside.update(text.encode("latin-1", "replace"))
    outside.update(inside.digest())
    code: bytes = outside.digest()
    return code


_HASHES: Final = {"sha1": sha1, "sha256": sha256}
_BLOCK: Final = 64
"""Octets that either hash takes at a time."""

_INNER: Final = bytes([octet ^ 0x36 for octet in range(256)])
_OUTER: Final = bytes([octet ^ 0x5C for octet in range(256)])


@lru_cache(maxsize=256)
def _keyed(key: bytes, algorithm: Hash) -> tuple[Any, Any]:
    """The inner and the outer hash, which have taken the key and nothing else."""
    hashed = _HASHES[algorithm]
    block = (hashed(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    return hashed(block.translate(_INNER)), hashed(block.translate(_OUTER))


def matches(expected: str, provided: str) -> bool:
    """Whether two codes are the same, in a time that tells nothing. A code is ASCII."""
    return provided.isascii() and hmac.compare_digest(expected, provided)
