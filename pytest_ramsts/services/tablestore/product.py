"""Table Store as a service: where it is reached, how it is spoken to, how it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, TypeVar, get_type_hints

from pytest_ramsts.clock import timestamp
from pytest_ramsts.errors import ApiError, NoPermissionError, RamstsError
from pytest_ramsts.policy import Decision
from pytest_ramsts.service import Body, Invocation, Resource, Service
from pytest_ramsts.services.tablestore.data.instance import Instance, TableStore
from pytest_ramsts.services.tablestore.errors import (
    NO_PERMISSION,
    TableStoreError,
    in_own_words,
    invalid,
)
from pytest_ramsts.services.tablestore.wire.messages import Error, NamesTable, TunnelError
from pytest_ramsts.services.tablestore.wire.plainbuffer import BrokenRowError
from pytest_ramsts.services.tablestore.wire.protobuf import MalformedError, Message
from pytest_ramsts.wire import Request, Response, signatures
from pytest_ramsts.wire.message import Pairs
from pytest_ramsts.wire.rpc import Format, RpcCall
from pytest_ramsts.wire.signatures.digests import md5_base64
from pytest_ramsts.wire.signatures.ots import sign_response

__all__ = [
    "instance_of",
    "one_table",
    "operation",
    "programmed",
    "tablestore",
    "the_instance",
]

_VERSION: Final = "2015-12-31"

TUNNEL_OPERATIONS: Final = {
    # The paths are those of the other SDKs, the actions those of the page on RAM policies.
    "tunnel/create": "CreateTunnel",
    "tunnel/delete": "DeleteTunnel",
    "tunnel/list": "ListTunnel",
    "tunnel/describe": "DescribeTunnel",
    "tunnel/connect": "ConsumeTunnel",
    "tunnel/heartbeat": "ConsumeTunnel",
    "tunnel/shutdown": "ConsumeTunnel",
    "tunnel/getcheckpoint": "ConsumeTunnel",
    "tunnel/checkpoint": "ConsumeTunnel",
    "tunnel/readrecords": "ConsumeTunnel",
}


class PlainBufferDialect:
    """`POST /{Operation}` with a message in the body, and an answer that is signed.

    The newest operations, those on knowledge bases, write JSON instead.
    """

    def __init__(self) -> None:
        self.asks: dict[str, type[Message]] = {}
        """What each operation is asked with."""
        self.answers: dict[str, type[Message]] = {}
        """What each operation answers, where a reply may say it in fields."""

    def read(self, request: Request) -> RpcCall:
        path = request.path.lstrip("/")
        operation = TUNNEL_OPERATIONS.get(path, path)
        if request.method != "POST":
            raise TableStoreError("OTSMethodNotAllowed")
        version = request.headers.get("x-ots-apiversion")
        if path in TUNNEL_OPERATIONS:
            version = _VERSION  # tunnels have one of their own
        elif not version:
            raise invalid("Missing header: x-ots-apiversion.")
        is_json = _is_json(request)
        content = self._content(operation, request, is_json)
        written: Format = "JSON" if is_json else "PROTOBUF"
        return RpcCall(operation, version, written, _parameters(content), content)

    def _content(self, operation: str, request: Request, is_json: bool) -> Any:
        asks = self.asks.get(operation)
        if asks is None:
            if not is_json:
                return None
            try:
                return json.loads(request.body or b"{}")
            except ValueError as error:
                raise invalid("Cannot deserialize the request data.") from error
        try:
            return asks.decode(request.body)
        except MalformedError as error:
            broken = error.__cause__
            if isinstance(broken, BrokenRowError):
                raise invalid(str(broken)) from error
            raise invalid("Parse PBMessage from RawString failed.", hint=str(error)) from error

    def success(
        self, body: Body, request_id: str, call: RpcCall, invocation: Invocation
    ) -> Response:
        status, content = 200, b""
        is_json = call.format == "JSON"
        if isinstance(body, Response):  # a programmed one is not signed yet
            status, content = body.status, body.body
        elif is_json:
            content = json.dumps(body).encode()
        elif body:
            answers = self.answers.get(call.operation)
            if answers is None:
                raise RamstsError(
                    f"a reply for `{invocation.operation.action}` is a Response with the message"
                    " as its body; only that of other operations can be said in fields"
                )
            content = answers(**body).encode()
        now = invocation.world.clock.time()
        headers = (
            *_headers(content, request_id, is_json),
            ("x-ots-date", f"{timestamp(now)[:-1]}.{int(now % 1 * 1_000_000):06}Z"),
        )
        secret = invocation.credentials.secret if invocation.credentials else ""
        signature = sign_response(invocation.request, headers, secret)
        return Response(status, (*headers, ("Authorization", signature)), content)

    def failure(self, error: ApiError, request_id: str, request: Request, product: str) -> Response:  # noqa: ARG002 - other dialects say which product it was
        """The real service signs these as well, once it knows who asks; the SDKs do not insist."""
        if _is_json(request):
            content = json.dumps({"code": error.code, "message": error.message}).encode()
        else:
            kind = TunnelError if request.path.startswith("/tunnel/") else Error
            content = kind(code=error.code, message=error.message).encode()
        status = 400 if _is_ours(error) else error.status
        return Response(status, _headers(content, request_id, _is_json(request)), content)


def _is_ours(error: ApiError) -> bool:
    """Whether something failed in us, which is reported when the block ends. Of a 5xx, the SDK
    would make a minute of retries first.
    """
    return error.code == "InternalError" and bool(error.hint)


def _headers(content: bytes, request_id: str, is_json: bool) -> Pairs:
    return (
        ("Content-Type", "application/json" if is_json else "application/x-protobuf"),
        ("x-ots-contentmd5", md5_base64(content)),
        ("x-ots-contenttype", "protocol buffer"),
        ("x-ots-requestid", request_id),
    )


def _is_json(request: Request) -> bool:
    return request.content_type == "application/json"


def _parameters(content: Any) -> dict[str, Any]:
    """What the journal shows of a call."""
    if isinstance(content, Message):
        return dict(vars(content))
    return content if isinstance(content, dict) else {}


def _denied(_: Decision, invocation: Invocation) -> ApiError:
    """The refusal says nothing of why."""
    if invocation.request.path.startswith("/tunnel/"):
        return NoPermissionError(NO_PERMISSION, code="OTSPermissionDenied")  # its text is not known
    return NoPermissionError(NO_PERMISSION, code="OTSNoPermissionAccess")


_dialect: Final = PlainBufferDialect()

tablestore: Final = Service(
    "tablestore",
    hosts=[
        f"{{instance}}.{{region}}.{network}.aliyuncs.com"
        for network in (
            "ots",
            "ots-internal",
            "vpc.ots",
            "tablestore",
            "tablestore-internal",
            "vpc.tablestore",
        )
    ],
    version=_VERSION,
    code="ots",
    product="Tablestore",
    dialect=_dialect,
    signatures=signatures.TABLE_STORE,
    denied=_denied,
    worded=in_own_words,
    request_id=lambda ids: ids.request_id().lower(),
    state=TableStore,
)


# What the caller must be allowed to do it on


def instance_of(invocation: Invocation) -> Instance:
    """The instance a call is for: its header says which, its host in which region."""
    name = invocation.request.headers.get("x-ots-instancename")
    if not name:
        raise invalid("Missing header: x-ots-instancename.")
    store: TableStore = invocation.state
    return store.instance(name, invocation.account, invocation.region)


def the_instance(invocation: Invocation) -> str:
    return instance_of(invocation).resource


def every_table(invocation: Invocation) -> str:
    return f"{the_instance(invocation)}/table/*"


def one_table(invocation: Invocation) -> str:
    return f"{the_instance(invocation)}/table/{invocation.content.table_name}"


# How an operation is written

Run = TypeVar("Run", bound=Callable[..., Message])


def operation(*, on: Resource = one_table, name: str = "") -> Callable[[Run], Run]:
    """Make a function of an instance and a message an operation: what it is asked with and what it
    answers is said by its types.
    """

    def register(run: Run) -> Run:
        words = run.__name__.split("_")
        operation_name = name or "".join(map(str.capitalize, words))
        types = get_type_hints(run)
        _dialect.asks[operation_name] = types["asked"]
        _dialect.answers[operation_name] = types["return"]

        def answer(invocation: Invocation) -> Body:
            instance = instance_of(invocation)
            with instance.lock:
                return Response(200, body=run(instance, invocation.content).encode())

        tablestore.operation(on=on, name=operation_name)(answer)
        return run

    return register


def programmed(
    name: str,
    *,
    on: Resource = one_table,
    asked: type[Message] | None = NamesTable,
    answers: type[Message] | None = None,
) -> None:
    """Guard an operation that answers only what a test programmed."""
    if asked is not None:
        _dialect.asks[name] = asked
    if answers is not None:
        _dialect.answers[name] = answers
    tablestore.declare(name, on=on)
