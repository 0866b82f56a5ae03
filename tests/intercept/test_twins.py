"""What the other clients can do, they do with the cloud as with a server."""

from __future__ import annotations

import gzip
import http.client
import http.cookiejar
import io
import re
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Final
from urllib.error import HTTPError

import anyio
import httpx
import pytest
import requests
import urllib3
from aliyunsdkcore.vendored import requests as vendored

from .twin import ANSWERS, HOST, LARGE, PORT, URL, assert_twins, faked, nothing, really

PACKED: Final = gzip.compress(b"packed by the caller", mtime=0)


def _pieces() -> Iterator[bytes]:
    yield b"in "
    yield b"pieces 0\r\n\r\n"


def _no_boundary(text: str) -> str:
    """It is chosen at random."""
    return re.sub(r"\b[0-9a-f]{32}\b", "BOUNDARY", text)


def _fields(headers: Any) -> list[tuple[str, str]]:
    return sorted((name.lower(), value) for name, value in headers.items())


BROKEN: Final[dict[str, Callable[[], Any]]] = {
    "requests": lambda: requests.get(f"{URL}/broken", timeout=5),
    "aliyunsdkcore": lambda: len(vendored.get(f"{URL}/broken", timeout=5).content),
    "urllib3": lambda: urllib3.PoolManager(retries=False).request("GET", f"{URL}/broken"),
    "httpx": lambda: httpx.get(f"{URL}/broken"),
    "urllib.request": lambda: urllib.request.urlopen(f"{URL}/broken", timeout=5).read(),
}


@pytest.mark.filterwarnings("ignore:.*unclosed:ResourceWarning")
@pytest.mark.parametrize("client", BROKEN)
def test_an_answer_that_breaks_off(client: str) -> None:
    def case() -> Any:
        try:
            return BROKEN[client]()
        except Exception as error:  # noqa: BLE001 - whichever it is, it is compared
            return type(error), str(error)

    assert_twins(case, "user-agent", "accept-encoding")


# requests

ADDED_BY_REQUESTS: Final = ("content-length",)


def _of_requests(got: Any) -> dict[str, Any]:
    return {
        "status": (got.status_code, got.reason, got.ok, got.is_redirect),
        "url": got.url,
        "headers": _fields(got.headers),
        "cookies": got.cookies.get_dict(),
        "history": [(past.status_code, past.url, past.content) for past in got.history],
        "sent": (got.request.method, got.request.url, _no_boundary(str(got.request.headers))),
        "links": got.links,
        "body": _no_boundary(got.content.decode("latin-1")),
        "encoding": (got.encoding, got.apparent_encoding),
        "next": got.next and got.next.url,
        "raw": (got.raw.status, got.raw.version, got.raw.reason, _fields(got.raw.headers)),
        "twice": got.raw.headers.getlist("x-twice"),
        "elapsed": type(got.elapsed),
    }


