"""ACS3-HMAC-SHA256: over method, path, query, the headers it names and the hash of the body."""

from __future__ import annotations

from functools import partial
from hashlib import sha256
from typing import Final

from pytest_ramsts.errors import AuthenticationError, MissingParameterError
from pytest_ramsts.wire import quoting
from pytest_ramsts.wire.message import Request
from pytest_ramsts.wire.signatures import authorization, dates, mac
from pytest_ramsts.wire.signatures.claim import Claim, SignatureMismatchError

__all__ = [
    "NAME",
    "canonical_hash",
    "mismatch",
    "nonce",
    "read",
    "refuse_other_body",
    "signed_headers",
]

NAME: Final = "ACS3-HMAC-SHA256"

_REQUIRED: Final = frozenset(
    (
        "host",
        "x-acs-action",
        "x-acs-content-sha256",
        "x-acs-date",
        "x-acs-signature-nonce",
        "x-acs-version",
    )
)
_TOKEN: Final = "x-acs-security-token"
_WITH_TOKEN: Final = _REQUIRED | {_TOKEN}


def read(request: Request) -> Claim | None:
    headers = request.headers
    written = headers.get("authorization")
    if not written.startswith(NAME):
        return None
    parts = authorization.parts(written, NAME, ("Credential", "SignedHeaders", "Signature"))
    signed = signed_headers(request, parts["SignedHeaders"])
    return Claim(
        NAME,
        parts["Credential"],
        headers.get(_TOKEN),
        nonce(request),
        headers.get("x-acs-date"),
        dates.extended,
        partial(_prove, request, signed, parts["Signature"]),
    )


def _prove(
    request: Request, signed: list[str], signature: str, secret: str, _form_quoting: bool
) -> None:
    digest = sha256(request.body).hexdigest()
    string_to_sign = f"{NAME}\n{canonical_hash(request, signed, digest)}"
    expected = mac.hexadecimal(secret.encode(), string_to_sign, "sha256")
    refuse_other_body(request, digest, string_to_sign, signature)
    if not mac.matches(expected, signature):
        raise mismatch(string_to_sign, signature)


def signed_headers(request: Request, written: str) -> list[str]:
    """The headers that are signed: at least those that change what a call means."""
    signed = written.split(";")
    required = _WITH_TOKEN if _TOKEN in request.headers else _REQUIRED
    if not required.issubset(signed):
        names = ", ".join(f"`{name}`" for name in sorted(required.difference(signed)))
        raise AuthenticationError(
            "IncompleteSignature", hint=f"SignedHeaders does not name {names}"
        )
    return signed


def nonce(request: Request) -> str:
    found = request.headers.get("x-acs-signature-nonce")
    if not found:
        raise MissingParameterError("SignatureNonce")
    return found


def canonical_hash(request: Request, signed: list[str], digest: str) -> str:
    """The hash of the canonical request: what is signed, by ACS3 and ACS4 alike."""
    headers = dict(request.headers.lowered())
    if "host" not in headers:
        headers["host"] = request.authority
    get = headers.get
    lines = "".join([f"{name}:{get(name, '').strip()}\n" for name in signed])
    canonical = (
        f"{request.method}\n{request.path}\n{quoting.query(request.params)}\n"
        f"{lines}\n{';'.join(signed)}\n{digest}"
    )
    return sha256(canonical.encode("latin-1", "replace")).hexdigest()


def refuse_other_body(request: Request, digest: str, string_to_sign: str, signature: str) -> None:
    if request.headers.get("x-acs-content-sha256").strip() != digest:
        raise mismatch(string_to_sign, signature, "x-acs-content-sha256 is not that of the body")


def mismatch(string_to_sign: str, signature: str, hint: str = "") -> SignatureMismatchError:
    return SignatureMismatchError(
        "Specified signature does not match our calculation. "
        f"server StringToSign is [{string_to_sign}]",
        string_to_sign=string_to_sign,
        provided=signature,
        hint=hint,
    )
