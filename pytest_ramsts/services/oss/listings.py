"""Listings of objects, by page: each costs what it gives, however many objects there are."""

from __future__ import annotations

from base64 import b64decode, b64encode
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from pytest_ramsts.service import Body
from pytest_ramsts.services.oss.authorization import the_bucket
from pytest_ramsts.services.oss.buckets import iso, owner_of
from pytest_ramsts.services.oss.errors import OssError
from pytest_ramsts.services.oss.objects import encoded
from pytest_ramsts.services.oss.product import operation
from pytest_ramsts.services.oss.state import Bucket, OssState, Version

KEYS: Final = {"oss:Prefix": "prefix", "oss:Delimiter": "delimiter"}

_LAST: Final = "\U0010ffff"
_MOST: Final = 1000


@dataclass(slots=True)
class _Page:
    versions: list[Version] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    next: str = ""
    """The last that is on the page; "" if nothing comes after it."""
    next_version: str = ""

    def __len__(self) -> int:
        return len(self.versions) + len(self.prefixes)


def _page(
    bucket: Bucket,
    prefix: str,
    delimiter: str,
    after: str,
    limit: int,
    of_key: Callable[[str], Iterator[Version]],
) -> _Page:
    """The entries behind `after`; keys that share what stands before a delimiter are one entry."""
    names = bucket.names
    page = _Page()
    index = bisect_left(names, prefix)
    if after >= prefix:
        index = bisect_right(names, after)
    last, last_version = "", ""
    while index < len(names) and names[index].startswith(prefix):
        key = names[index]
        end = key.find(delimiter, len(prefix)) if delimiter else -1
        entries: list[Version | str]
        if end < 0:
            entries = list(of_key(key))
            index += 1
        else:
            common = key[: end + len(delimiter)]
            behind = bisect_right(names, common + _LAST, index)
            found = common > after and any(
                True for number in range(index, behind) for _ in of_key(names[number])
            )
            entries = [common] if found else []
            index = behind
        for entry in entries:
            if len(page) == limit:
                page.next, page.next_version = last, last_version
                return page
            if isinstance(entry, str):
                page.prefixes.append(entry)
                last, last_version = entry, ""
            else:
                page.versions.append(entry)
                last, last_version = key, entry.id
    return page


def _current(bucket: Bucket) -> Callable[[str], Iterator[Version]]:
    def of_key(key: str) -> Iterator[Version]:
        version = bucket.newest(key)
        if version is not None and not version.is_marker:
            yield version

    return of_key


@operation("GET /{bucket}", on=the_bucket, keys=KEYS)
def list_objects(
    state: OssState,
    bucket: str,
    prefix: str = "",
    marker: str = "",
    delimiter: str = "",
    max_keys: int = 100,
    encoding_type: str = "",
) -> Body:
    held = state[bucket]
    page = _page(held, prefix, delimiter, marker, _within(max_keys), _current(held))
    return {
        "ListBucketResult": {
            "Name": bucket,
            "Prefix": encoded(prefix, encoding_type),
            "Marker": encoded(marker, encoding_type),
            "MaxKeys": max_keys,
            "Delimiter": encoded(delimiter, encoding_type),
            "EncodingType": encoding_type or None,
            "IsTruncated": bool(page.next),
            "NextMarker": encoded(page.next, encoding_type) if page.next else None,
            **_contents(held, page, encoding_type, with_owner=True),
        }
    }


@operation("GET /{bucket}?list-type=2", on=the_bucket, action="oss:ListObjects", keys=KEYS)
def list_objects_v2(
    state: OssState,
    bucket: str,
    prefix: str = "",
    start_after: str = "",
    continuation_token: str = "",
    delimiter: str = "",
    max_keys: int = 100,
    fetch_owner: bool = False,
    encoding_type: str = "",
) -> Body:
    held = state[bucket]
    after = _untoken(continuation_token) if continuation_token else start_after
    page = _page(held, prefix, delimiter, after, _within(max_keys), _current(held))
    return {
        "ListBucketResult": {
            "Name": bucket,
            "Prefix": encoded(prefix, encoding_type),
            "StartAfter": encoded(start_after, encoding_type) or None,
            "MaxKeys": max_keys,
            "Delimiter": encoded(delimiter, encoding_type),
            "EncodingType": encoding_type or None,
            "IsTruncated": bool(page.next),
            "KeyCount": len(page),
            "ContinuationToken": continuation_token or None,
            "NextContinuationToken": _token(page.next) if page.next else None,
            **_contents(held, page, encoding_type, with_owner=fetch_owner),
        }
    }


