"""Objects, through `oss2`: written, read in parts and under conditions, copied, listed."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import oss2
import pytest
import requests

from pytest_ramsts import FakeCloud, User
from pytest_ramsts.services.oss.state import Bucket

from .clients import Signature, bucket_of

KEYS = ["plain", "dir/a b+c%20ü&=?#.txt", "日本語/鍵", "a//b/", "~'!()*"]


def code(caught: pytest.ExceptionInfo[oss2.exceptions.ServerError]) -> tuple[int, str]:
    return caught.value.status, caught.value.code


@pytest.mark.parametrize("signature", ["v1", "v2", "v4"])
@pytest.mark.parametrize("key", KEYS)
def test_what_is_put_is_got(keeper: User, media: Bucket, key: str, signature: Signature) -> None:
    bucket = bucket_of(keeper.access_key, signature=signature)

    put = bucket.put_object(key, b"content", headers={"x-oss-meta-author": "me"})
    got = bucket.get_object(key)
    head = bucket.head_object(key)

    assert got.read() == b"content"
    assert got.client_crc == got.server_crc == put.crc
    assert put.etag == got.etag == head.etag == "9A0364B9E99BB480DD25E1F0284C8555"
    assert head.content_length == 7
    assert head.headers["x-oss-meta-author"] == "me"
    assert list(media) == [key]


def test_the_type_follows_the_upload(bucket: Any) -> None:
    bucket.put_object("photo.jpg", b"")
    bucket.put_object(
        "page", b"", headers={"Content-Type": "text/html", "Cache-Control": "no-cache"}
    )

    assert bucket.head_object("photo.jpg").content_type == "image/jpeg"
    page = bucket.head_object("page")
    assert (page.content_type, page.headers["Cache-Control"]) == ("text/html", "no-cache")
    other = bucket.get_object("page", params={"response-content-type": "text/plain"})
    assert other.content_type == "text/plain"


def test_a_generator_is_uploaded_whole(bucket: Any, media: Bucket) -> None:
    bucket.put_object("key", (b"x" * 10 for _ in range(3)))

    assert media["key"].read() == b"x" * 30


def test_a_digest_that_is_wrong(bucket: Any, media: Bucket) -> None:
    with pytest.raises(oss2.exceptions.ServerError) as caught:
        bucket.put_object("key", b"content", headers={"Content-MD5": "AAAA"})

    assert code(caught) == (400, "InvalidDigest")
    assert "key" not in media


@pytest.mark.parametrize("key", ["/a", "\\a", "a" * 1024])
def test_a_key_that_is_none(media: Bucket, key: str) -> None:
    from pytest_ramsts import ApiError  # noqa: PLC0415

    with pytest.raises(ApiError) as caught:
        media.put(key)

    assert caught.value.code == "InvalidObjectName"


# Ranges and conditions


@pytest.mark.parametrize(
    ("asked", "behavior", "answered", "status"),
    [
        ((0, 3), None, b"0123", 206),
        ((4, None), None, b"456789", 206),
        ((None, 3), None, b"789", 206),
        ((5, 20), None, b"0123456789", 200),
        ((5, 20), "standard", b"56789", 206),
        ((None, 20), "standard", b"0123456789", 206),
        ((20, 30), None, b"0123456789", 200),
    ],
)
def test_a_range(
    bucket: Any, asked: tuple[int, int], behavior: str | None, answered: bytes, status: int
) -> None:
    bucket.put_object("key", b"0123456789")
    headers = {"x-oss-range-behavior": behavior} if behavior else None

    got = bucket.get_object("key", byte_range=asked, headers=headers)

    assert (got.read(), got.status) == (answered, status)


def test_a_range_outside_is_refused_by_the_standard(bucket: Any) -> None:
    bucket.put_object("key", b"0123456789")

    with pytest.raises(oss2.exceptions.ServerError) as caught:
        bucket.get_object("key", byte_range=(20, 30), headers={"x-oss-range-behavior": "standard"})

    assert code(caught) == (416, "InvalidRange")


def test_conditions(bucket: Any, ramsts: FakeCloud) -> None:
    ramsts.clock.freeze("2026-03-01T08:00:00Z")
    etag = bucket.put_object("key", b"content").etag
    then = "Sun, 01 Mar 2026 08:00:00 GMT"
    before = "Sun, 01 Mar 2026 07:00:00 GMT"

    def go(**headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            status: int = bucket.get_object("key", headers=named).status
        except oss2.exceptions.ServerError as error:
            return int(error.status)
        return status

    assert go(If_Match=f'"{etag}"') == go(If_None_Match="other") == 200
    assert go(If_Match="other") == 412
    assert go(If_None_Match=f'"{etag}"') == 304
    assert go(If_Modified_Since=before) == go(If_Unmodified_Since=then) == 200
    assert go(If_Modified_Since=then) == 304
    assert go(If_Unmodified_Since=before) == 412


def test_an_object_that_is_none(bucket: Any) -> None:
    with pytest.raises(oss2.exceptions.NoSuchKey) as got:
        bucket.get_object("key")
    with pytest.raises(oss2.exceptions.NoSuchKey) as headed:
        bucket.head_object("key")

    assert not bucket.object_exists("key")
    assert got.value.ec == headed.value.ec == "0026-00000001"
    assert headed.value.code == "NoSuchKey"  # which a HEAD says in its header `x-oss-err`
    assert bucket.delete_object("key").status == 204


def test_overwriting_may_be_forbidden(bucket: Any, media: Bucket) -> None:
    bucket.put_object("key", b"first")

    with pytest.raises(oss2.exceptions.ServerError) as caught:
        bucket.put_object("key", b"second", headers={"x-oss-forbid-overwrite": "true"})

    assert code(caught) == (409, "FileAlreadyExists")
    assert media["key"].read() == b"first"


# Copies


def test_a_copy_keeps_what_it_is_not_told_to_replace(bucket: Any, media: Bucket) -> None:
    headers = {"x-oss-meta-author": "me", "x-oss-tagging": "a=1"}
    bucket.put_object("from ü", b"content", headers=headers)

    copied = bucket.copy_object("media", "from ü", "kept")
    bucket.copy_object(
        "media",
        "from ü",
        "replaced",
        headers={
            "x-oss-metadata-directive": "REPLACE",
            "x-oss-meta-author": "you",
            "x-oss-tagging-directive": "Replace",
            "x-oss-tagging": "b=2",
        },
    )

    assert copied.etag == media["kept"].etag
    assert media["kept"].read() == media["replaced"].read() == b"content"
    assert media["kept"].headers["x-oss-meta-author"] == "me"
    assert media["replaced"].headers["x-oss-meta-author"] == "you"
    assert (media["kept"].tags, media["replaced"].tags) == ({"a": "1"}, {"b": "2"})


def test_a_copy_under_a_condition(bucket: Any) -> None:
    bucket.put_object("from", b"content")

    with pytest.raises(oss2.exceptions.ServerError) as caught:
        bucket.copy_object("media", "from", "to", headers={"x-oss-copy-source-if-match": "other"})

    assert code(caught) == (412, "PreconditionFailed")


# Appending


def test_an_object_grows_by_appending(bucket: Any, media: Bucket) -> None:
    first = bucket.append_object("log", 0, b"one,")
    second = bucket.append_object("log", first.next_position, b"two", init_crc=first.crc)

    assert media["log"].read() == b"one,two"
    assert second.next_position == 7
    assert bucket.head_object("log").object_type == "Appendable"
    with pytest.raises(oss2.exceptions.PositionNotEqualToLength) as caught:
        bucket.append_object("log", 3, b"three")
    assert caught.value.next_position == 7
    bucket.put_object("plain", b"")
    with pytest.raises(oss2.exceptions.ObjectNotAppendable):
        bucket.append_object("plain", 0, b"more")


# Parts


def test_parts_become_an_object(bucket: Any, media: Bucket) -> None:
    bucket.put_object("source", b"z" * 300_000)
    upload = bucket.init_multipart_upload("big", headers={"x-oss-tagging": "a=1"}).upload_id
    one = bucket.upload_part("big", upload, 1, b"a" * 200_000)
    two = bucket.upload_part_copy("media", "source", (0, 149_999), "big", upload, 2)
    three = bucket.upload_part("big", upload, 3, b"end")
    listed = bucket.list_parts("big", upload, max_parts=2)
    busy = [one.key for one in bucket.list_multipart_uploads().upload_list]

    done = bucket.complete_multipart_upload(
        "big",
        upload,
        [oss2.models.PartInfo(n, p.etag) for n, p in enumerate((one, two, three), 1)],
    )

    assert media["big"].read() == b"a" * 200_000 + b"z" * 150_000 + b"end"
    assert done.etag == media["big"].etag
    assert done.etag.endswith("-3")
    assert media["big"].tags == {"a": "1"}
    assert [part.part_number for part in listed.parts] == [1, 2]
    assert listed.is_truncated
    assert busy == ["big"]
    assert bucket.list_multipart_uploads().upload_list == []
    got = bucket.get_object("big")
    got.read()
    assert got.client_crc == got.server_crc == done.crc


def test_parts_have_rules(bucket: Any) -> None:
    upload = bucket.init_multipart_upload("big").upload_id
    small = [
        oss2.models.PartInfo(number, bucket.upload_part("big", upload, number, b"x").etag)
        for number in (1, 2)
    ]
    with pytest.raises(oss2.exceptions.ServerError) as too_small:
        bucket.complete_multipart_upload("big", upload, small)
    with pytest.raises(oss2.exceptions.ServerError) as strange:
        bucket.complete_multipart_upload("big", upload, [oss2.models.PartInfo(3, "ETAG")])
    with pytest.raises(oss2.exceptions.ServerError) as many:
        bucket.upload_part("big", upload, 10_001, b"")
    bucket.abort_multipart_upload("big", upload)
    with pytest.raises(oss2.exceptions.NoSuchUpload):
        bucket.upload_part("big", upload, 1, b"")

    assert code(too_small) == (400, "EntityTooSmall")
    assert code(strange) == (400, "InvalidPart")
    assert code(many) == (400, "InvalidArgument")


def test_the_sdk_uploads_and_downloads_in_parts(bucket: Any, tmp_path: Any) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(bytes(range(256)) * 2000)
    store = oss2.ResumableStore(root=str(tmp_path))
    download_store = oss2.ResumableDownloadStore(root=str(tmp_path))

    oss2.resumable_upload(
        bucket, "big", str(source), store=store, multipart_threshold=1, part_size=200_000
    )
    oss2.resumable_download(
        bucket, "big", str(target), store=download_store, multiget_threshold=1, part_size=100_000
    )

    assert target.read_bytes() == source.read_bytes()


# Several at once


def test_several_are_deleted_at_once(bucket: Any, media: Bucket) -> None:
    for key in KEYS:
        media.put(key)

    deleted = bucket.batch_delete_objects([*KEYS[1:], "none"]).deleted_keys

    assert deleted == [*KEYS[1:], "none"]
    assert list(media) == ["plain"]


# Versions


def test_versions_are_kept(bucket: Any, media: Bucket) -> None:
    media.put("key", b"zero")
    media.versioning = "Enabled"
    one = bucket.put_object("key", b"one").versionid
    marker = bucket.delete_object("key")

    assert not bucket.object_exists("key")
    assert list(media) == []
    assert [v.read() for v in media.versions("key")] == [b"zero", b"one", b""]
    assert bucket.get_object("key", params={"versionId": one}).read() == b"one"
    assert bucket.get_object("key", params={"versionId": "null"}).read() == b"zero"
    with pytest.raises(oss2.exceptions.ServerError) as caught:
        bucket.get_object("key", params={"versionId": marker.versionid})
    assert code(caught) == (405, "MethodNotAllowed")
    bucket.delete_object("key", params={"versionId": marker.versionid})
    assert bucket.get_object("key").read() == b"one"
    with pytest.raises(oss2.exceptions.ServerError) as none:
        bucket.get_object("key", params={"versionId": "none"})
    assert code(none) == (404, "NoSuchVersion")


def test_suspended_versioning_replaces_the_null_version(bucket: Any, media: Bucket) -> None:
    media.versioning = "Enabled"
    kept = bucket.put_object("key", b"kept").versionid
    media.versioning = "Suspended"
    bucket.put_object("key", b"null")
    bucket.put_object("key", b"again")
    bucket.delete_object("key")

    assert [(v.id, v.is_marker) for v in media.versions("key")] == [(kept, False), ("null", True)]


def test_versions_are_listed_newest_first_and_by_page(bucket: Any, media: Bucket) -> None:
    media.versioning = "Enabled"
    ids = {key: [media.put(key, b"x").id for _ in range(3)] for key in ("a", "b/1", "c")}
    media.delete("c")

    found, markers = [], 0
    marker, version_marker = "", ""
    while True:
        page = bucket.list_object_versions(
            max_keys=2, key_marker=marker, versionid_marker=version_marker
        )
        found += [(one.key, one.versionid) for one in page.versions]
        markers += len(page.delete_marker)
        if not page.is_truncated:
            break
        marker, version_marker = page.next_key_marker, page.next_versionid_marker

    assert found == [(key, one) for key in ids for one in reversed(ids[key])]
    assert markers == 1
    assert bucket.list_object_versions(delimiter="/").common_prefix == ["b/"]


# Listings


def test_listings_by_prefix_delimiter_and_page(bucket: Any, media: Bucket) -> None:
    keys = ["a", "dir/1", "dir/2", "dir/sub/3", "e ü", "z"]
    for key in keys:
        media.put(key)
    media.versioning = "Enabled"
    media.put("gone/1")
    media.delete("gone/1")

    whole = [one.key for one in oss2.ObjectIterator(bucket, max_keys=1)]
    second = [one.key for one in oss2.ObjectIteratorV2(bucket, max_keys=2)]
    tops = [one.key for one in oss2.ObjectIterator(bucket, delimiter="/", max_keys=1)]
    below = [one.key for one in oss2.ObjectIteratorV2(bucket, prefix="dir/", delimiter="/")]
    page = bucket.list_objects_v2(start_after="dir/2", max_keys=2)

    assert whole == second == keys
    assert tops == ["a", "dir/", "e ü", "z"]
    assert below == ["dir/1", "dir/2", "dir/sub/"]
    assert [one.key for one in page.object_list] == ["dir/sub/3", "e ü"]
    assert page.is_truncated


@pytest.mark.parametrize("max_keys", [0, 1001])
def test_a_page_has_one_to_a_thousand(bucket: Any, max_keys: int) -> None:
    with pytest.raises(oss2.exceptions.ServerError) as caught:
        bucket.list_objects(max_keys=max_keys)

    assert code(caught) == (400, "InvalidArgument")


# ACL, tags, links, cold ones


def test_acl_and_tags_of_an_object(bucket: Any, media: Bucket) -> None:
    bucket.put_object("key", b"")
    rule = oss2.models.TaggingRule()
    rule.add("a", "1 & ü")

    bucket.put_object_acl("key", "public-read")
    bucket.put_object_tagging("key", oss2.models.Tagging(rule))

    assert bucket.get_object_acl("key").acl == media["key"].acl == "public-read"
    assert bucket.get_object_tagging("key").tag_set.tagging_rule == {"a": "1 & ü"}
    bucket.delete_object_tagging("key")
    assert media["key"].tags == {}


def test_a_symbolic_link_is_followed(bucket: Any, media: Bucket) -> None:
    media.put("target ü", b"content")

    bucket.put_symlink("target ü", "link")

    assert bucket.get_object("link").read() == b"content"
    assert bucket.get_symlink("link").target_key == "target ü"
    media.delete("target ü")
    with pytest.raises(oss2.exceptions.ServerError) as caught:
        bucket.get_object("link")
    assert code(caught) == (404, "SymlinkTargetNotExist")


def test_a_cold_object_is_thawed_first(bucket: Any) -> None:
    bucket.put_object("key", b"content", headers={"x-oss-storage-class": "Archive"})

    with pytest.raises(oss2.exceptions.ServerError) as caught:
        bucket.get_object("key")
    bucket.restore_object("key")

    assert code(caught) == (403, "InvalidObjectState")
    assert bucket.get_object("key").read() == b"content"


# Presigned URLs, callbacks


@pytest.mark.parametrize("signature", ["v1", "v2", "v4"])
def test_a_presigned_url_is_good_until_it_expires(
    keeper: User, ramsts: FakeCloud, signature: Signature
) -> None:
    ramsts.clock.freeze("2026-03-01T08:00:00Z")
    bucket = bucket_of(keeper.access_key, signature=signature)
    put = bucket.sign_url("PUT", "dir/key ü", 3600, headers={"Content-Type": "text/plain"})
    get = bucket.sign_url("GET", "dir/key ü", 3600)

    ramsts.clock.advance(hours=1)
    stored = requests.put(put, data=b"content", headers={"Content-Type": "text/plain"}, timeout=9)
    read = requests.get(get, timeout=9)
    wrong = requests.put(get, data=b"other", timeout=9)
    ramsts.clock.advance(seconds=1)
    late = requests.get(get, timeout=9)

    assert (stored.status_code, read.content) == (200, b"content")
    assert wrong.status_code == 403
    assert "<Code>SignatureDoesNotMatch</Code>" in wrong.text
    assert late.status_code == 403
    assert "<Message>Request has expired.</Message>" in late.text
    assert "<Expires>2026-03-01T09:00:00.000Z</Expires>" in late.text
    assert "<EC>0002-00000069</EC>" in late.text


@pytest.mark.usefixtures("media")
def test_what_looks_like_another_signature_in_a_presigned_url_changes_nothing(
    ramsts: FakeCloud,
) -> None:
    """A `Signature` alone would be half a signature of the RPC style, which OSS does not know."""
    key = ramsts.account.create_user("alice").create_access_key()
    url = bucket_of(key, signature="v4").sign_url("GET", "key", 3600)
    key.delete()

    plain, mixed = requests.get(url, timeout=9), requests.get(f"{url}&Signature=abc", timeout=9)

    for answer in (plain, mixed):
        assert answer.status_code == 403
        assert "<Code>InvalidAccessKeyId</Code>" in answer.text
        assert f"<OSSAccessKeyId>{key.id}</OSSAccessKeyId>" in answer.text


def test_a_presigned_url_dies_with_the_session_that_made_it(
    ramsts: FakeCloud, media: Bucket
) -> None:
    media.put("key", b"content")
    role = ramsts.account.create_role("app", policies=["AliyunOSSFullAccess"])
    session = role.assume(duration=900)
    url = bucket_of(session, signature="v4").sign_url("GET", "key", 3600)

    before = requests.get(url, timeout=9).status_code
    ramsts.clock.advance(minutes=15)
    after = requests.get(url, timeout=9).text

    assert before == 200
    assert "<Code>SecurityTokenExpired</Code>" in after


def test_callback_parameters_are_kept(bucket: Any, media: Bucket, ramsts: FakeCloud) -> None:
    callback = {"callbackUrl": "https://app.example.com/done", "callbackBody": "key=${object}"}
    headers = {
        "x-oss-callback": b64encode(json.dumps(callback).encode()).decode(),
        "x-oss-callback-var": b64encode(b'{"x:user": "7"}').decode(),
    }
    ramsts.state("oss").callback_answer = b'{"stored": true}'

    answered = bucket.put_object("key", b"content", headers=headers)

    assert json.loads(answered.resp.read()) == {"stored": True}
    assert media["key"].callback == {**callback, "x:user": "7"}
    assert ramsts.state("oss").callbacks == [media["key"].callback]
    with pytest.raises(oss2.exceptions.ServerError) as caught:
        bucket.put_object("key", b"", headers={"x-oss-callback": "no base64"})
    assert code(caught) == (400, "InvalidArgument")
