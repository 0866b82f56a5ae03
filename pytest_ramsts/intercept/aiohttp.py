"""Catches `aiohttp`: a session's `_request`, through which every call of a session goes.

What it returns is a plain object of our own that answers to what a `ClientResponse` answers to: the
library's own are built anew by every release (aiohttp 3.14 broke the mocks that build them).
"""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator, Mapping
from http import HTTPStatus
from http.cookies import SimpleCookie
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, Self

from pytest_ramsts.intercept.catch import Catch, missing, reason_of
from pytest_ramsts.intercept.seam import Seam
from pytest_ramsts.wire import Headers, Request, Response

if TYPE_CHECKING:
    from multidict import CIMultiDict
    from yarl import URL

__all__ = ["Ask", "asked", "seams"]

Ask = Callable[..., Awaitable[Any]]
"""`ClientSession._request`."""


def seams(catch: Catch) -> Iterator[Seam]:
    from aiohttp import ClientSession  # noqa: PLC0415 - loaded already

    yield Seam(ClientSession, "_request", asked(catch))


def asked(catch: Catch) -> Callable[[Ask], Ask]:
    """The cloud's requests are answered here, and all others made."""

    def wrap(under: Ask) -> Ask:
        def _request(session: Any, method: str, str_or_url: Any, **options: Any) -> Awaitable[Any]:
            base = getattr(session, "_base_url", None)
            url = str_or_url if base is None else _joined(base, str_or_url)
            taken = catch.takes_url(url) if isinstance(url, str) else catch.takes(url.host or "")
            if not taken:
                return under(session, method, str_or_url, **options)
            return _answered(catch, session, method.upper(), _parsed(url), options)

        return _request

    return wrap


async def _answered(
    catch: Catch, session: Any, method: str, url: URL, options: dict[str, Any]
) -> Any:
    from aiohttp import RequestInfo  # noqa: PLC0415

    if session.closed:
        raise RuntimeError("Session is closed")
    params = options.pop("params", None)
    url = (url.extend_query(params) if params else url).with_fragment(None)
    headers, body = await _sent(session, url, options)
    patience = _patience(session, options)
    request = Request(
        method, str(url), Headers(headers.items()), body, "aiohttp", patience=patience
    )
    try:
        response = catch.answer(request)
    except OSError as error:
        raise _raised(error, url) from error
    await asyncio.sleep(0)  # as a call over a network would, let the loop turn
    answer = Answer(response, RequestInfo(url, method, _proxy(headers), url), session)
    location = answer.headers.get("Location") or answer.headers.get("URI")
    if location and answer.status in _REDIRECTS and options.get("allow_redirects", True):
        return await _followed(session, answer, url.join(_parsed(location)), body, options)
    decompress = options.get("auto_decompress")
    if session.auto_decompress if decompress is None else decompress:
        answer.decompress()
    check = options.get("raise_for_status")
    check = session.raise_for_status if check is None else check
    if callable(check):
        await check(answer)
    elif check:
        answer.raise_for_status()
    return answer


_REDIRECTS: Final = {301, 302, 303, 307, 308}
_OWN: Final = {"authorization", "cookie", "host"}
"""What is meant for one origin only."""


async def _followed(
    session: Any, answer: Answer, url: URL, body: bytes, options: dict[str, Any]
) -> Any:
    from aiohttp import TooManyRedirects  # noqa: PLC0415

    history: Any = (answer,)
    left = options.get("max_redirects", 10)
    if left == 1:
        raise TooManyRedirects(answer.request_info, history)
    method = answer.method
    if answer.status == 303 or (answer.status in (301, 302) and method == "POST"):  # noqa: PLR2004
        method, body = ("HEAD" if method == "HEAD" else "GET"), b""
    headers = dict(options.get("headers") or {})
    if url.origin() != answer.url.origin():
        headers = {name: value for name, value in headers.items() if name.lower() not in _OWN}
    options |= {
        "data": body or None,
        "headers": headers,
        "json": None,
        "max_redirects": left - 1 if left else 0,
    }
    answered = await session._request(method, url, **options)  # noqa: SLF001 - the seam itself
    if isinstance(answered, Answer):
        answered.history = (answer, *answered.history)
    return answered


def _patience(session: Any, options: Mapping[str, Any]) -> float | None:
    timeout: Any = options.get("timeout")
    timeout = timeout if hasattr(timeout, "sock_read") else session.timeout
    limits = [limit for limit in (timeout.sock_read, timeout.total) if limit]
    return min(limits, default=None)


