"""What a service is: its hosts, its operations, how it reads a call and how it refuses one.

A user guards a service of their own with it, in a dozen lines:

    parking = Service("parking", hosts=["parking.{region}.aliyuncs.com"], version="2026-01-01")

    @parking.operation(on="lot/{lot_id}")
    def open_gate(account: Account, lot_id: str) -> Body:
        return {"Opened": True}
"""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import GenericAlias
from typing import Any, Final, NamedTuple, Protocol

from pytest_ramsts.errors import (
    ApiError,
    InvalidParameterError,
    MissingParameterError,
    NoPermissionError,
    RamstsError,
)
from pytest_ramsts.identity import Account, Caller, Credentials, Ids, World
from pytest_ramsts.policy import AppliedPolicy, Decision
from pytest_ramsts.wire import Request, Response, rpc
from pytest_ramsts.wire.signatures import GATEWAY

__all__ = ["Body", "Dialect", "Invocation", "Operation", "Rpc", "Service", "forbidden_by_ram"]

LONGEST_NAME: Final = 100
"""Letters of the name of an operation that anybody looks at; no real one is as long."""

Body = Mapping[str, Any] | Response
"""What an operation answers: the body without its envelope, or, where there is none, all of it."""


class Invocation(NamedTuple):
    """One call of an operation: who asks for what, with which parameters."""

    service: Service
    operation: Operation
    parameters: Mapping[str, str]
    caller: Caller
    account: Account
    world: World
    region: str
    request: Request
    state: Any = None
    """The service's own state in this cloud."""
    credentials: Credentials | None = None
    """What the call was signed with, or the bearer token that it showed."""
    content: Any = None
    """The body, parsed, of a service whose requests are no flat parameters."""

    def denial(self, decision: Decision) -> dict[str, str]:
        """The `AccessDeniedDetail` of a refusal, and what DecodeDiagnosticMessage is asked with."""
        message = self.world.diagnoses.file(decision)
        return {**decision.detail(), "EncodedDiagnosticMessage": message}

    def proceed(self) -> Body:
        """What the operation itself answers, for a programmed reply that lets it have its way."""
        return self.operation.run(**self.operation.bind(self))

    def listed(self, name: str) -> list[Any]:
        """A list parameter, flat (`Name.1`) or as JSON text."""
        return rpc.listed(self.parameters, name)


Resource = str | Callable[..., str | Iterable[str]]
"""`user/{user_name}`, completed to an ARN of the caller's account; a whole ARN; `*`; or a function
of the invocation and the arguments that gives one of these, several or none.
"""

On = Resource | Sequence[Resource] | Mapping[str, Resource] | None
"""What an operation is done on. A mapping gives the resource by the action that is asked there."""

Answer = Callable[[Invocation], Body]
"""What a declared operation does."""

Identify = Callable[[Mapping[str, str], World], Caller]
"""Who calls, proven by the parameters of an operation that nobody signs."""


class Operation:
    """One operation of a service: a function, what it is asked with, and what the caller must be
    allowed.
    """

    def __init__(
        self,
        service: Service,
        run: Callable[..., Body],
        name: str,
        *,
        on: On,
        action: str,
        keys: Mapping[str, str],
        identify: Identify | None = None,
        requires: Iterable[str] = (),
    ) -> None:
        self.service = service
        self.name = name
        self.action = action
        self.run = run
        self.identify = identify
        self.supplies = keys
        """The condition keys that it supplies, and the parameters that they come from."""
        self.requires = tuple(requires)
        self._asked = _asked(on, action)
        self._injected: list[str] = []
        self._parameters: list[_Parameter] = []
        for parameter in inspect.signature(run).parameters.values():
            if parameter.name in _INJECTED:
                self._injected.append(parameter.name)
            else:
                self._parameters.append(_Parameter.of(parameter, service.spelling))
        self._free = [parameter.name for parameter in self._parameters]

    def __repr__(self) -> str:
        return f"<Operation {self.action}>"

    def bind(self, invocation: Invocation) -> dict[str, Any]:
        """The arguments of the function, read from the parameters of the call."""
        given = invocation.parameters
        for name in self.requires:
            if name not in given and not any(key.startswith(f"{name}.") for key in given):
                raise MissingParameterError(name)
        arguments: dict[str, Any] = {}  # A comprehension would be one call more, each time.
        for name in self._injected:
            arguments[name] = _INJECTED[name](invocation)
        for parameter in self._parameters:
            value = parameter.read(given)
            if value is not None:
                arguments[parameter.name] = value
            elif parameter.default is inspect.Parameter.empty:
                raise MissingParameterError(parameter.wire_name)
            else:
                arguments[parameter.name] = parameter.default
        return arguments

    def asks(self, invocation: Invocation, arguments: Mapping[str, Any]) -> list[tuple[str, str]]:
        """The action and the ARN of all that the caller must be allowed; nothing if it needs no
        permission.
        """
        account_id, region = invocation.account.id, invocation.region
        asked = []
        for action, resource in self._asked:
            if isinstance(resource, str):
                found: str | Iterable[str] = resource.format_map(arguments)
            else:
                free = {name: arguments[name] for name in self._free} if self._free else {}
                found = resource(invocation=invocation, **free)
            if isinstance(found, str):
                asked.append((action, self.service.arn(found, account_id, region)))
            else:
                asked += [(action, self.service.arn(tail, account_id, region)) for tail in found]
        return asked

    def keys(self, arguments: Mapping[str, Any]) -> dict[str, str]:
        """The condition keys that a call of this operation supplies."""
        return {key: arguments[name] for key, name in self.supplies.items() if arguments[name]}


