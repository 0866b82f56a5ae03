"""unittest under pytest: the fixture is handed to the class, and its reports come along."""

from __future__ import annotations

import unittest

import pytest

from pytest_ramsts import FakeCloud


class ReadersTest(unittest.TestCase):
    cloud: FakeCloud

    @pytest.fixture(autouse=True)
    def _cloud(self, ramsts: FakeCloud) -> None:
        self.cloud = ramsts

    def test_readers_only_read(self) -> None:
        reader = self.cloud.account.create_user("reader", policies=["AliyunOTSReadOnlyAccess"])

        assert reader.can("ots:GetRow")
        assert not reader.can("ots:PutRow")
