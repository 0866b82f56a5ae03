"""An answer arrives as it would from a server: without a body, packed, moved, in pieces."""

from __future__ import annotations

import asyncio
import gzip
import http.client
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.error import HTTPError
from urllib.request import Request as UrllibRequest
from urllib.request import build_opener, urlopen

import aiohttp
import httpx
import pytest
import requests
import urllib3
from aliyunsdkcore.vendored import requests as vendored

from pytest_ramsts.intercept import Hosts, intercept
from pytest_ramsts.wire import Handle, Request, Response

from .tripwire import Tripwire

URL: Final = "https://bucket.oss-cn-hangzhou.aliyuncs.com/key"
TEXT: Final = b"what was asked for " * 100
PACKED: Final = gzip.compress(TEXT)


@contextmanager
def answered_by(handle: Handle) -> Iterator[list[Request]]:
    seen: list[Request] = []

    def noted(request: Request) -> Response:
        seen.append(request)
        return handle(request)

    with intercept(noted, Hosts()), Tripwire() as wire:
        yield seen
    assert wire.tripped == []


Got = tuple[int, dict[str, str], bytes]
Ask = Callable[[str, str], Got]


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _requests(method: str, url: str) -> Got:
    got = requests.request(method, url, timeout=5)
    return got.status_code, _lower(got.headers), got.content


def _vendored(method: str, url: str) -> Got:
    got = vendored.request(method, url, timeout=5)
    return got.status_code, _lower(got.headers), got.content


def _urllib3(method: str, url: str) -> Got:
    with urllib3.PoolManager() as pools:
        got = pools.request(method, url)
        return got.status, _lower(got.headers), got.data


def _httpx(method: str, url: str) -> Got:
    got = httpx.request(method, url, follow_redirects=True)
    return got.status_code, _lower(got.headers), got.content


def _httpx_async(method: str, url: str) -> Got:
    async def ask() -> Got:
        async with httpx.AsyncClient(follow_redirects=True) as client:
            got = await client.request(method, url)
            return got.status_code, _lower(got.headers), got.content

    return asyncio.run(ask())


def _aiohttp(method: str, url: str) -> Got:
    async def ask() -> Got:
        async with aiohttp.ClientSession() as session, session.request(method, url) as got:
            return got.status, _lower(got.headers), await got.read()

    return asyncio.run(ask())


def _urllib(method: str, url: str) -> Got:
    try:
        with urlopen(UrllibRequest(url, method=method), timeout=5) as got:
            return got.status, _lower(got.headers), got.read()
    except HTTPError as error:
        with error:
            return error.code, _lower(error.headers), error.read()


def _http_client(method: str, url: str) -> Got:
    host, _, path = url.removeprefix("https://").partition("/")
    connection = http.client.HTTPSConnection(host)
    connection.request(method, f"/{path}")
    with connection.getresponse() as got:
        return got.status, _lower(got.headers), got.read()


ASKS: Final[dict[str, Ask]] = {
    "requests": _requests,
    "aliyunsdkcore": _vendored,
    "urllib3": _urllib3,
    "httpx": _httpx,
    "httpx, async": _httpx_async,
    "aiohttp": _aiohttp,
    "urllib.request": _urllib,
    "http.client": _http_client,
}
UNPACKING: Final = [name for name in ASKS if name not in ("urllib.request", "http.client")]
FOLLOWING: Final = [name for name in ASKS if name != "http.client"]


@pytest.mark.parametrize("client", ASKS)
def test_the_answer_to_head_has_the_headers_and_no_body(client: str) -> None:
    answer = Response(200, (("Content-Length", "4711"), ("ETag", '"x"')), b"a body by mistake")
    with answered_by(lambda _: answer):
        status, headers, body = ASKS[client]("HEAD", URL)

    assert (status, body) == (200, b"")
    assert headers["content-length"] == "4711"
    assert headers["etag"] == '"x"'


@pytest.mark.parametrize("client", UNPACKING)
def test_a_packed_answer_is_unpacked_by_those_who_do_that(client: str) -> None:
    answer = Response(200, (("Content-Encoding", "gzip"),), PACKED)
    with answered_by(lambda _: answer):
        assert ASKS[client]("GET", URL)[2] == TEXT


