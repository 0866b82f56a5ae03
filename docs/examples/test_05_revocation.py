"""Chapter 5. Taken back.

Nobody has to wait for an expiration: permissions can be withdrawn at any time, and the very next
call fails. Here is each thing an administrator can do about a key or a token, done by Olga through
the RAM API, and what the application sees next: the code tells it whether its credentials are gone
or only a permission is.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from alibabacloud_ram20150501.models import (
    AttachPolicyToRoleRequest,
    AttachPolicyToUserRequest,
    CreatePolicyRequest,
    CreatePolicyVersionRequest,
    DeleteAccessKeyRequest,
    DeleteRoleRequest,
    DetachPolicyFromRoleRequest,
    DetachPolicyFromUserRequest,
    GetUserRequest,
    UpdateAccessKeyRequest,
    UpdateRoleRequest,
)
from alibabacloud_sts20150401.models import AssumeRoleRequest
from alibabacloud_tea_openapi.exceptions import ClientException

from pytest_ramsts import FakeCloud, Policy, Role, User, allow

from .clients import ram_client, sts_client

NO_READING = json.dumps(
    {"Version": "1", "Statement": [{"Effect": "Deny", "Action": "ram:Get*", "Resource": "*"}]}
)


@pytest.fixture
def anna(ramsts: FakeCloud) -> User:
    """She may look at users, by a policy of her own, and audit, by a role."""
    reading = ramsts.account.create_policy("user-reading", Policy(allow("ram:GetUser")))
    return ramsts.account.create_user("anna", policies=[reading, "AliyunSTSAssumeRoleAccess"])


@pytest.fixture
def auditor(ramsts: FakeCloud, anna: User) -> Role:
    return ramsts.account.create_role(
        "auditor", trusted=anna, policies=[ramsts.account.policies["user-reading"]]
    )


def read_user(keys: Any = None) -> str:
    """The application: it looks up a user."""
    name: str = ram_client(keys).get_user(GetUserRequest(user_name="anna")).body.user.user_name
    return name


def borrow(role: Role) -> Any:
    request = AssumeRoleRequest(role_arn=role.arn, role_session_name="audit")
    return sts_client().assume_role(request).body.credentials


# What Olga can do about a user


def disable_the_key(ram: Any, anna: User) -> None:
    ram.update_access_key(
        UpdateAccessKeyRequest(
            user_name="anna", user_access_key_id=anna.access_key.id, status="Inactive"
        )
    )


def delete_the_key(ram: Any, anna: User) -> None:
    ram.delete_access_key(
        DeleteAccessKeyRequest(user_name="anna", user_access_key_id=anna.access_key.id)
    )


def detach_the_policy(ram: Any, _: User) -> None:
    ram.detach_policy_from_user(
        DetachPolicyFromUserRequest(
            user_name="anna", policy_name="user-reading", policy_type="Custom"
        )
    )


def add_a_deny(ram: Any, _: User) -> None:
    ram.create_policy(CreatePolicyRequest(policy_name="no-reading", policy_document=NO_READING))
    ram.attach_policy_to_user(
        AttachPolicyToUserRequest(user_name="anna", policy_name="no-reading", policy_type="Custom")
    )


@pytest.mark.parametrize(
    ("measure", "status", "code"),
    [
        (disable_the_key, 400, "InvalidAccessKeyId.Inactive"),
        (delete_the_key, 404, "InvalidAccessKeyId.NotFound"),
        (detach_the_policy, 403, "NoPermission"),
        (add_a_deny, 403, "NoPermission"),
    ],
)
def test_the_very_next_call_of_the_user_fails(
    ramsts: FakeCloud,
    olga: User,
    anna: User,
    measure: Callable[[Any, User], None],
    status: int,
    code: str,
) -> None:
    """Anna works, Olga acts, Anna's next call is refused."""
    with ramsts.acting_as(anna):
        assert read_user() == "anna"

        with ramsts.acting_as(olga):
            measure(ram_client(), anna)
        with pytest.raises(ClientException) as refused:
            read_user()

    assert (refused.value.status_code, refused.value.code) == (status, code)


