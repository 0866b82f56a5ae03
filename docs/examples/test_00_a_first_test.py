"""Chapter 0. A first test.

An application that creates products on IoT Platform, and three tests of it: it works for those who
may, it says so to those who may not, and it notices that borrowed credentials have ended. The
tutorial goes through it step by step.
"""

from __future__ import annotations

import pytest
from alibabacloud_credentials.client import Client as Credentials
from alibabacloud_iot20180120.client import Client as Iot
from alibabacloud_iot20180120.models import CreateProductRequest
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.models import Config

from pytest_ramsts import Clock, FakeCloud

# The application: it takes its credentials from the environment, as it does in production.


class NotAllowedError(Exception):
    """IoT Platform refused."""


def new_product(name: str) -> str:
    client = Iot(Config(credential=Credentials(), region_id="cn-shanghai"))
    answer = client.create_product(CreateProductRequest(product_name=name, node_type=0)).body
    if not answer.success:
        raise NotAllowedError(answer.code)
    product_key: str = answer.product_key
    return product_key


# Its tests


def test_a_product_is_created(ramsts: FakeCloud) -> None:
    """Whoever has access to IoT Platform creates a product."""
    gardener = ramsts.account.create_user("gardener", policies=["AliyunIOTFullAccess"])

    with ramsts.acting_as(gardener):
        assert new_product("greenhouse")


def test_a_denial_is_reported(ramsts: FakeCloud) -> None:
    """A visitor may look and not create; the application says so."""
    visitor = ramsts.account.create_user("visitor", policies=["AliyunIOTReadOnlyAccess"])

    with (
        ramsts.acting_as(visitor),
        ramsts.denies("iot:CreateProduct") as denial,
        pytest.raises(NotAllowedError),
    ):
        new_product("greenhouse")

    assert denial.reason == "ImplicitDeny"


def test_borrowed_credentials_end(ramsts: FakeCloud, ramsts_clock: Clock) -> None:
    """Credentials of a role last an hour, and then they are refused."""
    helper = ramsts.account.create_role("helper", policies=["AliyunIOTFullAccess"])

    with ramsts.acting_as(helper):
        assert new_product("greenhouse")

        ramsts_clock.advance(hours=1)
        with pytest.raises(ClientException) as refused:
            new_product("orchard")

    assert refused.value.code == "InvalidSecurityToken.Expired"
