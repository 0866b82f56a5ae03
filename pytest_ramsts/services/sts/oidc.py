"""AssumeRoleWithOIDC: a role for whoever has a good token of an OIDC provider."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_ramsts.clock import timestamp
from pytest_ramsts.errors import FederationError, MissingParameterError
from pytest_ramsts.identity import Caller, World
from pytest_ramsts.identity.arn import split_provider_arn
from pytest_ramsts.identity.federation import Federated
from pytest_ramsts.identity.oidc import OidcToken, authenticate
from pytest_ramsts.identity.roles import check_session_name
from pytest_ramsts.service import Body, Invocation
from pytest_ramsts.services.sts.product import credentials_of, sts


def _bearer(parameters: Mapping[str, str], world: World) -> Federated:
    """Whom the token is about."""
    arn = parameters.get("OIDCProviderArn")
    if not arn:
        raise MissingParameterError("OIDCProviderArn")
    account_id, name = split_provider_arn(arn, "oidc-provider") or ("", "")
    account = world.accounts_by_id.get(account_id)
    if account is None or name not in account.oidc_providers:
        raise FederationError("NoPermission", "No such OIDC Provider registered.", hint=f"`{arn}`")
    return authenticate(account.oidc_providers[name], parameters.get("OIDCToken", ""))


def _role_to_assume(
    invocation: Invocation, role_arn: str, role_session_name: str, **_: object
) -> str:
    check_session_name(role_session_name)
    return invocation.world.role(role_arn).arn


@sts.operation(identify=_bearer, on=_role_to_assume)
def assume_role_with_oidc(
    invocation: Invocation,
    caller: Caller,
    role_arn: str,
    role_session_name: str,
    oidc_provider_arn: str,  # noqa: ARG001 - checked, with the token, before permission is asked for
    oidc_token: str,  # noqa: ARG001
    duration_seconds: int | None = None,
    policy: str | None = None,
) -> Body:
    session = invocation.world.role(role_arn).assume(
        role_session_name, duration=duration_seconds, policy=policy, by=caller
    )
    token = caller.token if isinstance(caller, Federated) else None
    assert isinstance(token, OidcToken)  # noqa: S101 - nobody else gets here
    return {
        **credentials_of(session),
        "OIDCTokenInfo": {
            "Issuer": token.issuer,
            "Subject": token.subject,
            "ClientIds": ",".join(token.client_ids),
            "IssuanceTime": timestamp(token.issued),
            "ExpirationTime": timestamp(token.expires),
            "VerificationInfo": "Success",
        },
    }
