"""Console logins of RAM users."""

from __future__ import annotations

from typing import Any

from pytest_ramsts.identity import Account, Caller, LoginProfile, User
from pytest_ramsts.identity.logins import not_a_user
from pytest_ramsts.service import Body
from pytest_ramsts.services.ims.product import find, ims
from pytest_ramsts.services.ims.product import user as the_user
from pytest_ramsts.services.ram.product import date


def _fields(profile: LoginProfile) -> dict[str, Any]:
    return {
        "UserPrincipalName": profile.user.principal_name,
        "Status": profile.status,
        "PasswordResetRequired": profile.password_reset_required,
        "MFABindRequired": profile.mfa_bind_required,
        "PasswordStatus": "Active",
        "UpdateDate": date(profile.updated),
    }


def _changed(profile: LoginProfile) -> dict[str, Any]:
    # Nobody is idle long enough here for a login to be disabled by itself.
    return {**_fields(profile), "AutoDisableLoginStatus": "Inactive"}


@ims.operation(on=the_user)
def create_login_profile(
    account: Account,
    user_principal_name: str,
    password: str,
    password_reset_required: bool = False,
    mfa_bind_required: bool = False,
    status: str = "Active",
) -> Body:
    profile = find(account, user_principal_name).create_login_profile(
        password,
        password_reset_required=password_reset_required,
        mfa_bind_required=mfa_bind_required,
        status=status,
    )
    return {"LoginProfile": _fields(profile)}


@ims.operation(on=the_user)
def get_login_profile(account: Account, user_principal_name: str) -> Body:
    profile = find(account, user_principal_name).find_login_profile()
    return {"LoginProfile": {**_changed(profile), "LastLoginTime": date(profile.last_login)}}


@ims.operation(on=the_user)
def update_login_profile(
    account: Account,
    user_principal_name: str,
    password: str | None = None,
    password_reset_required: bool | None = None,
    mfa_bind_required: bool | None = None,
    status: str | None = None,
) -> Body:
    profile = find(account, user_principal_name).find_login_profile()
    profile.update(
        password=password,
        password_reset_required=password_reset_required,
        mfa_bind_required=mfa_bind_required,
        status=status,
    )
    return {"LoginProfile": _changed(profile)}


@ims.operation(on=the_user)
def delete_login_profile(account: Account, user_principal_name: str) -> Body:
    find(account, user_principal_name).find_login_profile().delete()
    return {}


@ims.operation(on=the_user)
def change_password(caller: Caller, old_password: str, new_password: str) -> Body:
    if not isinstance(caller, User):
        raise not_a_user()
    caller.find_login_profile().change_password(old_password, new_password)
    return {}
