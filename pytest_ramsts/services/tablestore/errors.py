"""How Table Store refuses: its codes, and the gateway's refusals in its words.

The texts are those of the page "Error codes"; where that has a general one and the service was seen
to be more exact, the exact one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pytest_ramsts.errors import ApiError
from pytest_ramsts.identity import World
from pytest_ramsts.wire import Request

__all__ = ["NO_PERMISSION", "TableStoreError", "in_own_words", "invalid"]

NO_PERMISSION: Final = (
    "You have no permission to access the requested resource, please contact the resource owner"
)


class TableStoreError(ApiError):
    """A refusal of Table Store, with the status that goes with its code."""

    def __init__(self, code: str, message: str = "", *, hint: str = "") -> None:
        status, text = _CODES[code]
        super().__init__(code, message or text, status=status, hint=hint)


_CODES: Final[Mapping[str, tuple[int, str]]] = {
    "OTSAuthFailed": (403, ""),
    "OTSConditionCheckFail": (403, "Condition check failed."),
    "OTSInvalidPK": (400, "Primary key schema mismatch."),
    "OTSMethodNotAllowed": (405, "Only POST method for requests is supported."),
    "OTSNoPermissionAccess": (403, NO_PERMISSION),
    "OTSObjectAlreadyExist": (409, "Requested table already exists."),
    "OTSObjectNotExist": (404, "Requested table does not exist."),
    "OTSParameterInvalid": (400, ""),
    "OTSQuotaExhausted": (403, "Number of tables exceeded the quota."),
    "OTSRowOperationConflict": (409, "Data is being modified by the other request."),
    # The text was seen, its status is not documented.
    "OTSSessionNotExist": (404, "Session not exist or may be timeout."),
}


def invalid(message: str, *, hint: str = "") -> TableStoreError:
    """`OTSParameterInvalid`, which most refusals of Table Store are."""
    return TableStoreError("OTSParameterInvalid", message, hint=hint)


def in_own_words(error: ApiError, request: Request, world: World) -> ApiError:
    """What Table Store says where the gateway has a word of its own."""
    code, text = _IN_OTHER_WORDS.get(error.code, ("", ""))
    if error.code in _OF_TOKENS:
        code = world.settings.tablestore_token_refusal
        text = _OF_TOKENS[error.code] if code == "OTSAuthFailed" else ""
    elif error.code == "InvalidAccessKeyId.AccessPolicyDenied":
        code = world.settings.tablestore_network_refusal
        text = _DISABLED if code == "OTSAuthFailed" else ""
    elif error.code == "SignatureDoesNotMatch":
        # The signature module tells a wrong signature from a wrong MD5.
        code, text = "OTSAuthFailed", error.message
    elif error.code.startswith("Missing"):
        header = error.code.removeprefix("Missing")
        code, text = "OTSParameterInvalid", f"Missing header: {_HEADERS.get(header, header)}."
    if not code:
        return error
    text = text.format(
        date=request.headers.get("x-ots-date"),
        operation=request.path.lstrip("/"),
        version=request.headers.get("x-ots-apiversion"),
    )
    return TableStoreError(code, text, hint=error.hint)


_DISABLED: Final = "The AccessKeyID is disabled."
_UNKNOWN: Final = "The AccessKeyID does not exist."

_IN_OTHER_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "IncompleteSignature": ("OTSAuthFailed", "Signature mismatch."),
    "InvalidAccessKeyId.Inactive": ("OTSAuthFailed", _DISABLED),
    "InvalidAccessKeyId.NotFound": ("OTSAuthFailed", _UNKNOWN),
    "InvalidApi.NotFound": ("OTSParameterInvalid", "Unsupported operation: {operation}."),
    "InvalidSignatureMethod": ("OTSAuthFailed", "Signature mismatch."),
    "InvalidTimeStamp.Expired": (
        "OTSAuthFailed",
        "Mismatch between system time and x-ots-date: {date}.",
    ),
    "InvalidTimeStamp.Format": ("OTSParameterInvalid", "Invalid date format: {date}."),
    # Not documented.
    "InvalidVersion": ("OTSParameterInvalid", "Unsupported API version: {version}."),
    "UnsupportedSignatureType": ("OTSAuthFailed", _UNKNOWN),  # of an RSA key pair
}

# No page gives the texts; that applications see one of two codes is known.
_OF_TOKENS: Final[Mapping[str, str]] = {
    "InvalidSecurityToken.Expired": "The security token has expired.",
    "InvalidSecurityToken.Malformed": "The security token is invalid.",
    "InvalidSecurityToken.MismatchWithAccessKey": (
        "The security token does not match the AccessKeyID."
    ),
    "MissingSecurityToken": "The security token is missing.",
}

_HEADERS: Final[Mapping[str, str]] = {
    "AccessKeyId": "x-ots-accesskeyid",
    "Timestamp": "x-ots-date",
    "Version": "x-ots-apiversion",
}
