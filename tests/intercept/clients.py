# ruff: noqa: PLC0415 - a client is imported when it is used, and not before
"""How each HTTP client carries a signed call, for the matrix of `test_clients.py`.

Nothing here imports a client before it is used: `python -m tests.intercept.clients NAME` lets one
be imported only after the cloud is there, and prints what its calls were answered.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, Final

from pytest_ramsts import FakeCloud

from .signing import SignedCall, signed

_SYNC: Final = ("none", "bytes", "text", "file", "iterator")
_ASYNC: Final = ("none", "bytes", "text", "file", "async iterator")
_WITHOUT_FILES: Final = ("none", "bytes", "text", "async iterator")


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Client:
    """`send` carries a call with its body in one of the forms that the client takes."""

    module: str
    """What makes the client usable."""
    send: Callable[[SignedCall, Any], Answer | Awaitable[Answer]]
    bodies: tuple[str, ...] = _SYNC

    def call(self, call: SignedCall, body_kind: str) -> Answer:
        """Carry a call, in a loop of its own where the client is async."""
        with tempfile.TemporaryFile() as file:
            file.write(call.body)
            file.seek(0)
            answer = self.send(call, _body_as(body_kind, call.body, file))
            if isinstance(answer, Answer):
                return answer

            async def awaited() -> Answer:
                return await answer

            return asyncio.run(awaited())


def _body_as(kind: str, body: bytes, file: IO[bytes]) -> Any:
    """The same body in the various forms in which clients take one."""
    match kind:
        case "none":
            return None
        case "text":
            return body.decode()
        case "file":
            return file
        case "iterator":
            return _pieces(body)
        case "async iterator":
            return _async_pieces(body)
    return body


def _pieces(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 5):
        yield body[start : start + 5]


async def _async_pieces(body: bytes) -> AsyncIterator[bytes]:
    for piece in _pieces(body):
        await asyncio.sleep(0)
        yield piece


def _requests(call: SignedCall, body: Any) -> Answer:
    import requests

    with requests.Session() as session:
        got = session.request(call.method, call.url, data=body, headers=call.headers)
        return Answer(got.status_code, got.headers["Content-Type"], got.content)


def _requests_streamed(call: SignedCall, body: Any) -> Answer:
    import requests

    with requests.request(
        call.method, call.url, data=body, headers=call.headers, stream=True
    ) as got:
        return Answer(got.status_code, got.headers["Content-Type"], b"".join(got.iter_content(3)))


def _vendored(call: SignedCall, body: Any) -> Answer:
    from aliyunsdkcore.vendored import requests

    got = requests.request(call.method, call.url, data=body, headers=call.headers)
    return Answer(got.status_code, got.headers["Content-Type"], got.content)


def _urllib3(call: SignedCall, body: Any) -> Answer:
    import urllib3

    with urllib3.PoolManager() as pools:
        got = pools.request(call.method, call.url, body=body, headers=call.headers)
        return Answer(got.status, got.headers["Content-Type"], got.data)


def _urllib3_pool(call: SignedCall, body: Any) -> Answer:
    import urllib3

    with urllib3.HTTPSConnectionPool(call.host) as pool:
        got = pool.urlopen(call.method, call.target, body, call.headers, preload_content=False)
        return Answer(got.status, got.headers["Content-Type"], b"".join(got.stream(3)))


def _httpx(call: SignedCall, body: Any) -> Answer:
    import httpx

    with httpx.Client() as client:
        got = client.request(call.method, call.url, content=body, headers=call.headers)
        return Answer(got.status_code, got.headers["Content-Type"], got.content)


async def _httpx_async(call: SignedCall, body: Any) -> Answer:
    import httpx

    async with (
        httpx.AsyncClient() as client,
        client.stream(call.method, call.url, content=body, headers=call.headers) as got,
    ):
        pieces = [piece async for piece in got.aiter_bytes(3)]
        return Answer(got.status_code, got.headers["Content-Type"], b"".join(pieces))


async def _aiohttp(call: SignedCall, body: Any) -> Answer:
    import aiohttp

    async with (
        aiohttp.ClientSession() as session,
        session.request(call.method, call.url, data=body, headers=call.headers) as got,
    ):
        return Answer(got.status, got.headers["Content-Type"], await got.read())


async def _aiohttp_streamed(call: SignedCall, body: Any) -> Answer:
    import aiohttp

    async with aiohttp.ClientSession(headers=call.headers) as session:
        got = await session.request(call.method, call.url, data=body)
        pieces = [piece async for piece in got.content.iter_chunked(3)]
        return Answer(got.status, got.headers["Content-Type"], b"".join(pieces))


def _http_client(call: SignedCall, body: Any) -> Answer:
    import http.client

    connection = http.client.HTTPSConnection(call.host)
    connection.request(
        call.method, call.target, body, call.headers, encode_chunked=_has_no_length(body)
    )
    got = connection.getresponse()
    answer = Answer(got.status, got.headers["Content-Type"], got.read())
    connection.close()
    return answer


def _urllib_request(call: SignedCall, body: Any) -> Answer:
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    data = body.encode() if isinstance(body, str) else body
    request = Request(call.url, data, call.headers, method=call.method)
    try:
        with urlopen(request) as got:
            return Answer(got.status, got.headers["Content-Type"], got.read())
    except HTTPError as error:
        return Answer(error.code, error.headers["Content-Type"], error.read())


def _has_no_length(body: Any) -> bool:
    return body is not None and not isinstance(body, str | bytes)


CLIENTS: Final = {
    "http.client": Client("http.client", _http_client),
    "urllib.request": Client("urllib.request", _urllib_request),
    "urllib3": Client("urllib3", _urllib3),
    "urllib3 pool, streamed": Client("urllib3", _urllib3_pool),
    "requests": Client("requests", _requests),
    "requests, streamed": Client("requests", _requests_streamed),
    "aliyunsdkcore": Client("aliyunsdkcore.vendored.requests", _vendored),
    "httpx": Client("httpx", _httpx),
    "httpx, async and streamed": Client("httpx", _httpx_async, _WITHOUT_FILES),
    "aiohttp": Client("aiohttp", _aiohttp, _ASYNC),
    "aiohttp, streamed": Client("aiohttp", _aiohttp_streamed, _ASYNC),
}
"""In such an order that none imports one that comes after it."""


def rows(client: Client) -> list[tuple[str, str]]:
    return [("GET", "none"), *(("POST", kind) for kind in client.bodies)]


def created(cloud: FakeCloud, client: Client, method: str, body_kind: str, name: str) -> Answer:
    """Have RAM create a user: the name stands in the body where there is one, else in the query."""
    params = {"UserName": name, "DisplayName": "A b+c*d~é"}
    call = (
        signed(cloud.admin_key, "CreateUser", params, method=method)
        if body_kind == "none"
        else signed(cloud.admin_key, "CreateUser", form=params, method=method)
    )
    return client.call(call, body_kind)


def main(names: list[str]) -> None:
    late: dict[str, bool] = {}
    with FakeCloud() as cloud:
        for name in names:
            client = CLIENTS[name]
            late.setdefault(client.module, client.module not in sys.modules)
            for number, (method, kind) in enumerate(rows(client)):
                answer = created(cloud, client, method, kind, f"user-{number}-{len(cloud.calls)}")
                row = [name, method, kind, late[client.module], answer.status, answer.body.decode()]
                sys.stdout.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
