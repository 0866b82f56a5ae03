"""A connection that breaks as arranged looks to each HTTP client as one that really breaks: both
are made here, the real one on the loopback address.
"""

from __future__ import annotations

import asyncio
import http.client
import re
import socket
import struct
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, Final, Protocol

import aiohttp
import httpx
import pytest
import requests
import urllib3
from aliyunsdkcore.vendored import requests as vendored

from pytest_ramsts.intercept import Hosts, intercept
from pytest_ramsts.wire import Request, Response

PATIENCE: Final = 0.2
HOST: Final = "fault.aliyuncs.com"
BODY: Final = b'{"RequestId": "6894B13B-6D71-4EF5-88FA-F32781734A7F"}'


# What happens to the real connection


def reset(connection: socket.socket) -> None:
    # To linger for no time is to break off at once.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def truncated(connection: socket.socket) -> None:
    half = BODY[: len(BODY) // 2]
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), half))


def late(connection: socket.socket) -> None:
    connection.recv(1)  # until the client has had enough


# What our handle does


def handle_reset(_: Request) -> Response:
    raise ConnectionResetError(104, "Connection reset by peer")


def handle_truncated(_: Request) -> Response:
    return Response(200, (("Content-Length", str(len(BODY))),), BODY[: len(BODY) // 2])


def handle_late(_: Request) -> Response:
    raise TimeoutError("timed out")


def handle_refused(_: Request) -> Response:
    raise ConnectionRefusedError(111, "Connection refused")


FAULTS: Final[dict[str, tuple[Any, Any]]] = {
    "refused": (None, handle_refused),
    "reset": (reset, handle_reset),
    "truncated": (truncated, handle_truncated),
    "late": (late, handle_late),
}


# The clients


class Client(Protocol):
    def __call__(self, url: str) -> bytes: ...


def with_requests(url: str) -> bytes:
    return requests.get(url, timeout=PATIENCE).content


def with_vendored_requests(url: str) -> bytes:
    content: bytes = vendored.get(url, timeout=PATIENCE).content
    return content


def with_requests_retrying(url: str) -> bytes:
    with requests.Session() as session:
        retries = urllib3.Retry(2, backoff_factor=0)
        session.mount("http://", requests.adapters.HTTPAdapter(max_retries=retries))
        return session.get(url, timeout=PATIENCE).content


def with_vendored_requests_retrying(url: str) -> bytes:
    with vendored.Session() as session:
        session.mount("http://", vendored.adapters.HTTPAdapter(max_retries=1))
        content: bytes = session.get(url, timeout=PATIENCE).content
        return content


def with_httpx(url: str) -> bytes:
    return httpx.get(url, timeout=PATIENCE).content


def with_httpx_async(url: str) -> bytes:
    async def ask() -> bytes:
        async with httpx.AsyncClient(timeout=PATIENCE) as client:
            return (await client.get(url)).content

    return asyncio.run(ask())


def with_aiohttp(url: str) -> bytes:
    async def ask() -> bytes:
        timeout = aiohttp.ClientTimeout(sock_read=PATIENCE)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
            return await answer.read()

    return asyncio.run(ask())


def with_urllib3(url: str) -> bytes:
    pool = urllib3.PoolManager(retries=False)
    return pool.request("GET", url, timeout=PATIENCE).data


def with_urllib3_retrying(url: str) -> bytes:
    pool = urllib3.PoolManager(retries=urllib3.Retry(1, backoff_factor=0))
    return pool.request("GET", url, timeout=PATIENCE).data


def with_http_client(url: str) -> bytes:
    host, _, _ = url.partition("://")[2].partition("/")
    with closing(http.client.HTTPConnection(host, timeout=PATIENCE)) as connection:
        connection.request("GET", "/")
        return connection.getresponse().read()


def with_urllib(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        content: bytes = answer.read()
        return content


CLIENTS: Final[list[Client]] = [
    with_requests,
    with_vendored_requests,
    with_requests_retrying,
    with_vendored_requests_retrying,
    with_httpx,
    with_httpx_async,
    with_aiohttp,
    with_urllib3,
    with_urllib3_retrying,
    with_http_client,
    with_urllib,
]


@pytest.fixture
def really(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server that does with each connection what the test says; nobody there for None."""
    what: Callable[[socket.socket], None] | None = request.param
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        if what is None:
            server.close()
            yield url
            return
        thread = threading.Thread(target=_serve, args=(server, what))
        thread.start()
        yield url
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def _serve(server: socket.socket, what: Callable[[socket.socket], None]) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            received = b""
            while b"\r\n\r\n" not in received:
                received += connection.recv(65536)
            what(connection)


def outcome(ask: Client, url: str) -> str:
    """How a call ends: the exception, those it came from, and what it says; or what was read."""
    try:
        return f"read {ask(url)!r}"
    except Exception as error:  # noqa: BLE001 - whichever it is, it is compared
        kind = type(error)
        said = re.sub(r"127\.0\.0\.1|fault\.aliyuncs\.com", "HOST", str(error))
        said = re.sub(r"port=\d+|:\d{2,5}\b|, \d{2,5}(?=\))", "PORT", said)
        said = re.sub(r"<[\w.]+ object at 0x\w+>|HTTPConnection\([^)]*\)", "CONNECTION", said)
        return f"{kind.__module__}.{kind.__qualname__}: {said}"


@pytest.mark.parametrize("ask", CLIENTS)
@pytest.mark.parametrize(("really", "handle"), FAULTS.values(), ids=FAULTS, indirect=["really"])
def test_a_fault_looks_as_it_does_in_reality(
    ask: Client, really: str, handle: Callable[[Request], Response]
) -> None:
    expected = outcome(ask, really)
    with intercept(handle, Hosts()):
        assert outcome(ask, f"http://{HOST}/") == expected
