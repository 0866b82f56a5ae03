"""RAM users, by their logins or ids."""

from __future__ import annotations

from typing import Any

from pytest_ramsts.errors import MissingParameterError
from pytest_ramsts.identity import AccessKey, Account, User
from pytest_ramsts.identity.names import check_display_name, check_one_of
from pytest_ramsts.service import Body, Invocation
from pytest_ramsts.services.ims import product
from pytest_ramsts.services.ims.product import ims
from pytest_ramsts.services.ram.product import Bearers, date, page_size, paged, tags_of
from pytest_ramsts.services.ram.users import last_login


def _find(account: Account, user_principal_name: str, user_id: str, key_id: str = "") -> User:
    """The user of a login, an id or an AccessKey: whichever is given."""
    if user_principal_name:
        return product.find(account, user_principal_name)
    if user_id:
        return account.user_of_id(user_id)
    key: AccessKey | None = account.world.keys_by_id.get(key_id)
    if key is not None and isinstance(key.owner, User) and key.owner.account is account:
        return key.owner
    if key_id:
        return account.user_of_id(key_id)  # there is none
    raise MissingParameterError("UserPrincipalName")


def _fields(user: User) -> dict[str, Any]:
    return {
        "UserId": user.id,
        "UserPrincipalName": user.principal_name,
        "DisplayName": user.display_name,
        "MobilePhone": user.mobile_phone,
        "Email": user.email,
        "Comments": user.comments,
        "ProvisionType": user.provision_type,
        "CreateDate": date(user.created),
        "UpdateDate": date(user.updated),
        "LastLoginDate": date(last_login(user)),
    }


@ims.operation(on="user/*")
def create_user(
    account: Account,
    user_principal_name: str,
    display_name: str,
    mobile_phone: str = "",
    email: str = "",
    comments: str = "",
    tag: dict[str, str] | None = None,
) -> Body:
    check_display_name("DisplayName", display_name, 24)
    user = account.create_user(
        account.user_name_of(user_principal_name),
        display_name=display_name,
        mobile_phone=mobile_phone,
        email=email,
        comments=comments,
        tags=tag,
    )
    return {"User": {**_fields(user), "Tags": tags_of(user)}}


def _asked_for(
    invocation: Invocation,
    user_principal_name: str = "",
    user_id: str = "",
    user_access_key_id: str = "",
    **_: object,
) -> str:
    key = invocation.world.keys_by_id.get(user_access_key_id)
    if key is not None and not (user_principal_name or user_id):
        user_id = key.owner.id
    return product.user(invocation, user_principal_name, user_id)


@ims.operation(on=_asked_for)
def get_user(
    account: Account,
    user_principal_name: str = "",
    user_id: str = "",
    user_access_key_id: str = "",
) -> Body:
    user = _find(account, user_principal_name, user_id, user_access_key_id)
    return {"User": {**_fields(user), "UserName": user.name, "Tags": tags_of(user)}}


@ims.operation(on=product.user)
def update_user(
    account: Account,
    user_principal_name: str = "",
    user_id: str = "",
    new_user_principal_name: str | None = None,
    new_display_name: str | None = None,
    new_mobile_phone: str | None = None,
    new_email: str | None = None,
    new_comments: str | None = None,
) -> Body:
    user = _find(account, user_principal_name, user_id)
    if new_display_name is not None:
        check_display_name("NewDisplayName", new_display_name, 24)
    user.update(
        name=None
        if new_user_principal_name is None
        else account.user_name_of(new_user_principal_name, parameter="NewUserPrincipalName"),
        display_name=new_display_name,
        mobile_phone=new_mobile_phone,
        email=new_email,
        comments=new_comments,
    )
    return {"User": _fields(user)}


@ims.operation(on=product.user)
def delete_user(account: Account, user_principal_name: str = "", user_id: str = "") -> Body:
    _find(account, user_principal_name, user_id).delete()
    return {}


@ims.operation(on="user/*")
def list_users(
    account: Account,
    status: str = "",
    tag: dict[str, str] | None = None,
    marker: str = "",
    max_items: int = 1000,
) -> Body:
    page = account.users.page(marker, page_size(max_items), of=_wanted(status, tag))
    users = [{**_fields(user), "Status": user.status, "Tags": tags_of(user)} for user in page.items]
    return paged(page, "Users", "User", users)


@ims.operation(on="user/*")
def list_user_basic_infos(
    account: Account,
    status: str = "",
    tag: dict[str, str] | None = None,
    marker: str = "",
    max_items: int = 100,
) -> Body:
    page = account.users.page(marker, page_size(max_items), of=_wanted(status, tag))
    users = [
        {
            "UserId": user.id,
            "UserPrincipalName": user.principal_name,
            "DisplayName": user.display_name,
            "Status": user.status,
        }
        for user in page.items
    ]
    return paged(page, "UserBasicInfos", "UserBasicInfo", users)


def _wanted(status: str, tags: dict[str, str] | None) -> Bearers | tuple[()] | None:
    """Those who bear the tags. All users here are active: nobody else is frozen."""
    if status and check_one_of("Status", status, "active", "freeze") == "freeze":
        return ()
    return Bearers(tags) if tags else None
