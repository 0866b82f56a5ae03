"""What devices measure and are told: properties, desired properties, services, shadows."""

from __future__ import annotations

import json
from typing import Any

from pytest_ramsts.identity import Account
from pytest_ramsts.service import Body
from pytest_ramsts.services.iot.errors import IotError
from pytest_ramsts.services.iot.product import everything, iot
from pytest_ramsts.services.iot.state import Device, IotState

# Properties


@iot.operation(on=everything)
def set_device_property(
    account: Account,
    state: IotState,
    items: str,
    iot_id: str = "",
    product_key: str = "",
    device_name: str = "",
) -> Body:
    device = state.device(account.id, iot_id=iot_id, product_key=product_key, name=device_name)
    device.report(_items(items))
    return {"Data": {"MessageId": str(state.next_message_id())}}


@iot.operation(on=everything)
def set_devices_property(
    account: Account,
    state: IotState,
    product_key: str,
    items: str,
    device_name: list[str] | None = None,
) -> Body:
    values = _items(items)
    if not device_name:
        raise IotError("iot.device.NoneDeviceNameElement")
    for device in [
        state.device(account.id, product_key=product_key, name=name) for name in device_name
    ]:
        device.report(values)
    return {}


@iot.operation(on=everything)
def query_device_property_status(
    account: Account,
    state: IotState,
    iot_id: str = "",
    product_key: str = "",
    device_name: str = "",
) -> Body:
    device = state.device(account.id, iot_id=iot_id, product_key=product_key, name=device_name)
    listed = [
        {
            "Identifier": name,
            "Name": name,
            "DataType": _type(values[-1].value),
            "Time": str(values[-1].time),
            "Value": _written(values[-1].value),
        }
        for name, values in device.history.items()
    ]
    return {"Data": {"List": {"PropertyStatusInfo": listed}}}


@iot.operation(on=everything)
def query_device_property_data(
    account: Account,
    state: IotState,
    identifier: str,
    start_time: int,
    end_time: int,
    page_size: int,
    asc: int,
    iot_id: str = "",
    product_key: str = "",
    device_name: str = "",
) -> Body:
    device = state.device(account.id, iot_id=iot_id, product_key=product_key, name=device_name)
    shown, following = _between(device, identifier, start_time, end_time, page_size, asc)
    listed = [{"Time": str(time), "Value": value} for time, value in shown]
    data: dict[str, Any] = {"List": {"PropertyInfo": listed}, "NextValid": following is not None}
    return {"Data": data if following is None else {**data, "NextTime": following}}


@iot.operation(on=everything)
def query_device_properties_data(
    account: Account,
    state: IotState,
    start_time: int,
    end_time: int,
    page_size: int,
    asc: int,
    identifier: list[str] | None = None,
    iot_id: str = "",
    product_key: str = "",
    device_name: str = "",
) -> Body:
    device = state.device(account.id, iot_id=iot_id, product_key=product_key, name=device_name)
    infos, nexts = [], []
    for name in identifier or []:
        shown, following = _between(device, name, start_time, end_time, page_size, asc)
        listed = [{"Time": time, "Value": value} for time, value in shown]
        infos.append({"Identifier": name, "List": {"PropertyInfo": listed}})
        nexts += [] if following is None else [following]
    body: dict[str, Any] = {
        "PropertyDataInfos": {"PropertyDataInfo": infos},
        "NextValid": bool(nexts),
    }
    return {**body, "NextTime": min(nexts) if asc else max(nexts)} if nexts else body


def _between(
    device: Device, name: str, start: int, end: int, size: int, asc: int
) -> tuple[list[tuple[int, str]], int | None]:
    """A page of what a property was, and where the next one starts.

    With `asc` time runs from start to end; else it runs back, and the start is the later one.
    """
    first, last = (start, end) if asc else (end, start)
    if first > last or size < 1:
        raise IotError("iot.device.InvalidTimeBucket", hint=f"{start} to {end}, ascending: {asc}")
    found = [
        (one.time, _written(one.value))
        for one in device.history.get(name, [])
        if first <= one.time <= last
    ]
    if not asc:
        found.reverse()
    return found[:size], found[size][0] if len(found) > size else None


# Desired properties


@iot.operation(on=everything)
def set_device_desired_property(
    account: Account,
    state: IotState,
    items: str,
    iot_id: str = "",
    product_key: str = "",
    device_name: str = "",
) -> Body:
    device = state.device(account.id, iot_id=iot_id, product_key=product_key, name=device_name)
    for name, value in _items(items).items():
        device.desired[name] = (value, device.desired.get(name, (None, 0))[1] + 1)
    return {"Data": {"MessageId": str(state.next_message_id()), "Versions": _versions(device)}}


