"""The SDKs that do not speak through `requests`: their own code, to the cloud and back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import alibabacloud_oss_v2 as oss
import alibabacloud_oss_v2.aio as oss_aio
import oss2
import pytest
import tablestore
from alibabacloud_credentials.provider import (
    RamRoleArnCredentialsProvider,
    StaticAKCredentialsProvider,
)
from alibabacloud_credentials.provider.refreshable import Credentials
from alibabacloud_sts20150401 import models
from aliyunsdkcore.auth.credentials import EcsRamRoleCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdksts.request.v20150401.GetCallerIdentityRequest import GetCallerIdentityRequest
from mns.account import Account as MnsAccount

from pytest_ramsts import FakeCloud, Policy, allow
from pytest_ramsts.intercept import Hosts, intercept
from pytest_ramsts.wire import Request, Response
from tests.sdk.clients import sts

from .tripwire import Tripwire

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::SyntaxWarning")

ID, SECRET = "LTAI5tExample", "secret"


@pytest.fixture(autouse=True)
def tripwire() -> Iterator[None]:
    with Tripwire() as wire:
        yield
    assert wire.tripped == []


@pytest.mark.asyncio
async def test_the_async_methods_of_a_tea_client(ramsts: FakeCloud) -> None:
    client = sts(ramsts.admin_key)
    answers = await asyncio.gather(*(client.get_caller_identity_async() for _ in range(5)))

    assert [answer.body.identity_type for answer in answers] == ["Account"] * 5
    assert {call.request.client for call in ramsts.calls} == {"aiohttp"}


@pytest.mark.asyncio
async def test_a_refusal_of_an_async_method_is_the_sdks_own_exception(ramsts: FakeCloud) -> None:
    user = ramsts.account.create_user("alice")
    user.create_access_key()
    role = ramsts.account.create_role("reader", trusted=user)
    client = sts(user.access_key)

    with pytest.raises(Exception, match="NoPermission") as caught:
        await client.assume_role_async(
            models.AssumeRoleRequest(role_arn=role.arn, role_session_name="session")
        )
    assert getattr(caught.value, "code", "") == "NoPermission"


@pytest.mark.asyncio
async def test_an_async_provider_of_credentials_assumes_its_role(ramsts: FakeCloud) -> None:
    user = ramsts.account.create_user("alice")
    key = user.create_access_key()
    role = ramsts.account.create_role("reader", trusted=user)
    user.attach(Policy(allow("sts:AssumeRole", on=role)))
    provider = RamRoleArnCredentialsProvider(
        credentials_provider=StaticAKCredentialsProvider(
            access_key_id=key.id, access_key_secret=key.secret
        ),
        role_arn=role.arn,
        role_session_name="session",
    )
    credentials: Credentials = await provider.get_credentials_async()

    assert (
        ramsts.credentials(credentials.get_access_key_id()).can("sts:GetCallerIdentity") is not None
    )
    assert ramsts.calls.last.request.client == "aiohttp"
    assert ramsts.calls.last.action == "sts:AssumeRole"


def test_an_async_client_in_a_loop_of_its_own(ramsts: FakeCloud) -> None:
    """As an application that is sync otherwise does."""
    client = sts(ramsts.admin_key)

    assert asyncio.run(client.get_caller_identity_async()).body.identity_type == "Account"


def test_the_old_sdk_asks_the_metadata_address_by_urlopen(ramsts: FakeCloud) -> None:
    role = ramsts.account.create_role("ecs", trusted=ramsts.account)
    session = role.assume(by=ramsts.account)
    document = {
        "Code": "Success",
        "AccessKeyId": session.id,
        "AccessKeySecret": session.secret,
        "SecurityToken": session.security_token,
    }

    def metadata(request: Request) -> Response:
        assert request.url == (
            "http://100.100.100.200/latest/meta-data/ram/security-credentials/ecs"
        )
        return Response(200, (), json.dumps(document).encode())

    client = AcsClient(region_id="cn-hangzhou", credential=EcsRamRoleCredential("ecs"))
    with intercept(metadata, Hosts(passed=["*.aliyuncs.com"])):
        body = json.loads(client.do_action_with_exception(GetCallerIdentityRequest()))

    assert body["IdentityType"] == "AssumedRoleUser"


# Services of later issues: that the request arrives whole is what matters here.


class Seen(list[Request]):
    """Answers every request alike, and keeps it."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self._answer = answer

    def __call__(self, request: Request) -> Response:
        self.append(request)
        return self._answer


