"""pytest-asyncio: asynchronous SDKs are caught as well, and the fixtures are the same."""

from __future__ import annotations

import asyncio

import pytest
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_sts20150401.models import AssumeRoleRequest
from alibabacloud_tea_openapi.models import Config

from pytest_ramsts import FakeCloud, Role, User


async def borrow(user: User, role: Role, name: str) -> str:
    key = user.access_key
    client = Sts(
        Config(access_key_id=key.id, access_key_secret=key.secret, region_id="cn-hangzhou")
    )
    request = AssumeRoleRequest(role_arn=role.arn, role_session_name=name)
    answer = await client.assume_role_async(request)
    return str(answer.body.credentials.access_key_id)


@pytest.mark.asyncio
async def test_credentials_are_borrowed_side_by_side(
    ramsts: FakeCloud, ram_user: User, ram_role: Role
) -> None:
    borrowed = await asyncio.gather(*(borrow(ram_user, ram_role, f"job-{n}") for n in range(3)))

    assert len(set(borrowed)) == 3
    ramsts.calls.assert_called("sts:AssumeRole", times=3, by=ram_user, on=ram_role)
