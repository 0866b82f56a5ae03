"""Buckets, and the objects in them, with their versions: one state per cloud.

Names of buckets are unique among all accounts. A test arranges with the same methods that the
operations use:

    media = cloud.state("oss").create_bucket("media", owner=cloud.account)
    media.put("users/7/photo.jpg", b"...", tags={"kind": "photo"})
"""

from __future__ import annotations

import re
from base64 import b64encode
from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import md5
from threading import Lock
from typing import Any, Final, Literal

from pytest_ramsts.identity import Account
from pytest_ramsts.policy import Policy, PolicySource
from pytest_ramsts.services.oss.contents import Content
from pytest_ramsts.services.oss.crc64 import crc64
from pytest_ramsts.services.oss.errors import OssError

__all__ = ["ACLS", "Bucket", "OssState", "Part", "Upload", "Version", "checked_acl"]

ACLS: Final = ("private", "public-read", "public-read-write")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", re.ASCII)
_LONGEST_KEY: Final = 1023  # octets
_MOST_BUCKETS: Final = 100  # of an account in a region
_LARGEST_POLICY: Final = 16384

Kind = Literal["Normal", "Multipart", "Appendable", "Symlink"]


@dataclass(slots=True, eq=False)
class Version:
    """One version of an object; a bucket without versioning keeps one, the `null` version."""

    key: str
    content: Content
    etag: str
    crc64: int | None
    modified: float
    kind: Kind = "Normal"
    id: str = "null"
    headers: dict[str, str] = field(default_factory=dict)
    """`Content-Type` and the like, and `x-oss-meta-*`, as they were uploaded."""
    tags: dict[str, str] = field(default_factory=dict)
    acl: str = "default"
    storage_class: str = "Standard"
    target: str = ""
    """What a symbolic link leads to."""
    is_marker: bool = False
    """Whether it says that the object is deleted."""
    restored: bool = False
    callback: Mapping[str, Any] | None = None
    """The callback parameters that it was uploaded with, parsed."""
    content_md5: str = ""

    @property
    def size(self) -> int:
        return self.content.size

    def read(self) -> bytes:
        return self.content.read()


@dataclass(slots=True)
class Part:
    """A part of a multipart upload."""

    number: int
    content: Content
    etag: str
    crc64: int | None
    modified: float


@dataclass(slots=True)
class Upload:
    """A multipart upload that is not completed yet."""

    id: str
    key: str
    initiated: float
    headers: dict[str, str]
    tags: dict[str, str]
    acl: str
    storage_class: str
    parts: dict[int, Part] = field(default_factory=dict)


