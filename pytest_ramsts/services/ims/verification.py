"""Where users are asked when a login looks risky, and their passkeys."""

from __future__ import annotations

from typing import Any

from pytest_ramsts.errors import MissingParameterError
from pytest_ramsts.identity import Account, Caller
from pytest_ramsts.identity.names import check_email, check_one_of, check_phone
from pytest_ramsts.service import Body
from pytest_ramsts.services.ims import product
from pytest_ramsts.services.ims.product import find_or_oneself, ims
from pytest_ramsts.services.ram.product import date


@ims.operation(on=product.user)
def set_verification_info(
    account: Account,
    caller: Caller,
    user_principal_name: str = "",
    verify_type: str = "",
    mobile_phone: str = "",
    email: str = "",
) -> Body:
    user = find_or_oneself(account, caller, user_principal_name)
    kind = _kind(verify_type)
    if kind == "sms":
        if not mobile_phone:
            raise MissingParameterError("MobilePhone")
        user.verification[kind] = check_phone("MobilePhone", mobile_phone)
    else:
        if not email:
            raise MissingParameterError("Email")
        user.verification[kind] = check_email("Email", email)
    return {}


@ims.operation(on=product.user)
def get_verification_info(account: Account, caller: Caller, user_principal_name: str = "") -> Body:
    user = find_or_oneself(account, caller, user_principal_name)
    body: dict[str, Any] = {}
    if phone := user.verification.get("sms"):
        area, _, number = phone.partition("-")
        body["SecurityPhoneDevice"] = {
            "AreaCode": area,
            "PhoneNumber": number,
            "Status": "active",
        }
    if address := user.verification.get("email"):
        body["SecurityEmailDevice"] = {"Email": address, "Status": "active"}
    return body


@ims.operation(on=product.user)
def unbind_verification(
    account: Account,
    caller: Caller,
    user_principal_name: str = "",
    verify_type: str = "",
    mobile_phone: str = "",  # noqa: ARG001 - the type says which one is meant: there is one of each
    email: str = "",  # noqa: ARG001
) -> Body:
    user = find_or_oneself(account, caller, user_principal_name)
    user.verification.pop(_kind(verify_type), None)
    return {}


def _kind(verify_type: str) -> str:
    if not verify_type:
        raise MissingParameterError("VerifyType")
    return check_one_of("VerifyType", verify_type, "sms", "email")


# Passkeys


@ims.operation(on=product.user)
def list_passkeys(account: Account, caller: Caller, user_principal_name: str = "") -> Body:
    user = find_or_oneself(account, caller, user_principal_name)
    return {
        "Passkeys": [
            {
                "PasskeyId": passkey.id,
                "PasskeyName": passkey.name,
                "CreateDate": date(passkey.created),
                "LastUseDate": date(passkey.last_used),
            }
            for passkey in user.passkeys.values()
        ]
    }


@ims.operation(on=product.user)
def update_passkey(
    account: Account,
    caller: Caller,
    passkey_id: str,
    passkey_name: str,
    user_principal_name: str = "",
) -> Body:
    user = find_or_oneself(account, caller, user_principal_name)
    user.find_passkey(passkey_id).name = passkey_name
    return {}


@ims.operation(on=product.user)
def delete_passkey(
    account: Account, caller: Caller, passkey_id: str, user_principal_name: str = ""
) -> Body:
    user = find_or_oneself(account, caller, user_principal_name)
    del user.passkeys[user.find_passkey(passkey_id).id]
    return {}
