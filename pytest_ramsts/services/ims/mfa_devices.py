"""Virtual MFA devices, and the users they are bound to."""

from __future__ import annotations

from typing import Any

from pytest_ramsts.errors import InvalidParameterError
from pytest_ramsts.identity import Account, Caller, MfaDevice
from pytest_ramsts.identity.mfa import device
from pytest_ramsts.service import Body
from pytest_ramsts.services.ims import product
from pytest_ramsts.services.ims.product import find, ims
from pytest_ramsts.services.ram.mfa_devices import created
from pytest_ramsts.services.ram.product import date, page_size, paged


def _fields(device: MfaDevice) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "SerialNumber": device.serial_number,
        "ActivateDate": date(device.activated),
    }
    if device.user is not None:
        fields["User"] = {
            "UserId": device.user.id,
            "UserPrincipalName": device.user.principal_name,
            "DisplayName": device.user.display_name,
        }
    return fields


@ims.operation(on="mfa/*")
def create_virtual_mfa_device(account: Account, virtual_mfa_device_name: str) -> Body:
    if "." in virtual_mfa_device_name:  # which RAM accepts
        raise InvalidParameterError(
            "VirtualMFADeviceName", "InvalidChars", hint=f"`{virtual_mfa_device_name}`: no `.`"
        )
    return {"VirtualMFADevice": created(account.create_mfa_device(virtual_mfa_device_name))}


@ims.operation(on="{serial_number}")
def delete_virtual_mfa_device(account: Account, serial_number: str) -> Body:
    device(account, serial_number).delete()
    return {}


@ims.operation(on="mfa/*")
def list_virtual_mfa_devices(account: Account, marker: str = "", max_items: int = 100) -> Body:
    page = account.mfa_devices.page(marker, page_size(max_items, longest=100))
    devices = [_fields(one) for one in page.items]
    return paged(page, "VirtualMFADevices", "VirtualMFADevice", devices)


@ims.operation(on=product.user)
def bind_mfa_device(
    account: Account,
    user_principal_name: str,
    serial_number: str,
    authentication_code1: str,
    authentication_code2: str,
) -> Body:
    user = find(account, user_principal_name)
    device(account, serial_number).bind(user, authentication_code1, authentication_code2)
    return {}


@ims.operation(on=product.user)
def unbind_mfa_device(account: Account, user_principal_name: str) -> Body:
    bound = find(account, user_principal_name).find_mfa_device()
    bound.unbind()
    return {"MFADevice": {"SerialNumber": bound.serial_number}}


@ims.operation(on=product.user)
def disable_virtual_mfa(account: Account, user_principal_name: str) -> Body:
    """Unbind and delete the device at once."""
    bound = find(account, user_principal_name).find_mfa_device()
    bound.unbind()
    bound.delete()
    return {}


@ims.operation(on=product.user)
def get_user_mfa_info(account: Account, caller: Caller, user_principal_name: str = "") -> Body:
    bound = product.find_or_oneself(account, caller, user_principal_name).find_mfa_device()
    return {
        "IsMFAEnable": True,
        "MFADevice": {"SerialNumber": bound.serial_number, "Type": "VMFA"},
    }


@ims.operation()
def get_account_mfa_info() -> Body:
    return {"IsMFAEnable": False}  # the owner has no device here: it is no user
