"""Who has which policy: attach, detach, and the listings from both ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytest_ramsts.errors import NotExistError
from pytest_ramsts.identity import Account
from pytest_ramsts.identity.grantees import Grantee
from pytest_ramsts.service import Body
from pytest_ramsts.services.ram import groups, policies, roles, users
from pytest_ramsts.services.ram.product import date, ram


def _attach(account: Account, to: Grantee, name: str, type_: str, resource_group: str) -> Body:
    to.attach(account.policy(name, type_), resource_group=resource_group or None)
    return {}


def _detach(account: Account, of: Grantee, name: str, type_: str, resource_group: str) -> Body:
    policy = account.policy(name, type_)
    attachment = of.attachments.get((policy, resource_group or None))
    if attachment is None:
        raise NotExistError(f"{of.kind}.Policy", name)
    of.drop(attachment)
    return {}


def _listed(grantee: Grantee) -> Body:
    return {
        "Policies": {
            "Policy": [
                {
                    "PolicyName": attachment.policy.name,
                    "PolicyType": attachment.policy.type,
                    "Description": attachment.policy.description,
                    "DefaultVersion": attachment.policy.default_version,
                    "AttachDate": date(attachment.attached),
                }
                for attachment in grantee.attachments.values()
            ]
        }
    }


@ram.operation(on=("user/{user_name}", policies.resource))
def attach_policy_to_user(
    account: Account,
    user_name: str,
    policy_name: str,
    policy_type: str,
    resource_group_id: str = "",
) -> Body:
    user = users.find(account, user_name)
    return _attach(account, user, policy_name, policy_type, resource_group_id)


@ram.operation(on=("user/{user_name}", policies.resource))
def detach_policy_from_user(
    account: Account,
    user_name: str,
    policy_name: str,
    policy_type: str,
    resource_group_id: str = "",
) -> Body:
    user = users.find(account, user_name)
    return _detach(account, user, policy_name, policy_type, resource_group_id)


@ram.operation(on=("group/{group_name}", policies.resource))
def attach_policy_to_group(
    account: Account,
    group_name: str,
    policy_name: str,
    policy_type: str,
    resource_group_id: str = "",
) -> Body:
    group = groups.find(account, group_name)
    return _attach(account, group, policy_name, policy_type, resource_group_id)


@ram.operation(on=("group/{group_name}", policies.resource))
def detach_policy_from_group(
    account: Account,
    group_name: str,
    policy_name: str,
    policy_type: str,
    resource_group_id: str = "",
) -> Body:
    group = groups.find(account, group_name)
    return _detach(account, group, policy_name, policy_type, resource_group_id)


@ram.operation(on=("role/{role_name}", policies.resource))
def attach_policy_to_role(
    account: Account,
    role_name: str,
    policy_name: str,
    policy_type: str,
    resource_group_id: str = "",
) -> Body:
    role = roles.find(account, role_name)
    return _attach(account, role, policy_name, policy_type, resource_group_id)


@ram.operation(on=("role/{role_name}", policies.resource))
def detach_policy_from_role(
    account: Account,
    role_name: str,
    policy_name: str,
    policy_type: str,
    resource_group_id: str = "",
) -> Body:
    role = roles.find(account, role_name)
    return _detach(account, role, policy_name, policy_type, resource_group_id)


@ram.operation(on="user/{user_name}")
def list_policies_for_user(account: Account, user_name: str) -> Body:
    return _listed(users.find(account, user_name))


@ram.operation(on="group/{group_name}")
def list_policies_for_group(account: Account, group_name: str) -> Body:
    return _listed(groups.find(account, group_name))


@ram.operation(on="role/{role_name}")
def list_policies_for_role(account: Account, role_name: str) -> Body:
    return _listed(roles.find(account, role_name))


@ram.operation(on=policies.resource)
def list_entities_for_policy(account: Account, policy_name: str, policy_type: str) -> Body:
    policy = account.policy(policy_name, policy_type)

    def entities(kind: str, fields: Callable[[Any], dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {**fields(attachment.grantee), "AttachDate": date(attachment.attached)}
            for attachment in policy.attachments.values()
            if attachment.grantee.kind == kind
        ]

    return {
        "Users": {
            "User": entities(
                "User",
                lambda user: {
                    "UserId": user.id,
                    "UserName": user.name,
                    "DisplayName": user.display_name,
                },
            )
        },
        "Groups": {
            "Group": entities(
                "Group", lambda group: {"GroupName": group.name, "Comments": group.comments}
            )
        },
        "Roles": {
            "Role": entities(
                "Role",
                lambda role: {
                    "RoleId": role.id,
                    "RoleName": role.name,
                    "Arn": role.arn,
                    "Description": role.description,
                },
            )
        },
    }
