"""AccessKeys of RAM users. Without a user name, those of the caller."""

from __future__ import annotations

from typing import Any

from pytest_ramsts.errors import MissingParameterError
from pytest_ramsts.identity import AccessKey, Account, Caller, User
from pytest_ramsts.service import Body, Invocation
from pytest_ramsts.services.ram import users
from pytest_ramsts.services.ram.product import date, ram


def _whose(invocation: Invocation, user_name: str = "", **_: object) -> str:
    if not user_name and isinstance(invocation.caller, User):
        user_name = invocation.caller.name
    return f"user/{user_name}"


def _user(account: Account, caller: Caller, user_name: str) -> User:
    if user_name:
        return users.find(account, user_name)
    if isinstance(caller, User):
        return caller
    raise MissingParameterError("UserName")


def _fields(key: AccessKey) -> dict[str, Any]:
    return {"AccessKeyId": key.id, "Status": key.status, "CreateDate": date(key.created)}


@ram.operation(on=_whose)
def create_access_key(account: Account, caller: Caller, user_name: str = "") -> Body:
    key = _user(account, caller, user_name).create_access_key()
    return {"AccessKey": {**_fields(key), "AccessKeySecret": key.secret}}


@ram.operation(on=_whose)
def list_access_keys(account: Account, caller: Caller, user_name: str = "") -> Body:
    keys = _user(account, caller, user_name).access_keys
    return {"AccessKeys": {"AccessKey": [_fields(key) for key in keys]}}


@ram.operation(on=_whose)
def update_access_key(
    account: Account, caller: Caller, user_access_key_id: str, status: str, user_name: str = ""
) -> Body:
    _user(account, caller, user_name).find_access_key(user_access_key_id).update(status)
    return {}


@ram.operation(on=_whose)
def delete_access_key(
    account: Account, caller: Caller, user_access_key_id: str, user_name: str = ""
) -> Body:
    _user(account, caller, user_name).find_access_key(user_access_key_id).delete()
    return {}


@ram.operation(on=_whose)
def get_access_key_last_used(
    account: Account, caller: Caller, user_access_key_id: str, user_name: str = ""
) -> Body:
    key = _user(account, caller, user_name).find_access_key(user_access_key_id)
    return {"AccessKeyLastUsed": {"LastUsedDate": date(key.last_used)}}
