"""Requests captured from the real clients verify; the same requests, tampered with, do not."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from pytest_ramsts.errors import AuthenticationError
from pytest_ramsts.wire import Headers, Request
from pytest_ramsts.wire.signatures import read

VECTORS = Path(__file__).parent / "vectors"
LEFT_TO_THE_HTTP_LIBRARY = {"Host", "Content-Length", "Connection"}

Vector = dict[str, Any]


def vectors() -> list[Any]:
    return [
        pytest.param(vector, id=vector["id"])
        for file in sorted(VECTORS.glob("*.json"))
        if file.stem not in {"quirks", "responses"}
        for vector in json.loads(file.read_text())
    ]


def quirks() -> list[Any]:
    return [
        pytest.param(vector, id=vector["id"])
        for vector in json.loads((VECTORS / "quirks.json").read_text())
    ]


def request_of(vector: Vector, *, without: frozenset[str] = frozenset()) -> Request:
    return Request(
        vector["method"],
        vector["url"],
        Headers((name, value) for name, value in vector["headers"] if name not in without),
        b64decode(vector["body_base64"]),
    )


def verify(request: Request, vector: Vector) -> None:
    claim = read(request)
    assert claim is not None
    if vector["valid"]:
        assert claim.access_key_id == vector["access_key_id"]
        assert claim.security_token == (vector["security_token"] or "")
        assert claim.time == claim.timestamp()
    claim.verify(vector["access_key_secret"])


@pytest.mark.parametrize("vector", vectors())
def test_a_captured_request_verifies_as_it_should(vector: Vector) -> None:
    for without in (frozenset[str](), frozenset(LEFT_TO_THE_HTTP_LIBRARY)):
        request = request_of(vector, without=without)
        if vector["valid"]:
            verify(request, vector)
        else:
            with pytest.raises(AuthenticationError):
                verify(request, vector)


@pytest.mark.parametrize("vector", quirks())
def test_a_signature_over_form_quoting_verifies_unless_that_is_refused(
    vector: Vector,
) -> None:
    claim = read(request_of(vector))

    assert claim is not None
    claim.verify(vector["access_key_secret"])
    with pytest.raises(AuthenticationError):
        claim.verify(vector["access_key_secret"], form_quoting=False)
    with pytest.raises(AuthenticationError):
        claim.verify("another")
