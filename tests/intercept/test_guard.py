"""Nothing leaves the machine. With no network at all these tests fail without the guard, as they
want its refusal and not the network's.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable

import pytest

from pytest_ramsts import LeakError
from pytest_ramsts.intercept.guard import guarded
from pytest_ramsts.intercept.hosts import METADATA_ADDRESS, Hosts

HOST = "sts.aliyuncs.com"


def _connect(address: tuple[str, int]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.settimeout(0.5)
        sock.connect(address)


def _connect_ex(address: tuple[str, int]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.settimeout(0.5)
        sock.connect_ex(address)


def _send_datagram(address: tuple[str, int]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(b"hello", address)


def _send_message(address: tuple[str, int]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendmsg([b"hello"], [], 0, address)


WAYS: dict[str, Callable[[], object]] = {
    "a look-up": lambda: socket.getaddrinfo(HOST, 443),
    "a look-up of bytes": lambda: socket.getaddrinfo(HOST.encode(), 443),
    "an old look-up": lambda: socket.gethostbyname(HOST),
    "an old look-up with names": lambda: socket.gethostbyname_ex(HOST),
    "a connection": lambda: socket.create_connection((HOST, 443), timeout=0.5),
    "a connection to the metadata address": lambda: _connect((METADATA_ADDRESS, 80)),
    "a connection without an exception": lambda: _connect_ex((METADATA_ADDRESS, 80)),
    "a datagram": lambda: _send_datagram((METADATA_ADDRESS, 80)),
    "a message": lambda: _send_message((METADATA_ADDRESS, 80)),
    "a loop's connection": lambda: asyncio.run(_open_connection()),
}


async def _open_connection() -> None:
    await asyncio.open_connection(HOST, 443)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_out_is_refused(way: str) -> None:
    with guarded(Hosts()), pytest.raises(LeakError, match="may not leave the machine"):
        WAYS[way]()


@pytest.mark.parametrize("way", WAYS)
def test_so_it_is_in_a_thread(way: str) -> None:
    caught: list[BaseException] = []

    def go() -> None:
        try:
            WAYS[way]()
        except LeakError as error:
            caught.append(error)

    with guarded(Hosts()):
        thread = threading.Thread(target=go)
        thread.start()
        thread.join()

    assert len(caught) == 1


def test_the_refusal_names_the_host_the_place_and_the_cure() -> None:
    with guarded(Hosts()), pytest.raises(LeakError) as caught:
        socket.getaddrinfo(HOST, 443)

    message = str(caught.value)
    assert f"`{HOST}`" in message
    assert f"{__file__}:" in message
    assert f'FakeCloud(passed=["{HOST}"])' in message
    assert "`ramsts_passed_hosts`" in message


def test_other_hosts_and_this_machine_are_left_alone() -> None:
    with socket.socket() as listener, guarded(Hosts()):
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        with socket.create_connection(listener.getsockname(), timeout=5):
            pass
        assert socket.getaddrinfo("127.0.0.1", 80)


def test_a_host_that_passes_is_let_through() -> None:
    with guarded(Hosts(passed=[METADATA_ADDRESS])):
        assert socket.getaddrinfo(METADATA_ADDRESS, 80)


def test_the_innermost_block_has_the_say() -> None:
    """A test may permit what the session's guard refuses, and no longer than it lasts."""
    with guarded(Hosts()):
        with guarded(Hosts(passed=[METADATA_ADDRESS])):
            assert socket.getaddrinfo(METADATA_ADDRESS, 80)
        with pytest.raises(LeakError):
            socket.getaddrinfo(METADATA_ADDRESS, 80)


def test_an_inner_block_refuses_what_an_outer_one_lets_pass_and_only_while_it_lasts() -> None:
    with guarded(Hosts(passed=[METADATA_ADDRESS])):
        with guarded(Hosts()), pytest.raises(LeakError):
            socket.getaddrinfo(METADATA_ADDRESS, 80)
        assert socket.getaddrinfo(METADATA_ADDRESS, 80)


def test_the_same_hosts_can_be_guarded_twice() -> None:
    hosts = Hosts()
    with guarded(hosts):
        with guarded(hosts):
            pass
        with pytest.raises(LeakError):
            socket.getaddrinfo(HOST, 443)
