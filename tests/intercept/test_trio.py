"""httpx runs on trio as well as on asyncio, and so do its calls to the cloud."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Final

import anyio
import anyio.lowlevel
import httpx
import pytest
import trio

from pytest_ramsts import FakeCloud, Session
from pytest_ramsts.intercept import Hosts, intercept
from pytest_ramsts.wire import Request, Response

from .signing import signed
from .tripwire import Tripwire

URL: Final = "https://sts.aliyuncs.com/"

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(autouse=True)
def tripwire() -> Iterator[None]:
    with Tripwire() as wire:
        yield
    assert wire.tripped == []


async def test_every_body_reaches_the_cloud() -> None:
    async def pieces(body: bytes) -> AsyncIterator[bytes]:
        for place in range(0, len(body), 5):
            await anyio.lowlevel.checkpoint()
            yield body[place : place + 5]

    with FakeCloud() as cloud:
        async with httpx.AsyncClient() as client:
            forms: list[Callable[[bytes], Any]] = [bytes, bytes.decode, pieces]
            for number, form in enumerate(forms):
                call = signed(cloud.admin_key, "CreateUser", form={"UserName": f"user-{number}"})
                body = form(call.body)
                got = await client.post(call.url, content=body, headers=call.headers)

                assert got.json()["User"]["UserName"] == f"user-{number}"
        site = cloud.calls.last.site

        assert len(cloud.account.users) == 3
        assert site is not None
        assert site.file == __file__


async def test_a_changed_body_is_refused() -> None:
    with FakeCloud() as cloud:
        call = signed(cloud.admin_key, "CreateUser", form={"UserName": "alice"})
        async with httpx.AsyncClient() as client:
            got = await client.post(call.url, content=b"UserName=mallory", headers=call.headers)

        assert got.status_code == 400
        assert not cloud.account.users


READ: Final[dict[str, Callable[[httpx.Response], Any]]] = {
    "bytes": lambda got: got.aiter_bytes(4),
    "raw": lambda got: got.aiter_raw(4),
    "text": lambda got: got.aiter_text(4),
    "lines": lambda got: got.aiter_lines(),
}


@pytest.mark.parametrize("how", READ)
async def test_a_stream_is_read(how: str) -> None:
    with intercept(lambda _: Response(200, (), b"one\ntwo\nthree"), Hosts()):
        async with httpx.AsyncClient() as client, client.stream("GET", URL) as got:
            read = [piece async for piece in READ[how](got)]

    assert (
        read
        == {
            "bytes": [b"one\n", b"two\n", b"thre", b"e"],
            "raw": [b"one\n", b"two\n", b"thre", b"e"],
            "text": ["one\n", "two\n", "thre", "e"],
            "lines": ["one", "two", "three"],
        }[how]
    )


async def test_hooks_cookies_and_redirects() -> None:
    noted: list[Any] = []

    async def asked(request: httpx.Request) -> None:
        await anyio.lowlevel.checkpoint()
        noted.append(request.url.path)

    async def answered(got: httpx.Response) -> None:
        await got.aread()
        noted.append(got.status_code)

    def handle(request: Request) -> Response:
        if request.path == "/":
            return Response(302, (("Location", "/there"), ("Set-Cookie", "a=1")))
        return Response(200, (), request.headers.get("cookie").encode())

    with intercept(handle, Hosts()):
        async with httpx.AsyncClient(
            follow_redirects=True, event_hooks={"request": [asked], "response": [answered]}
        ) as client:
            got = await client.get(URL)

    assert noted == ["/", 302, "/there", 200]
    assert got.text == "a=1"
    assert [past.status_code for past in got.history] == [302]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (TimeoutError(), httpx.ReadTimeout),
        (ConnectionResetError(104, "reset"), httpx.ReadError),
        (ConnectionRefusedError(111, "refused"), httpx.ConnectError),
    ],
)
async def test_a_fault_looks_as_one_of_httpx(error: OSError, expected: type[Exception]) -> None:
    def handle(_: Request) -> Response:
        raise error

    with intercept(handle, Hosts()):
        async with httpx.AsyncClient() as client:
            with pytest.raises(expected):
                await client.get(URL)


async def test_an_answer_that_breaks_off_breaks_off() -> None:
    answer = Response(200, (("Content-Length", "10"),), b"four")
    with intercept(lambda _: answer, Hosts()):
        async with httpx.AsyncClient() as client:
            with pytest.raises(httpx.RemoteProtocolError, match="received 4 bytes, expected 10"):
                await client.get(URL)


async def test_many_calls_take_turns() -> None:
    """A call lets the others go on, as it would while it waits for the network."""
    order: list[str] = []

    async def call(client: httpx.AsyncClient, name: str) -> None:
        order.append(f"{name} asks")
        await client.get(URL)
        order.append(f"{name} has its answer")

    with intercept(lambda _: Response(200), Hosts()):
        async with httpx.AsyncClient() as client, anyio.create_task_group() as tasks:
            for name in ("one", "two"):
                tasks.start_soon(call, client, name)

    assert {*order[:2]} == {"one asks", "two asks"}


async def test_a_call_that_is_given_up_is_not_made() -> None:
    seen: list[Request] = []

    def handle(request: Request) -> Response:
        seen.append(request)
        return Response(200)

    with intercept(handle, Hosts()):
        async with httpx.AsyncClient() as client:
            with anyio.CancelScope() as scope:
                scope.cancel()
                await client.get(URL)

    assert scope.cancelled_caught
    assert seen == []


async def test_the_fixture_serves_a_test_of_either(ramsts: FakeCloud) -> None:
    role = ramsts.account.create_role("reader", trusted=ramsts.account)
    params = {"RoleArn": role.arn, "RoleSessionName": "story"}
    user = ramsts.account.create_user("alice", policies=["AliyunSTSAssumeRoleAccess"])
    call = signed(
        user.create_access_key(),
        "AssumeRole",
        params,
        host="sts.aliyuncs.com",
        version="2015-04-01",
    )
    async with httpx.AsyncClient() as client:
        got = await client.post(call.url, headers=call.headers)

    issued = ramsts.credentials(got.json()["Credentials"]["AccessKeyId"])
    assert isinstance(issued, Session)
    assert issued.role is role


async def _status() -> int:
    async with httpx.AsyncClient() as client:
        return (await client.get(URL)).status_code


def test_trio_may_be_the_guest_of_asyncio() -> None:
    """As beside a loop of a window system: both run in one thread."""

    async def host() -> tuple[int, int]:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()
        trio.lowlevel.start_guest_run(
            _status,
            run_sync_soon_threadsafe=loop.call_soon_threadsafe,
            done_callback=done.set_result,
            host_uses_signal_set_wakeup_fd=True,
        )
        return await _status(), (await done).unwrap()

    with intercept(lambda _: Response(200), Hosts()):
        assert asyncio.run(host()) == (200, 200)
