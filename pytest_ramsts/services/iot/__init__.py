"""IoT Platform 2018-01-20: products, devices, properties and messages in memory, every operation
guarded.
"""

from pytest_ramsts.services.iot import devices, messages, products, properties
from pytest_ramsts.services.iot.errors import IotError
from pytest_ramsts.services.iot.product import iot
from pytest_ramsts.services.iot.state import Device, IotState, Message, Product

__all__ = [
    "Device",
    "IotError",
    "IotState",
    "Message",
    "Product",
    "devices",
    "iot",
    "messages",
    "products",
    "properties",
]
