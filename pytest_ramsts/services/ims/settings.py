"""Settings of the account: default domain, password policy, security preference, and its summary.

What a Set operation is not given takes its documented default.
"""

from __future__ import annotations

from typing import Any

from pytest_ramsts.identity import Account
from pytest_ramsts.identity.network_policies import ADDRESSES, STATEMENTS
from pytest_ramsts.identity.service_credentials import PER_USER_AND_SERVICE
from pytest_ramsts.service import Body, Invocation
from pytest_ramsts.services.ims.product import ims


def _whole_account(invocation: Invocation, **_: object) -> str:
    return f"acs:ram::{invocation.account.id}:*"


@ims.operation()
def get_default_domain(account: Account) -> Body:
    return {"DefaultDomainName": account.default_domain}


@ims.operation()
def set_default_domain(account: Account, default_domain_name: str) -> Body:
    account.set_default_domain(default_domain_name)
    return {"DefaultDomainName": account.default_domain}


@ims.operation()
def get_account_summary(account: Account) -> Body:
    limits = account.world.limits
    devices = account.mfa_devices.values()
    system, custom = limits.system_policies_per_grantee, limits.custom_policies_per_grantee
    return {
        "SummaryMap": {
            "Users": len(account.users),
            "UsersQuota": limits.users,
            "Groups": len(account.groups),
            "GroupsQuota": limits.groups,
            "GroupsPerUserQuota": limits.groups_per_user,
            "Roles": len(account.roles),
            "RolesQuota": limits.roles,
            "Policies": len(account.policies),
            "PoliciesQuota": limits.policies,
            "PolicySizeQuota": limits.policy_characters,
            "VersionsPerPolicyQuota": limits.versions_per_policy,
            "AttachedPoliciesPerUserQuota": custom,
            "AttachedPoliciesPerGroupQuota": custom,
            "AttachedPoliciesPerRoleQuota": custom,
            "AttachedSystemPoliciesPerUserQuota": system,
            "AttachedSystemPoliciesPerGroupQuota": system,
            "AttachedSystemPoliciesPerRoleQuota": system,
            "MFADevices": len(devices),
            "MFADevicesInUse": sum(device.user is not None for device in devices),
            "VirtualMFADevicesQuota": limits.mfa_devices,
            "AccessKeysPerUserQuota": limits.access_keys_per_user,
            "AccountAccessKeysPerAccountQuota": limits.access_keys_per_user,
            "ServiceCredentialsPerUserPerServiceQuota": PER_USER_AND_SERVICE,
            "AuthorizedClientPerUserQuota": limits.applications,
            "ConditionsPerAKPolicyQuota": STATEMENTS,
            "IPItemsPerAKPolicyQuota": ADDRESSES,
        }
    }


def _password_policy(account: Account) -> dict[str, Any]:
    policy = account.password_policy
    return {
        "PasswordPolicy": {
            "MinimumPasswordLength": policy.minimum_password_length,
            "RequireLowercaseCharacters": policy.require_lowercase_characters,
            "RequireUppercaseCharacters": policy.require_uppercase_characters,
            "RequireNumbers": policy.require_numbers,
            "RequireSymbols": policy.require_symbols,
            "HardExpire": policy.hard_expire,
            "MaxPasswordAge": policy.max_password_age,
            "PasswordReusePrevention": policy.password_reuse_prevention,
            "MaxLoginAttemps": policy.max_login_attemps,
            "InitialPasswordAge": policy.initial_password_age,
            "MinimumPasswordDifferentCharacter": policy.minimum_password_different_character,
            "PasswordNotContainUserName": policy.password_not_contain_user_name,
            "InterceptRiskPasswordOnApi": policy.intercept_risk_password_on_api,
        }
    }


