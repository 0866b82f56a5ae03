"""AssumeRoleWithSAML: a role for whoever has a good assertion of a SAML provider."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from pytest_ramsts.errors import ApiError, InvalidParameterError, NotExistError
from pytest_ramsts.identity import Caller, Session, World
from pytest_ramsts.identity.arn import ram_arn, split_provider_arn
from pytest_ramsts.identity.federation import Federated
from pytest_ramsts.identity.roles import (
    check_duration,
    check_session_name,
    check_session_policy,
)
from pytest_ramsts.identity.saml import SamlAssertion, authenticate, invalid
from pytest_ramsts.service import Body, Invocation
from pytest_ramsts.services.sts.product import credentials_of, sts

_TEXTS: Final = {
    "InvalidParameter.DurationSeconds": "The DurationSeconds is invalid.",
    "InvalidParameter.PolicyGrammar": "Invalid Policy.",
    "InvalidParameter.PolicySize": "The max size of policy string is 1024.",
    "InvalidParameter.RoleSessionName": "The RoleSessionName is invalid.",
}


@contextmanager
def _in_its_own_words() -> Iterator[None]:
    """The texts of this operation, which are not those of its sisters."""
    try:
        yield
    except ApiError as error:
        if error.code not in _TEXTS:
            raise
        raise ApiError(
            error.code, _TEXTS[error.code], status=error.status, hint=error.hint
        ) from None


def _bearer(parameters: Mapping[str, str], world: World) -> Federated:
    """Whom the assertion is about."""
    for name in ("SAMLProviderArn", "RoleArn", "SAMLAssertion"):
        if not parameters.get(name):
            raise ApiError(f"MissingParameter.{name}", f"Parameter {name} is required.")
    arn = parameters["SAMLProviderArn"]
    account_id, name = split_provider_arn(arn, "saml-provider") or ("", "")
    account = world.accounts_by_id.get(account_id)
    if account is None or name not in account.saml_providers:
        raise NotExistError("SAMLProvider", arn, message="Can not find SAML provider.")
    return authenticate(account.saml_providers[name], parameters["SAMLAssertion"])


def _assertion(caller: Caller) -> SamlAssertion:
    token = caller.token if isinstance(caller, Federated) else None
    assert isinstance(token, SamlAssertion)  # noqa: S101 - nobody else gets here
    return token


def _role_to_assume(
    invocation: Invocation,
    role_arn: str,
    saml_provider_arn: str,
    duration_seconds: int | None = None,
    policy: str | None = None,
    **_: object,
) -> str:
    assertion = _assertion(invocation.caller)
    world = invocation.world
    role = world.find_role(role_arn)
    if role is None:
        raise NotExistError("RoleArn", role_arn, message="The specified Role does not exists.")
    if (role_arn, saml_provider_arn) not in assertion.roles:
        raise invalid(f"it is not for `{role_arn}` with `{saml_provider_arn}`")
    with _in_its_own_words():
        if not assertion.session_name:
            raise InvalidParameterError("RoleSessionName", "", hint="the assertion has none")
        check_session_name(assertion.session_name)
        check_duration(duration_seconds or assertion.session_duration, role.max_session_duration)
        if policy is not None:
            check_session_policy(policy, world.limits.session_policy_characters)
    return role.arn


@sts.operation(identify=_bearer, on=_role_to_assume)
def assume_role_with_saml(
    invocation: Invocation,
    caller: Caller,
    role_arn: str,
    saml_provider_arn: str,  # noqa: ARG001 - checked, with the assertion, before permission
    saml_assertion: str,  # noqa: ARG001
    duration_seconds: int | None = None,
    policy: str | None = None,
) -> Body:
    assertion = _assertion(caller)
    session = invocation.world.role(role_arn).assume(
        assertion.session_name,
        duration=duration_seconds or assertion.session_duration,
        policy=policy,
        by=caller,
        source_identity=assertion.source_identity,
    )
    return {
        **credentials_of(session, arn=_sts_arn(session)),
        "SAMLAssertionInfo": {
            "Issuer": assertion.issuer,
            "Subject": assertion.subject,
            "SubjectType": assertion.subject_type,
            "Recipient": assertion.recipient,
        },
    }


def _sts_arn(session: Session) -> str:
    """`acs:sts::…:assumed-role/…`, as only this operation's page writes it."""
    tail = f"assumed-role/{session.role.name}/{session.name}"
    return ram_arn(session.account.id, tail).replace("acs:ram:", "acs:sts:", 1)
