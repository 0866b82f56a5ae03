"""Bearer tokens: they go out as they are, and nobody here gave one out."""

from __future__ import annotations

import asyncio
from typing import Any, get_args

import pytest
from alibabacloud_credentials.client import Client as Provider
from alibabacloud_credentials.models import Config as ProviderConfig
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.models import Config

from pytest_ramsts import FakeCloud

from .catalogue import Way


@pytest.mark.parametrize("way", get_args(Way))
def test_a_bearer_token_is_sent_and_refused(ramsts: FakeCloud, way: Way) -> None:
    provider = Provider(ProviderConfig(type="bearer", bearer_token="a-token"))
    sts: Any = Sts(Config(credential=provider, region_id="cn-hangzhou"))

    async def call_async() -> None:
        await sts.get_caller_identity_async()

    call = sts.get_caller_identity if way == "sync" else lambda: asyncio.run(call_async())
    with pytest.raises(ClientException) as refused:
        call()

    assert refused.value.code == "InvalidAccessKeyId.NotFound"
    headers = ramsts.calls.last.request.headers
    assert headers.get("x-acs-bearer-token") == "a-token"
    assert "authorization" not in headers
