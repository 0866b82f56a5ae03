"""IoT Platform 2018-01-20: products, devices, properties and messages in memory, every operation
guarded.
"""

from pytest_ramsts.services.iot import devices, products
from pytest_ramsts.services.iot.product import iot

__all__ = ["devices", "iot", "products"]
