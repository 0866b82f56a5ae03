"""RAM 2015-05-01: one noun, its operations."""

from pytest_ramsts.services.ram import access_keys, attachments, groups, policies, roles, users
from pytest_ramsts.services.ram.product import ram

__all__ = ["access_keys", "attachments", "groups", "policies", "ram", "roles", "users"]