REQUESTS: Final[dict[str, tuple[str, str, Callable[[], dict[str, Any]]]]] = {
    "nothing": ("GET", "/echo", nothing),
    "nothing posted": ("POST", "/echo", nothing),
    "parameters": ("GET", "/echo?a=1", lambda: {"params": {"b": "2 +/é"}}),
    "headers": ("GET", "/echo", lambda: {"headers": {"X-A": "1", "X-B": b"\xe9"}}),
    "cookies": ("GET", "/echo", lambda: {"cookies": {"a": "1"}}),
    **ANSWERS,
    "json": ("POST", "/echo", lambda: {"json": {"a": ["é", None]}}),
    "a form": ("POST", "/echo", lambda: {"data": {"a": "1 2", "b": "é"}}),
    "a form with a file": (
        "POST",
        "/echo",
        lambda: {"data": {"a": "1"}, "files": {"f": ("a.txt", b"content", "text/plain")}},
    ),
    "text": ("PUT", "/echo", lambda: {"data": "text"}),
    "a buffer": ("PUT", "/echo", lambda: {"data": io.BytesIO(b"buffer")}),
    "pieces": ("PUT", "/echo", lambda: {"data": _pieces()}),
    "packed before": (
        "POST",
        "/echo",
        lambda: {"data": PACKED, "headers": {"Content-Encoding": "gzip"}},
    ),
    "an expectation": (
        "PUT",
        "/echo",
        lambda: {"data": b"x", "headers": {"Expect": "100-continue"}},
    ),
    "who asks": ("GET", "/basic", lambda: {"auth": ("alice", "secret")}),
    "a refusal": ("GET", "/basic", nothing),
    "OPTIONS": ("OPTIONS", "/echo", nothing),
    "599": ("GET", "/status/599", nothing),
    "a charset": ("GET", "/lines", nothing),
    "moved, not followed": ("GET", "/moved/302", lambda: {"allow_redirects": False}),
    "HEAD moved": ("HEAD", "/moved/303", lambda: {"allow_redirects": True}),
    "moved to another host": (
        "GET",
        "/away",
        lambda: {"headers": {"Authorization": "x", "X-Kept": "1"}, "cookies": {"a": "1"}},
    ),
    "time limits": ("GET", "/echo", lambda: {"timeout": (3, 10)}),
    "no certificates": ("GET", "/echo", lambda: {"verify": False}),
    "a proxy": ("POST", "/echo?a=b", lambda: {"proxies": {"http": "http://p.example:3128"}}),
} | {
    f"{method} moved, {status}": (method, f"/moved/{status}", lambda: {"data": b"body"})
    for method in ("POST", "PUT")
    for status in (301, 302, 303, 307, 308)
}


@pytest.mark.parametrize("library", [requests, vendored], ids=["requests", "aliyunsdkcore"])
@pytest.mark.parametrize("what", REQUESTS)
def test_a_request_of_requests_and_its_answer(library: Any, what: str) -> None:
    method, path, options = REQUESTS[what]

    def case() -> Any:
        with library.Session() as session:
            return _of_requests(session.request(method, URL + path, **options()))

    assert_twins(case, *ADDED_BY_REQUESTS)


@pytest.mark.parametrize("library", [requests, vendored], ids=["requests", "aliyunsdkcore"])
def test_a_session_of_requests(library: Any) -> None:
    """Its cookies, hooks and defaults."""

    class Token(library.auth.AuthBase):  # type: ignore[misc]
        def __call__(self, request: Any) -> Any:
            request.headers["X-Token"] = "mine"
            return request

    def case() -> Any:
        notes: list[Any] = []

        def hook(got: Any, **options: Any) -> None:
            notes.append((got.status_code, got.url, sorted(options)))

        with library.Session() as session:
            session.hooks["response"].append(hook)
            session.cookies.set("mine", "1", domain=HOST)
            session.headers["X-Mine"] = "1"
            session.auth = Token()
            session.params = {"p": "1"}
            for path in ("/cookies", "/moved/302", "/echo", "/status/404"):
                got = session.get(URL + path, hooks={"response": hook})
                notes.append(_of_requests(got))
            notes.append(sorted((kept.name, kept.value, kept.domain) for kept in session.cookies))
        return notes

    kept = assert_twins(case, *ADDED_BY_REQUESTS)[-1]

    assert [name for name, *_ in kept] == ["a", "b", "mine", "moved"]


@pytest.mark.parametrize("library", [requests, vendored], ids=["requests", "aliyunsdkcore"])
def test_a_digest_that_is_asked_for_is_given_by_requests(library: Any) -> None:
    """It is calculated anew each time, from a random number."""

    def case() -> Any:
        with library.Session() as session:
            session.auth = library.auth.HTTPDigestAuth("alice", "secret")
            got = session.get(f"{URL}/digest")
            return got.text, [past.status_code for past in got.history]

    real, fake = really(case), faked(case)

    assert fake.got == real.got == ("welcome", [401])
    assert len(fake.seen) == len(real.seen) == 2


@pytest.mark.parametrize("library", [requests, vendored], ids=["requests", "aliyunsdkcore"])
@pytest.mark.parametrize("path", ["/status/404", "/status/503", "/status/200", "/round"])
def test_requests_raises_for_a_status(library: Any, path: str) -> None:
    def case() -> Any:
        with library.Session() as session:
            session.max_redirects = 3
            try:
                session.get(URL + path).raise_for_status()
            except library.exceptions.RequestException as error:
                return type(error), str(error), error.response.status_code, error.request.url

    assert_twins(case, *ADDED_BY_REQUESTS)


