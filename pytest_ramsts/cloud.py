"""One isolated fake cloud: the only place that puts the parts together."""

from __future__ import annotations

import difflib
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from ipaddress import ip_address
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from pytest_ramsts.acting import Terms, Who, acting_as
from pytest_ramsts.clock import Clock, EngineName
from pytest_ramsts.errors import ApiError, RamstsError
from pytest_ramsts.expectations import Allowance, Denial
from pytest_ramsts.faker import FakeNames
from pytest_ramsts.faults import Failing, Fault, Faults, Refusal, refusal
from pytest_ramsts.gateway import Gateway, Mode, Replies
from pytest_ramsts.identity import (
    AccessKey,
    Account,
    BearerToken,
    Ids,
    Limits,
    Propagation,
    Session,
    Settings,
    User,
    World,
)
from pytest_ramsts.intercept import Hosts, intercept
from pytest_ramsts.journal import Journal
from pytest_ramsts.policy import PolicySource
from pytest_ramsts.service import Invocation, Service
from pytest_ramsts.services import SERVICES
from pytest_ramsts.services.metadata import HttpTokens
from pytest_ramsts.services.products import product
from pytest_ramsts.wire import Request, Response

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_ramsts.intercept.server import Server
    from pytest_ramsts.issuers import OidcIssuer
    from pytest_ramsts.load import Loaded

__all__ = ["FakeCloud", "Who"]


