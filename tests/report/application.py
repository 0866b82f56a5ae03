"""An application, in the text of a file, for tests that run in a pytest of their own."""

from __future__ import annotations

from typing import Final

# A pytest in this process forgets what it imported itself: these are loaded once for all.
import alibabacloud_iot20180120.client  # noqa: F401
import alibabacloud_ram20150501.client  # noqa: F401
import alibabacloud_tea_openapi.models  # noqa: F401
import pytest
import responses  # noqa: F401

APPLICATION: Final = """
import os
from alibabacloud_iot20180120.client import Client as Iot
from alibabacloud_iot20180120.models import RegisterDeviceRequest
from alibabacloud_ram20150501.client import Client as Ram
from alibabacloud_ram20150501.models import GetUserRequest
from alibabacloud_tea_openapi.models import Config

def config():
    names = ["ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"]
    key_id, secret = [os.environ[name] for name in names]
    token = os.environ.get("ALIBABA_CLOUD_SECURITY_TOKEN")
    return Config(access_key_id=key_id, access_key_secret=secret, security_token=token,
                  region_id="cn-shanghai")

def look_up(name):
    return Ram(config()).get_user(GetUserRequest(user_name=name)).body

def register(name):
    request = RegisterDeviceRequest(product_key="a1", device_name=name)
    return Iot(config()).register_device(request).body
"""

LOOK_UP: Final = 1 + APPLICATION.strip().splitlines().index(
    "    return Ram(config()).get_user(GetUserRequest(user_name=name)).body"
)
"""The line that makes the call."""


def write(pytester: pytest.Pytester, test: str) -> None:
    """Put the application, and a test of it, into the folder of a pytest of its own."""
    pytester.makepyfile(application=APPLICATION)
    pytester.makepyfile(f"import pytest\nfrom application import look_up, register\n{test}")