def _raised(error: OSError, url: URL) -> Exception:
    """What a connection makes of a socket's error."""
    from aiohttp import ClientConnectorError, ClientOSError, SocketTimeoutError  # noqa: PLC0415

    if isinstance(error, TimeoutError):
        return SocketTimeoutError("Timeout on reading data from socket")
    if isinstance(error, ConnectionRefusedError):
        # Of the key of a connection, these are what the exception reads.
        key: Any = SimpleNamespace(host=url.host, port=url.port, ssl=True)
        failed = OSError(error.errno, f"Connect call failed ({url.host!r}, {url.port})")
        return ClientConnectorError(key, failed)
    return ClientOSError(error.errno, error.strerror)


# From aiohttp


def _joined(base: URL, str_or_url: Any) -> URL:
    url = _parsed(str_or_url)
    return url if url.absolute else base.join(url)


def _parsed(url: Any) -> URL:
    from yarl import URL  # noqa: PLC0415

    return url if isinstance(url, URL) else URL(url)


def _proxy(headers: CIMultiDict[str]) -> Any:
    from multidict import CIMultiDictProxy  # noqa: PLC0415

    return CIMultiDictProxy(headers)


async def _sent(
    session: Any, url: URL, options: Mapping[str, Any]
) -> tuple[CIMultiDict[str], bytes]:
    """The headers and the body, as aiohttp would send them."""
    from aiohttp import FormData  # noqa: PLC0415
    from aiohttp.payload import JsonPayload, LookupError, get_payload  # noqa: A004, PLC0415
    from multidict import CIMultiDict  # noqa: PLC0415

    headers: CIMultiDict[str] = CIMultiDict(session.headers or {})
    given = CIMultiDict(options.get("headers") or {})
    for name in set(given):
        headers.popall(name, None)
    headers.extend(given)
    headers.setdefault("Host", url.raw_authority.rpartition("@")[2])
    data, as_json = options.get("data"), options.get("json")
    if as_json is not None:
        data = JsonPayload(as_json, dumps=session.json_serialize)
    if data is None:
        return headers, b""
    if isinstance(data, FormData):
        data = data()
    try:
        payload = get_payload(data, disposition=None)
    except LookupError:
        payload = FormData(data)()  # type: ignore[arg-type]  # whatever else it takes
    skipped = {*(options.get("skip_auto_headers") or ()), *session.skip_auto_headers}
    skipped = {name.lower() for name in skipped}
    for name, value in (payload.headers or {}).items():
        if name.lower() not in skipped:
            headers.setdefault(name, value)
    sink = _Sink()
    await payload.write(sink)  # type: ignore[arg-type]  # takes what writes like a StreamWriter
    return headers, bytes(sink.written)


class _Sink:
    """What a payload writes itself to. Files are read by aiohttp, and not in the loop."""

    def __init__(self) -> None:
        self.written = bytearray()

    async def write(self, chunk: bytes | bytearray | memoryview) -> None:
        self.written += chunk

    async def drain(self) -> None: ...

    async def write_eof(self, chunk: bytes = b"") -> None:
        self.written += chunk


# To aiohttp