class FakeCloud:
    """A fake Alibaba Cloud, with one account to begin with.

    In tests the fixture `ramsts` is one. Without pytest it is a context manager, and requests are
    caught within it:

        with FakeCloud() as cloud:
            reader = cloud.account.create_user("reader", policies=["AliyunOTSReadOnlyAccess"])
            with cloud.acting_as(reader):
                ...  # the application, unchanged

    Names, ids and secrets follow from `seed`. `passed` names hosts of Alibaba Cloud that are left
    alone and may be reached. Two clouds share nothing.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        mode: Mode = "strict",
        limits: Limits | None = None,
        settings: Settings | None = None,
        passed: Iterable[str] = (),
        clock_engine: EngineName = "freezegun",
    ) -> None:
        self.clock = Clock(clock_engine)
        self.calls = Journal()
        self.hosts = Hosts(passed)
        source = random.Random(seed)  # noqa: S311 - fakes must repeat, and protect nothing
        self.world = World(
            self.clock, Ids(source), FakeNames(source), limits=limits, settings=settings
        )
        self.gateway = Gateway(self.world, self.calls, SERVICES, mode=check_mode(mode))
        self._faults = Faults(random.Random(seed))  # noqa: S311 - the same
        self.gateway.fault_for = self._faults.take
        self.account = self.world.create_account("default")
        self._open: ExitStack | None = None

    def __repr__(self) -> str:
        return f"<FakeCloud, accounts: {len(self.accounts)}, calls: {len(self.calls)}>"

    # Being there

    def __enter__(self) -> Self:
        if self._open is not None:
            raise RamstsError("this cloud is active already; make another one for another block")
        with ExitStack() as stack:
            stack.callback(self.clock.stop)
            stack.enter_context(intercept(self.handle, self.hosts))
            self._open = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._open is not None:
            stack, self._open = self._open, None
            stack.close()
        self.raise_failures(error)

    def start(self) -> Self:
        """Catch requests until `stop`: for notebooks and prompts, where a block cannot stay open.

        >>> cloud = FakeCloud().start()
        >>> cloud.stop()
        """
        return self.__enter__()

    def stop(self) -> None:
        """Let requests go again."""
        self.__exit__(None, None, None)

    def handle(self, request: Request) -> Response:
        """Answer one request, as the interceptors ask for it."""
        return self.gateway.handle(request)

    def serve(self) -> AbstractContextManager[Server]:
        """Put the cloud behind real HTTP ports on the loopback address, for one block.

        with cloud.serve() as server:
            subprocess.run([...], env={"STS_ENDPOINT": server.endpoint("sts")})
        """
        from pytest_ramsts.intercept.server import served  # noqa: PLC0415 - few tests need it

        return served(lambda name: partial(self.gateway.handle, to=self._service(name)))

    def raise_failures(self, error: BaseException | None = None) -> None:
        """Raise what went wrong inside a request since the last time: SDKs wrap or swallow it.

        `error` is what they made of it. It is the fixture and the end of the block that ask.
        """
        failures, self.gateway.failures = self.gateway.failures, []
        if not failures:
            return
        first, *others = failures
        if error is not None and not isinstance(error, Exception):  # a skip, an interrupt
            first, others = error, failures  # type: ignore[assignment]
        for failure in others:
            first.add_note(f"pytest-ramsts: while it answered a request: {failure!r}")
        if first is not error:
            raise first from error

    # Worlds from files

    def load(self, path: str | Path) -> Loaded:
        """Make what a file describes: our own YAML or JSON, a policy document, a folder of those,
        or what `terraform show -json` prints of a plan or a state.

        What stands at the top of the file goes into the default account. A `LoadError` says what is
        wrong in which line. Resources of Terraform whose type is not known here are in `.unknown`
        of the answer; a `LoadWarning` names those that may decide who may do what.
        """
        from pytest_ramsts.load import load, warn_of_unknown  # noqa: PLC0415 - few tests need it

        loaded = load(path, self.world, self.account, self.state("oss"))
        warn_of_unknown(path, loaded)
        return loaded

    def dump(self, path: str | Path | None = None) -> str:
        """The world as YAML that `load` makes the same world of; as JSON for a `path` that ends so.

        Secrets of AccessKeys are in it, as all here are fake. Temporary credentials, what services
        hold (but for the buckets of OSS), and when things were created are not.
        """
        from pytest_ramsts.load import dump  # noqa: PLC0415 - few tests need it

        return dump(self.world, self.state("oss"), path)

    # Who exists

    @property
    def accounts(self) -> list[Account]:
        return list(self.world.accounts_by_id.values())

    def create_account(self, name: str = "", *, account_id: str = "") -> Account:
        """Another account in the same cloud; `name` is for you only."""
        return self.world.create_account(name, account_id=account_id)

    @property
    def admin_key(self) -> AccessKey:
        """The AccessKey of the default account's owner."""
        return self.account.access_key

    def credentials(self, access_key_id: str) -> Session | User | Account:
        """Whose credentials these are: what the application gave out, to be asked what they can do.

        For temporary credentials it is their `Session`, with `duration`, `expiration` and `can()`.
        """
        found = self.world.credentials(access_key_id)
        return found if isinstance(found, Session) else found.owner

    def revoke(self, credentials: Session | BearerToken | str) -> None:
        """Make temporary credentials, or a bearer token, invalid at once. The real cloud has no
        such lever for a single session. A text is an AccessKeyId, or the token itself.
        """
        if isinstance(credentials, str):
            token = self.world.bearer_tokens.get(credentials)
            found = token or self.world.credentials(credentials)
            if isinstance(found, AccessKey):
                raise RamstsError(f"`{credentials}` is a long-term AccessKey; disable or delete it")
            credentials = found
        credentials.revoke()

    def add_system_policy(
        self, name: str, document: PolicySource, *, description: str = ""
    ) -> None:
        """Make one more system policy known, or replace one of ours by today's real text."""
        self.world.add_system_policy(name, document, description=description)

    @contextmanager
    def acting_as(
        self,
        who: Who,
        *,
        via: str = "environment",
        by: Who | OidcIssuer | None = None,
        subject: str = "system:serviceaccount:default:app",
        session_name: str = "",
        duration: int | timedelta | None = None,
        policy: PolicySource | None = None,
        external_id: str = "",
        http_tokens: HttpTokens = "optional",
    ) -> Iterator[Any]:
        """Let the application find somebody's credentials, and no others, for one block.

        A user or an account's owner acts with an AccessKey (one is made if there is none), a role
        with a new session. `via` says where they are found: in the `environment`, in a
        `credentials_file` or the configuration of the command line tool (`cli`, or a mode of it:
        `cli:StsToken`), from the metadata service of an `ecs` instance, at a `credentials_uri`, by
        an `oidc` token. Where the application assumes a role itself, `by` is who does it (a user
        made for it, if nobody is named; the issuer of a token, which is about `subject`), with the
        other terms as they stand in its file.

        Gives what the application finds, or the role that it will get sessions of.
        """
        terms = Terms(
            by=by,
            subject=subject,
            session_name=session_name,
            duration=duration,
            policy=policy,
            external_id=external_id,
            http_tokens=http_tokens,
        )
        with acting_as(who, via, terms, self.state, lambda host: self.hosts.add([host])) as handed:
            yield handed

    # What is expected

    def denies(self, action: str, *, on: object = None, by: object = None) -> Denial:
        """Expect that in this block exactly this is refused for want of permission.

        `on` narrows it to resources, `by` to a caller. The SDK's exception for the refusal ends the
        block and goes no further; it is kept as `denial.error`.
        """
        return Denial(self.calls, action, on, by)

    def allows(self, action: str, *, on: object = None, by: object = None) -> Allowance:
        """Expect that in this block this is called, and allowed each time."""
        return Allowance(self.calls, action, on, by)

    @property
    def swallowed(self) -> Journal:
        """The refusals that may have gone unnoticed: answered in a way that no SDK raises an
        exception for, and not asked about by the test, with `denies` or `calls.denied`.
        """
        noticed = self.calls.noticed
        return self.calls.having(lambda call: call.silent and call.number not in noticed)

    # How it behaves

    @property
    def mode(self) -> Mode:
        """`strict`: a refusal refuses. `soft`: it is recorded only. `off`: nobody is asked."""
        return self.gateway.mode

    @contextmanager
    def in_mode(self, mode: Mode) -> Iterator[None]:
        """Another mode, for one block."""
        before = self.gateway.mode
        self.gateway.mode = check_mode(mode)
        try:
            yield
        finally:
            self.gateway.mode = before

    def reply(self, action: str, reply: Replies) -> None:
        """Say what an operation answers to those who may call it:
        `cloud.reply("ecs:DescribeInstances", {...})`.

        `reply` is the body without its envelope, a function of the `Invocation` that gives one, or
        an `ApiError`; a list of these is given in turn, its last one again and again. `action` is
        that, or names an operation, where several have the same action. A product that nothing
        here answers for comes into being with its first reply, guarded by the general rule.
        """
        if not self.gateway.operations(action):
            self._add_operation(action)
        self.gateway.reply(action, reply)

    def _add_operation(self, action: str) -> None:
        """Make room for the reply of an operation that nobody declared."""
        code, _, operation = action.partition(":")
        if not operation or not operation.isalnum():
            raise RamstsError(f"an operation is named like `ecs:DescribeInstances`, not `{action}`")
        services = [s for s in self.gateway.services if s.code.lower() == code.lower()]
        if not services:
            self.add_service(product(code))
        elif not any(service.open for service in services):
            names = [name for service in services for name in service.operations]
            close = difflib.get_close_matches(operation, names, n=1)
            near = f"; did you mean `{services[0].code}:{close[0]}`?" if close else ""
            raise RamstsError(f"`{services[0].name}` has no operation `{operation}`{near}")

    def fail(
        self,
        action: str,
        fault: str | ApiError | Fault,
        *,
        times: int | None = None,
        skip: int = 0,
        by: Who | None = None,
        probability: float = 1,
        when: Callable[[Invocation], bool] | None = None,
        status: int | None = None,
        retry_after: int | None = None,
    ) -> Failing:
        """Let calls go wrong: `cloud.fail("sts:AssumeRole", "Throttling.User", times=2)`.

        `action` may be a service, `sts`, or `*`. `fault` is the code of a refusal (with its
        `status`, and `x-acs-retry-after` in milliseconds), an `ApiError`, or one of
        `pytest_ramsts.faults`. It strikes the first `times` calls, or all until the test or the
        block of `with` ends; not the first `skip` of them; only those `by` somebody; with a
        `probability` that follows from the cloud's seed; where `when` says so of the `Invocation`.
        """
        self._check_action(action)
        if isinstance(fault, str):
            fault = refusal(fault, status=status, retry_after=retry_after)
        elif isinstance(fault, ApiError):
            fault = Refusal(fault, retry_after)
        elif status is not None or retry_after is not None:
            raise RamstsError(f"only a refusal has a status or retry_after, not {fault!r}")
        return self._faults.arrange(
            Failing(
                action,
                fault,
                times=times,
                skip=skip,
                by=by,
                probability=probability,
                when=when,
            )
        )

    @contextmanager
    def calling_from(self, address: str, *, vpc: str = "") -> Iterator[None]:
        """Let requests come from another address, for one block: one of the internet, or with `vpc`
        one in that VPC.

        It is what `acs:SourceIp` says, and `acs:SourceVpc`, and what `AccessKey.restrict_network`
        is about.
        """
        check_address(address)
        before = self.world.settings
        self.world.settings = replace(before, source_ip=address, source_vpc=vpc)
        try:
            yield
        finally:
            self.world.settings = before

    @contextmanager
    def propagation_delay(self, seconds: float) -> Iterator[None]:
        """Let changes of policies, trust, groups and AccessKeys take effect late, for one block:
        grants and revocations alike, `seconds` after they were made, on the clock.

        The real cloud does so, and says of no change how long it takes. What is new, such as a
        session or a role with its policies, is there at once. `can()` answers as the cloud would
        decide, so it is late as well.
        """
        late = Propagation(self.world, seconds)
        before, self.world.late = self.world.late, late
        self.clock.before_moves.append(late.look)
        try:
            yield
        finally:
            self.clock.before_moves.remove(late.look)
            self.world.late = before

    def _check_action(self, action: str) -> None:
        words = {"*"}.union(*({s.name, s.code} for s in self.gateway.services))
        if action.lower() not in words and not self.gateway.operations(action):
            raise RamstsError(
                f"no service here has an operation for `{action}`;"
                " add one with cloud.add_service(...)"
            )

    def add_service(self, service: Service) -> None:
        """Guard one more service, before those that are there. Its hosts need not be Alibaba
        Cloud's.
        """
        self.gateway.add_service(service)
        self.hosts.add(host for host in service.hosts if "{" not in host)

    def state(self, service: str) -> Any:
        """What a service holds in this cloud, such as the products of `iot`."""
        return self.gateway.state(self._service(service))

    def _service(self, name: str) -> Service:
        for service in self.gateway.services:
            if service.name == name:
                return service
        raise RamstsError(
            f"no service `{name}`; there are {', '.join(s.name for s in self.gateway.services)}"
        )


def check_address(address: str) -> None:
    try:
        ip_address(address)
    except ValueError:
        raise RamstsError(
            f"a call comes from an address such as 198.51.100.7, not `{address}`"
        ) from None


def check_mode(mode: Mode) -> Mode:
    if mode not in ("strict", "soft", "off"):
        raise RamstsError(f"the mode is strict, soft or off, not `{mode}`")
    return mode
