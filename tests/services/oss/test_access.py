"""Who may: RAM, the policy of the bucket and ACLs together, alike over the wire and in `can()`."""

from __future__ import annotations

from typing import Any

import oss2
import pytest

from pytest_ramsts import Account, FakeCloud, Policy, Settings, User, allow, deny
from pytest_ramsts.policy import Settings as PolicySettings
from pytest_ramsts.services.oss.state import Bucket

from .clients import bucket_of, service_of

KEY = "folder/photo.jpg"
PHOTO = f"acs:oss:*:*:media/{KEY}"


@pytest.fixture
def user(ramsts: FakeCloud, media: Bucket) -> User:
    """Somebody of the bucket's account, without any right."""
    media.put(KEY, b"content")
    user = ramsts.account.create_user("reader")
    user.create_access_key()
    return user


@pytest.fixture
def stranger(ramsts: FakeCloud) -> User:
    """Somebody of another account, who may do everything there."""
    other = ramsts.create_account("other")
    user = other.create_user("stranger", policies=["AdministratorAccess"])
    user.create_access_key()
    return user


def outcome(credentials: Any, key: str = KEY) -> str:
    """How it goes to read the photo: its content, or the refusal."""
    try:
        return str(bucket_of(credentials).get_object(key).read().decode())
    except oss2.exceptions.ServerError as error:
        return f"{error.code} {error.ec}"


# RAM


def test_without_any_right_the_acl_is_blamed(user: User) -> None:
    with pytest.raises(oss2.exceptions.AccessDenied) as caught:
        bucket_of(user.access_key).get_object(KEY)

    assert caught.value.message == "You have no right to access this object because of bucket acl."
    assert caught.value.ec == "0003-00000001"


def test_the_refusal_says_who_and_what(ramsts: FakeCloud, user: User) -> None:
    outcome(user.access_key)

    text = ramsts.calls.last.response.text
    assert "<EncodedDiagnosticMessage>AQ" in text
    for field in (
        "<AuthAction>oss:GetObject</AuthAction>",
        "<AuthPrincipalType>SubUser</AuthPrincipalType>",
        f"<AuthPrincipalDisplayName>{user.id}</AuthPrincipalDisplayName>",
        f"<AuthPrincipalOwnerId>{ramsts.account.id}</AuthPrincipalOwnerId>",
        "<NoPermissionType>ImplicitDeny</NoPermissionType>",
        "<PolicyType>AccountLevelIdentityBasedPolicy</PolicyType>",
        "<HostId>media.oss-cn-hangzhou.aliyuncs.com</HostId>",
        "<RecommendDoc>https://api.aliyun.com/troubleshoot?q=0003-00000001</RecommendDoc>",
    ):
        assert field in text


def test_denials_differ_by_who_denies(media: Bucket, user: User) -> None:
    denies = deny("oss:GetObject", on=PHOTO)
    user.attach(Policy(allow("oss:*", on="*"), denies))
    by_ram = outcome(user.access_key)
    media.policy = Policy(deny("oss:GetObject", on=PHOTO, principal=[user.id]))
    by_both = outcome(user.access_key)
    user.detach_all()
    by_bucket = outcome(user.access_key)

    assert by_ram == "AccessDenied 0003-00000201"
    assert by_both == "AccessDenied 0003-00000203"
    assert by_bucket == "AccessDenied 0003-00000101"


def test_a_session_policy_that_leaves_it_out_refuses(ramsts: FakeCloud, media: Bucket) -> None:
    """It goes before the ACL: a public object is refused as well."""
    media.put(KEY, b"content", acl="public-read")
    role = ramsts.account.create_role("reader", policies=["AliyunOSSFullAccess"])
    session = role.assume(policy=Policy(allow("oss:PutObject", on="*")))

    with pytest.raises(oss2.exceptions.AccessDenied) as caught:
        bucket_of(session).get_object(KEY)

    assert caught.value.message == "Access denied by authorizer's policy."
    assert caught.value.ec == "0003-00000301"
    assert not session.can("oss:GetObject", on=PHOTO)


