"""As a tool does it that keeps a cloud to a description: everything made in one order, read back,
changed, and taken away in another, with the refusals on the way.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from alibabacloud_ims20190815 import models as ims_models
from alibabacloud_ram20150501 import models
from alibabacloud_tea_openapi.exceptions import ClientException

from pytest_ramsts import FakeCloud, Policy, allow

from . import clients
from .furnished import trust_of

PASSWORD = "correct-Horse-7"
READING = Policy(allow("ots:GetRow")).text
CUSTOM = {"policy_name": "rows", "policy_type": "Custom"}


@pytest.fixture
def ram(ramsts: FakeCloud) -> Any:
    return clients.ram(ramsts.admin_key)


@pytest.fixture
def ims(ramsts: FakeCloud) -> Any:
    return clients.ims(ramsts.admin_key)


def persistently(act: Callable[[], object], cures: dict[str, Callable[[], object]]) -> list[str]:
    """Try, cure the conflict that is told, try again: the conflicts that were met."""
    met: list[str] = []
    while True:
        try:
            act()
        except ClientException as error:
            code = str(error.code)
            assert code not in met, f"{code} was cured already"
            assert code in cures, code
            met.append(code)
            cures[code]()
        else:
            return met


def test_a_user_with_everything_is_made_and_unmade(ramsts: FakeCloud, ram: Any, ims: Any) -> None:
    name = {"user_name": "deployer"}
    login = {"user_principal_name": f"deployer@{ramsts.account.id}.onaliyun.com"}
    ram.create_user(models.CreateUserRequest(**name, display_name="Deployer"))
    key = ram.create_access_key(models.CreateAccessKeyRequest(**name)).body.access_key
    ram.create_group(models.CreateGroupRequest(group_name="tools"))
    ram.add_user_to_group(models.AddUserToGroupRequest(**name, group_name="tools"))
    ram.create_policy(models.CreatePolicyRequest(policy_name="rows", policy_document=READING))
    ram.attach_policy_to_user(models.AttachPolicyToUserRequest(**name, **CUSTOM))
    ims.create_login_profile(ims_models.CreateLoginProfileRequest(**login, password=PASSWORD))
    serial = ims.create_virtual_mfadevice(
        ims_models.CreateVirtualMFADeviceRequest(virtual_mfadevice_name="phone")
    ).body.virtual_mfadevice.serial_number
    device = ramsts.account.mfa_devices["phone"]
    ims.bind_mfadevice(
        ims_models.BindMFADeviceRequest(
            **login,
            serial_number=serial,
            authentication_code_1=device.code,
            authentication_code_2=device.code_in(1),
        )
    )

    met = persistently(
        lambda: ram.delete_user(models.DeleteUserRequest(**name)),
        {
            "DeleteConflict.User.AccessKey": lambda: ram.delete_access_key(
                models.DeleteAccessKeyRequest(**name, user_access_key_id=key.access_key_id)
            ),
            "DeleteConflict.User.Group": lambda: ram.remove_user_from_group(
                models.RemoveUserFromGroupRequest(**name, group_name="tools")
            ),
            "DeleteConflict.User.Policy": lambda: ram.detach_policy_from_user(
                models.DetachPolicyFromUserRequest(**name, **CUSTOM)
            ),
            "DeleteConflict.User.LoginProfile": lambda: ims.delete_login_profile(
                ims_models.DeleteLoginProfileRequest(**login)
            ),
            "DeleteConflict.User.MFADevice": lambda: ram.unbind_mfadevice(
                models.UnbindMFADeviceRequest(**name)
            ),
        },
    )

    assert len(met) == 5
    ram.delete_virtual_mfadevice(models.DeleteVirtualMFADeviceRequest(serial_number=serial))
    ram.delete_group(models.DeleteGroupRequest(group_name="tools"))
    ram.delete_policy(models.DeletePolicyRequest(policy_name="rows"))
    account = ramsts.account
    assert [*account.users, *account.groups, *account.policies, *account.mfa_devices] == []
    assert ramsts.world.keys_by_id.keys() == {ramsts.admin_key.id}


def test_applying_the_same_description_twice_changes_nothing_and_is_told_so(
    ramsts: FakeCloud, ram: Any
) -> None:
    """A tool that lost its state creates all again, takes what exists for its own, and goes on."""
    role = models.CreateRoleRequest(
        role_name="deployer",
        assume_role_policy_document=trust_of(ramsts.account),
        description="Deploys.",
    )
    policy = models.CreatePolicyRequest(policy_name="rows", policy_document=READING)
    attachment = models.AttachPolicyToRoleRequest(role_name="deployer", **CUSTOM)

    def apply() -> list[str]:
        told = []
        for act, request in (
            (ram.create_role, role),
            (ram.create_policy, policy),
            (ram.attach_policy_to_role, attachment),
        ):
            try:
                act(request)
            except ClientException as error:
                told.append(str(error.code))
        return told

    assert apply() == []
    before = ramsts.account.roles["deployer"]
    assert apply() == [
        "EntityAlreadyExists.Role",
        "EntityAlreadyExists.Policy",
        "EntityAlreadyExists.Role.Policy",
    ]
    assert ramsts.account.roles["deployer"] is before


def test_a_changed_description_is_rolled_out_by_versions_and_rolled_back(
    ramsts: FakeCloud, ram: Any
) -> None:
    user = ramsts.account.create_user()
    ram.create_policy(models.CreatePolicyRequest(policy_name="rows", policy_document=READING))
    ram.attach_policy_to_user(models.AttachPolicyToUserRequest(user_name=user.name, **CUSTOM))
    for action in (
        "ots:PutRow",
        "ots:DeleteRow",
        "ots:UpdateRow",
        "ots:GetRange",
        "ots:BatchGetRow",
    ):
        ram.create_policy_version(
            models.CreatePolicyVersionRequest(
                policy_name="rows",
                policy_document=json.dumps(
                    {
                        "Version": "1",
                        "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}],
                    }
                ),
                set_as_default=True,
                rotate_strategy="DeleteOldestNonDefaultVersionWhenLimitExceeded",
            )
        )
        assert user.can(action)

    versions = ram.list_policy_versions(
        models.ListPolicyVersionsRequest(**CUSTOM)
    ).body.policy_versions.policy_version
    ram.set_default_policy_version(
        models.SetDefaultPolicyVersionRequest(policy_name="rows", version_id="v5")
    )

    assert [v.version_id for v in versions] == ["v2", "v3", "v4", "v5", "v6"]
    assert [v.version_id for v in versions if v.is_default_version] == ["v6"]
    assert user.can("ots:GetRange")
    assert not user.can("ots:BatchGetRow")