READ_BY_REQUESTS: Final[dict[str, Callable[[Any], Any]]] = {
    "content": lambda got: got.content,
    "pieces": lambda got: list(got.iter_content(7)),
    "pieces of text": lambda got: list(got.iter_content(3, decode_unicode=True)),
    "lines": lambda got: list(got.iter_lines()),
    "raw": lambda got: (got.raw.read(5), got.raw.read()),
    "raw, unpacked": lambda got: got.raw.read(decode_content=True),
    "raw pieces": lambda got: list(got.raw.stream(11, decode_content=False)),
    "raw lines": lambda got: b"".join(got.raw),
    "raw, until it ends": lambda got: (got.raw.tell(), got.raw.read(), got.raw.tell()),
    "raw, in vain": lambda got: (got.raw.read(), got.raw.read(), got.raw.read(1)),
    "nothing": lambda got: got.close(),
    "twice": lambda got: (got.content, got.text),
}


@pytest.mark.parametrize("library", [requests, vendored], ids=["requests", "aliyunsdkcore"])
@pytest.mark.parametrize("path", ["/gzip", "/deflate", "/lines", "/status/204"])
@pytest.mark.parametrize("how", READ_BY_REQUESTS)
def test_requests_reads_a_stream(library: Any, path: str, how: str) -> None:
    def case() -> Any:
        with library.Session() as session, session.get(URL + path, stream=True) as got:
            return READ_BY_REQUESTS[how](got)

    assert_twins(case, *ADDED_BY_REQUESTS)


# urllib3

ADDED_BY_URLLIB3: Final = ("user-agent", "accept-encoding", "content-length", "transfer-encoding")


def _of_urllib3(got: Any) -> dict[str, Any]:
    return {
        "status": (got.status, got.reason, got.version),
        "headers": _fields(got.headers),
        "twice": got.headers.getlist("x-twice"),
        "url": got.geturl(),
        "body": _no_boundary(got.data.decode("latin-1")),
        "retries": [
            (past.method, past.url, past.status, past.redirect_location)
            for past in got.retries.history
        ],
        "closed": got.closed,
    }


URLLIB3: Final[dict[str, tuple[str, str, Callable[[], dict[str, Any]]]]] = {
    "nothing": ("GET", "/echo", nothing),
    "nothing posted": ("POST", "/echo", nothing),
    "fields": ("GET", "/echo?a=1", lambda: {"fields": {"b": "2 +/é"}}),
    "a form": ("POST", "/echo", lambda: {"fields": {"a": "1"}, "encode_multipart": False}),
    "a form with a file": ("POST", "/echo", lambda: {"fields": {"f": ("a.txt", b"content")}}),
    "json": ("POST", "/echo", lambda: {"json": {"a": 1}}),
    "headers": ("GET", "/echo", lambda: {"headers": {"X-A": "1", "x-b": "é"}}),
    "headers twice": (
        "GET",
        "/echo",
        lambda: {"headers": urllib3.HTTPHeaderDict([("X-A", "1"), ("X-A", "2")])},
    ),
    "headers of numbers and octets": (
        "GET",
        "/echo",
        lambda: {"headers": {"X-N": 5, b"X-B": b"\xe9"}},
    ),
    "who asks": (
        "GET",
        "/basic",
        lambda: {"headers": urllib3.make_headers(basic_auth="alice:secret", user_agent="mine")},
    ),
    "text": ("PUT", "/echo", lambda: {"body": "text"}),
    "a buffer": ("PUT", "/echo", lambda: {"body": io.BytesIO(b"buffer")}),
    "pieces": ("PUT", "/echo", lambda: {"body": _pieces()}),
    "chunks": ("PUT", "/echo", lambda: {"body": b"0\r\n\r\n", "chunked": True}),
    "packed before": (
        "POST",
        "/echo",
        lambda: {"body": PACKED, "headers": {"Content-Encoding": "gzip"}},
    ),
    **ANSWERS,
    "599": ("GET", "/status/599", nothing),
    "answer that stays packed": ("GET", "/gzip", lambda: {"decode_content": False}),
    "moved, not followed": ("GET", "/moved/302", lambda: {"redirect": False}),
    "moved to another host": (
        "GET",
        "/away",
        lambda: {"headers": {"Authorization": "x", "Cookie": "a=1", "X-Kept": "1"}},
    ),
    "time limits": ("GET", "/echo", lambda: {"timeout": urllib3.Timeout(3, 10)}),
} | {
    f"{method} moved, {status}": (method, f"/moved/{status}", lambda: {"body": b"body"})
    for method in ("POST", "PUT")
    for status in (301, 302, 303, 307, 308)
}


