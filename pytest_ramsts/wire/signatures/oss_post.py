"""The signed form of OSS PostObject: the policy in it is signed, by V1 or by V4, and nothing else.

The policy says until when it is good; whoever reads its conditions sees to that as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from math import inf
from typing import Final

from pytest_ramsts.errors import MissingParameterError
from pytest_ramsts.wire import multipart
from pytest_ramsts.wire.message import Request
from pytest_ramsts.wire.signatures import dates, mac, oss_v1
from pytest_ramsts.wire.signatures.claim import Claim, SignatureMismatchError
from pytest_ramsts.wire.signatures.scope import Scope, derived_key, scope_of

__all__ = ["NAME", "read"]

NAME: Final = "OSS-POST"

_V4: Final = "OSS4-HMAC-SHA256"


def read(request: Request) -> Claim | None:
    if request.method != "POST" or not multipart.is_form(request):
        return None
    form = multipart.read(request)
    if form is None:
        return None
    fields = {name.lower(): value for name, value in form.fields.items()}
    token = fields.get("x-oss-security-token", "")
    if fields.get("x-oss-signature-version") == _V4:
        needed = ("policy", "x-oss-credential", "x-oss-date", "x-oss-signature")
        policy, credential, date, signature = _each(fields, needed)
        scope = scope_of(credential, date, "oss")
        prove = partial(_prove_v4, policy, scope, signature)
        key_id = scope.access_key_id
        return Claim(NAME, key_id, token, "", date, dates.basic, prove, inf, scope.region)
    if "ossaccesskeyid" not in fields:
        return None
    policy, key_id, signature = _each(fields, ("policy", "ossaccesskeyid", "signature"))
    return Claim(
        NAME, key_id, token, "", "", dates.http, partial(_prove_v1, policy, signature), inf
    )


def _each(fields: Mapping[str, str], names: tuple[str, ...]) -> list[str]:
    for name in names:
        if not fields.get(name):
            raise MissingParameterError(name)
    return [fields[name] for name in names]


def _prove_v1(policy: str, signature: str, secret: str, _form_quoting: bool) -> None:
    _compare(mac.base64(secret.encode(), policy, "sha1"), signature, policy)


def _prove_v4(policy: str, scope: Scope, signature: str, secret: str, _form_quoting: bool) -> None:
    key = derived_key(secret, scope.date, scope.region, scope.product)
    _compare(mac.hexadecimal(key, policy, "sha256"), signature, policy)


def _compare(expected: str, signature: str, policy: str) -> None:
    if not mac.matches(expected, signature):
        raise SignatureMismatchError(oss_v1.MISMATCH, string_to_sign=policy, provided=signature)
