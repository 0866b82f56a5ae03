"""Chapter 8. Handing out less than one has.

A web shop lets its customers upload photos straight to object storage. The server borrows a role
that may write the whole bucket, and hands each customer a token that a session policy narrows to
the customer's own folder, for a quarter of an hour. What must be tested is the token: does it do
what it should, only that, and for no longer?
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from alibabacloud_iot20180120.models import CreateProductRequest, PubRequest
from alibabacloud_sts20150401.models import AssumeRoleRequest
from alibabacloud_tea_openapi.exceptions import ClientException

from pytest_ramsts import FakeCloud, Policy, Role, Session, User, allow

from .clients import iot_client, sts_client

BUCKET = "acs:oss:*:*:media"


@pytest.fixture
def web_server(ramsts: FakeCloud) -> User:
    return ramsts.account.create_user("web-server", policies=["AliyunSTSAssumeRoleAccess"])


@pytest.fixture
def uploader(ramsts: FakeCloud, web_server: User) -> Role:
    """What the server may borrow: the whole bucket, to write."""
    writing = Policy(allow("oss:PutObject", on=f"{BUCKET}/*"))
    return ramsts.account.create_role("media-uploader", trusted=web_server, policies=[writing])


def issue_upload_token(role_arn: str, customer: int) -> dict[str, str]:
    """The application: what its server sends to a customer's browser."""
    own_folder = {
        "Version": "1",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["oss:PutObject", "oss:GetObject"],
                "Resource": f"{BUCKET}/customers/{customer}/*",
            }
        ],
    }
    request = AssumeRoleRequest(
        role_arn=role_arn,
        role_session_name=f"customer-{customer}",
        policy=json.dumps(own_folder),
        duration_seconds=900,
    )
    token: dict[str, str] = sts_client().assume_role(request).body.credentials.to_map()
    return token


def session_of(ramsts: FakeCloud, token: dict[str, str]) -> Session:
    """The same token as the fake cloud knows it."""
    session = ramsts.credentials(token["AccessKeyId"])
    assert isinstance(session, Session)
    return session


def test_the_token_is_confined_to_its_folder(
    ramsts: FakeCloud, web_server: User, uploader: Role
) -> None:
    """Customer 7 may write to folder 7, not to folder 8 and not to a folder that begins with 7."""
    with ramsts.acting_as(web_server):
        customer = session_of(ramsts, issue_upload_token(uploader.arn, customer=7))

    assert customer.can("oss:PutObject", on=f"{BUCKET}/customers/7/photo.jpg")
    assert not customer.can("oss:PutObject", on=f"{BUCKET}/customers/8/photo.jpg")
    assert not customer.can("oss:PutObject", on=f"{BUCKET}/customers/70/photo.jpg")
    assert not customer.can("oss:PutObject", on=f"{BUCKET}/index.html")


def test_a_session_policy_gives_nothing(
    ramsts: FakeCloud, web_server: User, uploader: Role
) -> None:
    """The policy names oss:GetObject, the role does not have it: so the token does not either."""
    with ramsts.acting_as(web_server):
        customer = session_of(ramsts, issue_upload_token(uploader.arn, customer=7))

    assert not customer.can("oss:GetObject", on=f"{BUCKET}/customers/7/photo.jpg")
    assert uploader.can("oss:PutObject", on=f"{BUCKET}/index.html")


def test_the_token_lasts_a_quarter_of_an_hour(
    ramsts: FakeCloud, web_server: User, uploader: Role
) -> None:
    """No customer keeps a token for longer than an upload takes."""
    with ramsts.acting_as(web_server):
        customer = session_of(ramsts, issue_upload_token(uploader.arn, customer=7))

    assert customer.duration <= timedelta(minutes=15)


def test_a_narrowed_token_is_refused_by_the_service_itself(
    ramsts: FakeCloud, web_server: User
) -> None:
    """The same over the wire: of a role with iot:*, a display gets iot:Pub and no more."""
    fleet = ramsts.account.create_role(
        "fleet", trusted=web_server, policies=[Policy(allow("iot:*"))]
    )
    request = AssumeRoleRequest(
        role_arn=fleet.arn,
        role_session_name="display",
        policy=Policy(allow("iot:Pub")).text,
    )
    with ramsts.acting_as(web_server):
        display = iot_client(sts_client().assume_role(request).body.credentials)
        whole_fleet = iot_client(borrow_whole(fleet))
    product_key = whole_fleet.create_product(
        CreateProductRequest(product_name="display", node_type=0)
    ).body.product_key

    assert display.pub(
        PubRequest(
            product_key=product_key, topic_full_name=f"/{product_key}/hall/get", message_content=""
        )
    ).body.success
    with ramsts.denies("iot:CreateProduct", by=fleet) as denial:
        display.create_product(CreateProductRequest(product_name="poster", node_type=0))
    assert denial.decision.policy_type == "SessionPolicy"


def borrow_whole(role: Role) -> Any:
    request = AssumeRoleRequest(role_arn=role.arn, role_session_name="server")
    return sts_client().assume_role(request).body.credentials


def test_a_broken_session_policy_is_refused(
    ramsts: FakeCloud, web_server: User, uploader: Role
) -> None:
    """STS reads the policy before it gives anything out."""
    request = AssumeRoleRequest(
        role_arn=uploader.arn, role_session_name="customer-7", policy='{"Statement": "oss:*"}'
    )

    with ramsts.acting_as(web_server), pytest.raises(ClientException) as refused:
        sts_client().assume_role(request)

    assert refused.value.code == "InvalidParameter.PolicyGrammar"