@pytest.mark.parametrize("what", URLLIB3)
def test_a_request_of_urllib3_and_its_answer(what: str) -> None:
    method, path, options = URLLIB3[what]

    def case() -> Any:
        with urllib3.PoolManager() as pools:
            return _of_urllib3(pools.request(method, URL + path, **options()))

    assert_twins(case, *ADDED_BY_URLLIB3)


READ_BY_URLLIB3: Final[dict[str, Callable[[Any], Any]]] = {
    "data": lambda got: got.data,
    "read": lambda got: (got.read(5), got.read(), got.read()),
    "read, packed": lambda got: got.read(decode_content=False),
    "read1": lambda got: b"".join(iter(lambda: got.read1(3), b"")),
    "stream": lambda got: b"".join(got.stream(7)),
    "lines": b"".join,
    "buffered": lambda got: got.read(decode_content=True, cache_content=True) == got.data,
    "wrapped": lambda got: io.BufferedReader(got).read(),
    "into a buffer": lambda got: got.readinto(bytearray(4)),
    "drained": lambda got: got.drain_conn(),
    "released": lambda got: got.release_conn(),
    "json": lambda got: got.status == 204 or len(got.data),
}


@pytest.mark.parametrize("path", ["/gzip", "/deflate", "/lines", "/status/204"])
@pytest.mark.parametrize("how", READ_BY_URLLIB3)
def test_urllib3_reads_a_stream(path: str, how: str) -> None:
    def case() -> Any:
        with urllib3.PoolManager() as pools:
            got = pools.request("GET", URL + path, preload_content=False)
            return READ_BY_URLLIB3[how](got), got.tell(), got.closed

    assert_twins(case, *ADDED_BY_URLLIB3)


# httpx


def _of_httpx(got: httpx.Response) -> dict[str, Any]:
    return {
        "status": (got.status_code, got.reason_phrase, got.http_version, got.is_success),
        "url": str(got.url),
        "headers": got.headers.raw,
        "cookies": dict(got.cookies),
        "history": [(past.status_code, str(past.url), past.content) for past in got.history],
        "sent": (got.request.method, str(got.request.url), _no_boundary(str(got.request.headers))),
        "links": got.links,
        "body": _no_boundary(got.content.decode("latin-1")),
        "encoding": (got.encoding, got.charset_encoding, got.text[:20] and "text"),
        "next": got.next_request and str(got.next_request.url),
        "counted": got.num_bytes_downloaded,
        "closed": (got.is_closed, got.is_stream_consumed),
        "elapsed": type(got.elapsed),
    }