def _asked(on: On, action: str) -> list[tuple[str, Resource]]:
    if on is None:
        return []
    if isinstance(on, Mapping):
        return list(on.items())
    resources: Iterable[Resource] = (on,) if isinstance(on, str) or callable(on) else on
    return [(action, resource) for resource in resources]


_INJECTED: Final[Mapping[str, Callable[[Invocation], Any]]] = {
    "account": lambda invocation: invocation.account,
    "caller": lambda invocation: invocation.caller,
    "invocation": lambda invocation: invocation,
    "state": lambda invocation: invocation.state,
}


@dataclass(frozen=True, slots=True)
class _Parameter:
    name: str
    wire_name: str
    read: Callable[[Mapping[str, str]], Any]
    """Its value among the parameters of a call; None if it is not there."""
    default: Any

    @classmethod
    def of(cls, parameter: inspect.Parameter, spelling: Mapping[str, str]) -> _Parameter:
        wire_name = _capitalised(parameter.name, spelling)
        annotation = _spelt(parameter.annotation)
        try:
            reader = _READERS[annotation]
        except KeyError:
            raise RamstsError(
                f"the parameter `{parameter.name}` of an operation is {' or '.join(_READERS)},"
                f" not `{annotation}`"
            ) from None
        return cls(parameter.name, wire_name, partial(reader, wire_name), parameter.default)


def _spelt(annotation: Any) -> str:
    """A type as one writes it, also where annotations are evaluated; without one it is a text."""
    if annotation is inspect.Parameter.empty:
        return "str"
    plain = isinstance(annotation, type) and not isinstance(annotation, GenericAlias)
    text = annotation.__name__ if plain else str(annotation)
    if text.startswith("typing.Optional["):
        text = text.removeprefix("typing.Optional[").removesuffix("]")
    return text.removesuffix(" | None")


def _read_text(name: str, given: Mapping[str, str]) -> str | None:
    return given.get(name)


def _read_number(name: str, given: Mapping[str, str]) -> int | None:
    text = given.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise InvalidParameterError(name, "Format", hint=f"`{text}` is no whole number")
    return int(text)


def _read_flag(name: str, given: Mapping[str, str]) -> bool | None:
    text = given.get(name)
    if text is None:
        return None
    if text.lower() not in ("true", "false"):
        raise InvalidParameterError(name, "Format", hint=f"`{text}` is neither true nor false")
    return text.lower() == "true"


def _read_list(name: str, given: Mapping[str, str]) -> list[str] | None:
    values = rpc.listed(given, name)
    if not all(isinstance(value, str) for value in values):
        raise InvalidParameterError(name, "Format", hint="it is no list of texts")
    return values or None


def _read_pairs(name: str, given: Mapping[str, str]) -> dict[str, str] | None:
    """`Tag.1.Key=k&Tag.1.Value=v`, or the same as JSON."""
    pairs = rpc.listed(given, name)
    try:
        return {pair["Key"]: pair.get("Value", "") for pair in pairs} or None
    except (AttributeError, KeyError, TypeError):
        raise InvalidParameterError(name, "Format", hint="each is a Key and a Value") from None


