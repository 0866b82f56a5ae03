"""Identity providers that an account trusts: OIDC, SAML, and the one its users log in through."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, Self
from urllib.parse import urlsplit

from pytest_ramsts.errors import (
    AlreadyExistsError,
    InvalidParameterError,
    LimitExceededError,
    NotExistError,
)
from pytest_ramsts.identity.arn import ram_arn
from pytest_ramsts.identity.names import check_length, check_name, check_one_of, check_range

if TYPE_CHECKING:
    from pytest_ramsts.identity.account import Account

ISSUANCE_HOURS: Final = 12
"""How old a token may be at most, if nothing else is said, by the page "CreateOIDCProvider"."""


class OidcProvider:
    """An OIDC provider: whose tokens AssumeRoleWithOIDC accepts, and which of them."""

    def __init__(
        self,
        account: Account,
        name: str,
        issuer: str,
        *,
        client_ids: Iterable[str] = (),
        fingerprints: Iterable[str] = (),
        description: str = "",
        issuance_limit_time: int | None = None,
    ) -> None:
        self.account = account
        self.name = check_name("OIDCProviderName", name)
        self.issuer = _check_issuer(issuer)
        self.client_ids: list[str] = []
        self.fingerprints: list[str] = []
        self.description = check_length("Description", description, 256)
        self.issuance_limit_time = _check_hours(
            ISSUANCE_HOURS if issuance_limit_time is None else issuance_limit_time
        )
        self.created = self.updated = account.world.clock.time()
        for client_id in client_ids:
            self.add_client_id(client_id, parameter="ClientIds")
        for fingerprint in fingerprints:
            self.add_fingerprint(fingerprint, parameter="Fingerprints")

    def __repr__(self) -> str:
        return f"<OidcProvider {self.name}, issuer {self.issuer}>"

    @property
    def arn(self) -> str:
        return ram_arn(self.account.id, f"oidc-provider/{self.name}")

    def add_client_id(self, client_id: str, *, parameter: str = "ClientId") -> None:
        check_length(parameter, client_id, 128)
        _add(
            self.client_ids,
            client_id,
            "OIDCProvider.ClientId",
            self.account.world.limits.client_ids_per_provider,
        )
        self._touch()

    def remove_client_id(self, client_id: str) -> None:
        check_length("ClientId", client_id, 128)
        _remove(self.client_ids, client_id, "OIDCProvider.ClientId")
        self._touch()

    def add_fingerprint(self, fingerprint: str, *, parameter: str = "Fingerprint") -> None:
        """A fingerprint of the certificate that the issuer's host shows. Nothing is fetched over
        TLS here, so it is kept and not compared.
        """
        check_length(parameter, fingerprint, 128)
        _add(
            self.fingerprints,
            fingerprint,
            "OIDCProvider.Fingerprint",
            self.account.world.limits.fingerprints_per_provider,
        )
        self._touch()

    def remove_fingerprint(self, fingerprint: str) -> None:
        _remove(self.fingerprints, fingerprint, "OIDCProvider.Fingerprint")
        self._touch()

    def update(
        self,
        *,
        description: str | None = None,
        client_ids: Iterable[str] | None = None,
        issuance_limit_time: int | None = None,
    ) -> None:
        """Change what is given; client ids replace the ones there are."""
        if description is not None:
            self.description = check_length("NewDescription", description, 256)
        if issuance_limit_time is not None:
            self.issuance_limit_time = _check_hours(issuance_limit_time)
        if client_ids is not None:
            given = [check_length("ClientIds", client_id, 128) for client_id in client_ids]
            self.client_ids = []
            for client_id in given:
                self.add_client_id(client_id, parameter="ClientIds")
        self._touch()

    def delete(self) -> None:
        """Delete it: later AssumeRoleWithOIDC fail, sessions go on."""
        self.account.oidc_providers.remove(self.name)

    def _touch(self) -> None:
        self.updated = self.account.world.clock.time()


class SamlProvider:
    """A SAML provider: whose signed assertions AssumeRoleWithSAML accepts."""

    def __init__(
        self,
        account: Account,
        name: str,
        metadata: str,
        *,
        description: str = "",
        authn_sign_algo: str = "rsa-sha1",
    ) -> None:
        self.account = account
        self.name = check_name("SAMLProviderName", name)
        self.metadata = check_metadata(metadata)
        self.description = check_length("Description", description, 256)
        self.authn_sign_algo = _check_algorithm(authn_sign_algo)
        self.created = self.updated = account.world.clock.time()

    def __repr__(self) -> str:
        return f"<SamlProvider {self.name}>"

    @property
    def arn(self) -> str:
        return ram_arn(self.account.id, f"saml-provider/{self.name}")

    @property
    def encoded_metadata(self) -> str:
        return base64.b64encode(self.metadata.encode()).decode()

    def update(
        self,
        *,
        metadata: str | None = None,
        description: str | None = None,
        authn_sign_algo: str | None = None,
    ) -> None:
        if metadata is not None:
            self.metadata = check_metadata(metadata, parameter="NewEncodedSAMLMetadataDocument")
        if description is not None:
            self.description = check_length("NewDescription", description, 256)
        if authn_sign_algo is not None:
            self.authn_sign_algo = _check_algorithm(authn_sign_algo)
        self.updated = self.account.world.clock.time()

    def delete(self) -> None:
        self.account.saml_providers.remove(self.name)


@dataclass(frozen=True, slots=True)
class UserSso:
    """How an account's users log in through their own company."""

    sso_enabled: bool = False
    metadata_document: str = ""
    auxiliary_domain: str = ""
    authn_sign_algo: str = "rsa-sha1"
    sso_login_with_domain: bool = True

    def __post_init__(self) -> None:
        _check_algorithm(self.authn_sign_algo)
        if self.metadata_document:
            decoded_metadata(self.metadata_document, "MetadataDocument")

    def changed(self, **given: object) -> Self:
        return replace(self, **given)  # type: ignore[arg-type]  # the operation's signature types it


def decoded_metadata(text: str, parameter: str = "EncodedSAMLMetadataDocument") -> str:
    """The metadata document in its Base64, as the wire has it."""
    try:
        return check_metadata(base64.b64decode(text, validate=True).decode(), parameter=parameter)
    except ValueError:
        raise InvalidParameterError(parameter, "Format", hint="it is no Base64 of XML") from None


def check_metadata(text: str, *, parameter: str = "EncodedSAMLMetadataDocument") -> str:
    """Metadata that looks like some; whether its certificates are any good shows when an assertion
    is checked.
    """
    if "EntityDescriptor" not in text:
        raise InvalidParameterError(parameter, "Format", hint="it has no EntityDescriptor")
    return text


def _check_issuer(url: str) -> str:
    check_length("IssuerUrl", url, 255)
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
        raise InvalidParameterError("IssuerUrl", "Format", hint=f"`{url}`: https, a host, no query")
    return url


def _check_hours(hours: int) -> int:
    return check_range("IssuanceLimitTime", hours, 1, 168)


def _check_algorithm(name: str) -> str:
    return check_one_of("AuthnSignAlgo", name, "rsa-sha256", "rsa-sha1")


ListKind = Literal["OIDCProvider.ClientId", "OIDCProvider.Fingerprint"]


def _add(values: list[str], value: str, kind: ListKind, limit: int) -> None:
    if value in values:
        raise AlreadyExistsError(kind, value)
    if len(values) >= limit:
        raise LimitExceededError(kind, limit)
    values.append(value)


def _remove(values: list[str], value: str, kind: ListKind) -> None:
    if value not in values:
        raise NotExistError(kind, value)
    values.remove(value)