@pytest.mark.parametrize("client", ["urllib.request", "http.client"])
def test_a_packed_answer_stays_packed_for_the_others(client: str) -> None:
    answer = Response(200, (("Content-Encoding", "gzip"),), PACKED)
    with answered_by(lambda _: answer):
        assert ASKS[client]("GET", URL)[2] == PACKED


@pytest.mark.parametrize("client", ASKS)
def test_an_answer_in_chunks_arrives_whole(client: str) -> None:
    answer = Response(200, (("Transfer-Encoding", "chunked"),), TEXT)
    with answered_by(lambda _: answer):
        assert ASKS[client]("GET", URL)[2] == TEXT


@pytest.mark.parametrize("client", FOLLOWING)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(client: str, status: int) -> None:
    other = "https://bucket.oss-cn-beijing.aliyuncs.com/key?x=1"

    def handle(request: Request) -> Response:
        if request.host.startswith("bucket.oss-cn-hangzhou"):
            return Response(status, (("Location", other),))
        return Response(200, (), request.method.encode())

    with answered_by(handle) as seen:
        assert ASKS[client]("GET", URL)[0::2] == (200, b"GET")

    assert [request.url for request in seen] == [URL, other]


@pytest.mark.parametrize("client", ASKS)
@pytest.mark.parametrize("status", [200, 204, 304, 400, 403, 404, 409, 418, 429, 500, 503, 599])
def test_every_status_arrives(client: str, status: int) -> None:
    body = b"" if status in (204, 304) else b'{"Code":"Any"}'
    with answered_by(lambda _: Response(status, (("Content-Type", "application/json"),), body)):
        assert ASKS[client]("GET", URL)[0::2] == (status, body)


@pytest.mark.parametrize("client", ASKS)
def test_a_host_by_another_spelling_is_the_same_host(client: str) -> None:
    with answered_by(lambda request: Response(200, (), request.host.encode())):
        assert ASKS[client]("GET", "https://STS.aliyuncs.com:443/")[2] == b"sts.aliyuncs.com"


@pytest.mark.parametrize("client", ASKS)
def test_a_call_is_noted_once_and_says_who_made_it(client: str) -> None:
    with answered_by(lambda _: Response(200)) as seen:
        ASKS[client]("GET", URL)

    assert [request.client for request in seen] == [client.partition(",")[0]]
    assert seen[0].scheme == "https"
    assert seen[0].path == "/key"
    assert seen[0].method == "GET"


