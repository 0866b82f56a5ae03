"""The cloud behind real ports: answers for another process, and no harm from a bad client."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from alibabacloud_sts20150401.client import Client
from alibabacloud_tea_openapi.models import Config

from pytest_ramsts import FakeCloud, RamstsError
from pytest_ramsts.intercept.server import Server

WHO_AM_I = """
import sys
from alibabacloud_sts20150401.client import Client
from alibabacloud_tea_openapi.models import Config

key_id, secret, endpoint = sys.argv[1:]
config = Config(access_key_id=key_id, access_key_secret=secret, endpoint=endpoint, protocol="http")
print(Client(config).get_caller_identity().body.arn)
"""


def test_another_process_is_answered_and_recorded(ramsts: FakeCloud, ramsts_server: Server) -> None:
    user = ramsts.account.create_user("alice")
    key = user.access_key

    result = subprocess.run(
        [sys.executable, "-c", WHO_AM_I, key.id, key.secret, ramsts_server.endpoint("sts")],
        capture_output=True,
        text=True,
        check=True,
    )

    assert result.stdout.strip() == user.arn
    assert ramsts.calls.last.caller is user
    assert ramsts.calls.last.request.client == "server"


def test_a_wrong_secret_is_refused_there_too(ramsts: FakeCloud, ramsts_server: Server) -> None:
    key = ramsts.account.create_user("alice").access_key
    config = Config(
        access_key_id=key.id,
        access_key_secret="wrong",
        endpoint=ramsts_server.endpoint("sts"),
        protocol="http",
    )

    with pytest.raises(Exception, match="SignatureDoesNotMatch"):
        Client(config).get_caller_identity()


def test_a_service_that_is_not_there_is_named(ramsts_server: Server) -> None:
    with pytest.raises(RamstsError, match="no service `kmss`; there are "):
        ramsts_server.endpoint("kmss")


def test_ports_are_closed_with_the_block() -> None:
    with FakeCloud().serve() as server:
        host, port = server.endpoint("ram").split(":")

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=5).close()


@pytest.fixture
def line(ramsts_server: Server) -> Iterator[socket.socket]:
    host, port = ramsts_server.endpoint("ram").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        yield connection


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"NONSENSE\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"BREW / HTTP/1.1\r\n\r\n",
    ],
    ids=["no http", "version", "length", "too long", "chunk", "long line", "method"],
)
def test_what_is_no_request_is_refused_in_json(
    line: socket.socket, ramsts: FakeCloud, request_bytes: bytes
) -> None:
    line.sendall(request_bytes)
    answer = b"".join(iter(lambda: line.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")

    assert head.startswith((b"HTTP/1.1 4", b"HTTP/1.1 5"))
    assert json.loads(body)["Code"] == "InvalidParameter"
    assert not ramsts.calls
    assert not ramsts.gateway.failures


def test_a_request_that_nobody_signed_is_refused_by_the_gateway(line: socket.socket) -> None:
    line.sendall(b"GET /?Action=ListUsers&Version=2015-05-01 HTTP/1.1\r\nConnection: close\r\n\r\n")
    answer = b"".join(iter(lambda: line.recv(65536), b""))

    assert json.loads(answer.partition(b"\r\n\r\n")[2])["Code"] == "MissingAccessKeyId"
