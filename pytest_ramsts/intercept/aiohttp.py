"""Catches `aiohttp`: where a session asks its connector for a connection. One to the cloud ends in
a transport of ours, which takes the request as octets and gives the answer back as octets.

So a session does with the cloud all that it does with a server (cookies, redirects, compression,
middlewares, traces), and every object that its user gets was built by the library itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from functools import cache
from typing import Any

from pytest_ramsts.intercept.catch import Catch, missing
from pytest_ramsts.intercept.octets import head_of, joined, written
from pytest_ramsts.intercept.seam import Seam
from pytest_ramsts.wire import Headers, Request

__all__ = ["seams"]

Connect = Callable[[Any, Any, Any, Any], Awaitable[Any]]
"""`BaseConnector.connect`."""

Start = Callable[[Any, Any], Awaitable[Any]]
"""`ClientResponse.start`, which waits for the head of the answer."""


def seams(catch: Catch) -> Iterator[Seam]:
    from aiohttp import BaseConnector, ClientResponse  # noqa: PLC0415 - loaded already

    diverted = _diverted()

    def connecting(under: Connect) -> Connect:
        def connect(connector: Any, request: Any, traces: Any, timeout: Any) -> Awaitable[Any]:
            if catch.takes(request.url.host or "") and not isinstance(connector, diverted):
                connector = diverted(catch)
            return under(connector, request, traces, timeout)

        return connect

    def starting(under: Start) -> Start:
        def start(answer: Any, connection: Any) -> Awaitable[Any]:
            line = connection.transport
            if isinstance(line, Line) and not line.is_started:
                return _started(under, answer, connection, line)
            return under(answer, connection)

        return start

    yield Seam(BaseConnector, "connect", connecting)
    yield Seam(ClientResponse, "start", starting)


@cache
def _diverted() -> type:
    from aiohttp import BaseConnector  # noqa: PLC0415

    class Diverted(BaseConnector):
        """Connects once, and to the cloud."""

        def __init__(self, catch: Catch) -> None:
            super().__init__(limit=0)
            self._catch = catch

        async def _create_connection(self, req: Any, *traces_and_timeout: Any) -> Any:
            protocol = self._factory()
            protocol.connection_made(Line(self._catch, protocol, req, traces_and_timeout[-1]))
            # A connection that is kept might meet another cloud, or none.
            protocol.force_close()
            return protocol

    return Diverted


async def _started(under: Start, answer: Any, connection: Any, line: Line) -> Any:
    """The call is answered here, and not when its last octet is written: that may happen in a task
    of the library's, and who looks for the code that made the call would not find it.
    """
    line.is_started = True
    await asyncio.sleep(0)  # as over a network, the loop turns; a body that is there is now sent
    if line.is_whole():
        line.answer()
        return await under(answer, connection)
    # A body that takes its time, or waits to be asked for: what fails meanwhile is told to `under`.
    waiting = asyncio.ensure_future(under(answer, connection))
    sent = line.sent()
    try:
        await asyncio.wait({waiting, sent}, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            line.answer()
        return await waiting
    except BaseException:
        waiting.cancel()
        await asyncio.wait({waiting})  # the library's timers are left in the order of their entry
        raise


class Line(asyncio.Transport):
    """Stands where the transport of a socket would, at the cloud's end of it."""

    def __init__(self, catch: Catch, protocol: Any, request: Any, timeout: Any) -> None:
        super().__init__()
        self.is_started = False
        self._catch = catch
        self._protocol = protocol
        self._asked = request
        self._timeout = timeout
        self._octets = bytearray()
        self._place = 0
        """Where the body begins, or of one in chunks the next chunk."""
        self._head: tuple[str, str, Headers] | None = None
        self._is_chunked = False
        self._length = 0
        self._sent: asyncio.Future[None] | None = None
        self._is_closed = False
        self._is_paused = False
        self._is_lost = False

    # What the library asks of a transport

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        if name == "peername":
            return (self._asked.url.host, self._asked.url.port)
        return default

    def write(self, data: Any) -> None:
        self._octets += data
        if self._sent is not None and not self._sent.done() and self.is_whole():
            self._sent.set_result(None)
        elif self._head is None and self._expects_to_be_asked():
            self._protocol.data_received(b"HTTP/1.1 100 Continue\r\n\r\n")

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        self.write(b"".join(list_of_data))

    def is_closing(self) -> bool:
        return self._is_closed

    def close(self) -> None:
        self._is_closed = True

    abort = close

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        self._is_paused = True

    def resume_reading(self) -> None:
        self._is_paused = False
        if self._is_lost:
            self._lose(None)

    # The request

    def is_whole(self) -> bool:
        """Whether all of it has been sent."""
        if not self._has_head():
            return False
        if not self._is_chunked:
            return len(self._octets) >= self._place + self._length
        place = self._place
        while (end := self._octets.find(b"\r\n", place)) >= 0:
            size = int(self._octets[place:end].partition(b";")[0], 16)
            place = end + 2 + size + 2
            if len(self._octets) < place:
                return False
            if not size:
                return True
        return False

    def _has_head(self) -> bool:
        if self._head is None:
            end = self._octets.find(b"\r\n\r\n")
            if end < 0:
                return False
            self._head = _, _, headers = head_of(bytes(self._octets[:end]))
            self._place = end + 4
            self._is_chunked = headers.get("transfer-encoding").lower() == "chunked"
            self._length = int(headers.get("content-length") or 0)
        return True

    def _expects_to_be_asked(self) -> bool:
        if not self._has_head() or self.is_whole():
            return False
        return self._head is not None and self._head[2].get("expect").lower() == "100-continue"

    def sent(self) -> asyncio.Future[None]:
        """Done when all of it has been sent."""
        self._sent = asyncio.get_running_loop().create_future()
        return self._sent

    def _request(self) -> Request:
        assert self._head is not None  # noqa: S101 - it is whole
        method, target, headers = self._head
        body = bytes(self._octets[self._place :])
        if self._is_chunked:
            body = joined(body)
        if target.startswith("/"):  # else it is whole, as for a proxy
            target = f"{self._asked.url.origin()}{target}"
        return Request(method, target, headers, body, "aiohttp", patience=self._patience())

    def _patience(self) -> float | None:
        limits = [limit for limit in (self._timeout.sock_read, self._timeout.total) if limit]
        return min(limits, default=None)

    # The answer

    def answer(self) -> None:
        request = self._request()
        try:
            response = self._catch.answer(request)
        except OSError as error:
            self._fail(error)
            return
        self._protocol.data_received(written(response, request.method))
        if missing(response, request.method):
            self._lose(None)

    def _fail(self, error: OSError) -> None:
        """What a connection makes of a socket's error."""
        from aiohttp import ClientConnectorError, SocketTimeoutError  # noqa: PLC0415

        url = self._asked.url
        if isinstance(error, TimeoutError):
            late: TimeoutError = SocketTimeoutError("Timeout on reading data from socket")
            if self._timeout.sock_read != self._patience():
                late = TimeoutError()
            self._protocol.set_exception(late)
        elif isinstance(error, ConnectionRefusedError):
            failed = OSError(error.errno, f"Connect call failed ({url.host!r}, {url.port})")
            refused = ClientConnectorError(self._asked.connection_key, failed)
            self._protocol.set_exception(refused)
        else:
            self._lose(error)

    def _lose(self, error: OSError | None) -> None:
        """The connection ends, as soon as all that came has been read."""
        self._is_lost = self._is_paused
        if not self._is_lost:
            self._is_closed = True
            self._protocol.connection_lost(error)
