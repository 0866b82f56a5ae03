"""Settings of the account: alias, password policy, security preference.

What a Set operation is not given takes its documented default.
"""

from __future__ import annotations

from typing import Any

from pytest_ramsts.identity import Account
from pytest_ramsts.service import Body, Invocation
from pytest_ramsts.services.ram.product import ram


def _whole_account(invocation: Invocation, **_: object) -> str:
    return f"acs:ram::{invocation.account.id}:*"


@ram.operation(on=_whole_account)
def set_account_alias(account: Account, account_alias: str) -> Body:
    account.set_alias(account_alias)
    return {}


@ram.operation(on=_whole_account)
def get_account_alias(account: Account) -> Body:
    return {"AccountAlias": account.alias}


@ram.operation(on=_whole_account)
def clear_account_alias(account: Account) -> Body:
    account.clear_alias()
    return {}


def _password_policy(account: Account) -> dict[str, Any]:
    policy = account.password_policy
    return {
        "PasswordPolicy": {
            "MinimumPasswordLength": policy.minimum_password_length,
            "RequireLowercaseCharacters": policy.require_lowercase_characters,
            "RequireUppercaseCharacters": policy.require_uppercase_characters,
            "RequireNumbers": policy.require_numbers,
            "RequireSymbols": policy.require_symbols,
            "HardExpiry": policy.hard_expire,
            "MaxPasswordAge": policy.max_password_age,
            "PasswordReusePrevention": policy.password_reuse_prevention,
            "MaxLoginAttemps": policy.max_login_attemps,
        }
    }


@ram.operation(on=_whole_account)
def set_password_policy(
    account: Account,
    minimum_password_length: int = 8,
    require_lowercase_characters: bool = False,
    require_uppercase_characters: bool = False,
    require_numbers: bool = False,
    require_symbols: bool = False,
    hard_expiry: bool = False,
    max_password_age: int = 0,
    password_reuse_prevention: int = 0,
    max_login_attemps: int = 0,
) -> Body:
    account.password_policy = account.password_policy.changed(
        minimum_password_length=minimum_password_length,
        require_lowercase_characters=require_lowercase_characters,
        require_uppercase_characters=require_uppercase_characters,
        require_numbers=require_numbers,
        require_symbols=require_symbols,
        hard_expire=hard_expiry,
        max_password_age=max_password_age,
        password_reuse_prevention=password_reuse_prevention,
        max_login_attemps=max_login_attemps,
    )
    return _password_policy(account)


@ram.operation(on=_whole_account)
def get_password_policy(account: Account) -> Body:
    return _password_policy(account)


def _security_preference(account: Account) -> dict[str, Any]:
    preference = account.security_preference
    return {
        "SecurityPreference": {
            "AccessKeyPreference": {
                "AllowUserToManageAccessKeys": preference.allow_user_to_manage_access_keys
            },
            "LoginProfilePreference": {
                "AllowUserToChangePassword": preference.allow_user_to_change_password,
                "EnableSaveMFATicket": preference.enable_save_mfa_ticket,
                "LoginNetworkMasks": preference.login_network_masks,
                "LoginSessionDuration": preference.login_session_duration,
            },
            "MFAPreference": {
                "AllowUserToManageMFADevices": preference.allow_user_to_manage_mfa_devices
            },
            "PublicKeyPreference": {
                "AllowUserToManagePublicKeys": preference.allow_user_to_manage_public_keys
            },
        }
    }


@ram.operation(on=_whole_account)
def set_security_preference(
    account: Account,
    allow_user_to_change_password: bool = True,
    allow_user_to_manage_access_keys: bool = False,
    allow_user_to_manage_mfa_devices: bool = True,
    allow_user_to_manage_public_keys: bool = False,
    enable_save_mfa_ticket: bool = False,
    login_network_masks: str = "",
    login_session_duration: int = 6,
) -> Body:
    account.security_preference = account.security_preference.changed(
        allow_user_to_change_password=allow_user_to_change_password,
        allow_user_to_manage_access_keys=allow_user_to_manage_access_keys,
        allow_user_to_manage_mfa_devices=allow_user_to_manage_mfa_devices,
        allow_user_to_manage_public_keys=allow_user_to_manage_public_keys,
        enable_save_mfa_ticket=enable_save_mfa_ticket,
        login_network_masks=login_network_masks,
        login_session_duration=login_session_duration,
    )
    return _security_preference(account)


@ram.operation(on=_whole_account)
def get_security_preference(account: Account) -> Body:
    return _security_preference(account)
