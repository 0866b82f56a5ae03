"""What Table Store has beside rows: guarded like everything, answered by programmed replies.

Search indexes, SQL, time series, streams, tunnels, knowledge bases and memories.
"""

from __future__ import annotations

import re
from typing import Final

from pytest_ramsts.service import Invocation
from pytest_ramsts.services.tablestore.product import every_table, programmed, the_instance
from pytest_ramsts.services.tablestore.wire.messages import (
    Found,
    MayNameTable,
    Nothing,
    SqlQuery,
)
from pytest_ramsts.services.tablestore.wire.protobuf import Message, field


class _TimeseriesMeta(Message):
    table_name: str = field(1)


class _CreateTimeseriesTable(Message):
    table_meta: _TimeseriesMeta = field(1)


def _any_table(invocation: Invocation) -> str:
    return f"{the_instance(invocation)}/table/{invocation.content.table_name or '*'}"


def _new_timeseries(invocation: Invocation) -> str:
    return f"{the_instance(invocation)}/table/{invocation.content.table_meta.table_name}"


_table_of_statement: Final = re.compile(
    r"\b(?:from|into|update|table|index\s+\w+\s+on|describe|desc)\s+(?:if\s+(?:not\s+)?exists\s+)?`?(\w+)",
    re.IGNORECASE,
).search


def _table_of_query(invocation: Invocation) -> str:
    """The table that a statement names; one that names none is about all."""
    found = _table_of_statement(invocation.content.query)
    return f"{the_instance(invocation)}/table/{found[1] if found else '*'}"


for _name in (
    "ComputeSplitPointsBySize",
    "ComputeSplits",
    "CreateSearchIndex",
    "DeleteSearchIndex",
    "DescribeSearchIndex",
    "ParallelScan",
    "UpdateSearchIndex",
    "DeleteTimeseriesMeta",
    "DeleteTimeseriesTable",
    "DescribeTimeseriesTable",
    "GetTimeseriesData",
    "PutTimeseriesData",
    "QueryTimeseriesMeta",
    "UpdateTimeseriesMeta",
    "UpdateTimeseriesTable",
):
    programmed(_name)

programmed("Search", answers=Found)
programmed("ListSearchIndex", on=_any_table, asked=MayNameTable)
programmed("ListStream", on=_any_table, asked=MayNameTable)
programmed("CreateTimeseriesTable", on=_new_timeseries, asked=_CreateTimeseriesTable)
programmed("ListTimeseriesTable", on=every_table, asked=Nothing)

# Policies say `ots:SQL*`; what the action of a statement is called is not documented.
programmed("SQLQuery", on=_table_of_query, asked=SqlQuery)

# These name a stream only, and nothing here knows whose it is: they need every table.
for _name in ("DescribeStream", "GetShardIterator", "GetStreamRecord"):
    programmed(_name, on=every_table, asked=None)

for _name in (
    "ConsumeTunnel",
    "CreateTunnel",
    "DeleteTunnel",
    "DescribeTunnel",
    "ListTunnel",
    "AddDocuments",
    "CreateKnowledgeBase",
    "DeleteDocuments",
    "DeleteKnowledgeBase",
    "DescribeKnowledgeBase",
    "GetDocument",
    "ListChunks",
    "ListDocuments",
    "ListKnowledgeBase",
    "Retrieve",
    "UpdateChunks",
    "UpdateDocument",
    "UpdateKnowledgeBase",
    # No page says what these are asked for on; taken to be as those above.
    "AddMemories",
    "ApplyMemoryDreamActions",
    "CancelMemoryDreamTask",
    "CreateMemoryDreamTask",
    "CreateMemoryStore",
    "DeleteMemory",
    "DeleteMemoryStore",
    "GetMemory",
    "GetMemoryDreamTask",
    "GetMemoryStore",
    "GetMemoryTask",
    "ListMemories",
    "ListMemoryDreamActions",
    "ListMemoryDreamTasks",
    "ListMemoryStoreMessages",
    "ListMemoryStoreRequests",
    "ListMemoryStoreScopes",
    "ListMemoryStores",
    "ListMemoryTasks",
    "SearchMemories",
    "UpdateMemory",
    "UpdateMemoryStore",
):
    programmed(_name, on=the_instance, asked=None)
