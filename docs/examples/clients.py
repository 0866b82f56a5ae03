"""The SDKs' clients, made as any application makes them.

Nothing here knows that the cloud is a fake one: no end point is changed, nothing is patched.
`keys` is what RAM or STS gave out; without it, a client finds its credentials where applications
find them, in the environment.
"""

from __future__ import annotations

from typing import Any

from alibabacloud_credentials.client import Client as DefaultChain
from alibabacloud_iot20180120.client import Client as Iot
from alibabacloud_ram20150501.client import Client as Ram
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_tea_openapi.models import Config
from aliyunsdkcore.auth.credentials import AccessKeyCredential, StsTokenCredential
from aliyunsdkcore.client import AcsClient

REGION = "cn-shanghai"


def ram_client(keys: Any = None) -> Ram:
    return Ram(_config(keys))


def sts_client(keys: Any = None) -> Sts:
    return Sts(_config(keys))


def iot_client(keys: Any = None) -> Iot:
    return Iot(_config(keys))


def iot_client_with(provider: Any) -> Iot:
    """A client that asks a credentials provider before each call."""
    return Iot(Config(credential=provider, region_id=REGION))


def acs_client(keys: Any) -> AcsClient:
    """The one client of the older SDK, for every product."""
    token = getattr(keys, "security_token", None)
    credential = (
        StsTokenCredential(keys.access_key_id, keys.access_key_secret, token)
        if token
        else AccessKeyCredential(keys.access_key_id, keys.access_key_secret)
    )
    return AcsClient(region_id=REGION, credential=credential)


def _config(keys: Any) -> Config:
    if keys is None:
        return Config(credential=DefaultChain(), region_id=REGION)
    return Config(
        access_key_id=keys.access_key_id,
        access_key_secret=keys.access_key_secret,
        security_token=getattr(keys, "security_token", None),
        region_id=REGION,
    )