class Bucket:
    """A bucket of an account."""

    def __init__(
        self, name: str, owner: Account, *, region: str, acl: str, storage_class: str
    ) -> None:
        self.name = name
        self.owner = owner
        self.region = region
        self.acl = acl
        self.storage_class = storage_class
        self.created = owner.world.clock.time()
        self.versioning: Literal["", "Enabled", "Suspended"] = ""
        self.tags: dict[str, str] = {}
        self.settings: dict[str, bytes] = {}
        """The configurations that are kept as they came, by sub-resource: `cors`, `lifecycle`."""
        self.uploads: dict[str, Upload] = {}
        self.names: list[str] = []
        """The keys of all objects, those included that are deleted but have versions, sorted."""
        self._versions: dict[str, list[Version]] = {}
        self._policy: Policy | None = None
        self._lock = Lock()
        """Applications upload from several threads."""

    def __repr__(self) -> str:
        return f"<Bucket {self.name} of {self.owner.id}, {len(self.names)} objects>"

    @property
    def arn(self) -> str:
        return f"acs:oss:*:{self.owner.id}:{self.name}"

    def arn_of(self, key: str) -> str:
        return f"{self.arn}/{key}"

    @property
    def endpoint(self) -> str:
        return f"oss-{self.region}.aliyuncs.com"

    # Its policy

    @property
    def policy(self) -> Policy | None:
        """The bucket policy: `bucket.policy = Policy(allow(..., principal=[uid]))`."""
        return self._policy

    @policy.setter
    def policy(self, document: PolicySource | None) -> None:
        if document is None:
            self._policy = None
            return
        policy = Policy.parse(document, kind="resource", settings=self.owner.world.settings.policy)
        if len(policy.text) > _LARGEST_POLICY:
            raise OssError("InvalidPolicyDocument", hint=f"more than {_LARGEST_POLICY} characters")
        self._policy = policy

    # Its objects

    def __iter__(self) -> Iterator[str]:
        """The keys of the objects, in the order in which they are listed."""
        return iter([key for key in self.names if not self._versions[key][-1].is_marker])

    def __len__(self) -> int:
        return sum(not versions[-1].is_marker for versions in self._versions.values())

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.current(key) is not None

    def __getitem__(self, key: str) -> Version:
        """The current version of an object, or `NoSuchKey`."""
        return self.version(key)

    def versions(self, key: str) -> list[Version]:
        """All versions of an object, oldest first."""
        return list(self._versions.get(key, ()))

    def newest(self, key: str) -> Version | None:
        """The newest version, also if it says that the object is deleted."""
        versions = self._versions.get(key)
        return versions[-1] if versions else None

    def current(self, key: str) -> Version | None:
        """The version that an object is read from; None if there is none, or it is deleted."""
        newest = self.newest(key)
        return None if newest is None or newest.is_marker else newest

    def version(self, key: str, version_id: str = "") -> Version:
        """A version, the current one by default, or `NoSuchKey` or `NoSuchVersion`."""
        if not version_id:
            newest = self.newest(key)
            if newest is None or newest.is_marker:
                headers = {"x-oss-delete-marker": "true"} if newest else {}
                raise OssError("NoSuchKey", extras={"Key": key}, headers=headers)
            return newest
        for version in self._versions.get(key, ()):
            if version.id == version_id:
                return version
        raise OssError("NoSuchVersion", extras={"Key": key, "VersionId": version_id})

    def put(
        self, key: str, data: bytes = b"", digest: bytes | None = None, **fields: Any
    ) -> Version:
        """Put an object. `fields` are those of `Version`: `headers`, `tags`, `acl`, …

        `digest` is the MD5 of the data, where it is known already.
        """
        if digest is None:
            digest = md5(data, usedforsecurity=False).digest()
        fields.setdefault("content_md5", b64encode(digest).decode())
        checksum = crc64((data,), len(data))
        return self.add(key, Content.of(data), digest.hex().upper(), checksum, **fields)

    def add(
        self, key: str, content: Content, etag: str, checksum: int | None, **fields: Any
    ) -> Version:
        """Put an object whose digests are known."""
        self.check_key(key)
        fields.setdefault("storage_class", self.storage_class)
        now = self.owner.world.clock.time()
        version = Version(key, content, etag, checksum, now, **fields)
        self._push(version)
        return version

    def delete(self, key: str, version_id: str = "") -> Version | None:
        """Delete an object, or a version of it for good. Gives what was deleted or, where versions
        are kept, the marker that says so.
        """
        if not version_id and self.versioning:
            now = self.owner.world.clock.time()
            marker = Version(key, Content.of(b""), "", None, now, is_marker=True)
            self._push(marker)
            return marker
        with self._lock:
            versions = self._versions.get(key, [])
            wanted = version_id or "null"
            found = next((version for version in versions if version.id == wanted), None)
            if found is not None:
                versions.remove(found)
                if not versions:
                    del self._versions[key]
                    del self.names[bisect_left(self.names, key)]
        return found

    def check_key(self, key: str) -> None:
        long = len(key.encode("utf-8", "surrogateescape")) > _LONGEST_KEY
        if not key or long or key.startswith(("/", "\\")):
            raise OssError(
                "InvalidObjectName",
                extras={"ObjectName": key},
                hint=f"1 to {_LONGEST_KEY} octets of UTF-8, no `/` or `\\` in front",
            )

    def _push(self, version: Version) -> None:
        with self._lock:
            self._push_locked(version)

    def _push_locked(self, version: Version) -> None:
        versions = self._versions.get(version.key)
        if versions is None:
            versions = self._versions[version.key] = []
            insort(self.names, version.key)
        if self.versioning == "Enabled":
            version.id = f"CAEQ{self.owner.world.ids.text(60)}"
        else:
            versions[:] = [kept for kept in versions if kept.id != "null"]
        versions.append(version)


class OssState:
    """What exists in OSS: buckets by name."""

    def __init__(self) -> None:
        self.buckets: dict[str, Bucket] = {}
        self.callbacks: list[Mapping[str, Any]] = []
        """The callbacks that OSS would have made, oldest first."""
        self.callback_answer = b'{"Status":"OK"}'
        """What the application's server says to a callback, which OSS passes on to the uploader."""

    def __getitem__(self, name: str) -> Bucket:
        return self.bucket(name)

    def bucket(self, name: str) -> Bucket:
        """A bucket by its name, or `NoSuchBucket`."""
        try:
            return self.buckets[name]
        except KeyError:
            check_bucket_name(name)
            raise OssError("NoSuchBucket", extras={"BucketName": name}) from None

    def create_bucket(
        self,
        name: str,
        owner: Account,
        *,
        region: str = "cn-hangzhou",
        acl: str = "private",
        storage_class: str = "Standard",
        policy: PolicySource | None = None,
        versioning: Literal["", "Enabled", "Suspended"] = "",
    ) -> Bucket:
        """`PutBucket`, with what is often set at once."""
        check_bucket_name(name)
        if name in self.buckets:
            raise OssError("BucketAlreadyExists", extras={"BucketName": name})
        held = [one for one in self.buckets.values() if one.owner is owner and one.region == region]
        if len(held) >= _MOST_BUCKETS:
            raise OssError("TooManyBuckets", hint=f"the limit is {_MOST_BUCKETS} a region")
        bucket = Bucket(
            name, owner, region=region, acl=checked_acl(acl), storage_class=storage_class
        )
        bucket.policy = policy
        bucket.versioning = versioning
        self.buckets[name] = bucket
        return bucket

    def delete_bucket(self, name: str) -> None:
        bucket = self.bucket(name)
        if bucket.names or bucket.uploads:
            raise OssError("BucketNotEmpty", extras={"BucketName": name})
        del self.buckets[name]


def check_bucket_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise OssError(
            "InvalidBucketName",
            extras={"BucketName": name},
            hint=f"`{name}`: 3 to 63 lower-case letters, digits and hyphens",
        )


def checked_acl(acl: str, *, of_object: bool = False) -> str:
    if acl not in ACLS and not (of_object and acl == "default"):
        raise OssError(
            "InvalidArgument",
            "no such object access control exists"
            if of_object
            else "no such bucket access control exists",
            extras={
                "ArgumentName": "x-oss-object-acl" if of_object else "x-oss-acl",
                "ArgumentValue": acl,
            },
        )
    return acl