def test_listing_is_narrowed_by_prefix(ramsts: FakeCloud, user: User) -> None:
    user.attach(
        Policy(
            allow(
                "oss:ListObjects",
                on="acs:oss:*:*:media",
                when={
                    "StringLike": {"oss:Prefix": "folder/*"},
                    "StringEquals": {"oss:Delimiter": "/"},
                },
            )
        )
    )
    bucket = bucket_of(user.access_key)

    found = bucket.list_objects_v2(prefix="folder/", delimiter="/").object_list
    with ramsts.denies("oss:ListObjects", on=f"acs:oss:*:{ramsts.account.id}:media"):
        bucket.list_objects(prefix="other/", delimiter="/")
    with ramsts.denies("oss:ListObjects"):
        bucket.list_objects(prefix="folder/")

    assert [one.key for one in found] == [KEY]
    assert user.can(
        "oss:ListObjects",
        on="acs:oss:*:*:media",
        when={"oss:Prefix": "folder/", "oss:Delimiter": "/"},
    )


@pytest.mark.parametrize(("reading", "listed"), [("empty", True), ("absent", False)])
def test_a_listing_without_prefix_has_an_empty_one(reading: Any, *, listed: bool) -> None:
    settings = Settings(policy=PolicySettings(listing_without_prefix=reading))
    with FakeCloud(settings=settings) as cloud:
        cloud.state("oss").create_bucket("media", cloud.account)
        condition = {"StringEquals": {"oss:Prefix": ["", "folder/"]}}
        user = cloud.account.create_user(
            policies=[Policy(allow("oss:ListObjects", on="acs:oss:*:*:media", when=condition))]
        )
        try:
            bucket_of(user.access_key).list_objects()
        except oss2.exceptions.AccessDenied:
            assert not listed
        else:
            assert listed


def test_an_acl_may_be_demanded_of_every_upload(media: Bucket, keeper: User) -> None:
    """Without the header the key is absent, and a negated condition met: A `Deny` hits as well."""
    condition = {"StringNotEquals": {"oss:x-oss-object-acl": ["private"]}}
    keeper.attach(Policy(deny("oss:PutObject", on="*", when=condition)))
    bucket = bucket_of(keeper.access_key)

    bucket.put_object("a", b"", headers={"x-oss-object-acl": "private"})
    for headers in ({"x-oss-object-acl": "public-read"}, {}):
        with pytest.raises(oss2.exceptions.AccessDenied):
            bucket.put_object("b", b"", headers=headers)

    assert list(media) == ["a"]


def test_tags_of_requests_objects_and_buckets_are_condition_keys(media: Bucket, user: User) -> None:
    media.put("tagged", b"content", tags={"team": "red"})
    user.attach(
        Policy(
            allow(
                "oss:GetObject",
                on="acs:oss:*:*:media/*",
                when={"StringEquals": {"oss:ExistingObjectTag/team": "red"}},
            ),
            allow(
                "oss:PutObject",
                "oss:PutObjectTagging",
                on="acs:oss:*:*:media/*",
                when={"StringEquals": {"oss:RequestObjectTag/team": "red"}},
            ),
            allow(
                "oss:GetBucketStat", on="*", when={"StringEquals": {"oss:BucketTag/stage": "test"}}
            ),
        )
    )
    bucket = bucket_of(user.access_key)

    read = outcome(user.access_key, "tagged"), outcome(user.access_key)
    bucket.put_object("new", b"", headers={"x-oss-tagging": "team=red"})
    with pytest.raises(oss2.exceptions.AccessDenied):
        bucket.put_object("newer", b"", headers={"x-oss-tagging": "team=blue"})
    with pytest.raises(oss2.exceptions.AccessDenied):
        bucket.get_bucket_stat()
    media.tags = {"stage": "test"}

    assert read == ("content", "AccessDenied 0003-00000001")
    assert bucket.get_bucket_stat().object_count == 3
    assert user.can("oss:GetObject", on="acs:oss:*:*:media/tagged")
    assert not user.can("oss:GetObject", on=PHOTO)


