"""A bucket, and somebody who may do everything in it."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ramsts import FakeCloud, User
from pytest_ramsts.services.oss.state import Bucket

from .clients import bucket_of


@pytest.fixture
def media(ramsts: FakeCloud) -> Bucket:
    """The bucket, as a test arranges it."""
    made: Bucket = ramsts.state("oss").create_bucket("media", ramsts.account)
    return made


@pytest.fixture
def keeper(ramsts: FakeCloud, media: Bucket) -> User:  # noqa: ARG001 - the bucket must be there
    return ramsts.account.create_user("keeper", policies=["AliyunOSSFullAccess"])


@pytest.fixture
def bucket(keeper: User) -> Any:
    """The bucket as the keeper's SDK sees it."""
    return bucket_of(keeper.access_key)
