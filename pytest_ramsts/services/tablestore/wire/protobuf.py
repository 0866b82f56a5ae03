"""Protocol buffers: a message is a class of numbered fields. Knows no message.

    class TimeRange(Message):
        start_time: int | None = field(1)
        end_time: int | None = field(2)

What a field holds is said by its type: `str`, `bytes`, `int`, `bool`, an `IntEnum`, another
message, or any class with a `decode` and an `encode` of its own. `… | None` may be missing,
`list[…]` may come any number of times, anything else has to be there.

Only what Table Store uses is here: no groups, no packed lists, no maps, no numbers of fixed size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import IntEnum
from types import NoneType
from typing import Any, ClassVar, Final, NamedTuple, Self, get_args, get_type_hints

__all__ = ["MalformedError", "Message", "field"]

_VARINT: Final = 0
_FIXED64: Final = 1
_BYTES: Final = 2
_FIXED32: Final = 5
_SIZES: Final = {_FIXED64: 8, _FIXED32: 4}

_LONGEST_VARINT: Final = 10
_MORE: Final = 0x80
_SIGN: Final = 1 << 63
_MODULUS: Final = 1 << 64


class MalformedError(ValueError):
    """The bytes are not the message they should be."""


def field(number: int) -> Any:
    """A field of a message, by its number on the wire."""
    return _Numbered(number)


class Message:
    """A protocol buffer. What it says of a field that was not sent is None, or an empty list."""

    _numbers: ClassVar[dict[str, int]] = {}
    _codec: ClassVar[_Codec | None] = None

    def __init_subclass__(cls) -> None:
        cls._numbers = {
            name: each.number for name, each in vars(cls).items() if isinstance(each, _Numbered)
        }
        for name in cls._numbers:
            setattr(cls, name, None)
        cls._codec = None

    def __init__(self, **values: Any) -> None:
        for name, value in values.items():
            if name not in self._numbers:
                raise TypeError(f"a {type(self).__name__} has no `{name}`")
            if value is not None:
                self.__dict__[name] = value

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]  # it can change

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={value!r}" for name, value in self.__dict__.items())
        return f"{type(self).__name__}({said})"

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read a message; `MalformedError` if it is broken or lacks what it has to say."""
        codec = cls._codec or _compiled(cls)
        message = cls.__new__(cls)
        values = message.__dict__
        for name in codec.lists:
            values[name] = []
        for number, wire_type, sent in _fields_of(data):
            known = codec.fields.get(number)
            if known is None:
                continue
            if known.wire_type != wire_type:
                raise MalformedError(f"`{known.name}` is of the wire type {wire_type}")
            try:
                value = known.read(sent)
            except ValueError as error:
                raise MalformedError(f"`{known.name}`: {error}") from error
            if known.repeated:
                values[known.name].append(value)
            else:
                values[known.name] = value
        for name in codec.required:
            if name not in values:
                raise MalformedError(f"it has no `{name}`")
        return message

    def encode(self) -> bytes:
        """Write the message; `MalformedError` if it lacks what it has to say."""
        codec = self._codec or _compiled(type(self))
        written = bytearray()
        values = self.__dict__
        for known in codec.fields.values():
            value = values.get(known.name)
            if value is None:
                if known.name in codec.required:
                    raise MalformedError(f"{self!r} has no `{known.name}`")
                continue
            for each in value if known.repeated else (value,):
                written += known.tag
                if known.wire_type == _VARINT:
                    _write_varint(written, each % _MODULUS)
                else:
                    data = known.write(each)
                    _write_varint(written, len(data))
                    written += data
        return bytes(written)


class _Numbered(NamedTuple):
    number: int


class _Field(NamedTuple):
    name: str
    tag: bytes
    wire_type: int
    read: Callable[[Any], Any]
    write: Callable[[Any], bytes]
    repeated: bool


class _Codec(NamedTuple):
    """What is known of a message as soon as one is first read or written."""

    fields: dict[int, _Field]
    lists: tuple[str, ...]
    required: frozenset[str]


def _compiled(message: type[Message]) -> _Codec:
    types = get_type_hints(message)
    fields: dict[int, _Field] = {}
    lists: list[str] = []
    required: set[str] = set()
    for name, number in message._numbers.items():  # noqa: SLF001 - of this module
        options = get_args(types[name])
        repeated = bool(options) and NoneType not in options
        wire_type, read, write = _kind(options[0] if options else types[name])
        tag = bytearray()
        _write_varint(tag, number << 3 | wire_type)
        fields[number] = _Field(name, bytes(tag), wire_type, read, write, repeated)
        if repeated:
            lists.append(name)
        elif not options:
            required.add(name)
    message._codec = codec = _Codec(fields, tuple(lists), frozenset(required))  # noqa: SLF001
    return codec


def _kind(type_: Any) -> tuple[int, Callable[[Any], Any], Callable[[Any], bytes]]:
    """The wire type of a Python type, and how a value of it is read and written."""
    if type_ is str:
        return _BYTES, bytes.decode, str.encode
    if type_ is bytes:
        return _BYTES, bytes, bytes
    if type_ is bool:
        return _VARINT, bool, bytes
    if type_ is int:
        return _VARINT, _signed, bytes
    if issubclass(type_, IntEnum):
        return _VARINT, type_, bytes
    return _BYTES, type_.decode, type_.encode


def _signed(number: int) -> int:
    return number - _MODULUS if number & _SIGN else number


def _fields_of(data: bytes) -> Iterator[tuple[int, int, Any]]:
    """The number, the wire type and the content of each field."""
    position, end = 0, len(data)
    while position < end:
        tag, position = _varint(data, position)
        wire_type = tag & 7
        if wire_type == _VARINT:
            number, position = _varint(data, position)
            yield tag >> 3, wire_type, number
            continue
        if wire_type == _BYTES:
            size, position = _varint(data, position)
        elif wire_type in _SIZES:
            size = _SIZES[wire_type]
        else:
            raise MalformedError(f"a field of the unknown wire type {wire_type}")
        start, position = position, position + size
        if position > end:
            raise MalformedError("it ends within a field")
        yield tag >> 3, wire_type, data[start:position]


def _varint(data: bytes, position: int) -> tuple[int, int]:
    """A number at a position, and the position behind it."""
    number = shift = 0
    for each in data[position : position + _LONGEST_VARINT]:
        position += 1
        number |= (each & 0x7F) << shift
        if each < _MORE:
            return number % _MODULUS, position
        shift += 7
    raise MalformedError("a number does not end")


def _write_varint(written: bytearray, number: int) -> None:
    while number >= _MORE:
        written.append(number & 0x7F | _MORE)
        number >>= 7
    written.append(number)
