"""What a key of the fourth generation is made for: a day, a region, a product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pytest_ramsts.errors import AuthenticationError
from pytest_ramsts.wire.signatures import mac

__all__ = ["Scope", "derived_key", "scope_of"]

_END: Final = "aliyun_v4_request"


@dataclass(frozen=True, slots=True)
class Scope:
    access_key_id: str
    date: str
    region: str
    product: str

    def __str__(self) -> str:
        return f"{self.date}/{self.region}/{self.product}/{_END}"


def scope_of(credential: str, date: str, *products: str) -> Scope:
    """`<key id>/<yyyymmdd>/<region>/<product>/aliyun_v4_request`, of the day of `date`.

    Of any product, unless some are given.
    """
    parts = credential.rsplit("/", 4)
    if len(parts) != len(("key", "date", "region", "product", "end")) or parts[4] != _END:
        raise _incomplete(f"the scope of the credential `{credential}` is malformed")
    scope = Scope(*parts[:4])
    if not scope.access_key_id or not date.replace("-", "").startswith(scope.date or "?"):
        raise _incomplete(f"the credential `{credential}` is not of the day of `{date}`")
    if products and scope.product not in products:
        raise _incomplete(f"the credential is for `{scope.product}`; here it is `{products[0]}`")
    return scope


def derived_key(secret: str, date: str, region: str, product: str) -> bytes:
    key = f"aliyun_v4{secret}".encode()
    for step in (date, region, product, _END):
        key = mac.digest(key, step, "sha256")
    return key


def _incomplete(hint: str) -> AuthenticationError:
    return AuthenticationError("IncompleteSignature", hint=hint)
