"""How KMS refuses: its codes, and the gateway's refusals in its words.

The texts are those of the pages "Responses" and of each operation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_ramsts.errors import (
    ApiError,
    InvalidParameterError,
    MissingParameterError,
    NoPermissionError,
)
from pytest_ramsts.policy import Decision
from pytest_ramsts.service import Invocation
from pytest_ramsts.wire.signatures import SignatureMismatchError

__all__ = ["KmsError", "denied", "in_own_words", "invalid"]


class KmsError(ApiError):
    """A refusal of KMS, with the status and text that go with its code."""

    def __init__(self, code: str, *, hint: str = "") -> None:
        status, text = _CODES[code]
        super().__init__(code, text, status=status, hint=hint)


_CODES: Final[Mapping[str, tuple[int, str]]] = {
    "AliasAlreadyExists": (400, "AliasName Already Exists."),
    "Forbidden.AliasNotFound": (404, "The specified Alias is not found."),
    "Forbidden.KeyNotFound": (404, "The specified Key is not found."),
    "Forbidden.ResourceNotFound": (404, "The resource is not found."),
    "Rejected.Disabled": (409, "The request was rejected because the key state is Disabled."),
    "Rejected.Enabled": (409, "The request was rejected because the key state is Enabled."),
    "Rejected.PendingDeletion": (
        409,
        "The request was rejected because the key state is PendingDeletion.",
    ),
    "Rejected.ResourceExist": (409, "The resource already exists."),
    "Rejected.ResourceInDeleteWindow": (409, "The secret is planned to be deleted."),
}


def invalid(parameter: str, *, hint: str = "") -> ApiError:
    return ApiError(
        "InvalidParameter", f'The specified parameter "{parameter}" is not valid.', hint=hint
    )


def denied(decision: Decision, invocation: Invocation) -> ApiError:
    return NoPermissionError(
        "This operation is forbidden by permission system.",
        code="Forbidden.NoPermission",
        detail=invocation.denial(decision),
    )


def in_own_words(error: ApiError, *_: Any) -> ApiError:
    """What KMS says where the gateway has a word of its own.

    Of tokens it has none, so those stay the gateway's; and of a time that is off it says what the
    page gives for "request expiration".
    """
    if isinstance(error, MissingParameterError):
        name = error.code.removeprefix("Missing")
        text = f'The parameter "{name}" is needed but not provided.'
        return ApiError("MissingParameter", text, hint=error.hint)
    if isinstance(error, InvalidParameterError):
        return invalid(error.code.split(".")[1], hint=error.hint)
    if isinstance(error, SignatureMismatchError):
        text = (
            "The request signature does not conform to Aliyun standards."
            f" server string to sign is:{error.string_to_sign}"
        )
        return ApiError("IncompleteSignature", text, hint=error.hint)
    status, code, text = _IN_OTHER_WORDS.get(error.code, (0, "", ""))
    return ApiError(code, text, status=status, hint=error.hint) if code else error


_IN_OTHER_WORDS: Final[Mapping[str, tuple[int, str, str]]] = {
    "InvalidAccessKeyId.Inactive": (403, "Forbidden.AccessKey", "This AccessKey is not enabled."),
    "InvalidAccessKeyId.NotFound": (
        404,
        "InvalidAccessKeyId.NotFound",
        "The AccessKey ID provided does not exist in our records.",
    ),
    "InvalidTimeStamp.Expired": (
        400,
        "IllegalTimestamp",
        (
            'The input parameter "Timestamp" that is mandatory for processing this request is not'
            " supplied."
        ),
    ),
}
