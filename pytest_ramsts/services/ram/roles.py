"""RAM roles and their trust policies."""

from __future__ import annotations

from typing import Any

from pytest_ramsts.errors import MalformedPolicyDocumentError
from pytest_ramsts.identity import Account, Role
from pytest_ramsts.identity.names import check_name
from pytest_ramsts.service import Body
from pytest_ramsts.services.ram.product import Bearers, date, page_size, paged, ram, tags_of


def find(account: Account, role_name: str) -> Role:
    return account.roles[check_name("RoleName", role_name)]


def _summary(role: Role) -> dict[str, Any]:
    return {
        "RoleId": role.id,
        "RoleName": role.name,
        "Arn": role.arn,
        "Description": role.description,
        "MaxSessionDuration": role.max_session_duration,
        "AllowConsoleLogin": role.allow_console_login,
        "CreateDate": date(role.created),
    }


def _fields(role: Role) -> dict[str, Any]:
    return {**_summary(role), "AssumeRolePolicyDocument": role.trust.text}


def _document(text: str) -> str:
    """A trust policy as it comes over the wire: JSON, never one of the short forms of the Python
    API.
    """
    if not text.lstrip().startswith("{"):
        raise MalformedPolicyDocumentError("The policy document is not a JSON object.")
    return text


@ram.operation(on="role/*")
def create_role(
    account: Account,
    role_name: str,
    assume_role_policy_document: str,
    description: str = "",
    max_session_duration: int = 3600,
    allow_console_login: bool = True,
    tag: dict[str, str] | None = None,
) -> Body:
    role = account.create_role(
        role_name,
        trusted=_document(assume_role_policy_document),
        description=description,
        max_session_duration=max_session_duration,
        allow_console_login=allow_console_login,
        tags=tag,
    )
    return {"Role": _fields(role)}


@ram.operation(on="role/{role_name}")
def get_role(account: Account, role_name: str) -> Body:
    role = find(account, role_name)
    return {
        "Role": {
            **_fields(role),
            "UpdateDate": date(role.updated),
            "IsServiceLinkedRole": bool(role.linked_service),
            "RolePrincipalName": f"{role.name}@role.{account.id}.onaliyunservice.com",
        }
    }


@ram.operation(on="role/{role_name}")
def update_role(
    account: Account,
    role_name: str,
    new_assume_role_policy_document: str | None = None,
    new_description: str | None = None,
    new_max_session_duration: int | None = None,
    new_allow_console_login: bool | None = None,
) -> Body:
    role = find(account, role_name)
    trust = new_assume_role_policy_document
    role.update(
        trusted=None if trust is None else _document(trust),
        description=new_description,
        max_session_duration=new_max_session_duration,
        allow_console_login=new_allow_console_login,
    )
    return {"Role": {**_fields(role), "UpdateDate": date(role.updated)}}


@ram.operation(on="role/{role_name}")
def delete_role(account: Account, role_name: str) -> Body:
    find(account, role_name).delete()
    return {}


@ram.operation(on="role/*")
def list_roles(
    account: Account, tag: dict[str, str] | None = None, marker: str = "", max_items: int = 100
) -> Body:
    page = account.roles.page(marker, page_size(max_items), of=Bearers(tag) if tag else None)
    roles = [
        {**_summary(role), "UpdateDate": date(role.updated), "Tags": tags_of(role)}
        for role in page.items
    ]
    return paged(page, "Roles", "Role", roles)