@pytest.mark.parametrize("client", [name for name in ASKS if name != "http.client"])
def test_a_proxy_of_the_environment_is_not_asked(
    client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://proxy.example.com:3128")
    # `urlopen` looks at the environment when it is first called, and keeps what it found.
    monkeypatch.setattr("urllib.request._opener", None)
    with answered_by(lambda request: Response(200, (), request.host.encode())):
        assert ASKS[client]("GET", URL)[2] == b"bucket.oss-cn-hangzhou.aliyuncs.com"
        assert ASKS[client]("GET", URL.replace("https", "http"))[2] == (
            b"bucket.oss-cn-hangzhou.aliyuncs.com"
        )


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_urllib3_is_told_of_is_not_asked(scheme: str) -> None:
    with (
        answered_by(lambda request: Response(200, (), request.url.encode())),
        urllib3.ProxyManager("http://proxy.example.com:3128") as pools,
    ):
        got = pools.request("GET", f"{scheme}://sts.aliyuncs.com/x")

        assert got.data.decode() == f"{scheme}://sts.aliyuncs.com/x"


def test_a_tunnel_through_a_proxy_is_not_dug() -> None:
    with answered_by(lambda request: Response(200, (), request.url.encode())):
        connection = http.client.HTTPSConnection("proxy.example.com", 3128)
        connection.set_tunnel("sts.aliyuncs.com", 443)
        connection.request("GET", "/x")

        assert connection.getresponse().read() == b"https://sts.aliyuncs.com/x"


# What one client has and others have not


def test_urllib3_tries_again_as_its_user_says() -> None:
    statuses = iter([503, 503, 200])
    with (
        answered_by(lambda request: Response(next(statuses), (), request.body)) as seen,
        urllib3.PoolManager(
            retries=urllib3.Retry(5, status_forcelist=[503], allowed_methods=None)
        ) as pools,
    ):
        got = pools.request("POST", URL, body=iter([b"in ", b"pieces"]))

    assert got.status == 200
    assert [request.body for request in seen] == [b"in pieces"] * 3


def test_urllib3_gives_up_as_its_user_says() -> None:
    retries = urllib3.Retry(1, status_forcelist=[503])
    with (
        answered_by(lambda _: Response(503)) as seen,
        urllib3.PoolManager(retries=retries) as pools,
        pytest.raises(urllib3.exceptions.MaxRetryError),
    ):
        pools.request("GET", URL)

    assert len(seen) == 2


def test_requests_tries_again_as_its_adapter_says() -> None:
    statuses = iter([503, 200])
    with answered_by(lambda _: Response(next(statuses))), requests.Session() as session:
        session.mount(
            "https://",
            requests.adapters.HTTPAdapter(max_retries=urllib3.Retry(2, status_forcelist=[503])),
        )

        assert session.get(URL).status_code == 200


def test_requests_tries_again_where_a_connection_breaks_as_its_adapter_says() -> None:
    def handle(request: Request) -> Response:
        if len(seen) < 3:
            raise ConnectionResetError(104, "Connection reset by peer")
        return Response(200, (), request.body)

    with answered_by(handle) as seen, requests.Session() as session:
        retries = urllib3.Retry(2, backoff_factor=0)
        session.mount("https://", requests.adapters.HTTPAdapter(max_retries=retries))

        assert session.put(URL, data=b"again").content == b"again"
        assert len(seen) == 3
        seen.clear()
        with pytest.raises(requests.ConnectionError, match="Connection aborted"):
            session.post(URL)  # may have been carried out
        assert len(seen) == 1


def test_an_adapter_of_ones_own_is_honoured() -> None:
    class Adapter(requests.adapters.HTTPAdapter):
        def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
            request.headers["X-Mine"] = "yes"
            return super().send(request, *args, **kwargs)

    with answered_by(lambda _: Response(200)) as seen, requests.Session() as session:
        session.mount("https://", Adapter())
        session.get(URL)

    assert seen[0].headers.get("x-mine") == "yes"


def test_a_transport_of_ones_own_is_left_alone() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(299))
    with answered_by(lambda _: Response(200)) as seen, httpx.Client(transport=transport) as client:
        assert client.get(URL).status_code == 299

    assert seen == []


def test_what_http_client_is_told_piece_by_piece_arrives() -> None:
    with answered_by(lambda request: Response(200, (), request.body)) as seen:
        connection = http.client.HTTPSConnection("mns.cn-hangzhou.aliyuncs.com")
        connection.connect()
        for _ in range(2):  # the connection is kept
            connection.putrequest("PUT", "/queues/q?x=1", skip_accept_encoding=True)
            connection.putheader("X-Mns-Version", "2015-06-06")
            connection.putheader("Transfer-Encoding", "chunked")
            connection.endheaders(iter([b"in ", b"pieces"]), encode_chunked=True)

            assert connection.getresponse().read() == b"in pieces"

    assert [(request.path, request.query) for request in seen] == [("/queues/q", "x=1")] * 2
    assert seen[0].headers.get("x-mns-version") == "2015-06-06"


def test_a_connection_class_that_connects_on_its_own_is_caught() -> None:
    """As that of aliyun-mns-sdk, which then turns to the socket."""

    class Connection(http.client.HTTPConnection):
        def connect(self) -> None:
            raise AssertionError

    with answered_by(lambda request: Response(200, (), request.url.encode())):
        connection = Connection("1.mns.cn-hangzhou.aliyuncs.com")
        connection.request("GET", "/queues")
        connection.sock.setsockopt(6, 1, 1)
        connection.sock.settimeout(3)

        assert connection.getresponse().read() == b"http://1.mns.cn-hangzhou.aliyuncs.com/queues"


def test_a_connection_that_outlives_its_cloud_is_cut() -> None:
    with answered_by(lambda _: Response(200)):
        connection = http.client.HTTPSConnection("sts.aliyuncs.com")
        connection.request("GET", "/")
        connection.getresponse().read()
    with pytest.raises(ConnectionResetError, match="fake cloud"):
        connection.request("GET", "/")

    with answered_by(lambda _: Response(299)):
        connection.close()
        connection.request("GET", "/")
        assert connection.getresponse().status == 299


