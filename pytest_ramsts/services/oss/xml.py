"""The XML of OSS: answers from mappings, bodies of requests as elements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from xml.etree import ElementTree as ET

from pytest_ramsts.services.oss.errors import OssError

__all__ = ["parsed", "text_of", "written"]

_DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_UNWRITABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES: Final = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord("\r"): "&#13;"}


def written(body: Mapping[str, Any]) -> bytes:
    """A document: `{"LocationConstraint": "oss-cn-hangzhou"}`. A list repeats its element, None is
    left out. What XML has no place for, an octet that is no UTF-8 or a control character, is
    replaced.
    """
    return (
        _DECLARATION + _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", "".join(_pieces(body))).encode()
    )


def _pieces(fields: Mapping[str, Any]) -> Iterator[str]:
    for name, value in fields.items():
        for one in value if isinstance(value, list) else (value,):
            if one is None:
                continue
            if isinstance(one, Mapping):
                yield f"<{name}>"
                yield from _pieces(one)
                yield f"</{name}>"
            else:
                text = str(one).lower() if isinstance(one, bool) else str(one)
                yield f"<{name}>{text.translate(_ESCAPES)}</{name}>"


def parsed(body: bytes, root: str = "") -> ET.Element:
    """The body of a request, or `MalformedXML`. Nothing in it is looked up elsewhere."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise OssError("MalformedXML", hint="a document type has no place in it")
    try:
        found = ET.fromstring(body)  # noqa: S314 - what could define entities is refused above
    except (ET.ParseError, LookupError, ValueError) as error:  # the last two: of its encoding
        raise OssError("MalformedXML", hint=str(error)) from None
    for element in found.iter():
        element.tag = element.tag.rpartition("}")[2]
    if root and found.tag != root:
        raise OssError("MalformedXML", hint=f"it is `{found.tag}`, not `{root}`")
    return found


def text_of(element: ET.Element, path: str, default: str | None = None) -> str:
    """The text of an element below; `MalformedXML` if it must be there and is not."""
    found = element.find(path)
    if found is None:
        if default is None:
            raise OssError("MalformedXML", hint=f"`{element.tag}` has no `{path}`")
        return default
    return found.text or ""
