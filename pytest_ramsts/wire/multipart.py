"""Bodies of `multipart/form-data`, as browsers send them with a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pytest_ramsts.wire.message import Request

__all__ = ["Form", "is_form", "read"]

_MEDIA_TYPE: Final = "multipart/form-data"
_BOUNDARY: Final = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;,]{1,70}))', re.IGNORECASE)
_PARAMETER: Final = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
_CONTENT_TYPE: Final = re.compile(r"^content-type:[ \t]*([^\r\n]+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Form:
    """The fields before the file, and the file: what stands behind it does not count."""

    fields: Mapping[str, str]
    file: bytes
    file_name: str
    file_type: str


def is_form(request: Request) -> bool:
    return request.content_type == _MEDIA_TYPE


def read(request: Request) -> Form | None:
    """The form of a request; None if it is not well-formed, or has no field `file`."""
    found = _BOUNDARY.search(request.headers.get("content-type"))
    if found is None:
        return None
    delimiter = b"--" + (found[1] or found[2]).encode("latin-1")
    body = request.body
    fields: dict[str, str] = {}
    start = body.find(delimiter)
    while start >= 0:
        start += len(delimiter)
        end = body.find(b"\r\n" + delimiter, start)
        if end < 0 or body[start : start + 2] != b"\r\n":
            return None
        blank = body.find(b"\r\n\r\n", start, end)
        if blank < 0:
            return None
        head = body[start:blank].decode("utf-8", "surrogateescape")
        parameters = dict(_PARAMETER.findall(head))
        name = parameters.get("name", "")
        if name == "file":
            given = _CONTENT_TYPE.search(head)
            file_type = given[1].strip() if given else ""
            return Form(fields, body[blank + 4 : end], parameters.get("filename", ""), file_type)
        fields.setdefault(name, body[blank + 4 : end].decode("utf-8", "surrogateescape"))
        start = end + 2
    return None
