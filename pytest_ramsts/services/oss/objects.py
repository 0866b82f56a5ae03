"""Objects: put, got, copied, appended to, deleted; their ACL, their tags, symbolic links."""

from __future__ import annotations

from hashlib import md5
from typing import Final
from urllib.parse import unquote

from pytest_ramsts.service import Body, Invocation
from pytest_ramsts.services.oss import xml
from pytest_ramsts.services.oss.authorization import (
    source_of,
    the_bucket,
    the_key,
    the_source,
    the_source_version,
    the_tagged_key,
)
from pytest_ramsts.services.oss.buckets import acl_of, iso, tagging, tags_in
from pytest_ramsts.services.oss.conditions import (
    check_conditions,
    check_source_conditions,
    range_of,
)
from pytest_ramsts.services.oss.contents import Content
from pytest_ramsts.services.oss.crc64 import crc64
from pytest_ramsts.services.oss.dialect import answer
from pytest_ramsts.services.oss.errors import OssError
from pytest_ramsts.services.oss.product import operation
from pytest_ramsts.services.oss.state import Bucket, OssState, Version, checked_acl
from pytest_ramsts.services.oss.uploads import (
    accepted,
    callback_of,
    check_digest,
    check_overwriting,
    digest_headers,
    given,
)
from pytest_ramsts.wire import quoting
from pytest_ramsts.wire.signatures import dates

WRITING: Final = {"oss:PutObject": the_key, "oss:PutObjectTagging": the_tagged_key}
"""Whoever gives tags needs the right to do that as well."""

COPYING: Final = {
    "oss:GetObject": the_source,
    "oss:GetObjectVersion": the_source_version,
    **WRITING,
}

_OVERRIDES: Final = (
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
)
_NAMES: Final = {name: name.title() for name in _OVERRIDES}
_COLD: Final = ("Archive", "ColdArchive", "DeepColdArchive")


# Writing


@operation("PUT /{bucket}/{key}", on=WRITING)
def put_object(invocation: Invocation, state: OssState, bucket: str, key: str) -> Body:
    held = state[bucket]
    digest = check_digest(invocation)
    check_overwriting(invocation, held, key)
    version = held.put(
        key,
        invocation.request.body,
        digest,
        callback=callback_of(invocation.parameters),
        **given(invocation.request.headers.lowered(), held).fields,
    )
    return accepted(state, held, version)


@operation("POST /{bucket}/{key}?append", on=WRITING, action="oss:PutObject")
def append_object(
    invocation: Invocation, state: OssState, bucket: str, key: str, position: int
) -> Body:
    held = state[bucket]
    check_digest(invocation)
    before = held.current(key)
    if before is not None and before.kind != "Appendable":
        raise OssError("ObjectNotAppendable", extras={"Key": key})
    size = before.size if before else 0
    if position != size:
        raise OssError(
            "PositionNotEqualToLength", headers={"x-oss-next-append-position": str(size)}
        )
    body = Content.of(invocation.request.body)
    content = Content.joined([before.content, body]) if before else body
    checksum = crc64(content.chunks(), content.size)
    digest = md5(usedforsecurity=False)
    for chunk in content.chunks():
        digest.update(chunk)
    properties = given(invocation.request.headers.lowered(), held).fields
    if before is not None:
        properties = {
            "headers": before.headers,
            "tags": before.tags,
            "acl": before.acl,
            "storage_class": before.storage_class,
        }
    version = held.add(
        key, content, digest.hexdigest().upper(), checksum, kind="Appendable", **properties
    )
    headers = {
        **digest_headers(held, version),
        "x-oss-next-append-position": str(content.size),
    }
    return answer(headers=headers)


@operation("PUT /{bucket}/{key} +x-oss-copy-source", on=COPYING, action="oss:PutObject")
def copy_object(
    invocation: Invocation,
    state: OssState,
    bucket: str,
    key: str,
    x_oss_metadata_directive: str = "COPY",
    x_oss_tagging_directive: str = "Copy",
) -> Body:
    source_bucket, source_key, source_version = source_of(invocation)
    source = _readable(source_bucket, source_key, source_version)
    check_source_conditions(invocation.request.headers, source)
    held = state[bucket]
    check_overwriting(invocation, held, key)
    properties = given(invocation.request.headers.lowered(), held)
    replaces = x_oss_metadata_directive.upper() == "REPLACE"
    retags = x_oss_tagging_directive.upper() == "REPLACE"
    version = held.add(
        key,
        source.content,
        source.etag,
        source.crc64,
        headers=properties.headers if replaces else dict(source.headers),
        tags=properties.tags if retags else dict(source.tags),
        acl=properties.acl,
        storage_class=properties.storage_class,
        content_md5=source.content_md5,
    )
    headers: dict[str, str | None] = digest_headers(held, version)
    if source_bucket.versioning:
        headers["x-oss-copy-source-version-id"] = source.id
    body = {
        "CopyObjectResult": {"ETag": f'"{version.etag}"', "LastModified": iso(version.modified)}
    }
    headers["Content-Type"] = "application/xml"
    return answer(headers=headers, body=xml.written(body))


# Reading


