"""The RPC style: an operation and flat parameters in, an envelope in JSON or XML out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple
from urllib.parse import quote

from pytest_ramsts.errors import (
    ApiError,
    InvalidParameterError,
    MissingParameterError,
    NoPermissionError,
)
from pytest_ramsts.wire import quoting
from pytest_ramsts.wire.message import Request, Response

__all__ = ["IN_XML", "Format", "RpcCall", "failure", "listed", "read", "success", "wanted_format"]

Format = Literal["JSON", "XML", "PROTOBUF"]

_COMMON: Final = frozenset(
    (
        "AccessKeyId",
        "Action",
        "BearerToken",
        "Format",
        "SecurityToken",
        "Signature",
        "SignatureMethod",
        "SignatureNonce",
        "SignatureType",
        "SignatureVersion",
        "Timestamp",
        "Version",
    )
)


class RpcCall(NamedTuple):
    """What is asked of a service: the operation and its business parameters."""

    operation: str
    version: str
    format: Format
    parameters: Mapping[str, str]
    content: Any = None
    """The body, parsed, of a service whose requests are no flat parameters."""


def read(request: Request) -> RpcCall:
    """The call a request makes. Only what its signature covers counts.

    Signed in its headers, a request names the operation there; else `Action` goes before them.
    """
    _refuse_broken_escapes(request)
    given = request.fields
    if _signed_in_headers(request):
        operation = request.headers.get("x-acs-action") or given.get("Action", "")
        version = request.headers.get("x-acs-version") or given.get("Version", "")
        if request.content_type == "application/json" and request.body:
            given = {**_fields(request.body), **given}
    else:
        operation = given.get("Action") or request.headers.get("x-acs-action")
        version = given.get("Version") or request.headers.get("x-acs-version")
    _refuse_what_is_no_text(given)
    format_ = _format(request, given)
    if not operation:
        raise MissingParameterError("Action")
    if not version:
        raise MissingParameterError("Version")
    parameters = {name: value for name, value in given.items() if name not in _COMMON}
    return RpcCall(operation, version, format_, parameters)


def wanted_format(request: Request) -> Format:
    """How the client wants its answer, also when its call cannot be read."""
    try:
        return _format(request, request.fields)
    except ApiError:
        return "JSON"


def listed(parameters: Mapping[str, str], name: str) -> list[Any]:
    """The elements of a list parameter, in order: texts, or mappings of text.

    Flat as `Name.1=a`, `Tag.1.Key=k`, `Tag.1.Value=v`, or one JSON text `Name=["a"]`.
    """
    if parameters.get(name):
        return _list_of_json(name, parameters[name])
    elements: dict[int, dict[str, str]] = {}
    prefix = f"{name}."
    for key, value in parameters.items():
        if key.startswith(prefix):
            index, _, rest = key[len(prefix) :].partition(".")
            if _INDEX(index):
                elements.setdefault(int(index), {})[rest] = value
    ordered = (elements[index] for index in sorted(elements))
    return [element.get("", element) for element in ordered]


def success(body: Mapping[str, Any], request_id: str, format: Format, operation: str) -> Response:  # noqa: A002 - the API's own word
    content: dict[str, Any] = {"RequestId": request_id, **body}
    return _response(200, content, request_id, format, f"{operation}Response")


def failure(
    error: ApiError,
    request_id: str,
    host_id: str,
    format: Format,  # noqa: A002 - the API's own word
    product: str,
    detail: Mapping[str, Any] | None = None,
    *,
    retry_after: int | None = None,
) -> Response:
    """The envelope of an error; `detail`, its `AccessDeniedDetail`, is by default its own."""
    content: dict[str, Any] = {
        "RequestId": request_id,
        "HostId": host_id,
        "Code": error.code,
        "Message": error.message,
        "Recommend": (
            f"https://api.aliyun.com/troubleshoot?q={quote(error.code)}"
            f"&product={quote(product)}&requestId={quote(request_id)}"
        ),
    }
    if detail is None and isinstance(error, NoPermissionError):
        detail = error.detail
    if detail is not None:
        content["AccessDeniedDetail"] = detail
    response = _response(error.status, content, request_id, format, "Error")
    if retry_after is None:
        return response
    headers = (*response.headers, ("x-acs-retry-after", str(retry_after)))
    return Response(response.status, headers, response.body)


_XML_TYPES: Final = frozenset(("application/xml", "text/xml"))
_INDEX: Final = re.compile(r"[0-9]{1,9}").fullmatch


def _signed_in_headers(request: Request) -> bool:
    return "authorization" in request.headers or "x-acs-bearer-token" in request.headers


def _format(request: Request, given: Mapping[str, str]) -> Format:
    asked = given.get("Format", "")
    if not asked:
        accepted = request.headers.get("accept").partition(",")[0].partition(";")[0]
        return "XML" if accepted.strip().lower() in _XML_TYPES else "JSON"
    match asked.upper():
        case "JSON":
            return "JSON"
        case "XML":
            return "XML"
    raise ApiError(
        "InvalidParameter.Format",
        "Specified parameter format is not valid.",
        hint=f"Format is `{asked}`; it can be JSON or XML",
    )


def _refuse_broken_escapes(request: Request) -> None:
    bad = quoting.broken(request.query)
    if not bad and request.form:
        bad = quoting.broken(request.body.decode("latin-1"))
    if bad:
        raise _invalid("Parameter", f"`{bad}` is no percent escape")


def _refuse_what_is_no_text(parameters: Mapping[str, str]) -> None:
    if "".join([*parameters, *parameters.values()]).isascii():
        return
    for name, value in parameters.items():
        for text in (name, value):
            if not text.isascii():
                try:
                    text.encode()
                except UnicodeEncodeError:
                    shown = name.encode("ascii", "replace").decode()
                    raise _invalid(shown, "its octets are no UTF-8") from None


def _invalid(name: str, hint: str) -> ApiError:
    return ApiError(
        "InvalidParameter", f'The specified parameter "{name}" is not valid.', hint=hint
    )


def _fields(body: bytes) -> dict[str, str]:
    """The members of a JSON body as the parameters they stand for."""
    try:
        content = json.loads(body)
        if isinstance(content, dict):
            return {
                name: value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
                for name, value in content.items()
                if value is not None
            }
    except (ValueError, RecursionError) as error:
        raise _invalid("Body", "the body is no JSON") from error
    raise _invalid("Body", "the body is no JSON object")


def _list_of_json(name: str, text: str) -> list[Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidParameterError(name, "Format", hint="it is no JSON list") from error
    if not isinstance(content, list):
        raise InvalidParameterError(name, "Format", hint="it is no JSON list")
    return content


def _response(
    status: int, content: Mapping[str, Any], request_id: str, format_: Format, root: str
) -> Response:
    if format_ == "XML":
        media_type = "text/xml;charset=utf-8"  # exactly so, or the SDK does not parse an error
        text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>{_xml(content)}</{root}>'
    else:
        media_type = "application/json;charset=utf-8"
        text = _json(content)
    headers = (
        ("Content-Type", media_type),
        ("Connection", "keep-alive"),
        ("Keep-Alive", "timeout=25"),
        ("Access-Control-Allow-Origin", "*"),
        ("x-acs-request-id", request_id),
        ("x-acs-trace-id", request_id.replace("-", "").lower()),
    )
    return Response(status, headers, text.encode("utf-8", "replace"))


# `json.dumps` makes an encoder for each call that is not made as by default.
_json: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

# What XML 1.0 cannot say, not even escaped.
_UNSPEAKABLE: Final = ({*range(0x20)} - {*map(ord, "\t\n\r")}) | {0xFFFE, 0xFFFF}
# A bare carriage return would come back as a line feed.
IN_XML: Final = dict.fromkeys(_UNSPEAKABLE, "\ufffd") | str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
)


def _xml(value: Any) -> str:
    match value:
        case Mapping():
            return "".join(_elements(value))
        case True:
            return "true"
        case False:
            return "false"
        case None:
            return ""
        case _:
            return str(value).translate(IN_XML)


def _elements(content: Mapping[str, Any]) -> Iterator[str]:
    for name, value in content.items():
        for each in value if isinstance(value, (list, tuple)) else (value,):
            yield f"<{name}>{_xml(each)}</{name}>"
