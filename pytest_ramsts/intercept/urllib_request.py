"""Catches `urllib.request`: where its handlers open a connection. Cookies, redirects, errors and
whatever else the opener does are its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pytest_ramsts.intercept.catch import Catch
from pytest_ramsts.intercept.http_client import Line, unmocked
from pytest_ramsts.intercept.seam import Seam
from pytest_ramsts.wire.message import authority_of

__all__ = ["seams"]

Open = Callable[..., Any]
"""`AbstractHTTPHandler.do_open`."""


def seams(catch: Catch) -> Iterator[Seam]:
    from urllib.error import URLError  # noqa: PLC0415
    from urllib.request import AbstractHTTPHandler  # noqa: PLC0415 - loaded already

    def wrap(under: Open) -> Open:
        def do_open(handler: Any, http_class: Any, request: Any, **options: Any) -> Any:
            if not isinstance(http_class, _Connections) and catch.takes_url(request.full_url):
                http_class, options = _Connections(catch, request.full_url), {}
            try:
                return under(handler, http_class, request, **options)
            except ConnectionRefusedError as error:
                raise URLError(error) from error

        return do_open

    yield Seam(AbstractHTTPHandler, "do_open", wrap)


class _Connections:
    """Stands where the class of connections would: it makes one that leads to the cloud."""

    def __init__(self, catch: Catch, url: str) -> None:
        self._catch = catch
        self._url = url

    def __call__(self, host: str, timeout: Any = None) -> Any:
        from http.client import HTTPConnection  # noqa: PLC0415

        made = unmocked(HTTPConnection)(host, timeout=timeout)
        origin = f"{self._url.partition('://')[0]}://{authority_of(self._url)}"
        made.sock = Line(self._catch, origin, "urllib.request")
        # A proxy of the environment would be asked for a tunnel first.
        made.set_tunnel = lambda *_, **__: None
        return made
