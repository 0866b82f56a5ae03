"""A fake Alibaba Cloud for your tests. Every name here is loaded when it is first used."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_ramsts.clock import Clock
    from pytest_ramsts.cloud import FakeCloud
    from pytest_ramsts.errors import ApiError, LeakError, NoPermissionError, RamstsError
    from pytest_ramsts.identity import (
        AccessKey,
        Account,
        Group,
        Limits,
        ManagedPolicy,
        Role,
        Session,
        Settings,
        UnknownActionWarning,
        User,
    )
    from pytest_ramsts.journal import Call, Journal
    from pytest_ramsts.load import Loaded, LoadError, LoadWarning
    from pytest_ramsts.policy import Decision, Policy, allow, deny
    from pytest_ramsts.service import Body, Invocation, Service
    from pytest_ramsts.services.products import product

__version__ = "0.1.0"

__all__ = [
    "AccessKey",
    "Account",
    "ApiError",
    "Body",
    "Call",
    "Clock",
    "Decision",
    "FakeCloud",
    "Group",
    "Invocation",
    "Journal",
    "LeakError",
    "Limits",
    "LoadError",
    "LoadWarning",
    "Loaded",
    "ManagedPolicy",
    "NoPermissionError",
    "Policy",
    "RamstsError",
    "Role",
    "Service",
    "Session",
    "Settings",
    "UnknownActionWarning",
    "User",
    "allow",
    "deny",
    "product",
]

_HOMES = {
    "clock": ("Clock",),
    "cloud": ("FakeCloud",),
    "errors": ("ApiError", "LeakError", "NoPermissionError", "RamstsError"),
    "identity": (
        "AccessKey",
        "Account",
        "Group",
        "Limits",
        "ManagedPolicy",
        "Role",
        "Session",
        "Settings",
        "UnknownActionWarning",
        "User",
    ),
    "journal": ("Call", "Journal"),
    "load": ("LoadError", "LoadWarning", "Loaded"),
    "policy": ("Decision", "Policy", "allow", "deny"),
    "service": ("Body", "Invocation", "Service"),
    "services.products": ("product",),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            value = getattr(importlib.import_module(f"{__name__}.{module}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
