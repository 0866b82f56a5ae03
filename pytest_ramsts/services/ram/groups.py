"""RAM user groups and their members."""

from __future__ import annotations

from typing import Any

from pytest_ramsts.identity import Account, Group
from pytest_ramsts.identity.names import check_name
from pytest_ramsts.service import Body
from pytest_ramsts.services.ram import users
from pytest_ramsts.services.ram.product import date, page_size, paged, ram


def find(account: Account, group_name: str) -> Group:
    return account.groups[check_name("GroupName", group_name)]


def _fields(group: Group) -> dict[str, Any]:
    return {
        "GroupId": group.id,
        "GroupName": group.name,
        "Comments": group.comments,
        "CreateDate": date(group.created),
    }


@ram.operation(on="group/*")
def create_group(account: Account, group_name: str, comments: str = "") -> Body:
    return {"Group": _fields(account.create_group(group_name, comments=comments))}


@ram.operation(on="group/{group_name}")
def get_group(account: Account, group_name: str) -> Body:
    group = find(account, group_name)
    return {"Group": {**_fields(group), "UpdateDate": date(group.updated)}}


@ram.operation(on="group/{group_name}")
def update_group(
    account: Account,
    group_name: str,
    new_group_name: str | None = None,
    new_comments: str | None = None,
) -> Body:
    group = find(account, group_name)
    group.update(name=new_group_name, comments=new_comments)
    return {"Group": {**_fields(group), "UpdateDate": date(group.updated)}}


@ram.operation(on="group/{group_name}")
def delete_group(account: Account, group_name: str) -> Body:
    find(account, group_name).delete()
    return {}


@ram.operation(on="group/*")
def list_groups(account: Account, marker: str = "", max_items: int = 100) -> Body:
    page = account.groups.page(marker, page_size(max_items, longest=100))
    groups = [{**_fields(group), "UpdateDate": date(group.updated)} for group in page.items]
    return paged(page, "Groups", "Group", groups)


# Members


@ram.operation(on=("user/{user_name}", "group/{group_name}"))
def add_user_to_group(account: Account, user_name: str, group_name: str) -> Body:
    user = users.find(account, user_name)
    find(account, group_name).add(user)
    return {}


@ram.operation(on=("user/{user_name}", "group/{group_name}"))
def remove_user_from_group(account: Account, user_name: str, group_name: str) -> Body:
    user = users.find(account, user_name)
    find(account, group_name).remove(user)
    return {}


@ram.operation(on="user/{user_name}")
def list_groups_for_user(account: Account, user_name: str) -> Body:
    user = users.find(account, user_name)
    groups = [
        {
            "GroupId": group.id,
            "GroupName": group.name,
            "Comments": group.comments,
            "JoinDate": date(group.joined[user]),
        }
        for group in user.groups
    ]
    return {"Groups": {"Group": groups}}


@ram.operation(on="group/{group_name}")
def list_users_for_group(
    account: Account, group_name: str, marker: str = "", max_items: int = 100
) -> Body:
    group = find(account, group_name)
    page = account.users.page(marker, page_size(max_items), of=group.joined)
    members = [
        {
            "UserName": user.name,
            "DisplayName": user.display_name,
            "JoinDate": date(group.joined[user]),
        }
        for user in page.items
    ]
    return paged(page, "Users", "User", members)
