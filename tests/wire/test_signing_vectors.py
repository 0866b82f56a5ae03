"""Requests captured from the real clients verify; the same requests, tampered with, do not."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from pytest_ramsts.errors import AuthenticationError
from pytest_ramsts.wire import Headers, Request
from pytest_ramsts.wire.signatures import dates, ots, read

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
    headers = [(name, value) for name, value in vector["headers"] if name not in without]
    if vector.get("addressing") == "ip-endpoint":
        # To an IP address ali-oss leaves the bucket out of the URL; whoever knows it says so.
        headers = [(name, value) for name, value in headers if name.lower() != "host"]
        headers.append(("Host", f"{vector['bucket']}.oss-cn-hangzhou.aliyuncs.com"))
    body = b64decode(vector["body_base64"])
    return Request(vector["method"], vector["url"], Headers(headers), body)


def signed_at(vector: Vector) -> float:
    for parse in (dates.fractional, dates.basic, dates.http):
        try:
            return parse(vector["signed_at"])
        except ValueError:
            continue
    raise AssertionError(vector["signed_at"])


def verify(request: Request, vector: Vector) -> None:
    claim = read(request)
    assert claim is not None
    if vector["valid"]:
        assert claim.access_key_id == vector["access_key_id"]
        assert claim.security_token == (vector["security_token"] or "")
        assert claim.expires or claim.timestamp() == signed_at(vector)
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


def test_the_files_hold_every_algorithm_with_good_and_bad_requests() -> None:
    for file in VECTORS.glob("*.json"):
        if file.stem not in {"quirks", "responses"}:
            assert {vector["valid"] for vector in json.loads(file.read_text())} == {True, False}


def test_an_answer_of_table_store_is_signed_as_the_client_wants_it() -> None:
    for vector in json.loads((VECTORS / "responses.json").read_text()):
        asked = [("x-ots-accesskeyid", vector["access_key_id"])]
        request = Request("POST", f"https://h{vector['path']}", Headers(asked))

        signed = ots.sign_response(request, vector["headers"].items(), vector["access_key_secret"])

        assert signed == vector["authorization"]
