"""Simple Log Service: its hosts and paths, how it is spoken to, what its operations are done on.

`operations.txt` has a line for each operation: its method and path, the action, and what it is done
on. Of the actions that no page names it is assumed that they are the operation's name, on the
project or the job.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any, Final

from pytest_ramsts.errors import ApiError
from pytest_ramsts.identity import Ids
from pytest_ramsts.service import Body, Invocation, Resource, Service
from pytest_ramsts.services.sls.errors import SlsError, denied, in_own_words
from pytest_ramsts.services.sls.logs import uncompressed
from pytest_ramsts.services.sls.state import LogStore, Project, Sls
from pytest_ramsts.wire import Request, Response, signatures
from pytest_ramsts.wire.message import Pairs
from pytest_ramsts.wire.routes import Routes
from pytest_ramsts.wire.rpc import RpcCall

__all__ = ["as_json", "given", "logstore_of", "number", "project_of", "sls"]

_API: Final = "0.6.0"
_LABELS: Final = 4  # of a host without a project: region, log, aliyuncs, com

_MORE_ROUTES: Final = (
    ("GetHistograms", "GET /logstores/{logstore}?type=histogram"),
    ("GetLogs", "GET /logstores/{logstore}?type=log"),
    ("PutLogs", "POST /logstores/{logstore}/shards/route"),
)


def _lines() -> Iterator[list[str]]:
    for line in files(__package__).joinpath("operations.txt").read_text().splitlines():
        yield [part.strip() for part in line.split("|")]


class JsonOverRest:
    """Operations with a method and a path, JSON or logs in the body, and refusals in JSON."""

    def __init__(self) -> None:
        without = [(name, route) for name, route, *_ in _lines() if name != "ListProject"]
        self._routes = Routes([*without, *_MORE_ROUTES])

    def read(self, request: Request) -> RpcCall:
        labels = request.host.split(".")
        project = labels[0] if len(labels) > _LABELS else ""
        operation, named = self._routes.find(request) or ("", {})
        if not operation:
            raise ApiError(
                "InvalidApi.NotFound",
                "Specified api is not found, please check your url and method."
                f" (pytest-ramsts: SLS has no operation `{request.method} {request.path}` here)",
                status=404,
            )
        if operation == "GetProject" and not project:
            operation = "ListProject"
        content = _content(request)
        body = content if isinstance(content, dict) else {}
        parameters = {
            **{name: _text(value) for name, value in body.items()},
            **request.fields,
            **named,
        }
        if project or operation == "CreateProject":
            parameters["project"] = project or parameters.get("projectName", "")
        if operation == "CreateLogStore":
            parameters["logstore"] = parameters.get("logstoreName", "")
        return RpcCall(operation, _API, "JSON", parameters, content)

    def success(
        self, body: Body, request_id: str, call: RpcCall, invocation: Invocation
    ) -> Response:
        """An operation answers JSON; none has an envelope."""
        del call, invocation
        if isinstance(body, Response):
            return Response(body.status, (*_headers(request_id), *body.headers), body.body)
        return _json(200, body or None, request_id)

    def failure(self, error: ApiError, request_id: str, request: Request, product: str) -> Response:
        del request, product
        content = {"errorCode": error.code, "errorMessage": error.message}
        return _json(error.status, content, request_id)


def _content(request: Request) -> Any:
    """The body: parsed where it is JSON, else its octets."""
    octets = uncompressed(request)
    if not octets or "protobuf" in request.content_type:
        return octets
    try:
        return json.loads(octets)
    except ValueError:
        raise SlsError("ParameterInvalid", "The body is not valid json string") from None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _headers(request_id: str) -> tuple[tuple[str, str], ...]:
    return (
        ("Server", "AliyunSLS"),
        ("x-log-requestid", request_id),
        ("Access-Control-Allow-Origin", "*"),
    )


def _json(status: int, content: Any, request_id: str) -> Response:
    octets = b"" if content is None else json.dumps(content, ensure_ascii=False).encode()
    return Response(status, (("Content-Type", "application/json"), *_headers(request_id)), octets)


def _request_id(ids: Ids) -> str:
    """24 hexadecimal digits."""
    return ids.request_id().replace("-", "")[:24]


sls: Final = Service(
    "log",
    hosts=[
        f"{project}{{region}}{network}.log.aliyuncs.com"
        for network in ("-intranet", "-internal", "-share", "")
        for project in ("{project}.", "")
    ],
    version=_API,
    product="Sls",
    dialect=JsonOverRest(),
    denied=denied,
    signatures=signatures.SLS,
    worded=in_own_words,
    request_id=_request_id,
    state=Sls,
)


# What the caller must be allowed to do it on


def _on(template: str) -> Resource:
    def resource(invocation: Invocation, **_: object) -> str:
        if template == "*":
            return template
        state: Sls = invocation.state
        given = {k: v for k, v in invocation.parameters.items() if v}
        project = state.projects.get(given.get("project", ""))
        owner = project.owner if project else invocation.account.id
        tail = template.format_map(_Named(given))
        return f"acs:log:{invocation.region}:{owner}:{tail}"

    return resource


class _Named(dict[str, str]):
    """What a call names; what it does not is any."""

    def __missing__(self, name: str) -> str:
        return "*"


for _name, _route, _action, _template in _lines():
    sls.declare(_name, action=_action, on=_on(_template))


# What a call is about


def project_of(invocation: Invocation) -> Project:
    state: Sls = invocation.state
    return state.project(invocation.parameters.get("project", ""))


def logstore_of(invocation: Invocation) -> LogStore:
    return project_of(invocation).logstore(invocation.parameters["logstore"])


def as_json(content: Any, headers: Pairs = ()) -> Response:
    """An answer that is no object, or has headers of its own."""
    octets = json.dumps(content, ensure_ascii=False).encode()
    return Response(200, (("Content-Type", "application/json"), *headers), octets)


def given(invocation: Invocation) -> Mapping[str, Any]:
    """The JSON object of the body."""
    if not isinstance(invocation.content, dict):
        raise SlsError("ParameterInvalid", "The body is not valid json string")
    return invocation.content


def number(invocation: Invocation, name: str, default: int | None = None) -> int:
    """A parameter that is a number."""
    text = invocation.parameters.get(name)
    if text is None and default is not None:
        return default
    try:
        return int(float(text or ""))
    except ValueError:
        raise SlsError("ParameterInvalid", f"{name} is invalid") from None
