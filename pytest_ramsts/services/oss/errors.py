"""The errors of OSS: statuses, messages and EC codes, and how it words what the gateway refuses.

EC codes are those of the vendor's pages, one page a code. Where none is known, none is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_ramsts.clock import timestamp
from pytest_ramsts.errors import (
    ApiError,
    InvalidParameterError,
    MalformedPolicyDocumentError,
    MissingParameterError,
    UrlExpiredError,
)
from pytest_ramsts.identity import World
from pytest_ramsts.wire import Request, signatures
from pytest_ramsts.wire.signatures import SignatureMismatchError

__all__ = ["OssError", "worded"]


class OssError(ApiError):
    """An error in the words of OSS. `extras` are further elements of its body."""

    def __init__(
        self,
        code: str,
        message: str = "",
        *,
        ec: str | None = None,
        extras: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        hint: str = "",
    ) -> None:
        status, text, known_ec = _ERRORS.get(code, (400, "", ""))
        super().__init__(code, message or text, status=status, hint=hint)
        self.ec = known_ec if ec is None else ec
        self.extras = dict(extras or {})
        self.headers = dict(headers or {})


_NO_CONFIGURATION: Final = "The specified bucket does not have a {} configuration."

_ERRORS: Final[Mapping[str, tuple[int, str, str]]] = {
    "AccessDenied": (403, "AccessDenied", ""),
    "AccessKeyIdAndSecurityTokenNotMatch": (
        403,
        "The OSS access key id and security token you provided does not match.",
        "0002-00000004",
    ),
    "BucketAlreadyExists": (
        409,
        (
            "The requested bucket name is not available. The bucket namespace is shared by all"
            " users of the system. Please select a different name and try again."
        ),
        "0015-00000104",
    ),
    "BucketNotEmpty": (409, "The bucket you tried to delete is not empty.", "0015-00000301"),
    "EntityTooSmall": (
        400,
        "Your proposed upload smaller than the minimum allowed size.",
        "0042-00000104",
    ),
    "FileAlreadyExists": (
        409,
        "The object you specified already exists and can not be overwritten.",
        "0026-00000121",
    ),
    "InvalidAccessKeyId": (
        403,
        "The OSS Access Key Id you provided does not exist in our records.",
        "0002-00000902",
    ),
    "InvalidArgument": (400, "Invalid Argument", ""),
    "InvalidBucketName": (400, "The specified bucket is not valid.", "0015-00000001"),
    "InvalidDigest": (
        400,
        "The Content-MD5 you specified was invalid.",
        "0017-00000502",
    ),
    "InvalidObjectName": (400, "The specified object is not valid.", "0016-00000000"),
    "InvalidObjectState": (
        403,
        "The operation is not valid for the object's state",
        "0003-00000101",
    ),
    "InvalidPart": (
        400,
        (
            "One or more of the specified parts could not be found or the specified entity tag"
            " might not have matched the part's entity tag."
        ),
        "0042-00000101",
    ),
    "InvalidPartOrder": (
        400,
        (
            "The list of parts was not in ascending order. Parts list must be specified in order by"
            " part number."
        ),
        "0042-00000103",
    ),
    "InvalidPolicyDocument": (400, "Invalid policy document.", ""),
    "InvalidRange": (416, "The requested range cannot be satisfied.", "0026-00000030"),
    "InvalidSecurityToken": (403, "The security token you provided is invalid.", "0002-00000006"),
    "InvalidTag": (400, "The object tag is invalid.", ""),
    "MalformedPOSTRequest": (
        400,
        "The body of your POST request is not well-formed multipart/form-data.",
        "",
    ),
    "MalformedXML": (
        400,
        (
            "The XML you provided was not well-formed or did not validate against our published"
            " schema."
        ),
        "",
    ),
    "MethodNotAllowed": (405, "The specified method is not allowed against this resource.", ""),
    "MissingArgument": (400, "Missing Some Required Arguments.", ""),
    "NoSuchBucket": (404, "The specified bucket does not exist.", "0015-00000101"),
    "NoSuchBucketPolicy": (404, "The bucket policy does not exist", "0015-00000401"),
    "NoSuchCORSConfiguration": (404, "The CORS Configuration does not exist.", ""),
    "NoSuchInventory": (404, "The specified inventory does not exist.", ""),
    "NoSuchKey": (404, "The specified key does not exist.", "0026-00000001"),
    "NoSuchLifecycle": (404, "No Row found in Lifecycle Table.", ""),
    "NoSuchReplicationConfiguration": (404, _NO_CONFIGURATION.format("replication"), ""),
    "NoSuchServerSideEncryptionRule": (
        404,
        "The server side encryption configuration was not found.",
        "",
    ),
    "NoSuchTagSet": (404, "The TagSet does not exist", ""),
    "NoSuchUpload": (
        404,
        (
            "The specified upload does not exist. The upload ID may be invalid, or the upload may"
            " have been aborted or completed."
        ),
        "0042-00000002",
    ),
    "NoSuchVersion": (404, "The specified version does not exist.", "0026-00000002"),
    "NoSuchWebsiteConfiguration": (404, _NO_CONFIGURATION.format("website"), ""),
    "NoSuchWORMConfiguration": (404, "The WORM Configuration does not exist.", ""),
    "NotImplemented": (
        501,
        "A header or parameter you provided implies functionality that is not implemented.",
        "",
    ),
    "NotModified": (304, "Not Modified", ""),
    "NotSymlinkObject": (400, "The object is not symlink object", ""),
    "ObjectNotAppendable": (409, "The object is not appendable", "0026-00000022"),
    "OperationNotSupported": (
        400,
        "The operation is not supported for this resource",
        "0021-00000001",
    ),
    "PositionNotEqualToLength": (
        409,
        "Position is not equal to file length",
        "0026-00000016",
    ),
    "PreconditionFailed": (
        412,
        "At least one of the pre-conditions you specified did not hold.",
        "",
    ),
    "RequestTimeTooSkewed": (
        403,
        "The difference between the request time and the current time is too large.",
        "0002-00000504",
    ),
    "SecondLevelDomainForbidden": (403, "Please use virtual hosted style to access.", ""),
    "SecurityTokenExpired": (403, "The security token you provided has expired.", "0002-00000007"),
    "SignatureDoesNotMatch": (
        403,
        (
            "The request signature we calculated does not match the signature you provided."
            " Check your key and signing method."
        ),
        "0002-00000040",
    ),
    "SymlinkTargetNotExist": (404, "The symlink target object does not exist", ""),
    "TooManyBuckets": (400, "You have attempted to create more buckets than allowed.", ""),
}

_DATE: Final = ("AccessDenied", "OSS authentication requires a valid Date.", "0002-00000503")

_Words = tuple[str, str, str | None]

_DISABLED: Final[_Words] = (
    "InvalidAccessKeyId",
    "The OSS Access Key Id you provided is disabled.",
    "0002-00000904",
)

_GATEWAY: Final[Mapping[str, _Words]] = {
    "IncompleteSignature": ("InvalidArgument", "Authorization header is invalid.", None),
    # The page of this EC names an address outside the allowed ones among its causes.
    "InvalidAccessKeyId.AccessPolicyDenied": _DISABLED,
    "InvalidAccessKeyId.Inactive": _DISABLED,
    "InvalidAccessKeyId.NotFound": ("InvalidAccessKeyId", "", None),
    "InvalidSecurityToken.Expired": ("SecurityTokenExpired", "", None),
    "InvalidSecurityToken.Malformed": ("InvalidSecurityToken", "", None),
    "InvalidSecurityToken.MismatchWithAccessKey": ("AccessKeyIdAndSecurityTokenNotMatch", "", None),
    "InvalidSignatureMethod": ("InvalidArgument", "Authorization header is invalid.", None),
    "InvalidTimeStamp.Expired": ("RequestTimeTooSkewed", "", None),
    "InvalidTimeStamp.Format": _DATE,
    # The cause and its EC are documented, the code is not.
    "MissingSecurityToken": ("InvalidAccessKeyId", "", "0002-00000003"),
    "MissingTimestamp": _DATE,
    # An RSA key pair, which is no AccessKey to OSS.
    "UnsupportedSignatureType": ("InvalidAccessKeyId", "", None),
}
"""The gateway's codes in those of OSS, with message and EC where they are not the usual ones."""

