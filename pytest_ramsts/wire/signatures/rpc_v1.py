"""RPC V1: HMAC-SHA1 or RSA over all parameters of query and form, the signature among them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from pytest_ramsts.errors import AuthenticationError, MissingParameterError
from pytest_ramsts.wire import quoting
from pytest_ramsts.wire.message import Request
from pytest_ramsts.wire.signatures import bearer, dates, mac, rsa
from pytest_ramsts.wire.signatures.claim import Claim, SignatureMismatchError

__all__ = ["NAME", "read"]

NAME: Final = "RPC-V1"

_MARKS: Final = frozenset(("AccessKeyId", "SecurityToken", "Signature"))
# `SignatureNonce` and `Timestamp` are no marks: the anonymous operations may carry them.
_TYPES: Final = {"HMAC-SHA1": "", "SHA256withRSA": "PRIVATEKEY"}
"""By the method, the type of signature that goes with it."""
_NEEDED: Final = (
    "AccessKeyId",
    "Signature",
    "SignatureMethod",
    "SignatureVersion",
    "SignatureNonce",
)


def read(request: Request) -> Claim | None:
    if "authorization" in request.headers:
        return None
    parameters = request.fields
    if _MARKS.isdisjoint(parameters) or parameters.get("SignatureType") == bearer.TYPE:
        return None
    if "OSSAccessKeyId" in parameters:  # a presigned URL, with a `Signature` too
        return None
    for name in _NEEDED:
        if not parameters.get(name):
            raise MissingParameterError(name)
    _refuse_other_algorithms(parameters)
    return Claim(
        NAME,
        parameters["AccessKeyId"],
        parameters.get("SecurityToken", ""),
        parameters["SignatureNonce"],
        parameters.get("Timestamp", ""),
        dates.extended,
        partial(_prove, request, parameters["Signature"]),
    )


def _refuse_other_algorithms(parameters: Mapping[str, str]) -> None:
    method, kind = parameters["SignatureMethod"], parameters.get("SignatureType", "")
    if method not in _TYPES:
        raise AuthenticationError(
            "InvalidSignatureMethod",
            hint=f"SignatureMethod is `{method}`; known are `{'` and `'.join(_TYPES)}`",
        )
    if parameters["SignatureVersion"] != "1.0":
        raise AuthenticationError(
            "IncompleteSignature",
            hint=f"SignatureVersion is `{parameters['SignatureVersion']}`; only `1.0` is known",
        )
    if kind != _TYPES[method]:
        raise AuthenticationError(
            "InvalidSignatureMethod",
            hint=f"SignatureType is `{kind}`; with `{method}` it is `{_TYPES[method]}`",
        )


def _prove(request: Request, signature: str, secret: str, form_quoting: bool) -> None:
    canonical = quoting.query(
        [pair for pair in request.params + request.form if pair[0] != "Signature"]
    )
    # `canonical` is quoted already, so quoting it once more meets three characters only.
    twice = canonical.replace("%", "%25").replace("=", "%3D").replace("&", "%26")
    string_to_sign = f"{request.method}&%2F&{twice}"
    if request.fields["SignatureMethod"] == "SHA256withRSA":
        if rsa.matches(secret, string_to_sign, signature):
            return
        raise _mismatch(string_to_sign, signature)
    key = f"{secret}&".encode()
    if mac.matches(mac.base64(key, string_to_sign, "sha1"), signature):
        return
    if form_quoting and "%2520" in string_to_sign:
        # alibabacloud_credentials quotes a space as `+` in both passes.
        form = string_to_sign.replace("%2520", "%2B")
        if mac.matches(mac.base64(key, form, "sha1"), signature):
            return
    raise _mismatch(string_to_sign, signature)


def _mismatch(string_to_sign: str, signature: str) -> SignatureMismatchError:
    return SignatureMismatchError(
        # aliyunsdkcore splits this text at its first colon, and crashes if there is none.
        "Specified signature is not matched with our calculation. "
        f"server string to sign is:{string_to_sign}",
        string_to_sign=string_to_sign,
        provided=signature,
    )
