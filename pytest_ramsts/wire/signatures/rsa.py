"""Signatures of a private key: RSA with SHA-256, by the padding of PKCS #1 v1.5."""

from __future__ import annotations

from base64 import b64decode, b64encode

from pytest_ramsts.errors import RamstsError

__all__ = ["matches"]


def matches(private_key: str, text: str, provided: str) -> bool:
    """Whether a signature, in Base64, is that of a key, DER in Base64. What is no key made none."""
    try:
        from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # noqa: PLC0415 - an extra
        from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
        from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
            load_der_private_key,
        )
    except ImportError:
        raise RamstsError(
            "RSA signatures are checked with `cryptography`; install it, or pytest-ramsts[kms]"
        ) from None
    try:
        key = load_der_private_key(b64decode(private_key), None)
        signature = b64decode(provided)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    # There are other spellings of the same octets; the SDKs write this one.
    if not isinstance(key, rsa.RSAPrivateKey) or b64encode(signature).decode() != provided:
        return False
    try:
        key.public_key().verify(signature, text.encode(), padding.PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True
