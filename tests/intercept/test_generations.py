"""The same story in every generation of the SDKs: whatever of them is installed tells it.

`tools/sdk_matrix.py` runs this page with older releases, each in an environment of its own.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from pytest_ramsts import AccessKey, FakeCloud, Policy, Role, allow

from .clients import CLIENTS, created, rows
from .tripwire import Tripwire


@pytest.fixture(autouse=True)
def tripwire() -> Iterator[None]:
    with Tripwire() as wire:
        yield
    assert wire.tripped == []


@pytest.fixture
def cloud() -> Iterator[FakeCloud]:
    with FakeCloud() as cloud:
        yield cloud


@pytest.fixture
def alice(cloud: FakeCloud) -> AccessKey:
    """A user who may assume `reader`."""
    return cloud.account.create_user("alice").create_access_key()


@pytest.fixture
def reader(cloud: FakeCloud, alice: AccessKey) -> Role:
    role = cloud.account.create_role(
        "reader", trusted=alice.owner, policies=["AliyunRAMReadOnlyAccess"]
    )
    alice.owner.attach(Policy(allow("sts:AssumeRole", on=role)))  # type: ignore[union-attr]
    return role


def tea(module: str, key_id: str, secret: str, token: str | None = None) -> tuple[Any, Any]:
    """The client of a product and its models, of tea_openapi 0.3 and 0.4 alike."""
    client = pytest.importorskip(f"{module}.client")
    openapi = pytest.importorskip("alibabacloud_tea_openapi.models")
    host = {"sts": "sts", "ram": "ram"}[module.removeprefix("alibabacloud_")[:3]]
    config = openapi.Config(
        access_key_id=key_id,
        access_key_secret=secret,
        security_token=token,
        endpoint=f"{host}.aliyuncs.com",
    )
    return client.Client(config), pytest.importorskip(f"{module}.models")


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
def test_tea_assumes_a_role_and_meets_a_refusal(
    alice: AccessKey, reader: Role, asynchronous: bool
) -> None:
    sts, models = tea("alibabacloud_sts20150401", alice.id, alice.secret)
    request = models.AssumeRoleRequest(role_arn=reader.arn, role_session_name="story")
    if asynchronous:
        issued = asyncio.run(sts.assume_role_async(request)).body.credentials
    else:
        issued = sts.assume_role(request).body.credentials
    ram, ram_models = tea(
        "alibabacloud_ram20150501",
        issued.access_key_id,
        issued.access_key_secret,
        issued.security_token,
    )
    create = ram_models.CreateUserRequest(user_name="mallory")

    assert ram.list_users(ram_models.ListUsersRequest()).body.users.user[0].user_name == "alice"
    with pytest.raises(Exception, match="NoPermission") as caught:
        asyncio.run(ram.create_user_async(create)) if asynchronous else ram.create_user(create)
    assert getattr(caught.value, "code", "") == "NoPermission"


@pytest.mark.filterwarnings("ignore:Call to deprecated function:DeprecationWarning")
@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
def test_the_library_of_credentials_assumes_a_role(
    cloud: FakeCloud, alice: AccessKey, reader: Role, asynchronous: bool
) -> None:
    credentials = pytest.importorskip("alibabacloud_credentials")
    client = pytest.importorskip("alibabacloud_credentials.client")
    models = pytest.importorskip("alibabacloud_credentials.models")
    assert credentials
    made = client.Client(
        models.Config(
            type="ram_role_arn",
            access_key_id=alice.id,
            access_key_secret=alice.secret,
            role_arn=reader.arn,
            role_session_name="story",
        )
    )
    if asynchronous:
        key_id = asyncio.run(made.get_access_key_id_async())
    else:
        key_id = made.get_access_key_id()

    assert cloud.credentials(key_id).role is reader  # type: ignore[union-attr]


def test_the_old_sdk_assumes_a_role(cloud: FakeCloud, alice: AccessKey, reader: Role) -> None:
    client = pytest.importorskip("aliyunsdkcore.client")
    request = pytest.importorskip("aliyunsdksts.request.v20150401.AssumeRoleRequest")
    made = client.AcsClient(alice.id, alice.secret, "cn-hangzhou")
    asked = request.AssumeRoleRequest()
    asked.set_RoleArn(reader.arn)
    asked.set_RoleSessionName("story")
    body = json.loads(made.do_action_with_exception(asked))

    session = cloud.credentials(body["Credentials"]["AccessKeyId"])
    assert session.role is reader  # type: ignore[union-attr]


def test_the_old_sdk_meets_a_refusal_as_its_own_exception(alice: AccessKey) -> None:
    client = pytest.importorskip("aliyunsdkcore.client")
    exceptions = pytest.importorskip("aliyunsdkcore.acs_exception.exceptions")
    request = pytest.importorskip("aliyunsdkram.request.v20150501.ListUsersRequest")
    made = client.AcsClient(alice.id, alice.secret, "cn-hangzhou")

    with pytest.raises(exceptions.ServerException) as caught:
        made.do_action_with_exception(request.ListUsersRequest())
    assert caught.value.get_error_code() == "NoPermission"
    assert caught.value.get_http_status() == 403


def test_oss2_puts_and_gets(cloud: FakeCloud) -> None:
    oss2 = pytest.importorskip("oss2")
    key = cloud.admin_key
    bucket = oss2.Bucket(oss2.Auth(key.id, key.secret), "oss-cn-hangzhou.aliyuncs.com", "media")
    bucket.create_bucket()
    bucket.put_object("a/b.txt", iter([b"in ", b"pieces"]))

    assert bucket.get_object("a/b.txt").read() == b"in pieces"


@pytest.mark.parametrize("name", CLIENTS)
def test_every_http_client_that_is_there_carries_every_body(cloud: FakeCloud, name: str) -> None:
    client = CLIENTS[name]
    pytest.importorskip(client.module)
    for number, (method, kind) in enumerate(rows(client)):
        answer = created(cloud, client, method, kind, f"user-{number}")

        assert answer.status == 200, (method, kind, answer.body)
