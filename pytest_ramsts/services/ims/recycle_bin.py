"""The recycle bin: deleted users and AccessKeys, looked at, restored and removed for good."""

from __future__ import annotations

from typing import Any

from pytest_ramsts.errors import InvalidParameterError, MissingParameterError
from pytest_ramsts.identity import Account, User
from pytest_ramsts.identity.recycle_bin import Recycled
from pytest_ramsts.service import Body
from pytest_ramsts.services.ims.product import ims
from pytest_ramsts.services.ram.product import date, page_size


def _dates(recycled: Recycled[Any]) -> dict[str, Any]:
    return {
        "CreateDate": date(recycled.thing.created),
        "RecycleDate": date(recycled.recycled),
        "DeleteDate": date(recycled.deleted),
    }


def _user_fields(recycled: Recycled[User]) -> dict[str, Any]:
    user = recycled.thing
    return {
        "UserId": user.id,
        "UserPrincipalName": user.principal_name,
        "DisplayName": user.display_name,
        **_dates(recycled),
    }


def _needed(user_id: str) -> str:
    if not user_id:
        raise MissingParameterError("UserId")
    return user_id


@ims.operation()
def list_users_in_recycle_bin(
    account: Account,
    filter: str = "",  # noqa: A002 - the API's word
    marker: str = "",
    max_items: int = 100,
) -> Body:
    if marker and not marker.isdecimal():
        raise InvalidParameterError("Marker", "Format", hint=f"`{marker}`")
    size = page_size(max_items, longest=100)
    found = [
        recycled
        for recycled in account.recycle_bin.users
        if recycled.number > int(marker or 0) and filter in recycled.thing.principal_name
    ]
    body: dict[str, Any] = {
        "IsTruncated": len(found) > size,
        "Users": {"User": [_user_fields(recycled) for recycled in found[:size]]},
    }
    return {**body, "Marker": str(found[size - 1].number)} if len(found) > size else body


@ims.operation()
def get_user_in_recycle_bin(
    account: Account, user_id: str = "", user_access_key_id: str = ""
) -> Body:
    if not user_id and user_access_key_id:
        user_id = account.recycle_bin.key(user_access_key_id).thing.owner.id
    return {"User": _user_fields(account.recycle_bin.user(_needed(user_id)))}


@ims.operation()
def restore_user_from_recycle_bin(account: Account, user_id: str = "") -> Body:
    account.recycle_bin.restore_user(_needed(user_id))
    return {}


@ims.operation()
def delete_user_in_recycle_bin(account: Account, user_id: str = "") -> Body:
    account.recycle_bin.remove_user(_needed(user_id))
    return {}


@ims.operation()
def list_access_keys_in_recycle_bin(account: Account, user_id: str = "") -> Body:
    keys = [
        {"AccessKeyId": recycled.thing.id, **_dates(recycled)}
        for recycled in account.recycle_bin.keys_of(user_id or account.id)
    ]
    return {"AccessKeys": {"AccessKey": keys}}


@ims.operation()
def get_access_key_info_in_recycle_bin(account: Account, user_access_key_id: str) -> Body:
    recycled = account.recycle_bin.key(user_access_key_id)
    owner = recycled.thing.owner
    return {
        "AccessKey": {
            "AccessKeyId": recycled.thing.id,
            "UserId": owner.id,
            "UserPrincipalName": owner.principal_name if isinstance(owner, User) else "",
            "UserRecycled": account.recycle_bin.has_user(owner.id),
            **_dates(recycled),
        }
    }


@ims.operation()
def restore_access_key_from_recycle_bin(
    account: Account,
    user_access_key_id: str = "",
    user_id: str = "",  # noqa: ARG001 - the AccessKeyId alone says whose it is
) -> Body:
    if not user_access_key_id:
        raise MissingParameterError("UserAccessKeyId")
    account.recycle_bin.restore_key(user_access_key_id)
    return {}


@ims.operation()
def delete_access_key_in_recycle_bin(
    account: Account,
    user_access_key_id: str = "",
    user_id: str = "",  # noqa: ARG001 - as above
) -> Body:
    if not user_access_key_id:
        raise MissingParameterError("UserAccessKeyId")
    account.recycle_bin.remove_key(user_access_key_id)
    return {}
