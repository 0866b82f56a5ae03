"""OIDC tokens: whether one is what its provider signed, for us, and still good."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pytest_ramsts.errors import FederationError, RamstsError
from pytest_ramsts.identity.federation import Federated

if TYPE_CHECKING:
    from pytest_ramsts.identity.providers import OidcProvider

_ALGORITHMS: Final = ("RS256", "RS384", "RS512")
_HOUR: Final = 3600


@dataclass(frozen=True, slots=True)
class OidcToken:
    """What a token says, once it is known to be true."""

    issuer: str
    subject: str
    client_ids: tuple[str, ...]
    issued: float
    expires: float


def authenticate(provider: OidcProvider, text: str) -> Federated:
    """Whom a token is about, or the documented `AuthenticationFail.*`.

    The clock is the cloud's; nothing is tolerated.
    """
    header = _header(text)
    claims = _verified(provider, text, header)
    token = _token(claims)
    _check(provider, token)
    # A list of audiences is a key with several values: see the settings of the policy language.
    keys = {"oidc:iss": token.issuer, "oidc:aud": token.client_ids, "oidc:sub": token.subject}
    return Federated(provider, token, keys)


def _header(text: str) -> dict[str, Any]:
    if not text:
        raise _invalid("The OIDCToken can not empty.")
    parts = text.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - header, claims, signature
        raise _invalid("The number of Jwt field should be divided into 3 parts with '.' .")
    try:
        header = json.loads(base64.urlsafe_b64decode(parts[0] + "=="))
    except (ValueError, binascii.Error):
        raise _invalid("Cannot decode base64 encoded response(format invalided).") from None
    if not isinstance(header, dict) or header.get("alg") not in _ALGORITHMS:
        named = header.get("alg") if isinstance(header, dict) else header
        raise _invalid(f"The algorithm {named} that be specified in Jwt header is unknown.")
    return header


def _verified(provider: OidcProvider, text: str, header: Mapping[str, Any]) -> dict[str, Any]:
    jwt = library()
    try:
        key = jwt.PyJWK(_key(provider, header.get("kid"), header["alg"])).key
        claims: dict[str, Any] = jwt.decode(
            text,
            key,
            algorithms=[header["alg"]],
            # The signature only: times are the cloud's clock's business.
            options={
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
                "verify_aud": False,
            },
        )
    except jwt.InvalidSignatureError:
        raise FederationError(
            "OIDCToken.InvalidSignature", "OIDC token validate failed: invalid signature."
        ) from None
    except jwt.PyJWTError as error:
        raise _invalid(_UNRECOGNIZED, hint=str(error)) from None
    return claims


def _key(provider: OidcProvider, key_id: object, algorithm: str) -> dict[str, Any]:
    """The issuer's public key that a token names. An issuer has to be found to have any."""
    key_set = provider.account.world.key_sets.get(provider.issuer)
    if key_set is None:
        raise FederationError(
            "OIDCToken.HttpsUrlInvalid",
            "Invoke url failed due to certificate chain validation",
            hint=f"nothing here serves the keys of `{provider.issuer}`; use the fixture"
            " `oidc_provider`, or cloud.world.key_sets[issuer] = {'keys': [...]}",
        )
    keys = key_set["keys"]
    named = [one for one in keys if key_id is None or one.get("kid") == key_id]
    if not named:
        raise FederationError(
            "OIDCToken.InvalidSignature",
            "OIDC token validate failed: invalid signature.",
            hint=f"the issuer has no key `{key_id}`",
        )
    return {"alg": algorithm, **named[0]}


_UNRECOGNIZED: Final = "The Jwt content is invalid that cannot be recognized."


def _token(claims: Mapping[str, Any]) -> OidcToken:
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if not isinstance(audiences, list) or not all(isinstance(one, str) for one in audiences):
        raise _invalid(_UNRECOGNIZED, hint="it has no `aud`")
    for name, kind in (("iss", str), ("sub", str), ("exp", (int, float)), ("iat", (int, float))):
        if not isinstance(claims.get(name), kind):
            raise _invalid(_UNRECOGNIZED, hint=f"it has no `{name}`")
    return OidcToken(
        claims["iss"], claims["sub"], tuple(audiences), float(claims["iat"]), float(claims["exp"])
    )


def _check(provider: OidcProvider, token: OidcToken) -> None:
    if token.issuer != provider.issuer:
        # The code for another issuer could not be read on the page of error codes.
        raise _invalid(_UNRECOGNIZED, hint=f"`{token.issuer}` is not `{provider.issuer}`")
    if not set(token.client_ids) & set(provider.client_ids):
        raise FederationError(
            "OIDCToken.AudienceNotMatch",
            "Invalid audience.",
            hint=f"for {', '.join(token.client_ids)}, not for {', '.join(provider.client_ids)}",
        )
    now = provider.account.world.clock.time()
    if now >= token.expires:
        raise FederationError(
            "OIDCToken.Expired",
            "This JsonWebToken is expired.",
            hint=f"{now - token.expires:.0f} s ago",
        )
    if token.issued > now:
        raise _invalid(_UNRECOGNIZED, hint=f"issued {token.issued - now:.0f} s in the future")
    hours = provider.issuance_limit_time
    if now - token.issued > hours * _HOUR:
        raise FederationError(
            "OIDCToken.Expired",
            "This JsonWebToken is expired.",
            hint=f"issued more than {hours} hours ago: the provider's IssuanceLimitTime",
        )


def _invalid(message: str, *, hint: str = "") -> FederationError:
    return FederationError("OIDCToken.Invalid", message, hint=hint)


def library() -> Any:
    """PyJWT, or how to get it."""
    try:
        import jwt  # noqa: PLC0415 - an extra: nothing needs it until a token is checked
    except ImportError:
        raise RamstsError(
            "OIDC tokens are checked with PyJWT; install pytest-ramsts[oidc]"
        ) from None
    return jwt
