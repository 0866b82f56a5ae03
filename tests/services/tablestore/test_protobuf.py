"""The codec of messages, judged by the library that the SDK uses."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tablestore.protobuf import search_pb2 as their_search
from tablestore.protobuf import table_store_filter_pb2 as their_filters
from tablestore.protobuf import table_store_pb2 as theirs

from pytest_ramsts.services.tablestore.wire import messages as ours
from pytest_ramsts.services.tablestore.wire.protobuf import MalformedError, Message, field

int32 = st.integers(-(2**31), 2**31 - 1)
int64 = st.integers(-(2**63), 2**63 - 1)


class Sample(Message):
    name: str = field(1)
    number: int | None = field(2)
    many: list[bytes] = field(20)


@given(start=st.none() | int64, end=st.none() | int64, specific=st.none() | int64)
def test_numbers_are_written_as_the_library_writes_them(
    start: int | None, end: int | None, specific: int | None
) -> None:
    values = {"start_time": start, "end_time": end, "specific_time": specific}
    their = theirs.TimeRange(**{name: v for name, v in values.items() if v is not None})
    our = ours.TimeRange(**values)

    assert our.encode() == their.SerializeToString()
    assert ours.TimeRange.decode(their.SerializeToString()) == our


@given(
    name=st.text(),
    keys=st.lists(st.tuples(st.text(), st.sampled_from([1, 2, 3, 5]), st.sampled_from([None, 1]))),
    ttl=st.none() | int32,
    update=st.none() | st.booleans(),
)
def test_messages_within_messages_are_written_as_the_library_writes_them(
    name: str, keys: list[tuple[str, int, int | None]], ttl: int | None, update: bool | None
) -> None:
    their = theirs.CreateTableRequest()
    their.table_meta.table_name = name
    for key_name, type_, option in keys:
        key = their.table_meta.primary_key.add(name=key_name, type=type_)
        if option is not None:
            key.option = option
    their.reserved_throughput.capacity_unit.read = 0
    their.table_options.SetInParent()
    if ttl is not None:
        their.table_options.time_to_live = ttl
    if update is not None:
        their.table_options.allow_update = update
    our = ours.CreateTable(
        table_meta=ours.TableMeta(
            table_name=name,
            primary_key=[
                ours.KeyColumn(
                    name=key_name,
                    type=ours.KeyType(type_),
                    option=option and ours.KeyOption(option),
                )
                for key_name, type_, option in keys
            ],
        ),
        reserved_throughput=ours.ReservedThroughput(capacity_unit=ours.CapacityUnit(read=0)),
        table_options=ours.TableOptions(time_to_live=ttl, allow_update=update),
    )

    assert our.encode() == their.SerializeToString()
    assert ours.CreateTable.decode(our.encode()).encode() == our.encode()


@given(st.binary())
def test_any_bytes_are_a_message_or_refused(data: bytes) -> None:
    with suppress(MalformedError):
        ours.BatchWriteRow.decode(data)


def test_unknown_fields_are_passed_over() -> None:
    class Larger(Message):
        name: str = field(1)
        extra: str = field(30)
        more: int = field(31)

    data = Larger(name="a", extra="b", more=3).encode() + b"\x1d1234" + b"\x2112345678"

    assert Sample.decode(data).name == "a"


def test_what_was_not_sent_is_none_or_an_empty_list() -> None:
    sample = Sample.decode(Sample(name="a").encode())

    assert (sample.number, sample.many) == (None, [])


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "it has no `name`"),
        (b"\x0a\x05abc", "it ends within a field"),
        (b"\x0a\x01\xff", "`name`: 'utf-8' codec"),
        (b"\x08\x01", "`name` is of the wire type 0"),
        (b"\x0a\x00\x10" + b"\xff" * 11, "a number does not end"),
        (b"\x0a\x00\x0b", "the unknown wire type 3"),
    ],
)
def test_a_broken_message_is_told_by_what_is_wrong(data: bytes, problem: str) -> None:
    with pytest.raises(MalformedError, match=problem):
        Sample.decode(data)


def test_a_message_that_lacks_something_is_not_written() -> None:
    with pytest.raises(MalformedError, match="has no `name`"):
        Sample().encode()


def test_a_field_that_does_not_exist_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="a Sample has no `nmae`"):
        Sample(nmae="a")


_UNKNOWN = {"Message", "TunnelError"}
"""What the SDK for Python has not."""

_THEIR_NAMES = {
    "BatchDone": "BatchGetRow",
    "Consumed": "ConsumedCapacity",
    "DefinedColumn": "DefinedColumnSchema",
    "Found": "SearchResponse",
    "KeyColumn": "PrimaryKeySchema",
    "MayNameTable": "ListStream",
    "NamesTable": "DescribeTable",
    "Nothing": "ListTable",
    "OfTransaction": "CommitTransaction",
    "RangeGot": "GetRangeResponse",
    "RowGot": "GetRowResponse",
    "RowOfBatch": "RowInBatchGetRow",
    "RowToWrite": "RowInBatchWriteRow",
    "RowWritten": "PutRowResponse",
    "RowsOfBatch": "TableInBatchGetRowResponse",
    "RowsToGet": "TableInBatchGetRow",
    "RowsToWrite": "TableInBatchWriteRow",
    "SqlQuery": "SQLQuery",
    "TableDescribed": "DescribeTableResponse",
    "TableUpdated": "UpdateTableResponse",
    "TablesListed": "ListTableResponse",
    "TransactionStarted": "StartLocalTransactionResponse",
}


@pytest.mark.parametrize(
    "message",
    [
        each
        for each in vars(ours).values()
        if isinstance(each, type) and issubclass(each, Message) and each.__name__ not in _UNKNOWN
    ],
)
def test_every_field_has_the_number_and_the_name_that_the_sdk_gives_it(
    message: type[Message],
) -> None:
    name = _THEIR_NAMES.get(message.__name__, message.__name__)
    their: Any = next(
        getattr(file, each)
        for each in (f"{name}Request", f"{name}Response", name)
        for file in (theirs, their_filters, their_search)
        if hasattr(file, each)
    )

    numbers = {name: each.number for name, each in their.DESCRIPTOR.fields_by_name.items()}

    assert message._numbers.items() <= numbers.items()
