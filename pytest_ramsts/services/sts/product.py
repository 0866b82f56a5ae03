"""STS 2015-04-01: its hosts, how it refuses, and the form in which it gives out credentials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_ramsts.clock import timestamp
from pytest_ramsts.errors import ApiError, FederationError, NoPermissionError
from pytest_ramsts.identity import Session
from pytest_ramsts.identity.federation import Federated
from pytest_ramsts.policy import Decision
from pytest_ramsts.service import Invocation, Service


def _denied(decision: Decision, invocation: Invocation) -> ApiError:
    if isinstance(invocation.caller, Federated):
        # Documented for OIDC; nothing is for SAML, and alike is assumed.
        return FederationError("NoPermission", "There is no permission", hint=str(decision))
    return NoPermissionError(
        "You are not authorized to do this action. You should be authorized by RAM.",
        detail=invocation.denial(decision),
    )


def _keys(invocation: Invocation) -> Mapping[str, str]:
    return {"acs:MFAPresent": "true"} if invocation.parameters.get("TokenCode") else {}


sts: Final = Service(
    "sts",
    hosts=["sts.aliyuncs.com", "sts.{region}.aliyuncs.com", "sts-vpc.{region}.aliyuncs.com"],
    version="2015-04-01",
    denied=_denied,
    regional=False,
    keys=_keys,
    spelling={"oidc": "OIDC", "saml": "SAML"},
)


def credentials_of(session: Session, *, arn: str = "") -> dict[str, Any]:
    """What every AssumeRole… answers; a source identity only if there is one."""
    body: dict[str, Any] = {
        "AssumedRoleUser": {"AssumedRoleId": session.assumed_role_id, "Arn": arn or session.arn},
        "Credentials": {
            "AccessKeyId": session.id,
            "AccessKeySecret": session.secret,
            "SecurityToken": session.security_token,
            "Expiration": timestamp(session.expires),
        },
    }
    if session.source_identity:
        body["SourceIdentity"] = session.source_identity
    return body
