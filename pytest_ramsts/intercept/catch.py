"""What is caught: requests to the hosts of one cloud, while it is there. Knows no client."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from pytest_ramsts.intercept.hosts import Hosts
from pytest_ramsts.wire import Handle, Request, Response

__all__ = ["Catch"]

_host_of: Final = re.compile(r"[a-zA-Z]+://(?:[^/?#@]*@)?([^/?#:]*)").match
"""`urlsplit` would take ten times as long."""


class Catch:
    """Decides which requests are the cloud's, and has them answered."""

    __slots__ = ("_handle", "_hosts", "over")

    def __init__(self, handle: Handle, hosts: Hosts) -> None:
        self._handle = handle
        self._hosts = hosts
        self.over = False

    def takes(self, host: str) -> bool:
        return not self.over and host in self._hosts

    def takes_url(self, url: str) -> bool:
        found = _host_of(url)
        return found is not None and not self.over and found[1] in self._hosts

    def answer(self, request: Request) -> Response:
        response = self._handle(request)
        if request.method == "HEAD" and response.body:
            return replace(response, body=b"")  # the headers are those of the GET
        return response
