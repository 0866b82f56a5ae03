"""RAM roles: no credentials of their own, rights for whoever they trust and lend themselves to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from pytest_ramsts.errors import (
    DeleteConflictError,
    InvalidParameterError,
    MalformedPolicyDocumentError,
    MissingParameterError,
)
from pytest_ramsts.identity.arn import ram_arn
from pytest_ramsts.identity.caller import Caller
from pytest_ramsts.identity.grantees import Grantee
from pytest_ramsts.identity.names import check_length, check_name
from pytest_ramsts.identity.sessions import Session
from pytest_ramsts.identity.tags import Tagged
from pytest_ramsts.policy import AppliedPolicy, Policy, PolicySource, Principal

if TYPE_CHECKING:
    from pytest_ramsts.identity.account import Account

_SHORTEST_SESSION: Final = 900
_SESSION_NAME: Final = re.compile(r"[A-Za-z0-9.@_-]{2,64}")
_EXTERNAL_ID: Final = re.compile(r"[\w+=,.@:/-]{2,1224}")


class Role(Caller, Grantee, Tagged):
    """A RAM role. `can()` answers for any session of it that is not narrowed further."""

    kind = "Role"
    linked_service = ""
    """The service that a service-linked role belongs to."""

    def __init__(
        self,
        account: Account,
        name: str,
        trust: Policy,
        *,
        description: str = "",
        max_session_duration: int = 3600,
        allow_console_login: bool = True,
    ) -> None:
        super().__init__()
        self.account = account
        self.name = check_name("RoleName", name)
        self.trust = trust
        self._applied_trust: AppliedPolicy | None = None
        self.description = check_length("Description", description, 1024)
        self.max_session_duration = _session_maximum("MaxSessionDuration", max_session_duration)
        self.allow_console_login = allow_console_login
        self.id = account.world.ids.role_id()
        self.created = self.updated = account.world.clock.time()
        self.deleted = False

    def __repr__(self) -> str:
        return f"<Role {self.name} of account {self.account.id}>"

    @property
    def arn(self) -> str:
        return ram_arn(self.account.id, f"role/{self.name}")

    @property
    def principal(self) -> Principal:
        return Principal("AssumedRole", self.account.id, self.name, self.id)

    def identity_policies(self) -> tuple[AppliedPolicy, ...]:
        return tuple(self.applied())

    def trust_policy(self) -> AppliedPolicy:
        if self._applied_trust is None or self._applied_trust.policy is not self.trust:
            self._applied_trust = AppliedPolicy(
                self.trust,
                f"trust policy of role {self.name}",
                "Trust",
                attached_to=f"role {self.name}",
            )
        return self._applied_trust

    def assume(
        self,
        session_name: str = "test",
        *,
        duration: int | timedelta | None = None,
        policy: PolicySource | None = None,
        by: Caller | None = None,
        source_identity: str = "",
    ) -> Session:
        """Issue temporary credentials of this role, as AssumeRole does once it has found that the
        caller may.

        The values are checked (`InvalidParameter.DurationSeconds`, `.RoleSessionName`,
        `.PolicyGrammar`, `.PolicySize`); whether `by` may assume the role is not: what a test
        arranges is not judged. `duration` is in seconds or a timedelta, an hour if it is not given.
        """
        check_session_name(session_name)
        seconds = check_duration(duration, self.max_session_duration)
        limit = self.account.world.limits.session_policy_characters
        session = Session(
            self,
            session_name,
            seconds,
            policy=None if policy is None else check_session_policy(policy, limit),
            by=by,
            source_identity=source_identity,
        )
        return self.account.world.add_session(session)

    def update(
        self,
        *,
        trusted: object = None,
        description: str | None = None,
        max_session_duration: int | None = None,
        allow_console_login: bool | None = None,
    ) -> None:
        """Change what is given. A new trust decides later AssumeRoles; sessions go on."""
        if description is not None:
            check_length("NewDescription", description, 1024)
        if max_session_duration is not None:
            _session_maximum("NewMaxSessionDuration", max_session_duration)
        if trusted is not None:
            self.trust = trust_document(
                trusted, self.account, parameter="NewAssumeRolePolicyDocument"
            )
        self.description = self.description if description is None else description
        self.max_session_duration = max_session_duration or self.max_session_duration
        if allow_console_login is not None:
            self.allow_console_login = allow_console_login
        self.updated = self.account.world.clock.time()

    def delete(self) -> None:
        """Delete a role that has no policy any more, else `DeleteConflict.Role.Policy`. Its tokens
        die at once.
        """
        if self.attachments:
            raise DeleteConflictError("Role.Policy", hint=", ".join(p.name for p in self.policies))
        if self.linked_service:
            raise DeleteConflictError(
                "Role.Policy", hint=f"`{self.linked_service}` uses it; see DeleteServiceLinkedRole"
            )
        self._delete()

    def delete_service_linked(self) -> str:
        """`DeleteServiceLinkedRole`: at once here; the id of the task that did it."""
        self.detach_all()
        self._delete()
        return f"task/{self.linked_service}/{self.name}/{self.account.world.ids.request_id()}"

    def _delete(self) -> None:
        self.account.roles.remove(self.name)
        self.deleted = True


# Trust


def trust_document(
    trusted: Any, account: Account, *, parameter: str = "AssumeRolePolicyDocument"
) -> Policy:
    """The trust policy that is meant: a document as it is, or one that trusts the accounts, users,
    … given.
    """
    longest = account.world.limits.trust_policy_characters
    if isinstance(trusted, str):
        check_length(parameter, trusted, longest)
    if isinstance(trusted, Policy | Mapping) or _is_json(trusted):
        policy = Policy.parse(trusted, kind="trust", settings=account.world.settings.policy)
    else:
        statement = {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": _trusted(trusted),
        }
        policy = Policy.parse(
            {"Version": "1", "Statement": [statement]},
            kind="trust",
            settings=account.world.settings.policy,
        )
    check_length(parameter, policy.text, longest)
    if account.world.settings.unknown_trusted == "refused":
        _check_existence(policy, account)
    return policy


def _check_existence(policy: Policy, account: Account) -> None:
    """Refuse users and roles that are not there. Of an account that is not in this cloud nobody
    knows who is.
    """
    accounts = account.world.accounts_by_id
    for statement in policy.statements:
        for name in statement.principals.ram if statement.principals else ():
            head, _, tail = name.rpartition(":")
            owner = accounts.get(head.rpartition(":")[2])
            kind, _, who = tail.partition("/")
            if owner is None or kind not in ("user", "role"):
                continue
            if who not in (owner.users if kind == "user" else owner.roles):
                raise MalformedPolicyDocumentError(f"The trusted {kind} does not exist: {name}.")


def _is_json(trusted: object) -> bool:
    return isinstance(trusted, str) and trusted.lstrip().startswith("{")


def _trusted(trusted: Any) -> dict[str, list[str]]:
    """The Principal element for accounts, users, roles, provider ARNs and service hosts, one or
    several.
    """
    principals: dict[str, list[str]] = {}
    several = (
        [trusted] if isinstance(trusted, str) or not isinstance(trusted, Iterable) else trusted
    )
    for one in several:
        text = one if isinstance(one, str) else getattr(one, "arn", None)
        if not isinstance(text, str) or not (kind := _principal_kind(text)):
            raise MalformedPolicyDocumentError(
                f"`{one}` can't be trusted: give an account, a user, a role, a principal ARN such"
                " as acs:ram::1234567890123456:root, or a service such as ecs.aliyuncs.com"
            )
        principals.setdefault(kind, []).append(text)
    return principals


_PRINCIPALS: Final = {
    "Federated": re.compile(r"acs:ram::\d+:(saml|oidc)-provider/[A-Za-z0-9._-]+"),
    "RAM": re.compile(r"acs:ram::\d+:(root|(user|role)/[A-Za-z0-9._@-]+)"),
    "Service": re.compile(r"(\d+@)?[a-z0-9-]+(\.[a-z0-9-]+)+"),
}


def _principal_kind(text: str) -> str:
    return next((kind for kind, form in _PRINCIPALS.items() if form.fullmatch(text)), "")


# Values of AssumeRole


def check_session_name(name: str, *, parameter: str = "RoleSessionName") -> str:
    if not name:
        raise MissingParameterError(parameter)
    if not isinstance(name, str) or not _SESSION_NAME.fullmatch(name):
        raise InvalidParameterError(
            parameter,
            "",
            hint=f"`{name}`: 2 to 64 letters, digits, `.`, `@`, `_` and `-` are allowed",
        )
    return name


def check_external_id(text: str) -> str:
    if not _EXTERNAL_ID.fullmatch(text):
        raise InvalidParameterError(
            "ExternalId",
            "",
            hint=f"`{text}`: 2 to 1224 letters, digits and `_+=,.@:/-` are allowed",
        )
    return text


def check_duration(duration: int | timedelta | None, longest: int) -> int:
    """Seconds between 15 minutes and the role's MaxSessionDuration; an hour if nothing is said."""
    if duration is None:
        return 3600
    seconds = duration.total_seconds() if isinstance(duration, timedelta) else duration
    if (
        isinstance(seconds, bool)
        or seconds != int(seconds)
        or not (_SHORTEST_SESSION <= seconds <= longest)
    ):
        raise InvalidParameterError(
            "DurationSeconds",
            "",
            hint=f"{seconds:g} seconds: at least {_SHORTEST_SESSION}, and {longest} at most here",
        )
    return int(seconds)


def check_session_policy(document: PolicySource, limit: int) -> Policy:
    """A session policy as the Policy parameter takes it, or `InvalidParameter.PolicyGrammar` /
    `.PolicySize`.
    """
    if isinstance(document, str) and len(document) > limit:
        raise InvalidParameterError("PolicySize", "", hint=f"{len(document)} characters")
    # Text may come from a request, which must not name a file for us to read; a Path comes from us.
    if isinstance(document, str) and not _is_json(document):
        raise InvalidParameterError(
            "PolicyGrammar", "", hint=f"`{document[:60]}` is no JSON object; give a file as a Path"
        )
    try:
        policy = Policy.parse(document, kind="session")
    except MalformedPolicyDocumentError as error:
        raise InvalidParameterError("PolicyGrammar", "", hint=error.message) from error
    if len(policy.text) > limit:
        raise InvalidParameterError("PolicySize", "", hint=f"{len(policy.text)} characters")
    return policy


def _session_maximum(parameter: str, seconds: int) -> int:
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 3600 <= seconds <= 43200:  # noqa: PLR2004
        raise InvalidParameterError(
            parameter, "Range", hint=f"{seconds}: between 3600 and 43200 seconds"
        )
    return seconds
