"""Chapter 9. The same story with the older SDK.

Much code in production still uses `aliyun-python-sdk-core`. It signs by an older algorithm, brings
its own copy of `requests`, and raises its own exception. The cloud it talks to is the same, so the
story goes as before; this chapter tells it in one go.
"""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.credentials import RamRoleArnCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkiot.request.v20180120.CreateProductRequest import CreateProductRequest
from aliyunsdkiot.request.v20180120.QueryProductListRequest import QueryProductListRequest
from aliyunsdkram.request.v20150501.AttachPolicyToRoleRequest import AttachPolicyToRoleRequest
from aliyunsdkram.request.v20150501.AttachPolicyToUserRequest import AttachPolicyToUserRequest
from aliyunsdkram.request.v20150501.CreateAccessKeyRequest import CreateAccessKeyRequest
from aliyunsdkram.request.v20150501.CreateRoleRequest import CreateRoleRequest
from aliyunsdkram.request.v20150501.CreateUserRequest import CreateUserRequest
from aliyunsdkram.request.v20150501.DetachPolicyFromRoleRequest import DetachPolicyFromRoleRequest
from aliyunsdkram.request.v20150501.GetUserRequest import GetUserRequest
from aliyunsdksts.request.v20150401.AssumeRoleRequest import AssumeRoleRequest

from pytest_ramsts import Clock, FakeCloud, Role, User

from .clients import REGION, acs_client


def do(client: AcsClient, request: Any, **parameters: Any) -> Any:
    """Send a request of the older SDK, with its parameters set, and read the answer."""
    for name, value in parameters.items():
        getattr(request, f"set_{name}")(value)
    return json.loads(client.do_action_with_exception(request))


def keys_of(answer: dict[str, str]) -> SimpleNamespace:
    return SimpleNamespace(
        access_key_id=answer["AccessKeyId"],
        access_key_secret=answer["AccessKeySecret"],
        security_token=answer.get("SecurityToken"),
    )


@pytest.fixture
def administrator(olga: User) -> AcsClient:
    key = olga.access_key
    return acs_client(SimpleNamespace(access_key_id=key.id, access_key_secret=key.secret))


@pytest.fixture
def dora(administrator: AcsClient) -> AcsClient:
    """Dora's client: she may borrow roles, with a key that Olga made for her."""
    do(administrator, CreateUserRequest(), UserName="dora")
    do(
        administrator,
        AttachPolicyToUserRequest(),
        UserName="dora",
        PolicyName="AliyunSTSAssumeRoleAccess",
        PolicyType="System",
    )
    answer = do(administrator, CreateAccessKeyRequest(), UserName="dora")
    return acs_client(keys_of(answer["AccessKey"]))


@pytest.fixture
def caretaker(ramsts: FakeCloud, administrator: AcsClient) -> Role:
    """The role, with full access to IoT Platform, for anybody in the account."""
    trust = {
        "Version": "1",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"RAM": [ramsts.account.arn]},
            }
        ],
    }
    do(
        administrator,
        CreateRoleRequest(),
        RoleName="iot-caretaker",
        AssumeRolePolicyDocument=json.dumps(trust),
    )
    do(
        administrator,
        AttachPolicyToRoleRequest(),
        RoleName="iot-caretaker",
        PolicyName="AliyunIOTFullAccess",
        PolicyType="System",
    )
    return ramsts.account.roles["iot-caretaker"]


def borrow(client: AcsClient, role: Role) -> AcsClient:
    answer = do(client, AssumeRoleRequest(), RoleArn=role.arn, RoleSessionName="dora")
    return acs_client(keys_of(answer["Credentials"]))


def test_users_roles_loans_and_expiry(
    ramsts_clock: Clock, dora: AcsClient, caretaker: Role
) -> None:
    """Olga makes user, key and role; Dora borrows and works; an hour later it is over."""
    ramsts_clock.freeze("2026-03-02T09:00:00Z")
    borrower = borrow(dora, caretaker)
    product = do(borrower, CreateProductRequest(), ProductName="thermostat", NodeType=0)
    assert product["Success"]

    ramsts_clock.advance(hours=1)
    with pytest.raises(ServerException) as refused:
        do(borrower, QueryProductListRequest(), CurrentPage=1, PageSize=10)

    assert refused.value.error_code == "InvalidSecurityToken.Expired"


def test_a_denial_is_the_sdks_own_exception(dora: AcsClient) -> None:
    """Dora asks RAM for what she may not: 403 NoPermission, as a ServerException."""
    with pytest.raises(ServerException) as refused:
        do(dora, GetUserRequest(), UserName="dora")

    assert (refused.value.http_status, refused.value.error_code) == (403, "NoPermission")


def test_a_policy_taken_from_the_role_ends_the_loan(
    ramsts: FakeCloud, administrator: AcsClient, dora: AcsClient, caretaker: Role
) -> None:
    """Olga detaches the role's policy: Dora's next call is denied."""
    borrower = borrow(dora, caretaker)
    do(borrower, CreateProductRequest(), ProductName="thermostat", NodeType=0)

    do(
        administrator,
        DetachPolicyFromRoleRequest(),
        RoleName="iot-caretaker",
        PolicyName="AliyunIOTFullAccess",
        PolicyType="System",
    )

    with ramsts.denies("iot:CreateProduct", by=caretaker):
        do(borrower, CreateProductRequest(), ProductName="lamp", NodeType=0)


def test_its_provider_refreshes_by_its_own_rule(
    ramsts: FakeCloud, ramsts_clock: Clock, caretaker: Role
) -> None:
    """RamRoleArnCredential assumes the role again after 48 minutes, whatever STS said."""
    service = ramsts.account.create_user("gateway-service", policies=["AliyunSTSAssumeRoleAccess"])
    ramsts_clock.freeze("2026-03-02T09:00:00Z")
    key = service.access_key
    provider = RamRoleArnCredential(key.id, key.secret, caretaker.arn, "gateway")
    client = AcsClient(region_id=REGION, credential=provider)

    assumed = {}
    for moment in ["09:00:00", "09:48:00", "09:48:01", "10:00:00", "10:36:02"]:
        ramsts_clock.travel(f"2026-03-02T{moment}Z")
        do(client, QueryProductListRequest(), CurrentPage=1, PageSize=10)
        assumed[moment] = len(ramsts.calls.of("sts:AssumeRole"))

    assert assumed == {
        "09:00:00": 1,
        "09:48:00": 1,
        "09:48:01": 2,
        "10:00:00": 2,
        "10:36:02": 3,
    }
