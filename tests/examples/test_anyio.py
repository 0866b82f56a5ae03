"""anyio: its pytest plugin and its task groups, with the SDKs that run on asyncio."""

from __future__ import annotations

import anyio
import pytest

from pytest_ramsts import FakeCloud, Role, User

from .test_asyncio import borrow


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"  # what the asynchronous SDKs of Alibaba Cloud are written for


@pytest.mark.anyio
async def test_credentials_are_borrowed_in_a_task_group(
    ramsts: FakeCloud, ram_user: User, ram_role: Role
) -> None:
    async with anyio.create_task_group() as group:
        for number in range(3):
            group.start_soon(borrow, ram_user, ram_role, f"job-{number}")

    ramsts.calls.assert_called("sts:AssumeRole", times=3, by=ram_user)
