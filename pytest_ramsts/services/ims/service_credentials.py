"""Service credentials of users. Without a login, those of the caller."""

from __future__ import annotations

from typing import Any

from pytest_ramsts.errors import InvalidParameterError
from pytest_ramsts.identity import Account, Caller, User
from pytest_ramsts.identity.names import check_range
from pytest_ramsts.identity.service_credentials import ServiceCredential
from pytest_ramsts.service import Body
from pytest_ramsts.services.ims import product
from pytest_ramsts.services.ims.product import find_or_oneself, ims
from pytest_ramsts.services.ram.product import date


def _fields(credential: ServiceCredential) -> dict[str, Any]:
    return {
        "ServiceCredentialId": credential.id,
        "ServiceCredentialName": credential.name,
        "ServiceName": credential.service,
        "UserPrincipalName": credential.user.principal_name,
        "Status": credential.status,
        "CreateTime": date(credential.created),
        "ExpirationTime": date(credential.expires),
    }


def _find(
    account: Account, caller: Caller, user_principal_name: str, credential_id: str
) -> ServiceCredential:
    user = find_or_oneself(account, caller, user_principal_name)
    return user.find_service_credential(credential_id)


@ims.operation(on=product.user)
def create_service_credential(
    account: Account,
    caller: Caller,
    service_credential_name: str,
    service_name: str,
    user_principal_name: str = "",
    credential_age_days: int | None = None,
) -> Body:
    user = find_or_oneself(account, caller, user_principal_name)
    credential = user.create_service_credential(
        service_credential_name, service_name, days=credential_age_days
    )
    return {
        "ServiceCredential": {**_fields(credential), "ServiceCredentialSecret": credential.secret}
    }


@ims.operation(on=product.user)
def get_service_credential(
    account: Account, caller: Caller, service_credential_id: str, user_principal_name: str = ""
) -> Body:
    credential = _find(account, caller, user_principal_name, service_credential_id)
    return {"ServiceCredential": _fields(credential)}


@ims.operation(on=product.user)
def update_service_credential(
    account: Account,
    caller: Caller,
    service_credential_id: str,
    user_principal_name: str = "",
    service_credential_name: str | None = None,
    status: str | None = None,
) -> Body:
    credential = _find(account, caller, user_principal_name, service_credential_id)
    credential.update(name=service_credential_name, status=status)
    return {}


@ims.operation(on=product.user)
def delete_service_credential(
    account: Account, caller: Caller, service_credential_id: str, user_principal_name: str = ""
) -> Body:
    _find(account, caller, user_principal_name, service_credential_id).delete()
    return {}


@ims.operation(on=product.user)
def list_service_credentials(
    account: Account,
    caller: Caller,
    user_principal_name: str = "",
    all_users: bool = False,
    service_name: str = "",
    next_token: str = "",
    max_results: int = 10,
) -> Body:
    check_range("MaxResults", max_results, 1, 100)
    users: list[User] = (
        account.users.values()
        if all_users
        else [find_or_oneself(account, caller, user_principal_name)]
    )
    found = [
        credential
        for user in users
        for credential in user.service_credentials.values()
        if service_name in ("", credential.service)
    ]
    if next_token:
        ids = [credential.id for credential in found]
        if next_token not in ids:
            raise InvalidParameterError("NextToken", "Format", hint=f"`{next_token}`")
        found = found[ids.index(next_token) + 1 :]
    more = len(found) > max_results
    shown = found[:max_results]
    body: dict[str, Any] = {
        "IsTruncated": more,
        "MaxResults": max_results,
        "ServiceCredentials": [_fields(credential) for credential in shown],
    }
    return {**body, "NextToken": shown[-1].id} if more else body