HTTPX: Final[dict[str, tuple[str, str, Callable[[], dict[str, Any]]]]] = {
    "nothing": ("GET", "/echo", nothing),
    "nothing posted": ("POST", "/echo", nothing),
    "parameters": ("GET", "/echo", lambda: {"params": {"b": "2 +/é"}}),
    "headers": ("GET", "/echo", lambda: {"headers": [("X-A", "1"), ("X-A", "2")]}),
    "json": ("POST", "/echo", lambda: {"json": {"a": ["é", None]}}),
    "a form": ("POST", "/echo", lambda: {"data": {"a": "1 2", "b": "é"}}),
    "a form with a file": ("POST", "/echo", lambda: {"files": {"f": ("a.txt", b"content")}}),
    "text": ("PUT", "/echo", lambda: {"content": "é"}),
    "packed before": (
        "POST",
        "/echo",
        lambda: {"content": PACKED, "headers": {"Content-Encoding": "gzip"}},
    ),
    "an expectation": (
        "PUT",
        "/echo",
        lambda: {"content": b"x", "headers": {"Expect": "100-continue"}},
    ),
    "who asks": ("GET", "/basic", lambda: {"auth": ("alice", "secret")}),
    "a refusal": ("GET", "/basic", nothing),
    **ANSWERS,
    "OPTIONS": ("OPTIONS", "/echo", nothing),
    "599": ("GET", "/status/599", nothing),
    "a charset": ("GET", "/lines", nothing),
    "moved, not followed": ("GET", "/moved/302", lambda: {"follow_redirects": False}),
    "HEAD moved": ("HEAD", "/moved/303", nothing),
    "moved to another host": (
        "GET",
        "/away",
        lambda: {"headers": {"Authorization": "x", "X-Kept": "1"}},
    ),
    "time limits": ("GET", "/echo", lambda: {"timeout": httpx.Timeout(3, read=10)}),
} | {
    f"{method} moved, {status}": (method, f"/moved/{status}", lambda: {"content": b"body"})
    for method in ("POST", "PUT")
    for status in (301, 302, 303, 307, 308)
}


@pytest.mark.parametrize("what", HTTPX)
def test_a_request_of_httpx_and_its_answer(what: str) -> None:
    method, path, options = HTTPX[what]

    def case() -> Any:
        with httpx.Client(follow_redirects=True, cookies={"mine": "1"}) as client:
            return _of_httpx(client.request(method, URL + path, **options()))

    assert_twins(case)


@pytest.mark.parametrize("loop", ["asyncio", "trio"])
@pytest.mark.parametrize("what", HTTPX)
def test_a_request_of_async_httpx_and_its_answer(what: str, loop: str) -> None:
    method, path, options = HTTPX[what]

    async def ask() -> Any:
        async with httpx.AsyncClient(follow_redirects=True, cookies={"mine": "1"}) as client:
            return _of_httpx(await client.request(method, URL + path, **options()))

    assert_twins(lambda: anyio.run(ask, backend=loop))


@pytest.mark.parametrize("loop", ["asyncio", "trio"])
def test_pieces_are_sent_by_httpx(loop: str) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for piece in _pieces():
            yield piece

    async def ask() -> Any:
        async with httpx.AsyncClient() as client:
            return _of_httpx(await client.put(f"{URL}/echo", content=pieces()))

    def case() -> Any:
        with httpx.Client() as client:
            mine = _of_httpx(client.put(f"{URL}/echo", content=_pieces()))
        return mine, anyio.run(ask, backend=loop)

    assert_twins(case)


def test_a_client_of_httpx() -> None:
    """Its cookies, hooks and defaults."""

    class Token(httpx.Auth):
        def auth_flow(self, request: httpx.Request) -> Any:
            got = yield request
            request.headers["X-Token"] = str(got.status_code)
            yield request

    def case() -> Any:
        notes: list[Any] = []

        def asked(request: httpx.Request) -> None:
            notes.append((request.method, str(request.url), request.headers.raw))
            request.headers["X-Hook"] = "1"

        def answered(got: httpx.Response) -> None:
            notes.append((got.status_code, str(got.url), got.is_closed, got.read()))

        with httpx.Client(
            base_url=URL,
            auth=Token(),
            headers={"X-Mine": "1"},
            params={"p": "1"},
            event_hooks={"request": [asked], "response": [answered]},
            follow_redirects=True,
        ) as client:
            for path in ("/cookies", "/moved/302", "/echo", "/status/404"):
                got = client.get(path)
                notes.append(_of_httpx(got))
            notes.append(sorted(client.cookies.items()))
        return notes

    kept = assert_twins(case)[-1]

    assert [name for name, _ in kept] == ["a", "b", "moved"]


def test_a_digest_that_is_asked_for_is_given_by_httpx() -> None:
    """It is calculated anew each time, from a random number."""

    def case() -> Any:
        with httpx.Client(auth=httpx.DigestAuth("alice", "secret")) as client:
            got = client.get(f"{URL}/digest")
            return got.text, [past.status_code for past in got.history]

    real, fake = really(case), faked(case)

    assert fake.got == real.got
    assert fake.got[0] == "welcome"
    assert len(fake.seen) == len(real.seen) == 2


