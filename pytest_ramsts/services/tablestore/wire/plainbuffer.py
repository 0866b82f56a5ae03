"""Plain buffer: how rows are written inside the messages. Knows no message and no table.

A row is tags and lengths: its primary key, its cells, and a checksum over each and over all.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from enum import Enum, IntEnum
from typing import Final, NamedTuple, Self

__all__ = [
    "Bound",
    "BrokenRowError",
    "Cell",
    "CellChange",
    "KeyValue",
    "PlainRow",
    "Rows",
    "Value",
    "Variant",
    "checksum",
    "read_value",
    "write_value",
]

Value = int | float | bool | str | bytes
"""What a column can hold."""


class Bound(Enum):
    """What stands in a primary key instead of a value: an end of a range, or a wish."""

    LOWEST = 0x9
    HIGHEST = 0xA
    AUTO_INCREMENT = 0xB


KeyValue = int | bool | str | bytes | float | Bound
"""What a primary key column can hold; a float can be sent, and is refused."""


class Variant(IntEnum):
    """The type of a value on the wire; the names are those that errors use."""

    VT_INTEGER = 0x0
    VT_DOUBLE = 0x1
    VT_BOOLEAN = 0x2
    VT_STRING = 0x3
    VT_NULL = 0x6
    VT_BLOB = 0x7
    VT_INF_MIN = 0x9
    VT_INF_MAX = 0xA
    VT_AUTO_INCREMENT = 0xB

    @classmethod
    def of(cls, value: KeyValue) -> Variant:
        return cls(value.value) if isinstance(value, Bound) else _VARIANTS[type(value)]


_VARIANTS: Final[dict[type, Variant]] = {
    int: Variant.VT_INTEGER,
    float: Variant.VT_DOUBLE,
    bool: Variant.VT_BOOLEAN,
    str: Variant.VT_STRING,
    bytes: Variant.VT_BLOB,
}


class CellChange(IntEnum):
    """What a cell of UpdateRow does, where it does not put a value."""

    DELETE_ALL_VERSIONS = 0x1
    DELETE_ONE_VERSION = 0x3
    INCREMENT = 0x4


class Cell(NamedTuple):
    """One version of a column, or what is done to it."""

    name: str
    value: Value | None
    timestamp: int | None = None
    """Its version, in milliseconds."""
    change: CellChange | None = None


class BrokenRowError(ValueError):
    """These bytes are no row. The texts are those of the page "Error codes"."""


_HEADER: Final = 0x75
(
    _ROW_KEY,
    _ROW_DATA,
    _CELL,
    _CELL_NAME,
    _CELL_VALUE,
    _CELL_CHANGE,
    _CELL_TIMESTAMP,
    _DELETE_MARKER,
    _ROW_CHECKSUM,
    _CELL_CHECKSUM,
) = range(1, 11)

_uint32: Final = struct.Struct("<I")
_int64: Final = struct.Struct("<q")
_double: Final = struct.Struct("<d")


class PlainRow(NamedTuple):
    """A row, a primary key, or a change of a row: what the message around it says it is."""

    key: tuple[tuple[str, KeyValue], ...]
    cells: tuple[Cell, ...] = ()
    deleted: bool = False

    @classmethod
    def decode(cls, data: bytes) -> Self:
        reader = _Reader(data)
        if (header := reader.number()) != _HEADER:
            raise BrokenRowError(
                f"Cell data broken, mismatch header, actual: {header} , expect: {_HEADER}."
            )
        row = cls(*reader.row())
        if reader.position != len(data):
            raise BrokenRowError("data format is invalid.")
        return row

    def encode(self) -> bytes:
        return Rows((self,)).encode()


class Rows(list[PlainRow]):
    """Rows one after the other; none of them is written as nothing at all."""

    @classmethod
    def decode(cls, data: bytes) -> Self:
        rows = cls()
        if data:
            reader = _Reader(data)
            reader.number()
            while reader.position < len(data):
                rows.append(PlainRow(*reader.row()))
        return rows

    def encode(self) -> bytes:
        if not self:
            return b""
        written = bytearray(_uint32.pack(_HEADER))
        for row in self:
            _write_row(written, row)
        return bytes(written)


# Reading


class _Reader:
    __slots__ = ("data", "position")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def row(self) -> tuple[tuple[tuple[str, KeyValue], ...], tuple[Cell, ...], bool]:
        self.expect(_ROW_KEY)
        key: list[tuple[str, KeyValue]] = []
        cells: list[Cell] = []
        sums = bytearray()
        while self.tag(_CELL):
            name, value, _, _, checksum_ = self.cell()
            if value is None:
                raise BrokenRowError(f"Cell data broken, PK value cannot be NULL, name: {name}.")
            key.append((name, value))
            sums.append(checksum_)
        if self.tag(_ROW_DATA):
            while self.tag(_CELL):
                name, value, timestamp, change, checksum_ = self.cell()
                if isinstance(value, Bound):
                    raise BrokenRowError("data format is invalid, unknown variant type occured.")
                cells.append(Cell(name, value, timestamp, change))
                sums.append(checksum_)
        deleted = self.tag(_DELETE_MARKER)
        sums.append(deleted)
        if not self.tag(_ROW_CHECKSUM):
            raise BrokenRowError("Cell data broken, row is not end with checksum tag.")
        self.check(checksum(sums))
        return tuple(key), tuple(cells), deleted

    def cell(self) -> tuple[str, Value | Bound | None, int | None, CellChange | None, int]:
        self.expect(_CELL_NAME)
        name = self.take(self.number())
        value: Value | Bound | None = None
        written = timestamp_written = b""
        change: CellChange | None = None
        if self.tag(_CELL_VALUE):
            written = self.take(self.number())
            value = read_value(written)
        if self.tag(_CELL_CHANGE):
            change = _change(self.take(1)[0])
        if self.tag(_CELL_TIMESTAMP):
            timestamp_written = self.take(8)
        if not self.tag(_CELL_CHECKSUM):
            raise BrokenRowError("Cell data broken, cell is not end with checksum[0x0A] tag.")
        summed = name + written + timestamp_written
        sum_ = checksum(summed if change is None else summed + bytes((change,)))
        self.check(sum_)
        timestamp = _int64.unpack(timestamp_written)[0] if timestamp_written else None
        return _name(name), value, timestamp, change, sum_

    def tag(self, wanted: int) -> bool:
        if self.position < len(self.data) and self.data[self.position] == wanted:
            self.position += 1
            return True
        return False

    def expect(self, wanted: int) -> None:
        if not self.tag(wanted):
            actual = self.data[self.position] if self.position < len(self.data) else 0
            raise BrokenRowError(
                f"Cell data broken, mismatch tag, actual tag({actual}), expect({wanted})."
            )

    def take(self, size: int) -> bytes:
        start = self.position
        self.position += size
        if self.position > len(self.data):
            raise BrokenRowError("Input encoded PK broken, length is shorter than expect.")
        return self.data[start : self.position]

    def number(self) -> int:
        number: int = _uint32.unpack(self.take(4))[0]
        return number

    def check(self, expected: int) -> None:
        found = self.take(1)[0]
        if found != expected:
            raise BrokenRowError(f"Cell data broken, checksum is mismatch, {found} :{expected} :")


def _name(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise BrokenRowError("data format is invalid.") from error


def _change(number: int) -> CellChange:
    try:
        return CellChange(number)
    except ValueError as error:
        raise BrokenRowError(f"Invalid op type of cell: {number}.") from error


def read_value(data: bytes) -> Value | Bound | None:
    """A value with its type before it."""
    try:
        return _READERS[data[0]](data[1:])
    except (struct.error, LookupError, ValueError) as error:
        raise BrokenRowError("data format is invalid, unknown variant type occured.") from error


def _sized(content: bytes) -> bytes:
    if len(content) != 4 + _uint32.unpack_from(content)[0]:
        raise BrokenRowError(f"Cell data broken, wrong string format, size: {len(content)}.")
    return content[4:]


_READERS: Final[dict[int, Callable[[bytes], Value | Bound | None]]] = {
    Variant.VT_INTEGER: lambda content: int(_int64.unpack(content)[0]),
    Variant.VT_DOUBLE: lambda content: float(_double.unpack(content)[0]),
    Variant.VT_BOOLEAN: lambda content: bool(content[0]),
    Variant.VT_STRING: lambda content: _sized(content).decode(),
    Variant.VT_NULL: lambda _: None,
    Variant.VT_BLOB: _sized,
    Variant.VT_INF_MIN: lambda _: Bound.LOWEST,
    Variant.VT_INF_MAX: lambda _: Bound.HIGHEST,
    Variant.VT_AUTO_INCREMENT: lambda _: Bound.AUTO_INCREMENT,
}


# Writing


def write_value(value: KeyValue) -> bytes:
    """A value with its type before it."""
    variant = bytes((Variant.of(value),))
    match value:
        case Bound():
            return variant
        case bool():
            return variant + bytes((value,))
        case int():
            return variant + _int64.pack(value)
        case float():
            return variant + _double.pack(value)
        case str():
            data = value.encode()
            return variant + _uint32.pack(len(data)) + data
        case bytes():
            return variant + _uint32.pack(len(value)) + value


def _write_row(written: bytearray, row: PlainRow) -> None:
    sums = bytearray()
    written.append(_ROW_KEY)
    for name, value in row.key:
        sums.append(_write_cell(written, name, write_value(value)))
    if row.cells:
        written.append(_ROW_DATA)
        for cell in row.cells:
            value_written = b"" if cell.value is None else write_value(cell.value)
            sums.append(_write_cell(written, cell.name, value_written, cell.timestamp, cell.change))
    if row.deleted:
        written.append(_DELETE_MARKER)
    sums.append(row.deleted)
    written += bytes((_ROW_CHECKSUM, checksum(sums)))


def _write_cell(
    written: bytearray,
    name: str,
    value: bytes,
    timestamp: int | None = None,
    change: CellChange | None = None,
) -> int:
    """Write a cell; its checksum."""
    data = name.encode()
    written += bytes((_CELL, _CELL_NAME)) + _uint32.pack(len(data)) + data
    summed = data + value
    if value:
        written.append(_CELL_VALUE)
        written += _uint32.pack(len(value)) + value
    if change is not None:
        written += bytes((_CELL_CHANGE, change))
    if timestamp is not None:
        timestamp_written = _int64.pack(timestamp)
        written.append(_CELL_TIMESTAMP)
        written += timestamp_written
        summed += timestamp_written
    # The checksum takes the change last, although it is written before the timestamp.
    sum_ = checksum(summed if change is None else summed + bytes((change,)))
    written += bytes((_CELL_CHECKSUM, sum_))
    return sum_


# Checksums

_POLYNOMIAL: Final = 0x107  # x⁸ + x² + x + 1
_PERIOD: Final = 127


def _shifted(byte: int) -> int:
    for _ in range(8):
        byte <<= 1
        if byte & 0x100:
            byte ^= _POLYNOMIAL
    return byte


_TABLE: Final = bytes(map(_shifted, range(256)))


def checksum(data: Iterable[int]) -> int:
    """The CRC-8 of some bytes.

    A long text is folded first: x¹²⁷ is 1 modulo the polynomial, so bytes 127 apart count alike and
    can be added up, all at once, as large numbers.
    """
    if isinstance(data, bytes) and len(data) > 2 * _PERIOD:
        data = _folded(data)
    table = _TABLE
    sum_ = 0
    for each in data:
        sum_ = table[sum_ ^ each]
    return sum_


def _folded(data: bytes) -> bytes:
    number = int.from_bytes(data)
    blocks = -(-len(data) // _PERIOD)
    while blocks > 1:
        lower = blocks // 2
        bits = lower * _PERIOD * 8
        number = (number >> bits) ^ (number & ((1 << bits) - 1))
        blocks -= lower
    return number.to_bytes(_PERIOD)
