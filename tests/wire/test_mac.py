"""Our HMAC is that of the standard library."""

from __future__ import annotations

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ramsts.wire.signatures import mac


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
@given(key=st.binary(max_size=200), text=st.text(st.characters(max_codepoint=255), max_size=200))
def test_a_code_is_what_the_standard_library_makes(
    algorithm: mac.Hash, key: bytes, text: str
) -> None:
    expected = hmac.digest(key, text.encode("latin-1"), algorithm)

    assert mac.digest(key, text, algorithm) == expected
    assert mac.digest(key, text, algorithm) == expected  # the key is known by now
    assert mac.hexadecimal(key, text, algorithm) == expected.hex()


def test_a_key_as_long_as_a_block_is_taken_as_it_is() -> None:
    for size in (63, 64, 65):
        key = bytes(range(size))
        assert mac.digest(key, "text", "sha256") == hmac.digest(key, b"text", "sha256")