def test_whoever_gives_tags_needs_the_right_to_do_that(media: Bucket, user: User) -> None:
    user.attach(Policy(allow("oss:PutObject", on="acs:oss:*:*:media/*")))
    bucket = bucket_of(user.access_key)

    bucket.put_object("plain", b"")
    with pytest.raises(oss2.exceptions.AccessDenied) as caught:
        bucket.put_object("tagged", b"", headers={"x-oss-tagging": "a=1"})

    assert caught.value.ec == "0003-00000905"
    assert "tagged" not in media


def test_a_batch_with_one_key_that_is_denied_deletes_none(media: Bucket, user: User) -> None:
    media.put("private/b", b"")
    user.attach(
        Policy(
            allow("oss:DeleteObject", on="acs:oss:*:*:media/*"),
            deny("oss:DeleteObject", on="acs:oss:*:*:media/private/*"),
        )
    )
    bucket = bucket_of(user.access_key)

    with pytest.raises(oss2.exceptions.AccessDenied) as caught:
        bucket.batch_delete_objects([KEY, "private/b"])
    kept = list(media)
    bucket.batch_delete_objects([KEY])

    assert caught.value.ec == "0003-00000204"
    assert kept == [KEY, "private/b"]
    assert list(media) == ["private/b"]


# Buckets of others


@pytest.mark.usefixtures("user")
def test_rights_of_ones_own_account_end_at_a_foreign_bucket(media: Bucket, stranger: User) -> None:
    before = outcome(stranger.access_key)
    asked_before = bool(stranger.can("oss:GetObject", on=PHOTO))
    media.policy = Policy(allow("oss:GetObject", on=PHOTO, principal=[stranger.id]))

    assert before == "AccessDenied 0003-00000001"
    assert not asked_before
    assert outcome(stranger.access_key) == "content"
    assert stranger.can("oss:GetObject", on=PHOTO)


@pytest.mark.usefixtures("user")
def test_the_owner_of_another_account_is_a_stranger_too(stranger: User) -> None:
    assert outcome(stranger.account.access_key) == "AccessDenied 0003-00000001"


@pytest.mark.parametrize(
    ("reading", "result"),
    [("denies", "AccessDenied 0003-00000201"), ("counts as silence", "content")],
)
def test_a_denial_at_home_reaches_a_foreign_bucket(reading: Any, result: str) -> None:
    settings = Settings(policy=PolicySettings(foreign_identity_deny=reading))
    with FakeCloud(settings=settings) as cloud:
        media = cloud.state("oss").create_bucket("media", cloud.account)
        media.put(KEY, b"content")
        user = cloud.create_account().create_user(policies=[Policy(deny("oss:*", on="*"))])
        media.policy = Policy(allow("oss:GetObject", on=PHOTO, principal=[user.id]))

        assert outcome(user.access_key) == result


def test_sessions_are_named_by_role_and_session(ramsts: FakeCloud, media: Bucket) -> None:
    media.put(KEY, b"content")
    role = ramsts.create_account().create_role("app")
    named = f"arn:sts::{role.account.id}:assumed-role/app/worker-*"
    media.policy = Policy(allow("oss:GetObject", on=PHOTO, principal=[named]))

    assert outcome(role.assume("worker-1")) == "content"
    assert outcome(role.assume("visitor")) == "AccessDenied 0003-00000001"


def test_everybody_without_a_condition_is_not_the_owner(
    ramsts: FakeCloud, media: Bucket, user: User
) -> None:
    media.policy = Policy(deny("oss:GetObject", on=PHOTO, principal="*"))
    owner, others = outcome(ramsts.admin_key), outcome(user.access_key)
    condition = {"Bool": {"acs:SecureTransport": "true"}}
    media.policy = Policy(deny("oss:GetObject", on=PHOTO, principal="*", when=condition))

    assert owner == "content"
    assert others == "AccessDenied 0003-00000101"
    assert outcome(ramsts.admin_key) == "AccessDenied 0003-00000101"


