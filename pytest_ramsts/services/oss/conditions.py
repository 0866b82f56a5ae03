"""Requests with conditions and ranges: `If-Match`, `If-Modified-Since`, `Range` and their like."""

from __future__ import annotations

import re
from typing import Final

from pytest_ramsts.services.oss.errors import OssError
from pytest_ramsts.services.oss.state import Version
from pytest_ramsts.wire import Headers
from pytest_ramsts.wire.signatures import dates

__all__ = ["check_conditions", "check_source_conditions", "range_of"]

_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII).fullmatch


def check_conditions(headers: Headers, version: Version) -> None:
    """`PreconditionFailed` or `NotModified`, where the conditions of a read are not met."""
    get = headers.get
    wanted = get("if-match")
    if wanted and not _is(wanted, version.etag):
        raise _failed("If-Match")
    since = _time(get("if-unmodified-since"))
    if since is not None and not wanted and int(version.modified) > since:
        raise _failed("If-Unmodified-Since")
    unwanted = get("if-none-match")
    if unwanted:
        if _is(unwanted, version.etag):
            raise OssError("NotModified", headers={"ETag": f'"{version.etag}"'})
        return
    since = _time(get("if-modified-since"))
    if since is not None and int(version.modified) <= since:
        raise OssError("NotModified", headers={"ETag": f'"{version.etag}"'})


def check_source_conditions(headers: Headers, version: Version) -> None:
    """The same for the source of a copy."""
    prefix = "x-oss-copy-source-"
    names = ("if-match", "if-none-match", "if-modified-since", "if-unmodified-since")
    pairs = [(name, headers.get(prefix + name)) for name in names]
    check_conditions(Headers([(name, value) for name, value in pairs if value]), version)


def range_of(text: str, size: int, *, standard: bool) -> tuple[int, int] | None:
    """The octets that are asked for, from and until before; None for all of them.

    A range that is none gives all, unless the request wants to be told (`x-oss-range-behavior:
    standard`): then what lies outside is `InvalidRange`, and what sticks out is cut off.
    """
    found = _RANGE(text.strip())
    if found is None or found[1] == found[2] == "":
        return None
    if not found[1]:
        length = int(found[2])
        start, end = max(size - length, 0), size
        fits = length > 0 and (standard or length <= size)
    else:
        start = int(found[1])
        end = int(found[2]) + 1 if found[2] else size
        fits = start < min(end, size) and (standard or end <= size)
    if not fits:
        if standard:
            raise OssError(
                "InvalidRange",
                extras={"ActualObjectSize": size, "RangeRequested": text},
                headers={"Content-Range": f"bytes */{size}"},
            )
        return None
    return start, min(end, size)


def _is(written: str, etag: str) -> bool:
    return written == "*" or etag in [one.strip().strip('"') for one in written.split(",")]


def _time(text: str) -> float | None:
    if not text:
        return None
    try:
        return dates.http(text)
    except ValueError:
        raise OssError("InvalidArgument", "The date is not valid.", hint=f"`{text}`") from None


def _failed(condition: str) -> OssError:
    return OssError("PreconditionFailed", extras={"Condition": condition})
