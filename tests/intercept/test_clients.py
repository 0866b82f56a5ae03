"""Every client, sync and async, reaches the cloud with every kind of body, imported early or late.

The calls are signed, the bodies hashed: what arrives is what was sent, or it is refused.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from pytest_ramsts import FakeCloud

from .clients import CLIENTS, created, rows
from .signing import signed
from .tripwire import Tripwire

MATRIX = [
    pytest.param(name, method, kind, id=f"{name}-{method}-{kind}")
    for name, client in CLIENTS.items()
    for method, kind in rows(client)
]


@pytest.fixture(autouse=True)
def tripwire() -> Iterator[Tripwire]:
    with Tripwire() as wire:
        yield wire
    assert wire.tripped == []


@pytest.mark.parametrize(("name", "method", "body_kind"), MATRIX)
def test_a_client_that_was_imported_before_reaches_the_cloud(
    name: str, method: str, body_kind: str
) -> None:
    client = CLIENTS[name]
    importlib.import_module(client.module)
    with FakeCloud() as cloud:
        answer = created(cloud, client, method, body_kind, "alice")

        assert answer.status == 200, answer.body
        assert answer.json()["User"]["UserName"] == "alice"
        assert answer.json()["User"]["DisplayName"] == "A b+c*d~é"
        assert answer.content_type.startswith("application/json")
        assert cloud.calls.last.request.client == name.partition(",")[0].partition(" ")[0]
        site = cloud.calls.last.site
        assert site is not None
        assert site.file.endswith("clients.py"), "the line that made the call is known"


@pytest.fixture(scope="module")
def late_calls() -> dict[tuple[str, str, str], list[Any]]:
    """The same rows from a process in which each client is imported after the cloud is there."""
    done = subprocess.run(
        [sys.executable, "-m", f"{__package__}.clients", *CLIENTS],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    calls = [json.loads(line) for line in done.stdout.splitlines()]
    return {(name, method, kind): rest for name, method, kind, *rest in calls}


@pytest.mark.parametrize(("name", "method", "body_kind"), MATRIX)
def test_a_client_that_is_imported_later_reaches_the_cloud(
    name: str,
    method: str,
    body_kind: str,
    late_calls: dict[tuple[str, str, str], list[Any]],
) -> None:
    late, status, body = late_calls[name, method, body_kind]

    assert status == 200, body
    assert json.loads(body)["User"]["DisplayName"] == "A b+c*d~é"
    assert late


@pytest.mark.parametrize("name", CLIENTS)
def test_a_changed_body_is_refused_whoever_carries_it(name: str) -> None:
    client = CLIENTS[name]
    with FakeCloud() as cloud:
        call = signed(cloud.admin_key, "CreateUser", form={"UserName": "alice"})
        object.__setattr__(call, "body", b"UserName=mallory")
        answer = client.call(call, "bytes")

        assert answer.status == 400
        assert answer.json()["Code"] in ("SignatureDoesNotMatch", "IncompleteSignature")
        assert not cloud.account.users
