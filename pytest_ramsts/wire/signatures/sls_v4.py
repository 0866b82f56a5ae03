"""SLS4-HMAC-SHA256: over method, path, query, a fixed choice of headers and the body's hash."""

from __future__ import annotations

from functools import partial
from hashlib import sha256
from typing import Final

from pytest_ramsts.wire import quoting
from pytest_ramsts.wire.message import Request
from pytest_ramsts.wire.signatures import authorization, dates, mac, sls_v1
from pytest_ramsts.wire.signatures.claim import Claim, SignatureMismatchError
from pytest_ramsts.wire.signatures.scope import Scope, derived_key, scope_of

__all__ = ["NAME", "read"]

NAME: Final = "SLS4-HMAC-SHA256"

_PLAIN: Final = ("content-type", "host")


def read(request: Request) -> Claim | None:
    headers = request.headers
    written = headers.get("authorization")
    if not written.startswith(NAME):
        return None
    parts = authorization.parts(written, NAME, ("Credential", "Signature"))
    date = headers.get("x-log-date")
    scope = scope_of(parts["Credential"], date, "sls")
    return Claim(
        NAME,
        scope.access_key_id,
        headers.get("x-acs-security-token"),
        "",
        date,
        dates.basic,
        partial(_prove, request, scope, parts["Signature"]),
        region=scope.region,
    )


def _prove(
    request: Request, scope: Scope, signature: str, secret: str, _form_quoting: bool
) -> None:
    headers = dict(request.headers.lowered())
    headers.setdefault("host", request.authority)
    signed = sorted(
        name
        for name in headers
        if name in _PLAIN
        or (name.startswith(("x-log-", "x-acs-")) and not name.startswith("x-log-meta-"))
    )
    lines = "".join([f"{name}:{headers[name].strip()}\n" for name in signed])
    digest = sha256(b"" if sls_v1.puts_object(request) else request.body).hexdigest()
    canonical = (
        f"{request.method}\n{request.path}\n{quoting.brief_query(request.params)}\n"
        f"{lines}\n{';'.join(signed)}\n{digest}"
    )
    hashed = sha256(canonical.encode("latin-1", "replace")).hexdigest()
    string_to_sign = f"{NAME}\n{request.headers.get('x-log-date')}\n{scope}\n{hashed}"
    key = derived_key(secret, scope.date, scope.region, scope.product)
    expected = mac.hexadecimal(key, string_to_sign, "sha256")
    sound = headers.get("x-log-content-sha256") == digest
    if not (mac.matches(expected, signature) and sound):
        raise SignatureMismatchError(
            f"signature {signature} not match",
            string_to_sign=string_to_sign,
            provided=signature,
            hint="" if sound else "x-log-content-sha256 is not that of the body",
        )
