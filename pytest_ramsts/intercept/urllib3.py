"""Catches `urllib3` where it is used directly, as Table Store's SDK does.

Requests of `requests` come by here as well; those of the cloud have been answered before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from typing import Any, NamedTuple

from pytest_ramsts.intercept.catch import Catch, drained, missing, reason_of
from pytest_ramsts.intercept.seam import Seam
from pytest_ramsts.wire import Headers, Request
from pytest_ramsts.wire.message import authority_of

__all__ = ["Body", "patience_of", "seams"]

Open = Callable[..., Any]
"""`HTTPConnectionPool.urlopen`."""


def seams(catch: Catch) -> Iterator[Seam]:
    from urllib3.connectionpool import HTTPConnectionPool  # noqa: PLC0415 - loaded already

    def wrap(under: Open) -> Open:
        def urlopen(
            pool: Any,
            method: str,
            url: str,
            body: Any = None,
            headers: Any = None,
            *args: Any,
            **options: Any,
        ) -> Any:
            # A URL is whole where it goes to a proxy.
            taken = catch.takes(pool.host) if url.startswith("/") else catch.takes_url(url)
            if not taken:
                return under(pool, method, url, body, headers, *args, **options)
            if args:
                options.update(zip(_POSITIONAL, args, strict=False))
            return _answered(catch, pool, method, url, drained(body), headers, options)

        return urlopen

    yield Seam(HTTPConnectionPool, "urlopen", wrap)


_POSITIONAL = ("retries", "redirect", "assert_same_host", "timeout", "pool_timeout", "release_conn")


def _answered(
    catch: Catch,
    pool: Any,
    method: str,
    url: str,
    body: bytes,
    headers: Any,
    options: dict[str, Any],
) -> Any:
    library = _library()
    if url.startswith("/"):
        authority = _authority(pool)  # known here, so not read off the URL
        whole = f"{pool.scheme}://{authority}{url}"
    else:
        authority, whole = authority_of(url), url
    if headers is None:
        headers = pool.headers
    redirect = options.get("redirect", True)
    retries = options.get("retries")
    if not isinstance(retries, library.Retry):
        retries = library.Retry.from_int(retries, redirect=redirect, default=pool.retries)
    patience = patience_of(options.get("timeout", pool.timeout), pool.timeout)
    sent = Headers(headers.items(), host=authority)
    request = Request(method.upper(), whole, sent, body, "urllib3", patience=patience)
    # What follows is what `urlopen` itself does with a failure, and with an answer.
    try:
        response = _to_urllib3(catch.answer(request), method, url, retries, options)
    except (OSError, library.ProtocolError) as broken:
        error = _raised(broken, pool, url, patience) if isinstance(broken, OSError) else broken
        retries = retries.increment(method, url, error=error, _pool=pool, _stacktrace=None)
        retries.sleep()
        options["retries"] = retries
        return pool.urlopen(method, url, body or None, headers, **options)
    if response.status < _REDIRECTED and not retries.status_forcelist:
        return response
    location = redirect and response.get_redirect_location()
    if not location and not retries.is_retry(
        method, response.status, bool(response.headers.get("Retry-After"))
    ):
        return response
    try:
        retries = retries.increment(method, url, response=response, _pool=pool)
    except library.MaxRetryError:
        if retries.raise_on_redirect if location else retries.raise_on_status:
            response.drain_conn()
            raise
        return response
    response.drain_conn()
    retries.sleep(response)
    if location and response.status == 303:  # noqa: PLR2004 - See Other
        method, body = "GET", b""
        gone = ("content-type", "content-length", "transfer-encoding")
        headers = {name: value for name, value in headers.items() if name.lower() not in gone}
    options["retries"] = retries
    return pool.urlopen(method, location or url, body or None, headers, **options)


_REDIRECTED = 300
"""Answers from here on are looked at by the rules for redirects and retries."""


class _Library(NamedTuple):
    """What `urlopen` is made of."""

    HTTPHeaderDict: Any
    HTTPResponse: Any
    MaxRetryError: Any
    ProtocolError: Any
    Retry: Any


@cache
def _library() -> _Library:
    from urllib3._collections import HTTPHeaderDict  # noqa: PLC0415 - loaded already
    from urllib3.exceptions import MaxRetryError, ProtocolError  # noqa: PLC0415
    from urllib3.response import HTTPResponse  # noqa: PLC0415
    from urllib3.util.retry import Retry  # noqa: PLC0415

    return _Library(HTTPHeaderDict, HTTPResponse, MaxRetryError, ProtocolError, Retry)


def patience_of(timeout: Any, otherwise: Any = None) -> float | None:
    """How long an answer is waited for, of a number or of a `Timeout`. `otherwise` is for what is
    neither, by which urllib3 means that nothing was said.
    """
    if not hasattr(timeout, "clone"):
        if timeout is None or isinstance(timeout, int | float):
            return timeout
        return None if otherwise is None else patience_of(otherwise)
    if timeout.total is not None:  # it counts from when the connection was begun
        timeout = timeout.clone()
        timeout.start_connect()
    patience = timeout.read_timeout
    return patience if isinstance(patience, int | float) else None


def _raised(error: OSError, pool: Any, url: str, patience: float | None) -> Exception:
    """What `urlopen` makes of a socket's error."""
    from urllib3.exceptions import (  # noqa: PLC0415
        NewConnectionError,
        ProtocolError,
        ReadTimeoutError,
    )

    if isinstance(error, TimeoutError):
        return ReadTimeoutError(pool, url, f"Read timed out. (read timeout={patience})")
    if isinstance(error, ConnectionRefusedError):
        connection: Any = f"{pool.scheme.upper()}Connection(host='{pool.host}', port={pool.port})"
        return NewConnectionError(connection, f"Failed to establish a new connection: {error}")
    return ProtocolError("Connection aborted.", error)


