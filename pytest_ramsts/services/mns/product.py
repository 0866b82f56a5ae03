"""MNS 2015-06-06: its hosts and paths, how it is spoken to, what its operations are done on.

`operations.txt` has a line for each operation: its method and path, the action, and what it is done
on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any, Final
from xml.etree import ElementTree as ET

from pytest_ramsts.errors import ApiError
from pytest_ramsts.identity import Ids
from pytest_ramsts.service import Body, Invocation, Resource, Service
from pytest_ramsts.services.mns.errors import MnsError, denied, in_own_words
from pytest_ramsts.services.mns.state import Mns
from pytest_ramsts.wire import Request, Response, signatures
from pytest_ramsts.wire.message import Pairs
from pytest_ramsts.wire.routes import Routes
from pytest_ramsts.wire.rpc import IN_XML, RpcCall

__all__ = ["mns", "owner_of", "said", "url_of", "written"]

_VERSION: Final = "2015-06-06"
_NAMESPACE: Final = "http://mns.aliyuncs.com/doc/v1/"
# What a batch is asked with has the same path as a single one, and another root.
_BATCHES: Final = {"SendMessage": "BatchSendMessage"}


def _lines() -> Iterator[list[str]]:
    for line in files(__package__).joinpath("operations.txt").read_text().splitlines():
        yield [part.strip() for part in line.split("|")]


class XmlOverRest:
    """Operations with a method and a path, and XML in the body."""

    def __init__(self) -> None:
        batches = _BATCHES.values()
        self._routes = Routes([(name, r) for name, r, *_ in _lines() if name not in batches])

    def read(self, request: Request) -> RpcCall:
        operation, named = self._routes.find(request) or ("", {})
        if not operation:
            raise ApiError(
                "InvalidRequestURL",
                "Http request URL format invalid."
                f" (pytest-ramsts: MNS has no operation `{request.method} {request.path}` here)",
                status=400,
            )
        version = request.headers.get("x-mns-version")
        if not version:
            raise ApiError("MissingVersionHeader", "x-mns-version header is required.")
        content = _parsed(request.body) if request.body else None
        if content is not None and content.tag == f"{{{_NAMESPACE}}}Messages":
            operation = _BATCHES.get(operation, operation)
        fields = said(content) if content is not None else {}
        return RpcCall(operation, version, "XML", {**fields, **request.fields, **named}, content)

    def success(
        self, body: Body, request_id: str, call: RpcCall, invocation: Invocation
    ) -> Response:
        """The body of a reply is the answer's one element: `{"Queue": {...}}`; without, it is
        204.
        """
        del call, invocation
        if isinstance(body, Response):
            return Response(body.status, (*_headers(request_id), *body.headers), body.body)
        if not body:
            return Response(204, _headers(request_id))
        ((root, content),) = body.items()
        return Response(200, _headers(request_id), written(root, content))

    def failure(self, error: ApiError, request_id: str, request: Request, product: str) -> Response:
        del product
        content = {
            "Code": error.code,
            "Message": error.message,
            "RequestId": request_id,
            "HostId": f"{request.scheme or 'http'}://{request.host}",
        }
        return Response(error.status, _headers(request_id), written("Error", content))


def _parsed(body: bytes) -> ET.Element:
    try:
        return ET.fromstring(body)  # noqa: S314 - it comes from the test's own process
    except (ET.ParseError, LookupError, ValueError) as error:  # the last two: of its encoding
        raise MnsError("MalformedXML", hint=str(error)) from error


def said(element: ET.Element) -> dict[str, str]:
    """What the children of an element say."""
    return {child.tag.rpartition("}")[2]: child.text or "" for child in element}


def written(root: str, content: Any) -> bytes:
    """An element with others in it; a list repeats the one of its name."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_NAMESPACE}">'
        f"{_inner(content)}</{root}>"
    ).encode("utf-8", "replace")


def _inner(content: Any) -> str:
    if not isinstance(content, Mapping):
        return str(content).translate(IN_XML)
    return "".join(
        f"<{name}>{_inner(each)}</{name}>"
        for name, value in content.items()
        for each in (value if isinstance(value, list) else (value,))
    )


def _headers(request_id: str) -> Pairs:
    return (
        ("Content-Type", "text/xml;charset=utf-8"),
        ("x-mns-request-id", request_id),
        ("x-mns-version", _VERSION),
    )


def _request_id(ids: Ids) -> str:
    """24 hexadecimal digits."""
    return ids.request_id().replace("-", "")[:24]


mns: Final = Service(
    "mns",
    hosts=[
        f"{{account}}.mns.{{region}}{network}.aliyuncs.com"
        for network in ("-internal-vpc", "-internal", "")
    ],
    version=_VERSION,
    product="Mns",
    dialect=XmlOverRest(),
    denied=denied,
    signatures=signatures.MNS,
    worded=in_own_words,
    request_id=_request_id,
    state=Mns,
)


def owner_of(invocation: Invocation) -> str:
    """The account whose queues are asked for: the host says which."""
    return invocation.request.host.partition(".")[0]


def url_of(invocation: Invocation, tail: str) -> str:
    request = invocation.request
    return f"{request.scheme or 'http'}://{request.host}/{tail}"


def _on(template: str) -> Resource:
    def resource(invocation: Invocation, **_: object) -> str:
        tail = template.format_map(invocation.parameters)
        return f"acs:mns:{invocation.region}:{owner_of(invocation)}:{tail}"

    return resource


for _name, _route, _action, _template in _lines():
    mns.declare(_name, action=_action, on=_on(_template))
