"""ACS4-HMAC-SHA256: the canonical request of ACS3, signed with a key for one day and product."""

from __future__ import annotations

from functools import partial
from hashlib import sha256
from typing import Final

from pytest_ramsts.wire.message import Request
from pytest_ramsts.wire.signatures import acs3, authorization, dates, mac
from pytest_ramsts.wire.signatures.claim import Claim
from pytest_ramsts.wire.signatures.scope import Scope, derived_key, scope_of

__all__ = ["NAME", "read"]

NAME: Final = "ACS4-HMAC-SHA256"


def read(request: Request) -> Claim | None:
    headers = request.headers
    written = headers.get("authorization")
    if not written.startswith(NAME):
        return None
    parts = authorization.parts(written, NAME, ("Credential", "SignedHeaders", "Signature"))
    signed = acs3.signed_headers(request, parts["SignedHeaders"])
    date = headers.get("x-acs-date")
    scope = scope_of(parts["Credential"], date)
    return Claim(
        NAME,
        scope.access_key_id,
        headers.get("x-acs-security-token"),
        acs3.nonce(request),
        date,
        dates.extended,
        partial(_prove, request, scope, signed, parts["Signature"]),
        region=scope.region,
    )


def _prove(
    request: Request,
    scope: Scope,
    signed: list[str],
    signature: str,
    secret: str,
    _form_quoting: bool,
) -> None:
    digest = sha256(request.body).hexdigest()
    # Two lines as in ACS3: the scope is in the key, and not in what is signed.
    string_to_sign = f"{NAME}\n{acs3.canonical_hash(request, signed, digest)}"
    key = derived_key(secret, scope.date, scope.region, scope.product)
    expected = mac.hexadecimal(key, string_to_sign, "sha256")
    acs3.refuse_other_body(request, digest, string_to_sign, signature)
    if not mac.matches(expected, signature):
        raise acs3.mismatch(string_to_sign, signature)
