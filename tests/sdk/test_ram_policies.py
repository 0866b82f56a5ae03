"""Policies, roles and attachments through RAM's official SDK."""

from __future__ import annotations

from typing import Any

import pytest
from alibabacloud_ram20150501 import models
from alibabacloud_tea_openapi.exceptions import ClientException

from pytest_ramsts import Account, FakeCloud, Policy, User, allow, deny

from . import clients

READING = Policy(allow("ots:GetRow")).text
WRITING = Policy(allow("ots:PutRow")).text


@pytest.fixture
def ram(ramsts: FakeCloud) -> Any:
    return clients.ram(ramsts.admin_key)


def code(caught: pytest.ExceptionInfo[ClientException]) -> str:
    return str(caught.value.code)


def test_a_document_comes_back_as_it_was_stored(ram: Any) -> None:
    text = (
        '{ "Version": "1",\n  "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}] }'
    )
    ram.create_policy(models.CreatePolicyRequest(policy_name="all", policy_document=text))

    answer = ram.get_policy(models.GetPolicyRequest(policy_name="all", policy_type="Custom")).body

    assert answer.default_policy_version.policy_document == text
    assert answer.default_policy_version.version_id == answer.policy.default_version == "v1"


@pytest.mark.parametrize(
    "text",
    ["not JSON", "[]", '{"Version": "1"}', '{"Version": "2", "Statement": []}', READING[:-1]],
)
def test_a_document_that_is_no_policy_is_malformed(ram: Any, text: str) -> None:
    with pytest.raises(ClientException) as caught:
        ram.create_policy(models.CreatePolicyRequest(policy_name="p", policy_document=text))

    assert code(caught) == "MalformedPolicyDocument"


def test_a_path_is_no_document_on_the_wire(ram: Any, tmp_path: Any) -> None:
    file = tmp_path / "policy.json"
    file.write_text(READING)

    with pytest.raises(ClientException) as caught:
        ram.create_policy(models.CreatePolicyRequest(policy_name="p", policy_document=str(file)))

    assert code(caught) == "MalformedPolicyDocument"


def test_the_default_version_is_the_one_that_counts(
    ram: Any, ram_account: Account, ram_user: User
) -> None:
    policy = ram_account.create_policy("rows", READING)
    ram_user.attach(policy)

    ram.create_policy_version(
        models.CreatePolicyVersionRequest(policy_name="rows", policy_document=WRITING)
    )
    before = bool(ram_user.can("ots:PutRow"))
    ram.set_default_policy_version(
        models.SetDefaultPolicyVersionRequest(policy_name="rows", version_id="v2")
    )

    assert not before
    assert ram_user.can("ots:PutRow")
    assert not ram_user.can("ots:GetRow")


def test_a_sixth_version_is_refused_or_replaces_the_oldest_that_is_not_the_default(
    ram: Any, ram_account: Account
) -> None:
    policy = ram_account.create_policy("rows", READING)
    for _ in range(4):
        policy.create_version(READING)
    request = models.CreatePolicyVersionRequest(policy_name="rows", policy_document=WRITING)

    with pytest.raises(ClientException) as caught:
        ram.create_policy_version(request)
    request.rotate_strategy = "DeleteOldestNonDefaultVersionWhenLimitExceeded"
    created = ram.create_policy_version(request).body.policy_version

    assert code(caught) == "LimitExceeded.Policy.Version"
    assert created.version_id == "v6"
    assert list(policy.versions) == ["v1", "v3", "v4", "v5", "v6"]


def test_everything_is_deleted_in_the_order_that_the_refusals_teach(
    ram: Any, ram_account: Account
) -> None:
    """As a tool does that deletes, is refused, resolves the conflict and tries again."""
    user = ram_account.create_user("u")
    key = user.create_access_key()
    group = ram_account.create_group("g")
    group.add(user)
    role = ram_account.create_role("r")
    policy = ram_account.create_policy("p", READING)
    policy.create_version(READING)
    for grantee in (user, group, role):
        grantee.attach(policy)
    attached = {"policy_name": "p", "policy_type": "Custom"}

    def conflict(delete: Any, request: Any) -> str:
        with pytest.raises(ClientException) as caught:
            delete(request)
        assert caught.value.status_code == 409
        return str(caught.value.code)

    delete_user = models.DeleteUserRequest(user_name="u")
    delete_group = models.DeleteGroupRequest(group_name="g")
    delete_role = models.DeleteRoleRequest(role_name="r")
    delete_policy = models.DeletePolicyRequest(policy_name="p")
    met = [conflict(ram.delete_user, delete_user)]
    ram.delete_access_key(models.DeleteAccessKeyRequest(user_name="u", user_access_key_id=key.id))
    met.append(conflict(ram.delete_user, delete_user))
    met.append(conflict(ram.delete_group, delete_group))
    ram.remove_user_from_group(models.RemoveUserFromGroupRequest(user_name="u", group_name="g"))
    met.append(conflict(ram.delete_user, delete_user))
    met.append(conflict(ram.delete_policy, delete_policy))
    ram.detach_policy_from_user(models.DetachPolicyFromUserRequest(**attached, user_name="u"))
    ram.delete_user(delete_user)
    met.append(conflict(ram.delete_group, delete_group))
    met.append(conflict(ram.delete_policy, delete_policy))
    ram.detach_policy_from_group(models.DetachPolicyFromGroupRequest(**attached, group_name="g"))
    ram.delete_group(delete_group)
    met.append(conflict(ram.delete_role, delete_role))
    met.append(conflict(ram.delete_policy, delete_policy))
    ram.detach_policy_from_role(models.DetachPolicyFromRoleRequest(**attached, role_name="r"))
    ram.delete_role(delete_role)
    met.append(conflict(ram.delete_policy, delete_policy))
    ram.delete_policy_version(models.DeletePolicyVersionRequest(policy_name="p", version_id="v2"))
    ram.delete_policy(delete_policy)

    assert met == [
        "DeleteConflict.User.AccessKey",
        "DeleteConflict.User.Group",
        "DeleteConflict.Group.User",
        "DeleteConflict.User.Policy",
        "DeleteConflict.Policy.User",
        "DeleteConflict.Group.Policy",
        "DeleteConflict.Policy.Group",
        "DeleteConflict.Role.Policy",
        "DeleteConflict.Policy.Role",
        "DeleteConflict.Policy.Version",
    ]
    assert [*ram_account.users, *ram_account.groups] == []
    assert [*ram_account.roles, *ram_account.policies] == []


