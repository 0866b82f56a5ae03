"""Products that answer what a test programmed: ECS by its map of resources, any other by the
general rule.
"""

from pytest_ramsts.services.products.ecs import ecs
from pytest_ramsts.services.products.general import product
from pytest_ramsts.services.products.roa import Roa

__all__ = ["Roa", "ecs", "product"]
