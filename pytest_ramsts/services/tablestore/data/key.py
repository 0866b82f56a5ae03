"""Primary keys: their columns, whether a key is of these, and in which order keys are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from pytest_ramsts.errors import RamstsError
from pytest_ramsts.services.tablestore.data.row import size_of
from pytest_ramsts.services.tablestore.errors import TableStoreError, invalid
from pytest_ramsts.services.tablestore.wire.messages import KeyColumn, KeyOption, KeyType
from pytest_ramsts.services.tablestore.wire.plainbuffer import Bound, KeyValue, PlainRow, Variant

__all__ = [
    "Key",
    "KeySchema",
    "Order",
    "Schema",
    "check_name",
    "counts",
    "in_order",
    "key_columns",
    "key_of",
]

Key = tuple[KeyValue, ...]
"""The values of a primary key, in the order of the schema."""

Order = tuple[tuple[int, KeyValue], ...]
"""A key, made comparable: an end of a range lies beyond every value."""

Schema = Mapping[str, str]
"""A primary key as people write it: `{"id": "INTEGER"}`."""

_MOST_COLUMNS: Final = 4
_LARGEST: Final = 1024
"""Bytes of a text or a binary value."""

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")

_VARIANTS: Final[Mapping[KeyType, Variant]] = {
    KeyType.INTEGER: Variant.VT_INTEGER,
    KeyType.STRING: Variant.VT_STRING,
    KeyType.BINARY: Variant.VT_BLOB,
    KeyType.BOOLEAN: Variant.VT_BOOLEAN,
}


class KeySchema:
    """The columns of a table's primary key."""

    def __init__(self, columns: Sequence[KeyColumn]) -> None:
        _check(columns)
        self.columns = tuple(columns)
        self.names = tuple(column.name for column in columns)

    def exact(self, row: PlainRow) -> Key:
        """The key of one row."""
        key = self._values(row)
        for name, value in zip(self.names, key, strict=True):
            if isinstance(value, Bound):
                # The text is not documented.
                raise invalid(f"{Variant.of(value).name} is an invalid type for the primary key.")
            size = size_of("", value)
            if isinstance(value, (str, bytes)) and size > _LARGEST:
                raise invalid(
                    f"The length of primary key column: {name} exceeds the MaxLength:"
                    f" {_LARGEST} with CurrentLength: {size}."
                )
        return key

    def bound(self, row: PlainRow) -> Order:
        """Where a range begins or ends."""
        return in_order(self._values(row))

    def named(self, key: Key) -> PlainRow:
        return PlainRow(tuple(zip(self.names, key, strict=True)))

    def _values(self, row: PlainRow) -> Key:
        if len(row.key) != len(self.columns):
            raise _mismatch("size", len(row.key), len(self.columns))
        for column, (name, value) in zip(self.columns, row.key, strict=True):
            if name != column.name:
                raise _mismatch("name", name, column.name)
            if value is Bound.AUTO_INCREMENT:
                raise invalid("PKAutoIncr can't be used for read operations.")
            variant, wanted = Variant.of(value), _VARIANTS[column.type]
            if variant is not wanted and not isinstance(value, Bound):
                raise _mismatch("type", variant.name, wanted.name)
        return tuple(value for _, value in row.key)

    def completed(self, row: PlainRow, number: int) -> PlainRow:
        """A key with a number where one is wished for, which a counting column may do."""
        for column, (_, value) in zip(self.columns, row.key, strict=False):
            if value is Bound.AUTO_INCREMENT and column.option is not KeyOption.AUTO_INCREMENT:
                wanted = _VARIANTS[column.type]
                raise _mismatch("type", Variant.VT_AUTO_INCREMENT.name, wanted.name)
        return PlainRow(
            tuple(
                (name, number if value is Bound.AUTO_INCREMENT else value)
                for name, value in row.key
            )
        )


def counts(row: PlainRow) -> bool:
    """Whether the service is to find a number for a part of this key."""
    return any(value is Bound.AUTO_INCREMENT for _, value in row.key)


def in_order(key: Key) -> Order:
    return tuple(
        (0 if value is Bound.LOWEST else 2, 0) if isinstance(value, Bound) else (1, value)
        for value in key
    )


def key_of(order: Order) -> Key:
    return tuple(value for _, value in order)


def key_columns(schema: Schema) -> list[KeyColumn]:
    """`{"id": "INTEGER"}` as the messages say it; `"INTEGER AUTO_INCREMENT"` counts by itself."""
    columns = []
    for name, text in schema.items():
        type_, _, option = text.partition(" ")
        try:
            columns.append(
                KeyColumn(
                    name=name, type=KeyType[type_], option=KeyOption[option] if option else None
                )
            )
        except KeyError:
            raise RamstsError(
                f"a primary key column is {', '.join(t.name for t in KeyType)}, and an INTEGER may"
                f" be `INTEGER AUTO_INCREMENT`; not `{text}`"
            ) from None
    return columns


def check_name(name: str, kind: str) -> None:
    if not _NAME.fullmatch(name):
        raise invalid(
            f"Invalid {kind} name: {name}.",
            hint="1 to 255 letters, digits and `_`, the first no digit",
        )


def _check(columns: Sequence[KeyColumn]) -> None:
    if not 1 <= len(columns) <= _MOST_COLUMNS:
        raise invalid(f"The number of primary key columns must be in range: [1, {_MOST_COLUMNS}].")
    seen: set[str] = set()
    for column in columns:
        check_name(column.name, "column")
        if column.name in seen:
            raise invalid(f"Duplicated primary key name: '{column.name}'.")
        seen.add(column.name)
    counting = [column for column in columns if column.option is KeyOption.AUTO_INCREMENT]
    if len(counting) > 1:
        raise invalid("AUTO_INCREMENT primary key count must <= 1.")
    if counting and counting[0].type is not KeyType.INTEGER:
        raise invalid("AUTO_INCREMENT primary key must be integer.")
    if counting and counting[0] is columns[0]:
        raise invalid("PkAutoIncr cannot be set as first pk column.")


def _mismatch(what: str, given: object, wanted: object) -> TableStoreError:
    # The page has one general text; this is what the service was seen to say.
    return TableStoreError(
        "OTSInvalidPK", f"Validate PK {what} fail. Input: {given}, Meta: {wanted}."
    )
