"""The ROA style of the gateway: operations with a method and a path, and JSON in the body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pytest_ramsts.service import Rpc
from pytest_ramsts.wire import Headers, Request, rpc
from pytest_ramsts.wire.routes import Routes

__all__ = ["Roa"]


class Roa(Rpc):
    """What a path names counts as a parameter, beside those of the query and the body's members.

    Today's clients say in a header which operation they mean; for others, the path does.
    """

    def __init__(self, routes: Mapping[str, str]) -> None:
        self._routes = Routes(routes)

    def read(self, request: Request) -> rpc.RpcCall:
        operation, named = self._routes.find(request) or ("", {})
        if operation and "x-acs-action" not in request.headers:
            headers = Headers([*request.headers, ("x-acs-action", operation)])
            request = replace(request, headers=headers)
        call = rpc.read(request)
        return call._replace(parameters={**call.parameters, **named})
