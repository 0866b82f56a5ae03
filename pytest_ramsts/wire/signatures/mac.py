"""Codes that prove a text: HMAC over the octets that its characters stand for."""

from __future__ import annotations

import hmac
from base64 import b64encode
from typing import Literal

__all__ = ["base64", "hexadecimal", "matches"]

Hash = Literal["sha1", "sha256"]


def base64(key: bytes, text: str, algorithm: Hash) -> str:
    return b64encode(hmac.digest(key, _octets(text), algorithm)).decode()


def hexadecimal(key: bytes, text: str, algorithm: Hash) -> str:
    return hmac.digest(key, _octets(text), algorithm).hex()


def matches(expected: str, provided: str) -> bool:
    """Whether two codes are the same, in a time that tells nothing."""
    return hmac.compare_digest(
        expected.encode("utf-8", "surrogatepass"), provided.encode("utf-8", "surrogatepass")
    )


def _octets(text: str) -> bytes:
    return text.encode("latin-1", "replace")
