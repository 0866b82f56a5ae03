"""Where the command line tool turns a person's login into temporary credentials: CloudSSO, and
OAuth of the account center. Who asks shows a token that the login left in the tool's configuration.

How long the tokens live is not documented; the figures are assumed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pytest_ramsts.clock import timestamp
from pytest_ramsts.errors import ApiError
from pytest_ramsts.identity import Caller, Role, Session, World
from pytest_ramsts.service import Body, Invocation, Service
from pytest_ramsts.services.metadata import Plain
from pytest_ramsts.wire import Request, rpc

__all__ = ["OAUTH_URL", "SSO_URL", "Logins", "cloud_sso", "oauth"]

SSO_URL: Final = "https://signin-cn-shanghai.alibabacloudsso.com/"
OAUTH_URL: Final = "https://oauth.aliyun.com"

_SSO_SECONDS: Final = 8 * 3600
_ACCESS_SECONDS: Final = 3600


@dataclass(frozen=True, slots=True)
class Login:
    """What a login left behind."""

    role: Role
    expires: float
    access_token: str
    refresh_token: str = ""


class Logins:
    """The logins that a service knows."""

    def __init__(self) -> None:
        self._by_access_token: dict[str, Login] = {}
        self._by_refresh_token: dict[str, Login] = {}

    def log_in(self, role: Role, seconds: int) -> Login:
        world = role.account.world
        login = Login(role, world.clock.time() + seconds, world.ids.text(64), world.ids.text(64))
        self._by_access_token[login.access_token] = login
        self._by_refresh_token[login.refresh_token] = login
        return login

    def renew(self, refresh_token: str) -> Login:
        """A refresh token is good for one more, and for a new access token."""
        old = self._by_refresh_token.pop(refresh_token, None)
        if old is None:
            raise _refused("the refresh token is unknown, or was used")
        return self.log_in(old.role, _ACCESS_SECONDS)

    def bearer(self, request: Request, world: World) -> Login:
        """The login whose token a request bears."""
        token = request.headers.get("authorization").removeprefix("Bearer ")
        login = self._by_access_token.get(token)
        if login is None or world.clock.time() >= login.expires:
            raise _refused("the access token is unknown" if login is None else "it has expired")
        return login


def _somebody(_: Mapping[str, str], world: World) -> Caller:
    """Whoever shows a token: it is no signature, and each operation looks at it itself."""
    return world.anonymous


def _refused(hint: str) -> ApiError:
    return ApiError("Unauthorized", "Unauthorized", status=401, hint=hint)


def _issue(role: Role, name: str) -> dict[str, str]:
    session = role.account.world.add_session(Session(role, name, 3600))
    return {
        "AccessKeyId": session.id,
        "AccessKeySecret": session.secret,
        "SecurityToken": session.security_token,
        "Expiration": timestamp(session.expires),
    }


# CloudSSO


class CloudSso(Logins):
    """Access of a CloudSSO user to accounts, by access configurations."""

    def grant(self, role: Role) -> Login:
        return self.log_in(role, _SSO_SECONDS)


def _sso_route(request: Request) -> rpc.RpcCall:
    if request.method != "POST" or request.path != "/cloud-credentials":
        raise ApiError("NotFound", "Not Found", status=404)
    try:
        asked = json.loads(request.body)
    except ValueError:
        asked = {}
    given = {name: str(value) for name, value in asked.items()} if isinstance(asked, dict) else {}
    return rpc.RpcCall("CreateCloudCredential", "", "JSON", given)


cloud_sso: Final = Service(
    "cloud-sso",
    hosts=["signin-{region}.alibabacloudsso.com"],
    version="",
    dialect=Plain(_sso_route),
    state=CloudSso,
)


@cloud_sso.operation(on=None, identify=_somebody)
def create_cloud_credential(
    invocation: Invocation, state: CloudSso, account_id: str, access_configuration_id: str
) -> Body:
    login = state.bearer(invocation.request, invocation.world)
    if account_id != login.role.account.id or not access_configuration_id:
        raise ApiError("Forbidden", "Forbidden", status=403, hint=f"no access to `{account_id}`")
    return {"CloudCredential": _issue(login.role, "cloud-sso")}


# OAuth


class Oauth(Logins):
    """Logins of the account center."""

    def grant(self, role: Role) -> Login:
        return self.log_in(role, _ACCESS_SECONDS)


def _oauth_route(request: Request) -> rpc.RpcCall:
    operation = {"/v1/token": "RefreshToken", "/v1/exchange": "Exchange"}.get(request.path)
    if request.method != "POST" or operation is None:
        raise ApiError("NotFound", "Not Found", status=404)
    token = dict(request.form).get("refresh_token", "")
    return rpc.RpcCall(operation, "", "JSON", {"Token": token} if token else {})


oauth: Final = Service(
    "oauth",
    hosts=["oauth.aliyun.com", "oauth.alibabacloud.com"],
    version="",
    dialect=Plain(_oauth_route),
    state=Oauth,
)


@oauth.operation(on=None, identify=_somebody)
def refresh_token(state: Oauth, token: str) -> Body:
    login = state.renew(token)
    return {
        "access_token": login.access_token,
        "refresh_token": login.refresh_token,
        "expires_in": _ACCESS_SECONDS,
        "token_type": "Bearer",
    }


@oauth.operation(on=None, identify=_somebody)
def exchange(invocation: Invocation, state: Oauth) -> Body:
    return _issue(state.bearer(invocation.request, invocation.world).role, "oauth")
