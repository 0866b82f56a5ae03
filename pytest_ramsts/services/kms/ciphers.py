"""Real symmetric encryption: AES in GCM mode, by the package `cryptography`.

A ciphertext says by which version of a key it was made, so that decrypting needs no key to be
named: 16 octets of the version's id, 12 of nonce, then what is encrypted with its tag. The real
format is not documented.
"""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from collections.abc import Mapping
from typing import Any, Final

from pytest_ramsts.errors import RamstsError
from pytest_ramsts.services.kms.errors import invalid

__all__ = ["decrypted", "encrypted", "version_of"]

_ID: Final = 16
_NONCE: Final = 12


def encrypted(
    text: bytes, version_id: str, material: bytes, nonce: bytes, context: Mapping[str, str]
) -> str:
    """A ciphertext blob. Whoever decrypts it has to know the context."""
    sealed = _cipher(material).encrypt(nonce, text, _bound(context))
    return base64.b64encode(uuid.UUID(version_id).bytes + nonce + sealed).decode()


def version_of(blob: str) -> str:
    """The id of the key version that made a ciphertext blob."""
    return str(uuid.UUID(bytes=_octets(blob)[:_ID]))


def decrypted(blob: str, material: bytes, context: Mapping[str, str]) -> bytes:
    octets = _octets(blob)
    nonce, sealed = octets[_ID : _ID + _NONCE], octets[_ID + _NONCE :]
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - `_cipher` says if it is absent

    try:
        plain: bytes = _cipher(material).decrypt(nonce, sealed, _bound(context))
    except InvalidTag:
        raise invalid(
            "CiphertextBlob", hint="it was changed, or encrypted with another EncryptionContext"
        ) from None
    return plain


def _octets(blob: str) -> bytes:
    try:
        octets = base64.b64decode(blob, validate=True)
    except (ValueError, binascii.Error):
        octets = b""
    if len(octets) <= _ID + _NONCE:
        raise invalid("CiphertextBlob", hint="it is none that this KMS gave out")
    return octets


def _bound(context: Mapping[str, str]) -> bytes:
    """The context as it is bound to the text: whatever the order it was written in."""
    return json.dumps(dict(sorted(context.items()))).encode()


def _cipher(material: bytes) -> Any:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import (  # noqa: PLC0415 - an extra
            AESGCM,
        )
    except ImportError as error:
        raise RamstsError(
            "the fake KMS really encrypts, with a package that is not installed:"
            " pip install pytest-ramsts[kms]"
        ) from error
    return AESGCM(material)
