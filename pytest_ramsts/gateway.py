"""The one way through: route, authenticate, authorize, run, record.

The order of refusals is the vendor's list of gateway errors read from top to bottom, as far as it
is possible: product, operation, AccessKey known, active, used from where it may be, token, time,
nonce, signature, permission, then the operation's own parameters. Whether the real gateway checks
in exactly this order is not documented.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain, repeat
from operator import itemgetter
from threading import Lock
from typing import Any, Final, Literal, Protocol

from pytest_ramsts.errors import ApiError, AuthenticationError, RamstsError, UrlExpiredError
from pytest_ramsts.identity import (
    NOTHING,
    AccessKey,
    BearerToken,
    Caller,
    Credentials,
    Held,
    Nonces,
    Session,
    World,
)
from pytest_ramsts.identity.network_policies import WITHOUT
from pytest_ramsts.journal import Call, Journal, current_site
from pytest_ramsts.policy import AppliedPolicy, Decision
from pytest_ramsts.service import Body, Dialect, Invocation, Operation, Rpc, Service
from pytest_ramsts.wire import Request, Response, signatures
from pytest_ramsts.wire.signatures import Claim, dates

__all__ = ["Fault", "Gateway", "Mode", "Replies", "Reply"]

Mode = Literal["strict", "soft", "off"]
"""What a refusal by RAM does: refuses; is recorded only; is not asked for."""

Reply = Body | Callable[[Invocation], Body] | ApiError
"""What a test says an operation answers."""

Replies = Reply | list[Reply]
"""The same, or several in turn: the last one again and again."""

DEEPEST: Final = 500
"""Brackets that a request may open before an overflow is its own fault."""

LONGEST_HOST: Final = 253
"""By the rules of DNS."""

LARGEST_KEPT: Final = 1 << 20
"""Octets of a body that the journal keeps; a larger one it keeps without."""

_INTERNAL: Final = (
    "The request processing has failed due to some unknown error, exception or failure."
)


class Fault(Protocol):
    """Something that goes wrong with a call."""

    def before(self) -> None:
        """Raise an `ApiError`, if the operation is not to run."""

    def after(self, response: Response, invocation: Invocation) -> Response | OSError:
        """What the client gets instead, or how its connection breaks."""


class Gateway:
    """Answers every request that is meant for the cloud."""

    def __init__(
        self, world: World, journal: Journal, services: Iterable[Service], *, mode: Mode = "strict"
    ) -> None:
        self.world = world
        self.journal = journal
        self.mode: Mode = mode
        self.services: list[Service] = []
        self._replies: dict[str, Iterator[Reply]] = {}
        self.failures: list[Exception] = []
        """What went wrong inside: a defect of ours, or an exception of a programmed reply."""
        self.fault_for: Callable[[Invocation], Fault | None] = lambda _: None
        """What goes wrong with a call, as a test arranged it."""
        self._routes: dict[str, tuple[Service, str] | None] = {}
        self._states: dict[Service, Any] = {}
        self._nonces = Nonces()
        self._numbering = Lock()
        self._holders: dict[str, tuple[Service, ...]] = {}
        """By code, the services that know more of a resource than its ARN says."""
        world.resource = self._resource
        world.resource_owner = self._resource_owner
        self._add_services(services)

    def add_service(self, service: Service) -> None:
        """Let one more service answer, before those that are there."""
        self._add_services((service,))

    def _add_services(self, services: Iterable[Service]) -> None:
        self.services[:0] = services
        self._holders.clear()
        for service in self.services:
            if service.policies_of or service.keys_of or service.owner_of:
                held = self._holders.get(service.code, ())
                self._holders[service.code] = (*held, service)
        self._routes.clear()

    def operations(self, word: str) -> list[Operation]:
        """The operations of an action, `log:GetCursorOrData`, or of a name, `log:PullLogs`."""
        wanted = word.lower()
        return [
            operation
            for service in self.services
            for operation in service.operations.values()
            if wanted in _words(operation)
        ]

    def reply(self, word: str, replies: Replies) -> None:
        """Say what the operations of an action, or of a name, answer from now on."""
        several = list(replies) if isinstance(replies, list) else [replies]
        if not several:
            raise RamstsError(f"no reply is given for `{word}`; give one or more")
        self._replies[word.lower()] = chain(several[:-1], repeat(several[-1]))

    def state(self, service: Service) -> Any:
        """The state of a service in this cloud, made when it is first needed."""
        state = self._states.get(service)
        if state is None and service.state is not None:
            state = self._states[service] = service.state()
        return state

    def route(self, host: str) -> tuple[Service, str] | None:
        """The service that answers for a host, and the region the host names."""
        try:
            return self._routes[host]
        except KeyError:
            self._routes[host] = self._route(host)
            return self._routes[host]

    def _route(self, host: str) -> tuple[Service, str] | None:
        for service in self.services:
            region = service.region_of(host)
            if region is not None:
                return service, region
        return None

    def handle(self, request: Request, to: Service | None = None) -> Response:
        """Answer a request, whatever it is, and record it. `to` goes before what its host says."""
        route = self.route(request.host)
        if route is None and to is not None:
            route = (to, to.default_region)
        if route is None:
            passage = _Passage(self.world.ids.request_id())
            return self._record(request, passage, _unknown_host(request.host, self.services))
        service, region = route
        passage = _Passage(service.request_id(self.world.ids))
        passage.service = service.name
        passage.product = service.product
        passage.dialect = service.dialect
        try:
            try:
                response = self._pass(request, service, region, passage)
            except ApiError as error:
                worded = service.worded
                refusal = worded(error, request, self.world) if worded is not None else error
                response = self._record(request, passage, refusal)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not get lost inside an SDK
            if isinstance(error, RecursionError) and _is_nested_deeply(request):
                refusal = ApiError("InvalidParameter", "The specified parameter is not valid.")
            else:
                self.failures.append(error)
                refusal = ApiError("InternalError", _INTERNAL, status=500, hint=repr(error))
            response = self._record(request, passage, refusal)
        if passage.broken is not None:
            raise passage.broken
        return response

    def _pass(self, request: Request, service: Service, region: str, passage: _Passage) -> Response:
        call = service.dialect.read(request)
        passage.operation = call.operation
        passage.parameters = dict(call.parameters)
        operation = service.find(call.operation, call.version)
        passage.action = operation.action
        if operation.identify is None:
            credentials = self.authenticate(
                request, passage, service.signatures, anonymous=service.anonymous
            )
            passage.caller = credentials.caller if credentials else None
            caller = passage.caller or self.world.anonymous
            if isinstance(credentials, AccessKey):
                credentials.last_service = service.name
        else:
            credentials = None
            passage.caller = caller = operation.identify(call.parameters, self.world)
        invocation = Invocation(
            service,
            operation,
            call.parameters,
            caller,
            caller.account,
            self.world,
            region,
            request,
            self.state(service),
            credentials,
            call.content,
        )
        if (fault := self.fault_for(invocation)) is not None:
            passage.spoil = partial(fault.after, invocation=invocation)
            fault.before()
        arguments = operation.bind(invocation)
        self._authorize(operation, invocation, arguments, passage)
        reply = self._next_reply(operation)
        body = operation.run(**arguments) if reply is None else _replied(reply, invocation)
        response = service.dialect.success(body, passage.request_id, call, invocation)
        return self._write(request, passage, response)

    def _next_reply(self, operation: Operation) -> Reply | None:
        if not self._replies:
            return None
        for word in _words(operation):
            if word in self._replies:
                return next(self._replies[word])
        return None

    # Who

    def authenticate(
        self,
        request: Request,
        passage: _Passage,
        taken: Iterable[str],
        *,
        anonymous: bool = False,
    ) -> Credentials | None:
        """Whose signature or token a request bears: proven, current, and not used before; nobody's,
        if it is unsigned and may be `anonymous`.
        """
        world = self.world
        if world.late is not None:
            world.late.look()
        claim = signatures.read(request, taken)
        if claim is None:
            if anonymous:
                return None
            raise ApiError("MissingAccessKeyId", "AccessKeyId is mandatory for this action.")
        passage.key_id = claim.access_key_id
        credentials: Credentials
        if claim.algorithm == signatures.BEARER:
            credentials = world.bearer_token(claim.security_token)
            passage.claimant = credentials.caller
            _check_bearer_token(credentials, world)
        else:
            credentials = world.credentials(claim.access_key_id)
            passage.claimant = credentials.caller
            _check_token(credentials, claim.security_token, passage.action, world)
        now = world.clock.time()
        settings = world.settings
        signed = _check_time(claim, now, settings.clock_tolerance)
        nonce, key_id = claim.nonce, claim.access_key_id
        if nonce and self._nonces.used(key_id, nonce, now):
            raise AuthenticationError("SignatureNonceUsed", hint=f"`{nonce}`")
        claim.verify(credentials.secret, form_quoting=settings.credentials_form_quoting)
        if nonce:
            # As long as the request itself would be accepted: its clock may be ahead of ours.
            until = max(now, signed) + settings.clock_tolerance
            if not self._nonces.use(key_id, nonce, now=now, until=until):
                raise AuthenticationError("SignatureNonceUsed", hint=f"`{nonce}`")
        if isinstance(credentials, AccessKey):
            credentials.last_used = now
        return credentials

    # Whether

    def _authorize(
        self,
        operation: Operation,
        invocation: Invocation,
        arguments: Mapping[str, Any],
        passage: _Passage,
    ) -> None:
        """Ask for every resource that the operation names. One refusal refuses the call."""
        asked = operation.asks(invocation, arguments)
        passage.resources = tuple(map(itemgetter(1), asked))
        if self.mode == "off" or not asked:
            return
        request, caller = invocation.request, invocation.caller
        context = caller.context(operation.action, secure=request.scheme == "https")
        if operation.supplies:
            context |= operation.keys(arguments)
        if invocation.service.keys is not None:
            context |= invocation.service.keys(invocation)
        for action, resource in asked:
            passage.decision = caller.decide(action, resource, context)
            if not passage.decision:
                passage.action = action
                if self.mode == "strict":
                    raise invocation.service.denied(passage.decision, invocation)
                return

    def _resource(self, arn: str) -> Held:
        """What a resource brings along, as the services that hold it know."""
        holders = self._holders_of(arn)
        if not holders:
            return NOTHING
        keys: dict[str, str] = {}
        policies: list[AppliedPolicy] = []
        for service in holders:
            state = self.state(service)
            if service.keys_of is not None:
                keys |= service.keys_of(state, arn)
            if service.policies_of is not None:
                policies += service.policies_of(state, arn)
        return Held(keys, tuple(policies))

    def _resource_owner(self, arn: str) -> str:
        for service in self._holders_of(arn):
            if service.owner_of is not None:
                return service.owner_of(self.state(service), arn)
        return ""

    def _holders_of(self, arn: str) -> tuple[Service, ...]:
        if not self._holders or not arn.startswith("acs:"):
            return ()
        return self._holders.get(arn.split(":", 2)[1], ())

    # What happened

    def _record(self, request: Request, passage: _Passage, error: ApiError) -> Response:
        passage.error = error
        response = passage.dialect.failure(error, passage.request_id, request, passage.product)
        return self._write(request, passage, response)

    def _write(self, request: Request, passage: _Passage, response: Response) -> Response:
        error = passage.error
        now = self.world.clock.time()
        status, headers, body = response
        if "Date" not in dict(headers):
            response = Response(status, (*headers, ("Date", dates.written_http(now))), body)
        if passage.spoil is not None:
            outcome = passage.spoil(response)
            if isinstance(outcome, OSError):
                passage.broken = outcome
                error = ApiError(outcome.strerror or str(outcome), "The test arranged it.")
                response = Response(0)
            else:
                response = outcome
        with self._numbering:
            self.journal.add(
                Call(
                    len(self.journal) + 1,
                    now,
                    passage.service or request.host,
                    passage.operation,
                    passage.action,
                    passage.resources,
                    passage.caller,
                    passage.claimant,
                    passage.key_id,
                    passage.decision,
                    response.status,
                    error.code if error else "",
                    (f"{error.message} ({error.hint})" if error.hint else error.message)
                    if error
                    else "",
                    passage.request_id,
                    passage.parameters,
                    request if len(request.body) <= LARGEST_KEPT else replace(request, body=b""),
                    response if len(response.body) <= LARGEST_KEPT else response._replace(body=b""),
                    current_site(),
                )
            )
        return response


_RPC: Final = Rpc()


class _Passage:
    """What is known of a request so far."""

    __slots__ = (
        "action",
        "broken",
        "caller",
        "claimant",
        "decision",
        "dialect",
        "error",
        "key_id",
        "operation",
        "parameters",
        "product",
        "request_id",
        "resources",
        "service",
        "spoil",
    )

    def __init__(self, request_id: str) -> None:
        self.request_id = request_id
        self.service = self.operation = self.action = self.product = self.key_id = ""
        self.parameters: dict[str, str] = {}
        self.resources: tuple[str, ...] = ()
        self.caller: Caller | None = None
        self.claimant: Caller | None = None
        self.decision: Decision | None = None
        self.error: ApiError | None = None
        self.dialect: Dialect = _RPC
        self.spoil: Callable[[Response], Response | OSError] | None = None
        self.broken: OSError | None = None


def _check_time(claim: Claim, now: float, tolerance: int) -> float:
    """When a request was signed, which must be about now; a presigned URL is good until it expires.

    The oldest kinds of those say nothing of when.
    """
    if claim.expires is None or claim.date:
        signed = claim.timestamp()
        if signed - now > tolerance or (claim.expires is None and now - signed > tolerance):
            raise AuthenticationError(
                "InvalidTimeStamp.Expired",
                hint=f"signed at {claim.date}; the cloud's clock: {now - signed:+.0f} s",
            )
    else:
        signed = now
    if claim.expires is not None and now > claim.expires:
        raise UrlExpiredError(claim.expires, now)
    return signed


def _check_token(credentials: AccessKey | Session, token: str, action: str, world: World) -> None:
    """Refuse a key that is disabled or used for or from elsewhere than it may be, and a token that
    is missing, foreign, void or expired.
    """
    if isinstance(credentials, AccessKey):
        late = world.late
        if (late.status_of(credentials) if late else credentials.status) != "Active":
            raise AuthenticationError("InvalidAccessKeyId.Inactive", hint=f"`{credentials.id}`")
        if credentials.signs_only not in ("", action):
            raise AuthenticationError(
                "UnsupportedSignatureType",
                hint=f"`{credentials.id}` is an RSA key pair: it signs {credentials.signs_only}"
                " only, and what that answers signs the rest",
            )
        if world.restricts_networks:
            _check_network(credentials, action, world)
        if token:
            raise AuthenticationError(
                "InvalidSecurityToken.MismatchWithAccessKey",
                hint=f"`{credentials.id}` is a long-term AccessKey and has no token",
            )
        return
    if not token:
        raise AuthenticationError("MissingSecurityToken", hint=f"`{credentials.id}` is temporary")
    if token != credentials.security_token:
        known = token in world.sessions_by_token
        code = "MismatchWithAccessKey" if known else "Malformed"
        raise AuthenticationError(f"InvalidSecurityToken.{code}")
    if void := _void(credentials, world):
        raise AuthenticationError(void[0], hint=void[1])
    if credentials.expired:
        raise AuthenticationError(
            "InvalidSecurityToken.Expired", hint=f"it expired at {credentials.expiration:%H:%M:%SZ}"
        )


def _check_bearer_token(token: BearerToken, world: World) -> None:
    """Refuse a token that has expired, or whose session is no longer good."""
    caller = token.caller
    if token.expired:
        hint = f"it expired at {token.expiration:%H:%M:%SZ}"
    elif isinstance(caller, Session) and (void := _void(caller, world)):
        hint = f"its session is void: {void[1]}"
    elif isinstance(caller, Session) and caller.expired:
        hint = f"its session expired at {caller.expiration:%H:%M:%SZ}"
    else:
        return
    raise AuthenticationError("InvalidBearerToken.Inactive", hint=hint)


def _check_network(key: AccessKey, action: str, world: World) -> None:
    """Refuse a key that is used from where its network policy, or its account's, does not admit it.

    The code is of the family that says in which state a key is, and OSS is documented to answer as
    to a disabled key: so it comes right after that, and before what the request itself says, its
    token, time and signature. What is refused here uses up no nonce and is no use of the key.
    """
    policy = world.network_policy_seen(key)
    if policy is None or action.partition(":")[0] in WITHOUT:
        return
    address, vpc = world.settings.source_ip, world.settings.source_vpc
    if not policy.admits(address, vpc):
        whose = "the AccessKey" if policy is key.network_policy else "the account"
        raise AuthenticationError(
            "InvalidAccessKeyId.AccessPolicyDenied",
            hint=f"`{key.id}` is used from `{address}`{f' in `{vpc}`' if vpc else ''};"
            f" the network policy of {whose} admits {policy}",
        )


def _void(session: Session, world: World) -> tuple[str, str] | None:
    """The code for a session that something ended before its time, and what that was."""
    settings = world.settings
    if session.role.deleted and not (world.late and world.late.knows(session.role)):
        return settings.deleted_role_code, f"the role `{session.role.name}` was deleted"
    if session.revoked:
        return "InvalidSecurityToken.Malformed", "it was revoked"
    if not settings.tokens_survive_disabled_key and session.issuing_key:
        key = world.keys_by_id.get(session.issuing_key)
        if key is None or key.status != "Active":
            return "InvalidSecurityToken.Malformed", "the AccessKey that asked for it is not active"
    by = session.by
    if not settings.tokens_survive_deleted_user and by is not None:
        name = getattr(by, "name", "")
        if by.principal.kind == "RAMUser" and by.account.users.get(name) is not by:
            return (
                "InvalidSecurityToken.Malformed",
                f"the user `{name}` who asked for it was deleted",
            )
    return None


def _words(operation: Operation) -> tuple[str, str]:
    """By what a test may call it: its name goes before its action, which others may share."""
    return f"{operation.service.code}:{operation.name}".lower(), operation.action.lower()


def _replied(reply: Reply, invocation: Invocation) -> Body:
    if isinstance(reply, ApiError):
        raise reply
    return reply(invocation) if callable(reply) else reply


def _is_nested_deeply(request: Request) -> bool:
    """Whether a parser may well have given up: nothing that means anything is as deep."""
    sent = request.url.encode("utf-8", "replace") + request.body
    return sum(map(sent.count, (b"[", b"{", b"%5B", b"%7B"))) > DEEPEST


def _unknown_host(host: str, services: Iterable[Service]) -> ApiError:
    services = list(services)
    names = ", ".join(sorted(service.name for service in services))
    host = host[:LONGEST_HOST]
    known = [_likened(pattern, host) for service in services for pattern in service.hosts]
    close = difflib.get_close_matches(host, known, n=1)
    near = f" did you mean `{close[0]}`?" if close else ""
    return ApiError(
        "InvalidProduct.NotFound",
        "Cannot find product according to your specified domain."
        f" (pytest-ramsts: no fake service answers for `{host}`;{near}"
        f" add one with cloud.add_service(...). There are: {names})",
        status=404,
    )


def _likened(pattern: str, host: str) -> str:
    """A host of a pattern, with the words of another where the pattern leaves them open."""
    words = host.split(".")
    parts = pattern.split(".")
    filled = zip(parts, [*words, *parts[len(words) :]], strict=False)
    return ".".join(word if part.startswith("{") else part for part, word in filled)
