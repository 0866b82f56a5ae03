"""What it costs to read and to verify the signature of one request, in microseconds."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from timeit import repeat
from typing import Any

from pytest_ramsts.wire import Headers, Request
from pytest_ramsts.wire.signatures import read

VECTORS = Path(__file__).parent.parent / "tests" / "wire" / "vectors"
TYPICAL = {
    "acs3": ("tea-sts-assume-role/ak", "tea-sts-assume-role/sts"),
    "rpc-v1": ("aliyunsdksts-assume-role/ak", "aliyunsdksts-assume-role/sts"),
}
LOOPS = 2000


def measure(vector: dict[str, Any]) -> float:
    """The best of some rounds, each request new: nothing of it was decoded before."""
    headers = Headers(vector["headers"])
    body = b64decode(vector["body_base64"])
    secret = vector["access_key_secret"]

    def once() -> None:
        claim = read(Request(vector["method"], vector["url"], headers, body))
        assert claim is not None
        claim.verify(secret)

    return min(repeat(once, number=LOOPS, repeat=15)) / LOOPS * 1e6


def measure_request() -> float:
    """What of every row is only the making of the `Request`."""
    headers = Headers()
    rounds = repeat(lambda: Request("POST", "https://h/", headers), number=LOOPS, repeat=15)
    return min(rounds) / LOOPS * 1e6


def rows() -> Iterator[tuple[str, float]]:
    yield "make a Request, as every row below does", measure_request()
    for algorithm, names in TYPICAL.items():
        vectors = {
            vector["id"]: vector
            for vector in json.loads((VECTORS / f"{algorithm}.json").read_text())
        }
        for name in names:
            yield f"read and verify {algorithm}: {name}", measure(vectors[name])


def main() -> None:
    for name, microseconds in rows():
        print(f"{name:70} {microseconds:8.1f} µs")


if __name__ == "__main__":
    main()
