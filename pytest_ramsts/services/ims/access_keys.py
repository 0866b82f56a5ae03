"""AccessKeys, and from which addresses they may be used. Without a login, those of the caller."""

from __future__ import annotations

from typing import Any

from pytest_ramsts.errors import NotExistError
from pytest_ramsts.identity import AccessKey, Account, Caller, User
from pytest_ramsts.identity.network_policies import NO_POLICY, NetworkPolicy
from pytest_ramsts.service import Body
from pytest_ramsts.services.ims import product
from pytest_ramsts.services.ims.product import ims
from pytest_ramsts.services.ram.product import date


def _owner(account: Account, caller: Caller, user_principal_name: str) -> User | Account:
    """Whose keys are meant: an account's owner can mean its own, too."""
    if not user_principal_name and caller is account:
        return account
    return product.find_or_oneself(account, caller, user_principal_name)


def _key(account: Account, caller: Caller, user_principal_name: str, key_id: str) -> AccessKey:
    owner = _owner(account, caller, user_principal_name)
    if key_id not in owner.keys_by_id:
        raise NotExistError("User.AccessKey", key_id)
    return owner.keys_by_id[key_id]


def _fields(key: AccessKey) -> dict[str, Any]:
    return {"AccessKeyId": key.id, "Status": key.status, "CreateDate": date(key.created)}


@ims.operation(on=product.user)
def create_access_key(account: Account, caller: Caller, user_principal_name: str = "") -> Body:
    key = _owner(account, caller, user_principal_name).create_access_key()
    return {"AccessKey": {**_fields(key), "AccessKeySecret": key.secret}}


@ims.operation(on=product.user)
def list_access_keys(account: Account, caller: Caller, user_principal_name: str = "") -> Body:
    keys = _owner(account, caller, user_principal_name).access_keys
    listed = [{**_fields(key), "UpdateDate": date(key.updated)} for key in keys]
    return {"AccessKeys": {"AccessKey": listed}}


@ims.operation(on=product.user)
def update_access_key(
    account: Account,
    caller: Caller,
    user_access_key_id: str,
    status: str,
    user_principal_name: str = "",
) -> Body:
    _key(account, caller, user_principal_name, user_access_key_id).update(status)
    return {}


@ims.operation(on=product.user)
def delete_access_key(
    account: Account, caller: Caller, user_access_key_id: str, user_principal_name: str = ""
) -> Body:
    _key(account, caller, user_principal_name, user_access_key_id).delete()
    return {}


@ims.operation(on=product.user)
def get_access_key_last_used(
    account: Account, caller: Caller, user_access_key_id: str, user_principal_name: str = ""
) -> Body:
    key = _key(account, caller, user_principal_name, user_access_key_id)
    return {
        "AccessKeyLastUsed": {
            "LastUsedDate": date(key.last_used),
            "ServiceName": key.last_service.capitalize(),
        }
    }


@ims.operation(on=product.user)
def set_access_key_policy(
    account: Account,
    caller: Caller,
    user_access_key_id: str,
    access_key_policy: str,
    user_principal_name: str = "",
) -> Body:
    key = _key(account, caller, user_principal_name, user_access_key_id)
    key.set_network_policy(NetworkPolicy.parse(access_key_policy))
    return {"AccessKeyId": key.id, "AccessKeyPolicy": access_key_policy}


@ims.operation(on=product.user)
def get_access_key_policy(
    account: Account, caller: Caller, user_access_key_id: str, user_principal_name: str = ""
) -> Body:
    key = _key(account, caller, user_principal_name, user_access_key_id)
    if key.network_policy is None:
        raise NotExistError("AccessKeyPolicy", key.id)
    return {"AccessKeyId": key.id, "AccessKeyPolicy": key.network_policy.text}


@ims.operation()
def set_access_key_policy_for_account(account: Account, access_key_policy: str) -> Body:
    account.set_key_network_policy(NetworkPolicy.parse(access_key_policy))
    return {"AccessKeyPolicy": access_key_policy}


@ims.operation()
def get_access_key_policy_for_account(account: Account) -> Body:
    policy = account.key_network_policy
    return {"AccessKeyPolicy": policy.text if policy else NO_POLICY}
