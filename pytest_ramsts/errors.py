"""Codes, statuses and messages of the real API, by family. Knows no service and no wire.

A family of codes is a class, the kind an argument. The texts are the service's own, with its own
typos (`CAN NOT has`, `The group does already EXIST.` for a policy): applications match on them.
What a tester needs beyond the real text (which value, what to do) is the `hint`: it is printed in
Python and never sent on the wire.

Sources: the RAM and STS pages "Error messages" and the published API metadata.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

__all__ = [
    "AlreadyExistsError",
    "ApiError",
    "AuthenticationError",
    "DeleteConflictError",
    "FederationError",
    "InvalidParameterError",
    "LeakError",
    "LimitExceededError",
    "MalformedPolicyDocumentError",
    "MissingParameterError",
    "NoPermissionError",
    "NotExistError",
    "RamstsError",
    "UrlExpiredError",
]


class RamstsError(Exception):
    """A mistake in how the fake cloud is used: ours to report, no answer of the cloud's."""


class LeakError(RamstsError):
    """A request was about to leave the machine for a host that nothing here answers."""


class ApiError(Exception):
    """An error of the real API: the same code on the wire and in Python.

    `code` and `message` are what the cloud says, `status` is the HTTP status it says it with, and
    `hint` adds for the reader of a failing test which value was wrong and what would be right.
    """

    status: int = 400

    def __init__(
        self, code: str, message: str, *, status: int | None = None, hint: str = ""
    ) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.hint = hint
        if status is not None:
            self.status = status

    def __str__(self) -> str:
        text = f"{self.code}: {self.message}"
        return f"{text} ({self.hint})" if self.hint else text


class InvalidParameterError(ApiError):
    """`InvalidParameter.<Name>.<Problem>`: a value of the wrong form, length or range."""

    def __init__(self, parameter: str, problem: str, *, hint: str = "") -> None:
        code = f"InvalidParameter.{parameter}"
        if problem:
            code += f".{problem}"
        text = _INVALID_TEXTS.get(code) or _PROBLEM_TEXTS[problem]
        super().__init__(code, text.format(parameter), hint=hint)


_PROBLEM_TEXTS: Final = {
    "": 'The parameter - "{}" is incorrect.',
    "Format": 'The format of the parameter - "{}" is incorrect.',
    "Incorrect": 'The parameter - "{}" is incorrect.',
    "InvalidChars": 'The parameter - "{}" contains invalid chars.',
    "Length": 'The parameter - "{}" beyond the length limit.',
    "Range": 'The parameter - "{}" is out of range.',
    "ReusePrevention": (
        'The parameter - "{}" is not compliant with the reuse prevention password policy.'
    ),
    "TooWeak": 'The parameter - "{}" is not compliant with the password policy.',
}

_INVALID_TEXTS: Final = {
    "InvalidParameter.AccountAlias.Format": 'The format of parameter - "{}" is incorrect.',
    "InvalidParameter.AccountAlias.Length": (
        'The parameter - "{}" MUST be in the range of 3 and 63.'
    ),
    "InvalidParameter.AuthenticationCode.Format": 'The parameter - "{}" MUST be 6 numbers.',
    "InvalidParameter.MinimumPasswordLength.Range": (
        'The parameter - "{}" MUST be in the range of 8 and 32.'
    ),
    "InvalidParameter.DurationSeconds": "The Min/Max value of DurationSeconds is 15min/1hr.",
    "InvalidParameter.ExternalId": "The parameter ExternalId is wrongly formed.",
    "InvalidParameter.PolicyGrammar": "The parameter Policy has not passed grammar check.",
    "InvalidParameter.PolicySize": "The size of Policy must be smaller than 2048 bytes.",
    "InvalidParameter.RoleArn": "The parameter RoleArn is wrongly formed.",
    "InvalidParameter.RoleSessionName": "The parameter RoleSessionName is wrongly formed.",
    "InvalidParameter.SerialNumber": "The parameter SerialNumber is wrongly formed.",
    "InvalidParameter.SourceIdentity": "The parameter SourceIdentity is wrongly formed.",
    "InvalidParameter.TokenCode": "The parameter TokenCode is wrongly formed.",
}


class MissingParameterError(ApiError):
    """`Missing<Name>`: a parameter that the operation needs is absent."""

    def __init__(self, parameter: str) -> None:
        super().__init__(f"Missing{parameter}", f"{parameter} is mandatory for this action.")


