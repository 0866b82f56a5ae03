"""Who signed a request: a module per algorithm, a table of them, and what they give, a `Claim`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from pytest_ramsts.errors import ApiError, AuthenticationError
from pytest_ramsts.wire.message import Request
from pytest_ramsts.wire.signatures import (
    acs3,
    acs4,
    bearer,
    fc,
    mns,
    oss_post,
    oss_v1,
    oss_v2,
    oss_v4,
    ots,
    roa_v2,
    rpc_v1,
    sls_v1,
    sls_v4,
)
from pytest_ramsts.wire.signatures.claim import Claim, SignatureMismatchError

__all__ = [
    "ALGORITHMS",
    "BEARER",
    "GATEWAY",
    "MNS",
    "OSS",
    "SIGNED",
    "SLS",
    "TABLE_STORE",
    "Claim",
    "SignatureMismatchError",
    "read",
]

Reader = Callable[[Request], Claim | None]
"""None if the request does not carry this signature; an error if it carries a broken one."""

ALGORITHMS: Final[Mapping[str, Reader]] = {
    acs3.NAME: acs3.read,
    rpc_v1.NAME: rpc_v1.read,
    roa_v2.NAME: roa_v2.read,
    acs4.NAME: acs4.read,
    ots.NAME_V2: ots.read_v2,
    ots.NAME_V4: ots.read_v4,
    oss_v1.NAME: oss_v1.read,
    oss_v2.NAME: oss_v2.read,
    oss_v4.NAME: oss_v4.read,
    oss_post.NAME: oss_post.read,
    sls_v1.NAME: sls_v1.read,
    sls_v4.NAME: sls_v4.read,
    mns.NAME: mns.read,
    fc.NAME: fc.read,
    bearer.NAME: bearer.read,
}


BEARER: Final = bearer.NAME
"""The one that signs nothing and names no key."""

SIGNED: Final = (acs3.NAME, rpc_v1.NAME, roa_v2.NAME, acs4.NAME, fc.NAME)
"""What the gateway takes for a product that has no bearer tokens."""

GATEWAY: Final = (*SIGNED, BEARER)
"""What the gateway of most products takes, Function Compute's own among them."""

OSS: Final = (oss_v1.NAME, oss_v2.NAME, oss_v4.NAME, oss_post.NAME)
SLS: Final = (sls_v1.NAME, sls_v4.NAME)
TABLE_STORE: Final = (ots.NAME_V2, ots.NAME_V4)
MNS: Final = (mns.NAME,)


def read(request: Request, taken: Iterable[str] = ALGORITHMS) -> Claim | None:
    """The claim a request makes, or None if it is anonymous.

    An unknown signature is refused, and so is one of an algorithm that is not `taken`.
    """
    for name in taken:
        claim = ALGORITHMS[name](request)
        if claim is not None:
            return claim
    _refuse_others(request, taken)
    _refuse_unknown(request)
    return None


def _refuse_others(request: Request, taken: Iterable[str]) -> None:
    for name in ALGORITHMS.keys() - taken:
        try:
            claim = ALGORITHMS[name](request)
        except ApiError:  # Not quite one of those either.
            continue
        if claim is not None:
            # The former is the gateway's word; services with a way of their own do not know it.
            by_gateway = name == BEARER and acs3.NAME in taken
            raise AuthenticationError(
                "UnsupportedSignatureType" if by_gateway else "InvalidSignatureMethod",
                hint=f"this service takes no signature {name}, but {', '.join(taken)}",
            )


_UNKNOWN_HEADERS: Final = ("x-acs-zero-trust-idtoken",)
_UNKNOWN_PARAMS: Final = ("x-oss-signature-version", "x-oss-signature", "x-oss-credential")


def _refuse_unknown(request: Request) -> None:
    """Refuse what was meant as a credential, so that it does not pass for none."""
    if "authorization" in request.headers:
        scheme = request.headers.get("authorization").partition(" ")[0]
        code = "InvalidSignatureMethod" if "-" in scheme else "IncompleteSignature"
        raise AuthenticationError(
            code, hint=f"no known signature has the Authorization scheme `{scheme}`"
        )
    found = [name for name in _UNKNOWN_HEADERS if name in request.headers]
    found += [name for name in _UNKNOWN_PARAMS if name in request.fields]
    if found:
        raise AuthenticationError(
            "InvalidSignatureMethod", hint=f"no known signature has a `{found[0]}` like this one"
        )
