"""SAML providers of the account, and how its users log in through one."""

from __future__ import annotations

from typing import Any

from pytest_ramsts.identity import Account, SamlProvider
from pytest_ramsts.identity.names import check_name
from pytest_ramsts.identity.providers import decoded_metadata
from pytest_ramsts.service import Body
from pytest_ramsts.services.ims.product import ims
from pytest_ramsts.services.ram.product import date, page_size, paged


def _find(account: Account, name: str) -> SamlProvider:
    return account.saml_providers[check_name("SAMLProviderName", name)]


def _summary(provider: SamlProvider) -> dict[str, Any]:
    return {
        "SAMLProviderName": provider.name,
        "Arn": provider.arn,
        "Description": provider.description,
        "CreateDate": date(provider.created),
        "UpdateDate": date(provider.updated),
    }


def _fields(provider: SamlProvider) -> dict[str, Any]:
    return {**_summary(provider), "AuthnSignAlgo": provider.authn_sign_algo}


@ims.operation(on="saml-provider/*")
def create_saml_provider(
    account: Account,
    saml_provider_name: str,
    encoded_saml_metadata_document: str,
    description: str = "",
    authn_sign_algo: str = "rsa-sha1",
) -> Body:
    provider = account.create_saml_provider(
        saml_provider_name,
        decoded_metadata(encoded_saml_metadata_document),
        description=description,
        authn_sign_algo=authn_sign_algo,
    )
    return {"SAMLProvider": _fields(provider)}


@ims.operation(on="saml-provider/{saml_provider_name}")
def get_saml_provider(account: Account, saml_provider_name: str) -> Body:
    provider = _find(account, saml_provider_name)
    return {
        "SAMLProvider": {
            **_fields(provider),
            "EncodedSAMLMetadataDocument": provider.encoded_metadata,
        }
    }


@ims.operation(on="saml-provider/{saml_provider_name}")
def update_saml_provider(
    account: Account,
    saml_provider_name: str,
    new_encoded_saml_metadata_document: str | None = None,
    new_description: str | None = None,
    authn_sign_algo: str | None = None,
) -> Body:
    provider = _find(account, saml_provider_name)
    document = new_encoded_saml_metadata_document
    provider.update(
        metadata=None
        if document is None
        else decoded_metadata(document, "NewEncodedSAMLMetadataDocument"),
        description=new_description,
        authn_sign_algo=authn_sign_algo,
    )
    return {"SAMLProvider": _fields(provider)}


@ims.operation(on="saml-provider/{saml_provider_name}")
def delete_saml_provider(account: Account, saml_provider_name: str) -> Body:
    _find(account, saml_provider_name).delete()
    return {}


@ims.operation(on="saml-provider/*")
def list_saml_providers(account: Account, marker: str = "", max_items: int = 100) -> Body:
    page = account.saml_providers.page(marker, page_size(max_items, longest=100))
    return paged(page, "SAMLProviders", "SAMLProvider", [_summary(one) for one in page.items])


# User SSO


def _sso(account: Account) -> dict[str, Any]:
    sso = account.user_sso
    return {
        "UserSsoSettings": {
            "SsoEnabled": sso.sso_enabled,
            "MetadataDocument": sso.metadata_document,
            "AuxiliaryDomain": sso.auxiliary_domain,
            "AuthnSignAlgo": sso.authn_sign_algo,
            "SsoLoginWithDomain": sso.sso_login_with_domain,
        }
    }


@ims.operation()
def set_user_sso_settings(
    account: Account,
    sso_enabled: bool = False,
    metadata_document: str | None = None,
    auxiliary_domain: str | None = None,
    authn_sign_algo: str = "rsa-sha1",
    sso_login_with_domain: bool | None = None,
) -> Body:
    given: dict[str, object] = {
        "metadata_document": metadata_document,
        "auxiliary_domain": auxiliary_domain,
        "sso_login_with_domain": sso_login_with_domain,
    }
    account.user_sso = account.user_sso.changed(
        sso_enabled=sso_enabled,
        authn_sign_algo=authn_sign_algo,
        **{name: value for name, value in given.items() if value is not None},
    )
    return _sso(account)


@ims.operation()
def get_user_sso_settings(account: Account) -> Body:
    return _sso(account)
