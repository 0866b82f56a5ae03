"""Virtual MFA devices, and the users they are bound to."""

from __future__ import annotations

from typing import Any

from pytest_ramsts.identity import Account, MfaDevice, User
from pytest_ramsts.identity.mfa import device
from pytest_ramsts.service import Body
from pytest_ramsts.services.ram import users
from pytest_ramsts.services.ram.product import date, ram


def created(device: MfaDevice) -> dict[str, Any]:
    """What is shown of a device once only: its seed."""
    return {
        "SerialNumber": device.serial_number,
        "Base32StringSeed": device.seed,
        "QRCodePNG": device.qr_code_png,
    }


def _bearer(user: User) -> dict[str, Any]:
    return {"UserId": user.id, "UserName": user.name, "DisplayName": user.display_name}


def _fields(device: MfaDevice) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "SerialNumber": device.serial_number,
        "ActivateDate": date(device.activated),
    }
    return fields if device.user is None else {**fields, "User": _bearer(device.user)}


@ram.operation(on="mfa/*")
def create_virtual_mfa_device(account: Account, virtual_mfa_device_name: str) -> Body:
    return {"VirtualMFADevice": created(account.create_mfa_device(virtual_mfa_device_name))}


@ram.operation(on="{serial_number}")
def delete_virtual_mfa_device(account: Account, serial_number: str) -> Body:
    device(account, serial_number).delete()
    return {}


@ram.operation(on="mfa/*")
def list_virtual_mfa_devices(account: Account) -> Body:
    devices = [_fields(one) for one in account.mfa_devices.values()]
    return {"VirtualMFADevices": {"VirtualMFADevice": devices}}


@ram.operation(on="user/{user_name}")
def bind_mfa_device(
    account: Account,
    user_name: str,
    serial_number: str,
    authentication_code1: str,
    authentication_code2: str,
) -> Body:
    user = users.find(account, user_name)
    device(account, serial_number).bind(user, authentication_code1, authentication_code2)
    return {}


@ram.operation(on="user/{user_name}")
def unbind_mfa_device(account: Account, user_name: str) -> Body:
    bound = users.find(account, user_name).find_mfa_device()
    bound.unbind()
    return {"MFADevice": {"SerialNumber": bound.serial_number}}


@ram.operation(on="user/{user_name}")
def get_user_mfa_info(account: Account, user_name: str) -> Body:
    bound = users.find(account, user_name).find_mfa_device()
    return {"MFADevice": {"SerialNumber": bound.serial_number, "Type": "VMFA"}}
