"""Who may: what an operation is done on, what ACLs allow, and how OSS refuses.

An ACL is a policy of the resource that comes last, and only allows: whoever it names may, unless
something denies. So `can()` and the wire ask one evaluator.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from pytest_ramsts.errors import ApiError
from pytest_ramsts.policy import AppliedPolicy, Decision, Policy, allow, decide
from pytest_ramsts.service import Invocation
from pytest_ramsts.services.oss.errors import OssError
from pytest_ramsts.services.oss.state import Bucket, OssState, Version

__all__ = [
    "denied",
    "keys_of",
    "keys_of_call",
    "owner_of",
    "policies_of",
    "source_of",
    "tags_of",
    "the_bucket",
    "the_key",
    "the_new_bucket",
    "the_service",
    "the_source",
    "the_source_version",
    "the_tagged_key",
]


# What an operation is done on


def the_service(invocation: Invocation, **_: object) -> str:
    return f"acs:oss:*:{invocation.account.id}:*"


def the_new_bucket(invocation: Invocation, **_: object) -> str:
    """A bucket that the caller makes its own."""
    return f"acs:oss:*:{invocation.account.id}:{invocation.parameters['Bucket']}"


def the_bucket(invocation: Invocation, **_: object) -> str:
    """A bucket, which must be there, and in the region that is asked."""
    return _bucket(invocation).arn


def the_key(invocation: Invocation, **_: object) -> str:
    return _bucket(invocation).arn_of(invocation.parameters["Key"])


def the_tagged_key(invocation: Invocation, **_: object) -> list[str]:
    """An object that is given tags as it is written, which takes a right of its own."""
    return [the_key(invocation)] if "XOssTagging" in invocation.parameters else []


def the_source(invocation: Invocation, **_: object) -> list[str]:
    """The current version of an object that is copied."""
    bucket, key, version_id = source_of(invocation)
    return [] if version_id else [bucket.arn_of(key)]


def the_source_version(invocation: Invocation, **_: object) -> list[str]:
    bucket, key, version_id = source_of(invocation)
    return [bucket.arn_of(key)] if version_id else []


def source_of(invocation: Invocation) -> tuple[Bucket, str, str]:
    """Bucket, key and version of `x-oss-copy-source`."""
    text, _, query = invocation.parameters.get("XOssCopySource", "").partition("?")
    name, slash, key = unquote(text).removeprefix("/").partition("/")
    if not (name and slash and key):
        raise OssError("InvalidArgument", "Copy Source must mention the source bucket and key.")
    state: OssState = invocation.state
    return state.bucket(name), key, dict(parse_qsl(query)).get("versionId", "")


def _bucket(invocation: Invocation) -> Bucket:
    state: OssState = invocation.state
    bucket = state.bucket(invocation.parameters["Bucket"])
    host = invocation.request.host
    if bucket.region != invocation.region and ".oss-" in host and "accelerate" not in host:
        raise OssError(
            "AccessDenied",
            "The bucket you are attempting to access must be addressed using the specified"
            " endpoint. Please send all future requests to this endpoint.",
            ec="0003-00001403",
            extras={"Bucket": bucket.name, "Endpoint": bucket.endpoint},
        )
    return bucket


# What a resource says itself

_READING: Final = ("oss:GetObject", "oss:GetObjectVersion")
_WRITING: Final = ("oss:PutObject", "oss:DeleteObject", "oss:AbortMultipartUpload", "oss:ListParts")

_ACL_POLICIES: Final = {
    "public-read": Policy(allow(*_READING, on="*", principal="*")),
    "public-read-write": Policy(allow(*_READING, *_WRITING, on="*", principal="*")),
}


def policies_of(state: OssState, arn: str) -> Iterator[AppliedPolicy]:
    """The bucket policy, and what the ACL of an object allows: its own one, else the bucket's."""
    bucket, key = _found(state, arn)
    if bucket is None:
        return
    if bucket.policy is not None:
        yield AppliedPolicy(
            bucket.policy, f"bucket policy of {bucket.name}", "Resource", attached_to=bucket.arn
        )
    if not key:
        return
    version = bucket.newest(key)
    if version is None or version.acl == "default":
        acl, holder = bucket.acl, f"bucket {bucket.name}"
    else:
        acl, holder = version.acl, f"object {key}"
    if acl in _ACL_POLICIES:
        yield AppliedPolicy(
            _ACL_POLICIES[acl], f"ACL {acl} of the {holder}", "Resource", attached_to=arn
        )


def keys_of(state: OssState, arn: str) -> Mapping[str, str]:
    """The tags of a bucket and of an object."""
    bucket, key = _found(state, arn)
    if bucket is None:
        return {}
    version = bucket.newest(key) if key else None
    return {
        **{f"oss:BucketTag/{name}": value for name, value in bucket.tags.items()},
        **_prefixed("oss:ExistingObjectTag/", version),
    }


