"""Catches `urllib.request`: where its handlers open a connection. Cookies, redirects, errors and
whatever else the opener does are its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pytest_ramsts.intercept.catch import Catch
from pytest_ramsts.intercept.http_client import Line, unmocked
from pytest_ramsts.intercept.seam import Seam

__all__ = ["seams"]

Open = Callable[..., Any]
"""`AbstractHTTPHandler.do_open`."""


def seams(catch: Catch) -> Iterator[Seam]:
    from http.client import HTTPConnection  # noqa: PLC0415 - loaded already
    from urllib.request import AbstractHTTPHandler  # noqa: PLC0415

    plain = unmocked(HTTPConnection)

    def wrap(under: Open) -> Open:
        def do_open(handler: Any, http_class: Any, request: Any, **options: Any) -> Any:
            if not catch.takes_url(request.full_url):
                return under(handler, http_class, request, **options)

            def connection(host: str, timeout: Any = None, **_: Any) -> Any:
                made = plain(host, timeout=timeout)
                scheme, _, rest = request.full_url.partition("://")
                authority = rest.partition("/")[0].partition("?")[0].rpartition("@")[2]
                made.sock = Line(catch, f"{scheme}://{authority}", "urllib.request")
                return made

            return under(handler, connection, request)

        return do_open

    yield Seam(AbstractHTTPHandler, "do_open", wrap)
