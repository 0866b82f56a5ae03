"""OSS V2: HMAC-SHA256 over what V1 signs, all parameters, and additional headers."""

from __future__ import annotations

from functools import partial
from typing import Final

from pytest_ramsts.errors import MissingParameterError
from pytest_ramsts.wire import quoting
from pytest_ramsts.wire.buckets import address_of
from pytest_ramsts.wire.message import Request
from pytest_ramsts.wire.signatures import authorization, dates, mac, oss_v1
from pytest_ramsts.wire.signatures.claim import Claim, SignatureMismatchError

__all__ = ["NAME", "read"]

NAME: Final = "OSS-V2"

_SIGNATURE: Final = "x-oss-signature"


def read(request: Request) -> Claim | None:
    headers = request.headers
    written = headers.get("authorization")
    if written.startswith("OSS2 "):
        parts = authorization.parts(
            written, "OSS2", ("AccessKeyId", "Signature"), ("AdditionalHeaders",), ":"
        )
        date = headers.get("x-oss-date") or headers.get("date")
        additional = parts.get("AdditionalHeaders", "")
        return Claim(
            NAME,
            parts["AccessKeyId"],
            headers.get("x-oss-security-token"),
            "",
            date,
            dates.http,
            partial(_prove, request, date, additional, parts["Signature"]),
        )
    params = {} if written else dict(reversed(request.params))
    if params.get("x-oss-signature-version") != "OSS2":
        return None
    for name in ("x-oss-access-key-id", "x-oss-expires", _SIGNATURE):
        if not params.get(name):
            raise MissingParameterError(name)
    expires = params["x-oss-expires"]
    additional = params.get("x-oss-additional-headers", "")
    return Claim(
        NAME,
        params["x-oss-access-key-id"],
        params.get("security-token", ""),
        "",
        "",
        dates.http,
        partial(_prove, request, expires, additional, params[_SIGNATURE]),
        dates.number(expires),
    )


def _prove(
    request: Request,
    date: str,
    additional: str,
    signature: str,
    secret: str,
    _form_quoting: bool,
) -> None:
    headers = request.headers.lowered()
    named = sorted(additional.lower().split(";")) if additional else []
    signed = {name: headers[name] for name in headers if name.startswith("x-oss-")}
    signed |= {name: headers.get(name, "") for name in named}
    lines = "".join([f"{name}:{value.strip()}\n" for name, value in sorted(signed.items())])
    query = quoting.brief_query([pair for pair in request.params if pair[0] != _SIGNATURE])
    get = request.headers.get
    string_to_sign = (
        f"{request.method}\n{get('content-md5')}\n{get('content-type')}\n{date}\n"
        f"{lines}{';'.join(named)}\n"
        f"{quoting.quoted(address_of(request).resource)}{'?' if query else ''}{query}"
    )
    expected = mac.base64(secret.encode(), string_to_sign, "sha256")
    if not mac.matches(expected, signature):
        raise SignatureMismatchError(
            oss_v1.MISMATCH, string_to_sign=string_to_sign, provided=signature
        )
