"""Who is there in every chapter."""

from __future__ import annotations

import pytest

from pytest_ramsts import Account, User


@pytest.fixture
def olga(ram_account: Account) -> User:
    """The administrator. She signs with an AccessKey of her own, never with the account's."""
    return ram_account.create_user("olga", policies=["AdministratorAccess"])