def _authority(pool: Any) -> str:
    port = pool.port
    if port is None or port == _DEFAULT_PORTS.get(pool.scheme):
        return str(pool.host)
    return f"{pool.host}:{port}"


_DEFAULT_PORTS = {"http": 80, "https": 443}


def _to_urllib3(response: Any, method: str, url: str, retries: Any, options: dict[str, Any]) -> Any:
    library = _library()
    lacking = missing(response, method)
    headers = library.HTTPHeaderDict()
    for name, value in response.headers:
        headers.add(name, value)
    if "transfer-encoding" in headers:
        del headers["transfer-encoding"]  # all of it has arrived
    preload = options.get("preload_content", True)
    body: BytesIO = BytesIO(response.body) if preload else Body(response.body)
    answer = library.HTTPResponse(
        body=_Broken(response.body, lacking) if lacking else body,
        headers=headers,
        status=response.status,
        version=11,
        reason=reason_of(response.status),
        preload_content=preload,
        decode_content=options.get("decode_content", True),
        retries=retries,
        request_method=method,
        request_url=url,
    )
    if preload:
        body.close()
    return answer


class Body(BytesIO):
    """What came. Like the response of a connection it is closed when the end has been read, which
    frees what may be much memory, and reads on as if there were nothing more.
    """

    def __init__(self, body: bytes) -> None:
        super().__init__(body)
        self._size = len(body)

    def isclosed(self) -> bool:
        return self.closed

    def read(self, size: int | None = -1, /) -> bytes:
        return b"" if self.closed else self._till_the_end(super().read(size))

    def read1(self, size: int | None = -1, /) -> bytes:
        return b"" if self.closed else self._till_the_end(super().read1(size))

    def _till_the_end(self, chunk: bytes) -> bytes:
        if self.tell() >= self._size:
            self.close()
        return chunk


class _Broken(BytesIO):
    """What came before the connection broke off, which shows when all of it has been read."""

    def __init__(self, body: bytes, lacking: int) -> None:
        super().__init__(body)
        self._came = body
        self._lacking = lacking

    def read(self, size: int | None = -1, /) -> bytes:
        from http.client import IncompleteRead  # noqa: PLC0415 - loaded already

        chunk = super().read(size)
        if (size is None or size < 0 or not chunk) and size != 0:
            raise IncompleteRead(self._came, self._lacking)
        return chunk