_READERS: Final[Mapping[str, Callable[[str, Mapping[str, str]], Any]]] = {
    "str": _read_text,
    "int": _read_number,
    "bool": _read_flag,
    "list[str]": _read_list,
    "dict[str, str]": _read_pairs,
}


def _capitalised(name: str, spelling: Mapping[str, str]) -> str:
    """`user_name` → `UserName`; a word that is spelt otherwise, as it is spelt."""
    return "".join(spelling.get(word, word[:1].upper() + word[1:]) for word in name.split("_"))


# How a service speaks


class Dialect(Protocol):
    """How a service reads a call and writes an answer: services agree on neither."""

    def read(self, request: Request) -> rpc.RpcCall: ...

    def success(
        self, body: Body, request_id: str, call: rpc.RpcCall, invocation: Invocation
    ) -> Response: ...

    def failure(
        self, error: ApiError, request_id: str, request: Request, product: str
    ) -> Response: ...


class Rpc:
    """The RPC style of the gateway, which most products share."""

    def read(self, request: Request) -> rpc.RpcCall:
        return rpc.read(request)

    def success(
        self,
        body: Body,
        request_id: str,
        call: rpc.RpcCall,
        invocation: Invocation,  # noqa: ARG002 - other dialects sign their answers
    ) -> Response:
        if isinstance(body, Response):
            return body
        return rpc.success(body, request_id, call.format, call.operation)

    def failure(self, error: ApiError, request_id: str, request: Request, product: str) -> Response:
        return rpc.failure(error, request_id, request.host, rpc.wanted_format(request), product)


def forbidden_by_ram(decision: Decision, invocation: Invocation) -> ApiError:
    """The refusal of most products: 403 `Forbidden.RAM`."""
    return NoPermissionError(
        "User not authorized to operate on the specified resource,"
        " or this API doesn't support RAM.",
        code="Forbidden.RAM",
        detail=invocation.denial(decision),
    )


