"""Products and devices of IoT Platform, in memory: one state per cloud, kept apart by account."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from pytest_ramsts.errors import ApiError


class IotError(ApiError):
    """A business error of IoT Platform: HTTP 200 with `Success: false`. Texts are those of its page
    "Error codes".
    """

    status = 200

    def __init__(self, code: str, *, hint: str = "") -> None:
        super().__init__(code, _TEXTS[code], hint=hint)


_TEXTS: Final = {
    "iot.common.InvalidPageParams": "The specified page size or page number is invalid.",
    "iot.common.RamActionPermissionDeny": (
        "You do not have the RAM permission to access the resource."
    ),
    "iot.device.AlreadyExistedDeviceName": "The device name already exists.",
    "iot.device.InvalidFormattedDeviceName": "The format of the device name is invalid.",
    "iot.device.InvalidFormattedDevicePropertiesString": (
        "The format of device property string is invalid."
    ),
    "iot.device.NotExistedDevice": "The specified device does not exist.",
    "iot.device.NullDeviceName": "Device name cannot be empty.",
    "iot.messagebroker.InvalidFormattedTopicName": "Format of the topic is invalid.",
    "iot.messagebroker.MessageContentIsNotBase64Encode": (
        "The message content is not base64 encoded."
    ),
    "iot.prod.AlreadyExistedProductName": "The same product name already exists.",
    "iot.prod.InvalidFormattedProductName": "The format of the ProductName is invalid.",
    "iot.prod.InvalidNodeType": "The node type of the product is invalid.",
    "iot.prod.NotExistedProduct": "The specified product does not exist.",
}


@dataclass
class Device:
    """A device of a product. It is `UNACTIVE` until it connects for the first time."""

    product_key: str
    name: str
    iot_id: str
    secret: str
    nickname: str
    created: float
    status: str = "UNACTIVE"
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass
class Product:
    """A product: what its devices have in common."""

    key: str
    name: str
    secret: str
    node_type: int
    data_format: int
    auth_type: str
    commodity_code: str
    description: str
    created: float
    devices: dict[str, Device] = field(default_factory=dict)


@dataclass(frozen=True)
class Message:
    """What was published to a topic."""

    id: str
    topic: str
    content: bytes
    qos: int
    time: float


@dataclass
class IotState:
    """What exists in IoT Platform: products and published messages by account id."""

    products_by_account: dict[str, dict[str, Product]] = field(default_factory=dict)
    messages_by_account: dict[str, list[Message]] = field(default_factory=dict)
    message_count: int = 0

    def products(self, account_id: str) -> dict[str, Product]:
        """The products of an account by ProductKey."""
        return self.products_by_account.setdefault(account_id, {})

    def messages(self, account_id: str) -> list[Message]:
        return self.messages_by_account.setdefault(account_id, [])

    def product(self, account_id: str, key: str) -> Product:
        try:
            return self.products(account_id)[key]
        except KeyError:
            raise IotError("iot.prod.NotExistedProduct", hint=f"`{key}`") from None

    def device(
        self, account_id: str, *, iot_id: str = "", product_key: str = "", name: str = ""
    ) -> Device:
        """A device by its IotId, which goes first, or by its product and name."""
        if iot_id:
            for product in self.products(account_id).values():
                for device in product.devices.values():
                    if device.iot_id == iot_id:
                        return device
            raise IotError("iot.device.NotExistedDevice", hint=f"IotId `{iot_id}`")
        product = self.product(account_id, product_key)
        if not name:
            raise IotError("iot.device.NullDeviceName")
        try:
            return product.devices[name]
        except KeyError:
            raise IotError(
                "iot.device.NotExistedDevice", hint=f"`{name}` of product `{product.name}`"
            ) from None

    def next_message_id(self) -> int:
        self.message_count += 1
        return 1_000_000_000_000_000_000 + self.message_count
