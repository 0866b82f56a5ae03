"""Users, AccessKeys and groups through RAM's official SDKs, old and new."""

from __future__ import annotations

from typing import Any

import pytest
from alibabacloud_ram20150501 import models
from alibabacloud_tea_openapi.exceptions import ClientException
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkram.request.v20150501.CreateUserRequest import CreateUserRequest
from aliyunsdkram.request.v20150501.GetUserRequest import GetUserRequest
from aliyunsdkram.request.v20150501.ListUsersRequest import ListUsersRequest

from pytest_ramsts import Account, ApiError, FakeCloud, Policy, User, allow

from . import clients


@pytest.fixture
def ram(ramsts: FakeCloud) -> Any:
    """The account's owner with the current SDK."""
    return clients.ram(ramsts.admin_key)


def names(page: Any) -> list[str]:
    return [user.user_name for user in page.users.user]


def test_a_created_user_exists_for_the_python_api_and_the_other_way_round(
    ramsts: FakeCloud, ram: Any
) -> None:
    ramsts.clock.freeze("2026-03-01T08:00:00Z")
    created = ram.create_user(
        models.CreateUserRequest(user_name="alice", display_name="Alice", email="a@example.com")
    ).body.user
    ramsts.account.create_user("bob", comments="made in Python")

    alice = ramsts.account.users["alice"]
    assert (created.user_id, created.create_date) == (alice.id, "2026-03-01T08:00:00Z")
    assert (alice.display_name, alice.email) == ("Alice", "a@example.com")
    assert ram.get_user(models.GetUserRequest(user_name="bob")).body.user.comments == (
        "made in Python"
    )


def test_creating_a_user_twice_fails_alike_in_python_and_over_the_wire(
    ramsts: FakeCloud, ram: Any
) -> None:
    ramsts.account.create_user("alice")

    with pytest.raises(ClientException) as wire:
        ram.create_user(models.CreateUserRequest(user_name="Alice"))
    with pytest.raises(ApiError) as python:
        ramsts.account.create_user("Alice")

    assert wire.value.code == python.value.code == "EntityAlreadyExists.User"
    assert wire.value.status_code == python.value.status == 409
    assert python.value.message in wire.value.message


def test_a_renamed_user_is_the_same_user_with_the_same_key(
    ramsts: FakeCloud, ram_user: User, ram: Any
) -> None:
    ram.update_user(models.UpdateUserRequest(user_name=ram_user.name, new_user_name="renamed"))

    identity = clients.sts(ram_user.access_key).get_caller_identity().body
    assert identity.arn == f"acs:ram::{ramsts.account.id}:user/renamed"
    assert identity.user_id == ram_user.id


def test_an_update_that_is_refused_changes_nothing(ramsts: FakeCloud, ram: Any) -> None:
    user = ramsts.account.create_user("alice", email="old@example.com")

    with pytest.raises(ClientException) as caught:
        ram.update_user(
            models.UpdateUserRequest(
                user_name="alice",
                new_user_name="bob",
                new_email="new@example.com",
                new_mobile_phone="nonsense",
            )
        )

    assert caught.value.code == "InvalidParameter.NewMobilePhone.Format"
    assert (user.name, user.email) == ("alice", "old@example.com")


def test_a_walk_through_pages_sees_each_user_once_while_others_come_and_go(
    ramsts: FakeCloud, ram: Any
) -> None:
    account = ramsts.account
    for number in range(10):
        account.create_user(f"user-{number}")

    first = ram.list_users(models.ListUsersRequest(max_items=4)).body
    account.users["user-1"].delete()
    account.users["user-5"].delete()
    account.create_user("late")
    second = ram.list_users(models.ListUsersRequest(max_items=4, marker=first.marker)).body
    third = ram.list_users(models.ListUsersRequest(max_items=4, marker=second.marker)).body

    assert names(first) == ["user-0", "user-1", "user-2", "user-3"]
    assert names(second) == ["user-4", "user-6", "user-7", "user-8"]
    assert names(third) == ["user-9", "late"]
    assert (first.is_truncated, second.is_truncated, third.is_truncated) == (True, True, False)
    assert third.marker is None


def test_a_full_last_page_is_not_truncated(ramsts: FakeCloud, ram: Any) -> None:
    for number in range(4):
        ramsts.account.create_user(f"user-{number}")

    page = ram.list_users(models.ListUsersRequest(max_items=4)).body

    assert (len(page.users.user), page.is_truncated, page.marker) == (4, False, None)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"marker": "made up"}, "InvalidParameter.Marker.Format"),
        ({"max_items": 0}, "InvalidParameter.MaxItems"),
        ({"max_items": 1001}, "InvalidParameter.MaxItems"),
    ],
)
def test_a_marker_and_a_page_size_have_to_make_sense(
    ram: Any, values: dict[str, Any], code: str
) -> None:
    with pytest.raises(ClientException) as caught:
        ram.list_users(models.ListUsersRequest(**values))

    assert caught.value.code == code


