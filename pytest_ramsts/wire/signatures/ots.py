"""What both signatures of Table Store cover, and the one that its answers need."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from functools import partial
from typing import Final

from pytest_ramsts.errors import MissingParameterError
from pytest_ramsts.wire.message import Headers, Request
from pytest_ramsts.wire.signatures import dates, digests, mac
from pytest_ramsts.wire.signatures.claim import Claim, SignatureMismatchError
from pytest_ramsts.wire.signatures.scope import derived_key

__all__ = ["NAME_V2", "NAME_V4", "read_v2", "read_v4", "sign_response"]

NAME_V2: Final = "OTS-V2"
NAME_V4: Final = "OTS-V4"

_V2: Final = "x-ots-signature"
_V4: Final = "x-ots-signaturev4"


def read_v2(request: Request) -> Claim | None:
    if _V2 not in request.headers or _V4 in request.headers:
        return None
    return _claim(request, NAME_V2, _V2)


def read_v4(request: Request) -> Claim | None:
    if _V4 not in request.headers:
        if "x-ots-accesskeyid" in request.headers:
            raise MissingParameterError(_V2)
        return None
    for name in ("x-ots-signdate", "x-ots-signregion"):
        if not request.headers.get(name):
            raise MissingParameterError(name)
    return _claim(request, NAME_V4, _V4)


def sign_response(request: Request, headers: Iterable[tuple[str, str]], secret: str) -> str:
    """The `Authorization` header of the answer to `request`, over its `x-ots-` headers.

    Without it the client takes no success for one. The hash is SHA-1 for both generations.
    """
    signed = "\n".join(_lines(Headers(headers)))
    signature = mac.base64(_key(request, secret), f"{signed}\n{request.path}", "sha1")
    return f"OTS {request.headers.get('x-ots-accesskeyid')}:{signature}"


def _claim(request: Request, name: str, where: str) -> Claim:
    headers = request.headers
    for needed in ("x-ots-accesskeyid", "x-ots-contentmd5", where):
        if not headers.get(needed):
            raise MissingParameterError(needed)
    return Claim(
        name,
        headers.get("x-ots-accesskeyid"),
        headers.get("x-ots-ststoken"),
        "",
        headers.get("x-ots-date"),
        dates.fractional,
        partial(_prove, request, headers.get(where)),
        region=headers.get("x-ots-signregion"),
    )


def _prove(request: Request, signature: str, secret: str, _form_quoting: bool) -> None:
    # The third line is the query; no client has ever sent one.
    lines = "\n".join(_lines(request.headers))
    string_to_sign = f"{request.path}\n{request.method}\n{request.query}\n{lines}\n"
    key = _key(request, secret)
    if _V4 in request.headers:
        expected = mac.base64(key, string_to_sign + "ots", "sha256")
    else:
        expected = mac.base64(key, string_to_sign, "sha1")
    if not mac.matches(expected, signature):
        raise SignatureMismatchError(
            "Signature mismatch.", string_to_sign=string_to_sign, provided=signature
        )
    if request.headers.get("x-ots-contentmd5") != digests.md5_base64(request.body):
        raise SignatureMismatchError(
            "Mismatch between MD5 value of request body and x-ots-contentmd5 in header.",
            string_to_sign=string_to_sign,
            provided=signature,
        )


def _key(request: Request, secret: str) -> bytes:
    if _V4 not in request.headers:
        return secret.encode()
    date, region = (request.headers.get(f"x-ots-sign{part}") for part in ("date", "region"))
    return b64encode(derived_key(secret, date, region, "ots"))  # its text, not its octets


def _lines(headers: Headers) -> list[str]:
    signed = sorted(headers.lowered().items())
    return [
        f"{name}:{value.strip()}"
        for name, value in signed
        if name.startswith("x-ots-") and name not in {_V2, _V4}
    ]
