"""Bearer tokens: the token is all there is; nothing of the request is signed."""

from __future__ import annotations

from typing import Final

from pytest_ramsts.errors import MissingParameterError
from pytest_ramsts.wire.message import Request
from pytest_ramsts.wire.signatures import dates, mac
from pytest_ramsts.wire.signatures.claim import Claim, SignatureMismatchError

__all__ = ["NAME", "TYPE", "read"]

NAME: Final = "BEARER"
TYPE: Final = "BEARERTOKEN"

_HEADERS: Final = ("x-acs-bearer-token", "x-acs-signature-type")


def read(request: Request) -> Claim | None:
    """A claim without a key id, whose token `verify` compares with the one it is given."""
    headers = request.headers
    if "authorization" in headers:
        return None
    parameters = request.fields
    in_headers = any(name in headers for name in _HEADERS)
    if not in_headers and parameters.get("SignatureType") != TYPE:
        return None
    token = headers.get("x-acs-bearer-token") or parameters.get("BearerToken", "")
    if not token:
        raise MissingParameterError("BearerToken")

    date = headers.get("x-acs-date") or parameters.get("Timestamp", "")
    parse: dates.Parse = dates.extended
    if not date:  # the older style of ROA
        date, parse = headers.get("date"), dates.http

    def prove(secret: str, _form_quoting: bool) -> None:
        if not mac.matches(secret, token):
            raise SignatureMismatchError("The bearer token is another.", provided=token)

    return Claim(
        NAME,
        "",
        token,
        headers.get("x-acs-signature-nonce") or parameters.get("SignatureNonce", ""),
        date,
        parse,
        prove,
    )
