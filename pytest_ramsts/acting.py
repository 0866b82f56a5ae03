"""Who the application acts as, and where it finds the credentials: what a source of the environment
needs, taken from the world.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from pytest_ramsts.clock import timestamp
from pytest_ramsts.environment import SOURCES, Source, Wish, found
from pytest_ramsts.errors import RamstsError
from pytest_ramsts.identity import (
    AccessKey,
    Account,
    BearerToken,
    KeyPair,
    Role,
    Session,
    User,
)
from pytest_ramsts.issuers import OidcIssuer
from pytest_ramsts.policy import Policy, PolicySource
from pytest_ramsts.services.metadata import CREDENTIALS_HOST, HttpTokens
from pytest_ramsts.services.sign_in import OAUTH_URL, SSO_URL

__all__ = ["Terms", "Who", "acting_as", "credentials_of"]

Who = User | Account | Role | AccessKey | Session
"""Whoever has credentials, or can be given some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a role comes to be assumed: what stands in the file beside it."""

    by: Who | OidcIssuer | None = None
    subject: str = "system:serviceaccount:default:app"
    session_name: str = ""
    duration: int | timedelta | None = None
    policy: PolicySource | None = None
    external_id: str = ""
    http_tokens: HttpTokens = "optional"

    def given(self) -> list[str]:
        return [name for name in self.__slots__ if getattr(self, name) != getattr(Terms(), name)]


# Which terms each need can carry.
_TERMS: dict[str, frozenset[str]] = {
    "assumed": frozenset({"by", "session_name", "duration", "policy", "external_id"}),
    "chained": frozenset({"by", "session_name", "duration", "policy", "external_id"}),
    "oidc": frozenset({"by", "subject", "session_name", "duration", "policy"}),
    "instance": frozenset({"http_tokens"}),
}


@contextmanager
def acting_as(
    who: Who, via: str, terms: Terms, state: Callable[[str], Any], add_host: Callable[[str], None]
) -> Iterator[Any]:
    """Lay out credentials of `who` by the source `via`, for one block. Gives what the application
    finds: an AccessKey, a session, or the role that it will get sessions of.
    """
    source = _source(via, who)
    refused = set(terms.given()) - _TERMS.get(source.needs, frozenset())
    if refused:
        raise RamstsError(f"`{via}` has no place for {', '.join(sorted(refused))}")
    with ExitStack() as stack:
        handed: Any = who
        match source.needs:
            case "credentials" | "key" | "pair" | "session":
                handed = key = _key(who, source, via)
                wish = Wish(key=key, expiration=_expiration(key))
            case "assumed" | "chained":
                wish = _assumption(_role(who, via), terms, chained=source.needs == "chained")
            case "instance":
                role, metadata = _role(who, via), state("metadata")
                stack.callback(setattr, metadata, "instance", metadata.instance)
                metadata.attach(role, http_tokens=terms.http_tokens)
                wish = Wish(role_arn=role.arn, role_name=role.name)
            case "uri":
                add_host(CREDENTIALS_HOST)
                wish = Wish(uri=state("credentials-uri").offer(_temporary(who, via)))
            case "login":
                wish = _login(_role(who, via), via, state)
            case "oidc":
                wish = _federation(_role(who, via), terms, via)
        stack.enter_context(found(source, wish))
        yield handed


def credentials_of(who: Who) -> AccessKey | Session:
    """The credentials somebody acts with: a key (one is made if there is none) or a new session."""
    match who:
        case AccessKey() | Session():
            return who
        case User() | Account():
            return who.access_key
        case Role():
            return who.assume()
        case BearerToken():
            raise RamstsError(
                "no SDK looks for a bearer token on its machine; hand it to the client:"
                ' Config(type="bearer", bearer_token=token.token)'
            )
    raise RamstsError(
        f"one acts as a user, an account, a role, an AccessKey or a session, not as {who!r};"
        " a user is account.users['name']"
    )


# The word before the colon alone means the plain form.
_PLAIN = {
    "cli": {AccessKey: "cli:AK", Session: "cli:StsToken", Role: "cli:RamRoleArn"},
    "credentials_file": {
        AccessKey: "credentials_file:access_key",
        KeyPair: "credentials_file:rsa_key_pair",
        Role: "credentials_file:ram_role_arn",
    },
}


def _source(via: str, who: Who) -> Source:
    kind = type(who) if isinstance(who, Role | Session | KeyPair) else AccessKey
    name = _PLAIN.get(via, {}).get(kind, via)
    try:
        return SOURCES[name]
    except KeyError:
        raise RamstsError(
            f"credentials of {who!r} are not found via `{via}`; there are"
            f" {', '.join([*_PLAIN, *SOURCES])}"
        ) from None


def _key(who: Who, source: Source, via: str) -> AccessKey | Session:
    key = credentials_of(who)
    if isinstance(key, KeyPair) != (source.needs == "pair"):
        raise RamstsError(
            "an RSA key pair, user.create_key_pair(), is found via `credentials_file`,"
            f" and nothing else is found as one; not {who!r} via `{via}`"
        )
    if source.needs == "key" and isinstance(key, Session):
        raise RamstsError(f"`{via}` holds a long-term AccessKey; act as a user, not as {who!r}")
    if source.needs == "session" and not isinstance(key, Session):
        raise RamstsError(f"`{via}` holds a SecurityToken; act as a role or a session, not {who!r}")
    return key


def _role(who: Who, via: str) -> Role:
    if not isinstance(who, Role):
        raise RamstsError(f"`{via}` leads to a role; act as one, not as {who!r}")
    return who


def _temporary(who: Who, via: str) -> Role | Session:
    if not isinstance(who, Role | Session):
        raise RamstsError(
            f"`{via}` gives out temporary credentials; act as a role or a session, not as {who!r}"
        )
    return who


def _expiration(key: AccessKey | Session) -> str:
    return timestamp(key.expires) if isinstance(key, Session) else ""


def _assumption(role: Role, terms: Terms, *, chained: bool) -> Wish:
    """What the application needs to assume the role itself: by an AccessKey of `by`, or, in a
    chain, by whatever credentials `by` has.
    """
    by = terms.by or role.account.create_user(policies=["AliyunSTSAssumeRoleAccess"])
    if isinstance(by, OidcIssuer):
        raise RamstsError("a token assumes a role via `oidc`, `cli:OIDC` or a credentials file")
    wish = _wanted(role, terms)
    if chained:
        source = _assumption(by, Terms(), chained=False) if isinstance(by, Role) else None
        return replace(wish, source=source or Wish(key=credentials_of(by)))
    key = credentials_of(by)
    if isinstance(key, Session):
        raise RamstsError(
            "this source assumes a role with a long-term AccessKey only;"
            f" use cli:ChainableRamRoleArn to have it assumed by {by!r}"
        )
    return replace(wish, key=key)


def _login(role: Role, via: str, state: Callable[[str], Any]) -> Wish:
    """What a person's login by the command line tool left in its configuration."""
    service, url = ("cloud-sso", SSO_URL) if via == "cli:CloudSSO" else ("oauth", OAUTH_URL)
    login = state(service).grant(role)
    return Wish(
        uri=url,
        account_id=role.account.id,
        access_token=login.access_token,
        refresh_token=login.refresh_token,
        token_expires=int(login.expires),
    )