@operation("GET /{bucket}/{key}", on=the_key, version_action="oss:GetObjectVersion")
def get_object(
    invocation: Invocation, state: OssState, bucket: str, key: str, version_id: str = ""
) -> Body:
    held = state[bucket]
    version = _followed(held, _readable(held, key, version_id))
    check_conditions(invocation.request.headers, version)
    headers = _described(held, version, invocation)
    ranged = invocation.request.headers.get("range")
    behavior = invocation.request.headers.get("x-oss-range-behavior")
    asked = range_of(ranged, version.size, standard=behavior == "standard") if ranged else None
    if asked is None:
        return answer(headers=headers, body=version.read())
    start, end = asked
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{version.size}"
    headers["Content-Length"] = str(end - start)
    return answer(206, headers, version.content.read(start, end))


@operation(
    "HEAD /{bucket}/{key}",
    on=the_key,
    action="oss:GetObject",
    version_action="oss:GetObjectVersion",
)
def head_object(
    invocation: Invocation, state: OssState, bucket: str, key: str, version_id: str = ""
) -> Body:
    held = state[bucket]
    version = _followed(held, _readable(held, key, version_id, cold=True))
    check_conditions(invocation.request.headers, version)
    return answer(headers=_described(held, version, invocation))


@operation(
    "HEAD /{bucket}/{key}?objectMeta",
    on=the_key,
    action="oss:GetObject",
    version_action="oss:GetObjectVersion",
)
def get_object_meta(state: OssState, bucket: str, key: str, version_id: str = "") -> Body:
    held = state[bucket]
    version = _readable(held, key, version_id, cold=True)
    headers = digest_headers(held, version)
    headers["Content-Length"] = str(version.size)
    headers["Last-Modified"] = dates.written_http(version.modified)
    return answer(headers=headers)


def _readable(bucket: Bucket, key: str, version_id: str = "", *, cold: bool = False) -> Version:
    """A version that has a content, which is at hand unless `cold` will do."""
    version = bucket.version(key, version_id)
    if version.is_marker:
        raise OssError(
            "MethodNotAllowed",
            extras={"Method": "GET", "ResourceType": "DeleteMarker"},
            headers={"x-oss-delete-marker": "true", "x-oss-version-id": version.id},
        )
    if version.storage_class in _COLD and not version.restored and not cold:
        raise OssError("InvalidObjectState", extras={"ObjectName": key})
    return version


def _followed(bucket: Bucket, version: Version) -> Version:
    """What a symbolic link leads to; anything else is itself."""
    if version.kind != "Symlink":
        return version
    target = bucket.newest(version.target)
    if target is None or target.is_marker:
        raise OssError("SymlinkTargetNotExist", extras={"Key": version.key})
    if target.kind == "Symlink":
        raise OssError("InvalidTargetType", "The symbolic's target type is an invalid type")
    return target


def _described(bucket: Bucket, version: Version, invocation: Invocation) -> dict[str, str | None]:
    headers: dict[str, str | None] = {
        _NAMES.get(name, name): value for name, value in version.headers.items()
    }
    headers |= digest_headers(bucket, version)
    headers |= {
        "Content-Length": str(version.size),
        "Content-MD5": version.content_md5,
        "Last-Modified": dates.written_http(version.modified),
        "Accept-Ranges": "bytes",
        "x-oss-object-type": version.kind,
        "x-oss-storage-class": version.storage_class,
        "x-oss-tagging-count": str(len(version.tags)) if version.tags else None,
    }
    for name, value in invocation.request.params:
        if name.startswith("response-") and name.removeprefix("response-") in _OVERRIDES:
            headers[name.removeprefix("response-").title()] = value
    return headers


# Deleting


@operation("DELETE /{bucket}/{key}", on=the_key, version_action="oss:DeleteObjectVersion")
def delete_object(state: OssState, bucket: str, key: str, version_id: str = "") -> Body:
    held = state[bucket]
    deleted = held.delete(key, version_id)
    is_marker = deleted is not None and deleted.is_marker
    return answer(
        204,
        {
            "x-oss-delete-marker": "true" if is_marker else None,
            "x-oss-version-id": deleted.id if deleted and held.versioning else None,
        },
    )


def _named(invocation: Invocation, *, versions: bool) -> list[str]:
    the_bucket(invocation)
    held: Bucket = invocation.state[invocation.parameters["Bucket"]]
    return [
        held.arn_of(key)
        for key, version_id in _to_delete(invocation)
        if bool(version_id) == versions
    ]


def _named_keys(invocation: Invocation, **_: object) -> list[str]:
    return _named(invocation, versions=False)


def _named_versions(invocation: Invocation, **_: object) -> list[str]:
    return _named(invocation, versions=True)


def _to_delete(invocation: Invocation) -> list[tuple[str, str]]:
    root = xml.parsed(invocation.request.body, "Delete")
    decode = unquote if invocation.parameters.get("Encoding-type") == "url" else str
    named = [
        (decode(xml.text_of(one, "Key")), xml.text_of(one, "VersionId", ""))
        for one in root.findall("Object")
    ]
    if not 1 <= len(named) <= 1000:  # noqa: PLR2004 - the API's own limit
        raise OssError("MalformedXML", hint="it names 1 to 1000 objects")
    return named


