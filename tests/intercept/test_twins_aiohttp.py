"""What a session of aiohttp can do, it does with the cloud as with a server."""

from __future__ import annotations

import asyncio
import gc
import io
import re
import ssl
import tempfile
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

import aiohttp
import pytest

from .twin import ANSWERS, HOST, OTHER, URL, assert_twins, faked, nothing, really

Use = Callable[[aiohttp.ClientSession], Awaitable[Any]]

pytestmark = pytest.mark.filterwarnings(
    "ignore:(The 'auth'|BasicAuth|The auth):DeprecationWarning",  # it still works
)


def assert_alike(use: Use, **session: Any) -> Any:
    """What was got, which is the same with both, and so is what they have seen."""

    def case() -> Any:
        async def run() -> Any:
            async with aiohttp.ClientSession(**session) as made:
                return await use(made)

        return asyncio.run(run())

    return assert_twins(case)


async def noticed(got: aiohttp.ClientResponse) -> dict[str, Any]:
    async with got:
        return {
            "status": got.status,
            "reason": got.reason,
            "url": str(got.url),
            "real_url": str(got.real_url),
            "host": got.host,
            "method": got.method,
            "headers": list(got.headers.items()),
            "raw_headers": got.raw_headers,
            "cookies": {name: morsel.OutputString() for name, morsel in got.cookies.items()},
            "history": [(past.status, str(past.url), past.method) for past in got.history],
            "version": got.version,
            "asked": (got.request_info.method, str(got.request_info.url)),
            "sent": _no_boundary(str(got.request_info.headers)),
            "type": (got.content_type, got.charset, got.content_length),
            "links": {rel: str(link["url"]) for rel, link in got.links.items()},
            "disposition": got.content_disposition,
            "ok": got.ok,
            "body": _no_boundary(await got.text("latin-1")),
            "encoding": got.get_encoding(),
        }


def _no_boundary(text: str) -> str:
    """It is chosen at random."""
    return re.sub(r"\b[0-9a-f]{32}\b", "BOUNDARY", text)


