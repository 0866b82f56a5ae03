"""The cloud behind real HTTP ports on the loopback address, for other processes and languages.

A port answers for one service: most SDKs take `127.0.0.1:<port>` as an end point, and say nothing
in the request about which product they mean.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final

from pytest_ramsts.wire import Handle, Headers, Request, Response

__all__ = ["LOOPBACK", "Server", "served"]

LOOPBACK: Final = "127.0.0.1"
_LARGEST_BODY: Final = 512 * 1024 * 1024
_PATIENCE: Final = 30.0
"""Seconds that a client may keep a connection waiting in the middle of a request."""


class Server:
    """Ports that answer for services, each opened when it is first asked for."""

    def __init__(self, handle_for: Callable[[str], Handle]) -> None:
        self._handle_for = handle_for
        self._ports: dict[str, ThreadingHTTPServer] = {}

    def __repr__(self) -> str:
        return f"<Server on {LOOPBACK}: {', '.join(self._ports) or 'nothing yet'}>"

    def endpoint(self, service: str) -> str:
        """Where a service answers, as SDKs take it: `127.0.0.1:50123`. Plain HTTP."""
        if service not in self._ports:
            self._ports[service] = _start(self._handle_for(service))
        return f"{LOOPBACK}:{self._ports[service].server_address[1]}"

    def url(self, service: str) -> str:
        """The same as a URL: `http://127.0.0.1:50123`."""
        return f"http://{self.endpoint(service)}"

    def close(self) -> None:
        for port in self._ports.values():
            port.shutdown()
            port.server_close()
        self._ports.clear()


@contextmanager
def served(handle_for: Callable[[str], Handle]) -> Iterator[Server]:
    """Answer on ports for one block; `handle_for` gives what answers for a service."""
    server = Server(handle_for)
    try:
        yield server
    finally:
        server.close()


def _start(handle: Handle) -> ThreadingHTTPServer:
    class Handler(_Handler):
        answer = staticmethod(handle)

    port = _Port((LOOPBACK, 0), Handler)
    Thread(target=port.serve_forever, args=(0.02,), name="ramsts-server", daemon=True).start()
    return port


class _Port(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """A client that went away in the middle is no event; what goes wrong in us is recorded."""


class _BadRequestError(Exception):
    """A request that is no HTTP we can read; the text says why."""


class _Handler(BaseHTTPRequestHandler):
    """One connection: requests are read to their end, handed over, and answered."""

    protocol_version = "HTTP/1.1"
    timeout = _PATIENCE
    answer: Handle

    def handle_any(self) -> None:
        try:
            body = self._body()
        except _BadRequestError as error:
            self.send_error(HTTPStatus.BAD_REQUEST, str(error))
            return
        host = self.headers.get("Host", LOOPBACK)
        request = Request(
            self.command,
            f"http://{host}{self.path}",
            Headers(self.headers.items()),
            body,
            client="server",
            source_ip=str(self.client_address[0]),
        )
        self._send(self.answer(request))

    do_DELETE = do_GET = do_HEAD = do_OPTIONS = do_PATCH = do_POST = do_PUT = handle_any  # noqa: N815

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return b"".join(self._chunks())
        length = self.headers.get("Content-Length", "0").strip()
        if not (length.isascii() and length.isdecimal()) or int(length) > _LARGEST_BODY:
            raise _BadRequestError(f"Content-Length is `{length[:40]}`")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise _BadRequestError("the body ended before its Content-Length")
        return body

    def _chunks(self) -> Iterator[bytes]:
        total = 0
        while True:
            size = self.rfile.readline(100).partition(b";")[0].strip()
            try:
                length = int(size, 16)
            except ValueError:
                raise _BadRequestError("a chunk of the body has no length") from None
            total += length
            if length < 0 or total > _LARGEST_BODY:
                raise _BadRequestError("the body is too large")
            chunk = self.rfile.read(length)
            self.rfile.readline(10)
            if not length:
                return
            yield chunk

    def _send(self, response: Response) -> None:
        self.send_response_only(response.status)
        length = str(len(response.body))
        for name, value in response.headers:
            if name.lower() == "content-length" and self.command == "HEAD":
                length = value  # of the body that a GET would have
            if name.lower() not in ("connection", "content-length", "keep-alive"):
                self.send_header(name, value)
        self.send_header("Content-Length", length)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What cannot be read is refused in the gateway's way: no HTML, and no traceback."""
        del explain
        text = (message or HTTPStatus(code).phrase).replace("\\", "/").replace('"', "'")
        body = f'{{"Code":"InvalidParameter","Message":"{text}"}}'.encode("ascii", "replace")
        self.close_connection = True
        self.command = getattr(self, "command", None) or "GET"
        self.request_version = self.protocol_version  # else it would answer as HTTP/0.9: no head
        self._send(Response(code, (("Content-Type", "application/json;charset=utf-8"),), body))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's
        """Nothing: the journal knows."""