def test_a_connection_goes_to_the_cloud_that_is_nearest_at_the_time() -> None:
    connection = http.client.HTTPSConnection("sts.aliyuncs.com")

    def status() -> int:
        connection.request("GET", "/")
        with connection.getresponse() as got:
            return got.status

    with answered_by(lambda _: Response(291)):
        assert status() == 291
        with answered_by(lambda _: Response(292)):
            assert status() == 292
            assert status() == 292
        assert status() == 291


def test_an_opener_of_ones_own_is_caught() -> None:
    with answered_by(lambda request: Response(200, (), request.headers.get("user-agent").encode())):
        opener = build_opener()
        opener.addheaders = [("User-Agent", "mine")]
        with opener.open(URL) as got:
            assert got.read() == b"mine"
            assert got.geturl() == URL


# aiohttp: what its users call


def ask_aiohttp(use: Callable[[aiohttp.ClientSession], Any], **session: Any) -> Any:
    async def run() -> Any:
        async with aiohttp.ClientSession(**session) as made:
            return await use(made)

    return asyncio.run(run())


def echoed(request: Request) -> Response:
    """What was asked, as JSON."""
    text = json.dumps(
        {
            "url": request.url,
            "method": request.method,
            "type": request.headers.get("content-type"),
            "body": request.body.decode("latin-1"),
        }
    )
    return Response(200, (("Content-Type", "application/json"),), text.encode())


@pytest.mark.parametrize(
    ("options", "content_type", "body"),
    [
        ({"json": {"a": 1}}, "application/json", '{"a": 1}'),
        ({"data": {"a": "1 2", "b": "é"}}, "application/x-www-form-urlencoded", "a=1+2&b=%C3%A9"),
        ({"data": b"x"}, "application/octet-stream", "x"),
        ({"data": "x"}, "text/plain; charset=utf-8", "x"),
        ({"data": b"x", "skip_auto_headers": ["Content-Type"]}, "", "x"),
        ({"data": b"x", "headers": {"content-type": "a/b"}}, "a/b", "x"),
    ],
)
def test_aiohttp_bodies_are_written_as_aiohttp_writes_them(
    options: dict[str, Any], content_type: str, body: str
) -> None:
    async def use(session: aiohttp.ClientSession) -> Any:
        async with session.post(URL, **options) as got:
            return await got.json()

    with answered_by(echoed):
        assert ask_aiohttp(use) == {
            "url": URL,
            "method": "POST",
            "type": content_type,
            "body": body,
        }


def test_aiohttp_sends_a_form_with_a_file() -> None:
    form = aiohttp.FormData()
    form.add_field("file", b"content", filename="a.txt")

    async def use(session: aiohttp.ClientSession) -> Any:
        async with session.post(URL, data=form) as got:
            return await got.json()

    with answered_by(echoed):
        got = ask_aiohttp(use)

    assert got["type"].startswith("multipart/form-data; boundary=")
    assert 'filename="a.txt"\r\n\r\ncontent\r\n' in got["body"]


def test_aiohttp_urls_are_put_together_as_aiohttp_does() -> None:
    async def use(session: aiohttp.ClientSession) -> list[str]:
        urls = []
        for url, params in (("/a", None), ("/a?b=1", {"c": "2 +"}), ("/a#end", None)):
            async with session.get(url, params=params) as got:
                urls.append((await got.json())["url"])
        return urls

    with answered_by(echoed):
        assert ask_aiohttp(use, base_url="https://oss.aliyuncs.com") == [
            "https://oss.aliyuncs.com/a",
            "https://oss.aliyuncs.com/a?b=1&c=2+%2B",
            "https://oss.aliyuncs.com/a",
        ]


