"""How MNS refuses: its codes, and the gateway's refusals in its words.

What it says of a disabled key, of tokens and of a time that is off is not documented: a disabled
key is refused as an unknown one, the rest with the gateway's codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_ramsts.errors import ApiError, NoPermissionError
from pytest_ramsts.policy import Decision
from pytest_ramsts.service import Invocation
from pytest_ramsts.wire.signatures import SignatureMismatchError

__all__ = ["MnsError", "denied", "in_own_words"]


class MnsError(ApiError):
    """A refusal of MNS, with the status and text that go with its code."""

    def __init__(self, code: str, *, hint: str = "") -> None:
        status, text = _CODES[code]
        super().__init__(code, text, status=status, hint=hint)


_CODES: Final[Mapping[str, tuple[int, str]]] = {
    "InvalidArgument": (400, "The value of an element is out of its range."),
    "MalformedXML": (400, "The XML you provided was not well-formed."),
    "MessageNotExist": (404, "Message not exist."),
    "QueueAlreadyExist": (409, "The queue you want to create is already exist."),
    "QueueNotExist": (404, "The queue name you provided is not exist."),
    "ReceiptHandleError": (400, "The receipt handle you provide is not valid."),
}


def denied(_: Decision, __: Invocation) -> ApiError:
    """The refusal says nothing of why."""
    return NoPermissionError(
        "The OwnerId that your Access Key Id associated to is forbidden for this operation.",
        code="AccessDenied",
    )


def in_own_words(error: ApiError, *_: Any) -> ApiError:
    if isinstance(error, SignatureMismatchError):
        return ApiError("SignatureDoesNotMatch", error.message, status=403, hint=error.hint)
    status, code, text = _IN_OTHER_WORDS.get(error.code, (0, "", ""))
    return ApiError(code, text, status=status, hint=error.hint) if code else error


_UNKNOWN_KEY: Final = (403, "InvalidAccessKeyId", "The AccessKey Id you provided is not exist.")

_IN_OTHER_WORDS: Final[Mapping[str, tuple[int, str, str]]] = {
    "InvalidAccessKeyId.Inactive": _UNKNOWN_KEY,
    "InvalidAccessKeyId.NotFound": _UNKNOWN_KEY,
    "MissingAccessKeyId": (
        400,
        "MissingAuthorizationHeader",
        "Authorization header is required.",
    ),
    "MissingTimestamp": (400, "MissingDateHeader", "Date header is required."),
    "UnsupportedSignatureType": _UNKNOWN_KEY,  # of an RSA key pair
}
