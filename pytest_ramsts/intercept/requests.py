"""Catches `requests`, by way of `responses`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pytest_ramsts.intercept.hosts import Hosts
from pytest_ramsts.wire import Handle, Headers, Request


@contextmanager
def intercept(handle: Handle, hosts: Hosts) -> Iterator[None]:
    from requests.adapters import HTTPAdapter  # noqa: PLC0415 - loaded already

    # What is not for the cloud goes on to whatever stood here before: the network, or a test's own
    # `responses`.
    with mocked(handle, hosts, client="requests", real_adapter_send=HTTPAdapter.send):
        yield


@contextmanager
def mocked(handle: Handle, hosts: Hosts, client: str, **options: Any) -> Iterator[None]:
    """A `RequestsMock` that answers the cloud's hosts through `handle` and lets every other one
    pass.
    """
    import responses  # noqa: PLC0415 - it loads requests: only for a test that has it loaded already

    class Registry(responses.registries.FirstMatchRegistry):
        """Finds the one answer at once: matching is a third of what `responses` costs."""

        def find(self, request: Any) -> tuple[responses.BaseResponse | None, list[str]]:
            return (answer if _host(request.url) in hosts else onward), []

    def answered(request: Any) -> tuple[int, list[tuple[str, str]], bytes]:
        response = handle(_from_requests(request, client))
        return response.status, list(response.headers), response.body

    answer = responses.CallbackResponse("GET", "http://fake", answered)
    onward = responses.PassthroughResponse("GET", "http://fake")
    with responses.RequestsMock(assert_all_requests_are_fired=False, registry=Registry, **options):
        yield


def _host(url: str) -> str:
    """The host of an absolute URL, in lower case. `urlsplit` would take ten times as long."""
    authority = url.partition("://")[2].partition("/")[0].partition("?")[0].rpartition("@")[2]
    return authority.partition(":")[0].lower()


def _from_requests(request: Any, client: str) -> Request:
    return Request(
        request.method, request.url, Headers(request.headers.items()), _bytes(request.body), client
    )


def _bytes(body: Any) -> bytes:
    """The body, read to its end: `responses` reads files, but leaves generators and other iterables
    as they are.
    """
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return body if isinstance(body, bytes) else b"".join(body)
