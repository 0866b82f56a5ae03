"""Multipart uploads: begun, sent or copied part by part, listed, completed or given up."""

from __future__ import annotations

from hashlib import md5
from typing import Any, Final

from pytest_ramsts.service import Body, Invocation
from pytest_ramsts.services.oss import xml
from pytest_ramsts.services.oss.authorization import source_of, the_bucket, the_key
from pytest_ramsts.services.oss.buckets import iso
from pytest_ramsts.services.oss.conditions import check_source_conditions, range_of
from pytest_ramsts.services.oss.contents import Content
from pytest_ramsts.services.oss.crc64 import crc64
from pytest_ramsts.services.oss.dialect import answer
from pytest_ramsts.services.oss.errors import OssError
from pytest_ramsts.services.oss.objects import COPYING, WRITING, encoded
from pytest_ramsts.services.oss.product import operation
from pytest_ramsts.services.oss.state import Bucket, OssState, Part, Upload
from pytest_ramsts.services.oss.uploads import (
    callback_of,
    check_digest,
    check_overwriting,
    digest_headers,
    given,
)

_SMALLEST: Final = 100 << 10
"""A part but the last is at least 100 KB."""

_MOST_PARTS: Final = 10_000
_MOST_LISTED: Final = 1000


@operation("POST /{bucket}/{key}?uploads", on=WRITING, action="oss:PutObject")
def initiate_multipart_upload(
    invocation: Invocation, state: OssState, bucket: str, key: str, encoding_type: str = ""
) -> Body:
    held = state[bucket]
    held.check_key(key)
    check_overwriting(invocation, held, key)
    properties = given(invocation.request.headers.lowered(), held)
    upload_id = invocation.world.ids.text(32).upper()
    now = invocation.world.clock.time()
    held.uploads[upload_id] = Upload(upload_id, key, now, **properties.fields)
    return {
        "InitiateMultipartUploadResult": {
            "EncodingType": encoding_type or None,
            "Bucket": bucket,
            "Key": encoded(key, encoding_type),
            "UploadId": upload_id,
        }
    }


@operation("PUT /{bucket}/{key}?partNumber&uploadId", on=the_key, action="oss:PutObject")
def upload_part(
    invocation: Invocation,
    state: OssState,
    bucket: str,
    key: str,
    part_number: int,
    upload_id: str,
) -> Body:
    upload = _upload(state[bucket], key, upload_id)
    etag = check_digest(invocation).hex().upper()
    part = _add(upload, part_number, Content.of(invocation.request.body), etag, invocation)
    checksum = None if part.crc64 is None else str(part.crc64)
    return answer(headers={"ETag": f'"{etag}"', "x-oss-hash-crc64ecma": checksum})


@operation(
    "PUT /{bucket}/{key}?partNumber&uploadId +x-oss-copy-source",
    on=COPYING,
    action="oss:PutObject",
)
def upload_part_copy(
    invocation: Invocation,
    state: OssState,
    bucket: str,
    key: str,
    part_number: int,
    upload_id: str,
    x_oss_copy_source_range: str = "",
) -> Body:
    upload = _upload(state[bucket], key, upload_id)
    source_bucket, source_key, source_version = source_of(invocation)
    source = source_bucket.version(source_key, source_version)
    check_source_conditions(invocation.request.headers, source)
    asked = range_of(x_oss_copy_source_range, source.size, standard=True)
    data = source.content.read(*(asked or (0, source.size)))
    etag = md5(data, usedforsecurity=False).hexdigest().upper()
    part = _add(upload, part_number, Content.of(data), etag, invocation)
    result = {"CopyPartResult": {"LastModified": iso(part.modified), "ETag": f'"{etag}"'}}
    headers = {"ETag": f'"{etag}"', "Content-Type": "application/xml"}
    return answer(headers=headers, body=xml.written(result))


@operation("POST /{bucket}/{key}?uploadId", on=the_key, action="oss:PutObject")
def complete_multipart_upload(
    invocation: Invocation,
    state: OssState,
    bucket: str,
    key: str,
    upload_id: str,
    encoding_type: str = "",
    x_oss_complete_all: str = "",
) -> Body:
    held = state[bucket]
    upload = _upload(held, key, upload_id)
    check_overwriting(invocation, held, key)
    if x_oss_complete_all.lower() == "yes":
        parts = [upload.parts[number] for number in sorted(upload.parts)]
    else:
        parts = _named(upload, invocation.request.body)
    for part in parts[:-1]:
        if part.content.size < _SMALLEST:
            raise OssError(
                "EntityTooSmall",
                extras={
                    "ProposedSize": part.content.size,
                    "MinSizeAllowed": _SMALLEST,
                    "PartNumber": part.number,
                },
            )
    digests = b"".join(bytes.fromhex(part.etag) for part in parts)
    etag = f"{md5(digests, usedforsecurity=False).hexdigest().upper()}-{len(parts)}"
    content = Content.joined(part.content for part in parts)
    callback = callback_of(invocation.parameters)
    version = held.add(
        key,
        content,
        etag,
        crc64(content.chunks(), content.size),
        kind="Multipart",
        headers=upload.headers,
        tags=upload.tags,
        acl=upload.acl,
        storage_class=upload.storage_class,
        callback=callback,
    )
    del held.uploads[upload_id]
    headers = digest_headers(held, version)
    if callback is not None:
        state.callbacks.append(callback)
        headers["Content-Type"] = "application/json"
        return answer(headers=headers, body=state.callback_answer)
    headers["Content-Type"] = "application/xml"
    result = {
        "EncodingType": encoding_type or None,
        "Location": f"http://{bucket}.{held.endpoint}/{encoded(key, 'url')}",
        "Bucket": bucket,
        "Key": encoded(key, encoding_type),
        "ETag": f'"{etag}"',
    }
    return answer(headers=headers, body=xml.written({"CompleteMultipartUploadResult": result}))