class Answer:
    """Stands where a `ClientResponse` would."""

    version: Final = (1, 1)
    connection: Final = None

    def __init__(self, response: Response, request: Any, session: Any) -> None:
        from multidict import CIMultiDict  # noqa: PLC0415

        self.status = response.status
        self.reason = reason_of(response.status)
        self.headers = _proxy(CIMultiDict(response.headers))
        self.raw_headers = tuple(
            (name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers
        )
        self.request_info = request
        self.method = request.method
        self.url = self.real_url = request.url
        self.host = request.url.host
        self.history: tuple[Answer, ...] = ()
        self.cookies: SimpleCookie = SimpleCookie()
        for cookie in self.headers.getall("Set-Cookie", ()):
            self.cookies.load(cookie)
        if self.cookies:
            session.cookie_jar.update_cookies(self.cookies, self.url)
        self.content = Content(response.body, missing(response, self.method))
        self.closed = False
        self._body: bytes | None = None

    def __repr__(self) -> str:
        return f"<Answer({self.url}) [{self.status} {self.reason}]>"

    def decompress(self) -> None:
        if self.headers.get("Content-Encoding", "").lower() in ("gzip", "x-gzip", "deflate"):
            self.content = Content(_inflated(self.content.rest()))

    @property
    def ok(self) -> bool:
        return self.status < HTTPStatus.BAD_REQUEST

    @property
    def content_type(self) -> str:
        written = self.headers.get("Content-Type", "application/octet-stream")
        return str(written).partition(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        _, found, charset = self.headers.get("Content-Type", "").lower().partition("charset=")
        return charset.partition(";")[0].strip(' "') if found else None

    @property
    def content_length(self) -> int | None:
        length = self.headers.get("Content-Length")
        return None if length is None else int(length)

    def get_encoding(self) -> str:
        return self.charset or "utf-8"

    async def read(self) -> bytes:
        if self._body is None:
            self._body = await self.content.read()
        return self._body

    async def text(self, encoding: str | None = None, errors: str = "strict") -> str:
        return (await self.read()).decode(encoding or self.get_encoding(), errors)

    async def json(
        self,
        *,
        encoding: str | None = None,
        loads: Callable[[str], Any] = json.loads,
        content_type: str | None = "application/json",
    ) -> Any:
        if content_type and not self._is(content_type):
            from aiohttp import ContentTypeError  # noqa: PLC0415

            raise ContentTypeError(
                self.request_info,
                self.history,  # type: ignore[arg-type]  # ours
                status=self.status,
                message=f"Attempt to decode JSON with unexpected mimetype: {self.content_type}",
                headers=self.headers,
            )
        text = (await self.text(encoding)).strip()
        return loads(text) if text else None

    def _is(self, content_type: str) -> bool:
        if content_type == "application/json" and self.content_type.endswith("+json"):
            return True
        return content_type in self.content_type

    def raise_for_status(self) -> None:
        if not self.ok:
            from aiohttp import ClientResponseError  # noqa: PLC0415

            raise ClientResponseError(
                self.request_info,
                self.history,  # type: ignore[arg-type]  # ours
                status=self.status,
                message=self.reason,
                headers=self.headers,
            )

    def release(self) -> Awaitable[None]:
        self.closed = True
        return _Done()

    def close(self) -> None:
        self.closed = True

    async def wait_for_close(self) -> None:
        self.closed = True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.closed = True


class _Done:
    """May be awaited, and need not."""

    def __await__(self) -> Generator[None, None, None]:
        return
        yield


class Content:
    """Stands where a `StreamReader` would: all of it has arrived, or all that ever will."""

    def __init__(self, body: bytes, lacking: int = 0) -> None:
        self._body = body
        self._lacking = lacking
        self._place = 0

    def rest(self) -> bytes:
        return self._body[self._place :]

    def _next(self, size: int) -> bytes:
        chunk = self._body[self._place :] if size < 0 else self._body[self._place :][:size]
        self._place += len(chunk)
        if self._lacking and (size < 0 or len(chunk) < size):
            raise self._broken()
        return chunk

    def _broken(self) -> Exception:
        from aiohttp import ClientPayloadError  # noqa: PLC0415

        came, whole = len(self._body), len(self._body) + self._lacking
        return ClientPayloadError(
            "Response payload is not completed: <ContentLengthError: 400, message='Not enough data"
            f" to satisfy content length header (received {came} of {whole} bytes).'>"
        )

    def at_eof(self) -> bool:
        return self._place >= len(self._body)

    is_eof = at_eof

    def exception(self) -> None:
        return None

    async def read(self, n: int = -1) -> bytes:
        return self._next(n)

    async def readany(self) -> bytes:
        return self._next(-1)

    def read_nowait(self, n: int = -1) -> bytes:
        return self._next(n)

    async def readexactly(self, n: int) -> bytes:
        chunk = self._next(n)
        if len(chunk) < n:
            raise asyncio.IncompleteReadError(chunk, n)
        return chunk

    async def readline(self) -> bytes:
        end = self._body.find(b"\n", self._place)
        return self._next(-1 if end < 0 else end + 1 - self._place)

    async def readchunk(self) -> tuple[bytes, bool]:
        return self._next(-1), True

    async def iter_chunked(self, n: int) -> AsyncIterator[bytes]:
        while chunk := self._next(n):
            yield chunk

    async def iter_any(self) -> AsyncIterator[bytes]:
        while chunk := self._next(-1):
            yield chunk

    async def iter_chunks(self) -> AsyncIterator[tuple[bytes, bool]]:
        while chunk := self._next(-1):
            yield chunk, True

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while line := await self.readline():
            yield line


def _inflated(body: bytes) -> bytes:
    if not body:
        return b""
    try:
        return zlib.decompress(body, wbits=47)  # gzip or zlib, whichever it is
    except zlib.error:
        return zlib.decompress(body, wbits=-15)  # some call the bare stream `deflate`
