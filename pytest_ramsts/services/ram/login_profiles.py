"""Console logins of RAM users."""

from __future__ import annotations

from typing import Any

from pytest_ramsts.identity import Account, Caller, User
from pytest_ramsts.identity.logins import LoginProfile, not_a_user
from pytest_ramsts.service import Body, Invocation
from pytest_ramsts.services.ram import users
from pytest_ramsts.services.ram.product import date, ram


def _fields(profile: LoginProfile) -> dict[str, Any]:
    return {
        "UserName": profile.user.name,
        "PasswordResetRequired": profile.password_reset_required,
        "MFABindRequired": profile.mfa_bind_required,
        "CreateDate": date(profile.created),
    }


@ram.operation(on="user/{user_name}")
def create_login_profile(
    account: Account,
    user_name: str,
    password: str,
    password_reset_required: bool = False,
    mfa_bind_required: bool = False,
) -> Body:
    profile = users.find(account, user_name).create_login_profile(
        password,
        password_reset_required=password_reset_required,
        mfa_bind_required=mfa_bind_required,
    )
    return {"LoginProfile": _fields(profile)}


@ram.operation(on="user/{user_name}")
def get_login_profile(account: Account, user_name: str) -> Body:
    return {"LoginProfile": _fields(users.find(account, user_name).find_login_profile())}


@ram.operation(on="user/{user_name}")
def update_login_profile(
    account: Account,
    user_name: str,
    password: str | None = None,
    password_reset_required: bool | None = None,
    mfa_bind_required: bool | None = None,
) -> Body:
    users.find(account, user_name).find_login_profile().update(
        password=password,
        password_reset_required=password_reset_required,
        mfa_bind_required=mfa_bind_required,
    )
    return {}


@ram.operation(on="user/{user_name}")
def delete_login_profile(account: Account, user_name: str) -> Body:
    users.find(account, user_name).find_login_profile().delete()
    return {}


def oneself(invocation: Invocation, **_: object) -> str:
    """The calling user, as a resource."""
    return f"user/{invocation.caller.principal.name}"


@ram.operation(on=oneself)
def change_password(caller: Caller, old_password: str, new_password: str) -> Body:
    if not isinstance(caller, User):
        raise not_a_user()
    caller.find_login_profile().change_password(old_password, new_password)
    return {}
