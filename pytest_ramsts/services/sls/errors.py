"""How SLS refuses: its codes, and the gateway's refusals in its words.

No permission, an expired token and an unknown key share one code and status: only the message tells
them apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from pytest_ramsts.errors import ApiError, AuthenticationError, NoPermissionError
from pytest_ramsts.policy import Decision
from pytest_ramsts.service import Invocation
from pytest_ramsts.wire import Request
from pytest_ramsts.wire.signatures import SignatureMismatchError

__all__ = ["SlsError", "denied", "in_own_words"]


class SlsError(ApiError):
    """A refusal of SLS, with the status and text that go with its code."""

    def __init__(self, code: str, name: object = "", *, hint: str = "") -> None:
        status, text = _CODES[code]
        super().__init__(code, text.format(name), status=status, hint=hint)


_CODES: Final[Mapping[str, tuple[int, str]]] = {
    "IndexAlreadyExist": (400, "log store index is already created"),
    "IndexConfigNotExist": (404, "logstore {} without index config"),
    "InvalidCursor": (400, "Cursor {} is invalid"),
    "LogStoreAlreadyExist": (400, "logstore {} already exists"),
    "LogStoreInfoInvalid": (400, "logstore info is invalid"),
    "LogStoreNotExist": (404, "logstore {} does not exist"),
    "ParameterInvalid": (400, "{}"),
    "PostBodyInvalid": (400, "{}"),
    "ProjectAlreadyExist": (400, "Project {} already exist"),
    "ProjectNotExist": (404, "Project {} does not exist."),
    "ShardNotExist": (404, "Shard {} does not exist."),
}


def denied(decision: Decision, _: Invocation) -> ApiError:
    access = decision.access
    return _UnauthorizedError(
        f"denied by sts or ram, action: {access.action}, resource: {access.resource}",
        code="Unauthorized",
    )


class _UnauthorizedError(NoPermissionError):
    status = 401


def in_own_words(error: ApiError, request: Request, *_: Any) -> ApiError:
    """What SLS says where the gateway has a word of its own."""
    key_id = _key_id(request)
    if isinstance(error, SignatureMismatchError):
        return ApiError("SignatureNotMatch", error.message, status=401, hint=error.hint)
    if error.code == "InternalError" and error.hint:
        # A defect of ours, reported when the block ends. Of a 5xx the SDK would make ten seconds of
        # retries first.
        return ApiError(error.code, error.message, status=400, hint=error.hint)
    status, code, text = _IN_OTHER_WORDS.get(error.code, (0, "", ""))
    if not code and isinstance(error, AuthenticationError):
        status, code, text = 401, "SignatureNotMatch", error.message
    return ApiError(code, text.format(key_id), status=status, hint=error.hint) if code else error


_INVALID_TOKEN: Final = (401, "Unauthorized", "The security token you provided is invalid.")

_DISABLED: Final = (401, "Unauthorized", "AccessKeyId is disabled: {}")
_UNKNOWN: Final = (401, "Unauthorized", "AccessKeyId not found: {}")

_IN_OTHER_WORDS: Final[Mapping[str, tuple[int, str, str]]] = {
    # Not documented: so does OSS, and the code would be the same for want of a permission.
    "InvalidAccessKeyId.AccessPolicyDenied": _DISABLED,
    "InvalidAccessKeyId.Inactive": _DISABLED,
    "InvalidAccessKeyId.NotFound": _UNKNOWN,
    "InvalidSecurityToken.Expired": (
        401,
        "Unauthorized",
        "The security token you provided has expired.",
    ),
    "InvalidSecurityToken.Malformed": _INVALID_TOKEN,
    "InvalidSecurityToken.MismatchWithAccessKey": _INVALID_TOKEN,
    "InvalidTimeStamp.Expired": (
        400,
        "RequestTimeTooSkewed",
        "Request time exceeds server time more than 15 minutes.",
    ),
    "MissingAccessKeyId": (401, "Unauthorized", "The AccessKeyId is unauthorized."),
    "MissingSecurityToken": _INVALID_TOKEN,
    "UnsupportedSignatureType": _UNKNOWN,  # of an RSA key pair
}

_KEY_ID: Final = re.compile(r"(?:^LOG |Credential=)([^:/,]+)").search


def _key_id(request: Request) -> str:
    found = _KEY_ID(request.headers.get("authorization"))
    return found[1] if found else ""
