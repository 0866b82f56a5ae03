"""Catches `requests`, by way of `responses`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from typing import Any, Final
from urllib.parse import urlsplit

from pytest_ramsts.intercept.catch import Catch, drained, missing, reason_of
from pytest_ramsts.intercept.seam import Seam
from pytest_ramsts.intercept.urllib3 import Body, patience_of
from pytest_ramsts.wire import Headers, Request, Response
from pytest_ramsts.wire.message import authority_of

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
            while True:
                try:
                    return caught(adapter, request, *args, **kwargs)
                except _BrokenError as broken:
                    retries = kwargs.get("retries", adapter.max_retries)
                    kwargs["retries"] = _once_more(broken.error, request, retries, client)

        return send

    return wrap


def _sender(catch: Catch, client: str) -> Send:
    """What `responses` would put in the place of `HTTPAdapter.send`."""
    import responses  # noqa: PLC0415 - it loads requests: only when a request is there to answer

    def answered(request: Any) -> Response:
        try:
            return catch.answer(_from_requests(request, client))
        except OSError as error:
            raise _BrokenError(error) from error

    registry, answer = _one_answer(_URLLIB3[client])
    mock = responses.RequestsMock(
        assert_all_requests_are_fired=False, target=OURS, registry=registry
    )
    mock.add(answer("GET", "http://fake", answered, content_type=None))
    return mock.unbound_on_send()


@cache
def _one_answer(urllib3: str) -> tuple[type, type]:
    """A registry of `responses` that has one answer, and that answer: found and made at once.
    Matching, and a second response for cookies that are seldom set, are half of what it costs.
    """
    from responses import CallbackResponse  # noqa: PLC0415 - loaded already
    from responses.registries import FirstMatchRegistry  # noqa: PLC0415

    fields = sys.modules[f"{urllib3}._collections"].HTTPHeaderDict
    made = sys.modules[f"{urllib3}.response"].HTTPResponse

    class OneAnswer(FirstMatchRegistry):
        def find(self, _: Any) -> tuple[Any, list[str]]:
            return self.registered[0], []

    class Answer(CallbackResponse):
        def get_response(self, request: Any) -> Any:
            response = self.callback(request)
            headers = fields()
            for name, value in response.headers:
                headers.add(name, value)
            # Where requests looks for cookies.
            with_cookies = (
                made(body=BytesIO(), msg=headers, preload_content=False)  # as `responses` does
                if "set-cookie" in headers
                else None
            )
            lacking = missing(response, request.method)
            return made(
                body=(BytesIO if lacking else Body)(response.body),
                headers=headers,
                original_response=with_cookies,
                status=response.status,
                version=11,
                reason=reason_of(response.status),
                preload_content=False,
                decode_content=False,
                request_method=request.method,
            )

    return OneAnswer, Answer


_URLLIB3: Final = {
    "requests": "urllib3",
    "aliyunsdkcore": "aliyunsdkcore.vendored.requests.packages.urllib3",
}
"""Each of them has its own."""


def _from_requests(request: Any, client: str) -> Request:
    # `lower_items` walks the headers once; `items` looks each of them up again.
    return Request(
        request.method,
        request.url,
        Headers(request.headers.lower_items(), host=authority_of(request.url)),
        drained(request.body),
        client,
        patience=_patience(request),
    )


def _patience(request: Any) -> float | None:
    """The read timeout, of the several forms in which `timeout=` gives it."""
    timeout = request.req_kwargs.get("timeout")
    if isinstance(timeout, tuple):
        timeout = timeout[1]
    return patience_of(timeout)


_ADAPTERS: Final = {
    "requests": "requests.adapters",
    "aliyunsdkcore": "aliyunsdkcore.vendored.requests.adapters",
}
"""Where each of them says how it names its exceptions, and those of its urllib3."""


class _BrokenError(Exception):
    """A socket's error, on its way through `responses`."""

    def __init__(self, error: OSError) -> None:
        super().__init__(error)
        self.error = error


def _once_more(error: OSError, request: Any, retries: Any, client: str) -> Any:
    """What is left of the adapter's retries; or its exception, where none is."""
    adapters = sys.modules[_ADAPTERS[client]]
    url = urlsplit(request.url)
    port = url.port or {"http": 80, "https": 443}[url.scheme]
    kind, place = f"{url.scheme.upper()}Connection", f"(host='{url.hostname}', port={port})"
    pool, target = f"{kind}Pool{place}", f"{url.path or '/'}{'?' * bool(url.query)}{url.query}"
    if isinstance(error, TimeoutError):
        late = f"Read timed out. (read timeout={_patience(request)})"
        failed = adapters.ReadTimeoutError(pool, target, late)
    elif isinstance(error, ConnectionRefusedError):
        # urllib3 2 says where it was going, urllib3 1 shows the object.
        old = "vendored" in adapters.__name__
        connection = (
            f"<urllib3.connection.{kind} object at {id(request):#x}>" if old else kind + place
        )
        said = f"Failed to establish a new connection: {error}"
        failed = adapters.NewConnectionError(connection, said)
    else:
        failed = adapters.ProtocolError("Connection aborted.", error)
    try:
        retries = retries.increment(request.method, target, error=failed, _pool=pool)
    except adapters.ReadTimeoutError as last:
        raise adapters.ReadTimeout(last, request=request) from error
    except (adapters.ProtocolError, adapters.MaxRetryError) as last:
        raise adapters.ConnectionError(last, request=request) from error
    retries.sleep()
    return retries