def _federation(role: Role, terms: Terms, via: str) -> Wish:
    """What the application needs to assume the role by a token, as a pod of ACK does (RRSA)."""
    issuer = terms.by
    if not isinstance(issuer, OidcIssuer):
        raise RamstsError(
            f"`{via}` needs who issues the token: by=OidcIssuer(...), or the fixture oidc_provider;"
            " the role trusts it by trusted=issuer.trust()"
        )
    return replace(
        _wanted(role, terms),
        provider_arn=issuer.arn,
        oidc_token=_projected(issuer, terms.subject),
    )


_TOKEN_LIFE: Final = 3600
"""What Kubernetes gives a projected token where nobody asks for another figure."""
_TOKEN_TURN: Final = _TOKEN_LIFE * 4 // 5
"""A kubelet asks for the next token when 80 % of the life of the last one is over."""


def _projected(issuer: OidcIssuer, subject: str) -> Callable[[], str]:
    """The token in the file of a pod: which it is follows from the time alone, so that a clock may
    be moved in any way.
    """
    clock = issuer.account.world.clock
    first = int(clock.time())

    def token() -> str:
        turns = math.floor((clock.time() - first) / _TOKEN_TURN)
        issued = first + turns * _TOKEN_TURN
        return issuer.token(subject, iat=issued, exp=issued + _TOKEN_LIFE)

    return token


def _wanted(role: Role, terms: Terms) -> Wish:
    duration = terms.duration
    return Wish(
        role_arn=role.arn,
        role_name=role.name,
        session_name=terms.session_name or "ramsts",
        seconds=int(duration.total_seconds()) if isinstance(duration, timedelta) else duration,
        policy="" if terms.policy is None else Policy.parse(terms.policy, kind="session").text,
        external_id=terms.external_id,
    )
