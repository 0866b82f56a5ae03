"""Products and devices of IoT Platform, in memory: one state per cloud, kept apart by account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pytest_ramsts.clock import Clock
from pytest_ramsts.services.iot.errors import IotError

__all__ = ["Application", "Device", "IotState", "Message", "Product", "Status", "Topic", "Value"]

Status = Literal["UNACTIVE", "ONLINE", "OFFLINE", "DISABLE"]


@dataclass(frozen=True, slots=True)
class Value:
    """What a property was, from a moment in epoch milliseconds."""

    time: int
    value: Any


@dataclass
class Device:
    """A device of a product. It is `UNACTIVE` until it connects for the first time.

    A test plays the device: it lets it `connect`, `report` what its sensors measure, and says what
    it answers with `on_request` and `on_service`.
    """

    product_key: str
    name: str
    iot_id: str
    secret: str
    nickname: str
    clock: Clock
    created: float
    status: Status = "UNACTIVE"
    activated: float | None = None
    last_online: float | None = None
    history: dict[str, list[Value]] = field(default_factory=dict)
    """What each property was, in the order of time."""
    desired: dict[str, tuple[Any, int]] = field(default_factory=dict)
    """What each property is meant to become, and the version of that."""
    tags: dict[str, str] = field(default_factory=dict)
    shadow: dict[str, Any] = field(default_factory=dict)
    shadow_version: int = 0
    on_request: Callable[[bytes], bytes] | None = None
    """What it answers to an RRpc."""
    on_service: dict[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = field(
        default_factory=dict
    )
    """What it answers where a service of this name is invoked."""

    @property
    def properties(self) -> dict[str, Any]:
        """What its properties are now."""
        return {name: values[-1].value for name, values in self.history.items()}

    def connect(self) -> None:
        """Go online. A disabled device is not let in."""
        if self.status == "DISABLE":
            return
        self.status = "ONLINE"
        self.last_online = self.clock.time()
        self.activated = self.activated or self.last_online

    def disconnect(self) -> None:
        if self.status == "ONLINE":
            self.status = "OFFLINE"

    def disable(self) -> None:
        self.status = "DISABLE"

    def enable(self) -> None:
        if self.status == "DISABLE":
            self.status = "OFFLINE" if self.activated else "UNACTIVE"

    def report(self, values: Mapping[str, Any], *, at: float | None = None) -> None:
        """Set properties, now or at some time in epoch seconds."""
        time = int((self.clock.time() if at is None else at) * 1000)
        for name, value in values.items():
            history = self.history.setdefault(name, [])
            history.append(Value(time, value))
            history.sort(key=lambda one: one.time)


@dataclass
class Topic:
    """A topic category of a product: `/{ProductKey}/${deviceName}/user/{short_name}`."""

    id: str
    short_name: str
    operation: str
    description: str


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
    topics: dict[str, Topic] = field(default_factory=dict)
    """By their ids."""


@dataclass(frozen=True)
class Message:
    """What was published to a topic."""

    id: str
    topic: str
    content: bytes
    qos: int
    time: float


@dataclass
class Application:
    """Devices to be registered, or registered, several at once."""

    product_key: str
    names: list[str]
    done: bool = False


@dataclass
class IotState:
    """What exists in IoT Platform: products and published messages by account id."""

    products_by_account: dict[str, dict[str, Product]] = field(default_factory=dict)
    messages_by_account: dict[str, list[Message]] = field(default_factory=dict)
    applications: dict[tuple[str, int], Application] = field(default_factory=dict)
    """By account id and ApplyId."""
    count: int = 0

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
        self.count += 1
        return 1_000_000_000_000_000_000 + self.count