DATE = ("Date", "Thu, 15 Jan 2026 08:30:00 GMT")


def test_oss2_uploads_a_generator() -> None:
    seen = Seen(Response(200, (("ETag", '"x"'), ("x-oss-request-id", "1"), DATE)))
    with intercept(seen, Hosts()):
        bucket = oss2.Bucket(oss2.Auth(ID, SECRET), "oss-cn-hangzhou.aliyuncs.com", "media")
        bucket.put_object("a/b.txt", iter([b"in ", b"pieces"]))

    assert [(request.client, request.body) for request in seen] == [("requests", b"in pieces")]
    assert seen[0].host == "media.oss-cn-hangzhou.aliyuncs.com"


def _oss_config(module: Any) -> Any:
    config = oss.config.load_default()
    config.region = "cn-hangzhou"
    config.credentials_provider = oss.credentials.StaticCredentialsProvider(ID, SECRET)
    return module.Client(config) if module is oss else module.AsyncClient(config)


def test_oss_v2_uploads_through_requests() -> None:
    seen = Seen(Response(200, (("ETag", '"x"'), DATE)))
    with intercept(seen, Hosts()):
        _oss_config(oss).put_object(
            oss.PutObjectRequest(bucket="media", key="a/b.txt", body=b"all of it")
        )

    assert [(request.client, request.body) for request in seen] == [("requests", b"all of it")]


@pytest.mark.asyncio
async def test_oss_v2_uploads_and_downloads_through_aiohttp() -> None:
    seen = Seen(Response(200, (("ETag", '"x"'), ("Content-Length", "4"), DATE), b"body"))
    with intercept(seen, Hosts()):
        client = _oss_config(oss_aio)
        await client.put_object(oss.PutObjectRequest(bucket="media", key="a", body=b"all of it"))
        got = await client.get_object(oss.GetObjectRequest(bucket="media", key="a"))

        assert await got.body.read() == b"body"
        await client.close()

    assert [(request.client, request.method, request.body) for request in seen] == [
        ("aiohttp", "PUT", b"all of it"),
        ("aiohttp", "GET", b""),
    ]


def test_tablestore_speaks_through_urllib3() -> None:
    seen = Seen(Response(404, (("x-ots-requestid", "1"),)))
    with intercept(seen, Hosts()):
        client = tablestore.OTSClient(
            "https://orders.cn-hangzhou.ots.aliyuncs.com", ID, SECRET, "orders"
        )
        with pytest.raises(tablestore.OTSError):
            client.list_table()

    assert [(request.client, request.method, request.path) for request in seen] == [
        ("urllib3", "POST", "/ListTable")
    ]
    assert seen[0].headers.get("x-ots-signature")


@pytest.mark.asyncio
async def test_the_async_tablestore_speaks_through_aiohttp() -> None:
    seen = Seen(Response(404, (("x-ots-requestid", "1"),)))
    with intercept(seen, Hosts()):
        async with tablestore.AsyncOTSClient(
            "https://orders.cn-hangzhou.ots.aliyuncs.com", ID, SECRET, "orders"
        ) as client:
            with pytest.raises(tablestore.OTSError):
                await client.list_table()

    assert [(request.client, request.path) for request in seen] == [("aiohttp", "/ListTable")]


def test_mns_speaks_through_a_connection_of_its_own() -> None:
    body = b'<?xml version="1.0"?><Queues xmlns="http://mns.aliyuncs.com/doc/v1/"/>'
    seen = Seen(Response(200, (("Content-Type", "text/xml"), ("x-mns-request-id", "1")), body))
    with intercept(seen, Hosts()):
        account = MnsAccount("http://1.mns.cn-hangzhou.aliyuncs.com", ID, SECRET)
        account.list_queue()

    assert [(request.client, request.path) for request in seen] == [("http.client", "/queues")]
    assert seen[0].headers.get("authorization").startswith(f"MNS {ID}:")
