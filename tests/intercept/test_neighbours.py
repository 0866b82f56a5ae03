"""Other mocks in the same test, in both orders: the cloud's hosts are ours, the rest is theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import aiohttp
import httpx
import pytest
import requests
import requests_mock
import responses
import respx
import urllib3
import vcr

from pytest_ramsts import FakeCloud

from .clients import CLIENTS, created
from .tripwire import Tripwire

THEIRS: Final = "https://example.com/"
CASSETTE: Final = """
interactions:
- request: {body: null, headers: {}, method: GET, uri: "https://example.com/"}
  response:
    body: {string: theirs}
    headers: {Content-Type: [text/plain]}
    status: {code: 200, message: OK}
version: 1
"""


@contextmanager
def _responses() -> Iterator[None]:
    with responses.RequestsMock() as mock:
        mock.get(THEIRS, body="theirs")
        yield


@contextmanager
def _responses_of_the_module() -> Iterator[None]:
    """As `@responses.activate` does it."""
    with responses.mock as mock:
        mock.get(THEIRS, body="theirs")
        yield


@contextmanager
def _requests_mock() -> Iterator[None]:
    with requests_mock.Mocker() as mock:
        mock.get(THEIRS, text="theirs")
        yield


@contextmanager
def _respx(using: str) -> Iterator[None]:
    with respx.mock(using=using) as mock:
        mock.get(THEIRS).respond(text="theirs")
        yield


@contextmanager
def _vcr(folder: Path) -> Iterator[None]:
    """A cassette that may not be added to."""
    cassette = folder / "theirs.yaml"
    cassette.write_text(CASSETTE)
    with vcr.use_cassette(str(cassette), record_mode="none", allow_playback_repeats=True):
        yield
    assert "aliyuncs" not in cassette.read_text()


def _by_requests() -> str:
    return requests.get(THEIRS, timeout=5).text


def _by_urllib3() -> str:
    with urllib3.PoolManager() as pools:
        return pools.request("GET", THEIRS).data.decode()


def _by_httpx() -> str:
    return httpx.get(THEIRS).text


def _by_httpx_async() -> str:
    async def get() -> str:
        async with httpx.AsyncClient() as client:
            return (await client.get(THEIRS)).text

    return asyncio.run(get())


def _by_aiohttp() -> str:
    async def get() -> str:
        async with aiohttp.ClientSession() as session, session.get(THEIRS) as got:
            return await got.text()

    return asyncio.run(get())


Get = Callable[[], str]

REQUESTS: Final[tuple[Get, ...]] = (_by_requests,)
HTTPX: Final[tuple[Get, ...]] = (_by_httpx, _by_httpx_async)

NEIGHBOURS: Final[
    dict[str, tuple[Callable[[Path], AbstractContextManager[None]], tuple[Get, ...]]]
] = {
    "responses": (lambda _: _responses(), REQUESTS),
    "responses.mock": (lambda _: _responses_of_the_module(), REQUESTS),
    "requests_mock": (lambda _: _requests_mock(), REQUESTS),
    "respx": (lambda _: _respx("httpcore"), HTTPX),
    "respx above the transports": (lambda _: _respx("httpx"), HTTPX),
    "vcr": (_vcr, (_by_requests, _by_urllib3, *HTTPX, _by_aiohttp)),
}


@pytest.fixture(params=["ours first", "theirs first"])
def order(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@contextmanager
def both(order: str, theirs: AbstractContextManager[Any]) -> Iterator[FakeCloud]:
    with ExitStack() as stack, Tripwire() as wire:
        if order == "theirs first":
            stack.enter_context(theirs)
        cloud = stack.enter_context(FakeCloud())
        if order == "ours first":
            stack.enter_context(theirs)
        yield cloud
        assert wire.tripped == []


@pytest.mark.parametrize("neighbour", NEIGHBOURS)
def test_each_answers_its_own(neighbour: str, order: str, tmp_path: Path) -> None:
    theirs, gets = NEIGHBOURS[neighbour]
    with both(order, theirs(tmp_path)) as cloud:
        for number, client in enumerate(CLIENTS.values()):
            answer = created(cloud, client, "POST", "bytes", f"user-{number}")

            assert answer.status == 200, answer.body
        assert [get() for get in gets] == ["theirs"] * len(gets)

    assert len(cloud.calls) == len(CLIENTS)


@pytest.mark.parametrize("neighbour", NEIGHBOURS)
def test_both_leave_everything_as_it_was(neighbour: str, order: str, tmp_path: Path) -> None:
    def attributes() -> list[Any]:
        return [
            requests.adapters.HTTPAdapter.send,
            requests.Session.send,
            requests.Session.get_adapter,
            responses.RequestsMock.unbound_on_send,
            requests_mock.Adapter.send,
            httpx.HTTPTransport.handle_request,
            httpx.AsyncHTTPTransport.handle_async_request,
            aiohttp.ClientSession._request,
            urllib3.HTTPConnectionPool.urlopen,
            respx.Router.handler,
            vcr.cassette.Cassette.append,
        ]

    before = attributes()
    theirs, gets = NEIGHBOURS[neighbour]
    with both(order, theirs(tmp_path)):
        [get() for get in gets]

    assert attributes() == before


def test_what_theirs_does_not_know_is_refused_by_theirs(order: str) -> None:
    with (
        both(order, responses.RequestsMock()),
        pytest.raises(requests.ConnectionError, match="Connection refused by Responses"),
    ):
        requests.get("https://example.com/unknown", timeout=5)


def test_a_call_of_the_cloud_that_theirs_lets_pass_is_answered(order: str) -> None:
    @contextmanager
    def passing() -> Iterator[None]:
        with responses.RequestsMock() as mock:
            mock.add_passthru("https://")
            yield

    with both(order, passing()) as cloud:
        assert created(cloud, CLIENTS["requests"], "POST", "bytes", "alice").status == 200


def test_a_decorated_function_under_a_cloud() -> None:
    @responses.activate
    def decorated(cloud: FakeCloud) -> None:
        responses.get(THEIRS, body="theirs")

        assert created(cloud, CLIENTS["requests"], "POST", "bytes", "alice").status == 200
        assert _by_requests() == "theirs"
        assert len(responses.calls) == 1

    with FakeCloud() as cloud:
        decorated(cloud)


def test_a_copy_of_requests_inside_aliyunsdkcore_that_somebody_mocks(order: str) -> None:
    mock = responses.RequestsMock(
        target="aliyunsdkcore.vendored.requests.adapters.HTTPAdapter.send"
    )
    with both(order, mock) as cloud:
        answer = created(cloud, CLIENTS["aliyunsdkcore"], "POST", "bytes", "alice")

        assert answer.status == 200
        assert cloud.calls.last.request.client == "aliyunsdkcore"


def test_mocks_may_end_in_another_order_than_they_began() -> None:
    before = requests.adapters.HTTPAdapter.send
    cloud, mock = FakeCloud(), responses.RequestsMock()
    cloud.__enter__()
    mock.start()
    mock.get(THEIRS, body="theirs")
    cloud.__exit__(None, None, None)

    assert _by_requests() == "theirs"

    mock.stop()
    with FakeCloud() as another:
        assert created(another, CLIENTS["requests"], "POST", "bytes", "alice").status == 200
    assert not cloud.calls
    with Tripwire() as wire, pytest.raises(requests.ConnectionError):
        requests.get("https://example.invalid/", timeout=5)
    assert wire.tripped  # the network, and no mock, was asked
    requests.adapters.HTTPAdapter.send = before  # type: ignore[method-assign]  # mock's leftover
