"""unittest: the cloud is entered in `setUp`, and any runner of unittest will do."""

from __future__ import annotations

import unittest

from alibabacloud_credentials.client import Client as Credentials
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_tea_openapi.models import Config

from pytest_ramsts import FakeCloud


def who_am_i() -> str:
    """The application: it takes its credentials from the environment."""
    answer = Sts(Config(credential=Credentials(), region_id="cn-hangzhou")).get_caller_identity()
    return str(answer.body.arn)


class WhoAmITest(unittest.TestCase):
    def setUp(self) -> None:
        self.cloud = self.enterContext(FakeCloud())
        self.alice = self.cloud.account.create_user("alice")

    def test_the_application_acts_as_whoever_it_is_given(self) -> None:
        with self.cloud.acting_as(self.alice):
            self.assertEqual(who_am_i(), self.alice.arn)  # noqa: PT009 - that is unittest

        self.cloud.calls.assert_called("sts:GetCallerIdentity", times=1, by=self.alice)
