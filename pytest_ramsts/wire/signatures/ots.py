"""What both signatures of Table Store cover, and the one that its answers need."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from functools import lru_cache, partial
from typing import Final

from pytest_ramsts.errors import MissingParameterError
from pytest_ramsts.wire.message import Request
from pytest_ramsts.wire.signatures import dates, digests, mac
from pytest_ramsts.wire.signatures.claim import Claim, SignatureMismatchError
from pytest_ramsts.wire.signatures.scope import derived_key

__all__ = ["NAME_V2", "NAME_V4", "read_v2", "read_v4", "sign_response"]

NAME_V2: Final = "OTS-V2"
NAME_V4: Final = "OTS-V4"

_V2: Final = "x-ots-signature"
_V4: Final = "x-ots-signaturev4"
_SIGNATURES: Final = (_V2, _V4)


def read_v2(request: Request) -> Claim | None:
    fields = request.headers.lowered()
    if _V2 not in fields or _V4 in fields:
        return None
    return _claim(request, NAME_V2, fields, _V2)


def read_v4(request: Request) -> Claim | None:
    fields = request.headers.lowered()
    if _V4 not in fields:
        if "x-ots-accesskeyid" in fields:
            raise MissingParameterError(_V2)
        return None
    for name in ("x-ots-signdate", "x-ots-signregion"):
        if not fields.get(name):
            raise MissingParameterError(name)
    return _claim(request, NAME_V4, fields, _V4)


def sign_response(request: Request, headers: Iterable[tuple[str, str]], secret: str) -> str:
    """The `Authorization` header of the answer to `request`, over its `x-ots-` headers, which are
    in lower case.

    Without it the client takes no success for one. The hash is SHA-1 for both generations.
    """
    fields = request.headers.lowered()
    lines = _lines(dict(headers))
    signature = mac.base64(_key(fields, secret), f"{lines}{request.path}", "sha1")
    return f"OTS {fields.get('x-ots-accesskeyid', '')}:{signature}"


def _claim(request: Request, name: str, fields: Mapping[str, str], where: str) -> Claim:
    for needed in ("x-ots-accesskeyid", "x-ots-contentmd5", where):
        if not fields.get(needed):
            raise MissingParameterError(needed)
    return Claim(
        name,
        fields["x-ots-accesskeyid"],
        fields.get("x-ots-ststoken", ""),
        "",
        fields.get("x-ots-date", ""),
        dates.fractional,
        partial(_prove, request, fields, where),
        region=fields.get("x-ots-signregion", ""),
    )


def _prove(
    request: Request, fields: Mapping[str, str], where: str, secret: str, _form_quoting: bool
) -> None:
    # The third line is the query; no client has ever sent one.
    lines = _lines(fields)
    string_to_sign = f"{request.path}\n{request.method}\n{request.query}\n{lines}"
    key = _key(fields, secret)
    if where == _V4:
        expected = mac.base64(key, f"{string_to_sign}ots", "sha256")
    else:
        expected = mac.base64(key, string_to_sign, "sha1")
    provided = fields[where]
    if not mac.matches(expected, provided):
        raise SignatureMismatchError(
            "Signature mismatch.", string_to_sign=string_to_sign, provided=provided
        )
    if fields["x-ots-contentmd5"] != digests.md5_base64(request.body):
        raise SignatureMismatchError(
            "Mismatch between MD5 value of request body and x-ots-contentmd5 in header.",
            string_to_sign=string_to_sign,
            provided=provided,
        )


def _key(fields: Mapping[str, str], secret: str) -> bytes:
    if _V4 not in fields:
        return secret.encode()
    date, region = fields.get("x-ots-signdate", ""), fields.get("x-ots-signregion", "")
    return b64encode(derived_key(secret, date, region, "ots"))  # its text, not its octets


def _lines(fields: Mapping[str, str]) -> str:
    return "".join([f"{name}:{fields[name].strip()}\n" for name in _signed(tuple(fields))])


@lru_cache(maxsize=64)  # A client sends the same fields with every call.
def _signed(names: tuple[str, ...]) -> list[str]:
    return sorted([name for name in names if name.startswith("x-ots-") and name not in _SIGNATURES])
