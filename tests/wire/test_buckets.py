"""How OSS requests say which bucket and object they mean."""

from __future__ import annotations

import pytest

from pytest_ramsts.wire import Headers, Request
from pytest_ramsts.wire.buckets import address_of


@pytest.mark.parametrize(
    ("url", "bucket", "key"),
    [
        ("https://bkt.oss-cn-hangzhou.aliyuncs.com/", "bkt", ""),
        ("https://bkt.oss-cn-hangzhou.aliyuncs.com/a/b.txt", "bkt", "a/b.txt"),
        ("https://bkt.oss-cn-hangzhou.aliyuncs.com/a%2Fb+c%20%C3%A9", "bkt", "a/b+c é"),
        ("https://bkt.oss-cn-hangzhou-internal.aliyuncs.com/a", "bkt", "a"),
        ("https://bkt.oss-accelerate.aliyuncs.com/a", "bkt", "a"),
        ("https://oss-data.oss-cn-hangzhou.aliyuncs.com/a", "oss-data", "a"),
        ("http://bkt.localhost:8000/a", "bkt", "a"),
        ("https://oss-cn-hangzhou.aliyuncs.com/", "", ""),
        ("https://oss-cn-hangzhou.aliyuncs.com/bkt/a", "bkt", "a"),
        ("http://127.0.0.1:8000/bkt/a%2Fb/c", "bkt", "a/b/c"),
        ("http://127.0.0.1:8000/", "", ""),
        ("http://[::1]:8000/bkt/a", "bkt", "a"),
        ("http://localhost:8000/bkt", "bkt", ""),
        ("https://files.example.com/a", "", "a"),
    ],
)
def test_a_bucket_stands_in_the_host_or_at_the_head_of_the_path(
    url: str, bucket: str, key: str
) -> None:
    assert address_of(Request("GET", url)) == (bucket, key)


def test_a_host_header_says_the_bucket_of_a_domain_of_ones_own() -> None:
    headers = Headers([("Host", "bkt.oss-cn-hangzhou.aliyuncs.com")])

    address = address_of(Request("GET", "https://files.example.com/a", headers))

    assert address == ("bkt", "a")


@pytest.mark.parametrize(
    ("url", "resource"),
    [
        ("https://bkt.oss-cn-hangzhou.aliyuncs.com/a", "/bkt/a"),
        ("https://bkt.oss-cn-hangzhou.aliyuncs.com", "/bkt/"),
        ("https://oss-cn-hangzhou.aliyuncs.com", "/"),
    ],
)
def test_the_resource_that_is_signed_names_bucket_and_key(url: str, resource: str) -> None:
    assert address_of(Request("GET", url)).resource == resource
