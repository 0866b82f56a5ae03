"""Blocks of LZ4: what the SDK compresses comes out whole, what is none is refused."""

from __future__ import annotations

from contextlib import suppress

import pytest
from aliyun.log.compress import Compressor, CompressType
from hypothesis import given
from hypothesis import strategies as st

from pytest_ramsts.services.sls import lz4

repetitive = st.lists(st.sampled_from([b"a", b"ab", b"abc" * 9, bytes(range(40))])).map(b"".join)


@given(st.binary(max_size=600) | repetitive)
def test_what_the_sdk_compresses_comes_out_whole(octets: bytes) -> None:
    assert lz4.decompress(Compressor.compress(octets, CompressType.LZ4)) == octets


def test_long_runs_come_out_whole() -> None:
    octets = b"x" * 100_000 + bytes(range(256)) * 300

    assert lz4.decompress(Compressor.compress(octets, CompressType.LZ4)) == octets


@given(st.binary(max_size=40))
def test_anything_else_is_refused_or_read_but_never_fails_otherwise(octets: bytes) -> None:
    with suppress(ValueError):
        lz4.decompress(octets)


@pytest.mark.parametrize("block", [b"\x10", b"\x1fab", b"\x1fa\x00\x00", b"\x1fa\x09\x00", b"\xf0"])
def test_a_broken_block_is_refused(block: bytes) -> None:
    with pytest.raises(ValueError, match="it "):
        lz4.decompress(block)
