"""What the fake cloud costs who speaks to it through each HTTP client, and who speaks to others.

Run it with `python -m benchmarks.clients`. The floor of a row is the same call answered with the
same octets at the same place, without a cloud; both run in turn.
"""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from io import BytesIO
from timeit import repeat
from types import SimpleNamespace
from typing import Any, Final
from unittest.mock import patch
from urllib.request import AbstractHTTPHandler, Request, urlopen

import aiohttp
import httpx
import requests
import responses
import urllib3
from alibabacloud_sts20150401.client import Client
from alibabacloud_tea_openapi.models import Config
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.vendored.requests.adapters import HTTPAdapter
from aliyunsdksts.request.v20150401.GetCallerIdentityRequest import GetCallerIdentityRequest
from tablestore import AsyncOTSClient, OTSClient
from yarl import URL

from benchmarks.measure import Case, figure, interleaved, row
from pytest_ramsts import AccessKey, FakeCloud
from pytest_ramsts.intercept import Hosts, intercept
from pytest_ramsts.wire import Response
from tests.intercept.signing import SignedCall, signed

AT_A_SEAM: Final = 1.8
BY_RESPONSES: Final = 1.5
FOREIGN: Final = 1.0
"""Microseconds."""
PATCHES: Final = 100
"""Microseconds."""
IN_A_ROW: Final = 20
"""Calls that find the SDK's own code warm, which makes the floor cheaper."""

Call = Callable[[], object]
Floor = Callable[[Response], AbstractContextManager[Any]]


def main() -> None:
    for section in (calls, enter_and_leave, foreign_hosts):
        for line in section():
            print(line)


# A call


def calls() -> Iterator[str]:
    for name, (make, floor, bar) in CLIENTS.items():
        cloud = FakeCloud()
        call = make(cloud)
        with cloud:
            call()  # the answer that the floor repeats; and what clients build at their first call
            answer = cloud.calls.last.response
        assert answer.status == 200, answer.text
        canned, ours = compared(call, partial(floor, answer), cloud)
        if bar is not None:
            yield row(f"{name}, against a canned answer", ours / canned, bar)
            warm, warmed = compared(partial(_in_a_row, call), partial(floor, answer), cloud, 15)
            yield figure(f"{name}, {IN_A_ROW} in a row", warmed / warm, "×")
        yield figure(f"{name}, added", ours - canned)


def compared(
    call: Call,
    floor: Callable[[], AbstractContextManager[Any]],
    cloud: FakeCloud,
    rounds: int = 300,
) -> tuple[float, float]:
    """What the call takes with the floor, and with the cloud."""
    times = interleaved(
        {"canned": Case(call, floor), "cloud": Case(call, lambda: cloud)}, rounds=rounds
    )
    return times["canned"], times["cloud"]


def _in_a_row(call: Call) -> None:
    for _ in range(IN_A_ROW):
        call()


def identity(key: AccessKey) -> SignedCall:
    return signed(key, "GetCallerIdentity", host="sts.aliyuncs.com", version="2015-04-01")


def tea(key: AccessKey) -> Client:
    return Client(
        Config(access_key_id=key.id, access_key_secret=key.secret, endpoint="sts.aliyuncs.com")
    )


def by_tea(cloud: FakeCloud) -> Call:
    client = tea(cloud.admin_key)
    return lambda: client.get_caller_identity()  # noqa: PLW0108 - untyped


def by_core(cloud: FakeCloud) -> Call:
    key = cloud.admin_key
    client = AcsClient(key.id, key.secret, "cn-hangzhou")
    return lambda: client.do_action_with_exception(GetCallerIdentityRequest())


def by_table_store(cloud: FakeCloud) -> Call:
    instance = cloud.state("tablestore").create_instance("shop", cloud.account)
    client = OTSClient(instance.endpoint, cloud.admin_key.id, cloud.admin_key.secret, "shop")
    return lambda: client.list_table()  # noqa: PLW0108 - untyped


def by_table_store_async(cloud: FakeCloud) -> Call:
    instance = cloud.state("tablestore").create_instance("shop", cloud.account)
    loop = asyncio.new_event_loop()

    async def opened() -> AsyncOTSClient:
        key = cloud.admin_key
        return AsyncOTSClient(instance.endpoint, key.id, key.secret, "shop")

    client = loop.run_until_complete(opened())
    return lambda: loop.run_until_complete(client.list_table())


def by_tea_async(cloud: FakeCloud) -> Call:
    """One loop for all calls. The client makes a session, and its TLS context, anew for each."""
    client, loop = tea(cloud.admin_key), asyncio.new_event_loop()
    return lambda: loop.run_until_complete(client.get_caller_identity_async())


