"""Catches `urllib3` where it is used directly, as Table Store's SDK does.

Requests of `requests` come by here as well; those of the cloud have been answered before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

from pytest_ramsts.intercept.catch import Catch, drained, reason_of
from pytest_ramsts.intercept.seam import Seam
from pytest_ramsts.wire import Headers, Request

__all__ = ["seams"]

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
            whole = url if "://" in url else f"{pool.scheme}://{_authority(pool)}{url}"
            if not catch.takes_url(whole):
                return under(pool, method, url, body, headers, *args, **options)
            options.update(zip(_POSITIONAL, args, strict=False))
            return _answered(catch, pool, method, url, whole, drained(body), headers, options)

        return urlopen

    yield Seam(HTTPConnectionPool, "urlopen", wrap)


_POSITIONAL = ("retries", "redirect", "assert_same_host", "timeout", "pool_timeout", "release_conn")


def _answered(
    catch: Catch,
    pool: Any,
    method: str,
    url: str,
    whole: str,
    body: bytes,
    headers: Any,
    options: dict[str, Any],
) -> Any:
    from urllib3.exceptions import MaxRetryError  # noqa: PLC0415
    from urllib3.util.retry import Retry  # noqa: PLC0415

    if headers is None:
        headers = pool.headers
    redirect = options.get("redirect", True)
    retries = options.get("retries")
    if not isinstance(retries, Retry):
        retries = Retry.from_int(retries, redirect=redirect, default=pool.retries)
    sent = [(str(name), value) for name, value in headers.items()]
    if not any(name.lower() == "host" for name, _ in sent):
        sent.append(("Host", whole.partition("://")[2].partition("/")[0].partition("?")[0]))
    response = _to_urllib3(
        catch.answer(Request(method.upper(), whole, Headers(sent), body, "urllib3")),
        method,
        url,
        retries,
        options,
    )
    # What follows is what `urlopen` itself does with an answer.
    location = redirect and response.get_redirect_location()
    if not location and not retries.is_retry(
        method, response.status, bool(response.headers.get("Retry-After"))
    ):
        return response
    try:
        retries = retries.increment(method, url, response=response, _pool=pool)
    except MaxRetryError:
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


def _authority(pool: Any) -> str:
    default = {"http": 80, "https": 443}.get(pool.scheme)
    return pool.host if pool.port in (None, default) else f"{pool.host}:{pool.port}"


def _to_urllib3(response: Any, method: str, url: str, retries: Any, options: dict[str, Any]) -> Any:
    from urllib3._collections import HTTPHeaderDict  # noqa: PLC0415
    from urllib3.response import HTTPResponse  # noqa: PLC0415

    headers = HTTPHeaderDict()
    for name, value in response.headers:
        if name.lower() != "transfer-encoding":  # all of it has arrived
            headers.add(name, value)
    return HTTPResponse(
        body=BytesIO(response.body),
        headers=headers,
        status=response.status,
        version=11,
        reason=reason_of(response.status),
        preload_content=options.get("preload_content", True),
        decode_content=options.get("decode_content", True),
        retries=retries,
        request_method=method,
        request_url=url,
    )
