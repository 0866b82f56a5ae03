"""Buckets: made, listed, described and deleted, with their ACL, versioning and tags."""

from __future__ import annotations

from typing import Any, Final

from pytest_ramsts.clock import timestamp
from pytest_ramsts.errors import MalformedPolicyDocumentError
from pytest_ramsts.identity import Account
from pytest_ramsts.service import Body, Invocation
from pytest_ramsts.services.oss import xml
from pytest_ramsts.services.oss.authorization import the_bucket, the_new_bucket, the_service
from pytest_ramsts.services.oss.dialect import answer
from pytest_ramsts.services.oss.errors import OssError
from pytest_ramsts.services.oss.product import operation
from pytest_ramsts.services.oss.state import Bucket, OssState, checked_acl

_ACL: Final = {"oss:x-oss-acl": "x_oss_acl"}
_MOST_LISTED: Final = 1000


@operation("GET /", on=the_service)
def list_buckets(
    account: Account, state: OssState, prefix: str = "", marker: str = "", max_keys: int = 100
) -> Body:
    names = sorted(
        name
        for name, bucket in state.buckets.items()
        if bucket.owner is account and name.startswith(prefix) and name > marker
    )
    page = names[: _within(max_keys)]
    truncated = len(page) < len(names)
    return {
        "ListAllMyBucketsResult": {
            "Prefix": prefix or None,
            "Marker": marker or None,
            "MaxKeys": max_keys,
            "IsTruncated": truncated,
            "NextMarker": page[-1] if truncated and page else None,
            "Owner": owner_of(account),
            "Buckets": {"Bucket": [_summary(state.buckets[name]) for name in page]},
        }
    }


@operation("PUT /{bucket}", on=the_new_bucket)
def put_bucket(
    account: Account,
    invocation: Invocation,
    state: OssState,
    bucket: str,
    x_oss_acl: str = "",
) -> Body:
    held = state.buckets.get(bucket)
    if held is not None and held.owner is account:
        if x_oss_acl:
            held.acl = checked_acl(x_oss_acl)
        return answer(headers={"Location": f"/{bucket}"})
    body = invocation.request.body
    root = xml.parsed(body, "CreateBucketConfiguration") if body else None
    storage_class = xml.text_of(root, "StorageClass", "Standard") if root is not None else ""
    state.create_bucket(
        bucket,
        account,
        region=invocation.region,
        acl=x_oss_acl or "private",
        storage_class=storage_class or "Standard",
    )
    return answer(headers={"Location": f"/{bucket}"})


@operation("DELETE /{bucket}", on=the_bucket)
def delete_bucket(state: OssState, bucket: str) -> Body:
    state.delete_bucket(bucket)
    return answer(204)


@operation("HEAD /{bucket}", on=the_bucket, action="oss:GetBucketInfo")
def head_bucket(state: OssState, bucket: str) -> Body:
    return answer(headers={"x-oss-bucket-region": f"oss-{state[bucket].region}"})


@operation("GET /{bucket}?bucketInfo", on=the_bucket)
def get_bucket_info(state: OssState, bucket: str) -> Body:
    held = state[bucket]
    encryption = {"SSEAlgorithm": "None"}
    return {
        "BucketInfo": {
            "Bucket": {
                **_summary(held),
                "Owner": owner_of(held.owner),
                "AccessControlList": {"Grant": held.acl},
                "DataRedundancyType": "LRS",
                "Versioning": held.versioning or None,
                "ServerSideEncryptionRule": encryption,
                "BucketPolicy": {"LogBucket": "", "LogPrefix": ""},
                "AccessMonitor": "Disabled",
                "TransferAcceleration": "Disabled",
                "CrossRegionReplication": "Disabled",
                "BlockPublicAccess": False,
            }
        }
    }


@operation("GET /{bucket}?location", on=the_bucket)
def get_bucket_location(state: OssState, bucket: str) -> Body:
    return {"LocationConstraint": f"oss-{state[bucket].region}"}


@operation("GET /{bucket}?stat", on=the_bucket)
def get_bucket_stat(state: OssState, bucket: str) -> Body:
    held = state[bucket]
    versions = [version for key in held.names for version in held.versions(key)]
    return {
        "BucketStat": {
            "Storage": sum(version.size for version in versions),
            "ObjectCount": sum(not version.is_marker for version in versions),
            "MultipartUploadCount": len(held.uploads),
            "LiveChannelCount": 0,
            "LastModifiedTime": int(held.owner.world.clock.time()),
            "DeleteMarkerCount": sum(version.is_marker for version in versions),
        }
    }


# Its ACL