def owner_of(state: OssState, arn: str) -> str:
    bucket, _ = _found(state, arn)
    return bucket.owner.id if bucket else ""


def _prefixed(prefix: str, version: Version | None) -> dict[str, str]:
    if version is None:
        return {}
    return {f"{prefix}{name}": value for name, value in version.tags.items()}


def _found(state: OssState, arn: str) -> tuple[Bucket | None, str]:
    name, _, key = arn.split(":", 5)[-1].partition("/")
    return state.buckets.get(name), key


# What a call says


def keys_of_call(invocation: Invocation) -> dict[str, str]:
    parameters = invocation.parameters
    keys = {"acs:UserAgent": invocation.request.headers.get("user-agent")}
    if invocation.credentials is not None:
        keys["acs:AccessId"] = invocation.credentials.id
    for name in ("XOssAcl", "XOssObjectAcl"):
        if name in parameters:
            keys[_ACL_KEYS[name]] = parameters[name]
    for name, value in tags_of(parameters.get("XOssTagging", "")).items():
        keys[f"oss:RequestObjectTag/{name}"] = value
    return {key: value for key, value in keys.items() if value}


_ACL_KEYS: Final = {"XOssAcl": "oss:x-oss-acl", "XOssObjectAcl": "oss:x-oss-object-acl"}


def tags_of(text: str) -> dict[str, str]:
    """Tags as the header `x-oss-tagging` has them: `a=1&b=2`."""
    return {} if not text else dict(parse_qsl(text, keep_blank_values=True))


# How it refuses

_RIGHTLESS: Final = "You have no right to access this object because of bucket acl."
_NOT_YOURS: Final = "The bucket you access does not belong to you."
_BY_POLICY: Final = "Access denied by bucket policy."


def denied(decision: Decision, invocation: Invocation) -> ApiError:
    """`AccessDenied`, with a message and an EC code that say less than `AccessDeniedDetail`."""
    message, ec = _reason(decision, invocation)
    extras: dict[str, Any] = {}
    if invocation.credentials is not None:
        detail = invocation.denial(decision)
        extras["AccessDeniedDetail"] = {name: detail[name] for name in _DETAILS}
    return OssError("AccessDenied", message, ec=ec, extras=extras)


_DETAILS: Final = (
    "PolicyType",
    "AuthPrincipalOwnerId",
    "AuthPrincipalType",
    "AuthPrincipalDisplayName",
    "NoPermissionType",
    "AuthAction",
    "EncodedDiagnosticMessage",
)


def _reason(decision: Decision, invocation: Invocation) -> tuple[str, str]:
    if decision.policy_type == "SessionPolicy":
        return "Access denied by authorizer's policy.", "0003-00000301"
    if decision.reason == "ExplicitDeny":
        return _BY_POLICY, _denying(decision, invocation)
    action, level = decision.access.action, _level(decision.access.resource)
    if invocation.credentials is None:
        return _ANONYMOUS[level]
    if invocation.operation.name == "DeleteMultipleObjects":
        return _RIGHTLESS, "0016-00000616"
    if action == "oss:PutObjectTagging" and "XOssTagging" in invocation.parameters:
        return "AccessDenied", "0003-00000905"
    return _NAMED["object" if action == "oss:ListObjects" else level]


def _denying(decision: Decision, invocation: Invocation) -> str:
    if invocation.operation.name == "DeleteMultipleObjects":
        return "0003-00000204"
    if decision.policy_type == "ResourceBasedPolicy":
        return "0003-00000101"
    return "0003-00000203" if _bucket_denies(decision) else "0003-00000201"


def _bucket_denies(decision: Decision) -> bool:
    """Whether the bucket policy would deny as well."""
    layers = decision.layers._replace(identity=(), control=(), session=None)
    return decide(decision.access, layers, decision.settings).reason == "ExplicitDeny"


def _level(resource: str) -> str:
    tail = resource.split(":", 4)[-1]
    return "service" if tail == "*" else "object" if "/" in tail else "bucket"


# The messages of the last two rows are documented for the EC; which operation gets which is not.
_NAMED: Final = {
    "object": (_RIGHTLESS, "0003-00000001"),
    "bucket": (_NOT_YOURS, "0003-00000001"),
    "service": ("AccessDenied", "0003-00000001"),
}

_ANONYMOUS: Final = {
    "object": (_RIGHTLESS, "0003-00000001"),
    "bucket": ("Anonymous user has no right to access this bucket.", "0003-00000002"),
    "service": ("Anonymous access is forbidden for this operation.", "0003-00001201"),
}