@pytest.mark.parametrize("path", ["/status/404", "/status/503", "/status/200", "/round"])
def test_httpx_raises_for_a_status(path: str) -> None:
    def case() -> Any:
        with httpx.Client(follow_redirects=True, max_redirects=3) as client:
            try:
                client.get(URL + path).raise_for_status()
            except (httpx.HTTPStatusError, httpx.TooManyRedirects) as error:
                return type(error), str(error), str(error.request.url)

    assert_twins(case)


READ_BY_HTTPX: Final[dict[str, Callable[[httpx.Response], Any]]] = {
    "read": lambda got: got.read(),
    "bytes": lambda got: list(got.iter_bytes(7)),
    "bytes as they come": lambda got: b"".join(got.iter_bytes()),
    "raw": lambda got: list(got.iter_raw(11)),
    "text": lambda got: list(got.iter_text(5)),
    "lines": lambda got: list(got.iter_lines()),
    "nothing": lambda got: got.close(),
}


@pytest.mark.parametrize("path", ["/gzip", "/deflate", "/lines", "/status/204"])
@pytest.mark.parametrize("how", READ_BY_HTTPX)
def test_httpx_reads_a_stream(path: str, how: str) -> None:
    def case() -> Any:
        with httpx.Client() as client, client.stream("GET", URL + path) as got:
            read = READ_BY_HTTPX[how](got)
            return read, got.num_bytes_downloaded, got.is_closed, got.is_stream_consumed

    assert_twins(case)


def test_a_stream_of_httpx_that_is_read_twice() -> None:
    def case() -> Any:
        with httpx.Client() as client, client.stream("GET", f"{URL}/lines") as got:
            first = list(got.iter_raw())
            with pytest.raises(httpx.StreamConsumed) as caught:
                list(got.iter_raw())
            return first, type(caught.value)

    assert_twins(case)


# http.client


def _of_http_client(got: http.client.HTTPResponse) -> dict[str, Any]:
    return {
        "status": (got.status, got.reason, got.version),
        "headers": got.getheaders(),
        "twice": got.headers.get_all("X-Twice"),
        "length": got.length,
        "body": got.read(),
        "closed": (got.isclosed(), got.will_close),
    }


HTTP_CLIENT: Final[dict[str, tuple[Any, ...]]] = {
    "nothing": ("GET", "/echo"),
    "nothing posted": ("POST", "/echo"),
    "headers": ("GET", "/echo", None, {"X-A": "1", "X-B": "é"}),
    "text": ("PUT", "/echo", "text"),
    "pieces of a told length": ("PUT", "/echo", [b"in ", b"pieces"], {"Content-Length": "9"}),
    "packed before": ("POST", "/echo", PACKED, {"Content-Encoding": "gzip"}),
    "HEAD": ("HEAD", "/large"),
    "204": ("GET", "/status/204"),
    "304": ("GET", "/status/304"),
    "404": ("DELETE", "/status/404"),
    "599": ("GET", "/status/599"),
    "packed answer": ("GET", "/gzip", None, {"Accept-Encoding": "gzip"}),
    "links": ("GET", "/linked"),
    "cookies set": ("GET", "/cookies"),
    "moved": ("GET", "/moved/302"),
}


@pytest.mark.parametrize("what", HTTP_CLIENT)
def test_a_request_of_http_client_and_its_answer(what: str) -> None:
    def case() -> Any:
        connection = http.client.HTTPConnection(HOST, PORT, timeout=5)
        try:
            got = []
            for arguments in (HTTP_CLIENT[what], ("GET", "/echo?again")):
                connection.request(*arguments)
                got.append(_of_http_client(connection.getresponse()))
            return got
        finally:
            connection.close()

    assert_twins(case)


