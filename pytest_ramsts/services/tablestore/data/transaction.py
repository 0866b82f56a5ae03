"""A local transaction: the rows of one partition, changed apart until they are committed."""

from __future__ import annotations

from typing import Final

from pytest_ramsts.services.tablestore.data.table import Table
from pytest_ramsts.services.tablestore.wire.plainbuffer import KeyValue

__all__ = ["Transaction"]

_LONGEST: Final = 60
"""Seconds; a transaction that is not committed by then is void."""


class Transaction:
    def __init__(self, id: str, table: Table, partition: KeyValue, now: float) -> None:  # noqa: A002 - an id is `id`
        self.id = id
        self.table = table
        self.partition = partition
        self.copy = table.partition(partition)
        self._until = now + _LONGEST

    def over(self, now: float) -> bool:
        return now >= self._until

    def holds(self, table: Table, partition: KeyValue, now: float) -> bool:
        return self.table is table and self.partition == partition and not self.over(now)

    def commit(self) -> None:
        self.table.replace_partition(self.partition, self.copy)