def by_aiohttp(cloud: FakeCloud) -> Call:
    loop = asyncio.new_event_loop()

    async def opened() -> aiohttp.ClientSession:
        return aiohttp.ClientSession()

    session = loop.run_until_complete(opened())

    async def ask() -> bytes:
        call = identity(cloud.admin_key)
        async with session.post(call.url, headers=call.headers) as got:
            return await got.read()

    return lambda: loop.run_until_complete(ask())


def by_urllib3(cloud: FakeCloud) -> Call:
    pools = urllib3.PoolManager()

    def ask() -> bytes:
        call = identity(cloud.admin_key)
        return pools.request("POST", call.url, headers=call.headers).data

    return ask


def by_httpx(cloud: FakeCloud) -> Call:
    client = httpx.Client()

    def ask() -> bytes:
        call = identity(cloud.admin_key)
        return client.post(call.url, headers=call.headers).content

    return ask


def by_httpx_async(cloud: FakeCloud) -> Call:
    client, loop = httpx.AsyncClient(), asyncio.new_event_loop()

    async def ask() -> bytes:
        call = identity(cloud.admin_key)
        return (await client.post(call.url, headers=call.headers)).content

    return lambda: loop.run_until_complete(ask())


def by_http_client(cloud: FakeCloud) -> Call:
    connection = http.client.HTTPSConnection("sts.aliyuncs.com")

    def ask() -> bytes:
        call = identity(cloud.admin_key)
        connection.close()
        connection.request("POST", call.target, headers=call.headers)
        return connection.getresponse().read()

    return ask


def by_urllib_request(cloud: FakeCloud) -> Call:
    def ask() -> bytes:
        call = identity(cloud.admin_key)
        with urlopen(Request(call.url, headers=call.headers, method="POST")) as got:
            return bytes(got.read())

    return ask


# Floors


def callback(answer: Response, **target: Any) -> AbstractContextManager[Any]:
    mock = responses.RequestsMock(assert_all_requests_are_fired=False, **target)
    canned = (answer.status, dict(answer.headers), answer.body)
    for method in ("GET", "POST"):
        mock.add_callback(method, "https://sts.aliyuncs.com/", lambda _: canned)
        mock.add_callback(method, "https://sts.cn-hangzhou.aliyuncs.com/", lambda _: canned)
    return mock


VENDORED: Final = {
    "target": "aliyunsdkcore.vendored.requests.adapters.HTTPAdapter.send",
    "real_adapter_send": HTTPAdapter.send,
}


def aiohttp_floor(answer: Response) -> AbstractContextManager[Any]:
    lines = "".join(f"{name}: {value}\r\n" for name, value in answer.headers)
    head = f"HTTP/1.1 200 OK\r\n{lines}Content-Length: {len(answer.body)}\r\n\r\n"
    octets = head.encode() + answer.body

    class Canned(asyncio.Transport):
        def write(self, data: Any) -> None:
            if b"\r\n\r\n" in data:
                protocol: Any = self.get_extra_info("protocol")
                # Not before the library waits for it.
                asyncio.get_running_loop().call_soon(protocol.data_received, octets)

        def is_closing(self) -> bool:
            return False

        def close(self) -> None: ...

    async def _create_connection(connector: Any, *_: Any) -> Any:
        protocol = connector._factory()  # noqa: SLF001 - as the interceptor does
        protocol.connection_made(Canned({"protocol": protocol}))
        protocol.force_close()
        return protocol

    return patch.object(aiohttp.TCPConnector, "_create_connection", _create_connection)


def urllib3_floor(answer: Response) -> AbstractContextManager[Any]:
    headers = dict(answer.headers)

    def urlopen(_: Any, method: str, url: str, **__: Any) -> urllib3.HTTPResponse:
        return urllib3.HTTPResponse(
            BytesIO(answer.body), headers, answer.status, request_method=method, request_url=url
        )

    return patch.object(urllib3.HTTPConnectionPool, "urlopen", urlopen)


def _httpx_answer(answer: Response) -> httpx.Response:
    return httpx.Response(
        answer.status, headers=answer.headers, stream=httpx.ByteStream(answer.body)
    )


def httpx_floor(answer: Response) -> AbstractContextManager[Any]:
    return patch.object(httpx.HTTPTransport, "handle_request", lambda *_: _httpx_answer(answer))


def httpx_async_floor(answer: Response) -> AbstractContextManager[Any]:
    async def handle_async_request(*_: Any) -> httpx.Response:
        return _httpx_answer(answer)

    return patch.object(httpx.AsyncHTTPTransport, "handle_async_request", handle_async_request)


