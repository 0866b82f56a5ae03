"""A register finds by name whatever its case, and its pages stay right while it changes."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ramsts import ApiError
from pytest_ramsts.identity import Register, page_through


@dataclass(frozen=True, eq=False)
class Thing:
    name: str


def register(*names: str, limit: int = 100, kind: str = "User") -> Register[Thing]:
    things: Register[Thing] = Register(kind, limit)
    for name in names:
        things.add(name, Thing(name))
    return things


def test_a_name_is_found_whatever_its_case_and_keeps_its_own() -> None:
    things = register("Alice")

    assert things["aLICE"].name == "Alice"
    assert "ALICE" in things
    assert list(things) == ["Alice"]


def test_what_is_not_there_what_is_there_and_one_too_many() -> None:
    things = register("a", "b", limit=2)

    for act, code in (
        (lambda: things["c"], "EntityNotExist.User"),
        (lambda: things.add("A", Thing("A")), "EntityAlreadyExists.User"),
        (lambda: things.add("c", Thing("c")), "LimitExceeded.User"),
        (lambda: things.rename("a", "B"), "EntityAlreadyExists.User"),
    ):
        with pytest.raises(ApiError) as caught:
            act()
        assert caught.value.code == code


def test_a_renamed_thing_keeps_its_place() -> None:
    things = register("a", "b", "c")

    things.rename("a", "z")

    assert [thing.name for thing in things.values()] == ["a", "b", "c"]
    assert things["z"].name == "a"
    assert "a" not in things


def test_a_name_may_change_its_case() -> None:
    things = register("alice")

    things.rename("alice", "Alice")

    assert "ALICE" in things


def test_a_marker_of_another_list_is_refused() -> None:
    users, groups = register("a", "b"), register("a", "b", kind="Group")
    marker = users.page("", 1).marker

    with pytest.raises(ApiError) as caught:
        groups.page(marker, 1)

    assert caught.value.code == "InvalidParameter.Marker.Format"


def test_a_few_of_many_come_in_the_order_of_creation_page_by_page() -> None:
    things = register("a", "b", "c", "d")
    few = {things["d"]: 1, things["a"]: 2, things["c"]: 3}
    first = things.page("", 2, of=few)
    things.remove("c")
    del few[first.items[1]]
    second = things.page(first.marker, 2, of=few)

    assert [thing.name for thing in first.items] == ["a", "c"]
    assert [thing.name for thing in second.items] == ["d"]
    assert second.marker == ""


def test_two_registers_are_walked_one_after_the_other() -> None:
    both = [register("a", "b"), register("c", "d", kind="Group")]
    first = page_through(both, "", 3)
    second = page_through(both, first.marker, 3)

    assert [thing.name for thing in first.items + second.items] == ["a", "b", "c", "d"]
    assert second.marker == ""


@given(
    st.lists(st.integers(0, 30), unique=True),
    st.integers(1, 5),
    st.lists(st.tuples(st.booleans(), st.integers(0, 30)), max_size=20),
)
def test_a_walk_misses_nothing_that_stays_and_repeats_nothing(
    names: list[int], size: int, changes: list[tuple[bool, int]]
) -> None:
    things = register(*map(str, names))
    seen: list[Thing] = []
    stayed = set(map(str, names))
    marker, pending = "", iter(changes)
    while True:
        page = things.page(marker, size)
        assert len(page.items) <= size
        seen += page.items
        marker = page.marker
        if not marker:
            break
        adds, number = next(pending, (False, -1))
        name = str(number)
        if adds and name not in things:
            things.add(name, Thing(name))
        elif not adds and name in things:
            things.remove(name)
            stayed.discard(name)

    assert len(seen) == len(set(seen))
    assert stayed <= {thing.name for thing in seen}
