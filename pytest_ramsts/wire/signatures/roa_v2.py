"""ROA V2: HMAC-SHA1 over method, four plain headers, the `x-acs-` headers, path and query."""

from __future__ import annotations

from functools import partial
from typing import Final

from pytest_ramsts.errors import AuthenticationError
from pytest_ramsts.wire import quoting
from pytest_ramsts.wire.message import Request
from pytest_ramsts.wire.signatures import authorization, dates, digests, mac
from pytest_ramsts.wire.signatures.claim import Claim, SignatureMismatchError

__all__ = ["NAME", "read"]

NAME: Final = "ROA-V2"

_KNOWN: Final = {"x-acs-signature-method": "HMAC-SHA1", "x-acs-signature-version": "1.0"}


def read(request: Request) -> Claim | None:
    headers = request.headers
    written = headers.get("authorization")
    if not written.startswith("acs "):
        return None
    for name, known in _KNOWN.items():
        if headers.get(name, known) != known:
            raise AuthenticationError(
                "InvalidSignatureMethod",
                hint=f"{name} is `{headers.get(name)}`; only `{known}` is known",
            )
    access_key_id, signature = authorization.pair(written, "acs")
    return Claim(
        NAME,
        access_key_id,
        headers.get("x-acs-security-token"),
        headers.get("x-acs-signature-nonce"),
        headers.get("date"),
        dates.http,
        partial(_prove, request, signature),
    )


def _prove(request: Request, signature: str, secret: str, _form_quoting: bool) -> None:
    get = request.headers.get
    # The published rule decodes path and query, and writes an empty value as its name alone.
    query = "&".join(
        [f"{name}={value}" if value else name for name, value in sorted(request.params)]
    )
    resource = quoting.unquoted(request.path) + ("?" + query if query else "")
    string_to_sign = (
        f"{request.method}\n{get('accept')}\n{get('content-md5')}\n{get('content-type')}\n"
        f"{get('date')}\n{request.headers.lines('x-acs-')}"
        f"{quoting.octets(resource)}"
    )
    expected = mac.base64(secret.encode(), string_to_sign, "sha1")
    sound = get("content-md5") in {"", digests.md5_base64(request.body)}
    if not (mac.matches(expected, signature) and sound):
        raise SignatureMismatchError(
            "Specified signature is not matched with our calculation. "
            f"server string to sign is:{string_to_sign}",
            string_to_sign=string_to_sign,
            provided=signature,
            hint="" if sound else "Content-MD5 is not that of the body",
        )
