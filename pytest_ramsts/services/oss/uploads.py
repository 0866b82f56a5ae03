"""What comes with every kind of upload: headers, tags, an ACL, digests, a callback."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import md5
from typing import Any, Final

from pytest_ramsts.service import Body, Invocation
from pytest_ramsts.services.oss.authorization import tags_of
from pytest_ramsts.services.oss.dialect import answer
from pytest_ramsts.services.oss.errors import OssError
from pytest_ramsts.services.oss.state import Bucket, OssState, Version, checked_acl

__all__ = [
    "Given",
    "accepted",
    "callback_of",
    "check_digest",
    "check_overwriting",
    "digest_headers",
    "given",
]

_KEPT: Final = (
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
)

_MOST_TAGS: Final = 10
_LONGEST_TAG: Final = (128, 256)


@dataclass(frozen=True, slots=True)
class Given:
    """The properties that an object is given."""

    headers: dict[str, str]
    tags: dict[str, str]
    acl: str
    storage_class: str

    @property
    def fields(self) -> dict[str, Any]:
        return {
            "headers": self.headers,
            "tags": self.tags,
            "acl": self.acl,
            "storage_class": self.storage_class,
        }


def given(values: Mapping[str, str], bucket: Bucket) -> Given:
    """The properties that headers, or the fields of a form, give. Names are in lower case."""
    headers = {name: value for name, value in values.items() if _is_kept(name)}
    headers.setdefault("content-type", "application/octet-stream")
    return Given(
        headers,
        _checked_tags(tags_of(values.get("x-oss-tagging", ""))),
        checked_acl(values.get("x-oss-object-acl", "default"), of_object=True),
        values.get("x-oss-storage-class", bucket.storage_class),
    )


def _is_kept(name: str) -> bool:
    return name in _KEPT or name.startswith("x-oss-meta-")


def _checked_tags(tags: dict[str, str]) -> dict[str, str]:
    longest_key, longest_value = _LONGEST_TAG
    if len(tags) > _MOST_TAGS:
        raise OssError("InvalidTag", hint=f"more than {_MOST_TAGS} tags")
    for key, value in tags.items():
        if not 1 <= len(key) <= longest_key or len(value) > longest_value:
            raise OssError("InvalidTag", hint=f"`{key}={value}` is too long, or has no key")
    return tags


def check_digest(invocation: Invocation) -> bytes:
    """The MD5 of the body, which must be what `Content-MD5` says if the request has that."""
    digest = md5(invocation.request.body, usedforsecurity=False).digest()
    written = invocation.request.headers.get("content-md5")
    if written and written != b64encode(digest).decode():
        raise OssError("InvalidDigest", extras={"Content-MD5": written})
    return digest


def check_overwriting(invocation: Invocation, bucket: Bucket, key: str) -> None:
    """`FileAlreadyExists`, where a request forbids to overwrite. Versions are never overwritten."""
    forbidden = invocation.request.headers.get("x-oss-forbid-overwrite").lower() == "true"
    if forbidden and not bucket.versioning and key in bucket:
        raise OssError("FileAlreadyExists", extras={"Key": key})


def digest_headers(bucket: Bucket, version: Version) -> dict[str, str | None]:
    """What an answer says of an object: its digests, and its version where versions are kept."""
    return {
        "ETag": f'"{version.etag}"' if version.etag else None,
        "x-oss-hash-crc64ecma": None if version.crc64 is None else str(version.crc64),
        "x-oss-version-id": version.id if bucket.versioning else None,
    }


def callback_of(parameters: Mapping[str, str]) -> Mapping[str, Any] | None:
    """The callback parameters of an upload, from its headers or its URL, parsed.

    The keys are `callbackUrl`, `callbackBody` and so on; those of the variables start with `x:`.
    """
    text = parameters.get("XOssCallback") or parameters.get("Callback")
    if not text:
        return None
    variables = parameters.get("XOssCallbackVar") or parameters.get("CallbackVar")
    callback = _decoded(text, "callback")
    if not callback.get("callbackUrl") or not callback.get("callbackBody"):
        raise OssError("InvalidArgument", "The callback configuration is not json format.")
    return {**callback, **(_decoded(variables, "callback-var") if variables else {})}


def _decoded(text: str, name: str) -> dict[str, Any]:
    try:
        value = json.loads(b64decode(text, validate=True))
    except (ValueError, Base64Error):
        value = None
    if not isinstance(value, dict):
        raise OssError(
            "InvalidArgument",
            f"The {name} configuration is not json format.",
            extras={"ArgumentName": name, "ArgumentValue": text},
        )
    return value


def accepted(state: OssState, bucket: Bucket, version: Version, **headers: str | None) -> Body:
    """The answer to an upload: what the application's server says, if it was to be called back."""
    all_headers = {**digest_headers(bucket, version), **headers}
    if version.content_md5:
        all_headers["Content-MD5"] = version.content_md5
    if version.callback is None:
        return answer(headers=all_headers)
    state.callbacks.append(version.callback)
    all_headers["Content-Type"] = "application/json"
    return answer(headers=all_headers, body=state.callback_answer)
