"""What a call of OSS costs beyond the client's own, and what much data costs.

Run it with `python -m benchmarks.oss`.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable, Iterator
from hashlib import md5
from pathlib import Path
from typing import Any

import crcmod
import oss2
import responses

from benchmarks.measure import Case, figure, interleaved, row
from pytest_ramsts import FakeCloud

KEY = "folder/object"
BODY = b"x" * 1024
LARGE = 100 << 20
CHUNK = 1 << 20


def main() -> None:
    for section in (calls, large_objects, listings):
        for line in section():
            print(line)


def bucket_of(cloud: FakeCloud, name: str = "media") -> Any:
    key = cloud.account.access_key
    auth = oss2.AuthV4(key.id, key.secret)
    return oss2.Bucket(auth, "https://oss-cn-hangzhou.aliyuncs.com", name, region="cn-hangzhou")


# Small objects


def calls() -> Iterator[str]:
    """Against the same client, answered by a bare callback of `responses` with the same headers."""
    cloud = FakeCloud()
    cloud.state("oss").create_bucket("media", cloud.account).put(KEY, BODY)
    bucket = bucket_of(cloud)
    auth = oss2.AuthV4("id", "secret")
    bare = oss2.Bucket(auth, "https://oss.example.com", "media", region="cn-hangzhou")
    times = interleaved(
        {
            "put": Case(lambda: bucket.put_object(KEY, BODY), lambda: cloud),
            "bare put": Case(lambda: bare.put_object(KEY, BODY), _mock),
            "get": Case(lambda: bucket.get_object(KEY).read(), lambda: cloud),
            "bare get": Case(lambda: bare.get_object(KEY).read(), _mock),
        },
        rounds=400,
    )
    for name in ("put", "get"):
        added = (times[name] - times[f"bare {name}"]) / 1000
        yield figure(f"{name.capitalize()}Object of 1 KB through oss2", times[name] / 1000, "ms")
        yield row(f"{name.capitalize()}Object of 1 KB, added to the client's own", added, 0.4, "ms")


def _mock() -> responses.RequestsMock:
    mock = responses.RequestsMock(assert_all_requests_are_fired=False)
    url = f"https://media.oss.example.com/{KEY.replace('/', '%2F')}"
    mock.add_callback("PUT", url, lambda _: (200, _HEADERS, b""))
    mock.add_callback("GET", url, _get)
    return mock


_CHECKSUM = str(
    crcmod.mkCrcFun(0x142F0E1EBA9EA3693, initCrc=0, xorOut=0xFFFFFFFFFFFFFFFF, rev=True)(BODY)
)
_HEADERS = {
    "x-oss-request-id": "5C3D9175B6FC201293AD4890",
    "ETag": f'"{md5(BODY, usedforsecurity=False).hexdigest().upper()}"',
    "x-oss-hash-crc64ecma": _CHECKSUM,
}


def _get(_: Any) -> tuple[int, dict[str, str], bytes]:
    return 200, {**_HEADERS, "Content-Length": str(len(BODY))}, BODY


# Large objects


def large_objects() -> Iterator[str]:
    """100 MB in and out five times: the memory must not grow with the number of objects."""
    with FakeCloud() as cloud:
        cloud.state("oss").create_bucket("media", cloud.account)
        bucket = bucket_of(cloud)
        peaks = []
        for number in range(5):
            bucket.put_object(f"large-{number}", _chunks())
            answer = bucket.get_object(f"large-{number}")
            while answer.read(CHUNK):
                pass
            del answer
            peaks.append(_memory())
    yield figure("100 MB in and out, resident memory after one", peaks[0], "MB")
    yield row(
        "100 MB in and out, resident memory after five more than that",
        peaks[-1] - peaks[0],
        20,
        "MB",
    )


def _chunks() -> Any:
    def chunks() -> Iterator[bytes]:
        for number in range(LARGE // CHUNK):
            yield bytes([number % 256]) * CHUNK

    return chunks()


def _memory() -> float:
    """What is resident now, in MB."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * resource.getpagesize() / (1 << 20)
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / (1 << 20)


# Listings


def listings() -> Iterator[str]:
    with FakeCloud() as cloud:
        few = cloud.state("oss").create_bucket("few", cloud.account)
        many = cloud.state("oss").create_bucket("many", cloud.account)
        for number in range(1000):
            few.put(f"key-{number:06}")
        for number in range(100_000):
            many.put(f"key-{number:06}")
        times = interleaved(
            {
                "few": Case(_page_of(bucket_of(cloud, "few"), "")),
                "many": Case(_page_of(bucket_of(cloud, "many"), "key-050000")),
            },
            rounds=100,
        )
    yield figure("a page of 100 of 1,000 objects", times["few"])
    yield row("a page of 100 of 100,000 objects, against that", times["many"] / times["few"], 1.2)


def _page_of(bucket: Any, marker: str) -> Callable[[], object]:
    return lambda: bucket.list_objects(marker=marker, max_keys=100)


if __name__ == "__main__":
    main()
