"""Chapter 6. Two hats, one at a time.

Mina may borrow two roles: one reads devices, the other sets them up. In each session she has that
role's rights and no other's: not both roles' together, and not her own on top.
"""

from __future__ import annotations

from typing import Any

import pytest
from alibabacloud_iot20180120.models import CreateProductRequest, QueryProductListRequest
from alibabacloud_ram20150501.models import ListUsersRequest
from alibabacloud_sts20150401.models import AssumeRoleRequest
from alibabacloud_tea_openapi.exceptions import ClientException

from pytest_ramsts import FakeCloud, Policy, Role, User, allow

from .clients import iot_client, ram_client, sts_client


@pytest.fixture
def mina(ramsts: FakeCloud) -> User:
    """Besides borrowing roles she may look at the account's users."""
    return ramsts.account.create_user(
        "mina", policies=["AliyunSTSAssumeRoleAccess", "AliyunRAMReadOnlyAccess"]
    )


@pytest.fixture
def reader(ramsts: FakeCloud, mina: User) -> Role:
    return ramsts.account.create_role(
        "device-reader", trusted=mina, policies=[Policy(allow("iot:Query*", "iot:Get*"))]
    )


@pytest.fixture
def writer(ramsts: FakeCloud, mina: User) -> Role:
    return ramsts.account.create_role(
        "device-writer", trusted=mina, policies=[Policy(allow("iot:Create*", "iot:Register*"))]
    )


def borrow(role: Role) -> Any:
    request = AssumeRoleRequest(role_arn=role.arn, role_session_name="mina")
    return sts_client().assume_role(request).body.credentials


def read(keys: Any) -> Any:
    request = QueryProductListRequest(current_page=1, page_size=10)
    return iot_client(keys).query_product_list(request).body


def write(keys: Any) -> Any:
    request = CreateProductRequest(product_name="thermostat", node_type=0)
    return iot_client(keys).create_product(request).body


def test_each_session_has_the_rights_of_its_role(
    ramsts: FakeCloud, mina: User, reader: Role, writer: Role
) -> None:
    """As a reader Mina reads and can't write; as a writer she writes and can't read."""
    with ramsts.acting_as(mina):
        as_reader, as_writer = borrow(reader), borrow(writer)

    assert write(as_writer).success
    assert read(as_reader).data.total == 1
    with ramsts.denies("iot:CreateProduct", by=reader):
        write(as_reader)
    with ramsts.denies("iot:QueryProductList", by=writer):
        read(as_writer)


def test_a_session_does_not_have_the_rights_of_its_borrower(
    ramsts: FakeCloud, mina: User, reader: Role
) -> None:
    """Mina may list users with her own key, and may not with the key she borrowed."""
    with ramsts.acting_as(mina):
        as_reader = borrow(reader)
        assert ram_client().list_users(ListUsersRequest()).body.users.user[0].user_name == "mina"

    with pytest.raises(ClientException) as refused:
        ram_client(as_reader).list_users(ListUsersRequest())

    assert refused.value.code == "NoPermission"
    assert refused.value.access_denied_detail["AuthPrincipalDisplayName"] == "device-reader:mina"


def test_a_session_of_one_role_is_no_way_into_the_other(
    ramsts: FakeCloud, mina: User, reader: Role, writer: Role
) -> None:
    """The writer trusts Mina herself, not the reader she is at the moment."""
    reader.attach("AliyunSTSAssumeRoleAccess")
    with ramsts.acting_as(mina):
        as_reader = borrow(reader)

    with ramsts.denies("sts:AssumeRole", on=writer, by=reader) as denial:
        request = AssumeRoleRequest(role_arn=writer.arn, role_session_name="mina")
        sts_client(as_reader).assume_role(request)

    assert denial.decision.policy_type == "AssumeRolePolicy"
