"""Digests of a body as the headers of the older signatures carry them."""

from __future__ import annotations

from base64 import b64encode
from hashlib import md5

__all__ = ["md5_base64", "md5_hex"]


def md5_base64(body: bytes) -> str:
    return b64encode(md5(body, usedforsecurity=False).digest()).decode()


def md5_hex(body: bytes) -> str:
    return md5(body, usedforsecurity=False).hexdigest()