async def _pieces(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        await asyncio.sleep(0.001)
        yield piece


def _form() -> aiohttp.FormData:
    form = aiohttp.FormData({"name": "Zoé", "size": "1"})
    form.add_field("file", b"content", filename="a.txt", content_type="text/plain")
    return form


def _file() -> Any:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the library closes it
    file.write(b"in a file" * 1000)
    file.seek(0)
    return file


REQUESTS: Final[dict[str, tuple[str, str, Callable[[], dict[str, Any]]]]] = {
    "nothing": ("GET", "/echo", nothing),
    "nothing posted": ("POST", "/echo", nothing),
    "parameters": ("GET", "/echo?a=1", lambda: {"params": {"b": "2 +/é"}}),
    "a path to be quoted": ("GET", "/echo/é b%2Fc", nothing),
    "headers": ("GET", "/echo", lambda: {"headers": [("X-A", "1"), ("X-A", "2"), ("X-B", "é")]}),
    "headers left out": (
        "POST",
        "/echo",
        lambda: {"data": b"x", "skip_auto_headers": ["User-Agent", "Content-Type", "Accept"]},
    ),
    "cookies": ("GET", "/echo", lambda: {"cookies": {"a": "1", "b": "2 3", "c": 'x"y'}}),
    "json": ("POST", "/echo", lambda: {"json": {"a": ["é", None]}}),
    "a form": ("POST", "/echo", lambda: {"data": {"a": "1 2", "b": "é"}}),
    "a form with a file": ("POST", "/echo", lambda: {"data": _form()}),
    "text": ("PUT", "/echo", lambda: {"data": "é"}),
    "a file": ("PUT", "/echo", lambda: {"data": _file()}),
    "a buffer": ("PUT", "/echo", lambda: {"data": io.BytesIO(b"buffer")}),
    "pieces": ("PUT", "/echo", lambda: {"data": _pieces(b"in ", b"pieces 0\r\n\r\n")}),
    "pieces of a told length": (
        "PUT",
        "/echo",
        lambda: {"data": _pieces(b"in ", b"pieces"), "headers": {"Content-Length": "9"}},
    ),
    "chunks": ("PUT", "/echo", lambda: {"data": b"0\r\n\r\n", "chunked": True}),
    "deflated": ("POST", "/echo", lambda: {"data": b"x" * 999, "compress": True}),
    "packed": ("POST", "/echo", lambda: {"json": ["x"] * 99, "compress": "gzip"}),
    "packed pieces": ("POST", "/echo", lambda: {"data": _pieces(b"x", b"y"), "compress": "gzip"}),
    "packed before": (
        "POST",
        "/echo",
        lambda: {"data": b"packed", "headers": {"Content-Encoding": "gzip"}},
    ),
    "an expectation": ("PUT", "/echo", lambda: {"data": b"x" * 99, "expect100": True}),
    "an expectation of pieces": (
        "PUT",
        "/echo",
        lambda: {"data": _pieces(b"x", b"y"), "expect100": True},
    ),
    "who asks": ("GET", "/basic", lambda: {"auth": aiohttp.BasicAuth("alice", "secret")}),
    "a refusal": ("GET", "/basic", nothing),
    **ANSWERS,
    "OPTIONS": ("OPTIONS", "/echo", nothing),
    "503": ("GET", "/status/503", lambda: {"raise_for_status": False}),
    "answer that stays packed": ("GET", "/gzip", lambda: {"auto_decompress": False}),
    "an answer that grows": ("GET", "/zeros", nothing),
    "a small buffer": ("GET", "/large", lambda: {"read_bufsize": 1024}),
    "a charset": ("GET", "/lines", nothing),
    "moved, not followed": ("GET", "/moved/302", lambda: {"allow_redirects": False}),
    "HEAD moved": ("HEAD", "/moved/303", nothing),
    "moved to another host": (
        "GET",
        "/away",
        lambda: {"headers": {"Authorization": "x", "X-Kept": "1"}, "cookies": {"a": "1"}},
    ),
    "a time limit": ("GET", "/echo", lambda: {"timeout": aiohttp.ClientTimeout(30, 10, 10, 10)}),
    "no certificates": ("GET", "/echo", lambda: {"ssl": False}),
    "own certificates": ("GET", "/echo", lambda: {"ssl": ssl.create_default_context()}),
    "a proxy": ("POST", "/echo?a=b", lambda: {"proxy": "http://proxy.example:3128", "data": b"x"}),
    "a middleware of one's own": ("GET", "/echo", lambda: {"middlewares": (_adds_a_field,)}),
    "no middleware": ("GET", "/echo", lambda: {"middlewares": ()}),
} | {
    f"{method} moved, {status}": (method, f"/moved/{status}", lambda: {"data": b"body"})
    for method in ("POST", "PUT")
    for status in (301, 302, 303, 307, 308)
}


async def _adds_a_field(request: aiohttp.ClientRequest, handler: Any) -> Any:
    request.headers["X-Added"] = "yes"
    return await handler(request)


@pytest.mark.parametrize("what", REQUESTS)
def test_a_request_and_its_answer(what: str) -> None:
    method, path, options = REQUESTS[what]

    async def use(session: aiohttp.ClientSession) -> Any:
        return await noticed(await session.request(method, URL + path, **options()))

    assert_alike(use)


SESSIONS: Final[dict[str, Callable[[], dict[str, Any]]]] = {
    "headers": lambda: {"headers": {"X-Mine": "1", "User-Agent": "mine"}},
    "headers left out": lambda: {"skip_auto_headers": ["Accept-Encoding"]},
    "cookies": lambda: {"cookies": {"mine": "1"}},
    "who asks": lambda: {"auth": aiohttp.BasicAuth("alice", "secret")},
    "a base": lambda: {"base_url": f"{URL}/"},
    "packed answers": lambda: {"auto_decompress": False},
    "a version": lambda: {"version": aiohttp.HttpVersion10},
    "a proxy": lambda: {"proxy": "http://proxy.example:3128"},
    "a json of one's own": lambda: {"json_serialize": lambda _: '"mine"'},
    "middlewares": lambda: {"middlewares": (_adds_a_field,)},
    "a charset of one's own": lambda: {"fallback_charset_resolver": lambda *_: "latin-1"},
}


@pytest.mark.parametrize("what", SESSIONS)
def test_a_session_with(what: str) -> None:
    base = "" if what == "a base" else URL

    async def use(session: aiohttp.ClientSession) -> Any:
        return [
            await noticed(await session.get(f"{base}/gzip")),
            await noticed(await session.post(f"{base}/echo", json={"a": 1})),
            await noticed(await session.get(f"{base}/basic", raise_for_status=False)),
        ]

    assert_alike(use, **SESSIONS[what]())


def test_cookies_are_kept_and_sent_again() -> None:
    async def use(session: aiohttp.ClientSession) -> Any:
        for path in ("/cookies", "/moved/302", "/echo"):
            async with session.get(URL + path, cookies={"extra": "1"}):
                pass
        return sorted((cookie.key, cookie.value, cookie["domain"]) for cookie in session.cookie_jar)

    kept = assert_alike(use)

    assert kept == [("a", "1", HOST), ("b", "2 3", HOST), ("moved", "1", HOST)]


def test_no_cookies_are_kept_where_that_is_wished() -> None:
    async def use(session: aiohttp.ClientSession) -> Any:
        for path in ("/cookies", "/echo"):
            async with session.get(URL + path):
                pass
        return len(session.cookie_jar)

    def case() -> Any:
        async def run() -> Any:
            async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
                return await use(session)

        return asyncio.run(run())

    assert really(case) == faked(case)


async def _raises(session: aiohttp.ClientSession, path: str, **options: Any) -> Any:
    try:
        async with session.get(URL + path, **options) as got:
            await got.read()
            await got.json()
            return got.status
    except aiohttp.ClientError as error:
        said = [type(error), str(error), str(getattr(error, "request_info", ""))]
        if isinstance(error, aiohttp.ClientResponseError):
            history = [past.status for past in error.history]
            said += [error.status, error.message, list((error.headers or {}).items()), history]
        return said


async def _on_404(got: aiohttp.ClientResponse) -> None:
    if got.status == 404:
        await got.read()
        raise aiohttp.ClientPayloadError(f"as I said: {got.reason}")


@pytest.mark.parametrize("of_session", [False, True, _on_404])
@pytest.mark.parametrize("of_request", [None, False, True, _on_404])
def test_statuses_are_raised(of_session: Any, of_request: Any) -> None:
    async def use(session: aiohttp.ClientSession) -> Any:
        paths = ("/status/404", "/status/500", "/status/200", "/moved/302", "/lines", "/round")
        return [await _raises(session, path, raise_for_status=of_request) for path in paths]

    assert_alike(use, raise_for_status=of_session)


def _traces(notes: list[Any]) -> aiohttp.TraceConfig:
    config = aiohttp.TraceConfig()

    def note(name: str) -> Any:
        async def on(_: aiohttp.ClientSession, context: Any, params: Any) -> None:
            asked = getattr(params, "response", None), getattr(params, "exception", None)
            notes.append(
                (
                    name,
                    context.trace_request_ctx,
                    getattr(params, "method", None),
                    str(getattr(params, "url", None)),
                    getattr(asked[0], "status", None),
                    type(asked[1]),
                    getattr(params, "chunk", None),
                    sorted((getattr(params, "headers", None) or {}).items()),
                )
            )

        return on

    # What is not here tells of names and of connections that are used again.
    for name in (
        "on_request_start",
        "on_request_headers_sent",
        "on_request_chunk_sent",
        "on_request_redirect",
        "on_response_chunk_received",
        "on_request_end",
        "on_request_exception",
        "on_connection_create_start",
        "on_connection_create_end",
    ):
        getattr(config, name).append(note(name))
    return config


@pytest.mark.parametrize("path", ["/echo", "/moved/307", "/status/404", "/round", "/gzip"])
def test_traces_tell_the_same(path: str) -> None:
    def case() -> Any:
        notes: list[Any] = []

        async def run() -> Any:
            connector = aiohttp.TCPConnector(force_close=True)
            async with aiohttp.ClientSession(
                connector=connector, trace_configs=[_traces(notes)], raise_for_status=True
            ) as session:
                try:
                    async with session.post(
                        URL + path, data=b"body", trace_request_ctx="mine", max_redirects=3
                    ) as got:
                        await got.read()
                except aiohttp.ClientError as error:
                    notes.append(type(error))

        asyncio.run(run())
        return [
            note
            for note in notes
            if isinstance(note, type) or note[0] != "on_request_chunk_sent" or note[6]
        ]

    real, fake = really(case), faked(case)

    assert [_without_connection(note) for note in fake.got] == [
        _without_connection(note) for note in real.got
    ]
    assert len(real.got) > 4


def _without_connection(note: Any) -> Any:
    """A connector that keeps nothing says so in the request; ours is another connector."""
    if isinstance(note, type):
        return note
    return (*note[:7], [field for field in note[7] if field[0] != "Connection"])


def test_a_middleware_tries_again() -> None:
    """The library's own, for the digest that a server asks for."""
    if not hasattr(aiohttp, "DigestAuthMiddleware"):
        pytest.skip("this aiohttp has none")

    async def use(session: aiohttp.ClientSession) -> Any:
        digest = aiohttp.DigestAuthMiddleware("alice", "secret")
        async with session.get(f"{URL}/digest", middlewares=(digest,)) as got:
            return got.status, await got.text()

    def case() -> Any:
        async def run() -> Any:
            async with aiohttp.ClientSession() as session:
                return await use(session)

        return asyncio.run(run())

    with warnings.catch_warnings():
        # It lets go of the refusal unread, and so of a connection to a server that was slow.
        warnings.simplefilter("ignore", ResourceWarning)
        real, fake = really(case), faked(case)
        gc.collect()

    assert fake.got == real.got == (200, "welcome")
    assert len(fake.seen) == len(real.seen) == 2


def test_a_middleware_asks_twice() -> None:
    async def twice(request: aiohttp.ClientRequest, handler: Any) -> Any:
        (await handler(request)).close()
        return await handler(request)

    async def use(session: aiohttp.ClientSession) -> Any:
        return await noticed(await session.get(f"{URL}/echo", middlewares=(twice,)))

    assert_alike(use)


def test_answers_are_read_in_every_way() -> None:
    async def use(session: aiohttp.ClientSession) -> Any:
        read: list[Any] = []
        async with session.get(f"{URL}/lines") as got:
            read += [line async for line in got.content]
        async with session.get(f"{URL}/large") as got:
            read.append(b"".join([chunk async for chunk in got.content.iter_chunked(1000)]))
        async with session.get(f"{URL}/large") as got:
            read.append(b"".join([chunk async for chunk in got.content.iter_any()]))
        async with session.get(f"{URL}/lines") as got:
            read += [await got.content.readexactly(2), await got.content.readuntil(b"\n")]
            read += [await got.content.read(), got.content.at_eof()]
        async with session.get(f"{URL}/lines") as got:
            read += [await got.text(), await got.text("latin-1"), await got.read()]
        got = await session.get(f"{URL}/lines")
        await got.release()
        read.append(got.closed)
        try:
            await got.read()
        except aiohttp.ClientError as error:
            read.append((type(error), str(error)))
        return read

    assert_alike(use)


@pytest.mark.parametrize("size", [1000, 10_000_000])
def test_an_answer_that_breaks_off_breaks_off_where_it_is_read(size: int) -> None:
    async def use(session: aiohttp.ClientSession) -> Any:
        read = 0
        async with session.get(f"{URL}/broken", read_bufsize=size) as got:
            try:
                async for chunk in got.content.iter_any():
                    read += len(chunk)
                    await asyncio.sleep(0)
            except aiohttp.ClientPayloadError as error:
                return got.status, read if size == 1000 else None, type(error), str(error)

    assert_alike(use)


def test_a_body_that_fails_fails_the_call() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"some"
        raise ValueError("no more")

    async def use(session: aiohttp.ClientSession) -> Any:
        async with session.get(f"{URL}/echo"):
            pass
        try:
            async with session.put(f"{URL}/echo", data=broken()) as got:
                return got.status
        except aiohttp.ClientError as error:
            return type(error), type(error.__cause__), str(error.__cause__)

    assert_alike(use)


def test_a_call_that_is_given_up_is_given_up() -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.001)
            yield b"more"

    async def use(session: aiohttp.ClientSession) -> Any:
        async with session.get(f"{URL}/echo"):
            pass
        timeout = aiohttp.ClientTimeout(total=0.05)
        try:
            await session.put(f"{URL}/echo", data=endless(), timeout=timeout)
        except TimeoutError as error:
            return type(error)

    assert assert_alike(use) is TimeoutError