@dataclass(eq=False)
class Service:
    """A product: where it is reached, what it does, and how it says no.

    `hosts` may hold `{region}`, and other words in braces for a label each, such as `{bucket}`.
    `code` is the word before the colon of its actions and in its ARNs, where that is not the name.
    The ARNs it asks about name the region of the host if it is `regional`, else none. `other`
    answers the operations named in `known` that no function answers; without it only a programmed
    reply does. An `open` service knows operations of any name, and one without a `version` has
    every version.
    """

    name: str
    hosts: Sequence[str]
    version: str = ""
    code: str = ""
    product: str = ""
    dialect: Dialect = field(default_factory=Rpc)
    denied: Callable[[Decision, Invocation], ApiError] = forbidden_by_ram
    policies_of: Callable[[Any, str], Iterable[AppliedPolicy]] | None = None
    """From the service's state and an ARN, the policies that a resource has itself: a bucket's."""
    keys_of: Callable[[Any, str], Mapping[str, str]] | None = None
    """Likewise, the condition keys that a resource supplies: its tags."""
    owner_of: Callable[[Any, str], str] | None = None
    """Likewise, the id of the account that owns a resource, where its name alone says so."""
    keys: Callable[[Invocation], Mapping[str, str]] | None = None
    """The condition keys that every call supplies, beside those of the operation."""
    signatures: Sequence[str] = GATEWAY
    """The names of the signature algorithms that it takes; any other is refused."""
    anonymous: bool = False
    """Whether an unsigned call is let in, as a caller whom only a resource's policies can allow."""
    worded: Callable[[ApiError, Request, World], ApiError] | None = None
    """The gateway's refusals in the service's own words."""
    request_id: Callable[[Ids], str] = Ids.request_id
    regional: bool = True
    state: Callable[[], Any] | None = None
    known: Iterable[str] = ()
    other: Callable[[Invocation], Body] | None = None
    other_on: On = "*"
    open: bool = False
    default_region: str = "cn-hangzhou"
    spelling: Mapping[str, str] = field(default_factory=dict)
    """Words of its names that are not merely capitalised: `{"mfa": "MFA"}`."""

    def __post_init__(self) -> None:
        self.code = self.code or self.name
        self.product = self.product or self.name.capitalize()
        self._hosts = [_host_pattern(host) for host in self.hosts]
        self.operations: dict[str, Operation] = {}
        for name in self.known:
            self.declare(name, on=self.other_on)

    def __repr__(self) -> str:
        return f"<Service {self.name}, {len(self.operations)} operations>"

    def operation(
        self,
        *,
        on: On = "*",
        name: str = "",
        action: str = "",
        keys: Mapping[str, str] | None = None,
        identify: Identify | None = None,
    ) -> Callable[[Callable[..., Body]], Callable[..., Body]]:
        """Make a function an operation. Its parameters are those of the call, `user_name` for
        `UserName`.

        `account`, `caller`, `invocation` and `state` are supplied. `on` is what the caller must be
        allowed to do it on, all of it where it is several; None means that no permission is needed.
        Where it takes several actions, `on` maps each to its resource.
        `keys` maps the condition keys that the operation supplies to the parameters they come from.
        `identify` says who calls an operation that is not signed, from its parameters: a token.
        """

        def register(run: Callable[..., Body]) -> Callable[..., Body]:
            operation_name = name or _capitalised(run.__name__, self.spelling)
            declared = self.operations.get(operation_name)
            self.operations[operation_name] = Operation(
                self,
                run,
                operation_name,
                on=on,
                action=action or f"{self.code}:{operation_name}",
                keys=keys or {},
                identify=identify,
                requires=declared.requires if declared else (),
            )
            return run

        return register

    def declare(
        self,
        name: str,
        *,
        on: On = "*",
        action: str = "",
        keys: Mapping[str, str] | None = None,
        requires: Iterable[str] = (),
        answer: Answer | None = None,
    ) -> Operation:
        """Guard an operation that has no function of its own: a test programs what it does, else it
        is up to `answer`, or to `other`.

        `requires` names the parameters that a call must have; the rest is as in `operation`.
        """
        answers = answer or self.other or _unanswered

        def run(invocation: Invocation) -> Body:
            return answers(invocation)

        declared = self.operations[name] = Operation(
            self,
            run,
            name,
            on=on,
            action=action or f"{self.code}:{name}",
            keys=keys or {},
            requires=requires,
        )
        return declared

    def answers(self, name: str) -> Callable[[Answer], Answer]:
        """Make a function of the `invocation` what a declared operation does."""

        def register(run: Answer) -> Answer:
            self.operations[name].run = run
            return run

        return register

    def region_of(self, host: str) -> str | None:
        """The region that a host of this service names; None if the host is not one."""
        for pattern in self._hosts:
            if found := pattern.fullmatch(host):
                return found.groupdict().get("region") or self.default_region
        return None

    def find(self, name: str, version: str) -> Operation:
        """The operation of a name, or the gateway's `InvalidApi.NotFound`, which names the closest
        one.
        """
        operation = self.operations.get(name)
        if operation is None and self.open:
            operation = self.declare(name, on=self.other_on)
        if operation is None:
            name = name[:LONGEST_NAME]
            close = difflib.get_close_matches(name, self.operations, n=1)
            near = f"; did you mean `{close[0]}`?" if close else ""
            raise ApiError(
                "InvalidApi.NotFound",
                "Specified api is not found, please check your url and method."
                f" (pytest-ramsts: `{self.name}` has no operation `{name}` here{near})",
                status=404,
            )
        if self.version and version != self.version:
            raise ApiError(
                "InvalidVersion",
                "Specified parameter Version is not valid.",
                hint=f"`{version}`: `{self.name}` has {self.version}",
            )
        return operation

    def arn(self, tail: str, account_id: str, region: str) -> str:
        """A resource of this service: a whole ARN and `*` as they are, else completed."""
        if tail == "*" or tail.startswith("acs:"):
            return tail
        return f"acs:{self.code}:{region if self.regional else ''}:{account_id}:{tail}"


def _unanswered(invocation: Invocation) -> Body:
    action = f"{invocation.service.code}:{invocation.operation.name}"
    raise RamstsError(
        f'nothing here answers `{action}`; say what it answers with cloud.reply("{action}", ...)'
    )


def _host_pattern(host: str) -> re.Pattern[str]:
    pattern = re.escape(host).replace(r"\{region\}", r"(?P<region>[a-z]+-[a-z0-9-]+)")
    return re.compile(re.sub(r"\\\{\w+\\\}", "[a-z0-9_-]+", pattern))
