"""Devices of IoT Platform: registered, looked at, switched off and on, tagged."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from pytest_ramsts.clock import timestamp
from pytest_ramsts.identity import Account
from pytest_ramsts.service import Body, Invocation
from pytest_ramsts.services.iot.errors import IotError
from pytest_ramsts.services.iot.product import everything, iot
from pytest_ramsts.services.iot.products import page_start, pages
from pytest_ramsts.services.iot.state import Application, Device, IotState, Product, Status

_NAME: Final = re.compile(r"[A-Za-z0-9_.:@-]{4,32}")
_STATUSES: Final[dict[int, Status]] = {0: "UNACTIVE", 1: "ONLINE", 3: "OFFLINE", 8: "DISABLE"}
_MOST_AT_ONCE: Final = 1000


@iot.operation(on=everything)
def register_device(
    account: Account,
    state: IotState,
    product_key: str,
    device_name: str = "",
    nickname: str = "",
) -> Body:
    product = state.product(account.id, product_key)
    # Without a name the device is given one.
    name = device_name or account.world.ids.text(20)
    if problem := _problem(name, product):
        raise IotError(problem, hint=f"`{name}`: 4 to 32 letters, digits and `-_.:@`")
    device = _new(account, product, name, nickname)
    return {"Data": _identity(device)}


@iot.operation(on=everything)
def query_device(
    account: Account,
    state: IotState,
    product_key: str,
    current_page: int = 1,
    page_size: int = 10,
) -> Body:
    devices = list(state.product(account.id, product_key).devices.values())
    page = devices[page_start(current_page, page_size, largest=50) :][:page_size]
    listed = [
        {
            **_identity(device),
            "DeviceId": device.iot_id,
            "DeviceStatus": device.status,
            "DeviceType": "0",
            **_dates(device),
        }
        for device in page
    ]
    return {**_numbered(current_page, page_size, len(devices)), "Data": {"DeviceInfo": listed}}


@iot.operation(on=everything)
def query_device_detail(
    invocation: Invocation,
    iot_id: str = "",
    product_key: str = "",
    device_name: str = "",
) -> Body:
    account, state = invocation.account, invocation.state
    device = state.device(account.id, iot_id=iot_id, product_key=product_key, name=device_name)
    product = state.product(account.id, device.product_key)
    detail = _detail(device, product, invocation.region)
    online = device.last_online
    return {
        "Data": {
            **detail,
            "Owner": True,
            "GmtOnline": _written(online),
            "UtcOnline": _written(online),
        }
    }


@iot.operation(on=everything)
def batch_query_device_detail(
    invocation: Invocation, product_key: str, device_name: list[str] | None = None
) -> Body:
    product = invocation.state.product(invocation.account.id, product_key)
    listed = [
        _detail(product.devices[name], product, invocation.region)
        for name in _some(device_name)
        if name in product.devices
    ]
    return {"Data": {"Data": listed}}


@iot.operation(on=everything)
def query_device_info(
    account: Account,
    state: IotState,
    iot_id: str = "",
    product_key: str = "",
    device_name: str = "",
) -> Body:
    device = state.device(account.id, iot_id=iot_id, product_key=product_key, name=device_name)
    return {"Data": _identity(device)}


@iot.operation(on=everything)
def batch_update_device_nickname(account: Account, state: IotState, invocation: Invocation) -> Body:
    for one in invocation.listed("DeviceNicknameInfo"):
        device = state.device(
            account.id,
            iot_id=one.get("IotId", ""),
            product_key=one.get("ProductKey", ""),
            name=one.get("DeviceName", ""),
        )
        device.nickname = one.get("Nickname", "")
    return {}


@iot.operation(on=everything)
def delete_device(
    account: Account,
    state: IotState,
    iot_id: str = "",
    product_key: str = "",
    device_name: str = "",
) -> Body:
    device = state.device(account.id, iot_id=iot_id, product_key=product_key, name=device_name)
    del state.product(account.id, device.product_key).devices[device.name]
    return {}


# Whether it is there


@iot.operation(on=everything)
def get_device_status(
    account: Account,
    state: IotState,
    iot_id: str = "",
    product_key: str = "",
    device_name: str = "",
) -> Body:
    device = state.device(account.id, iot_id=iot_id, product_key=product_key, name=device_name)
    now = int(account.world.clock.time() * 1000)
    return {"Data": {"Status": device.status, "Timestamp": now}}


@iot.operation(on=everything)
def batch_get_device_state(
    account: Account,
    state: IotState,
    product_key: str = "",
    device_name: list[str] | None = None,
    iot_id: list[str] | None = None,
) -> Body:
    devices = [state.device(account.id, iot_id=one) for one in iot_id or []]
    if not iot_id:
        product = state.product(account.id, product_key)
        devices = [product.devices[n] for n in _some(device_name) if n in product.devices]
    listed = [
        {
            "DeviceId": device.iot_id,
            "DeviceName": device.name,
            "IotId": device.iot_id,
            "Status": device.status,
            "LastOnlineTime": _written(device.last_online),
        }
        for device in devices
    ]
    return {"DeviceStatusList": {"DeviceStatus": listed}}


@iot.operation(on=everything)
def query_device_by_status(
    account: Account,
    state: IotState,
    status: int,
    product_key: str = "",
    current_page: int = 1,
    page_size: int = 10,
) -> Body:
    devices = [
        device
        for device in _devices(account, state, product_key)
        if device.status == _STATUSES.get(status)
    ]
    page = devices[page_start(current_page, page_size, largest=50) :][:page_size]
    listed = [{**_identity(one), "Status": one.status, **_dates(one)} for one in page]
    return {
        **_numbered(current_page, page_size, len(devices)),
        "Data": {"SimpleDeviceInfo": listed},
    }


@iot.operation(on=everything)
def query_device_statistics(account: Account, state: IotState, product_key: str = "") -> Body:
    devices = _devices(account, state, product_key)
    return {
        "Data": {
            "deviceCount": len(devices),
            "activeCount": len([device for device in devices if device.activated]),
            "onlineCount": len([device for device in devices if device.status == "ONLINE"]),
        }
    }


@iot.operation(on=everything)
def disable_thing(
    account: Account,
    state: IotState,
    iot_id: str = "",
    product_key: str = "",
    device_name: str = "",
) -> Body:
    device = state.device(account.id, iot_id=iot_id, product_key=product_key, name=device_name)
    device.disable()
    return {}


@iot.operation(on=everything)
def enable_thing(
    account: Account,
    state: IotState,
    iot_id: str = "",
    product_key: str = "",
    device_name: str = "",
) -> Body:
    device = state.device(account.id, iot_id=iot_id, product_key=product_key, name=device_name)
    device.enable()
    return {}


# Tags


@iot.operation(on=everything)
def save_device_prop(
    account: Account,
    state: IotState,
    props: str,
    iot_id: str = "",
    product_key: str = "",
    device_name: str = "",
) -> Body:
    device = state.device(account.id, iot_id=iot_id, product_key=product_key, name=device_name)
    try:
        device.tags |= {str(key): str(value) for key, value in json.loads(props).items()}
    except (ValueError, AttributeError):
        raise IotError(
            "iot.device.InvalidFormattedDevicePropertiesString", hint='write it like {"room": "7"}'
        ) from None
    return {}


@iot.operation(on=everything)
def query_device_prop(
    account: Account,
    state: IotState,
    iot_id: str = "",
    product_key: str = "",
    device_name: str = "",
) -> Body:
    device = state.device(account.id, iot_id=iot_id, product_key=product_key, name=device_name)
    return {"Props": json.dumps(device.tags)}


@iot.operation(on=everything)
def delete_device_prop(
    account: Account,
    state: IotState,
    prop_key: str,
    iot_id: str = "",
    product_key: str = "",
    device_name: str = "",
) -> Body:
    device = state.device(account.id, iot_id=iot_id, product_key=product_key, name=device_name)
    device.tags.pop(prop_key, None)
    return {}


# Several at once


def _devices(account: Account, state: IotState, product_key: str) -> list[Device]:
    """Those of a product, or all of them."""
    products = state.products(account.id)
    if product_key:
        products = {product_key: state.product(account.id, product_key)}
    return [device for product in products.values() for device in product.devices.values()]


@iot.operation(on=everything)
def batch_register_device(account: Account, state: IotState, product_key: str, count: int) -> Body:
    product = state.product(account.id, product_key)
    if not 1 <= count <= _MOST_AT_ONCE:
        raise IotError("iot.device.DeviceCountExceeded", hint=f"{count}: 1 to {_MOST_AT_ONCE}")
    names = [account.world.ids.text(20) for _ in range(count)]
    apply_id = _apply(account, state, Application(product_key, names))
    _register(account, product, state.applications[account.id, apply_id])
    return {"Data": {"ApplyId": apply_id}}


@iot.operation(on=everything)
def batch_check_device_names(
    account: Account,
    state: IotState,
    product_key: str,
    invocation: Invocation,
    device_name: list[str] | None = None,
) -> Body:
    product = state.product(account.id, product_key)
    named = [one["DeviceName"] for one in invocation.listed("DeviceNameList")]
    names = _some(device_name or named)
    if len(names) > _MOST_AT_ONCE:
        raise IotError("iot.device.DeviceCountExceeded", hint=f"{len(names)}")
    bad = [name for name in names if _problem(name, product)]
    if bad:
        return {"Data": {"InvalidDeviceNameList": {"InvalidDeviceName": bad}}}
    return {"Data": {"ApplyId": _apply(account, state, Application(product_key, names))}}


@iot.operation(on=everything)
def batch_register_device_with_apply_id(
    account: Account, state: IotState, product_key: str, apply_id: int
) -> Body:
    application = _application(account, state, apply_id)
    _register(account, state.product(account.id, product_key), application)
    return {"Data": {"ApplyId": apply_id}}


@iot.operation(on=everything)
def query_batch_register_device_status(
    account: Account, state: IotState, product_key: str, apply_id: int
) -> Body:
    state.product(account.id, product_key)
    application = _application(account, state, apply_id)
    if not application.done:
        return {"Data": {"Status": "CHECK_SUCCESS"}}
    return {"Data": {"Status": "CREATE_SUCCESS", "ValidList": {"Name": application.names}}}


@iot.operation(on=everything)
def query_page_by_apply_id(
    account: Account,
    state: IotState,
    apply_id: int,
    current_page: int = 1,
    page_size: int = 10,
) -> Body:
    application = _application(account, state, apply_id)
    devices = state.product(account.id, application.product_key).devices
    made = [devices[name] for name in application.names if name in devices]
    page = made[page_start(current_page, page_size, largest=50) :][:page_size]
    listed = [
        {
            "DeviceId": device.iot_id,
            "DeviceName": device.name,
            "DeviceSecret": device.secret,
            "IotId": device.iot_id,
        }
        for device in page
    ]
    return {
        **_numbered(current_page, page_size, len(made)),
        "ApplyDeviceList": {"ApplyDeviceInfo": listed},
    }


def _apply(account: Account, state: IotState, application: Application) -> int:
    state.count += 1
    apply_id = 1_000_000 + state.count
    state.applications[account.id, apply_id] = application
    return apply_id


def _application(account: Account, state: IotState, apply_id: int) -> Application:
    try:
        return state.applications[account.id, apply_id]
    except KeyError:
        raise IotError("iot.device.DeviceApplyIsNotFound", hint=f"`{apply_id}`") from None


def _register(account: Account, product: Product, application: Application) -> None:
    for name in application.names:
        if not application.done and name not in product.devices:
            _new(account, product, name)
    application.done = True


def _new(account: Account, product: Product, name: str, nickname: str = "") -> Device:
    ids, clock = account.world.ids, account.world.clock
    device = product.devices[name] = Device(
        product.key,
        name,
        iot_id=ids.text(30),
        secret=ids.text(32),
        nickname=nickname,
        clock=clock,
        created=clock.time(),
    )
    return device


def _problem(name: str, product: Product) -> str:
    if not _NAME.fullmatch(name):
        return "iot.device.InvalidFormattedDeviceName"
    return "iot.device.AlreadyExistedDeviceName" if name in product.devices else ""


def _some(names: list[str] | None) -> list[str]:
    if not names:
        raise IotError("iot.device.NoneDeviceNameElement")
    return names


# What devices look like


def _identity(device: Device) -> dict[str, Any]:
    return {
        "ProductKey": device.product_key,
        "DeviceName": device.name,
        "DeviceSecret": device.secret,
        "IotId": device.iot_id,
        "Nickname": device.nickname,
    }


def _detail(device: Device, product: Product, region: str) -> dict[str, Any]:
    return {
        **_identity(device),
        "ProductName": product.name,
        "NodeType": product.node_type,
        "Status": device.status,
        "Region": region,
        "GmtActive": _written(device.activated),
        "UtcActive": _written(device.activated),
        **_dates(device),
    }


def _dates(device: Device) -> dict[str, str]:
    return {"GmtCreate": timestamp(device.created), "UtcCreate": timestamp(device.created)}


def _numbered(page: int, size: int, total: int) -> dict[str, int]:
    return {"Total": total, "Page": page, "PageSize": size, "PageCount": pages(total, size)}


def _written(time: float | None) -> str:
    """A date; "" for what never was."""
    return "" if time is None else timestamp(time)