@operation(
    "POST /{bucket}?delete",
    on={"oss:DeleteObject": _named_keys, "oss:DeleteObjectVersion": _named_versions},
    action="oss:DeleteObject",
)
def delete_multiple_objects(
    invocation: Invocation, state: OssState, bucket: str, encoding_type: str = ""
) -> Body:
    """Whoever may not delete one of them deletes none: EC 0003-00000204, 0016-00000616."""
    held = state[bucket]
    check_digest(invocation)
    quiet = xml.text_of(xml.parsed(invocation.request.body), "Quiet", "false") == "true"
    results = []
    for key, version_id in _to_delete(invocation):
        deleted = held.delete(key, version_id)
        is_marker = deleted is not None and deleted.is_marker
        results.append(
            {
                "Key": encoded(key, encoding_type),
                "VersionId": version_id or None,
                "DeleteMarker": True if is_marker else None,
                "DeleteMarkerVersionId": deleted.id if deleted and is_marker else None,
            }
        )
    if quiet:
        return answer()
    return {"DeleteResult": {"EncodingType": encoding_type or None, "Deleted": results}}


def encoded(key: str, encoding_type: str) -> str:
    return quoting.quoted(key) if encoding_type == "url" else key


# ACL and tags


@operation("PUT /{bucket}/{key}?acl", on=the_key, version_action="oss:PutObjectVersionAcl")
def put_object_acl(
    state: OssState, bucket: str, key: str, x_oss_object_acl: str, version_id: str = ""
) -> Body:
    version = _readable(state[bucket], key, version_id, cold=True)
    version.acl = checked_acl(x_oss_object_acl, of_object=True)
    return answer(headers=_version_header(state[bucket], version))


@operation("GET /{bucket}/{key}?acl", on=the_key, version_action="oss:GetObjectVersionAcl")
def get_object_acl(state: OssState, bucket: str, key: str, version_id: str = "") -> Body:
    return acl_of(state[bucket], _readable(state[bucket], key, version_id, cold=True).acl)


@operation("PUT /{bucket}/{key}?tagging", on=the_key, version_action="oss:PutObjectVersionTagging")
def put_object_tagging(
    invocation: Invocation, state: OssState, bucket: str, key: str, version_id: str = ""
) -> Body:
    version = _readable(state[bucket], key, version_id, cold=True)
    version.tags = tags_in(invocation.request.body)
    return answer(headers=_version_header(state[bucket], version))


@operation("GET /{bucket}/{key}?tagging", on=the_key, version_action="oss:GetObjectVersionTagging")
def get_object_tagging(state: OssState, bucket: str, key: str, version_id: str = "") -> Body:
    return tagging(_readable(state[bucket], key, version_id, cold=True).tags)


@operation(
    "DELETE /{bucket}/{key}?tagging", on=the_key, version_action="oss:DeleteObjectVersionTagging"
)
def delete_object_tagging(state: OssState, bucket: str, key: str, version_id: str = "") -> Body:
    version = _readable(state[bucket], key, version_id, cold=True)
    version.tags = {}
    return answer(204, _version_header(state[bucket], version))


def _version_header(bucket: Bucket, version: Version) -> dict[str, str | None]:
    return {"x-oss-version-id": version.id if bucket.versioning else None}


# Symbolic links, and objects that must be thawed


@operation("PUT /{bucket}/{key}?symlink", on=WRITING, action="oss:PutObject")
def put_symlink(
    invocation: Invocation, state: OssState, bucket: str, key: str, x_oss_symlink_target: str
) -> Body:
    held = state[bucket]
    check_overwriting(invocation, held, key)
    version = held.put(
        key,
        kind="Symlink",
        target=unquote(x_oss_symlink_target),
        **given(invocation.request.headers.lowered(), held).fields,
    )
    return answer(headers=digest_headers(held, version))


@operation(
    "GET /{bucket}/{key}?symlink",
    on=the_key,
    action="oss:GetObject",
    version_action="oss:GetObjectVersion",
)
def get_symlink(state: OssState, bucket: str, key: str, version_id: str = "") -> Body:
    held = state[bucket]
    version = held.version(key, version_id)
    if version.kind != "Symlink":
        raise OssError("NotSymlinkObject", extras={"Key": key})
    headers = digest_headers(held, version)
    headers["x-oss-symlink-target"] = quoting.quoted(version.target)
    headers["Last-Modified"] = dates.written_http(version.modified)
    return answer(headers=headers)


@operation("POST /{bucket}/{key}?restore", on=the_key, version_action="oss:RestoreObjectVersion")
def restore_object(state: OssState, bucket: str, key: str, version_id: str = "") -> Body:
    version = _readable(state[bucket], key, version_id, cold=True)
    if version.storage_class not in _COLD:
        raise OssError("OperationNotSupported", extras={"ResourceType": "Object", "Key": key})
    status = 200 if version.restored else 202
    version.restored = True  # the real one takes its time; a test does not
    return answer(status, _version_header(state[bucket], version))