def test_a_user_manages_its_own_keys_without_naming_itself(
    ramsts: FakeCloud, ram_user: User
) -> None:
    ram_user.attach(Policy(allow("ram:*AccessKey*", on=ram_user)))
    ram = clients.ram(ram_user.access_key)

    created = ram.create_access_key(models.CreateAccessKeyRequest()).body.access_key
    listed = ram.list_access_keys(models.ListAccessKeysRequest()).body.access_keys.access_key

    assert created.status == "Active"
    assert [key.access_key_id for key in listed] == [ram_user.access_key.id, created.access_key_id]
    assert ramsts.world.credentials(created.access_key_id).secret == created.access_key_secret


def test_no_user_has_a_third_key(ram_user: User, ram: Any) -> None:
    request = models.CreateAccessKeyRequest(user_name=ram_user.name)
    ram.create_access_key(request)

    with pytest.raises(ClientException) as caught:
        ram.create_access_key(request)

    assert caught.value.code == "LimitExceeded.User.AccessKey"


def test_a_key_is_disabled_enabled_and_deleted_with_effect_at_once(
    ram_user: User, ram: Any
) -> None:
    key = ram_user.access_key
    asked = {"user_name": ram_user.name, "user_access_key_id": key.id}

    def outcome() -> str:
        try:
            clients.sts(key).get_caller_identity()
        except ClientException as error:
            return str(error.code)
        return "ok"

    ram.update_access_key(models.UpdateAccessKeyRequest(**asked, status="Inactive"))
    disabled = outcome()
    ram.update_access_key(models.UpdateAccessKeyRequest(**asked, status="Active"))
    enabled = outcome()
    ram.delete_access_key(models.DeleteAccessKeyRequest(**asked))
    deleted = outcome()

    assert disabled == "InvalidAccessKeyId.Inactive"
    assert enabled == "ok"
    assert deleted == "InvalidAccessKeyId.NotFound"


def test_the_last_use_of_a_key_is_the_cloud_s_time_of_its_last_call(
    ramsts: FakeCloud, ram_user: User, ram: Any
) -> None:
    request = models.GetAccessKeyLastUsedRequest(
        user_name=ram_user.name, user_access_key_id=ram_user.access_key.id
    )
    before = ram.get_access_key_last_used(request).body.access_key_last_used.last_used_date
    ramsts.clock.freeze("2026-03-01T08:00:00Z")
    clients.sts(ram_user.access_key).get_caller_identity()

    after = ram.get_access_key_last_used(request).body.access_key_last_used.last_used_date

    assert (before, after) == ("", "2026-03-01T08:00:00Z")


def test_members_have_the_rights_of_their_group_while_they_are_in_it(
    ram_account: Account, ram_user: User, ram: Any
) -> None:
    group = ram_account.create_group("readers", policies=[Policy(allow("ots:GetRow"))])
    membership = {"user_name": ram_user.name, "group_name": "readers"}

    ram.add_user_to_group(models.AddUserToGroupRequest(**membership))
    inside = bool(ram_user.can("ots:GetRow"))
    ram.remove_user_from_group(models.RemoveUserFromGroupRequest(**membership))

    assert inside
    assert not ram_user.can("ots:GetRow")
    assert group.members == []


def test_a_delegated_administrator_manages_what_its_policy_names_and_nothing_else(
    ram_account: Account,
) -> None:
    trainee = ram_account.create_user("trainee")
    ram_account.create_user("director")
    helper = ram_account.create_user(
        "helper",
        policies=[Policy(allow("ram:*User", on=f"acs:ram:*:{ram_account.id}:user/train*"))],
    )
    ram = clients.ram(helper.access_key)

    ram.update_user(models.UpdateUserRequest(user_name="trainee", new_comments="welcome"))
    with pytest.raises(ClientException) as caught:
        ram.delete_user(models.DeleteUserRequest(user_name="director"))

    assert trainee.comments == "welcome"
    assert caught.value.code == "NoPermission"
    assert f"Resource: acs:ram:*:{ram_account.id}:user/director" in caught.value.message
    assert "Action: ram:DeleteUser" in caught.value.message


def test_the_older_sdk_sees_the_same_users_and_errors(ramsts: FakeCloud) -> None:
    client = clients.legacy(ramsts.admin_key)

    created = clients.ask(client, CreateUserRequest(), UserName="alice", DisplayName="Alice")
    listed = clients.ask(client, ListUsersRequest())
    with pytest.raises(ServerException) as caught:
        clients.ask(client, GetUserRequest(), UserName="nobody")

    assert created["User"]["UserId"] == ramsts.account.users["alice"].id
    assert [user["UserName"] for user in listed["Users"]["User"]] == ["alice"]
    assert (caught.value.error_code, caught.value.http_status) == ("EntityNotExist.User", 404)