@operation("GET /{bucket}?versions", on=the_bucket, keys=KEYS)
def list_object_versions(
    state: OssState,
    bucket: str,
    prefix: str = "",
    key_marker: str = "",
    version_id_marker: str = "",
    delimiter: str = "",
    max_keys: int = 100,
    encoding_type: str = "",
) -> Body:
    held = state[bucket]

    def of_key(key: str) -> Iterator[Version]:
        yield from reversed(held.versions(key))

    limit = _within(max_keys)
    rest = _rest_of(held, key_marker, version_id_marker) if key_marker.startswith(prefix) else []
    page = _Page(rest[:limit])
    if len(rest) > limit:
        page.next, page.next_version = key_marker, page.versions[-1].id
    else:
        more = _page(held, prefix, delimiter, key_marker, limit - len(rest), of_key)
        page = _Page(rest + more.versions, more.prefixes, more.next, more.next_version)
        if limit == len(rest) and _follows(held, key_marker):
            page.next, page.next_version = key_marker, rest[-1].id
    return {
        "ListVersionsResult": {
            "Name": bucket,
            "Prefix": encoded(prefix, encoding_type),
            "KeyMarker": encoded(key_marker, encoding_type),
            "VersionIdMarker": version_id_marker,
            "MaxKeys": max_keys,
            "Delimiter": encoded(delimiter, encoding_type),
            "EncodingType": encoding_type or None,
            "IsTruncated": bool(page.next),
            "NextKeyMarker": encoded(page.next, encoding_type) if page.next else None,
            "NextVersionIdMarker": page.next_version if page.next else None,
            "DeleteMarker": [
                _version(held, one, encoding_type) for one in page.versions if one.is_marker
            ],
            "Version": [
                {**_version(held, one, encoding_type), **_facts(one)}
                for one in page.versions
                if not one.is_marker
            ],
            "CommonPrefixes": [{"Prefix": encoded(one, encoding_type)} for one in page.prefixes],
        }
    }


def _rest_of(bucket: Bucket, key: str, version_id: str) -> list[Version]:
    """The versions of a key behind one of them, newest first."""
    versions = bucket.versions(key)[::-1]
    ids = [version.id for version in versions]
    return versions[ids.index(version_id) + 1 :] if version_id in ids else []


def _follows(bucket: Bucket, key: str) -> bool:
    return bisect_right(bucket.names, key) < len(bucket.names)


def _contents(
    bucket: Bucket, page: _Page, encoding_type: str, *, with_owner: bool
) -> dict[str, Any]:
    owner = {"Owner": owner_of(bucket.owner)} if with_owner else {}
    return {
        "Contents": [
            {"Key": encoded(one.key, encoding_type), **_facts(one), **owner}
            for one in page.versions
        ],
        "CommonPrefixes": [{"Prefix": encoded(one, encoding_type)} for one in page.prefixes],
    }


def _facts(version: Version) -> dict[str, Any]:
    return {
        "LastModified": iso(version.modified),
        "ETag": f'"{version.etag}"',
        "Type": version.kind,
        "Size": version.size,
        "StorageClass": version.storage_class,
    }


def _version(bucket: Bucket, version: Version, encoding_type: str) -> dict[str, Any]:
    return {
        "Key": encoded(version.key, encoding_type),
        "VersionId": version.id,
        "IsLatest": bucket.newest(version.key) is version,
        "LastModified": iso(version.modified),
        "Owner": owner_of(bucket.owner),
    }


def _token(key: str) -> str:
    return b64encode(key.encode("utf-8", "surrogateescape")).decode()


def _untoken(token: str) -> str:
    try:
        return b64decode(token, validate=True).decode("utf-8", "surrogateescape")
    except ValueError:
        raise OssError(
            "InvalidArgument",
            "The continuation token is invalid.",
            extras={"ArgumentName": "continuation-token", "ArgumentValue": token},
        ) from None


def _within(limit: int) -> int:
    if not 1 <= limit <= _MOST:
        raise OssError(
            "InvalidArgument",
            "Argument max-keys must be an integer between 1 and 1000.",
            extras={"ArgumentName": "max-keys", "ArgumentValue": limit},
        )
    return limit
