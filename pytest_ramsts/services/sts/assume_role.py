"""AssumeRole: temporary credentials for those whom a role trusts."""

from __future__ import annotations

from pytest_ramsts.errors import InvalidParameterError, NoPermissionError
from pytest_ramsts.identity import Account, Caller, Session, User
from pytest_ramsts.identity.mfa import CODE
from pytest_ramsts.identity.roles import (
    check_duration,
    check_external_id,
    check_session_name,
    check_session_policy,
)
from pytest_ramsts.service import Body, Invocation
from pytest_ramsts.services.sts.product import credentials_of, sts


def _role_to_assume(
    invocation: Invocation,
    role_arn: str,
    role_session_name: str,
    duration_seconds: int | None = None,
    policy: str | None = None,
    external_id: str = "",
    source_identity: str = "",
    serial_number: str = "",
    token_code: str = "",
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
        _check_source_identity(invocation.caller, source_identity)
    if policy is not None:
        check_session_policy(policy, world.limits.session_policy_characters)
    check_duration(duration_seconds, longest=43200)
    role = world.role(role_arn)
    if serial_number or token_code:
        _check_mfa(invocation.caller, serial_number, token_code)
    return role.arn


def _check_source_identity(caller: Caller, source_identity: str) -> None:
    """Its form is not documented and assumed to be a session name's. Along a chain of roles it
    stays what it was first.
    """
    check_session_name(source_identity, parameter="SourceIdentity")
    first = caller.source_identity if isinstance(caller, Session) else ""
    if first and first != source_identity:
        raise NoPermissionError(
            "You are not authorized to do this action. You should be authorized by RAM.",
            hint=f"the source identity of this session is `{first}` and stays so",
        )


def _check_mfa(caller: Caller, serial_number: str, token_code: str) -> None:
    """SerialNumber and TokenCode, which only the list of AssumeRole's errors tells of."""
    device = caller.mfa_device if isinstance(caller, User) else None
    if device is None or device.serial_number != serial_number:
        raise InvalidParameterError(
            "SerialNumber", "", hint=f"`{serial_number}` is not the caller's MFA device"
        )
    if not CODE.fullmatch(token_code):
        raise InvalidParameterError("TokenCode", "", hint=f"`{token_code}`: six digits")
    device.verify(token_code)


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
    serial_number: str = "",
    token_code: str = "",  # noqa: ARG001 - verified before permission was asked for
) -> Body:
    caller = invocation.caller
    first = caller.source_identity if isinstance(caller, Session) else ""
    session = invocation.world.role(role_arn).assume(
        role_session_name,
        duration=duration_seconds,
        policy=policy,
        by=caller,
        source_identity=source_identity or first,
    )
    session.issuing_key = invocation.credentials.id if invocation.credentials else ""
    session.mfa_present = bool(serial_number)
    return credentials_of(session)