def test_aiohttp_answers_can_be_read_in_every_way() -> None:
    async def use(session: aiohttp.ClientSession) -> None:
        got = await session.get(URL)
        assert (got.ok, got.status, got.reason, got.content_type) == (True, 200, "OK", "text/plain")
        assert (got.charset, got.method, str(got.url), got.host) == (
            "utf-8",
            "GET",
            URL,
            "bucket.oss-cn-hangzhou.aliyuncs.com",
        )
        assert got.request_info.method == "GET"
        assert await got.content.readline() == b"one\n"
        assert await got.content.readexactly(3) == b"two"
        assert await got.content.read(1) == b"\n"
        with pytest.raises(asyncio.IncompleteReadError):
            await got.content.readexactly(100)
        assert got.content.at_eof()
        await got.release()
        assert got.closed
        got = await session.get(URL)
        assert await got.text() == await got.text() == "one\ntwo\nthree"
        got.release()
        got = await session.get(URL)
        assert [line async for line in got.content] == [b"one\n", b"two\n", b"three"]
        got = await session.get(URL)
        assert [piece async for piece in got.content.iter_any()] == [b"one\ntwo\nthree"]
        got = await session.get(URL)
        assert [chunk async for chunk in got.content.iter_chunks()] == [(b"one\ntwo\nthree", False)]
        with pytest.raises(aiohttp.ContentTypeError):
            await got.json()

    answer = Response(200, (("Content-Type", "text/plain; charset=utf-8"),), b"one\ntwo\nthree")
    with answered_by(lambda _: answer):
        ask_aiohttp(use)


@pytest.mark.parametrize("where", ["session", "call", "answer"])
def test_aiohttp_raises_for_a_status_when_told_to(where: str) -> None:
    async def use(session: aiohttp.ClientSession) -> None:
        async with session.get(URL, raise_for_status=True if where == "call" else None) as got:
            got.raise_for_status()

    with (
        answered_by(lambda _: Response(404)),
        pytest.raises(aiohttp.ClientResponseError, match="404, message='Not Found'"),
    ):
        ask_aiohttp(use, raise_for_status=where == "session")


def test_aiohttp_does_not_go_round_for_ever() -> None:
    async def use(session: aiohttp.ClientSession) -> None:
        await session.get(URL)

    with (
        answered_by(lambda _: Response(302, (("Location", URL),))) as seen,
        pytest.raises(aiohttp.TooManyRedirects),
    ):
        ask_aiohttp(use)

    assert len(seen) == 10


def test_aiohttp_does_not_follow_when_told_so() -> None:
    async def use(session: aiohttp.ClientSession) -> int:
        async with session.get(URL, allow_redirects=False) as got:
            return got.status

    with answered_by(lambda _: Response(302, (("Location", URL),))):
        assert ask_aiohttp(use) == 302


def test_a_closed_aiohttp_session_stays_closed() -> None:
    async def use(session: aiohttp.ClientSession) -> None:
        await session.close()
        await session.get(URL)

    with answered_by(echoed), pytest.raises(RuntimeError, match="Session is closed"):
        ask_aiohttp(use)


@pytest.mark.parametrize("library", [requests, vendored], ids=["requests", "aliyunsdkcore"])
def test_a_cookie_is_kept_by_the_session_as_from_a_server(library: Any) -> None:
    def answer(_: Request) -> Response:
        return Response(200, (("Set-Cookie", "seen=1; Path=/"),), b"")

    session = library.Session()
    with answered_by(answer):
        session.get(URL, timeout=5)

    assert session.cookies.get_dict() == {"seen": "1"}


@pytest.mark.parametrize("form", ["bytes", "pieces"])
def test_what_fails_in_the_cloud_fails_in_aiohttp_as_itself(form: str) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        await asyncio.sleep(0.001)
        yield b"x"

    def handle(_: Request) -> Response:
        raise AssertionError("mine")

    async def use(session: aiohttp.ClientSession) -> None:
        await session.put(URL, data=b"x" if form == "bytes" else pieces())

    with answered_by(handle), pytest.raises(AssertionError, match="mine"):
        ask_aiohttp(use)


@pytest.mark.parametrize("size", [100, 999, 1000, None])
def test_what_has_been_read_to_its_end_is_let_go(size: int | None) -> None:
    """A list of calls keeps its responses: they must not keep what may be much memory."""
    with answered_by(lambda _: Response(200, (), b"x" * 1000)):
        got = requests.get(URL, stream=True)
        body: Any = got.raw._fp
        assert not body.closed

        read = b"".join(iter(lambda: got.raw.read(size), b""))

    assert len(read) == 1000
    assert body.closed
    assert got.raw.read() == b""
