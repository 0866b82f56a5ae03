"""Logs as clients send them: a group of logs with a topic, a source and tags."""

from __future__ import annotations

import zlib

from pytest_ramsts.services.sls import lz4
from pytest_ramsts.services.sls.errors import SlsError
from pytest_ramsts.services.tablestore.wire.protobuf import MalformedError, Message, field
from pytest_ramsts.wire import Request

__all__ = ["LogGroup", "listed", "read_group", "uncompressed"]


class Content(Message):
    key: str = field(1)
    value: bytes = field(2)


class Log(Message):
    time: int = field(1)
    contents: list[Content] = field(2)

    def fields(self) -> dict[str, str]:
        return {one.key: one.value.decode("utf-8", "replace") for one in self.contents}


class Tag(Message):
    key: str = field(1)
    value: str = field(2)


class LogGroup(Message):
    logs: list[Log] = field(1)
    topic: str | None = field(3)
    source: str | None = field(4)
    tags: list[Tag] = field(6)

    def shown(self, start: float, end: float) -> list[dict[str, str]]:
        """Each log of a time as a search shows it."""
        common = {"__topic__": self.topic or "", "__source__": self.source or ""}
        common |= {f"__tag__:{tag.key}": tag.value for tag in self.tags}
        return [
            {**common, "__time__": str(log.time), **log.fields()}
            for log in self.logs
            if start <= log.time < end
        ]


def read_group(octets: bytes) -> LogGroup:
    try:
        return LogGroup.decode(octets)
    except MalformedError as error:
        raise SlsError(
            "PostBodyInvalid", "Protobuffer content cannot be parsed.", hint=str(error)
        ) from error


def listed(groups: list[bytes]) -> bytes:
    """A `LogGroupList` of groups as they were sent."""
    written = bytearray()
    for group in groups:
        written += b"\x0a"  # field 1, with a length
        size = len(group)
        while size > 0x7F:  # noqa: PLR2004 - seven bits an octet
            written.append(size & 0x7F | 0x80)
            size >>= 7
        written.append(size)
        written += group
    return bytes(written)


def uncompressed(request: Request) -> bytes:
    """The body before it was compressed."""
    kind = request.headers.get("x-log-compresstype").lower()
    try:
        match kind:
            case "":
                return request.body
            case "lz4":
                return lz4.decompress(request.body)
            case "deflate" | "gzip":
                return zlib.decompress(request.body)
    except (ValueError, zlib.error) as error:
        raise SlsError(
            "PostBodyInvalid", "The body cannot be uncompressed.", hint=str(error)
        ) from error
    raise SlsError(
        "ParameterInvalid",
        f"Unsupported compress type: {kind}.",
        hint="lz4 and deflate are understood here",
    )
