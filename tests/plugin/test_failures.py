# ruff: noqa: PT012 - what is raised comes when the block of the cloud ends
"""What fails inside a request fails the test as itself, whatever an SDK makes of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import requests
from alibabacloud_ram20150501 import models
from alibabacloud_ram20150501.client import Client
from alibabacloud_tea_openapi.models import Config

from pytest_ramsts import FakeCloud

_HEAD = """
import asyncio
import pytest
from alibabacloud_ram20150501 import models
from alibabacloud_ram20150501.client import Client
from alibabacloud_tea_openapi.models import Config

def client(cloud):
    key = cloud.admin_key
    return Client(
        Config(access_key_id=key.id, access_key_secret=key.secret, region_id="cn-hangzhou")
    )

def reply(invocation):
    assert invocation.parameters["UserName"] == "bob"
    return {}

def get_user(cloud):
    cloud.reply("ram:GetUser", reply)
    client(cloud).get_user(models.GetUserRequest(user_name="alice"))
"""


@pytest.mark.parametrize(
    "test",
    [
        "get_user(ramsts)",
        "\n    try:\n        get_user(ramsts)\n    except Exception:\n        pass",
        "\n    with pytest.raises(Exception):\n        get_user(ramsts)",
    ],
    ids=["the SDK's error is not caught", "it is swallowed", "it is expected"],
)
def test_a_failed_assertion_of_a_reply_fails_the_test(pytester: pytest.Pytester, test: str) -> None:
    pytester.makepyfile(f"{_HEAD}\ndef test_it(ramsts):\n    {test}\n")
    result = pytester.runpytest()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E   *AssertionError*", "test_a_failed*.py:14: AssertionError"])


def test_a_test_that_is_skipped_stays_so(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        f"""{_HEAD}
def test_it(ramsts):
    try:
        get_user(ramsts)
    except Exception:
        pytest.skip("not today")
"""
    )
    pytester.runpytest().assert_outcomes(skipped=1)


def test_a_failure_after_the_test_is_an_error_of_its_end(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        f"""{_HEAD}
@pytest.fixture
def service(ramsts):
    yield
    try:
        get_user(ramsts)
    except Exception:
        pass

def test_it(service):
    pass
"""
    )
    pytester.runpytest().assert_outcomes(passed=1, errors=1)


def get_user(cloud: FakeCloud) -> None:
    key = cloud.admin_key
    client = Client(
        Config(access_key_id=key.id, access_key_secret=key.secret, region_id="cn-hangzhou")
    )
    client.get_user(models.GetUserRequest(user_name="alice"))


def failing(error: BaseException) -> Callable[[Any], dict[str, Any]]:
    def reply(_: object) -> dict[str, Any]:
        raise error

    return reply


def test_without_pytest_it_is_raised_at_the_end_of_the_block() -> None:
    error = ZeroDivisionError("in a reply")
    with pytest.raises(ZeroDivisionError) as caught, FakeCloud() as cloud:
        cloud.reply("ram:GetUser", failing(error))
        get_user(cloud)

    assert caught.value is error
    assert "InternalError" in str(caught.value.__cause__)  # what the SDK made of it


def test_several_are_told_of() -> None:
    with pytest.raises(ZeroDivisionError) as caught, FakeCloud() as cloud:
        cloud.reply("ram:GetUser", failing(ZeroDivisionError("one")))
        with pytest.raises(Exception, match="InternalError"):
            get_user(cloud)
        cloud.reply("ram:GetUser", failing(KeyError("two")))
        get_user(cloud)

    assert any("KeyError('two')" in note for note in caught.value.__notes__)


def test_in_a_thread_it_is_not_lost() -> None:

    with pytest.raises(ZeroDivisionError), FakeCloud() as cloud:
        cloud.reply("ram:GetUser", failing(ZeroDivisionError()))

        def go() -> None:
            with pytest.raises(Exception, match="InternalError"):
                get_user(cloud)

        thread = threading.Thread(target=go)
        thread.start()
        thread.join()


def test_what_a_client_is_told_is_the_clouds_own_error() -> None:
    with pytest.raises(ZeroDivisionError), FakeCloud() as cloud:
        cloud.reply("ram:GetUser", failing(ZeroDivisionError("secret")))
        with pytest.raises(Exception, match="InternalError") as caught:
            get_user(cloud)

        assert "secret" not in str(caught.value)
        assert not isinstance(caught.value, requests.RequestException)