def test_the_policy_of_a_bucket_is_put_and_got(bucket: Any, media: Bucket) -> None:
    text = '{"Version":"1","Statement":[{"Effect":"Allow","Principal":["*"],'
    text += '"Action":["oss:GetObject"],"Resource":["acs:oss:*:*:media/*"]}]}'

    with pytest.raises(oss2.exceptions.ServerError) as missing:
        bucket.get_bucket_policy()
    bucket.put_bucket_policy(text)
    kept = bucket.get_bucket_policy().policy
    with pytest.raises(oss2.exceptions.ServerError) as malformed:
        bucket.put_bucket_policy("{")
    bucket.delete_bucket_policy()

    assert missing.value.code == "NoSuchBucketPolicy"
    assert kept == text
    assert (malformed.value.status, malformed.value.code) == (400, "InvalidPolicyDocument")
    assert media.policy is None


def test_a_bucket_policy_needs_a_principal(bucket: Any) -> None:
    with pytest.raises(oss2.exceptions.ServerError) as caught:
        bucket.put_bucket_policy(Policy(allow("oss:GetObject", on="*")).text)

    assert caught.value.code == "InvalidPolicyDocument"
    assert "Principal" in caught.value.message


# ACLs, and whoever does not sign


def test_a_public_object_is_read_by_anybody(ramsts: FakeCloud, media: Bucket, user: User) -> None:
    anybody = ramsts.world.anonymous
    before = outcome(None), outcome(user.access_key)
    asked = bool(anybody.can("oss:GetObject", on=PHOTO))
    media.acl = "public-read"

    assert before == ("AccessDenied 0003-00000001", "AccessDenied 0003-00000001")
    assert not asked
    assert outcome(None) == outcome(user.access_key) == "content"
    assert anybody.can("oss:GetObject", on=PHOTO)
    assert user.can("oss:GetObject", on=PHOTO)
    assert not user.can("oss:PutObject", on=PHOTO)
    assert ramsts.calls.last.caller is user
    assert ramsts.calls[-2].caller is None


def test_the_acl_of_an_object_goes_before_that_of_its_bucket(media: Bucket) -> None:
    media.acl = "public-read-write"
    media.put("secret", b"", acl="private")
    media.put("open", b"open", acl="public-read")

    bucket_of(None).put_object("by-anybody", b"")

    assert outcome(None, "secret") == "AccessDenied 0003-00000001"
    media.acl = "private"
    assert outcome(None, "open") == "open"
    assert "by-anybody" in media


def test_a_public_bucket_is_not_listed_by_anybody(media: Bucket) -> None:
    """An ACL is about objects; listing is management, and takes a policy."""
    media.acl = "public-read-write"

    with pytest.raises(oss2.exceptions.AccessDenied) as caught:
        bucket_of(None).list_objects()
    media.policy = Policy(allow("oss:ListObjects", on="acs:oss:*:*:media", principal="*"))

    assert caught.value.message == "Anonymous user has no right to access this bucket."
    assert caught.value.ec == "0003-00000002"
    assert bucket_of(None).list_objects().object_list == []


@pytest.mark.usefixtures("media")
def test_nobody_lists_the_buckets_of_nobody() -> None:
    with pytest.raises(oss2.exceptions.AccessDenied) as caught:
        service_of(None).list_buckets()

    assert caught.value.ec == "0003-00001201"


def test_the_owner_of_a_bucket_needs_no_policy(ramsts: FakeCloud, media: Bucket) -> None:
    media.put(KEY, b"content", acl="private")

    assert outcome(ramsts.admin_key) == "content"


def test_the_name_of_a_bucket_is_taken_for_everybody(
    media: Bucket, stranger: User, ram_account: Account
) -> None:
    with pytest.raises(oss2.exceptions.ServerError) as caught:
        bucket_of(stranger.access_key).create_bucket()

    assert (caught.value.status, caught.value.code) == (409, "BucketAlreadyExists")
    assert media.owner is ram_account


@pytest.mark.usefixtures("media")
def test_everyone_lists_the_buckets_of_the_own_account(stranger: User) -> None:
    assert service_of(stranger.access_key).list_buckets().buckets == []


def test_in_soft_mode_a_refusal_is_recorded_only(ramsts: FakeCloud, user: User) -> None:
    with ramsts.in_mode("soft"):
        went = outcome(user.access_key)

    assert went == "content"
    assert ramsts.calls.last.denied