@iot.operation(on=everything)
def query_device_desired_property(
    account: Account,
    state: IotState,
    identifier: list[str] | None = None,
    iot_id: str = "",
    product_key: str = "",
    device_name: str = "",
) -> Body:
    device = state.device(account.id, iot_id=iot_id, product_key=product_key, name=device_name)
    listed = [
        {
            "Identifier": name,
            "Name": name,
            "DataType": _type(value),
            "Value": _written(value),
            "Version": version,
        }
        for name, (value, version) in device.desired.items()
        if not identifier or name in identifier
    ]
    return {"Data": {"List": {"DesiredPropertyInfo": listed}}}


@iot.operation(on=everything)
def clear_device_desired_property(
    account: Account,
    state: IotState,
    identifies: list[str] | None = None,
    iot_id: str = "",
    product_key: str = "",
    device_name: str = "",
) -> Body:
    device = state.device(account.id, iot_id=iot_id, product_key=product_key, name=device_name)
    for name in identifies or list(device.desired):
        device.desired.pop(name, None)
    return {"Data": {"Versions": _versions(device)}}


def _versions(device: Device) -> str:
    return json.dumps({name: version for name, (_, version) in device.desired.items()})


# Services


@iot.operation(on=everything)
def invoke_thing_service(
    account: Account,
    state: IotState,
    identifier: str,
    args: str,
    iot_id: str = "",
    product_key: str = "",
    device_name: str = "",
) -> Body:
    """A service that the device answers gives its result; any other is on its way."""
    device = state.device(account.id, iot_id=iot_id, product_key=product_key, name=device_name)
    try:
        given = json.loads(args)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise IotError("iot.device.InvokeThingServiceFailed", hint='Args is like {"speed": 3}')
    data = {"MessageId": str(state.next_message_id())}
    if answer := device.on_service.get(identifier):
        data["Result"] = json.dumps(answer(given))
    return {"Data": data}


@iot.operation(on=everything)
def invoke_things_service(
    account: Account,
    state: IotState,
    product_key: str,
    identifier: str,
    args: str,
    device_name: list[str] | None = None,
) -> Body:
    for name in device_name or []:
        invoke_thing_service(account, state, identifier, args, "", product_key, name)
    return {}


# Shadows


@iot.operation(on=everything)
def get_device_shadow(
    account: Account, state: IotState, product_key: str, device_name: str
) -> Body:
    device = state.device(account.id, product_key=product_key, name=device_name)
    shadow = {
        "method": "update",
        "state": device.shadow,
        "version": device.shadow_version,
        "timestamp": int(account.world.clock.time()),
    }
    return {"ShadowMessage": json.dumps(shadow)}


@iot.operation(on=everything)
def update_device_shadow(
    account: Account,
    state: IotState,
    product_key: str,
    device_name: str,
    shadow_message: str,
    delta_update: bool = False,
) -> Body:
    device = state.device(account.id, product_key=product_key, name=device_name)
    told = _shadow(shadow_message)
    if told["method"] != "update":
        raise IotError("iot.messagebroker.MethodValueIsNotUpdate", hint=f"`{told['method']}`")
    if told["version"] != -1 and told["version"] <= device.shadow_version:
        raise IotError(
            "iot.messagebroker.InvalidVersionValueInShadowMessage",
            hint=f"{told['version']}; the shadow is at {device.shadow_version}",
        )
    if delta_update:
        for part, values in told["state"].items():
            device.shadow[part] = {**device.shadow.get(part, {}), **values}
    else:
        device.shadow = told["state"]
    # A version of -1 empties the shadow's, as the page on shadows has it.
    device.shadow_version = max(told["version"], 0)
    return {}


_SHADOW = {
    "method": "NotFoundMethodInShadowMessage",
    "state": "NotFoundStateInShadowMessage",
    "version": "NotFoundVersionOrNullVersionValue",
}


def _shadow(text: str) -> dict[str, Any]:
    try:
        message = json.loads(text)
    except ValueError:
        message = None
    if not isinstance(message, dict):
        raise IotError("iot.messagebroker.ShadowMessageIsNotJson")
    for name, code in _SHADOW.items():
        kind = {"state": dict, "version": int}.get(name, str)
        if not isinstance(message.get(name), kind):
            raise IotError(f"iot.messagebroker.{code}")
    return message


# How values are written


def _items(text: str) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise IotError(
            "iot.device.InvalidFormattedDevicePropertiesString",
            hint='write it like {"Temperature": 21}',
        )
    return values


def _written(value: Any) -> str:
    match value:
        case bool():
            return str(int(value))
        case str():
            return value
        case _:
            return json.dumps(value)


def _type(value: Any) -> str:
    for kind, name in ((bool, "bool"), (int, "int"), (float, "double"), (str, "text")):
        if isinstance(value, kind):
            return name
    return "array" if isinstance(value, list) else "struct"
