"""RAM user groups and their members."""

from __future__ import annotations

from typing import Any

from pytest_ramsts.identity import Account, Group
from pytest_ramsts.service import Body
from pytest_ramsts.services.ims import product
from pytest_ramsts.services.ims.product import ims
from pytest_ramsts.services.ram.groups import find
from pytest_ramsts.services.ram.product import date, page_size, paged


def _fields(group: Group) -> dict[str, Any]:
    return {
        "GroupId": group.id,
        "GroupName": group.name,
        "DisplayName": group.display_name,
        "Comments": group.comments,
        "CreateDate": date(group.created),
        "UpdateDate": date(group.updated),
    }


@ims.operation(on="group/*")
def create_group(
    account: Account, group_name: str, display_name: str = "", comments: str = ""
) -> Body:
    group = account.create_group(group_name, display_name=display_name, comments=comments)
    return {"Group": _fields(group)}


@ims.operation(on="group/{group_name}")
def get_group(account: Account, group_name: str) -> Body:
    return {"Group": _fields(find(account, group_name))}


@ims.operation(on="group/{group_name}")
def update_group(
    account: Account,
    group_name: str,
    new_group_name: str | None = None,
    new_display_name: str | None = None,
    new_comments: str | None = None,
) -> Body:
    group = find(account, group_name)
    group.update(name=new_group_name, display_name=new_display_name, comments=new_comments)
    return {"Group": _fields(group)}


@ims.operation(on="group/{group_name}")
def delete_group(account: Account, group_name: str) -> Body:
    find(account, group_name).delete()
    return {}


@ims.operation(on="group/*")
def list_groups(account: Account, marker: str = "", max_items: int = 100) -> Body:
    page = account.groups.page(marker, page_size(max_items, longest=100))
    return paged(page, "Groups", "Group", [_fields(group) for group in page.items])


# Members


@ims.operation(on=(product.user, "group/{group_name}"))
def add_user_to_group(account: Account, user_principal_name: str, group_name: str) -> Body:
    user = product.find(account, user_principal_name)
    find(account, group_name).add(user)
    return {}


@ims.operation(on=(product.user, "group/{group_name}"))
def remove_user_from_group(account: Account, user_principal_name: str, group_name: str) -> Body:
    user = product.find(account, user_principal_name)
    find(account, group_name).remove(user)
    return {}


@ims.operation(on=product.user)
def list_groups_for_user(account: Account, user_principal_name: str) -> Body:
    user = product.find(account, user_principal_name)
    groups = [
        {
            "GroupId": group.id,
            "GroupName": group.name,
            "DisplayName": group.display_name,
            "Comments": group.comments,
            "JoinDate": date(group.joined[user]),
        }
        for group in user.groups
    ]
    return {"Groups": {"Group": groups}}


@ims.operation(on="group/{group_name}")
def list_users_for_group(
    account: Account, group_name: str, marker: str = "", max_items: int = 100
) -> Body:
    group = find(account, group_name)
    page = account.users.page(marker, page_size(max_items, longest=100), of=group.joined)
    members = [
        {
            "UserId": user.id,
            "UserPrincipalName": user.principal_name,
            "DisplayName": user.display_name,
            "JoinDate": date(group.joined[user]),
        }
        for user in page.items
    ]
    return paged(page, "Users", "User", members)
