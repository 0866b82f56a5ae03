"""Buckets and their configurations, through `oss2`."""

from __future__ import annotations

from typing import Any

import oss2
import pytest

from pytest_ramsts import FakeCloud, User
from pytest_ramsts.services.oss.state import Bucket

from .clients import bucket_of, service_of


def code(caught: pytest.ExceptionInfo[oss2.exceptions.ServerError]) -> tuple[int, str]:
    return caught.value.status, caught.value.code


def test_a_bucket_is_made_described_listed_and_deleted(keeper: User, ramsts: FakeCloud) -> None:
    bucket = bucket_of(keeper.access_key, "drafts", region="cn-shanghai")

    bucket.create_bucket(
        "public-read", oss2.models.BucketCreateConfig(oss2.BUCKET_STORAGE_CLASS_IA)
    )
    info = bucket.get_bucket_info()
    listed = service_of(keeper.access_key).list_buckets().buckets
    bucket.delete_bucket()

    assert (info.name, info.location, info.storage_class) == ("drafts", "oss-cn-shanghai", "IA")
    assert (info.acl.grant, info.owner.id) == ("public-read", ramsts.account.id)
    assert info.extranet_endpoint == "oss-cn-shanghai.aliyuncs.com"
    assert [one.name for one in listed] == ["drafts", "media"]
    assert list(ramsts.state("oss").buckets) == ["media"]


def test_buckets_are_listed_by_page_and_prefix(keeper: User, ramsts: FakeCloud) -> None:
    for number in range(5):
        ramsts.state("oss").create_bucket(f"log-{number}", ramsts.account)
    service = service_of(keeper.access_key)

    found = [one.name for one in oss2.BucketIterator(service, prefix="log-", max_keys=2)]

    assert found == [f"log-{number}" for number in range(5)]
    assert len(ramsts.calls.of("oss:ListBuckets")) == 3


def test_who_has_the_bucket_already_may_make_it_again(bucket: Any, media: Bucket) -> None:
    bucket.create_bucket("public-read")

    assert media.acl == "public-read"


@pytest.mark.parametrize("name", ["ab", "Media", "-media", "media-", "me_dia", "a" * 64])
def test_names_have_rules(ramsts: FakeCloud, name: str) -> None:
    from pytest_ramsts import ApiError  # noqa: PLC0415

    with pytest.raises(ApiError) as caught:
        ramsts.state("oss").create_bucket(name, ramsts.account)

    assert caught.value.code == "InvalidBucketName"


def test_a_bucket_that_is_none(keeper: User) -> None:
    with pytest.raises(oss2.exceptions.NoSuchBucket) as caught:
        bucket_of(keeper.access_key, "nowhere").get_object("key")

    assert code(caught) == (404, "NoSuchBucket")
    assert caught.value.ec == "0015-00000101"
    assert caught.value.details["BucketName"] == "nowhere"


def test_a_bucket_with_objects_or_uploads_is_not_deleted(bucket: Any) -> None:
    bucket.put_object("key", b"")
    with pytest.raises(oss2.exceptions.ServerError) as full:
        bucket.delete_bucket()
    bucket.delete_object("key")
    upload = bucket.init_multipart_upload("key").upload_id
    with pytest.raises(oss2.exceptions.ServerError) as busy:
        bucket.delete_bucket()
    bucket.abort_multipart_upload("key", upload)
    bucket.delete_bucket()

    assert code(full) == code(busy) == (409, "BucketNotEmpty")


def test_a_bucket_is_asked_in_its_region(keeper: User) -> None:
    with pytest.raises(oss2.exceptions.AccessDenied) as caught:
        bucket_of(keeper.access_key, region="cn-shanghai").get_object("key")

    assert caught.value.ec == "0003-00001403"
    assert caught.value.details["Endpoint"] == "oss-cn-hangzhou.aliyuncs.com"
    assert "must be addressed using the specified endpoint" in caught.value.message


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://oss-cn-hangzhou-internal.aliyuncs.com",
        "https://oss-accelerate.aliyuncs.com",
        "http://oss-cn-hangzhou.aliyuncs.com",
    ],
)
def test_a_bucket_has_several_end_points(keeper: User, media: Bucket, endpoint: str) -> None:
    key = keeper.access_key
    media.put("key", b"content")

    bucket = oss2.Bucket(oss2.AuthV2(key.id, key.secret), endpoint, "media")

    assert bucket.get_object("key").read() == b"content"


def test_public_hosts_take_no_path_style(keeper: User) -> None:
    key = keeper.access_key
    bucket = oss2.Bucket(
        oss2.Auth(key.id, key.secret),
        "https://oss-cn-hangzhou.aliyuncs.com",
        "media",
        is_path_style=True,
    )

    with pytest.raises(oss2.exceptions.ServerError) as caught:
        bucket.get_object("key")

    assert code(caught) == (403, "SecondLevelDomainForbidden")


def test_acl_tags_versioning_and_location(bucket: Any, media: Bucket) -> None:
    bucket.put_bucket_acl("public-read")
    rule = oss2.models.TaggingRule()
    rule.add("stage", "test")
    bucket.put_bucket_tagging(oss2.models.Tagging(rule))
    bucket.put_bucket_versioning(oss2.models.BucketVersioningConfig("Enabled"))

    assert bucket.get_bucket_acl().acl == media.acl == "public-read"
    assert bucket.get_bucket_tagging().tag_set.tagging_rule == media.tags == {"stage": "test"}
    assert bucket.get_bucket_versioning().status == media.versioning == "Enabled"
    assert bucket.get_bucket_location().location == "oss-cn-hangzhou"
    bucket.delete_bucket_tagging()
    with pytest.raises(oss2.exceptions.ServerError) as caught:
        bucket.get_bucket_tagging()
    assert caught.value.code == "NoSuchTagSet"


def test_an_acl_that_is_none(bucket: Any) -> None:
    with pytest.raises(oss2.exceptions.ServerError) as caught:
        bucket.put_bucket_acl("public")

    assert code(caught) == (400, "InvalidArgument")


def test_configurations_are_kept(bucket: Any) -> None:
    rule = oss2.models.CorsRule(allowed_origins=["*"], allowed_methods=["GET"])
    with pytest.raises(oss2.exceptions.NoSuchCors):
        bucket.get_bucket_cors()
    bucket.put_bucket_cors(oss2.models.BucketCors([rule]))
    kept = bucket.get_bucket_cors().rules
    bucket.delete_bucket_cors()

    assert [one.allowed_methods for one in kept] == [["GET"]]
    with pytest.raises(oss2.exceptions.NoSuchCors):
        bucket.get_bucket_cors()
    assert bucket.get_bucket_logging().target_bucket == ""


def test_what_no_operation_answers_is_programmed(bucket: Any, ramsts: FakeCloud) -> None:
    ramsts.reply(
        "oss:GetBucketReplicationLocation",
        {
            "ReplicationLocation": {
                "Location": ["oss-cn-beijing"],
                "LocationTransferTypeConstraint": {},
            }
        },
    )

    found = bucket.get_bucket_replication_location()

    assert found.location_list == ["oss-cn-beijing"]
