"""MNS: HMAC-SHA1 over method, three plain headers, the `x-mns-` headers and the path as sent."""

from __future__ import annotations

from base64 import b64encode
from functools import partial
from typing import Final

from pytest_ramsts.wire.message import Request
from pytest_ramsts.wire.signatures import authorization, dates, digests, mac
from pytest_ramsts.wire.signatures.claim import Claim, SignatureMismatchError

__all__ = ["NAME", "read"]

NAME: Final = "MNS"


def read(request: Request) -> Claim | None:
    headers = request.headers
    written = headers.get("authorization")
    if not written.startswith("MNS "):
        return None
    access_key_id, signature = authorization.pair(written, NAME)
    return Claim(
        NAME,
        access_key_id,
        headers.get("security-token"),  # no part of what is signed
        "",
        headers.get("date"),
        dates.http,
        partial(_prove, request, signature),
    )


def _prove(request: Request, signature: str, secret: str, _form_quoting: bool) -> None:
    get = request.headers.get
    query = request.query
    string_to_sign = (
        f"{request.method}\n{get('content-md5')}\n{get('content-type')}\n{get('date')}\n"
        f"{request.headers.lines('x-mns-')}{request.path}{'?' if query else ''}{query}"
    )
    expected = mac.base64(secret.encode(), string_to_sign, "sha1")
    # The client encodes the hexadecimal text of the digest, not the digest.
    digest = b64encode(digests.md5_hex(request.body).encode()).decode()
    sound = get("content-md5") in {"", digest, digests.md5_base64(request.body)}
    if not (mac.matches(expected, signature) and sound):
        raise SignatureMismatchError(
            "The request signature we calculated does not match the signature you provided.",
            string_to_sign=string_to_sign,
            provided=signature,
            hint="" if sound else "Content-MD5 is not that of the body",
        )
