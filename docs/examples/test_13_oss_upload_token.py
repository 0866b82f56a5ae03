"""Chapter 13. A token for an upload.

The shop lets its customers upload photos. Their browsers send them to OSS directly, so they need
credentials: temporary ones, good for fifteen minutes, and for one folder of one bucket. The shop's
server asks STS for them. Whether they are as narrow as they should be is what these tests ask.
"""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import oss2
import pytest
import requests
from alibabacloud_sts20150401.models import AssumeRoleRequest

from pytest_ramsts import Account, FakeCloud, Policy, Role, User, allow

from .clients import sts_client

BUCKET = "shop-photos"
ENDPOINT = "https://oss-cn-shanghai.aliyuncs.com"


# The application: the shop's server, and the browser of a customer.


def issue_upload_token(role_arn: str, customer: int) -> Any:
    """What the server gives to a customer: the role's rights, narrowed to a folder."""
    statement = {
        "Effect": "Allow",
        "Action": "oss:PutObject",
        "Resource": f"acs:oss:*:*:{BUCKET}/customers/{customer}/*",
    }
    request = AssumeRoleRequest(
        role_arn=role_arn,
        role_session_name=f"customer-{customer}",
        duration_seconds=900,
        policy=json.dumps({"Version": "1", "Statement": [statement]}),
    )
    return sts_client().assume_role(request).body.credentials


def photos(keys: Any) -> Any:
    """The bucket, as whoever has these keys sees it."""
    auth = oss2.StsAuth(keys.access_key_id, keys.access_key_secret, keys.security_token)
    return oss2.Bucket(auth, ENDPOINT, BUCKET)


# The world of the tests


@pytest.fixture
def uploader(ramsts: FakeCloud, ram_account: Account) -> Role:
    """The bucket, and the role that may write in it."""
    ramsts.state("oss").create_bucket(BUCKET, ram_account, region="cn-shanghai")
    writing = Policy(allow("oss:PutObject", "oss:GetObject", on=f"acs:oss:*:*:{BUCKET}/*"))
    return ram_account.create_role("uploader", policies=[writing])


@pytest.fixture
def token(ramsts: FakeCloud, uploader: Role, server: User) -> Any:
    """What customer 7 was given."""
    ramsts.clock.freeze("2026-03-01T08:00:00Z")
    with ramsts.acting_as(server):
        return issue_upload_token(uploader.arn, 7)


@pytest.fixture
def server(ram_account: Account) -> User:
    """Who the server is: it may assume roles, and do nothing itself."""
    return ram_account.create_user("server", policies=["AliyunSTSAssumeRoleAccess"])


# The tests


def test_the_token_uploads_to_its_folder(ramsts: FakeCloud, token: Any) -> None:
    """Customer 7 uploads a photo, and it is there."""
    photos(token).put_object("customers/7/cat.jpg", b"miaow")

    assert ramsts.state("oss")[BUCKET]["customers/7/cat.jpg"].read() == b"miaow"


@pytest.mark.parametrize("key", ["customers/8/cat.jpg", "customers/70/cat.jpg", "cat.jpg"])
def test_and_nowhere_else(ramsts: FakeCloud, token: Any, key: str) -> None:
    """The folder of another customer is refused, and so is one whose name begins alike."""
    with ramsts.denies("oss:PutObject") as denial:
        photos(token).put_object(key, b"miaow")

    assert isinstance(denial.error, oss2.exceptions.AccessDenied)
    assert denial.error.message == "Access denied by authorizer's policy."
    assert key not in ramsts.state("oss")[BUCKET]


def test_it_only_uploads(ramsts: FakeCloud, token: Any) -> None:
    """The role may read as well; the token may not."""
    photos(token).put_object("customers/7/cat.jpg", b"miaow")

    with ramsts.denies("oss:GetObject"):
        photos(token).get_object("customers/7/cat.jpg")


def test_the_same_can_be_asked(ramsts: FakeCloud, token: Any) -> None:
    """No upload is needed to know what credentials may do: one may ask them."""
    credentials = ramsts.credentials(token.access_key_id)

    assert credentials.can("oss:PutObject", on=f"acs:oss:*:*:{BUCKET}/customers/7/cat.jpg")
    assert not credentials.can("oss:PutObject", on=f"acs:oss:*:*:{BUCKET}/customers/8/cat.jpg")
    assert not credentials.can("oss:GetObject", on=f"acs:oss:*:*:{BUCKET}/customers/7/cat.jpg")


def test_after_fifteen_minutes_it_is_over(ramsts: FakeCloud, token: Any) -> None:
    """The SDK tells it with a code: the browser must ask for another token."""
    ramsts.clock.advance(minutes=15)

    with pytest.raises(oss2.exceptions.ServerError) as refused:
        photos(token).put_object("customers/7/cat.jpg", b"miaow")

    assert refused.value.code == "SecurityTokenExpired"


def test_a_link_to_a_photo_expires(ramsts: FakeCloud, uploader: Role) -> None:
    """Whoever has the link sees the photo, without credentials of their own, for five minutes."""
    ramsts.clock.freeze("2026-03-01T08:00:00Z")
    ramsts.state("oss")[BUCKET].put("customers/7/cat.jpg", b"miaow")
    session = uploader.assume()
    keys = SimpleNamespace(
        access_key_id=session.id,
        access_key_secret=session.secret,
        security_token=session.security_token,
    )
    link = photos(keys).sign_url("GET", "customers/7/cat.jpg", 300)

    assert requests.get(link, timeout=10).content == b"miaow"
    ramsts.clock.advance(minutes=5, seconds=1)
    late = requests.get(link, timeout=10)
    assert late.status_code == 403
    assert "<Message>Request has expired.</Message>" in late.text
