"""Large contents are kept in files, which go with them."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from pytest_ramsts import FakeCloud
from pytest_ramsts.services.oss import contents, crc64
from pytest_ramsts.services.oss.contents import Content

from .clients import bucket_of

DATA = bytes(range(256)) * 40


@pytest.fixture
def low_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "LARGE", 1000)
    monkeypatch.setattr(contents, "_CHUNK", 300)


def file_of(content: Content) -> Any:
    return content._file


@pytest.mark.usefixtures("low_limit")
def test_many_octets_are_in_a_file() -> None:
    content = Content.of(DATA)
    few = Content.of(DATA[:999])

    assert file_of(content) is not None
    assert file_of(few) is None
    assert content.read() == b"".join(content.chunks()) == DATA
    assert content.read(100, 2000) == DATA[100:2000]
    joined = Content.joined([few, content])
    assert joined.read() == DATA[:999] + DATA
    assert joined.size == 999 + len(DATA)


@pytest.mark.usefixtures("low_limit")
def test_the_file_goes_with_the_object() -> None:
    with FakeCloud() as cloud:
        cloud.state("oss").create_bucket("media", cloud.account)
        bucket = bucket_of(cloud.admin_key)
        bucket.put_object("key", DATA)
        file = file_of(cloud.state("oss")["media"]["key"].content)
        kept = bucket.get_object("key").read()
        bucket.put_object("key", b"small")
        gc.collect()

    assert kept == DATA
    assert file.closed


@pytest.mark.usefixtures("low_limit")
def test_the_file_goes_with_the_cloud() -> None:
    cloud = FakeCloud()
    media = cloud.state("oss").create_bucket("media", cloud.account)
    file = file_of(media.put("key", DATA).content)
    del cloud, media
    gc.collect()

    assert file.closed


def test_the_journal_keeps_no_large_body(ramsts: FakeCloud) -> None:
    ramsts.state("oss").create_bucket("media", ramsts.account)
    bucket = bucket_of(ramsts.admin_key)

    bucket.put_object("small", b"content")
    small = ramsts.calls.last.request.body
    bucket.put_object("large", b"x" * ((1 << 20) + 1))

    assert small == b"content"
    assert ramsts.calls.last.request.body == b""
    assert ramsts.state("oss")["media"]["large"].size == (1 << 20) + 1


def test_without_a_fast_checksum_only_small_ones_have_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(crc64, "_fast", lambda: None)

    assert crc64.crc64([b"123456789"], 9) == 0x995DC9BBDF1939FA
    assert crc64.crc64([b""], 1 << 17) is None
