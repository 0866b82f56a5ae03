"""Devices of IoT Platform, their properties, and messages to their topics."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Final

from pytest_ramsts.clock import timestamp
from pytest_ramsts.identity import Account
from pytest_ramsts.service import Body
from pytest_ramsts.services.iot.product import everything, iot
from pytest_ramsts.services.iot.products import page_start
from pytest_ramsts.services.iot.state import Device, IotError, IotState, Message

_NAME: Final = re.compile(r"[A-Za-z0-9_.:@-]{4,32}")
_TOPIC: Final = re.compile(r"(/[A-Za-z0-9_.:@+#-]+)+")


@iot.operation(on=everything)
def register_device(
    account: Account,
    state: IotState,
    product_key: str,
    device_name: str = "",
    nickname: str = "",
) -> Body:
    product = state.product(account.id, product_key)
    ids = account.world.ids
    # Without a name the device is given one.
    name = device_name or ids.text(20)
    if not _NAME.fullmatch(name):
        raise IotError(
            "iot.device.InvalidFormattedDeviceName",
            hint=f"`{name}`: 4 to 32 letters, digits and `-_.:@`",
        )
    if name in product.devices:
        raise IotError("iot.device.AlreadyExistedDeviceName", hint=f"`{name}`")
    device = Device(
        product_key,
        name,
        iot_id=ids.text(30),
        secret=ids.text(32),
        nickname=nickname,
        created=account.world.clock.time(),
    )
    product.devices[name] = device
    return {
        "Data": {
            "ProductKey": product_key,
            "DeviceName": device.name,
            "DeviceSecret": device.secret,
            "IotId": device.iot_id,
            "Nickname": device.nickname,
        }
    }


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
    return {
        "Total": len(devices),
        "Page": current_page,
        "PageSize": page_size,
        "PageCount": -(-len(devices) // page_size),
        "Data": {
            "DeviceInfo": [
                {
                    "ProductKey": device.product_key,
                    "DeviceName": device.name,
                    "DeviceSecret": device.secret,
                    "DeviceId": device.iot_id,
                    "IotId": device.iot_id,
                    "Nickname": device.nickname,
                    "DeviceStatus": device.status,
                    "DeviceType": "0",
                    "GmtCreate": timestamp(device.created),
                    "UtcCreate": timestamp(device.created),
                }
                for device in page
            ]
        },
    }


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
def set_device_property(
    account: Account,
    state: IotState,
    items: str,
    iot_id: str = "",
    product_key: str = "",
    device_name: str = "",
) -> Body:
    device = state.device(account.id, iot_id=iot_id, product_key=product_key, name=device_name)
    try:
        properties = json.loads(items)
    except ValueError:
        properties = None
    if not isinstance(properties, dict):
        raise IotError(
            "iot.device.InvalidFormattedDevicePropertiesString",
            hint='write it like {"Temperature": 21}',
        )
    device.properties.update(properties)
    return {"Data": {"MessageId": str(state.next_message_id())}}


@iot.operation(on=everything)
def pub(
    account: Account,
    state: IotState,
    product_key: str,
    topic_full_name: str,
    message_content: str,
    qos: int = 0,
) -> Body:
    state.product(account.id, product_key)
    if not _TOPIC.fullmatch(topic_full_name):
        raise IotError("iot.messagebroker.InvalidFormattedTopicName", hint=f"`{topic_full_name}`")
    try:
        content = base64.b64decode(message_content, validate=True)
    except (ValueError, binascii.Error):
        raise IotError("iot.messagebroker.MessageContentIsNotBase64Encode") from None
    message = Message(
        str(state.next_message_id()), topic_full_name, content, qos, account.world.clock.time()
    )
    state.messages(account.id).append(message)
    return {"MessageId": message.id}
