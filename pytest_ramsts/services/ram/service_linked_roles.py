"""Service-linked roles: those that a cloud service has in an account."""

from __future__ import annotations

from pytest_ramsts.identity import Account
from pytest_ramsts.identity.service_linked import role_template
from pytest_ramsts.service import Body
from pytest_ramsts.services.ram import roles
from pytest_ramsts.services.ram.product import date, ram


@ram.operation()
def create_service_linked_role(
    account: Account, service_name: str, custom_suffix: str = "", description: str = ""
) -> Body:
    role = account.create_service_linked_role(
        service_name, suffix=custom_suffix, description=description
    )
    return {
        "Role": {
            "RoleId": role.id,
            "RoleName": role.name,
            "Arn": role.arn,
            "Description": role.description,
            "AssumeRolePolicyDocument": role.trust.text,
            "CreateDate": date(role.created),
            "IsServiceLinkedRole": True,
        }
    }


@ram.operation(on="role/{role_name}")
def delete_service_linked_role(account: Account, role_name: str) -> Body:
    return {"DeletionTaskId": roles.find(account, role_name).delete_service_linked()}


@ram.operation()
def get_service_linked_role_template(service_name: str) -> Body:
    template = role_template(service_name)
    return {
        "ServiceLinkedRoleTemplate": {
            "ServiceName": template.service,
            "RoleNamePrefix": template.role_name_prefix,
            "SystemPolicyName": template.system_policy_name,
            "MultipleRolesAllowed": False,
            "RoleDescriptions": {
                "RoleDescription": [{"Language": "en", "Description": template.description}]
            },
        }
    }
