"""Every operation is allowed by exactly its action on exactly its resource, and by nothing less."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import md5
from typing import Any

import oss2
import pytest

from pytest_ramsts import FakeCloud, Policy, User, allow
from pytest_ramsts.services.oss import oss

from .clients import bucket_of, service_of

ACL = {"x-oss-acl": "private"}
OBJECT_ACL = {"x-oss-object-acl": "private"}
COPY = {"x-oss-copy-source": "/media/source"}
DELETE = b"<Delete><Object><Key>key</Key></Object><Object><Key>other</Key></Object></Delete>"
DELETE_VERSION = b"<Delete><Object><Key>key</Key><VersionId>v</VersionId></Object></Delete>"


@dataclass(frozen=True)
class Row:
    operation: str
    method: str
    key: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    asks: Mapping[str, tuple[str, ...]] | None = None
    """What it is asked for, by action; where it is None, its own name on what it addresses."""

    @property
    def needs(self) -> dict[str, tuple[str, ...]]:
        if self.asks is not None:
            return dict(self.asks)
        return {f"oss:{self.operation}": (f"media/{self.key}" if self.key else "media",)}


def on_key(action: str) -> dict[str, tuple[str, ...]]:
    return {action: ("media/key",)}


def setting(name: str, sub_resource: str, *, deleted: bool = True) -> list[Row]:
    params = {sub_resource: ""}
    rows = [
        Row(f"GetBucket{name}", "GET", params=params),
        Row(f"PutBucket{name}", "PUT", params=params, body=b"<A/>"),
    ]
    return rows + [Row(f"DeleteBucket{name}", "DELETE", params=params)] * deleted


BUCKETS = [
    Row("ListBuckets", "GET", asks={"oss:ListBuckets": ("*",)}),
    Row("PutBucket", "PUT", headers=ACL),
    Row("DeleteBucket", "DELETE"),
    Row("ListObjects", "GET"),
    Row("ListObjectsV2", "GET", params={"list-type": "2"}, asks={"oss:ListObjects": ("media",)}),
    Row("ListObjectVersions", "GET", params={"versions": ""}),
    Row("HeadBucket", "HEAD", asks={"oss:GetBucketInfo": ("media",)}),
    Row("GetBucketAcl", "GET", params={"acl": ""}),
    Row("PutBucketAcl", "PUT", params={"acl": ""}, headers=ACL),
    Row("GetBucketVersioning", "GET", params={"versioning": ""}),
    Row("PutBucketVersioning", "PUT", params={"versioning": ""}, body=b"<A/>"),
    *setting("Logging", "logging"),
    *setting("Website", "website"),
    *setting("Referer", "referer", deleted=False),
    *setting("Lifecycle", "lifecycle"),
    *setting("Cors", "cors"),
    *setting("Policy", "policy"),
    *setting("Encryption", "encryption"),
    *setting("Inventory", "inventory"),
    *setting("RequestPayment", "requestPayment", deleted=False),
    Row("GetBucketTags", "GET", params={"tagging": ""}, asks={"oss:GetBucketTagging": ("media",)}),
    Row(
        "PutBucketTags",
        "PUT",
        params={"tagging": ""},
        body=b"<Tagging/>",
        asks={"oss:PutBucketTagging": ("media",)},
    ),
    Row(
        "DeleteBucketTags",
        "DELETE",
        params={"tagging": ""},
        asks={"oss:DeleteBucketTagging": ("media",)},
    ),
    Row("GetBucketWorm", "GET", params={"worm": ""}),
    Row("InitiateBucketWorm", "POST", params={"worm": ""}),
    Row("GetBucketReplication", "GET", params={"replication": ""}),
    Row("PutBucketReplication", "POST", params={"replication": "", "comp": "add"}),
    Row("DeleteBucketReplication", "POST", params={"replication": "", "comp": "delete"}),
    Row("GetBucketReplicationLocation", "GET", params={"replicationLocation": ""}),
    Row("GetBucketReplicationProgress", "GET", params={"replicationProgress": ""}),
    Row("GetBucketInfo", "GET", params={"bucketInfo": ""}),
    Row("GetBucketLocation", "GET", params={"location": ""}),
    Row("GetBucketStat", "GET", params={"stat": ""}),
    Row("ListMultipartUploads", "GET", params={"uploads": ""}),
    Row("ListLiveChannel", "GET", params={"live": ""}),
    Row(
        "DeleteMultipleObjects",
        "POST",
        params={"delete": ""},
        body=DELETE,
        asks={"oss:DeleteObject": ("media/key", "media/other")},
    ),
    Row(
        "DeleteMultipleObjects",
        "POST",
        params={"delete": ""},
        body=DELETE_VERSION,
        asks={"oss:DeleteObjectVersion": ("media/key",)},
    ),
]

PUT = on_key("oss:PutObject")
GET = on_key("oss:GetObject")
GET_VERSION = on_key("oss:GetObjectVersion")
COPIED = {"oss:GetObject": ("media/source",), "oss:PutObject": ("media/key",)}
TAGGED = {"oss:PutObject": ("media/key",), "oss:PutObjectTagging": ("media/key",)}
V = {"versionId": "v"}
PART = {"partNumber": "1", "uploadId": "u"}

OBJECTS = [
    Row("PutObject", "PUT", "key", asks=PUT),
    Row("PutObject", "PUT", "key", headers={"x-oss-tagging": "a=1"}, asks=TAGGED),
    Row("AppendObject", "POST", "key", {"append": "", "position": "0"}, asks=PUT),
    Row("PutSymlink", "PUT", "key", {"symlink": ""}, {"x-oss-symlink-target": "k"}, asks=PUT),
    Row("InitiateMultipartUpload", "POST", "key", {"uploads": ""}, asks=PUT),
    Row("UploadPart", "PUT", "key", PART, asks=PUT),
    Row("CompleteMultipartUpload", "POST", "key", {"uploadId": "u"}, asks=PUT),
    Row("CopyObject", "PUT", "key", headers=COPY, asks=COPIED),
    Row(
        "CopyObject",
        "PUT",
        "key",
        headers={"x-oss-copy-source": "/media/source?versionId=v"},
        asks={"oss:GetObjectVersion": ("media/source",), "oss:PutObject": ("media/key",)},
    ),
    Row("UploadPartCopy", "PUT", "key", PART, COPY, asks=COPIED),
    Row("GetObject", "GET", "key", asks=GET),
    Row("GetObject", "GET", "key", V, asks=GET_VERSION),
    Row("HeadObject", "HEAD", "key", asks=GET),
    Row("HeadObject", "HEAD", "key", V, asks=GET_VERSION),
    Row("GetObjectMeta", "HEAD", "key", {"objectMeta": ""}, asks=GET),
    Row("GetObjectMeta", "HEAD", "key", {"objectMeta": "", **V}, asks=GET_VERSION),
    Row("SelectObject", "POST", "key", {"x-oss-process": "csv/select"}, asks=GET),
    Row("GetSymlink", "GET", "key", {"symlink": ""}, asks=GET),
    Row("GetSymlink", "GET", "key", {"symlink": "", **V}, asks=GET_VERSION),
    Row("DeleteObject", "DELETE", "key"),
    Row("DeleteObject", "DELETE", "key", V, asks=on_key("oss:DeleteObjectVersion")),
    Row("ListParts", "GET", "key", {"uploadId": "u"}),
    Row("AbortMultipartUpload", "DELETE", "key", {"uploadId": "u"}),
    Row("GetObjectAcl", "GET", "key", {"acl": ""}),
    Row("GetObjectAcl", "GET", "key", {"acl": "", **V}, asks=on_key("oss:GetObjectVersionAcl")),
    Row("PutObjectAcl", "PUT", "key", {"acl": ""}, OBJECT_ACL),
    Row(
        "PutObjectAcl",
        "PUT",
        "key",
        {"acl": "", **V},
        OBJECT_ACL,
        asks=on_key("oss:PutObjectVersionAcl"),
    ),
    Row("RestoreObject", "POST", "key", {"restore": ""}),
    Row(
        "RestoreObject",
        "POST",
        "key",
        {"restore": "", **V},
        asks=on_key("oss:RestoreObjectVersion"),
    ),
    *[
        row
        for verb, method in (("Get", "GET"), ("Put", "PUT"), ("Delete", "DELETE"))
        for row in (
            Row(f"{verb}ObjectTagging", method, "key", {"tagging": ""}, body=b"<Tagging/>"),
            Row(
                f"{verb}ObjectTagging",
                method,
                "key",
                {"tagging": "", **V},
                body=b"<Tagging/>",
                asks=on_key(f"oss:{verb}ObjectVersionTagging"),
            ),
        )
    ],
    Row("PutLiveChannel", "PUT", "key", {"live": ""}),
    Row("DeleteLiveChannel", "DELETE", "key", {"live": ""}),
    Row("PutLiveChannelStatus", "PUT", "key", {"live": "", "status": "enabled"}),
    Row("GetLiveChannelInfo", "GET", "key", {"live": ""}, asks=on_key("oss:GetLiveChannel")),
    Row("GetLiveChannelStat", "GET", "key", {"live": "", "comp": "stat"}),
    Row("GetLiveChannelHistory", "GET", "key", {"live": "", "comp": "history"}),
    Row("PostVodPlaylist", "POST", "key", {"vod": ""}),
    Row("GetVodPlaylist", "GET", "key", {"vod": ""}),
    Row(
        "ImgSaveAs",
        "POST",
        "key",
        {"x-oss-process": "image/resize,w_100"},
        asks=on_key("oss:PostProcessTask"),
    ),
]

ROWS = BUCKETS + OBJECTS


def named(row: Row) -> str:
    return f"{row.operation}-{'-'.join(row.needs)}"


@pytest.fixture
def caller(ramsts: FakeCloud) -> User:
    media = ramsts.state("oss").create_bucket("media", ramsts.account)
    media.put("key", b"content")
    media.put("source", b"content")
    user = ramsts.account.create_user("caller")
    user.create_access_key()
    return user


def refused(row: Row, caller: User) -> bool:
    """Send it with the SDK, by its way for all its requests; whether RAM refused it."""
    if row.operation == "ListBuckets":
        service = service_of(caller.access_key)
        send: Any = lambda: service._do("GET", "", "")  # noqa: E731
    else:
        bucket = bucket_of(caller.access_key)
        headers = dict(row.headers)
        if row.body:
            digest = md5(row.body, usedforsecurity=False).digest()
            headers["Content-MD5"] = b64encode(digest).decode()
        send = lambda: bucket._do(  # noqa: E731
            row.method, "media", row.key, params=dict(row.params), headers=headers, data=row.body
        )
    try:
        send()
    except oss2.exceptions.ServerError as error:
        return bool(error.code == "AccessDenied")
    return False


def policy(needs: Mapping[str, tuple[str, ...]]) -> Policy:
    return Policy(
        *[
            allow(action, on=[f"acs:oss:*:*:{tail}" for tail in tails])
            for action, tails in needs.items()
        ]
    )


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_it_takes_exactly_its_action_on_its_resource(
    row: Row, caller: User, ramsts: FakeCloud
) -> None:
    denied_without = refused(row, caller)
    call = ramsts.calls.last
    caller.attach(policy(row.needs))
    denied_with = refused(row, caller)

    assert denied_without
    assert not denied_with
    assert call.operation.removesuffix("?versionId") == row.operation
    account = ramsts.account.id
    assert set(ramsts.calls.last.resources) == {
        f"acs:oss:*:{account}:{tail}" for tails in row.needs.values() for tail in tails
    }


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_it_takes_no_less(row: Row, caller: User) -> None:
    """Not another action, not a neighbour's name, not one of several needs alone."""
    lacking: list[dict[str, tuple[str, ...]]] = [
        {"oss:GetBucketQosInfo": ("*",)},
        *[
            {**row.needs, action: tuple(f"{tail}-2" for tail in tails)}
            for action, tails in row.needs.items()
            if tails != ("*",)
        ],
        *[
            {other: tails for other, tails in row.needs.items() if other != action}
            for action in row.needs
            if len(row.needs) > 1
        ],
    ]
    for needs in lacking:
        caller.attach(policy(needs))

        assert refused(row, caller), needs

        caller.detach_all()


def test_every_operation_is_in_the_table() -> None:
    names = {name.removesuffix("?versionId") for name in oss.operations}

    assert names - {row.operation for row in ROWS} == {"PostObject"}  # see test_forms


def test_a_sub_resource_that_nobody_knows_is_not_taken_for_another(
    caller: User, ramsts: FakeCloud
) -> None:
    """Else `?qosInfo`, read as a listing, would be allowed to whoever may list."""
    caller.attach(Policy(allow("*", on="*")))

    with pytest.raises(oss2.exceptions.ServerError) as caught:
        bucket_of(caller.access_key).get_bucket_qos_info()

    assert (caught.value.status, caught.value.code) == (501, "NotImplemented")
    assert "qosInfo" in ramsts.calls.last.message
