"""STS 2015-04-01: temporary credentials of a role, and who a caller is."""

from __future__ import annotations

from typing import Final

from pytest_ramsts.clock import timestamp
from pytest_ramsts.errors import ApiError, NoPermissionError
from pytest_ramsts.identity import Account, Caller, Session, User
from pytest_ramsts.identity.roles import (
    check_duration,
    check_external_id,
    check_session_name,
    check_session_policy,
)
from pytest_ramsts.policy import Decision
from pytest_ramsts.service import Body, Invocation, Service


def _denied(decision: Decision, invocation: Invocation) -> ApiError:
    return NoPermissionError(
        "You are not authorized to do this action. You should be authorized by RAM.",
        detail=invocation.denial(decision),
    )


sts: Final = Service(
    "sts",
    hosts=["sts.aliyuncs.com", "sts.{region}.aliyuncs.com", "sts-vpc.{region}.aliyuncs.com"],
    version="2015-04-01",
    denied=_denied,
    regional=False,
)


def _role_to_assume(
    invocation: Invocation,
    role_arn: str,
    role_session_name: str,
    duration_seconds: int | None = None,
    policy: str | None = None,
    external_id: str = "",
    source_identity: str = "",
) -> str:
    """The role that is asked for. STS looks at the form of what it is given, and for the role,
    before it asks RAM.

    In which order is not documented; the role is not hidden from those who may not assume it.
    """
    world = invocation.world
    if isinstance(invocation.caller, Account):
        raise NoPermissionError("Roles may not be assumed by root accounts.")
    check_session_name(role_session_name)
    if external_id:
        check_external_id(external_id)
    if source_identity:
        check_session_name(source_identity)  # its form is not documented; assumed to be alike
    if policy is not None:
        check_session_policy(policy, world.limits.session_policy_characters)
    check_duration(duration_seconds, longest=43200)
    return world.role(role_arn).arn


@sts.operation(
    on=_role_to_assume,
    keys={"sts:ExternalId": "external_id", "sts:SourceIdentity": "source_identity"},
)
def assume_role(
    invocation: Invocation,
    role_arn: str,
    role_session_name: str,
    duration_seconds: int | None = None,
    policy: str | None = None,
    external_id: str = "",  # noqa: ARG001 - a condition key of the call, see `keys`
    source_identity: str = "",
) -> Body:
    session = invocation.world.role(role_arn).assume(
        role_session_name,
        duration=duration_seconds,
        policy=policy,
        by=invocation.caller,
        source_identity=source_identity,
    )
    session.issuing_key = invocation.credentials.id if invocation.credentials else ""
    body = {
        "AssumedRoleUser": {"AssumedRoleId": session.assumed_role_id, "Arn": session.arn},
        "Credentials": {
            "AccessKeyId": session.id,
            "AccessKeySecret": session.secret,
            "SecurityToken": session.security_token,
            "Expiration": timestamp(session.expires),
        },
    }
    return {**body, "SourceIdentity": source_identity} if source_identity else body


@sts.operation(on=None)  # needs no permission; no page says so, and no page names an action for it
def get_caller_identity(caller: Caller) -> Body:
    account_id = caller.account.id
    match caller:
        case Session():
            return {
                "IdentityType": "AssumedRoleUser",
                "AccountId": account_id,
                "RoleId": caller.role.id,
                "PrincipalId": caller.assumed_role_id,
                "Arn": caller.assumed_role_arn,
            }
        case User():
            return {
                "IdentityType": "RAMUser",
                "AccountId": account_id,
                "UserId": caller.id,
                "PrincipalId": caller.id,
                "Arn": caller.arn,
            }
        case _:
            return {
                "IdentityType": "Account",
                "AccountId": account_id,
                "PrincipalId": account_id,
                "Arn": caller.account.arn,
            }
