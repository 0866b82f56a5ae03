"""Chapter 14. What breaks in production, in one line each.

The service of this chapter keeps a count of products. It finds its credentials wherever it runs,
tries again when it is throttled, and must survive what happens on a long day: a token that ends, an
administrator who changes her mind, a connection that breaks, clocks that disagree. Nobody waits in
these tests: time passes on the clock, and only there.
"""

from __future__ import annotations

import time
from typing import Any

import pytest
from alibabacloud_credentials.client import Client as DefaultChain
from alibabacloud_iot20180120.client import Client as Iot
from alibabacloud_iot20180120.models import QueryProductListRequest
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.models import Config

from pytest_ramsts import Clock, FakeCloud, Role, User, faults


class Counter:
    """The application."""

    def __init__(self) -> None:
        config = Config(credential=DefaultChain(), region_id="cn-shanghai")
        self._iot = Iot(config)

    def count(self) -> int:
        request = QueryProductListRequest(current_page=1, page_size=10)
        answer: Any = self._iot.query_product_list(request).body
        if not answer.success:
            raise PermissionError(answer.code)
        total: int = answer.data.total
        return total

    def count_patiently(self) -> int:
        for attempt in range(6):
            try:
                return self.count()
            except ClientException as error:
                if not error.code.startswith("Throttling"):
                    raise
                time.sleep(2**attempt)
        raise TimeoutError("throttled for a minute")


@pytest.fixture
def reader(ramsts: FakeCloud) -> Role:
    """May be had by this account's users, and by its ECS instances."""
    trusted = [ramsts.account, "ecs.aliyuncs.com"]
    return ramsts.account.create_role(
        "reader", trusted=trusted, policies=["AliyunIOTReadOnlyAccess"]
    )


@pytest.fixture
def user(ramsts: FakeCloud) -> User:
    return ramsts.account.create_user("counter", policies=["AliyunSTSAssumeRoleAccess"])


@pytest.mark.parametrize("via", ["cli", "credentials_file", "ecs", "credentials_uri"])
def test_it_finds_its_credentials_wherever_it_runs(
    ramsts: FakeCloud, reader: Role, via: str
) -> None:
    with ramsts.acting_as(reader, via=via):
        assert Counter().count() == 0


def test_it_works_on_an_instance_that_requires_a_token(ramsts: FakeCloud, reader: Role) -> None:
    with ramsts.acting_as(reader, via="ecs", http_tokens="required"):
        assert Counter().count() == 0


def test_it_works_through_a_day(
    ramsts: FakeCloud, ramsts_clock: Clock, reader: Role, user: User
) -> None:
    """Every ten minutes, from morning to night: no call is ever refused."""
    ramsts_clock.freeze("2026-03-02T08:00:00Z")
    with ramsts.acting_as(reader, via="cli", by=user):
        counter = Counter()
        for _ in range(12 * 6):
            counter.count()
            ramsts_clock.advance(minutes=10)

    assert all(call.allowed for call in ramsts.calls)
    assert len(ramsts.calls.of("sts:AssumeRole")) == 15


def test_it_waits_out_a_throttling(ramsts: FakeCloud, ramsts_clock: Clock, reader: Role) -> None:
    ramsts_clock.freeze("2026-03-02T08:00:00Z")
    ramsts.fail("iot:QueryProductList", "Throttling.User", times=4)
    with ramsts.acting_as(reader), ramsts_clock.without_waiting():
        assert Counter().count_patiently() == 0

    assert f"{ramsts_clock.now:%H:%M:%S}" == "08:00:15"


def test_it_gives_up_in_the_end(ramsts: FakeCloud, ramsts_clock: Clock, reader: Role) -> None:
    ramsts.fail("iot", "Throttling.User")
    with (
        ramsts.acting_as(reader),
        ramsts_clock.without_waiting(),
        pytest.raises(TimeoutError, match="for a minute"),
    ):
        Counter().count_patiently()


def test_a_broken_connection_is_not_taken_for_a_throttling(ramsts: FakeCloud, reader: Role) -> None:
    ramsts.fail("iot", faults.ConnectionReset(), times=1)
    with ramsts.acting_as(reader), pytest.raises(Exception, match="reset by peer"):
        Counter().count_patiently()


def test_a_withdrawal_is_felt_when_it_has_got_about(
    ramsts: FakeCloud, ramsts_clock: Clock, reader: Role
) -> None:
    """In the real cloud a change takes a moment to reach those who decide."""
    ramsts_clock.freeze()
    with ramsts.acting_as(reader), ramsts.propagation_delay(seconds=10):
        counter = Counter()
        reader.detach_all()
        assert counter.count() == 0

        ramsts_clock.advance(seconds=10)
        with ramsts.denies("iot:QueryProductList"), pytest.raises(PermissionError):
            counter.count()


def test_a_clock_that_is_a_quarter_of_an_hour_off_is_refused(
    ramsts: FakeCloud, ramsts_clock: Clock, reader: Role
) -> None:
    with ramsts.acting_as(reader):
        counter = Counter()
        with ramsts_clock.skew(minutes=14):
            assert counter.count() == 0
        with ramsts_clock.skew(minutes=16), pytest.raises(ClientException) as refused:
            counter.count()

    assert refused.value.code == "InvalidTimeStamp.Expired"
