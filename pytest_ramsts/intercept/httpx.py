"""Catches `httpx`, sync and async: its network transports. A transport that somebody passes to a
client, such as a `MockTransport`, is left alone.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

from pytest_ramsts.intercept.catch import Catch, missing
from pytest_ramsts.intercept.seam import Seam
from pytest_ramsts.wire import Headers, Request, Response

__all__ = ["handled", "handled_async", "seams"]

Send = Callable[[Any, Any], Any]
"""`HTTPTransport.handle_request`."""

SendAsync = Callable[[Any, Any], Awaitable[Any]]


def seams(catch: Catch) -> Iterator[Seam]:
    from httpx import AsyncHTTPTransport, HTTPTransport  # noqa: PLC0415 - loaded already

    yield Seam(HTTPTransport, "handle_request", handled(catch))
    yield Seam(AsyncHTTPTransport, "handle_async_request", handled_async(catch))


def handled(catch: Catch) -> Callable[[Send], Send]:
    def wrap(under: Send) -> Send:
        def handle_request(transport: Any, request: Any) -> Any:
            if not catch.takes(request.url.host):
                return under(transport, request)
            request.read()
            try:
                response = catch.answer(_from_httpx(request))
            except OSError as error:
                raise _raised(error) from error
            return _to_httpx(response, request.method)

        return handle_request

    return wrap


def handled_async(catch: Catch) -> Callable[[SendAsync], SendAsync]:
    def wrap(under: SendAsync) -> SendAsync:
        def handle_async_request(transport: Any, request: Any) -> Awaitable[Any]:
            if not catch.takes(request.url.host):
                return under(transport, request)
            return _answered(catch, request)

        return handle_async_request

    return wrap


async def _answered(catch: Catch, request: Any) -> Any:
    await request.aread()
    await _turn()
    try:
        response = catch.answer(_from_httpx(request))
    except OSError as error:
        raise _raised(error, asynchronous=True) from error
    return _to_httpx(response, request.method)


async def _turn() -> None:
    """Let the loop turn, as a call over a network would."""
    trio = sys.modules.get("trio")
    if trio is not None and _is_in(trio):
        await trio.lowlevel.checkpoint()
    else:
        await asyncio.sleep(0)


def _is_in(trio: Any) -> bool:
    """Whether it runs this task. A loop of asyncio runs as well where trio is its guest."""
    try:
        trio.lowlevel.current_task()
    except RuntimeError:
        return False
    return True


def _from_httpx(request: Any) -> Request:
    url = request.url
    target = url.raw_path.decode("ascii")
    return Request(
        request.method,
        f"{url.scheme}://{url.netloc.decode('ascii')}{target}",
        Headers(request.headers.raw),
        request.content,
        "httpx",
        patience=request.extensions.get("timeout", {}).get("read"),
    )


def _raised(error: OSError, *, asynchronous: bool = False) -> Exception:
    """What the transport makes of a socket's error. The async one has hardly a word for it."""
    from httpx import ConnectError, ReadError, ReadTimeout  # noqa: PLC0415

    if isinstance(error, ConnectionRefusedError):
        return ConnectError("All connection attempts failed" if asynchronous else str(error))
    kind = ReadTimeout if isinstance(error, TimeoutError) else ReadError
    return kind("" if asynchronous else str(error))


def _to_httpx(response: Response, method: str) -> Any:
    from httpx import ByteStream, RemoteProtocolError  # noqa: PLC0415
    from httpx import Response as Answer  # noqa: PLC0415

    class Broken(ByteStream):
        """Breaks off when all that came has been read."""

        def __iter__(self) -> Iterator[bytes]:
            yield from super().__iter__()
            raise self._end()

        async def __aiter__(self) -> AsyncIterator[bytes]:
            async for chunk in super().__aiter__():
                yield chunk
            raise self._end()

        def _end(self) -> RemoteProtocolError:
            came = len(response.body)
            return RemoteProtocolError(
                "peer closed connection without sending complete message body"
                f" (received {came} bytes, expected {came + lacking})"
            )

    lacking = missing(response, method)
    # A stream is still to be read by the client, as it wants; `content=` would be read already.
    return Answer(
        response.status,
        headers=response.headers,
        stream=(Broken if lacking else ByteStream)(response.body),
        extensions={"http_version": b"HTTP/1.1"},
    )
