"""Beside other plugins: their fixtures in both orders, their ways to run tests, their bans."""

from __future__ import annotations

import aiohttp
import alibabacloud_sts20150401.client
import httpx
import pytest
import requests
import responses

LOADED = (aiohttp, alibabacloud_sts20150401.client, httpx, requests, responses)
"""So that not every pytest within this one has to load them."""

_HEAD = """
import asyncio
import unittest

import aiohttp
import httpx
import pytest
import requests
from alibabacloud_sts20150401.client import Client
from alibabacloud_tea_openapi.models import Config

THEIRS = "https://example.com/"

def sts(cloud):
    key = cloud.admin_key
    return Client(
        Config(
            access_key_id=key.id, access_key_secret=key.secret, endpoint="sts.aliyuncs.com"
        )
    )

def ours(cloud):
    return sts(cloud).get_caller_identity().body.identity_type == "Account"

async def ours_async(cloud):
    return (await sts(cloud).get_caller_identity_async()).body.identity_type == "Account"

def ours_by_httpx(cloud):
    '''Unsigned, so it is refused; but by the cloud.'''
    return httpx.get("https://sts.aliyuncs.com/").json()["HostId"] == "sts.aliyuncs.com"
"""


def run(pytester: pytest.Pytester, test: str, *options: str) -> pytest.RunResult:
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")
    pytester.makepyfile(f"{_HEAD}\n{test}")
    return pytester.runpytest("-p", "no:cacheprovider", *options)


@pytest.mark.parametrize(
    ("fixture", "arrange", "act"),
    [
        ("requests_mock", "requests_mock.get(THEIRS, text='theirs')", "requests.get(THEIRS)"),
        ("httpx_mock", "httpx_mock.add_response(url=THEIRS, text='theirs')", "httpx.get(THEIRS)"),
        ("respx_mock", "respx_mock.get(THEIRS).respond(text='theirs')", "httpx.get(THEIRS)"),
    ],
)
@pytest.mark.parametrize("order", ["ours first", "theirs first"])
def test_the_fixture_of_another_mock(
    pytester: pytest.Pytester, fixture: str, arrange: str, act: str, order: str
) -> None:
    fixtures = ["ramsts", fixture]
    if order == "theirs first":
        fixtures.reverse()
    test = f"""
def test_it({", ".join(fixtures)}):
    {arrange}
    assert ours(ramsts) and ours_by_httpx(ramsts) and asyncio.run(ours_async(ramsts))
    assert {act}.text == "theirs"
    assert len(ramsts.calls) == 3
"""
    run(pytester, test).assert_outcomes(passed=1)


@pytest.mark.parametrize("order", ["ours first", "theirs first"])
def test_responses_as_a_decorator_and_as_a_fixture_of_ones_own(
    pytester: pytest.Pytester, order: str
) -> None:
    fixtures = ["ramsts", "theirs"] if order == "ours first" else ["theirs", "ramsts"]
    test = f"""
import responses

@pytest.fixture
def theirs():
    with responses.RequestsMock() as mock:
        yield mock

@responses.activate
def test_decorated(ramsts):
    responses.get(THEIRS, body="theirs")
    assert ours(ramsts)
    assert requests.get(THEIRS).text == "theirs"

def test_fixture({", ".join(fixtures)}):
    theirs.get(THEIRS, body="theirs")
    assert ours(ramsts)
    assert requests.get(THEIRS).text == "theirs"
"""
    run(pytester, test).assert_outcomes(passed=2)


def test_pytest_socket_that_forbids_every_socket(pytester: pytest.Pytester) -> None:
    test = """
def test_sync(ramsts):
    assert ours(ramsts) and ours_by_httpx(ramsts)

@pytest.mark.asyncio
async def test_async(ramsts):
    assert await ours_async(ramsts)
"""
    run(pytester, test, "--disable-socket", "--allow-unix-socket").assert_outcomes(passed=2)


def test_the_fixture_of_pytest_socket(pytester: pytest.Pytester) -> None:
    test = """
def test_ours_first(ramsts, socket_disabled):
    assert ours(ramsts)

def test_theirs_first(socket_disabled, ramsts):
    assert ours(ramsts)
"""
    run(pytester, test).assert_outcomes(passed=2)


_INDEPENDENT = """
@pytest.mark.parametrize("number", range(20))
def test_it(ramsts, number):
    assert ours(ramsts)
    assert len(ramsts.calls) == 1
    print("account", number, ramsts.account.id, ramsts.admin_key.id)
"""


def test_xdist_and_random_order_change_no_name_and_no_id(pytester: pytest.Pytester) -> None:
    def accounts(*options: str) -> list[str]:
        result = run(pytester, _INDEPENDENT, "-rP", *options)
        result.assert_outcomes(passed=20)
        return sorted(line for line in result.outlines if line.startswith("account "))

    in_order = accounts("-p", "no:randomly")

    assert len(set(in_order)) == 20
    assert accounts("-n", "2") == in_order
    assert accounts("-p", "randomly", "-p", "no:xdist") == in_order


def test_async_tests_under_asyncio_and_anyio(pytester: pytest.Pytester) -> None:
    test = """
@pytest.fixture
def anyio_backend():
    return "asyncio"

@pytest.fixture
async def caller(ramsts):
    yield await sts(ramsts).get_caller_identity_async()

@pytest.mark.asyncio
async def test_asyncio(ramsts):
    assert await ours_async(ramsts)
    assert await asyncio.to_thread(ours, ramsts)

@pytest.mark.anyio
async def test_anyio(ramsts, caller):
    assert await ours_async(ramsts)
    assert caller.body.identity_type == "Account"
"""
    run(pytester, test).assert_outcomes(passed=2)


def test_a_unittest_test_case(pytester: pytest.Pytester) -> None:
    test = """
from pytest_ramsts import FakeCloud

class ByFixture(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def _cloud(self, ramsts):
        self.cloud = ramsts

    def test_it(self):
        assert ours(self.cloud)

class ByContext(unittest.TestCase):
    def setUp(self):
        self.cloud = self.enterContext(FakeCloud())

    def test_it(self):
        assert ours(self.cloud)

class Async(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        self.cloud = self.enterContext(FakeCloud())

    async def test_it(self):
        assert await ours_async(self.cloud)
"""
    run(pytester, test).assert_outcomes(passed=3)


def test_a_whole_session_under_one_cloud(pytester: pytest.Pytester) -> None:
    test = """
from pytest_ramsts import FakeCloud

@pytest.fixture(scope="session", autouse=True)
def cloud():
    with FakeCloud() as cloud:
        yield cloud

def test_outer(cloud):
    assert ours(cloud)

def test_inner(cloud, ramsts):
    assert ours(ramsts)
    assert len(ramsts.calls) == 1
"""
    run(pytester, test).assert_outcomes(passed=2)
