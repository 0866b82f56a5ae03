"""Rows through the SDK against a plain dict: whatever happens in whatever order, both agree."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tablestore import (
    INF_MAX,
    INF_MIN,
    BatchGetRowRequest,
    BatchWriteRowRequest,
    Condition,
    DeleteRowItem,
    OTSServiceError,
    PutRowItem,
    Row,
    RowExistenceExpectation,
    TableInBatchGetRowItem,
    TableInBatchWriteRowItem,
    TableMeta,
    TableOptions,
)

from pytest_ramsts import FakeCloud

from .clients import ALWAYS, NO_THROUGHPUT, client_of, columns_of

parts = st.sampled_from(["a", "b", "ä", ""])
numbers = st.integers(-3, 3)
keys = st.tuples(parts, numbers)
names = st.sampled_from(["x", "y", "z"])
values = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.text(max_size=20),
    st.binary(max_size=20).map(bytearray),
)
columns = st.dictionaries(names, values)
expectations = st.sampled_from(
    [
        RowExistenceExpectation.IGNORE,
        RowExistenceExpectation.EXPECT_EXIST,
        RowExistenceExpectation.EXPECT_NOT_EXIST,
    ]
)

Key = tuple[str, int]


def named(key: tuple[Any, Any]) -> list[tuple[str, Any]]:
    return [("part", key[0]), ("number", key[1])]


class Rows(RuleBasedStateMachine):
    """`model` is what should be there."""

    @initialize()
    def open(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.cloud = FakeCloud()
        self.cloud.__enter__()
        shop = self.cloud.state("tablestore").create_instance("shop", self.cloud.account)
        self.client = client_of(self.cloud.admin_key, shop)
        self.client.create_table(
            TableMeta("t", [("part", "STRING"), ("number", "INTEGER")]),
            TableOptions(),
            NO_THROUGHPUT,
        )
        self.model: dict[Key, dict[str, Any]] = {}

    def teardown(self) -> None:
        if hasattr(self, "cloud"):
            self.cloud.__exit__(None, None, None)

    def holds(self, key: Key, expected: str) -> bool:
        return expected == RowExistenceExpectation.IGNORE or (key in self.model) is (
            expected == RowExistenceExpectation.EXPECT_EXIST
        )

    def done(self, change: Any, key: Key, expected: str) -> bool:
        """Whether a change was made, which it is if its condition holds."""
        if self.holds(key, expected):
            change()
            return True
        with pytest.raises(OTSServiceError, match="OTSConditionCheckFail"):
            change()
        return False

    @rule(key=keys, columns=columns, expected=expectations)
    def put(self, key: Key, columns: dict[str, Any], expected: str) -> None:
        row = Row(named(key), list(columns.items()))
        if self.done(lambda: self.client.put_row("t", row, Condition(expected)), key, expected):
            self.model[key] = columns

    @rule(key=keys, put=columns, gone=st.sets(names, min_size=1), expected=expectations)
    def update(self, key: Key, put: dict[str, Any], gone: set[str], expected: str) -> None:
        row = Row(named(key), {"DELETE_ALL": sorted(gone), "PUT": list(put.items())})
        if self.done(lambda: self.client.update_row("t", row, Condition(expected)), key, expected):
            kept = {n: v for n, v in self.model.get(key, {}).items() if n not in gone}
            self.model[key] = {**kept, **put}

    @rule(key=keys, expected=expectations)
    def delete(self, key: Key, expected: str) -> None:
        row = Row(named(key))
        if self.done(lambda: self.client.delete_row("t", row, Condition(expected)), key, expected):
            self.model.pop(key, None)

    @rule(puts=st.dictionaries(keys, columns, min_size=1), deletes=st.sets(keys))
    def batch(self, puts: dict[Key, dict[str, Any]], deletes: set[Key]) -> None:
        items: list[Any] = [
            PutRowItem(Row(named(key), list(columns.items())), ALWAYS)
            for key, columns in puts.items()
        ]
        items += [DeleteRowItem(Row(named(key)), ALWAYS) for key in deletes]
        request = BatchWriteRowRequest()
        request.add(TableInBatchWriteRowItem("t", items))
        assert self.client.batch_write_row(request).is_all_succeed()
        self.model.update(puts)
        for key in deletes:
            self.model.pop(key, None)

    @rule(asked=st.lists(keys, min_size=1, max_size=10))
    def get_batch(self, asked: list[Key]) -> None:
        request = BatchGetRowRequest()
        request.add(TableInBatchGetRowItem("t", [named(key) for key in asked], max_version=1))
        items = self.client.batch_get_row(request).get_result_by_table("t")
        assert [columns_of(item.row) for item in items] == [self.model.get(key) for key in asked]

    @rule(key=keys)
    def get(self, key: Key) -> None:
        _, row, _ = self.client.get_row("t", named(key), max_version=1)
        assert columns_of(row) == self.model.get(key)

    @rule(one=keys, other=keys, backward=st.booleans(), limit=st.none() | st.integers(1, 5))
    def get_range(self, one: Key, other: Key, backward: bool, limit: int | None) -> None:
        if one == other:
            return
        first, last = sorted((one, other), reverse=backward)
        direction = "BACKWARD" if backward else "FORWARD"
        _, following, rows, _ = self.client.get_range(
            "t", direction, named(first), named(last), limit=limit, max_version=1
        )
        expected = sorted(
            (
                key
                for key in self.model
                if (last < key <= first if backward else first <= key < last)
            ),
            reverse=backward,
        )
        shown = expected[:limit]
        assert [tuple(value for _, value in row.primary_key) for row in rows] == shown
        assert [columns_of(row) for row in rows] == [self.model[key] for key in shown]
        assert following == (named(expected[limit]) if limit and len(expected) > limit else None)

    @invariant()
    def a_whole_scan_shows_all_in_order(self) -> None:
        if not hasattr(self, "client"):
            return
        start: Any = named((INF_MIN, INF_MIN))
        seen: list[tuple[Any, ...]] = []
        while start is not None:
            _, start, rows, _ = self.client.get_range(
                "t", "FORWARD", start, named((INF_MAX, INF_MAX)), limit=4, max_version=1
            )
            seen += [tuple(value for _, value in row.primary_key) for row in rows]
        assert seen == sorted(self.model)


TestRows = Rows.TestCase
TestRows.settings = settings(max_examples=20, stateful_step_count=20, deadline=None)
