"""RAM 2015-05-01: one noun, its operations."""

from pytest_ramsts.services.ram import (
    access_keys,
    attachments,
    diagnosis,
    groups,
    login_profiles,
    mfa_devices,
    policies,
    roles,
    service_linked_roles,
    settings,
    tags,
    users,
)
from pytest_ramsts.services.ram.product import ram

__all__ = [
    "access_keys",
    "attachments",
    "diagnosis",
    "groups",
    "login_profiles",
    "mfa_devices",
    "policies",
    "ram",
    "roles",
    "service_linked_roles",
    "settings",
    "tags",
    "users",
]
