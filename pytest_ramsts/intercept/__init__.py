"""How HTTP clients are caught: one module per client, and the table of them.

A client is caught from the moment its library is imported, before or after interception begins.
What no module here catches, the guard refuses: see `guard`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

from pytest_ramsts.intercept import (
    aiohttp,
    http_client,
    httpx,
    neighbours,
    requests,
    urllib3,
    urllib_request,
    vendored_requests,
)
from pytest_ramsts.intercept.catch import Catch
from pytest_ramsts.intercept.guard import guarded
from pytest_ramsts.intercept.hosts import Hosts
from pytest_ramsts.intercept.imports import when_imported
from pytest_ramsts.intercept.seam import Patch, Seam
from pytest_ramsts.wire import Handle

__all__ = ["CLIENTS", "NEIGHBOURS", "Hosts", "intercept"]

Seams = Callable[[Catch], Iterable[Seam]]

CLIENTS: Final[dict[str, Seams]] = {
    "requests.adapters": requests.seams,
    "aliyunsdkcore.vendored.requests.adapters": vendored_requests.seams,
    "aiohttp": aiohttp.seams,
    "httpx": httpx.seams,
    "urllib3.connectionpool": urllib3.seams,
    "urllib.request": urllib_request.seams,
    "http.client": http_client.seams,
}
"""The module whose import makes a client usable, and where that client is caught."""

NEIGHBOURS: Final[dict[str, Seams]] = {
    "responses": neighbours.responses,
    "aioresponses.core": neighbours.aioresponses,
    "requests_mock.adapter": neighbours.requests_mock,
    "pytest_httpx": neighbours.pytest_httpx,
    "respx.router": neighbours.respx,
    "vcr.cassette": neighbours.vcr_cassette,
    "vcr.patch": neighbours.vcr_originals,
}
"""The same for mocks that stand where we stand."""

_PLACES: Final = {**CLIENTS, **NEIGHBOURS}


@contextmanager
def intercept(handle: Handle, hosts: Hosts) -> Iterator[None]:
    """Send every request to one of `hosts` through `handle`, and let none of them leave the
    machine.
    """
    catch = Catch(handle, hosts)
    patches: list[Patch] = []

    def begin(seams: Seams) -> None:
        for seam in seams(catch):
            # A library that has no such attribute any more is left to the guard.
            if seam.name in vars(seam.owner):
                patches.append(Patch(seam))  # noqa: PERF401 - one by one: the next may fail

    try:
        with (
            guarded(hosts),
            when_imported({name: partial(begin, seams) for name, seams in _PLACES.items()}),
        ):
            yield
    finally:
        catch.over = True
        while patches:
            patches.pop().undo()
