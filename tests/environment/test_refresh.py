"""At which clock time each provider refreshes: not a second earlier, and not one later.

The figures are the libraries' own habits; a release that changes one fails here, and so does one
that has a provider more.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args

import pytest
from alibabacloud_credentials.client import Client as DefaultChain
from aliyun.log import LogException

from pytest_ramsts import Session
from pytest_ramsts.clock import EngineName

from .catalogue import (
    ASSUME,
    LIBRARIES,
    OSS2,
    PAGE,
    Happened,
    Library,
    Row,
    Way,
    World,
    acting,
    asked,
    classes,
    furnished,
    happens,
    page,
    running,
    sls_refresher,
)

ROWS: Final = {
    f"{library.name}: {row.name}, {way}": (row, way)
    for library in LIBRARIES
    for row in library.rows
    for way in row.ways
}


@pytest.fixture(params=get_args(EngineName))
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with furnished(request.param) as world:
        yield world


@pytest.mark.parametrize(("row", "way"), ROWS.values(), ids=ROWS)
def test_a_provider_refreshes_exactly_then(row: Row, way: Way, world: World) -> None:
    expected = Happened(0, 1 if row.due is not None else 0, frozenset(row.of))

    assert happens(row, world, way) == expected


@pytest.mark.parametrize("library", LIBRARIES, ids=[library.name for library in LIBRARIES])
def test_every_provider_of_a_library_has_a_row(library: Library) -> None:
    """Or a reason why it has none. Whoever installs a release with more of them has to look."""
    assert without_a_row(library) == set()


@pytest.mark.parametrize("library", LIBRARIES, ids=[library.name for library in LIBRARIES])
def test_what_is_left_out_is_there_and_has_no_row(library: Library) -> None:
    left_out, found = set(library.left_out), classes(library)

    assert left_out - found - {name.rpartition(".")[0] for name in found} == set()
    assert left_out & in_rows() == set()


def test_a_provider_more_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "oss2.credentials.VaultCredentialsProvider"
    more = type("VaultCredentialsProvider", (), {"__module__": "oss2.credentials"})
    monkeypatch.setattr(name, more, raising=False)

    assert without_a_row(OSS2) == {name}


def in_rows() -> set[str]:
    return {name for library in LIBRARIES for row in library.rows for name in row.of}


def without_a_row(library: Library) -> set[str]:
    return {
        name
        for name in classes(library) - in_rows()
        if name not in library.left_out and name.rpartition(".")[0] not in library.left_out
    }


def test_the_page_is_what_the_table_says() -> None:
    """If the table has changed: `python -m tests.environment.catalogue` writes the page anew."""
    assert PAGE.read_text(encoding="utf-8") == page()


WAYS: Final = pytest.mark.parametrize("way", get_args(Way))


@WAYS
def test_a_process_of_the_command_line_tool_is_asked_three_minutes_before_the_end(
    world: World, way: Way
) -> None:
    with (
        running(way) as run,
        world.ramsts.acting_as(world.role.assume(), via="cli:External"),
    ):
        config = Path(os.environ["HOME"], ".aliyun", "config.json")
        ask = asked(DefaultChain(), run)
        runs = []
        for seconds in (0, 3419, 1):
            world.ramsts.clock.advance(seconds=seconds)
            config.write_text(config.read_text().replace("sts_token", "old_token"))
            ask()
            # What a process answers, the library writes back.
            runs.append("sts_token" in json.loads(config.read_text())["profiles"][0])

    assert runs == [True, False, True]


@WAYS
def test_a_session_of_a_quarter_of_an_hour_is_renewed_at_every_call(world: World, way: Way) -> None:
    with running(way) as run, acting(world, "cli:RamRoleArn", duration=900):
        ask = asked(DefaultChain(), run)
        for _ in range(3):
            ask()

    assert world.fetched(ASSUME) == 3


def test_the_refresher_of_sls_is_asked_again_only_after_five_minutes(world: World) -> None:
    """The client sleeps for the rest of them: in production it is that long until the next call."""
    clock = world.ramsts.clock
    with sls_refresher(world, None, "v1") as ask, clock.without_waiting():
        clock.advance(hours=1)
        ask()
        refreshed = clock.now
        clock.advance(seconds=10)
        session = world.ramsts.calls.last.caller
        assert isinstance(session, Session)
        session.revoke()
        ask()

        assert (clock.now - refreshed).total_seconds() == 300
        assert world.fetched(ASSUME) == 3


def test_a_refresher_of_sls_that_fails_holds_the_call_up_for_48_minutes(world: World) -> None:
    """The client calls it six times, half a minute apart; then it sends what it has, is refused,
    and begins again when the five minutes are over: ten times.
    """
    clock = world.ramsts.clock
    with sls_refresher(world, None, "v1") as ask, clock.without_waiting():
        clock.advance(hours=1)
        world.role.update(trusted="ecs.aliyuncs.com")
        start = clock.now
        with pytest.raises(LogException) as refused:
            ask()

    assert refused.value.get_error_code() == "Unauthorized"
    assert world.fetched(ASSUME) == 1 + 10 * 6
    assert (clock.now - start).total_seconds() == 48 * 60
