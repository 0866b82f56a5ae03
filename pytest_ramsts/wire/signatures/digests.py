"""Digests of a body as the headers of the older signatures carry them."""

from __future__ import annotations

from binascii import b2a_base64
from hashlib import md5

__all__ = ["md5_base64", "md5_hex"]


def md5_base64(body: bytes) -> str:
    return b2a_base64(md5(body, usedforsecurity=False).digest(), newline=False).decode()


def md5_hex(body: bytes) -> str:
    return md5(body, usedforsecurity=False).hexdigest()