def test_a_disabled_key_can_be_enabled_again(ramsts: FakeCloud, olga: User, anna: User) -> None:
    """Disabling is the careful first step: if it was a mistake, it can be undone."""
    with ramsts.acting_as(anna):
        with ramsts.acting_as(olga):
            disable_the_key(ram_client(), anna)
            ram_client().update_access_key(
                UpdateAccessKeyRequest(
                    user_name="anna", user_access_key_id=anna.access_keys[0].id, status="Active"
                )
            )

        assert read_user() == "anna"


def test_a_deny_says_that_somebody_meant_it(ramsts: FakeCloud, olga: User, anna: User) -> None:
    """The refusal tells a permission that was never given from one that was forbidden."""
    with ramsts.acting_as(olga):
        add_a_deny(ram_client(), anna)

    with ramsts.acting_as(anna), ramsts.denies("ram:GetUser") as denial:
        read_user()

    assert denial.reason == "ExplicitDeny"
    assert "no-reading" in denial.explain()


# What Olga can do about a role, while a token of it is out


def detach_the_policy_from_the_role(ram: Any) -> None:
    ram.detach_policy_from_role(
        DetachPolicyFromRoleRequest(
            role_name="auditor", policy_name="user-reading", policy_type="Custom"
        )
    )


def add_a_deny_to_the_role(ram: Any) -> None:
    ram.create_policy(CreatePolicyRequest(policy_name="no-reading", policy_document=NO_READING))
    ram.attach_policy_to_role(
        AttachPolicyToRoleRequest(
            role_name="auditor", policy_name="no-reading", policy_type="Custom"
        )
    )


def rewrite_the_policy(ram: Any) -> None:
    ram.create_policy_version(
        CreatePolicyVersionRequest(
            policy_name="user-reading", policy_document=NO_READING, set_as_default=True
        )
    )


def delete_the_role(ram: Any) -> None:
    """A role in use can't be deleted: its policies go first."""
    detach_the_policy_from_the_role(ram)
    ram.delete_role(DeleteRoleRequest(role_name="auditor"))


@pytest.mark.parametrize(
    ("measure", "code"),
    [
        (detach_the_policy_from_the_role, "NoPermission"),
        (add_a_deny_to_the_role, "NoPermission"),
        (rewrite_the_policy, "NoPermission"),
        (delete_the_role, "InvalidSecurityToken.Malformed"),
    ],
)
def test_the_very_next_call_of_the_token_fails(
    ramsts: FakeCloud,
    olga: User,
    anna: User,
    auditor: Role,
    measure: Callable[[Any], None],
    code: str,
) -> None:
    """A token has the rights its role has now, not those it had when it was given out."""
    with ramsts.acting_as(anna):
        token = borrow(auditor)
    assert read_user(token) == "anna"

    with ramsts.acting_as(olga):
        measure(ram_client())
    with pytest.raises(ClientException) as refused:
        read_user(token)

    assert refused.value.code == code


def test_a_role_of_the_same_name_does_not_revive_old_tokens(
    ramsts: FakeCloud, olga: User, anna: User, auditor: Role
) -> None:
    """After a leak: delete the role, create it anew. New tokens work, the leaked one stays dead."""
    with ramsts.acting_as(anna):
        leaked = borrow(auditor)
        with ramsts.acting_as(olga):
            delete_the_role(ram_client())
        successor = ramsts.account.create_role("auditor", trusted=anna, policies=["user-reading"])

        with pytest.raises(ClientException) as refused:
            read_user(leaked)

        assert refused.value.code == "InvalidSecurityToken.Malformed"
        assert read_user(borrow(successor)) == "anna"


def test_a_changed_trust_stops_new_loans_only(
    ramsts: FakeCloud, olga: User, anna: User, auditor: Role
) -> None:
    """What does not help against a leaked token: to trust its borrower no longer."""
    nobody_we_know = {
        "Version": "1",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Service": ["ecs.aliyuncs.com"]},
            }
        ],
    }
    with ramsts.acting_as(anna):
        token = borrow(auditor)
        with ramsts.acting_as(olga):
            ram_client().update_role(
                UpdateRoleRequest(
                    role_name="auditor",
                    new_assume_role_policy_document=json.dumps(nobody_we_know),
                )
            )

        with pytest.raises(ClientException) as refused:
            borrow(auditor)

    assert refused.value.code == "NoPermission"
    assert read_user(token) == "anna"
