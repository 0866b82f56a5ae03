"""Where a machine finds the credentials of its role: the metadata service of an ECS instance at
100.100.100.200, and a credentials URI. Nobody signs what is asked here.

The instance has one role. Who asks gets temporary credentials of it for six hours, and new ones
when half an hour is left. With `http_tokens="required"` only those are answered who first fetched a
token (IMDSv2). A credentials URI is what a side-car container offers: the same body at an address
that the application is given.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final, Literal

from pytest_ramsts.clock import timestamp
from pytest_ramsts.errors import ApiError, RamstsError
from pytest_ramsts.identity import Role, Session, World
from pytest_ramsts.service import Body, Invocation, Service
from pytest_ramsts.wire import Request, Response, rpc

__all__ = [
    "CREDENTIALS_HOST",
    "CredentialsUri",
    "HttpTokens",
    "Instance",
    "Lease",
    "Metadata",
    "Plain",
]

HttpTokens = Literal["optional", "required"]
"""Whether the metadata service answers without a token, as ECS calls it."""

CREDENTIALS_HOST: Final = "credentials.ramsts.internal"
"""Where the credentials URI of this cloud points to."""

_ROLES: Final = "/latest/meta-data/ram/security-credentials/"
_TOKEN: Final = "/latest/api/token"
_TOKEN_HEADER: Final = "X-aliyun-ecs-metadata-token"
_LONGEST_TOKEN: Final = 21600


class Lease:
    """Credentials of a role, replaced in time by whoever gives them out."""

    def __init__(self, role: Role, session_name: str, *, seconds: int, spare: int) -> None:
        self.role = role
        self._name = session_name
        self._seconds = seconds
        self._spare = spare
        """How many seconds before the end of the old credentials there are new ones."""
        self._session: Session | None = None

    @property
    def session(self) -> Session:
        """The credentials that are given out now."""
        world = self.role.account.world
        if self._session is None or world.clock.time() >= self._session.expires - self._spare:
            self._session = world.add_session(Session(self.role, self._name, self._seconds))
        return self._session


class Instance:
    """The ECS instance on which the application runs."""

    def __init__(self, role: Role, instance_id: str, http_tokens: HttpTokens) -> None:
        self.role = role
        self.id = instance_id
        self.http_tokens: HttpTokens = http_tokens
        # Six hours between `LastUpdated` and `Expiration` in the vendor's samples; new credentials
        # 30 minutes before, by its page. That the session is named like the instance is assumed.
        self.lease = Lease(role, instance_id, seconds=6 * 3600, spare=1800)
        self._tokens: dict[str, float] = {}

    def create_token(self, world: World, seconds: int) -> str:
        token = world.ids.text(56)
        self._tokens[token] = world.clock.time() + seconds
        return token

    def admits(self, world: World, token: str) -> bool:
        """Whether a request with this token, or with none, is answered."""
        if not token:
            return self.http_tokens == "optional"
        return self._tokens.get(token, 0) > world.clock.time()


class Metadata:
    """What the metadata service knows: the instance, if there is one."""

    def __init__(self) -> None:
        self.instance: Instance | None = None

    def attach(self, role: Role, *, http_tokens: HttpTokens = "optional") -> Instance:
        """Let the application run on an instance with this role, as AttachInstanceRamRole does."""
        if '"ecs.aliyuncs.com"' not in role.trust.text:
            raise RamstsError(
                f"an instance can only have a role that trusts ECS, and `{role.name}` does not;"
                ' make it with trusted="ecs.aliyuncs.com"'
            )
        if http_tokens not in ("optional", "required"):
            raise RamstsError(f"http_tokens is optional or required, not `{http_tokens}`")
        instance_id = f"i-bp1{role.account.world.ids.text(17).lower()}"
        self.instance = Instance(role, instance_id, http_tokens)
        return self.instance

    def detach(self) -> None:
        self.instance = None


class CredentialsUri:
    """What a side-car offers at which path."""

    def __init__(self) -> None:
        self._offers: dict[str, Callable[[], Session]] = {}

    def offer(self, credentials: Role | Session) -> str:
        """Offer credentials of a role, always new enough, or those of one session; gives the
        URI.
        """
        if isinstance(credentials, Role):
            path = f"/roles/{credentials.name}"
            lease = Lease(credentials, "credentials-uri", seconds=3600, spare=900)
            self._offers[path] = lambda: lease.session
        else:
            path = f"/sessions/{credentials.id}"
            self._offers[path] = lambda: credentials
        return f"http://{CREDENTIALS_HOST}{path}"

    def session_at(self, path: str) -> Session | None:
        offer = self._offers.get(path)
        return offer() if offer else None


class Plain:
    """Paths instead of operations, plain text and JSON instead of envelopes."""

    def __init__(self, read: Callable[[Request], rpc.RpcCall]) -> None:
        self._read = read

    def read(self, request: Request) -> rpc.RpcCall:
        return self._read(request)

    def success(
        self,
        body: Body,
        request_id: str,  # noqa: ARG002 - the protocol's
        call: rpc.RpcCall,  # noqa: ARG002
        invocation: Invocation,  # noqa: ARG002
    ) -> Response:
        if isinstance(body, Response):
            return body
        text = json.dumps(body, indent=2, separators=(",", " : "))
        return _answer(200, text, "application/json")

    def failure(
        self,
        error: ApiError,
        request_id: str,  # noqa: ARG002 - the protocol's
        request: Request,  # noqa: ARG002
        product: str,  # noqa: ARG002
    ) -> Response:
        title = f"{error.status} - {error.message}"
        page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
        return _answer(error.status, page, "text/html")


def _answer(status: int, text: str, content_type: str = "text/plain") -> Response:
    body = text.encode()
    headers = (("Content-Type", content_type), ("Content-Length", str(len(body))))
    return Response(status, headers, body)


def _call(operation: str, parameters: Mapping[str, str]) -> rpc.RpcCall:
    return rpc.RpcCall(operation, "", "JSON", parameters)


def _not_found(hint: str) -> ApiError:
    return ApiError("NotFound", "Not Found", status=404, hint=hint)


# The metadata service


def _metadata_route(request: Request) -> rpc.RpcCall:
    path, method = request.path, request.method
    given = {"Token": request.headers.get(_TOKEN_HEADER)}
    if method == "PUT" and path == _TOKEN:
        seconds = request.headers.get(f"{_TOKEN_HEADER}-ttl-seconds")
        return _call("CreateToken", {"Seconds": seconds})
    if method == "GET" and path.rstrip("/") == _ROLES.rstrip("/"):
        return _call("GetRoleName", given)
    if method == "GET" and path.startswith(_ROLES):
        return _call("GetRoleCredentials", {**given, "RoleName": path.removeprefix(_ROLES)})
    if method == "GET" and path == "/latest/meta-data/instance-id":
        return _call("GetInstanceId", given)
    raise _not_found(f"{method} {path} is not answered here")


metadata: Final = Service(
    "metadata",
    hosts=["100.100.100.200"],
    version="",
    dialect=Plain(_metadata_route),
    anonymous=True,
    state=Metadata,
)


@metadata.operation(on=None)
def create_token(invocation: Invocation, state: Metadata, seconds: str = "") -> Body:
    instance = _instance(state)
    if not seconds.isdecimal() or not 1 <= int(seconds) <= _LONGEST_TOKEN:
        raise ApiError(
            "BadRequest", "Bad Request", hint=f"`{seconds}` seconds: 1 to {_LONGEST_TOKEN}"
        )
    return _answer(200, instance.create_token(invocation.world, int(seconds)))


@metadata.operation(on=None)
def get_role_name(invocation: Invocation, state: Metadata, token: str = "") -> Body:
    return _answer(200, _admitted(invocation, state, token).role.name)


@metadata.operation(on=None)
def get_role_credentials(
    invocation: Invocation, state: Metadata, role_name: str, token: str = ""
) -> Body:
    instance = _admitted(invocation, state, token)
    if role_name != instance.role.name:
        raise _not_found(f"the instance's role is `{instance.role.name}`, not `{role_name}`")
    return _credentials(instance.lease.session)


@metadata.operation(on=None)
def get_instance_id(invocation: Invocation, state: Metadata, token: str = "") -> Body:
    return _answer(200, _admitted(invocation, state, token).id)


def _instance(state: Metadata) -> Instance:
    if state.instance is None:
        raise _not_found("the application runs on no instance; use acting_as(role, via='ecs')")
    return state.instance


def _admitted(invocation: Invocation, state: Metadata, token: str) -> Instance:
    instance = _instance(state)
    if not instance.admits(invocation.world, token):
        # That it is 403 is expected; no page says so.
        problem = "is not valid, or no longer" if token else "is missing, and required here"
        raise ApiError("Forbidden", "Forbidden", status=403, hint=f"the token {problem}")
    if instance.role.deleted:
        raise _not_found(f"the role `{instance.role.name}` was deleted")
    return instance


def _credentials(session: Session) -> Body:
    return {
        "AccessKeyId": session.id,
        "AccessKeySecret": session.secret,
        "Expiration": timestamp(session.expires),
        "SecurityToken": session.security_token,
        "LastUpdated": timestamp(session.issued),
        "Code": "Success",
    }


# The credentials URI


def _uri_route(request: Request) -> rpc.RpcCall:
    return _call("GetCredentials", {"Path": request.path})


credentials_uri: Final = Service(
    "credentials-uri",
    hosts=[CREDENTIALS_HOST],
    version="",
    dialect=Plain(_uri_route),
    anonymous=True,
    state=CredentialsUri,
)


@credentials_uri.operation(on=None)
def get_credentials(state: CredentialsUri, path: str) -> Body:
    session = state.session_at(path)
    if session is None:
        raise _not_found(f"nothing is offered at `{path}`")
    return _credentials(session)