_EXPIRED_AS_UNKNOWN: Final[_Words] = ("InvalidAccessKeyId", "", "0002-00000002")


def worded(error: ApiError, request: Request, world: World) -> ApiError:
    """What the gateway refuses, as OSS says it."""
    match error:
        case UrlExpiredError():
            return _too_late(error)
        case SignatureMismatchError():
            return _mismatch(error, request)
        case MalformedPolicyDocumentError():
            return OssError("InvalidPolicyDocument", error.message)
        case InvalidParameterError():
            return OssError("InvalidArgument", error.message, hint=error.hint)
        case MissingParameterError() if error.code not in _GATEWAY:
            missing = error.code.removeprefix("Missing")
            return OssError("MissingArgument", hint=f"`{missing}`")
    words = _words(error.code, world)
    return error if words is None else _reworded(error, request, words)


def _words(code: str, world: World) -> _Words | None:
    if (
        code == "InvalidSecurityToken.Expired"
        and world.settings.oss_expired_token == "InvalidAccessKeyId"
    ):
        return _EXPIRED_AS_UNKNOWN
    return _GATEWAY.get(code)


def _reworded(error: ApiError, request: Request, words: _Words) -> OssError:
    code, message, ec = words
    extras = {"OSSAccessKeyId": _key_id(request)} if code == "InvalidAccessKeyId" else {}
    return OssError(code, message, ec=ec, extras=extras, hint=error.hint)


def _too_late(error: UrlExpiredError) -> OssError:
    return OssError(
        "AccessDenied",
        error.message,
        ec="0002-00000069",
        extras={"Expires": _iso(error.expires), "ServerTime": _iso(error.now)},
        hint=error.hint,
    )


def _mismatch(error: SignatureMismatchError, request: Request) -> OssError:
    string = error.string_to_sign
    return OssError(
        "SignatureDoesNotMatch",
        extras={
            "OSSAccessKeyId": _key_id(request),
            "SignatureProvided": error.provided,
            "StringToSign": string,
            "StringToSignBytes": " ".join(
                f"{octet:02X}" for octet in string.encode("latin-1", "replace")
            ),
        },
        hint=error.hint,
    )


def _key_id(request: Request) -> str:
    claim = signatures.read(request, signatures.OSS)
    return claim.access_key_id if claim else ""


def _iso(seconds: float) -> str:
    return timestamp(seconds).removesuffix("Z") + ".000Z"