def test_http_client_sends_in_chunks_and_reads_in_pieces() -> None:
    def case() -> Any:
        connection = http.client.HTTPConnection(HOST, PORT, timeout=5)
        try:
            for body in (_pieces(), io.BytesIO(b"buffer")):
                connection.request("PUT", "/echo", body, encode_chunked=True)
                with connection.getresponse() as got:
                    yield got.read(3), got.readline(4), got.read1(5), got.peek(1)[:1], got.read()
            connection.request("GET", "/lines")
            with connection.getresponse() as got:
                yield list(got)
            connection.request("GET", "/large")
            with connection.getresponse() as got:
                buffer = bytearray(len(LARGE))
                yield got.readinto(buffer[:10]), got.read() == LARGE[10:]
            connection.putrequest("PUT", "/echo", skip_host=True)
            connection.putheader("Host", f"{HOST}:{PORT}")
            connection.putheader("Content-Length", 4)
            connection.putheader("X-Many", "1", "2")
            connection.endheaders()
            connection.send(b"in")
            connection.send(b"to")
            with connection.getresponse() as got:
                yield got.read()
        finally:
            connection.close()

    assert_twins(lambda: list(case()))


# urllib.request


def _of_urllib(got: Any) -> dict[str, Any]:
    with got:
        return {
            "status": (got.status, got.reason, got.code, got.msg),
            "headers": got.getheaders(),
            "url": got.geturl(),
            "body": got.read(),
        }


URLLIB: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "nothing": ("/echo", {}),
    "headers": ("/echo", {"headers": {"X-A": "1", "User-agent": "mine"}}),
    "a form": ("/echo", {"data": b"a=1&b=2"}),
    "packed before": ("/echo", {"data": PACKED, "headers": {"Content-Encoding": "gzip"}}),
    "pieces": ("/echo", {"data": [b"in ", b"pieces"], "method": "PUT"}),
    "HEAD": ("/large", {"method": "HEAD"}),
    "204": ("/status/204", {}),
    "404": ("/status/404", {"method": "DELETE"}),
    "599": ("/status/599", {}),
    "packed answer": ("/gzip", {}),
    "links": ("/linked", {}),
    "moved": ("/moved/302", {}),
    "moved, posted": ("/moved/303", {"data": b"body"}),
    "moved, 307": ("/moved/307", {"data": b"body"}),
    "moved to another host": ("/away", {"headers": {"Authorization": "x"}}),
    "for ever": ("/round", {}),
    "who asks": ("/basic", {}),
}


@pytest.mark.parametrize("what", URLLIB)
def test_a_request_of_urllib_and_its_answer(what: str) -> None:
    path, options = URLLIB[what]

    def case() -> Any:
        passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, URL, "alice", "secret")
        kept = http.cookiejar.CookieJar()
        opener = urllib.request.build_opener(
            urllib.request.HTTPBasicAuthHandler(passwords),
            urllib.request.HTTPCookieProcessor(kept),
        )
        got: list[Any] = []
        for page, given in (("/cookies", {}), (path, options), ("/echo?again", {})):
            try:
                answer = opener.open(urllib.request.Request(URL + page, **given), timeout=5)
            except HTTPError as error:
                answer = error
                got.append(str(error))
            got.append(_of_urllib(answer))
        return got, sorted((cookie.name, cookie.value, cookie.domain) for cookie in kept)

    assert_twins(case)


def test_a_digest_that_is_asked_for_is_given_by_urllib() -> None:
    """It is calculated anew each time, from a random number."""

    def case() -> Any:
        passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, URL, "alice", "secret")
        opener = urllib.request.build_opener(urllib.request.HTTPDigestAuthHandler(passwords))
        return _of_urllib(opener.open(f"{URL}/digest", timeout=5))

    real, fake = really(case), faked(case)

    assert fake.got == real.got
    assert fake.got["body"] == b"welcome"
    assert len(fake.seen) == len(real.seen) == 2


def test_a_file_is_fetched_by_urllib() -> None:
    def case() -> Any:
        steps: list[Any] = []

        def note(*step: int) -> None:
            steps.append(step)

        _, headers = urllib.request.urlretrieve(f"{URL}/large", reporthook=note)
        urllib.request.urlcleanup()
        return sorted(headers.items()), steps

    assert_twins(case)
