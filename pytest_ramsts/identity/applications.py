"""OAuth applications of an account: what they may ask for, their secrets, and where they are
installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_ramsts.errors import (
    AlreadyExistsError,
    InvalidParameterError,
    LimitExceededError,
    NotExistError,
)
from pytest_ramsts.identity.names import check_length, check_name, check_one_of, check_range

if TYPE_CHECKING:
    from pytest_ramsts.identity.account import Account

SCOPES: Final = {
    "openid": "Obtain the OpenID of the user. This is a default permission.",
    "aliuid": "Obtain the user's ID.",
    "profile": "Obtain the user's name.",
    "/acs/ram": "Manage the user's Resource Access Management.",
    "/acs/ccc": "Use the user's Cloud Call Center.",
    "/acs/alidns": "Manage the user's Alibaba Cloud DNS.",
}
"""The predefined scopes that the pages name; the real list is longer."""

_DEFAULT_SCOPE: Final = "openid"
_SECRETS: Final = 2


class Application:
    """An application that asks users for a token by OAuth 2."""

    def __init__(
        self,
        account: Account,
        name: str,
        display_name: str,
        app_type: str,
        *,
        redirect_uris: str = "",
        predefined_scopes: str = "",
        required_scopes: str = "",
        secret_required: bool | None = None,
        is_multi_tenant: bool = False,
        access_token_validity: int = 3600,
        refresh_token_validity: int = 7776000,
        protocol_version: str = "2",
    ) -> None:
        self.account = account
        self.name = check_name("AppName", name)
        self.display_name = check_length("DisplayName", display_name, 24)
        self.type = check_one_of("AppType", app_type, "WebApp", "NativeApp", "ServerApp")
        self.redirect_uris = _listed(redirect_uris)
        self.scopes = _scopes(predefined_scopes, "PredefinedScopes")
        self.required_scopes = _scopes(required_scopes, "RequiredScopes")
        self.secret_required = app_type == "WebApp" if secret_required is None else secret_required
        self.is_multi_tenant = is_multi_tenant
        self.access_token_validity = _access(access_token_validity, "")
        self.refresh_token_validity = _refresh(refresh_token_validity, "")
        self.protocol_version = protocol_version
        self.id = account.world.ids.digits(19)
        self.created = self.updated = account.world.clock.time()
        self.secrets: dict[str, AppSecret] = {}

    def __repr__(self) -> str:
        return f"<Application {self.name}, {self.type}>"

    @property
    def principal_name(self) -> str:
        """How the application is called as somebody who asks."""
        return f"{self.name}@app.{self.account.default_domain}"

    def update(
        self,
        *,
        display_name: str | None = None,
        redirect_uris: str | None = None,
        predefined_scopes: str | None = None,
        required_scopes: str | None = None,
        secret_required: bool | None = None,
        is_multi_tenant: bool | None = None,
        access_token_validity: int | None = None,
        refresh_token_validity: int | None = None,
    ) -> None:
        """Change what is given."""
        if access_token_validity is not None:
            self.access_token_validity = _access(access_token_validity, "New")
        if refresh_token_validity is not None:
            self.refresh_token_validity = _refresh(refresh_token_validity, "New")
        if display_name is not None:
            self.display_name = check_length("NewDisplayName", display_name, 24)
        if redirect_uris is not None:
            self.redirect_uris = _listed(redirect_uris)
        if predefined_scopes is not None:
            self.scopes = _scopes(predefined_scopes, "NewPredefinedScopes")
        if required_scopes is not None:
            self.required_scopes = _scopes(required_scopes, "NewRequiredScopes")
        if secret_required is not None:
            self.secret_required = secret_required
        if is_multi_tenant is not None:
            self.is_multi_tenant = is_multi_tenant
        self.updated = self.account.world.clock.time()

    def create_secret(self) -> AppSecret:
        if len(self.secrets) >= _SECRETS:
            raise LimitExceededError("Application.AppSecret", _SECRETS)
        secret = AppSecret(self)
        self.secrets[secret.id] = secret
        return secret

    def secret(self, secret_id: str) -> AppSecret:
        try:
            return self.secrets[secret_id]
        except KeyError:
            raise NotExistError("AppSecret", secret_id) from None

    def delete(self) -> None:
        """Delete it, here and wherever it is installed."""
        for account in self.account.world.accounts:
            account.installations.pop(self.id, None)
        self.account.applications.remove(self.name)


class AppSecret:
    """A secret of an application."""

    def __init__(self, application: Application) -> None:
        ids = application.account.world.ids
        self.application = application
        self.id = ids.text(20)
        self.value = ids.text(64)
        self.created = application.account.world.clock.time()

    def delete(self) -> None:
        del self.application.secrets[self.id]


class Installation:
    """That an application may be used in an account, with which scopes."""

    def __init__(self, account: Account, application: Application, scopes: str = "") -> None:
        self.account = account
        self.application = application
        self.scopes = _scopes(scopes, "Scopes") if scopes else dict(application.scopes)
        self.created = self.updated = account.world.clock.time()

    @property
    def external(self) -> bool:
        """Whether the application is another account's."""
        return self.application.account is not self.account


def find(account: Account, app_id: str) -> Application:
    """An application of this account."""
    for application in account.applications.values():
        if application.id == app_id:
            return application
    raise NotExistError("Application", app_id)


def install(account: Account, app_id: str, scopes: str = "") -> Installation:
    """Install an application: one's own, or one of another account that is for all."""
    for owner in account.world.accounts:
        for application in owner.applications.values():
            if application.id == app_id and (owner is account or application.is_multi_tenant):
                if app_id in account.installations:
                    raise AlreadyExistsError("ApplicationProvisionInfo", app_id)
                installation = Installation(account, application, scopes)
                account.installations[app_id] = installation
                return installation
    raise NotExistError("Application", app_id)


def installation(account: Account, app_id: str, *, external: bool | None = None) -> Installation:
    found = account.installations.get(app_id)
    if found is None or external not in (None, found.external):
        raise NotExistError("Application", app_id)
    return found


def _listed(text: str) -> list[str]:
    return [one.strip() for one in text.split(";") if one.strip()]


def _scopes(text: str, parameter: str) -> dict[str, str]:
    """Scopes, separated by `;`. The default one is always there."""
    names = [_DEFAULT_SCOPE, *_listed(text)]
    for name in names:
        if name not in SCOPES:
            raise InvalidParameterError(
                parameter, "", hint=f"`{name}`: there are {', '.join(SCOPES)}"
            )
    return {name: SCOPES[name] for name in names}


def _access(seconds: int, prefix: str) -> int:
    return check_range(f"{prefix}AccessTokenValidity", seconds, 900, 10800)


def _refresh(seconds: int, prefix: str) -> int:
    return check_range(f"{prefix}RefreshTokenValidity", seconds, 7200, 31536000)
