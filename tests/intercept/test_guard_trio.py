"""Nothing leaves the machine from a trio loop either, nor through anyio."""

from __future__ import annotations

import re
import socket
from collections.abc import Awaitable, Callable
from typing import Final

import anyio
import httpcore
import pytest
import trio

from pytest_ramsts import FakeCloud, LeakError
from pytest_ramsts.intercept import Hosts
from pytest_ramsts.intercept.guard import guarded
from pytest_ramsts.intercept.hosts import METADATA_ADDRESS

HOST: Final = "sts.aliyuncs.com"


async def _anyio_stream() -> None:
    await anyio.connect_tcp(HOST, 443)


async def _anyio_address() -> None:
    await anyio.connect_tcp(METADATA_ADDRESS, 80)


async def _anyio_lookup() -> None:
    await anyio.getaddrinfo(HOST, 443)


async def _trio_stream() -> None:
    await trio.open_tcp_stream(HOST, 443)


async def _trio_connection() -> None:
    with trio.socket.socket() as sock:
        await sock.connect((METADATA_ADDRESS, 80))


async def _trio_datagram() -> None:
    with trio.socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        await sock.sendto(b"hello", (METADATA_ADDRESS, 80))


async def _httpcore() -> None:
    """httpx without the part of it that is caught."""
    async with httpcore.AsyncConnectionPool() as pool:
        await pool.request("GET", f"https://{HOST}/")


EITHER: Final = (_anyio_stream, _anyio_address, _anyio_lookup, _httpcore)
TRIO: Final = (_trio_stream, _trio_connection, _trio_datagram)

Way = Callable[[], Awaitable[None]]


def leak(way: Way, backend: str) -> LeakError:
    with pytest.raises((LeakError, BaseExceptionGroup)) as caught:
        anyio.run(way, backend=backend)
    return leak_of(caught.value)


def leak_of(error: BaseException) -> LeakError:
    """The refusal; connections that are tried side by side fail as a group."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, LeakError)
    return error


@pytest.mark.parametrize(
    ("way", "backend"),
    [(way, "asyncio") for way in EITHER] + [(way, "trio") for way in (*EITHER, *TRIO)],
)
def test_every_way_out_is_refused(way: Way, backend: str) -> None:
    with guarded(Hosts()):
        message = str(leak(way, backend))

    assert "may not leave the machine" in message
    assert HOST in message or METADATA_ADDRESS in message


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_cloud_refuses_it_too(backend: str) -> None:
    with FakeCloud():
        assert HOST in str(leak(_httpcore, backend))


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.anyio
async def test_the_refusal_does_not_blame_who_runs_the_tests(anyio_backend: str) -> None:
    """Where a task of a library asks, no line of the test stands above it."""
    with guarded(Hosts()), pytest.raises(BaseExceptionGroup) as caught:
        await _anyio_address()

    message = str(leak_of(caught.value))
    blamed = re.search(r"answers `\S+` for (.*), and it may not", message)
    assert blamed is not None
    assert blamed[1] == {"asyncio": "`anyio`", "trio": "`trio`"}[anyio_backend]
