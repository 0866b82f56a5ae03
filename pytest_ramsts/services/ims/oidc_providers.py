"""OIDC providers of the account."""

from __future__ import annotations

from typing import Any

from pytest_ramsts.identity import Account, OidcProvider
from pytest_ramsts.identity.names import check_name
from pytest_ramsts.service import Body
from pytest_ramsts.services.ims.product import ims
from pytest_ramsts.services.ram.product import date, page_size, paged


def _find(account: Account, name: str) -> OidcProvider:
    return account.oidc_providers[check_name("OIDCProviderName", name)]


def _fields(provider: OidcProvider) -> dict[str, Any]:
    return {
        "OIDCProviderName": provider.name,
        "Arn": provider.arn,
        "IssuerUrl": provider.issuer,
        "ClientIds": ",".join(provider.client_ids),
        "Fingerprints": ",".join(provider.fingerprints),
        "Description": provider.description,
        "IssuanceLimitTime": provider.issuance_limit_time,
        "CreateDate": date(provider.created),
        "UpdateDate": date(provider.updated),
        "GmtCreate": str(int(provider.created * 1000)),
        "GmtModified": str(int(provider.updated * 1000)),
    }


def _shown(provider: OidcProvider) -> Body:
    return {"OIDCProvider": _fields(provider)}


def _several(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


@ims.operation(on="oidc-provider/*")
def create_oidc_provider(
    account: Account,
    oidc_provider_name: str,
    issuer_url: str,
    client_ids: str = "",
    fingerprints: str = "",
    description: str = "",
    issuance_limit_time: int | None = None,
) -> Body:
    provider = account.create_oidc_provider(
        oidc_provider_name,
        issuer_url,
        client_ids=_several(client_ids),
        fingerprints=_several(fingerprints),
        description=description,
        issuance_limit_time=issuance_limit_time,
    )
    return _shown(provider)


@ims.operation(on="oidc-provider/{oidc_provider_name}")
def get_oidc_provider(account: Account, oidc_provider_name: str) -> Body:
    return _shown(_find(account, oidc_provider_name))


@ims.operation(on="oidc-provider/{oidc_provider_name}")
def update_oidc_provider(
    account: Account,
    oidc_provider_name: str,
    client_ids: str | None = None,
    new_description: str | None = None,
    issuance_limit_time: int | None = None,
) -> Body:
    provider = _find(account, oidc_provider_name)
    provider.update(
        client_ids=None if client_ids is None else _several(client_ids),
        description=new_description,
        issuance_limit_time=issuance_limit_time,
    )
    return _shown(provider)


@ims.operation(on="oidc-provider/{oidc_provider_name}")
def delete_oidc_provider(account: Account, oidc_provider_name: str) -> Body:
    _find(account, oidc_provider_name).delete()
    return {}


@ims.operation(on="oidc-provider/*")
def list_oidc_providers(account: Account, marker: str = "", max_items: int = 100) -> Body:
    page = account.oidc_providers.page(marker, page_size(max_items, longest=100))
    return paged(page, "OIDCProviders", "OIDCProvider", [_fields(one) for one in page.items])


@ims.operation(on="oidc-provider/{oidc_provider_name}")
def add_client_id_to_oidc_provider(
    account: Account, oidc_provider_name: str, client_id: str
) -> Body:
    provider = _find(account, oidc_provider_name)
    provider.add_client_id(client_id)
    return _shown(provider)


@ims.operation(on="oidc-provider/{oidc_provider_name}")
def remove_client_id_from_oidc_provider(
    account: Account, oidc_provider_name: str, client_id: str
) -> Body:
    provider = _find(account, oidc_provider_name)
    provider.remove_client_id(client_id)
    return _shown(provider)


@ims.operation(on="oidc-provider/{oidc_provider_name}")
def add_fingerprint_to_oidc_provider(
    account: Account, oidc_provider_name: str, fingerprint: str
) -> Body:
    provider = _find(account, oidc_provider_name)
    provider.add_fingerprint(fingerprint)
    return _shown(provider)


@ims.operation(on="oidc-provider/{oidc_provider_name}")
def remove_fingerprint_from_oidc_provider(
    account: Account, oidc_provider_name: str, fingerprint: str
) -> Body:
    provider = _find(account, oidc_provider_name)
    provider.remove_fingerprint(fingerprint)
    return _shown(provider)