@operation("DELETE /{bucket}/{key}?uploadId", on=the_key)
def abort_multipart_upload(state: OssState, bucket: str, key: str, upload_id: str) -> Body:
    _upload(state[bucket], key, upload_id)
    del state[bucket].uploads[upload_id]
    return answer(204)


@operation("GET /{bucket}/{key}?uploadId", on=the_key)
def list_parts(
    state: OssState,
    bucket: str,
    key: str,
    upload_id: str,
    part_number_marker: int = 0,
    max_parts: int = 1000,
    encoding_type: str = "",
) -> Body:
    upload = _upload(state[bucket], key, upload_id)
    numbers = [number for number in sorted(upload.parts) if number > part_number_marker]
    page = numbers[: min(max_parts, _MOST_LISTED)]
    return {
        "ListPartsResult": {
            "EncodingType": encoding_type or None,
            "Bucket": bucket,
            "Key": encoded(key, encoding_type),
            "UploadId": upload_id,
            "StorageClass": upload.storage_class,
            "PartNumberMarker": part_number_marker,
            "NextPartNumberMarker": page[-1] if page else 0,
            "MaxParts": max_parts,
            "IsTruncated": len(page) < len(numbers),
            "Part": [_described(upload.parts[number]) for number in page],
        }
    }


@operation("GET /{bucket}?uploads", on=the_bucket)
def list_multipart_uploads(
    state: OssState,
    bucket: str,
    prefix: str = "",
    delimiter: str = "",
    key_marker: str = "",
    upload_id_marker: str = "",
    max_uploads: int = 1000,
    encoding_type: str = "",
) -> Body:
    found = sorted(
        (upload.key, upload.id)
        for upload in state[bucket].uploads.values()
        if upload.key.startswith(prefix)
    )
    after = (key_marker, upload_id_marker or "\U0010ffff")
    uploads: list[tuple[str, str]] = []
    prefixes: list[str] = []
    last, truncated = ("", ""), False
    for key, upload_id in found:
        if key_marker and (key, upload_id) <= after:
            continue
        end = key.find(delimiter, len(prefix)) if delimiter else -1
        common = key[: end + len(delimiter)] if end >= 0 else ""
        if common and (common in prefixes or common <= key_marker):
            continue
        if len(uploads) + len(prefixes) >= min(max_uploads, _MOST_LISTED):
            truncated = True
            break
        if common:
            prefixes.append(common)
        else:
            uploads.append((key, upload_id))
        last = (common or key, "" if common else upload_id)
    held = state[bucket].uploads
    return {
        "ListMultipartUploadsResult": {
            "EncodingType": encoding_type or None,
            "Bucket": bucket,
            "KeyMarker": encoded(key_marker, encoding_type),
            "UploadIdMarker": upload_id_marker,
            "NextKeyMarker": encoded(last[0], encoding_type) if truncated else "",
            "NextUploadIdMarker": last[1] if truncated else "",
            "Delimiter": encoded(delimiter, encoding_type),
            "Prefix": encoded(prefix, encoding_type),
            "MaxUploads": max_uploads,
            "IsTruncated": truncated,
            "Upload": [
                {
                    "Key": encoded(key, encoding_type),
                    "UploadId": upload_id,
                    "StorageClass": held[upload_id].storage_class,
                    "Initiated": iso(held[upload_id].initiated),
                }
                for key, upload_id in uploads
            ],
            "CommonPrefixes": [{"Prefix": encoded(one, encoding_type)} for one in prefixes],
        }
    }


def _upload(bucket: Bucket, key: str, upload_id: str) -> Upload:
    upload = bucket.uploads.get(upload_id)
    if upload is None or upload.key != key:
        raise OssError("NoSuchUpload", extras={"UploadId": upload_id})
    return upload


def _add(upload: Upload, number: int, content: Content, etag: str, invocation: Invocation) -> Part:
    if not 1 <= number <= _MOST_PARTS:
        raise OssError(
            "InvalidArgument",
            f"Part number must be an integer between 1 and {_MOST_PARTS}, inclusive.",
            extras={"ArgumentName": "partNumber", "ArgumentValue": number},
        )
    checksum = crc64(content.chunks(), content.size)
    part = Part(number, content, etag, checksum, invocation.world.clock.time())
    upload.parts[number] = part
    return part


def _named(upload: Upload, body: bytes) -> list[Part]:
    """The parts that a request lists, which must be there, and in order."""
    parts: list[Part] = []
    for one in xml.parsed(body, "CompleteMultipartUpload").findall("Part"):
        number, etag = xml.text_of(one, "PartNumber"), xml.text_of(one, "ETag").strip('"')
        part = upload.parts.get(int(number) if number.isdecimal() else 0)
        if part is None or part.etag != etag.upper():
            raise OssError(
                "InvalidPart",
                extras={"PartNumber": number, "PartEtag": etag, "UploadId": upload.id},
            )
        if parts and part.number <= parts[-1].number:
            raise OssError("InvalidPartOrder", extras={"UploadId": upload.id})
        parts.append(part)
    if not parts:
        raise OssError("MalformedXML", hint="it lists no part")
    return parts


def _described(part: Part) -> dict[str, Any]:
    return {
        "PartNumber": part.number,
        "LastModified": iso(part.modified),
        "ETag": f'"{part.etag}"',
        "HashCrc64ecma": part.crc64,
        "Size": part.content.size,
    }
