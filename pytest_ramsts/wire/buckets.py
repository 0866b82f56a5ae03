"""Which bucket and object an OSS request addresses: by its host, or by the head of its path."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from pytest_ramsts.wire import quoting
from pytest_ramsts.wire.message import Request

__all__ = ["Address", "address_of"]


class Address(NamedTuple):
    bucket: str  # "" for the service itself, and for a domain of the customer's own
    key: str  # decoded, "" for the bucket itself

    @property
    def resource(self) -> str:
        """`/bucket/key`, `/bucket/` or `/`: what is signed."""
        return f"/{self.bucket}/{self.key}" if self.bucket else "/"


_IP: Final = re.compile(r"[0-9.]+|[0-9a-f:]*:[0-9a-f:.]*", re.ASCII).fullmatch
_ENDPOINT: Final = re.compile(r"oss(?:-[a-z0-9-]+)?", re.ASCII).fullmatch


def address_of(request: Request) -> Address:
    """Bucket and key of a request.

    `bucket.oss-region.…` and `bucket.localhost` name the bucket in the host; an IP address,
    `localhost` and `oss-region.…` in the path. A domain of the customer's own names none: whoever
    knows it presents the request with the Host header of its bucket, which no signature covers.
    """
    host = request.host
    label, _, parent = host.partition(".")
    tail = request.path[1:]
    if _IP(host) or host == "localhost" or (_is_endpoint(host) and not _is_endpoint(parent)):
        bucket, _, tail = tail.partition("/")
        return Address(quoting.unquoted(bucket), quoting.unquoted(tail))
    bucket = label if parent == "localhost" or _is_endpoint(parent) else ""
    return Address(bucket, quoting.unquoted(tail))


def _is_endpoint(host: str) -> bool:
    label, dot, _ = host.partition(".")
    return bool(dot) and bool(_ENDPOINT(label))