@ims.operation(on=_whole_account)
def set_password_policy(
    account: Account,
    minimum_password_length: int = 8,
    require_lowercase_characters: bool = False,
    require_uppercase_characters: bool = False,
    require_numbers: bool = False,
    require_symbols: bool = False,
    hard_expire: bool = False,
    max_password_age: int = 0,
    password_reuse_prevention: int = 0,
    max_login_attemps: int = 0,
    initial_password_age: int = 14,
    minimum_password_different_character: int = 0,
    password_not_contain_user_name: bool = False,
    intercept_risk_password_on_api: bool = False,
) -> Body:
    account.password_policy = account.password_policy.changed(
        minimum_password_length=minimum_password_length,
        require_lowercase_characters=require_lowercase_characters,
        require_uppercase_characters=require_uppercase_characters,
        require_numbers=require_numbers,
        require_symbols=require_symbols,
        hard_expire=hard_expire,
        max_password_age=max_password_age,
        password_reuse_prevention=password_reuse_prevention,
        max_login_attemps=max_login_attemps,
        initial_password_age=initial_password_age,
        minimum_password_different_character=minimum_password_different_character,
        password_not_contain_user_name=password_not_contain_user_name,
        intercept_risk_password_on_api=intercept_risk_password_on_api,
    )
    return _password_policy(account)


@ims.operation(on=_whole_account)
def get_password_policy(account: Account) -> Body:
    return _password_policy(account)


def _security_preference(account: Account) -> dict[str, Any]:
    preference = account.security_preference
    return {
        "SecurityPreference": {
            "AccessKeyPreference": {
                "AllowUserToManageAccessKeys": preference.allow_user_to_manage_access_keys,
                "AllowUserToManageServiceCredentials": (
                    preference.allow_user_to_manage_service_credentials
                ),
            },
            "LoginProfilePreference": {
                "AllowUserToChangePassword": preference.allow_user_to_change_password,
                "AllowUserToLoginWithPasskey": preference.allow_user_to_login_with_passkey,
                "EnableSaveMFATicket": preference.enable_save_mfa_ticket,
                "LoginNetworkMasks": preference.login_network_masks,
                "LoginSessionDuration": preference.login_session_duration,
                "MFAOperationForLogin": preference.mfa_operation_for_login,
                "OperationForRiskLogin": preference.operation_for_risk_login,
            },
            "MFAPreference": {
                "AllowUserToManageMFADevices": preference.allow_user_to_manage_mfa_devices
            },
            "MaxIdleDays": {
                "MaxIdleDaysForAccessKeys": preference.max_idle_days_for_access_keys,
                "MaxIdleDaysForUsers": preference.max_idle_days_for_users,
            },
            "PersonalInfoPreference": {
                "AllowUserToManagePersonalDingTalk": (
                    preference.allow_user_to_manage_personal_ding_talk
                )
            },
            "VerificationPreference": {"VerificationTypes": list(preference.verification_types)},
        }
    }


@ims.operation(on=_whole_account)
def set_security_preference(
    account: Account,
    allow_user_to_change_password: bool = True,
    allow_user_to_login_with_passkey: bool = True,
    allow_user_to_manage_access_keys: bool = False,
    allow_user_to_manage_mfa_devices: bool = True,
    allow_user_to_manage_personal_ding_talk: bool = True,
    allow_user_to_manage_service_credentials: bool = False,
    enable_save_mfa_ticket: bool = False,
    login_network_masks: str = "",
    login_session_duration: int = 6,
    mfa_operation_for_login: str = "independent",
    operation_for_risk_login: str = "autonomous",
    max_idle_days_for_access_keys: int = 730,
    max_idle_days_for_users: int = 730,
    verification_types: list[str] | None = None,
) -> Body:
    account.security_preference = account.security_preference.changed(
        allow_user_to_change_password=allow_user_to_change_password,
        allow_user_to_login_with_passkey=allow_user_to_login_with_passkey,
        allow_user_to_manage_access_keys=allow_user_to_manage_access_keys,
        allow_user_to_manage_mfa_devices=allow_user_to_manage_mfa_devices,
        allow_user_to_manage_personal_ding_talk=allow_user_to_manage_personal_ding_talk,
        allow_user_to_manage_service_credentials=allow_user_to_manage_service_credentials,
        enable_save_mfa_ticket=enable_save_mfa_ticket,
        login_network_masks=login_network_masks,
        login_session_duration=login_session_duration,
        mfa_operation_for_login=mfa_operation_for_login,
        operation_for_risk_login=operation_for_risk_login,
        max_idle_days_for_access_keys=max_idle_days_for_access_keys,
        max_idle_days_for_users=max_idle_days_for_users,
        verification_types=tuple(verification_types or ()),
    )
    return _security_preference(account)


@ims.operation()
def get_security_preference(account: Account) -> Body:
    return _security_preference(account)
