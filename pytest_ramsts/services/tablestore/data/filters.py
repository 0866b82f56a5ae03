"""Column conditions and filters: whether a row's columns meet them."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from pytest_ramsts.services.tablestore.errors import invalid
from pytest_ramsts.services.tablestore.wire.messages import (
    ColumnPaginationFilter,
    Combinator,
    Comparator,
    CompositeColumnValueFilter,
    Filter,
    FilterType,
    SingleColumnValueFilter,
    ValueTransferRule,
)
from pytest_ramsts.services.tablestore.wire.plainbuffer import (
    Bound,
    BrokenRowError,
    Value,
    Variant,
    read_value,
)
from pytest_ramsts.services.tablestore.wire.protobuf import MalformedError, Message

__all__ = ["Columns", "Predicate", "page_of", "predicate"]

Columns = Mapping[str, Sequence[tuple[int, Value]]]
"""The versions of each column, newest first."""

Predicate = Callable[[Columns], bool]


def predicate(filter_: Filter) -> Predicate:
    """The question that a filter asks of a row."""
    return _PREDICATES[filter_.type](filter_.filter)


def page_of(filter_: Filter | None, columns: Columns) -> Columns:
    """The columns that a pagination leaves of a row; all of them, if the filter is none."""
    if filter_ is None or filter_.type is not FilterType.COLUMN_PAGINATION:
        return columns
    page = _pagination(filter_.filter)
    return dict(list(columns.items())[page.offset : page.offset + page.limit])


def _single(data: bytes) -> Predicate:
    asked = _read(SingleColumnValueFilter, data, "relation")
    try:
        wanted = read_value(asked.column_value)
        cast = _cast(asked.value_trans_rule)
    except (BrokenRowError, re.error) as error:
        raise invalid("Deserialize relation filter failed.", hint=str(error)) from error
    if wanted is None or isinstance(wanted, Bound):
        raise invalid("Deserialize relation filter failed.")
    compare = _COMPARISONS[asked.comparator]

    def holds(columns: Columns) -> bool:
        versions = columns.get(asked.column_name)
        if asked.comparator in (Comparator.EXIST, Comparator.NOT_EXIST):
            return bool(versions) is (asked.comparator is Comparator.EXIST)
        if not versions:
            return not asked.filter_if_missing
        compared = versions[:1] if asked.latest_version_only else versions
        return any(compare(cast(value), wanted) for _, value in compared)

    return holds


def _composite(data: bytes) -> Predicate:
    asked = _read(CompositeColumnValueFilter, data, "composite")
    parts = [predicate(part) for part in asked.sub_filters]
    if asked.combinator is Combinator.NOT:
        if len(parts) != 1:
            raise invalid("Invalid NOT operator: the number of sub-filters must be 1.")
        return lambda columns: not parts[0](columns)
    if len(parts) < 2:  # noqa: PLR2004 - two are said to be needed; the SDKs send more as well
        raise invalid("Invalid AND/OR operator: the number of sub-filters must be 2.")
    combine = all if asked.combinator is Combinator.AND else any
    return lambda columns: combine(part(columns) for part in parts)


def _paginates(data: bytes) -> Predicate:
    _pagination(data)
    return lambda _: True


_PREDICATES: Final[Mapping[FilterType, Callable[[bytes], Predicate]]] = {
    FilterType.SINGLE_COLUMN_VALUE: _single,
    FilterType.COMPOSITE_COLUMN_VALUE: _composite,
    FilterType.COLUMN_PAGINATION: _paginates,
}


def _pagination(data: bytes) -> ColumnPaginationFilter:
    page = _read(ColumnPaginationFilter, data, "column pagination")
    if page.offset < 0:
        raise invalid("Offset in ColumnPaginationFilter must be greater than or equal to 0.")
    if page.limit <= 0:
        raise invalid("Limit in ColumnPaginationFilter must be greater than 0.")
    return page


M = TypeVar("M", bound=Message)


def _read(message: type[M], data: bytes, kind: str) -> M:
    try:
        return message.decode(data)
    except MalformedError as error:
        raise invalid(f"Deserialize {kind} filter failed.", hint=str(error)) from error


# Comparing


def _ordered(order: Callable[[Value, Value], bool]) -> Callable[[Value | None, Value], bool]:
    """Values of two types are in no order; what the service does with them is not documented."""

    def compare(value: Value | None, wanted: Value) -> bool:
        return type(value) is type(wanted) and order(value, wanted)

    return compare


def _differs(value: Value | None, wanted: Value) -> bool:
    return type(value) is not type(wanted) or value != wanted


_COMPARISONS: Final[Mapping[Comparator, Callable[[Value | None, Value], bool]]] = {
    Comparator.EQUAL: _ordered(operator.eq),
    Comparator.NOT_EQUAL: _differs,
    Comparator.GREATER_THAN: _ordered(operator.gt),
    Comparator.GREATER_EQUAL: _ordered(operator.ge),
    Comparator.LESS_THAN: _ordered(operator.lt),
    Comparator.LESS_EQUAL: _ordered(operator.le),
    Comparator.EXIST: _differs,  # not asked: the column counts, not its value
    Comparator.NOT_EXIST: _differs,
}

_CASTS: Final[Mapping[int, Callable[[str], Value]]] = {
    Variant.VT_INTEGER: int,
    Variant.VT_DOUBLE: float,
    Variant.VT_STRING: str,
}


def _cast(rule: ValueTransferRule | None) -> Callable[[Value], Value | None]:
    """What is compared: the value, or the part of it that a regular expression finds."""
    if rule is None:
        return lambda value: value
    pattern = re.compile(rule.regex)
    convert = _CASTS.get(rule.cast_type or Variant.VT_INTEGER, str)

    def cast(value: Value) -> Value | None:
        found = pattern.search(value) if isinstance(value, str) else None
        if found is None:
            return None
        try:
            return convert(found[1] if pattern.groups else found[0])
        except ValueError:
            return None

    return cast
