"""RSA signatures: that of the key and the text, to the last bit."""

from __future__ import annotations

import string
from base64 import b64decode, b64encode

import pytest
from aliyunsdkcore.auth.algorithm.sha_hmac256 import get_sign_string

from pytest_ramsts import FakeCloud
from pytest_ramsts.wire.signatures import rsa

TEXT = "GET&%2F&AccessKeyId%3DLTAI"


@pytest.fixture(scope="module")
def keys() -> list[str]:
    user = FakeCloud().account.create_user()
    return [user.create_key_pair().secret for _ in range(2)]


@pytest.fixture(scope="module")
def signature(keys: list[str]) -> str:
    """As aliyunsdkcore signs."""
    return str(get_sign_string(TEXT, keys[0]))


def test_a_signature_is_proven(keys: list[str], signature: str) -> None:
    assert rsa.matches(keys[0], TEXT, signature)


def test_no_single_changed_character_is(keys: list[str], signature: str) -> None:
    changed = [
        signature[:place] + other + signature[place + 1 :]
        for place in range(0, len(signature), 7)
        for other in (string.ascii_letters + string.digits + "+/= ")[place % 11 :: 11]
        if other != signature[place]
    ]
    # The last character has bits that stand for no octet.
    changed += [signature[:-2] + other + "=" for other in string.ascii_letters]

    assert [one for one in changed if one != signature and rsa.matches(keys[0], TEXT, one)] == []


@pytest.mark.parametrize("place", range(0, len(TEXT), 5))
def test_no_other_text_is(keys: list[str], signature: str, place: int) -> None:
    assert not rsa.matches(keys[0], f"{TEXT[:place]}!{TEXT[place + 1 :]}", signature)


def test_no_other_key_is(keys: list[str], signature: str) -> None:
    assert not rsa.matches(keys[1], TEXT, signature)


@pytest.mark.parametrize("broken", ["", "=", "é", "AAAA", "not Base64", "A" * 10_000])
def test_what_is_no_signature_or_no_key_proves_nothing(
    keys: list[str], signature: str, broken: str
) -> None:
    assert not rsa.matches(keys[0], TEXT, broken)
    assert not rsa.matches(broken, TEXT, signature)


def test_the_octets_of_a_signature_have_one_spelling(keys: list[str], signature: str) -> None:
    spelled = [f"{signature[:4]}\n{signature[4:]}", f"{signature}=", f" {signature}"]

    assert all(b64decode(one) == b64decode(signature) for one in spelled)
    assert not any(rsa.matches(keys[0], TEXT, one) for one in spelled)
    assert b64encode(b64decode(signature)).decode() == signature
