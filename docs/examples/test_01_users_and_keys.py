"""Chapter 1. Users and keys.

An Alibaba Cloud account has an AccessKey that may do everything. Olga, who looks after the account,
wants that key in no application. She creates a RAM user for each purpose: Anna, who reads the order
table, and Ben, who writes it. Each gets an AccessKey, and each may do just that.
"""

from __future__ import annotations

from typing import Any

import pytest
from alibabacloud_ram20150501.models import (
    AttachPolicyToUserRequest,
    CreateAccessKeyRequest,
    CreateUserRequest,
    DeleteUserRequest,
    ListUsersRequest,
)
from alibabacloud_tea_openapi.exceptions import ClientException

from pytest_ramsts import FakeCloud, User

from .clients import ram_client

ORDERS = "acs:ots:*:*:instance/shop/table/orders"


def create_user_with_key(ram: Any, name: str, policy: str) -> Any:
    """What an administrator's script does for a new colleague. It returns the AccessKey."""
    ram.create_user(CreateUserRequest(user_name=name))
    ram.attach_policy_to_user(
        AttachPolicyToUserRequest(user_name=name, policy_name=policy, policy_type="System")
    )
    return ram.create_access_key(CreateAccessKeyRequest(user_name=name)).body.access_key


def test_everyone_gets_a_key_of_their_own(ramsts: FakeCloud, olga: User) -> None:
    """Olga creates Anna, who may read, and Ben, who may write; the account's key stays unused."""
    with ramsts.acting_as(olga):
        create_user_with_key(ram_client(), "anna", "AliyunOTSReadOnlyAccess")
        create_user_with_key(ram_client(), "ben", "AliyunOTSWriteOnlyAccess")

    anna, ben = ramsts.account.users["anna"], ramsts.account.users["ben"]
    assert anna.can("ots:GetRow", on=ORDERS)
    assert not anna.can("ots:PutRow", on=ORDERS)
    assert ben.can("ots:PutRow", on=ORDERS)
    assert not ben.can("ots:GetRow", on=ORDERS)
    assert len(ramsts.calls.by(olga)) == len(ramsts.calls) == 6


def test_a_colleague_is_no_administrator(ramsts: FakeCloud, olga: User) -> None:
    """Anna's key works, but not for what Olga does: RAM refuses her with the SDK's exception."""
    with ramsts.acting_as(olga):
        annas_key = create_user_with_key(ram_client(), "anna", "AliyunOTSReadOnlyAccess")

    with pytest.raises(ClientException) as refused:
        ram_client(annas_key).list_users(ListUsersRequest())

    assert refused.value.status_code == 403
    assert refused.value.code == "NoPermission"
    assert refused.value.access_denied_detail["AuthAction"] == "ram:ListUsers"
    assert refused.value.access_denied_detail["NoPermissionType"] == "ImplicitDeny"


def test_a_denied_call_changes_nothing(ramsts: FakeCloud, olga: User) -> None:
    """Anna tries to create a user: she is refused, and there is no such user."""
    with ramsts.acting_as(olga):
        annas_key = create_user_with_key(ram_client(), "anna", "AliyunOTSReadOnlyAccess")

    with ramsts.denies("ram:CreateUser") as denial:
        ram_client(annas_key).create_user(CreateUserRequest(user_name="annas-friend"))

    assert denial.reason == "ImplicitDeny"
    assert "annas-friend" not in ramsts.account.users


def test_ram_has_its_own_rules(ramsts: FakeCloud, olga: User) -> None:
    """Even an administrator meets conflicts: a name that is taken, a third key, a user in use."""
    with ramsts.acting_as(olga):
        ram = ram_client()
        create_user_with_key(ram, "anna", "AliyunOTSReadOnlyAccess")
        ram.create_access_key(CreateAccessKeyRequest(user_name="anna"))

        with pytest.raises(ClientException) as taken:
            ram.create_user(CreateUserRequest(user_name="anna"))
        with pytest.raises(ClientException) as one_too_many:
            ram.create_access_key(CreateAccessKeyRequest(user_name="anna"))
        with pytest.raises(ClientException) as in_use:
            ram.delete_user(DeleteUserRequest(user_name="anna"))

    assert taken.value.code == "EntityAlreadyExists.User"
    assert one_too_many.value.code == "LimitExceeded.User.AccessKey"
    assert in_use.value.code == "DeleteConflict.User.AccessKey"
