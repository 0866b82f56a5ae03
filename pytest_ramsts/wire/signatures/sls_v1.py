"""SLS V1: HMAC-SHA1 over method, three plain headers, the `x-log-` headers, path and query."""

from __future__ import annotations

from functools import partial
from typing import Final

from pytest_ramsts.errors import AuthenticationError
from pytest_ramsts.wire import quoting
from pytest_ramsts.wire.message import Request
from pytest_ramsts.wire.signatures import authorization, dates, digests, mac
from pytest_ramsts.wire.signatures.claim import Claim, SignatureMismatchError

__all__ = ["NAME", "puts_object", "read"]

NAME: Final = "SLS-V1"


def read(request: Request) -> Claim | None:
    headers = request.headers
    written = headers.get("authorization")
    if not written.startswith("LOG "):
        return None
    method = headers.get("x-log-signaturemethod", "hmac-sha1")
    if method != "hmac-sha1":
        raise AuthenticationError(
            "InvalidSignatureMethod", hint=f"x-log-signaturemethod is `{method}`"
        )
    access_key_id, signature = authorization.pair(written, "LOG")
    return Claim(
        NAME,
        access_key_id,
        headers.get("x-acs-security-token"),
        "",
        headers.get("date") or headers.get("x-log-date"),
        dates.http,
        partial(_prove, request, signature),
    )


def _prove(request: Request, signature: str, secret: str, _form_quoting: bool) -> None:
    get = request.headers.get
    query = "&".join([f"{name}={value}" for name, value in sorted(request.params)])
    date = get("date") or get("x-log-date")
    digest = "" if puts_object(request) else get("content-md5")
    # The client adds x-log-date when it has signed.
    lines = request.headers.lines("x-log-", "x-acs-", without=("x-log-date", "x-log-meta-"))
    string_to_sign = (
        f"{request.method}\n{digest}\n{get('content-type')}\n{date}\n"
        f"{lines}{request.path}{'?' if query else ''}{quoting.octets(query)}"
    )
    expected = mac.base64(secret.encode(), string_to_sign, "sha1")
    sound = digest in {"", digests.md5_hex(request.body).upper()}
    if not (mac.matches(expected, signature) and sound):
        raise SignatureMismatchError(
            f"signature {signature} not match",
            string_to_sign=string_to_sign,
            provided=signature,
            hint="" if sound else "Content-MD5 is not that of the body",
        )


def puts_object(request: Request) -> bool:
    """Whether this is PutObject: its body is not signed, and its Content-MD5 is metadata."""
    return request.method == "PUT" and request.path.split("/")[3:4] == ["objects"]
