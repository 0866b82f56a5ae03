"""IMS 2019-08-15: one noun, its operations. What it shows is what RAM shows, under other names."""

from pytest_ramsts.services.ims import (
    access_keys,
    applications,
    groups,
    login_profiles,
    mfa_devices,
    oidc_providers,
    recycle_bin,
    reports,
    saml_providers,
    service_credentials,
    settings,
    tags,
    users,
    verification,
)
from pytest_ramsts.services.ims.product import ims

__all__ = [
    "access_keys",
    "applications",
    "groups",
    "ims",
    "login_profiles",
    "mfa_devices",
    "oidc_providers",
    "recycle_bin",
    "reports",
    "saml_providers",
    "service_credentials",
    "settings",
    "tags",
    "users",
    "verification",
]
