"""Catches `http.client`, and whatever speaks through it: a connection to the cloud gets a socket of
ours, which takes the request as bytes and gives the answer back as bytes.

So both are written and read by the library itself, however its user goes about it (`request`,
`putrequest` and `send`, a subclass that connects on its own).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BufferedIOBase, BufferedReader, BytesIO
from typing import Any

from pytest_ramsts.intercept.catch import Catch
from pytest_ramsts.intercept.octets import head_of, joined, written
from pytest_ramsts.intercept.seam import Seam
from pytest_ramsts.wire import Request

__all__ = ["Line", "seams"]


def seams(catch: Catch) -> Iterator[Seam]:
    from http.client import HTTPConnection, HTTPSConnection  # noqa: PLC0415 - loaded already

    plain, secure = unmocked(HTTPConnection), unmocked(HTTPSConnection)

    def connecting(under: Callable[[Any], None]) -> Callable[[Any], None]:
        def connect(connection: Any) -> None:
            if catch.takes(_host(connection)):
                connection.sock = _line(catch, connection)
            else:
                under(connection)

        return connect

    def sending(under: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        def send(connection: Any, data: Any) -> None:
            # Whoever overrides `connect` comes by here, and so does a connection that was open
            # before.
            if catch.takes(_host(connection)) and not _is_answered(connection.sock, catch):
                if connection.sock is not None:
                    connection.sock.close()
                connection.sock = _line(catch, connection)
            under(connection, data)

        return send

    yield Seam(plain, "connect", connecting)
    yield Seam(secure, "connect", connecting)
    yield Seam(plain, "send", sending)


def unmocked(connection: Any) -> Any:
    """The class itself, also where vcrpy has put a double in its place."""
    return getattr(connection, "_baseclass", connection)


def _host(connection: Any) -> str:
    return str(getattr(connection, "_tunnel_host", None) or connection.host)


def _line(catch: Catch, connection: Any) -> Line:
    host = _host(connection)
    port = getattr(connection, "_tunnel_port", None) or connection.port
    scheme = "https" if connection.default_port == 443 else "http"  # noqa: PLR2004
    authority = host if port in (None, connection.default_port) else f"{host}:{port}"
    return Line(catch, f"{scheme}://{authority}", "http.client")


def _is_answered(sock: object, catch: Catch) -> bool:
    """Whether this cloud has the other end already, or a younger one."""
    return isinstance(sock, Line) and not sock.catch.over and sock.catch.number >= catch.number


class Line:
    """Stands where a socket would, at the cloud's end of it."""

    def __init__(self, catch: Catch, origin: str, client: str) -> None:
        self.catch = catch
        self._origin = origin
        self._client = client
        self._sent = bytearray()

    def sendall(self, data: Any) -> None:
        if self.catch.over:
            raise ConnectionResetError("the fake cloud of this connection is gone")
        self._sent += data

    def send(self, data: Any) -> int:
        self.sendall(data)
        return len(data)

    def makefile(self, *_: Any, **__: Any) -> BufferedIOBase:
        """The answer to what was sent."""
        sent, self._sent = bytes(self._sent), bytearray()
        request = _from_bytes(sent, self._origin, self._client)
        try:
            response = self.catch.answer(request)
        except OSError as error:
            return _Broken(error)
        answer: Any = BytesIO(written(response, request.method))
        return BufferedReader(answer)

    def settimeout(self, timeout: float | None) -> None: ...

    def gettimeout(self) -> float | None:
        return None

    def setsockopt(self, *_: Any) -> None: ...

    def shutdown(self, how: int) -> None: ...

    def close(self) -> None: ...


class _Broken(BytesIO):
    """An answer that does not come: reading it fails, as it does where a connection breaks."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self._error = error

    def readline(self, size: int | None = -1, /) -> bytes:
        del size
        raise self._error


def _from_bytes(sent: bytes, origin: str, client: str) -> Request:
    head, _, body = sent.partition(b"\r\n\r\n")
    method, target, headers = head_of(head)
    if headers.get("transfer-encoding").lower() == "chunked":
        body = joined(body)
    url = f"{origin}{target}" if target.startswith("/") else target  # whole, as for a proxy
    return Request(method, url, headers, body, client)