def test_many_at_once() -> None:
    async def use(session: aiohttp.ClientSession) -> Any:
        async def one(number: int) -> Any:
            async with session.post(f"{URL}/echo?{number:02}", data=_pieces(b"a", b"b")) as got:
                return await got.json()

        return await asyncio.gather(*map(one, range(20)))

    def case() -> Any:
        async def run() -> Any:
            async with aiohttp.ClientSession() as session:
                return await use(session)

        return asyncio.run(run())

    real, fake = really(case), faked(case)

    assert fake.got == real.got
    assert sorted(fake.seen) == sorted(real.seen)


def test_no_socket_is_upgraded() -> None:
    async def use(session: aiohttp.ClientSession) -> Any:
        try:
            await session.ws_connect(f"{URL}/echo")
        except aiohttp.WSServerHandshakeError as error:
            return error.status, error.message

    def case() -> Any:
        async def run() -> Any:
            async with aiohttp.ClientSession() as session:
                return await use(session)

        return asyncio.run(run())

    real, fake = really(case), faked(case)

    assert fake.got == real.got == (200, "Invalid response status")


@pytest.mark.parametrize("how", ["none", "context", "fingerprint"])
def test_certificates_are_nobodys_business(how: str) -> None:
    """Nobody is at the other end who could have one."""
    checks: Any = {
        "none": False,
        "context": ssl.create_default_context(),
        "fingerprint": aiohttp.Fingerprint(b"x" * 32),
    }[how]

    async def run() -> Any:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"https://{HOST}/echo", ssl=checks) as got,
        ):
            return got.status, str(got.url)

    fake = faked(lambda: asyncio.run(run()))

    assert fake.got == (200, f"https://{HOST}/echo")
    assert [seen.url for seen in fake.seen] == [f"https://{HOST}/echo"]


def test_a_redirect_may_lead_out_of_the_cloud_and_back() -> None:
    """The hosts are told apart at each step."""

    async def use(session: aiohttp.ClientSession) -> Any:
        return await noticed(await session.get(f"{URL}/away"))

    assert assert_alike(use)["url"] == f"{OTHER}/echo"


@pytest.mark.parametrize("what", ["json", "pieces", "an expectation of pieces"])
def test_a_loop_of_another_make_will_do(what: str) -> None:
    uvloop: Any = pytest.importorskip("uvloop")
    method, path, options = REQUESTS[what]

    async def run() -> Any:
        async with aiohttp.ClientSession() as session:
            return await noticed(await session.request(method, URL + path, **options()))

    theirs, plain = faked(lambda: uvloop.run(run())), faked(lambda: asyncio.run(run()))

    assert theirs == plain
    assert len(theirs.seen) == 1
