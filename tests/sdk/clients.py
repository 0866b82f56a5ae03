"""The official SDKs' clients, as an application makes them, for somebody's credentials."""

from __future__ import annotations

import json
from typing import Any

from alibabacloud_ims20190815.client import Client as ImsClient
from alibabacloud_ram20150501.client import Client as RamClient
from alibabacloud_sts20150401.client import Client as StsClient
from alibabacloud_tea_openapi.models import Config
from aliyunsdkcore.auth.credentials import AccessKeyCredential, StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import RpcRequest

from pytest_ramsts.environment import Credentials

__all__ = ["Credentials", "ask", "ims", "legacy", "ram", "sts"]


def ram(credentials: Credentials) -> RamClient:
    return RamClient(_config(credentials, "ram.aliyuncs.com"))


def sts(credentials: Credentials | None, region: str = "") -> StsClient:
    """Without credentials it can only ask what needs no signature."""
    host = f"sts.{region}.aliyuncs.com" if region else "sts.aliyuncs.com"
    return StsClient(_config(credentials, host))


def ims(credentials: Credentials) -> ImsClient:
    return ImsClient(_config(credentials, "ims.aliyuncs.com"))


def legacy(credentials: Credentials, region: str = "cn-hangzhou") -> AcsClient:
    """The client of `aliyun-python-sdk-core`, which every `aliyunsdk*` product shares."""
    if credentials.security_token:
        signer: Any = StsTokenCredential(
            credentials.id, credentials.secret, credentials.security_token
        )
    else:
        signer = AccessKeyCredential(credentials.id, credentials.secret)
    return AcsClient(region_id=region, credential=signer)


def ask(client: AcsClient, request: RpcRequest, **parameters: object) -> Any:
    """Send a request of `aliyunsdkcore`, its parameters set by its own setters; the parsed body."""
    for name, value in parameters.items():
        getattr(request, f"set_{name}")(value)
    return json.loads(client.do_action_with_exception(request))


def _config(credentials: Credentials | None, endpoint: str) -> Config:
    if credentials is None:
        return Config(endpoint=endpoint, region_id="cn-hangzhou")
    return Config(
        access_key_id=credentials.id,
        access_key_secret=credentials.secret,
        security_token=credentials.security_token or None,
        endpoint=endpoint,
    )
