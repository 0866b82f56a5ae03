"""What KMS does with keys: encrypt, decrypt, make data keys."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from pytest_ramsts.service import Body, Invocation
from pytest_ramsts.services.kms import ciphers
from pytest_ramsts.services.kms.errors import KmsError, invalid
from pytest_ramsts.services.kms.product import (
    key_of_blob,
    kms,
    place_of,
    read_context,
    the_key,
)
from pytest_ramsts.services.kms.state import Key

_LONGEST = 6144
_SPECS = {"AES_256": 32, "AES_128": 16}
_LENGTHS = range(1, 1025)


@kms.operation(on=the_key)
def encrypt(
    invocation: Invocation, key_id: str, plaintext: str, encryption_context: str = ""
) -> Body:
    text = plaintext.encode()
    if len(text) > _LONGEST:
        raise invalid("Plaintext", hint=f"{len(text)} octets; {_LONGEST} are the most")
    key = place_of(invocation).key(key_id)
    return _sealed(invocation, key, text, read_context(encryption_context))


@kms.operation(on=key_of_blob)
def decrypt(invocation: Invocation, ciphertext_blob: str, encryption_context: str = "") -> Body:
    key, version_id, text = _opened(invocation, ciphertext_blob, encryption_context)
    return {"KeyId": key.id, "KeyVersionId": version_id, "Plaintext": text.decode()}


@kms.operation(on=the_key)
def generate_data_key(
    invocation: Invocation,
    key_id: str,
    key_spec: str = "",
    number_of_bytes: int | None = None,
    encryption_context: str = "",
) -> Body:
    text, sealed = _data_key(invocation, key_id, key_spec, number_of_bytes, encryption_context)
    return {**sealed, "Plaintext": text}


@kms.operation(on=the_key)
def generate_data_key_without_plaintext(
    invocation: Invocation,
    key_id: str,
    key_spec: str = "",
    number_of_bytes: int | None = None,
    encryption_context: str = "",
) -> Body:
    return _data_key(invocation, key_id, key_spec, number_of_bytes, encryption_context)[1]


def _to_key(invocation: Invocation, **_: object) -> str:
    named = invocation.parameters["DestinationKeyId"]
    return f"key/{place_of(invocation).key_id(named)}"


@kms.operation(on={"kms:ReEncryptFrom": key_of_blob, "kms:ReEncryptTo": _to_key})
def re_encrypt(
    invocation: Invocation,
    ciphertext_blob: str,
    destination_key_id: str,
    source_encryption_context: str = "",
    destination_encryption_context: str = "",
) -> Body:
    _, _, text = _opened(invocation, ciphertext_blob, source_encryption_context)
    key = place_of(invocation).key(destination_key_id)
    return _sealed(invocation, key, text, read_context(destination_encryption_context))


def _data_key(
    invocation: Invocation, key_id: str, spec: str, length: int | None, context: str
) -> tuple[str, Mapping[str, str]]:
    """Random octets, as the text of their Base64 and as that text encrypted."""
    if spec and spec not in _SPECS:
        raise invalid("KeySpec", hint=f"`{spec}`: {' or '.join(_SPECS)}")
    if length is not None and length not in _LENGTHS:
        raise invalid("NumberOfBytes", hint=f"{length}: 1 to {_LENGTHS.stop - 1}")
    size = length or _SPECS.get(spec, 32)
    text = base64.b64encode(_octets(invocation, size)).decode()
    key = place_of(invocation).key(key_id)
    return text, _sealed(invocation, key, text.encode(), read_context(context))


def _sealed(
    invocation: Invocation, key: Key, text: bytes, context: Mapping[str, str]
) -> Mapping[str, str]:
    key.check_usable()
    version = key.primary
    nonce = _octets(invocation, 12)
    return {
        "KeyId": key.id,
        "KeyVersionId": version.id,
        "CiphertextBlob": ciphers.encrypted(text, version.id, version.material, nonce, context),
    }


def _opened(invocation: Invocation, blob: str, context: str) -> tuple[Key, str, bytes]:
    found = place_of(invocation).key_of_version(ciphers.version_of(blob))
    if found is None:
        raise KmsError("Forbidden.KeyNotFound", hint="the key of this ciphertext")
    key, version = found
    key.check_usable()
    return key, version.id, ciphers.decrypted(blob, version.material, read_context(context))


def _octets(invocation: Invocation, length: int) -> bytes:
    """Random ones, which follow from the cloud's seed."""
    return base64.b64decode(invocation.world.ids.text(length * 4 // 3 + 4 & ~3))[:length]