def canned_socket(answer: Response) -> Any:
    lines = "".join(f"{name}: {value}\r\n" for name, value in answer.headers)
    octets = f"HTTP/1.1 200 OK\r\n{lines}\r\n".encode() + answer.body
    return SimpleNamespace(
        sendall=lambda _: None, makefile=lambda _: BytesIO(octets), close=lambda: None
    )


def http_client_floor(answer: Response) -> AbstractContextManager[Any]:
    def connect(connection: http.client.HTTPSConnection) -> None:
        connection.sock = canned_socket(answer)

    return patch.object(http.client.HTTPSConnection, "connect", connect)


def urllib_request_floor(answer: Response) -> AbstractContextManager[Any]:
    do_open = AbstractHTTPHandler.do_open

    def connection(host: str, **_: Any) -> http.client.HTTPConnection:
        made = http.client.HTTPConnection(host)
        made.sock = canned_socket(answer)
        return made

    return patch.object(
        AbstractHTTPHandler,
        "do_open",
        lambda self, _, request, **__: do_open(self, connection, request),
    )


CLIENTS: Final[dict[str, tuple[Callable[[FakeCloud], Call], Floor, float | None]]] = {
    "requests (tea SDK)": (by_tea, callback, BY_RESPONSES),
    "aliyunsdkcore": (by_core, partial(callback, **VENDORED), BY_RESPONSES),
    "aiohttp (tea SDK, async)": (by_tea_async, aiohttp_floor, AT_A_SEAM),
    "urllib3 (Table Store SDK)": (by_table_store, urllib3_floor, AT_A_SEAM),
    "aiohttp (Table Store SDK, async)": (by_table_store_async, aiohttp_floor, AT_A_SEAM),
    # No SDK that is here speaks through these, or speaks at all: what is left is the cloud itself.
    "aiohttp, signed by hand": (by_aiohttp, aiohttp_floor, None),
    "urllib3, signed by hand": (by_urllib3, urllib3_floor, None),
    "httpx, signed by hand": (by_httpx, httpx_floor, None),
    "httpx async, signed by hand": (by_httpx_async, httpx_async_floor, None),
    "http.client, signed by hand": (by_http_client, http_client_floor, None),
    "urllib.request, signed by hand": (by_urllib_request, urllib_request_floor, None),
}


# Patches


def enter_and_leave() -> Iterator[str]:
    times = interleaved({"ours": Case(_patched), "bare": Case(_bare)}, rounds=400)
    yield row("entering and leaving all patches", times["ours"], PATCHES, "µs")
    yield figure("one bare RequestsMock", times["bare"])


def _patched() -> None:
    with intercept(lambda _: Response(200), Hosts()):
        pass


def _bare() -> None:
    with responses.RequestsMock():
        pass


# Whoever speaks to others


def foreign_hosts() -> Iterator[str]:
    """What stands before the library's own function, which does nothing here."""
    url = "https://api.example.com/v1/things?a=1"
    prepared = requests.Request("GET", url).prepare()
    asked = httpx.Request("GET", url)
    pool = SimpleNamespace(scheme="https", host="api.example.com", port=443)
    to_connect: Any = (None, SimpleNamespace(url=URL(url)), [], None)
    seams: dict[str, tuple[Any, str, tuple[Any, ...]]] = {
        "requests": (requests.adapters.HTTPAdapter, "send", (None, prepared)),
        "urllib3": (urllib3.HTTPConnectionPool, "urlopen", (pool, "GET", "/v1/things?a=1")),
        "httpx": (httpx.HTTPTransport, "handle_request", (None, asked)),
        "aiohttp": (aiohttp.BaseConnector, "connect", to_connect),
    }
    for name, (owner, attribute, arguments) in seams.items():
        with _idle(owner, attribute):
            alone = _taken(getattr(owner, attribute), arguments)
            with intercept(lambda _: Response(200), Hosts()):
                ours = _taken(getattr(owner, attribute), arguments)
        yield row(f"{name}: a request to a foreign host, added", ours - alone, FOREIGN, "µs")


@contextmanager
def _idle(owner: Any, name: str) -> Iterator[None]:
    async def nothing_async(*_: Any, **__: Any) -> None:
        return None

    nothing: Any = nothing_async if name == "connect" else lambda *_, **__: None
    with patch.object(owner, name, nothing):
        yield


def _taken(function: Callable[..., Any], arguments: tuple[Any, ...], loops: int = 20_000) -> float:
    def call() -> None:
        made = function(*arguments)
        if made is not None:
            with suppress(StopIteration):
                made.send(None)

    return min(repeat(call, number=loops, repeat=7)) / loops * 1e6


if __name__ == "__main__":
    main()
