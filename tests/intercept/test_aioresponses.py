"""aioresponses in the same test, where it works at all: it builds the library's private objects, so
that only some pairs of it and of aiohttp fit. `tools/sdk_matrix.py aioresponses` has such a pair.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

import pytest

from pytest_ramsts import FakeCloud

from .signing import SignedCall, signed
from .tripwire import Tripwire

aiohttp = pytest.importorskip("aiohttp")
aioresponses = pytest.importorskip("aioresponses").aioresponses

THEIRS: Final = "https://example.com/"


def ask(use: Callable[[Any], Coroutine[Any, Any, Any]], **options: Any) -> Any:
    async def run() -> Any:
        async with aiohttp.ClientSession(**options) as session:
            return await use(session)

    return asyncio.run(run())


async def get_theirs(session: Any) -> str:
    async with session.get(THEIRS) as got:
        return str(await got.text())


def _fits() -> bool:
    with aioresponses() as mock:
        mock.get(THEIRS, body="theirs")
        try:
            return bool(ask(get_theirs) == "theirs")
        except TypeError:  # an argument is missing
            return False


pytestmark = pytest.mark.skipif(
    not _fits(), reason="this aioresponses cannot build the answers of this aiohttp"
)


@pytest.fixture(params=["ours first", "theirs first"])
def order(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@contextmanager
def both(order: str, **options: Any) -> Iterator[tuple[FakeCloud, Any]]:
    theirs = aioresponses(**options)
    with ExitStack() as stack, Tripwire() as wire:
        if order == "theirs first":
            stack.enter_context(theirs)
        cloud = stack.enter_context(FakeCloud())
        if order == "ours first":
            stack.enter_context(theirs)
        yield cloud, theirs
        assert wire.tripped == []


async def carry(session: Any, call: SignedCall) -> tuple[int, str]:
    async with session.post(call.url, data=call.body, headers=call.headers) as got:
        return got.status, await got.text()


def create(cloud: FakeCloud, name: str) -> SignedCall:
    return signed(cloud.admin_key, "CreateUser", form={"UserName": name})


def test_each_answers_its_own(order: str) -> None:
    with both(order) as (cloud, mock):
        mock.get(THEIRS, body="theirs", repeat=True)

        async def use(session: Any) -> list[Any]:
            return [
                await get_theirs(session),
                (await carry(session, create(cloud, "alice")))[0],
                await get_theirs(session),
            ]

        assert ask(use) == ["theirs", 200, "theirs"]
        assert list(cloud.account.users) != []
        assert len(cloud.calls) == 1
        assert {str(url) for _, url in mock.requests} == {THEIRS}


def test_theirs_is_not_asked_about_the_cloud_even_where_it_would_answer(order: str) -> None:
    with both(order) as (cloud, mock):
        mock.post(re.compile(".*"), body="theirs", repeat=True)

        status, text = ask(lambda session: carry(session, create(cloud, "alice")))

        assert (status, "alice" in text) == (200, True)
        assert not mock.requests


def test_an_address_below_a_base_is_the_clouds_as_well(order: str) -> None:
    with both(order) as (cloud, _):
        call = create(cloud, "alice")

        async def use(session: Any) -> int:
            async with session.post("/", data=call.body, headers=call.headers) as got:
                return int(got.status)

        assert ask(use, base_url=f"https://{call.host}/") == 200


def test_what_theirs_does_not_know_is_refused_by_theirs(order: str) -> None:
    with both(order), pytest.raises(aiohttp.ClientConnectionError, match="Connection refused: GET"):
        ask(get_theirs)


def test_what_theirs_lets_pass_reaches_the_cloud(order: str) -> None:
    with both(order, passthrough=["https://"]) as (cloud, _):
        assert ask(lambda session: carry(session, create(cloud, "alice")))[0] == 200


def test_the_younger_of_two_clouds_answers(order: str) -> None:
    with both(order) as (older, mock), FakeCloud() as younger:
        mock.get(THEIRS, body="theirs")

        assert ask(lambda session: carry(session, create(younger, "alice")))[0] == 200
        assert ask(get_theirs) == "theirs"
        assert (len(older.calls), len(younger.calls)) == (0, 1)


def test_a_mock_may_outlive_the_cloud_and_the_cloud_a_mock() -> None:
    before = aiohttp.ClientSession._request
    cloud, theirs = FakeCloud(), aioresponses()
    with cloud:
        theirs.start()
        theirs.get(THEIRS, body="theirs")
    theirs.post("https://ram.aliyuncs.com/", body="theirs as well")

    assert ask(get_theirs) == "theirs"
    assert ask(lambda session: carry(session, create(cloud, "alice"))) == (200, "theirs as well")

    with FakeCloud() as another:
        theirs.stop()

        assert ask(lambda session: carry(session, create(another, "alice")))[0] == 200
    assert aiohttp.ClientSession._request is before


def test_a_decorated_function_under_a_cloud() -> None:
    @aioresponses()  # type: ignore[untyped-decorator]  # it is not here when types are checked
    def decorated(cloud: FakeCloud, mock: Any) -> None:
        mock.get(THEIRS, body="theirs")

        assert ask(get_theirs) == "theirs"
        assert ask(lambda session: carry(session, create(cloud, "alice")))[0] == 200

    with FakeCloud() as cloud:
        decorated(cloud)