class MalformedPolicyDocumentError(ApiError):
    """`MalformedPolicyDocument`: the document is no JSON, or not in the grammar of the policy
    language.

    The real text is the parser's own and not fixed, so ours says where and what in the message
    itself.
    """

    def __init__(self, problem: str) -> None:
        super().__init__("MalformedPolicyDocument", problem)


class NotExistError(ApiError):
    """`EntityNotExist.*`: no user, role, policy, attachment … of that name."""

    status = 404

    def __init__(self, kind: str, name: str = "", *, message: str = "") -> None:
        super().__init__(
            f"EntityNotExist.{kind}",
            message or _NOT_EXIST_TEXTS.get(kind, f"The {kind.lower()} does not exist."),
            hint=f"no {_words(kind)} `{name}`" if name else "",
        )


_NOT_EXIST_TEXTS: Final = {
    "Group.Policy": "The indicate policy attached to the group does not exist.",
    "Policy.Version": "The policy version does not exist.",
    "Role.Policy": "The indicate policy attached to the role does not exist.",
    "User.AccessKey": "The user access key does not exist.",
    "User.Group": "The user has not joined the group.",
    "User.LoginProfile": "The user login profile does not exist.",
    "User.MFADevice": "The user has not bound any MFA device.",
    "User.Policy": "The indicate policy of the user does not exist.",
    "VirtualMFADevice": "The virtual mfa device does not exist.",
}


class AlreadyExistsError(ApiError):
    """`EntityAlreadyExists.*`: a user, role, policy, attachment … of that name exists."""

    status = 409

    def __init__(self, kind: str, name: str = "") -> None:
        super().__init__(
            f"EntityAlreadyExists.{kind}",
            _EXISTS_TEXTS.get(kind, f"The {kind.lower()} does already EXIST."),
            hint=f"{_words(kind)} `{name}`" if name else "",
        )


_EXISTS_TEXTS: Final = {
    "AccountAlias": "The account alias does already exist.",
    "Group.Policy": "The group has already been attached this policy.",
    "Policy": "The group does already EXIST.",  # the service's own slip
    "Role.Policy": "The role has already been attached this policy.",
    "User.Group": "The user has already joined the group.",
    "User.LoginProfile": "The user login profile does already EXIST.",
    "User.MFADevice": "The user has already bound a MFA device.",
    "User.Policy": "The user has already been attached this policy.",
    "VirtualMFADevice": "The virtual mfa device does already EXIST.",
    "VirtualMFADevice.User": "The virtual mfa device does already been bound to a user.",
}


class DeleteConflictError(ApiError):
    """`DeleteConflict.*`: what is to be deleted is still in use."""

    status = 409

    def __init__(self, kind: str, *, hint: str = "") -> None:
        super().__init__(f"DeleteConflict.{kind}", _CONFLICT_TEXTS[kind], hint=hint)


_CONFLICT_TEXTS: Final = {
    "Group.Policy": "The entity CAN NOT has any attached policy while deleting the group.",
    "Group.User": "The group CAN NOT has any user member while deleting the group.",
    "Policy.Group": "The policy CAN NOT been attached to any group while deleting the policy.",
    "Policy.Role": "The policy CAN NOT been attached to any role while deleting the policy.",
    "Policy.User": "The policy CAN NOT been attached to any user while deleting the policy.",
    "Policy.Version": "The policy CAN NOT has any version except the default version.",
    "Policy.Version.Default": "The default policy version CAN NOT been deleted directly.",
    "Role.Policy": "The role CAN NOT has any attached policy while deleting the role.",
    "User.AccessKey": "The user CAN NOT has any access key while deleting the user.",
    "User.Group": "The user CAN NOT be in any group while deleting the user.",
    "User.LoginProfile": "The user CAN NOT has any login profile while deleting the user.",
    "User.MFADevice": "The user CAN NOT has any mfa device while deleting the user.",
    "User.Policy": "The user CAN NOT has any attached policy while deleting the user.",
    "VirtualMFADevice.User": (
        "The virtual mfa device CAN NOT been bound to any user while deleting it."
    ),
}


class LimitExceededError(ApiError):
    """`LimitExceeded.*`: a quota of the account, user, group, role or policy is used up."""

    status = 409

    def __init__(self, kind: str, limit: int) -> None:
        super().__init__(
            f"LimitExceeded.{kind}",
            _LIMIT_TEXTS.get(kind, f"The count of {_words(kind)} beyond the current limits."),
            hint=f"the limit here is {limit}",
        )


