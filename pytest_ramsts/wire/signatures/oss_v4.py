"""OSS4-HMAC-SHA256: over method, bucket and key, all parameters, and a fixed choice of headers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from typing import Final

from pytest_ramsts.errors import AuthenticationError, MissingParameterError
from pytest_ramsts.wire import quoting
from pytest_ramsts.wire.buckets import address_of
from pytest_ramsts.wire.message import Request
from pytest_ramsts.wire.signatures import authorization, dates, mac, oss_v1
from pytest_ramsts.wire.signatures.claim import Claim, SignatureMismatchError
from pytest_ramsts.wire.signatures.scope import Scope, derived_key, scope_of

__all__ = ["NAME", "read"]

NAME: Final = "OSS4-HMAC-SHA256"

_SIGNATURE: Final = "x-oss-signature"
_PAYLOAD: Final = "x-oss-content-sha256"
_UNSIGNED: Final = "UNSIGNED-PAYLOAD"
_PLAIN: Final = ("content-type", "content-md5")
_PRODUCTS: Final = ("oss", "oss-cloudbox")
_LONGEST: Final = 7 * 24 * 60 * 60  # seconds that a presigned URL may live


def read(request: Request) -> Claim | None:
    headers = request.headers
    written = headers.get("authorization")
    if written.startswith(NAME):
        parts = authorization.parts(
            written, NAME, ("Credential", "Signature"), ("AdditionalHeaders",)
        )
        date = headers.get("x-oss-date")
        scope = scope_of(parts["Credential"], date, *_PRODUCTS)
        additional = parts.get("AdditionalHeaders", "")
        return Claim(
            NAME,
            scope.access_key_id,
            headers.get("x-oss-security-token"),
            "",
            date,
            dates.basic,
            partial(_prove, request, scope, date, additional, parts["Signature"]),
            region=scope.region,
        )
    params = {} if written else dict(reversed(request.params))
    if params.get("x-oss-signature-version") != NAME:
        return None
    return _presigned(request, params)


def _presigned(request: Request, params: Mapping[str, str]) -> Claim:
    for name in ("x-oss-credential", "x-oss-date", "x-oss-expires", _SIGNATURE):
        if not params.get(name):
            raise MissingParameterError(name)
    date = params["x-oss-date"]
    scope = scope_of(params["x-oss-credential"], date, *_PRODUCTS)
    additional = params.get("x-oss-additional-headers", "")
    claim = Claim(
        NAME,
        scope.access_key_id,
        params.get("x-oss-security-token", ""),
        "",
        date,
        dates.basic,
        partial(_prove, request, scope, date, additional, params[_SIGNATURE]),
        region=scope.region,
    )
    life = dates.number(params["x-oss-expires"])
    if not 1 <= life <= _LONGEST:
        raise AuthenticationError(
            "InvalidTimeStamp.Format", hint=f"x-oss-expires is not from 1 to {_LONGEST}"
        )
    return claim._replace(expires=claim.timestamp() + life)


def _prove(
    request: Request,
    scope: Scope,
    date: str,
    additional: str,
    signature: str,
    secret: str,
    _form_quoting: bool,
) -> None:
    headers = dict(request.headers.lowered())
    named = sorted(additional.lower().split(";")) if additional else []
    signed = {
        name: headers[name] for name in headers if name in _PLAIN or name.startswith("x-oss-")
    }
    if "host" in named:
        headers.setdefault("host", request.authority)
    signed |= {name: headers.get(name, "") for name in named}
    lines = "".join([f"{name}:{value.strip()}\n" for name, value in sorted(signed.items())])
    path = quoting.quoted(address_of(request).resource).replace("%2F", "/")
    query = quoting.brief_query([pair for pair in request.params if pair[0] != _SIGNATURE])
    payload = headers.get(_PAYLOAD, _UNSIGNED)
    canonical = f"{request.method}\n{path}\n{query}\n{lines}\n{';'.join(named)}\n{payload}"
    hashed = sha256(canonical.encode("latin-1", "replace")).hexdigest()
    string_to_sign = f"{NAME}\n{date}\n{scope}\n{hashed}"
    key = derived_key(secret, scope.date, scope.region, scope.product)
    expected = mac.hexadecimal(key, string_to_sign, "sha256")
    sound = payload == _UNSIGNED or payload == sha256(request.body).hexdigest()
    if not (mac.matches(expected, signature) and sound):
        raise SignatureMismatchError(
            oss_v1.MISMATCH,
            string_to_sign=string_to_sign,
            provided=signature,
            hint="" if sound else f"{_PAYLOAD} is not that of the body",
        )