@operation("PUT /{bucket}?acl", on=the_bucket, keys=_ACL)
def put_bucket_acl(state: OssState, bucket: str, x_oss_acl: str) -> Body:
    state[bucket].acl = checked_acl(x_oss_acl)
    return answer()


@operation("GET /{bucket}?acl", on=the_bucket)
def get_bucket_acl(state: OssState, bucket: str) -> Body:
    return acl_of(state[bucket], state[bucket].acl)


# Its policy


@operation("PUT /{bucket}?policy", on=the_bucket)
def put_bucket_policy(invocation: Invocation, state: OssState, bucket: str) -> Body:
    text = invocation.request.body.decode("utf-8", "replace")
    if not text.lstrip().startswith("{"):
        raise MalformedPolicyDocumentError("a bucket policy is a JSON object")
    state[bucket].policy = text
    return answer()


@operation("GET /{bucket}?policy", on=the_bucket)
def get_bucket_policy(state: OssState, bucket: str) -> Body:
    policy = state[bucket].policy
    if policy is None:
        raise OssError("NoSuchBucketPolicy", extras={"BucketName": bucket})
    return answer(headers={"Content-Type": "application/json"}, body=policy.text.encode())


@operation("DELETE /{bucket}?policy", on=the_bucket)
def delete_bucket_policy(state: OssState, bucket: str) -> Body:
    state[bucket].policy = None
    return answer(204)


# Its versioning


@operation("PUT /{bucket}?versioning", on=the_bucket)
def put_bucket_versioning(invocation: Invocation, state: OssState, bucket: str) -> Body:
    root = xml.parsed(invocation.request.body, "VersioningConfiguration")
    match xml.text_of(root, "Status"):
        case "Enabled":
            state[bucket].versioning = "Enabled"
        case "Suspended":
            state[bucket].versioning = "Suspended"
        case status:
            raise OssError("MalformedXML", hint=f"`{status}`: Enabled or Suspended")
    return answer()


@operation("GET /{bucket}?versioning", on=the_bucket)
def get_bucket_versioning(state: OssState, bucket: str) -> Body:
    return {"VersioningConfiguration": {"Status": state[bucket].versioning or None}}


# Its tags


@operation("PUT /{bucket}?tagging", on=the_bucket, action="oss:PutBucketTagging")
def put_bucket_tags(invocation: Invocation, state: OssState, bucket: str) -> Body:
    state[bucket].tags = tags_in(invocation.request.body)
    return answer()


@operation("GET /{bucket}?tagging", on=the_bucket, action="oss:GetBucketTagging")
def get_bucket_tags(state: OssState, bucket: str) -> Body:
    tags = state[bucket].tags
    if not tags:
        raise OssError("NoSuchTagSet", extras={"BucketName": bucket})
    return tagging(tags)


@operation("DELETE /{bucket}?tagging", on=the_bucket, action="oss:DeleteBucketTagging")
def delete_bucket_tags(state: OssState, bucket: str, tagging: str = "") -> Body:
    held = state[bucket]
    gone = tagging.split(",") if tagging else list(held.tags)
    held.tags = {name: value for name, value in held.tags.items() if name not in gone}
    return answer(204)


# What several answers share


def owner_of(account: Account) -> dict[str, str]:
    return {"ID": account.id, "DisplayName": account.id}


def acl_of(bucket: Bucket, acl: str) -> Body:
    return {
        "AccessControlPolicy": {
            "Owner": owner_of(bucket.owner),
            "AccessControlList": {"Grant": acl},
        }
    }


def tagging(tags: dict[str, str]) -> Body:
    return {
        "Tagging": {
            "TagSet": {"Tag": [{"Key": key, "Value": value} for key, value in tags.items()]}
        }
    }


def tags_in(body: bytes) -> dict[str, str]:
    return {
        xml.text_of(tag, "Key"): xml.text_of(tag, "Value", "")
        for tag in xml.parsed(body, "Tagging").iter("Tag")
    }


def iso(seconds: float) -> str:
    """`2026-03-01T08:00:00.000Z`"""
    return timestamp(seconds)[:-1] + ".000Z"


def _within(limit: int) -> int:
    if not 1 <= limit <= _MOST_LISTED:
        raise OssError(
            "InvalidArgument",
            "Argument maxKeys must be an integer between 1 and 1000.",
            extras={"ArgumentName": "max-keys", "ArgumentValue": limit},
        )
    return limit


def _summary(bucket: Bucket) -> dict[str, Any]:
    return {
        "Name": bucket.name,
        "Location": f"oss-{bucket.region}",
        "Region": bucket.region,
        "CreationDate": iso(bucket.created),
        "ExtranetEndpoint": bucket.endpoint,
        "IntranetEndpoint": f"oss-{bucket.region}-internal.aliyuncs.com",
        "StorageClass": bucket.storage_class,
    }
