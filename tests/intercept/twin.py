"""The same client code against a real server of this machine and against the fake: both have the
same name, and the same site behind it, so whatever differs is the interceptor's doing.
"""

from __future__ import annotations

import atexit
import gzip
import json
import re
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, NamedTuple
from unittest.mock import patch

from pytest_ramsts.intercept import Hosts, intercept
from pytest_ramsts.wire import Headers, Request, Response

_listener: Final = socket.create_server(("127.0.0.1", 0), backlog=128)
atexit.register(_listener.close)

HOST: Final = "twin.aliyuncs.com"
PORT: Final = _listener.getsockname()[1]
URL: Final = f"http://{HOST}:{PORT}"
OTHER: Final = f"http://other.aliyuncs.com:{PORT}"
TEXT: Final = b"what was asked for " * 100
LARGE: Final = bytes(range(256)) * 4096

Case = Callable[[], Any]
"""What an application does; it gives back all that it noticed."""


Page = Callable[[Request], Response]


class Seen(NamedTuple):
    """A request, as it reached the site."""

    method: str
    url: str
    headers: list[tuple[str, str]]
    body: bytes


class Outcome(NamedTuple):
    got: Any
    seen: list[Seen]


def assert_twins(case: Case, *below: str) -> Any:
    """What was got, which is the same with both, and so is what they have seen, but for the fields
    that a library adds `below` where it is caught.
    """
    real, fake = really(case), faked(case)

    assert fake.got == real.got
    assert _without(below, fake) == _without(below, real)
    assert real.seen
    return real.got


def _without(below: tuple[str, ...], outcome: Outcome) -> list[Seen]:
    return [
        seen._replace(headers=[field for field in seen.headers if field[0] not in below])
        for seen in outcome.seen
    ]


def nothing() -> dict[str, Any]:
    """No options beside the method and the URL."""
    return {}


ANSWERS: Final[dict[str, tuple[str, str, Callable[[], dict[str, Any]]]]] = {
    "HEAD": ("HEAD", "/large", nothing),
    "204": ("GET", "/status/204", nothing),
    "304": ("GET", "/status/304", nothing),
    "404": ("DELETE", "/status/404", nothing),
    "packed answer": ("GET", "/gzip", nothing),
    "deflated answer": ("GET", "/deflate", nothing),
    "links": ("GET", "/linked", nothing),
    "cookies set": ("GET", "/cookies", nothing),
}
"""What every client is answered, by a method and a path alone."""


def really(case: Case) -> Outcome:
    """Every name leads to the server."""
    with _served() as seen, patch.object(socket, "getaddrinfo", _all_lead_here):
        return Outcome(case(), seen)


def faked(case: Case) -> Outcome:
    seen: list[Seen] = []

    def handle(request: Request) -> Response:
        url = f"{request.scheme}://{request.authority}{request.path}"
        url += f"?{request.query}" * bool(request.query)
        seen.append(_seen(request.method, url, request.headers, request.body))
        return site(request)

    with intercept(handle, Hosts()):
        return Outcome(case(), seen)


def _seen(method: str, url: str, headers: Headers, body: bytes) -> Seen:
    fields = sorted((name.lower(), value) for name, value in headers)
    boundary = re.search(r"boundary=\"?([^\s\";]+)", headers.get("content-type"))
    if boundary is not None:  # chosen at random
        fields = [(name, value.replace(boundary[1], "BOUNDARY")) for name, value in fields]
        body = body.replace(boundary[1].encode(), b"BOUNDARY")
    return Seen(method, url, fields, body)


def site(request: Request) -> Response:
    """What stands behind both."""
    page = PAGES.get(request.path.split("/")[1])
    return page(request) if page else Response(404, (), b"no such page")


def _echo(request: Request) -> Response:
    text = json.dumps([request.method, request.query, request.body.decode("latin-1")])
    return Response(200, (("Content-Type", "application/json"),), text.encode())


def _status(request: Request) -> Response:
    status = request.path.rpartition("/")[2]
    headers = (("Content-Type", "application/json"), ("X-Request-Id", "4711"))
    return Response(int(status), headers, b"" if status in ("204", "304") else b'{"Code":"No"}')


def _moved(request: Request) -> Response:
    headers = (("Location", "/echo?moved"), ("Set-Cookie", "moved=1; Path=/"))
    return Response(int(request.path.rpartition("/")[2]), headers, b"moved")


def _guarded(request: Request, how: str) -> Response:
    if request.headers.get("authorization").lower().startswith(how):
        return Response(200, (), b"welcome")
    challenge = {
        "digest": 'Digest realm="r", nonce="n", qop="auth", algorithm=MD5, opaque="o"',
        "basic": 'Basic realm="r"',
    }[how]
    return Response(401, (("WWW-Authenticate", challenge),), b"who are you?")


def _page(body: bytes, *headers: tuple[str, str], status: int = 200) -> Page:
    return lambda _: Response(status, headers, body)


PAGES: Final[dict[str, Page]] = {
    "echo": _echo,
    "status": _status,
    "moved": _moved,
    "basic": lambda request: _guarded(request, "basic"),
    "digest": lambda request: _guarded(request, "digest"),
    "away": _page(b"", ("Location", f"{OTHER}/echo"), status=302),
    "round": _page(b"", ("Location", "/round"), status=302),
    "gzip": _page(gzip.compress(TEXT, mtime=0), ("Content-Encoding", "gzip")),
    "deflate": _page(zlib.compress(TEXT), ("Content-Encoding", "deflate")),
    "large": _page(LARGE, ("Content-Type", "application/octet-stream")),
    "zeros": _page(gzip.compress(bytes(8_000_000), mtime=0), ("Content-Encoding", "gzip")),
    "broken": _page(LARGE, ("Content-Length", str(len(LARGE) + 10))),
    "lines": _page(b"\xe9\nb\nc", ("Content-Type", "text/plain; charset=latin-1")),
    "cookies": _page(
        b"set", ("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", 'b="2 3"; Path=/; HttpOnly')
    ),
    "linked": _page(
        b"linked",
        ("Link", '</echo>; rel="next"'),
        ("Content-Disposition", 'attachment; filename="a.txt"'),
        ("X-Twice", "1"),
        ("X-Twice", "2"),
    ),
}


# The server


def _all_lead_here(*_: Any, **__: Any) -> list[Any]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", PORT))]


@contextmanager
def _served() -> Iterator[list[Seen]]:
    seen: list[Seen] = []

    class Handler(_Handler):
        notes = seen

    server = _Server(("127.0.0.1", PORT), Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = _listener.dup()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients may go away."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    notes: list[Seen]

    def handle_any(self) -> None:
        pairs = self.headers.items()
        headers = Headers((name, value.replace("\r\n\t", " ")) for name, value in pairs)
        body = self._body()
        url = self.path if "://" in self.path else f"http://{headers.get('host')}{self.path}"
        request = Request(self.command, url, headers, body)
        self.notes.append(_seen(self.command, url, headers, body))
        response = site(request)
        self.send_response_only(response.status)
        for name, value in response.headers:
            self.send_header(name, value)
        if any(name == "Content-Length" for name, _ in response.headers):
            self.close_connection = True  # it is a lie
        elif response.status not in (204, 304):
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    do_DELETE = do_GET = do_HEAD = do_OPTIONS = do_PATCH = do_POST = do_PUT = handle_any  # noqa: N815

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        body = b""
        while length := int(self.rfile.readline(), 16):
            body += self.rfile.read(length)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's
        """Nothing."""
