"""Chapter 2. Lend a role.

Dora, a technician, needs IoT Platform for an afternoon. Olga does not hand out a key that may use
it. She creates a role, `iot-caretaker`, with access to the IoT Platform API, and lets Dora assume
it. Dora calls AssumeRole with the role's ARN and a validity period; STS gives her a temporary
AccessKeyId, AccessKeySecret and SecurityToken, and these call IoT Platform.
"""

from __future__ import annotations

import json

import pytest
from alibabacloud_iot20180120.models import CreateProductRequest, RegisterDeviceRequest
from alibabacloud_ram20150501.models import (
    AttachPolicyToRoleRequest,
    AttachPolicyToUserRequest,
    CreateAccessKeyRequest,
    CreatePolicyRequest,
    CreateRoleRequest,
)
from alibabacloud_sts20150401.models import AssumeRoleRequest
from alibabacloud_tea_openapi.exceptions import ClientException

from pytest_ramsts import FakeCloud, Role, User

from .clients import iot_client, ram_client, sts_client

IOT_ACCESS = {
    "Version": "1",
    "Statement": [{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}],
}


@pytest.fixture
def dora(ramsts: FakeCloud) -> User:
    """A technician. She has an AccessKey, and no permission at all."""
    return ramsts.account.create_user("dora")


@pytest.fixture
def caretaker(ramsts: FakeCloud, olga: User, dora: User) -> Role:
    """The role, as Olga sets it up through the RAM API."""
    trust = {
        "Version": "1",
        "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": [dora.arn]}}
        ],
    }
    with ramsts.acting_as(olga):
        ram = ram_client()
        role = ram.create_role(
            CreateRoleRequest(
                role_name="iot-caretaker", assume_role_policy_document=json.dumps(trust)
            )
        ).body.role
        ram.create_policy(
            CreatePolicyRequest(policy_name="iot-access", policy_document=json.dumps(IOT_ACCESS))
        )
        ram.attach_policy_to_role(
            AttachPolicyToRoleRequest(
                role_name="iot-caretaker", policy_name="iot-access", policy_type="Custom"
            )
        )
        ram.attach_policy_to_user(
            AttachPolicyToUserRequest(
                user_name="dora", policy_name="AliyunSTSAssumeRoleAccess", policy_type="System"
            )
        )
    return ramsts.account.roles[role.role_name]


def test_borrowed_credentials_call_iot_platform(
    ramsts: FakeCloud, dora: User, caretaker: Role
) -> None:
    """Dora borrows the role for half an hour and sets up a thermostat with it."""
    with ramsts.acting_as(dora):
        loan = sts_client().assume_role(
            AssumeRoleRequest(
                role_arn=caretaker.arn, role_session_name="dora", duration_seconds=1800
            )
        )
    keys = loan.body.credentials

    iot = iot_client(keys)
    product = iot.create_product(CreateProductRequest(product_name="thermostat", node_type=0))
    device = iot.register_device(
        RegisterDeviceRequest(
            product_key=product.body.data.product_key, device_name="hall-thermostat"
        )
    )

    assert keys.access_key_id.startswith("STS.")
    assert loan.body.assumed_role_user.arn == f"{caretaker.arn}/dora"
    assert device.body.success
    assert [call.operation for call in ramsts.calls.by(caretaker)] == [
        "CreateProduct",
        "RegisterDevice",
    ]


def test_who_holds_the_credentials_is_the_role_and_nobody_else(
    ramsts: FakeCloud, dora: User, caretaker: Role
) -> None:
    """The cloud sees the session of a role; STS says so when it is asked who calls."""
    with ramsts.acting_as(dora):
        myself = sts_client().get_caller_identity().body
        loan = sts_client().assume_role(
            AssumeRoleRequest(role_arn=caretaker.arn, role_session_name="dora")
        )
    borrower = sts_client(loan.body.credentials).get_caller_identity().body

    assert (myself.identity_type, myself.arn) == ("RAMUser", dora.arn)
    assert borrower.identity_type == "AssumedRoleUser"
    assert borrower.arn.endswith(":assumed-role/iot-caretaker/dora")


def test_dora_herself_may_do_nothing_with_devices(
    ramsts: FakeCloud, dora: User, caretaker: Role
) -> None:
    """The loan is in the temporary credentials: Dora's own key still opens nothing."""
    with ramsts.acting_as(dora):
        sts_client().assume_role(
            AssumeRoleRequest(role_arn=caretaker.arn, role_session_name="dora")
        )
        with ramsts.denies("iot:CreateProduct", by=dora) as denial:
            iot_client().create_product(CreateProductRequest(product_name="lamp", node_type=0))

    assert denial.reason == "ImplicitDeny"


def test_a_role_has_no_key_and_calls_nothing_until_it_is_assumed(
    ramsts: FakeCloud, olga: User, caretaker: Role
) -> None:
    """AccessKeys are for users: not even Olga can make one for the role, so nobody signs as it."""
    with ramsts.acting_as(olga), pytest.raises(ClientException) as refused:
        ram_client().create_access_key(CreateAccessKeyRequest(user_name=caretaker.name))

    assert refused.value.code == "EntityNotExist.User"
    assert not ramsts.calls.by(caretaker)


def test_a_fresh_user_can_neither_use_iot_platform_nor_borrow_the_role(
    ramsts: FakeCloud, caretaker: Role
) -> None:
    """Fred has a key and nothing else: he is refused at both doors."""
    fred = ramsts.account.create_user("fred")

    with ramsts.acting_as(fred):
        with ramsts.denies("iot:CreateProduct", by=fred):
            iot_client().create_product(CreateProductRequest(product_name="lamp", node_type=0))
        with pytest.raises(ClientException) as refused:
            sts_client().assume_role(
                AssumeRoleRequest(role_arn=caretaker.arn, role_session_name="fred")
            )

    assert refused.value.code == "NoPermission"


@pytest.mark.parametrize(
    ("may_ask", "is_trusted"), [(True, False), (False, True)], ids=["not trusted", "may not ask"]
)
def test_borrowing_needs_both_sides(
    ramsts: FakeCloud, caretaker: Role, may_ask: bool, is_trusted: bool
) -> None:
    """The borrower's policy and the role's trust must both agree; one alone is not enough."""
    fred = ramsts.account.create_user("fred")
    if may_ask:
        fred.attach("AliyunSTSAssumeRoleAccess")
    if is_trusted:
        caretaker.update(trusted=fred)

    with ramsts.acting_as(fred), pytest.raises(ClientException) as refused:
        sts_client().assume_role(
            AssumeRoleRequest(role_arn=caretaker.arn, role_session_name="fred")
        )

    assert refused.value.code == "NoPermission"


def test_the_account_itself_borrows_nothing(ramsts: FakeCloud, caretaker: Role) -> None:
    """The account's own key may do everything, except assume a role."""
    with ramsts.acting_as(ramsts.account), pytest.raises(ClientException) as refused:
        sts_client().assume_role(
            AssumeRoleRequest(role_arn=caretaker.arn, role_session_name="owner")
        )

    assert refused.value.code == "NoPermission"
    assert "Roles may not be assumed by root accounts." in refused.value.message
