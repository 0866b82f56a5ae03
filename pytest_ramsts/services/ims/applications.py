"""OAuth applications, their secrets, and the applications that may be used in the account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_ramsts.identity import Account
from pytest_ramsts.identity.applications import (
    SCOPES,
    Application,
    AppSecret,
    Installation,
    find,
    install,
    installation,
)
from pytest_ramsts.identity.names import check_one_of
from pytest_ramsts.service import Body
from pytest_ramsts.services.ims.product import ims
from pytest_ramsts.services.ram.product import date


def _scopes(scopes: Mapping[str, str]) -> dict[str, Any]:
    named = [{"Name": name, "Description": text} for name, text in scopes.items()]
    return {"PredefinedScopes": {"PredefinedScope": named}}


def _fields(application: Application) -> dict[str, Any]:
    required = application.required_scopes
    scopes = [
        {"Name": name, "Description": text, "Required": name in required}
        for name, text in application.scopes.items()
    ]
    return {
        "AppId": application.id,
        "AppName": application.name,
        "AppType": application.type,
        "AccountId": application.account.id,
        "DisplayName": application.display_name,
        "RedirectUris": {"RedirectUri": application.redirect_uris},
        "DelegatedScope": {"PredefinedScopes": {"PredefinedScope": scopes}},
        "SecretRequired": application.secret_required,
        "IsMultiTenant": application.is_multi_tenant,
        "AccessTokenValidity": application.access_token_validity,
        "RefreshTokenValidity": application.refresh_token_validity,
        "ProtocolVersion": application.protocol_version,
        "CreateDate": date(application.created),
        "UpdateDate": date(application.updated),
    }


@ims.operation(on="application/*")
def create_application(
    account: Account,
    app_name: str,
    display_name: str,
    app_type: str,
    redirect_uris: str = "",
    predefined_scopes: str = "",
    required_scopes: str = "",
    secret_required: bool | None = None,
    is_multi_tenant: bool = False,
    access_token_validity: int = 3600,
    refresh_token_validity: int = 7776000,
    protocol_version: str = "2",
) -> Body:
    application = account.create_application(
        app_name,
        display_name,
        app_type,
        redirect_uris=redirect_uris,
        predefined_scopes=predefined_scopes,
        required_scopes=required_scopes,
        secret_required=secret_required,
        is_multi_tenant=is_multi_tenant,
        access_token_validity=access_token_validity,
        refresh_token_validity=refresh_token_validity,
        protocol_version=protocol_version,
    )
    return {"Application": _fields(application)}


@ims.operation(on="application/*")
def get_application(account: Account, app_id: str) -> Body:
    return {"Application": _fields(find(account, app_id))}


@ims.operation(on="application/*")
def update_application(
    account: Account,
    app_id: str,
    new_display_name: str | None = None,
    new_redirect_uris: str | None = None,
    new_predefined_scopes: str | None = None,
    new_required_scopes: str | None = None,
    new_secret_required: bool | None = None,
    new_is_multi_tenant: bool | None = None,
    new_access_token_validity: int | None = None,
    new_refresh_token_validity: int | None = None,
) -> Body:
    application = find(account, app_id)
    application.update(
        display_name=new_display_name,
        redirect_uris=new_redirect_uris,
        predefined_scopes=new_predefined_scopes,
        required_scopes=new_required_scopes,
        secret_required=new_secret_required,
        is_multi_tenant=new_is_multi_tenant,
        access_token_validity=new_access_token_validity,
        refresh_token_validity=new_refresh_token_validity,
    )
    return {"Application": _fields(application)}


@ims.operation(on="application/*")
def delete_application(account: Account, app_id: str) -> Body:
    find(account, app_id).delete()
    return {}


@ims.operation(on="application/*")
def list_applications(account: Account) -> Body:
    applications = [_fields(one) for one in account.applications.values()]
    return {"Applications": {"Application": applications}}


@ims.operation()
def list_predefined_scopes(app_type: str = "") -> Body:
    if app_type:
        check_one_of("AppType", app_type, "WebApp", "NativeApp", "ServerApp")
    return _scopes(SCOPES)


# Secrets


def _secret_summary(secret: AppSecret) -> dict[str, Any]:
    return {
        "AppId": secret.application.id,
        "AppSecretId": secret.id,
        "CreateDate": date(secret.created),
    }


def _secret(secret: AppSecret) -> dict[str, Any]:
    return {**_secret_summary(secret), "AppSecretValue": secret.value}


@ims.operation(on="application/*")
def create_app_secret(account: Account, app_id: str) -> Body:
    return {"AppSecret": _secret(find(account, app_id).create_secret())}


@ims.operation(on="application/*")
def get_app_secret(account: Account, app_id: str, app_secret_id: str) -> Body:
    return {"AppSecret": _secret(find(account, app_id).secret(app_secret_id))}


@ims.operation(on="application/*")
def delete_app_secret(account: Account, app_id: str, app_secret_id: str) -> Body:
    find(account, app_id).secret(app_secret_id).delete()
    return {}


@ims.operation(on="application/*")
def list_app_secret_ids(account: Account, app_id: str) -> Body:
    secrets = [_secret_summary(secret) for secret in find(account, app_id).secrets.values()]
    return {"AppSecrets": {"AppSecret": secrets}}


# Installations


def _common(installed: Installation) -> dict[str, Any]:
    return {
        "DisplayName": installed.application.display_name,
        "DelegatedScope": _scopes(installed.scopes),
        "CreateDate": date(installed.created),
        "UpdateDate": date(installed.updated),
    }


def _info(installed: Installation) -> dict[str, Any]:
    application = installed.application
    return {
        **_common(installed),
        "AccountId": application.account.id,
        "AppId": application.id,
        "AppName": application.name,
        "AppCategory": application.type,
        "AssignmentType": "All",
        "NeedPrincipalConsent": True,
    }


def _external(installed: Installation) -> dict[str, Any]:
    application = installed.application
    return {
        **_common(installed),
        "AppPrincipalName": application.principal_name,
        "ForeignAppId": application.id,
        "TenantId": application.account.id,
    }


@ims.operation(on="application/*")
def provision_application(account: Account, app_id: str, scopes: str = "") -> Body:
    installed = install(account, app_id, scopes)
    application = installed.application
    return {
        "ApplicationProvisionInfo": {
            **_common(installed),
            "AccountId": application.account.id,
            "AppId": application.id,
            "AppName": application.name,
            "AppPrincipalName": application.principal_name,
            "TenantId": account.id,
        }
    }


@ims.operation(on="application/*")
def deprovision_application(account: Account, app_id: str) -> Body:
    del account.installations[installation(account, app_id).application.id]
    return {}


@ims.operation(on="application/*")
def get_application_provision_info(account: Account, app_id: str) -> Body:
    return {"ApplicationProvisionInfo": _info(installation(account, app_id))}


@ims.operation(on="application/*")
def list_application_provision_infos(account: Account, source_type: str) -> Body:
    external = check_one_of("SourceType", source_type, "inner", "external") == "external"
    found = [_info(one) for one in account.installations.values() if one.external is external]
    return {"ApplicationProvisionInfos": {"ApplicationProvisionInfo": found}}


@ims.operation(on="application/*")
def provision_external_application(account: Account, app_id: str, scopes: str = "") -> Body:
    return {"ExternalApplication": _external(install(account, app_id, scopes))}


@ims.operation(on="application/*")
def deprovision_external_application(account: Account, app_id: str) -> Body:
    del account.installations[installation(account, app_id, external=True).application.id]
    return {}


@ims.operation(on="application/*")
def get_external_application(account: Account, app_id: str) -> Body:
    return {"ExternalApplication": _external(installation(account, app_id, external=True))}


@ims.operation(on="application/*")
def list_external_applications(account: Account) -> Body:
    found = [_external(one) for one in account.installations.values() if one.external]
    return {"ExternalApplications": {"ExternalApplication": found}, "IsTruncated": False}
