"""RAM users: create, get, update, delete, list."""

from __future__ import annotations

from typing import Any

from pytest_ramsts.identity import Account, User
from pytest_ramsts.identity.names import check_name
from pytest_ramsts.service import Body
from pytest_ramsts.services.ram.product import date, page_size, paged, ram


def find(account: Account, user_name: str) -> User:
    """The user of a name that is a name, or the documented refusal."""
    return account.users[check_name("UserName", user_name)]


def _fields(user: User) -> dict[str, Any]:
    return {
        "UserId": user.id,
        "UserName": user.name,
        "DisplayName": user.display_name,
        "MobilePhone": user.mobile_phone,
        "Email": user.email,
        "Comments": user.comments,
        "CreateDate": date(user.created),
    }


def last_login(user: User) -> float | None:
    """When the user last logged in to the console: using an AccessKey is no login."""
    return user.login_profile.last_login if user.login_profile else None


@ram.operation(on="user/*")
def create_user(
    account: Account,
    user_name: str,
    display_name: str = "",
    mobile_phone: str = "",
    email: str = "",
    comments: str = "",
) -> Body:
    user = account.create_user(
        user_name,
        display_name=display_name,
        mobile_phone=mobile_phone,
        email=email,
        comments=comments,
    )
    return {"User": _fields(user)}


@ram.operation(on="user/{user_name}")
def get_user(account: Account, user_name: str) -> Body:
    user = find(account, user_name)
    return {
        "User": {
            **_fields(user),
            "UpdateDate": date(user.updated),
            "LastLoginDate": date(last_login(user)),
        }
    }


@ram.operation(on="user/{user_name}")
def update_user(
    account: Account,
    user_name: str,
    new_user_name: str | None = None,
    new_display_name: str | None = None,
    new_mobile_phone: str | None = None,
    new_email: str | None = None,
    new_comments: str | None = None,
) -> Body:
    user = find(account, user_name)
    user.update(
        name=new_user_name,
        display_name=new_display_name,
        mobile_phone=new_mobile_phone,
        email=new_email,
        comments=new_comments,
    )
    return {"User": {**_fields(user), "UpdateDate": date(user.updated)}}


@ram.operation(on="user/{user_name}")
def delete_user(account: Account, user_name: str) -> Body:
    find(account, user_name).delete()
    return {}


@ram.operation(on="user/*")
def list_users(account: Account, marker: str = "", max_items: int = 100) -> Body:
    page = account.users.page(marker, page_size(max_items))
    users = [{**_fields(user), "UpdateDate": date(user.updated)} for user in page.items]
    return paged(page, "Users", "User", users)