def test_a_cascading_delete_takes_versions_and_attachments_along(
    ram: Any, ram_account: Account, ram_user: User
) -> None:
    policy = ram_account.create_policy("rows", READING)
    policy.create_version(WRITING)
    ram_user.attach(policy)

    ram.delete_policy(models.DeletePolicyRequest(policy_name="rows", cascading_delete=True))

    assert ram_user.policies == []
    assert not ram_user.can("ots:GetRow")


def test_an_attachment_counts_from_the_next_call_until_it_is_detached(
    ram: Any, ram_account: Account, ram_user: User
) -> None:
    ram_account.create_policy("rows", READING)
    request = {"user_name": ram_user.name, "policy_name": "rows", "policy_type": "Custom"}

    ram.attach_policy_to_user(models.AttachPolicyToUserRequest(**request))
    attached = bool(ram_user.can("ots:GetRow"))
    ram.detach_policy_from_user(models.DetachPolicyFromUserRequest(**request))

    assert attached
    assert not ram_user.can("ots:GetRow")


def test_a_policy_knows_who_has_it(ram: Any, ram_account: Account) -> None:
    policy = ram_account.create_policy("rows", READING)
    user = ram_account.create_user(policies=[policy])
    group = ram_account.create_group("readers", policies=[policy])
    role = ram_account.create_role("reader", policies=[policy])

    found = ram.list_entities_for_policy(
        models.ListEntitiesForPolicyRequest(policy_name="rows", policy_type="Custom")
    ).body

    assert [u.user_id for u in found.users.user] == [user.id]
    assert [g.group_name for g in found.groups.group] == [group.name]
    assert [r.arn for r in found.roles.role] == [role.arn]


def test_system_policies_can_be_attached_listed_and_not_deleted(ram: Any, ram_user: User) -> None:
    ram.attach_policy_to_user(
        models.AttachPolicyToUserRequest(
            user_name=ram_user.name, policy_name="AliyunOSSReadOnlyAccess", policy_type="System"
        )
    )
    listed = ram.list_policies_for_user(
        models.ListPoliciesForUserRequest(user_name=ram_user.name)
    ).body.policies.policy
    with pytest.raises(ClientException) as caught:
        ram.delete_policy(models.DeletePolicyRequest(policy_name="AliyunOSSReadOnlyAccess"))

    assert [(p.policy_name, p.policy_type) for p in listed] == [
        ("AliyunOSSReadOnlyAccess", "System")
    ]
    assert code(caught) == "EntityNotExist.Policy"


def test_deleting_a_role_ends_its_tokens_and_a_namesake_does_not_revive_them(
    ram: Any, ramsts: FakeCloud
) -> None:
    session = ramsts.account.create_role("reader").assume()

    ram.delete_role(models.DeleteRoleRequest(role_name="reader"))
    ramsts.account.create_role("reader")
    with pytest.raises(ClientException) as caught:
        clients.sts(session).get_caller_identity()

    assert code(caught) == "InvalidSecurityToken.Malformed"


def test_a_changed_trust_decides_later_requests_and_spares_the_tokens_given_out(
    ram: Any, ram_account: Account, ram_user: User
) -> None:
    role = ram_account.create_role("reader", trusted=ram_user)
    session = role.assume(by=ram_user)
    nobody = Policy(deny("sts:AssumeRole", on=None, principal={"RAM": [ram_account]})).text

    ram.update_role(
        models.UpdateRoleRequest(role_name="reader", new_assume_role_policy_document=nobody)
    )

    assert not ram_user.can("sts:AssumeRole", on=role)
    assert clients.sts(session).get_caller_identity().body.role_id == role.id
