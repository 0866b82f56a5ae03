"""What is caught: requests to the hosts of one cloud, while it is there. Knows no client."""

from __future__ import annotations

import itertools
import re
from functools import cache
from http import HTTPStatus
from typing import Any, Final

from pytest_ramsts.intercept.hosts import Hosts
from pytest_ramsts.wire import Handle, Request, Response
from pytest_ramsts.wire.message import Pairs

__all__ = ["Catch", "drained", "missing", "reason_of"]

_numbers: Final = itertools.count()
_url: Final = re.compile(r"[a-zA-Z]+://((?:[^/?#@]*@)?([^/?#:]*)[^/?#]*)").match
"""`urlsplit` would take ten times as long."""


class Catch:
    """Decides which requests are the cloud's, and has them answered.

    Of two that take the same host, the younger is asked.
    """

    __slots__ = ("_authorities", "_handle", "_hosts", "number", "over")

    def __init__(self, handle: Handle, hosts: Hosts) -> None:
        self._handle = handle
        self._hosts = hosts
        self._authorities: dict[str, str] = {}
        self.number = next(_numbers)
        self.over = False

    def takes(self, host: str) -> bool:
        return host in self._hosts and not self.over

    def takes_url(self, url: str) -> bool:
        """The same for a whole URL. Whoever speaks to other hosts should not feel it."""
        try:
            authority = url.split("/", 3)[2]
            host = self._authorities[authority]
        except (IndexError, KeyError):
            host = self._host(url)
        return host in self._hosts and not self.over

    def _host(self, url: str) -> str:
        found = _url(url)
        if found is None:
            return ""
        authority, host = found.groups()
        self._authorities[authority] = host
        return host

    def answer(self, request: Request) -> Response:
        """With its length, as every server tells it; that of HEAD has the headers of the GET."""
        response = self._handle(request)
        status, headers, body = response
        if status not in _WITHOUT_BODY and not _tells_length(headers):
            headers = (*headers, ("Content-Length", str(len(body))))
        return Response(status, headers, b"" if request.method == "HEAD" else body)


def _tells_length(headers: Pairs) -> bool:
    names = "\n".join(["", *dict(headers), ""]).lower()
    return "\ncontent-length\n" in names or "\ntransfer-encoding\n" in names


_WITHOUT_BODY: Final = {204, 304}


def missing(response: Response, method: str) -> int:
    """How many octets of the body were announced and never come: the connection breaks off."""
    if method == "HEAD" or response.status in _WITHOUT_BODY:
        return 0
    for name, value in reversed(response.headers):  # our own stands last
        if name.lower() == "content-length" and value.isdecimal():
            return max(int(value) - len(response.body), 0)
    return 0


def drained(body: Any) -> bytes:
    """A body as sync clients take it (bytes, text, a file, an iterable), read to its end."""
    if isinstance(body, bytes):
        return body
    if body is None:
        return b""
    if isinstance(body, str | bytearray | memoryview):
        return _bytes(body)
    if hasattr(body, "read"):
        return _bytes(body.read())
    return b"".join(map(_bytes, body))


def _bytes(chunk: Any) -> bytes:
    return chunk.encode() if isinstance(chunk, str) else bytes(chunk)


@cache
def reason_of(status: int) -> str:
    """The words after the number; "" for a number that has none."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
