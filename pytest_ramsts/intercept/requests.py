"""Catches `requests`, by way of `responses`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

from pytest_ramsts.intercept.catch import Catch, drained, missing
from pytest_ramsts.intercept.seam import Seam
from pytest_ramsts.wire import Headers, Request

__all__ = ["OURS", "Send", "answered_by_responses", "seams"]

OURS: Final = "pytest-ramsts"
"""The target of our own `RequestsMock`s, by which they are known. It is never patched."""

Send = Callable[..., Any]
"""`HTTPAdapter.send`, of `requests` or of a copy of it."""


def seams(catch: Catch) -> Iterator[Seam]:
    from requests.adapters import HTTPAdapter  # noqa: PLC0415 - loaded already

    yield Seam(HTTPAdapter, "send", answered_by_responses(catch, "requests"))


def answered_by_responses(catch: Catch, client: str) -> Callable[[Send], Send]:
    """The cloud's requests go to `responses`, and all others straight on, untouched."""

    def wrap(under: Send) -> Send:
        caught: Send | None = None

        def send(adapter: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            if not catch.takes_url(request.url):
                return under(adapter, request, *args, **kwargs)
            nonlocal caught
            if caught is None:
                caught = _sender(catch, client)
            return caught(adapter, request, *args, **kwargs)

        return send

    return wrap


def _sender(catch: Catch, client: str) -> Send:
    """What `responses` would put in the place of `HTTPAdapter.send`."""
    import responses  # noqa: PLC0415 - it loads requests: only when a request is there to answer

    def answered(request: Any) -> tuple[int, list[tuple[str, str]], bytes]:
        try:
            response = catch.answer(_from_requests(request, client))
        except OSError as error:
            raise _raised(error, request, sys.modules[_ADAPTERS[client]]) from error
        headers = list(response.headers)
        if client == "aliyunsdkcore" and missing(response, request.method):
            # Its urllib3, of the old generation, takes what arrives for all there is.
            headers = [(name, value) for name, value in headers if name != "Content-Length"]
        return response.status, headers, response.body

    registry, answer = _one_answer()
    mock = responses.RequestsMock(
        assert_all_requests_are_fired=False, target=OURS, registry=registry
    )
    mock.add(answer("GET", "http://fake", answered, content_type=None))
    return mock.unbound_on_send()


@cache
def _one_answer() -> tuple[type, type]:
    """A registry of `responses` that has one answer, and that answer: found and made at once.
    Matching, and a second response for cookies that are seldom set, are half of what it costs.
    """
    from http.client import responses as reasons  # noqa: PLC0415
    from io import BytesIO  # noqa: PLC0415

    from responses import CallbackResponse  # noqa: PLC0415 - loaded already
    from responses.registries import FirstMatchRegistry  # noqa: PLC0415
    from urllib3 import HTTPResponse  # noqa: PLC0415

    class OneAnswer(FirstMatchRegistry):
        def find(self, _: Any) -> tuple[Any, list[str]]:
            return self.registered[0], []

    class Answer(CallbackResponse):
        def get_response(self, request: Any) -> HTTPResponse:
            status, pairs, body = self.callback(request)
            headers = self.get_headers()
            headers.extend(pairs)
            # Where requests looks for cookies.
            with_cookies = (
                HTTPResponse(body=BytesIO(), msg=headers, preload_content=False)  # type: ignore[arg-type]  # as `responses` does
                if "set-cookie" in headers
                else None
            )
            return HTTPResponse(
                body=BytesIO(body),
                headers=headers,
                original_response=with_cookies,  # type: ignore[arg-type]
                status=status,
                reason=reasons.get(status),
                preload_content=False,
                request_method=request.method,
            )

    return OneAnswer, Answer


def _from_requests(request: Any, client: str) -> Request:
    # `lower_items` walks the headers once; `items` looks each of them up again.
    return Request(
        request.method,
        request.url,
        Headers(request.headers.lower_items()),
        drained(request.body),
        client,
        patience=_patience(request),
    )


def _patience(request: Any) -> float | None:
    """The read timeout, of the several forms in which `timeout=` gives it."""
    timeout = request.req_kwargs.get("timeout")
    if isinstance(timeout, tuple):
        timeout = timeout[1]
    timeout = getattr(timeout, "read_timeout", timeout)
    return timeout if isinstance(timeout, int | float) else None


_ADAPTERS: Final = {
    "requests": "requests.adapters",
    "aliyunsdkcore": "aliyunsdkcore.vendored.requests.adapters",
}
"""Where each of them says how it names its exceptions, and those of its urllib3."""


def _raised(error: OSError, request: Any, adapters: Any) -> Any:
    """What the adapter makes of a socket's error."""
    url = urlsplit(request.url)
    port = url.port or {"http": 80, "https": 443}[url.scheme]
    kind, place = f"{url.scheme.upper()}Connection", f"(host='{url.hostname}', port={port})"
    pool, target = f"{kind}Pool{place}", f"{url.path or '/'}{'?' * bool(url.query)}{url.query}"
    if isinstance(error, TimeoutError):
        late = f"{pool}: Read timed out. (read timeout={_patience(request)})"
        return adapters.ReadTimeout(late, request=request)
    if isinstance(error, ConnectionRefusedError):
        # urllib3 2 says where it was going, urllib3 1 shows the object.
        old = "vendored" in adapters.__name__
        connection = (
            f"<urllib3.connection.{kind} object at {id(request):#x}>" if old else kind + place
        )
        reason = adapters.NewConnectionError(
            connection, f"Failed to establish a new connection: {error}"
        )
        failed = adapters.MaxRetryError(pool, target, reason)
        return adapters.ConnectionError(failed, request=request)
    aborted = adapters.ProtocolError("Connection aborted.", error)
    return adapters.ConnectionError(aborted, request=request)
