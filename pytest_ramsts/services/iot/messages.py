"""Messages of IoT Platform: to topics, to many devices, and with an answer."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from pytest_ramsts.identity import Account
from pytest_ramsts.service import Body
from pytest_ramsts.services.iot.errors import IotError
from pytest_ramsts.services.iot.product import everything, iot
from pytest_ramsts.services.iot.state import IotState, Message

_TOPIC: Final = re.compile(r"(/[A-Za-z0-9_.:@+#-]+)+")
_TIMEOUTS: Final = range(1000, 8001)


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
    return {"MessageId": _publish(account, state, topic_full_name, message_content, qos).id}


@iot.operation(on=everything)
def pub_broadcast(
    account: Account,
    state: IotState,
    product_key: str,
    message_content: str,
    topic_full_name: str = "",
) -> Body:
    state.product(account.id, product_key)
    topic = topic_full_name or f"/sys/{product_key}/broadcast"
    return {"MessageId": int(_publish(account, state, topic, message_content, 0).id)}


@iot.operation(on=everything)
def batch_pub(
    account: Account,
    state: IotState,
    product_key: str,
    message_content: str,
    topic_short_name: str = "",
    device_name: list[str] | None = None,
    qos: int = 0,
) -> Body:
    if not device_name:
        raise IotError("iot.device.NoneDeviceNameElement")
    for name in device_name:
        state.device(account.id, product_key=product_key, name=name)
        topic = f"/{product_key}/{name}/user/{topic_short_name}"
        _publish(account, state, topic, message_content, qos)
    return {}


@iot.operation(on=everything, name="RRpc")
def request_and_response(
    account: Account,
    state: IotState,
    product_key: str,
    device_name: str,
    request_base64_byte: str,
    timeout: int,
) -> Body:
    """A device answers that is online and was told how; another is offline, or takes too long.

    That these are business errors, and not only an `RrpcCode`, is not documented; the codes of such
    errors are.
    """
    device = state.device(account.id, product_key=product_key, name=device_name)
    asked = _decoded(request_base64_byte)
    if timeout not in _TIMEOUTS:
        raise IotError("iot.messagebroker.InvalidTimeoutValue", hint=f"{timeout}: 1000 to 8000 ms")
    message_id = state.next_message_id()
    if device.status != "ONLINE":
        raise _unanswered("OFFLINE", message_id)
    if device.on_request is None:
        raise _unanswered("TIMEOUT", message_id)
    answer = base64.b64encode(device.on_request(asked)).decode()
    return {"RrpcCode": "SUCCESS", "PayloadBase64Byte": answer, "MessageId": message_id}


def _unanswered(code: str, message_id: int) -> IotError:
    body = {"RrpcCode": code, "PayloadBase64Byte": "", "MessageId": message_id}
    return IotError(f"iot.messagebroker.{code}", body=body)


def _publish(account: Account, state: IotState, topic: str, content: str, qos: int) -> Message:
    if not _TOPIC.fullmatch(topic):
        raise IotError("iot.messagebroker.InvalidFormattedTopicName", hint=f"`{topic}`")
    message = Message(
        str(state.next_message_id()), topic, _decoded(content), qos, account.world.clock.time()
    )
    state.messages(account.id).append(message)
    return message


def _decoded(content: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except (ValueError, binascii.Error):
        raise IotError("iot.messagebroker.MessageContentIsNotBase64Encode") from None
