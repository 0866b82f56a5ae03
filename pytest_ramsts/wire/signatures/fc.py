"""Function Compute: HMAC-SHA256 over method, three plain headers, the `x-fc-` headers and path."""

from __future__ import annotations

from functools import partial
from typing import Final

from pytest_ramsts.wire import quoting
from pytest_ramsts.wire.message import Request
from pytest_ramsts.wire.signatures import authorization, dates, mac
from pytest_ramsts.wire.signatures.claim import Claim, SignatureMismatchError

__all__ = ["NAME", "read"]

NAME: Final = "FC"


def read(request: Request) -> Claim | None:
    headers = request.headers
    written = headers.get("authorization")
    if not written.startswith("FC "):
        return None
    access_key_id, signature = authorization.pair(written, NAME)
    return Claim(
        NAME,
        access_key_id,
        headers.get("x-fc-security-token"),
        "",
        headers.get("date"),
        dates.http,
        partial(_prove, request, signature),
    )


def _prove(request: Request, signature: str, secret: str, _form_quoting: bool) -> None:
    get = request.headers.get
    string_to_sign = (
        f"{request.method}\n{get('content-md5')}\n{get('content-type')}\n{get('date')}\n"
        f"{request.headers.lines('x-fc-')}{quoting.octets(_resource(request))}"
    )
    expected = mac.base64(secret.encode(), string_to_sign, "sha256")
    if not mac.matches(expected, signature):
        raise SignatureMismatchError(
            "The request signature we calculated does not match the signature you provided.",
            string_to_sign=string_to_sign,
            provided=signature,
        )


def _resource(request: Request) -> str:
    """The path, decoded; only a call of an HTTP trigger signs its query, one pair a line."""
    path = quoting.unquoted(request.path)
    if path.split("/")[2:3] != ["proxy"]:
        return path
    lines = sorted(f"{name}={value}" for name, value in request.params)
    return path + "\n" + "\n".join(lines)