_LIMIT_TEXTS: Final = {
    "Group": "The count of groups beyond the current limits.",
    "Group.Policy": "The policy count of the group beyond the current limits.",
    "Policy": "The count of policy beyond the current limits.",
    "Policy.Version": "The count of policy version beyond the current limits.",
    "Role": "The count of roles beyond the current limits.",
    "Role.Policy": "The count of policies attached to the role beyond the current limits.",
    "User": "The count of users beyond the current limits.",
    "User.AccessKey": "The access key count of the user access keys beyond the current limits.",
    "User.Group": "The count of groups the target user joined beyond the current limits.",
    "User.Policy": "The policy count of the user attached policies beyond the current limits.",
    "VirtualMFADevice": "The count of virtual mfa devices beyond the current limits.",
}


class NoPermissionError(ApiError):
    """The caller is known and may not: 403 with the service's own code.

    `detail` is the `AccessDeniedDetail` of the answer, where the service sends one.
    """

    status = 403

    def __init__(
        self,
        message: str,
        *,
        code: str = "NoPermission",
        detail: Mapping[str, Any] | None = None,
        hint: str = "",
    ) -> None:
        super().__init__(code, message, hint=hint)
        self.detail = detail


class AuthenticationError(ApiError):
    """The gateway does not accept who or what signed the request: unknown key, bad token, signature
    or time.
    """

    def __init__(self, code: str, *, suffix: str = "", hint: str = "") -> None:
        status, text = _AUTHENTICATION_TEXTS[code]
        super().__init__(code, text + suffix, status=status, hint=hint)


_AUTHENTICATION_TEXTS: Final = {
    "IncompleteSignature": (400, "The request signature does not conform to Aliyun standards."),
    # Text and status are on the RAM page about network ACL policies, the code was seen with them.
    "InvalidAccessKeyId.AccessPolicyDenied": (
        400,
        "Specified access key denied due to access policy.",
    ),
    "InvalidAccessKeyId.Inactive": (400, "Specified access key is disabled."),
    "InvalidAccessKeyId.NotFound": (404, "Specified access key is not found."),
    # Of bearer tokens no page says anything. The SDKs' own tests know the code `.Inactive` and the
    # texts; that text and code go together, the code `.NotFound`, which is that of an AccessKey,
    # and both statuses are inferred.
    "InvalidBearerToken.Inactive": (400, "InvalidBearerTokenException: Bearertoken has expired"),
    "InvalidBearerToken.NotFound": (404, "Specified bearer token is not found."),
    # Statuses and texts of the three token codes: the codes are documented, 400 is the gateway's
    # habit.
    "InvalidSecurityToken.Expired": (400, "Specified SecurityToken is expired."),
    "InvalidSecurityToken.Malformed": (400, "Specified SecurityToken is malformed."),
    "InvalidSecurityToken.MismatchWithAccessKey": (
        400,
        "Specified SecurityToken mismatch with the AccessKey.",
    ),
    "InvalidSignatureMethod": (400, "Specified signature method is not valid."),
    "InvalidTimeStamp.Expired": (400, "Specified time stamp or date value is expired."),
    "InvalidTimeStamp.Format": (400, "Specified time stamp or date value is not well formatted."),
    "MissingSecurityToken": (400, "SecurityToken is mandatory for this action."),
    "SignatureDoesNotMatch": (400, "Specified signature is not matched with our calculation."),
    "SignatureNonceUsed": (400, "Specified signature nonce was used already."),
    # In no list of errors, but in what the SDKs' own tests were answered to a bearer token. To what
    # a key pair signs it is a guess.
    "UnsupportedSignatureType": (403, "This signature type is not supported."),
}


class FederationError(ApiError):
    """`AuthenticationFail.*`: STS does not accept the token of an identity provider."""

    status = 401

    def __init__(self, kind: str, message: str, *, hint: str = "") -> None:
        super().__init__(f"AuthenticationFail.{kind}", message, hint=hint)


class UrlExpiredError(ApiError):
    """`AccessDenied`: a presigned URL is used after its time, both in epoch seconds."""

    status = 403

    def __init__(self, expires: float, now: float) -> None:
        super().__init__(
            "AccessDenied", "Request has expired.", hint=f"{now - expires:.0f} s ago, by the cloud"
        )
        self.expires = expires
        self.now = now


def _words(kind: str) -> str:
    """`User.Policy` → `policy`: the last word of a kind, as a reader says it."""
    return kind.rsplit(".", 1)[-1].lower()
