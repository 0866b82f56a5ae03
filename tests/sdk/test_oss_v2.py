"""OSS through `alibabacloud-oss-v2`, sync and async."""

from __future__ import annotations

from typing import Any

import alibabacloud_oss_v2 as oss
import pytest

from pytest_ramsts import FakeCloud, User
from tests.services.oss.clients import async_client, client


@pytest.fixture
def user(ramsts: FakeCloud) -> User:
    ramsts.state("oss").create_bucket("media", ramsts.account)
    return ramsts.account.create_user("app", policies=["AliyunOSSFullAccess"])


def put(key: str, body: Any, **fields: Any) -> Any:
    return oss.PutObjectRequest(bucket="media", key=key, body=body, **fields)


@pytest.mark.parametrize("signature", ["v1", "v4"])
def test_objects_come_and_go(ramsts: FakeCloud, user: User, signature: str) -> None:
    made = client(user.access_key, signature_version=signature)

    stored = made.put_object(put("dir/a b ü.txt", b"content", metadata={"author": "me"}))
    got = made.get_object(oss.GetObjectRequest(bucket="media", key="dir/a b ü.txt"))
    head = made.head_object(oss.HeadObjectRequest(bucket="media", key="dir/a b ü.txt"))
    listed = made.list_objects_v2(oss.ListObjectsV2Request(bucket="media", delimiter="/"))
    deleted = made.delete_multiple_objects(
        oss.DeleteMultipleObjectsRequest(
            bucket="media", objects=[oss.DeleteObject(key="dir/a b ü.txt")]
        )
    )

    assert stored.etag == head.etag == '"9A0364B9E99BB480DD25E1F0284C8555"'
    assert got.body.content == b"content"
    assert (head.content_length, dict(head.metadata)) == (7, {"author": "me"})
    assert [one.prefix for one in listed.common_prefixes] == ["dir/"]
    assert [one.key for one in deleted.deleted_objects] == ["dir/a b ü.txt"]
    assert list(ramsts.state("oss")["media"]) == []


def test_buckets_copies_and_parts(ramsts: FakeCloud, user: User, tmp_path: Any) -> None:
    made = client(user.access_key)
    made.put_bucket(oss.PutBucketRequest(bucket="drafts", acl="private"))
    file = tmp_path / "big"
    file.write_bytes(b"x" * 700_000)

    made.uploader(part_size=200_000).upload_file(
        oss.PutObjectRequest(bucket="drafts", key="big"), str(file)
    )
    made.copy_object(
        oss.CopyObjectRequest(bucket="media", key="copy", source_bucket="drafts", source_key="big")
    )
    names = [one.name for one in made.list_buckets(oss.ListBucketsRequest()).buckets]

    media = ramsts.state("oss")["media"]
    assert media["copy"].read() == file.read_bytes()
    assert ramsts.state("oss")["drafts"]["big"].kind == "Multipart"
    assert names == ["drafts", "media"]
    assert made.is_object_exist("media", "copy")
    assert not made.is_object_exist("media", "none")
    assert made.is_bucket_exist("media")
    assert not made.is_bucket_exist("nowhere")


def test_versions_tags_and_links(ramsts: FakeCloud, user: User) -> None:
    made = client(user.access_key)
    ramsts.state("oss")["media"].versioning = "Enabled"
    one = made.put_object(put("key", b"one", tagging="a=1")).version_id
    made.put_object(put("key", b"two"))
    made.put_symlink(oss.PutSymlinkRequest(bucket="media", key="link", symlink_target="key"))

    old = made.get_object(oss.GetObjectRequest(bucket="media", key="key", version_id=one))
    tags = made.get_object_tagging(
        oss.GetObjectTaggingRequest(bucket="media", key="key", version_id=one)
    )
    link = made.get_object(oss.GetObjectRequest(bucket="media", key="link"))

    assert old.body.content == b"one"
    assert [(tag.key, tag.value) for tag in tags.tag_set.tags] == [("a", "1")]
    assert link.body.content == b"two"
    assert ramsts.calls[-3].action == "oss:GetObjectVersion"


def test_a_presigned_url_of_v4(ramsts: FakeCloud, user: User) -> None:
    import requests  # noqa: PLC0415

    ramsts.state("oss")["media"].put("key", b"content")
    url = client(user.access_key).presign(oss.GetObjectRequest(bucket="media", key="key")).url

    before = requests.get(url, timeout=9).content
    ramsts.clock.advance(minutes=16)
    after = requests.get(url, timeout=9)

    assert before == b"content"
    assert after.status_code == 403
    assert "Request has expired." in after.text


async def _round_trip(made: Any) -> bytes:
    async with made:
        await made.put_object(put("key", b"content"))
        got = await made.get_object(oss.GetObjectRequest(bucket="media", key="key"))
        return bytes(await got.body.read())


@pytest.mark.asyncio
@pytest.mark.parametrize("signature", ["v1", "v4"])
async def test_the_async_client(user: User, ramsts: FakeCloud, signature: str) -> None:
    assert await _round_trip(async_client(user.access_key, signature_version=signature)) == (
        b"content"
    )
    assert ramsts.calls.last.request.client == "aiohttp"


@pytest.mark.asyncio
async def test_the_async_client_is_refused_alike(user: User, ramsts: FakeCloud) -> None:
    user.detach_all()

    with pytest.raises(oss.exceptions.OperationError) as caught:
        await _round_trip(async_client(user.access_key))

    error = caught.value.unwrap()
    assert (error.code, error.ec) == ("AccessDenied", "0003-00000001")
    assert error.request_id == ramsts.calls.last.request_id
