"""One world: every account, AccessKey and session of one cloud, and the lookups between them."""

from __future__ import annotations

from collections import ChainMap, deque
from collections.abc import Callable, Mapping, MutableMapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from pytest_ramsts.clock import Clock
from pytest_ramsts.errors import AlreadyExistsError, AuthenticationError, NotExistError, RamstsError
from pytest_ramsts.identity.access_keys import AccessKey
from pytest_ramsts.identity.account import Account, check_key_quota
from pytest_ramsts.identity.arn import RoleArn
from pytest_ramsts.identity.bearer_tokens import BearerToken
from pytest_ramsts.identity.caller import Anonymous, Caller
from pytest_ramsts.identity.diagnoses import Diagnoses
from pytest_ramsts.identity.ids import Ids
from pytest_ramsts.identity.limits import Limits, Settings
from pytest_ramsts.identity.network_policies import NetworkPolicy
from pytest_ramsts.identity.propagation import Propagation
from pytest_ramsts.identity.sessions import Session
from pytest_ramsts.policy import (
    SYSTEM_POLICIES,
    AppliedPolicy,
    Decision,
    Policy,
    PolicySource,
    SystemPolicy,
)

if TYPE_CHECKING:
    from pytest_ramsts.identity.roles import Role
    from pytest_ramsts.identity.users import User


Credentials = AccessKey | Session | BearerToken
"""What proves that a call is somebody's."""


class Held(NamedTuple):
    """What a resource brings along to a decision."""

    keys: Mapping[str, str] = MappingProxyType({})
    """The condition keys that it supplies, such as its tags."""
    policies: tuple[AppliedPolicy, ...] = ()
    """The policies that it has itself, such as a bucket's."""


NOTHING: Final = Held()


class Names(Protocol):
    """Where names that people read come from."""

    def user_name(self) -> str: ...

    def role_name(self) -> str: ...


class World:
    """The identities of one cloud. Two worlds share nothing."""

    def __init__(
        self,
        clock: Clock,
        ids: Ids,
        names: Names,
        *,
        limits: Limits | None = None,
        settings: Settings | None = None,
    ) -> None:
        self.clock = clock
        self.ids = ids
        self.names = names
        self.limits = limits or Limits()
        self.settings = settings or Settings()
        self.resource: Callable[[str], Held] = lambda _: NOTHING
        """What a resource brings along, from those who know."""
        self.resource_owner: Callable[[str], str] = lambda _: ""
        """Likewise, the account that owns a resource; "" where nobody knows better than its ARN."""
        self.late: Propagation | None = None
        """How changes reach those who decide, where they take their time."""
        self.restricts_networks = False
        """Whether any AccessKey here was ever restricted to addresses: else nobody has to look."""
        self.asked: deque[Decision] = deque(maxlen=20)
        """What the last `can()` answered, the newest last: a failing test explains it."""
        self.accounts_by_id: dict[str, Account] = {}
        self.keys_by_id: dict[str, AccessKey] = {}
        self.sessions_by_key_id: dict[str, Session] = {}
        self.sessions_by_token: dict[str, Session] = {}
        self.bearer_tokens: dict[str, BearerToken] = {}
        """By what they are; one that was revoked is not among them."""
        self.key_sets: dict[str, Mapping[str, Any]] = {}
        """The public keys of OIDC issuers (their JWKS), by the issuers' URLs."""
        self._own_system_policies: dict[str, SystemPolicy] = {}
        self.system_policies: MutableMapping[str, SystemPolicy] = ChainMap(
            self._own_system_policies,
            SYSTEM_POLICIES,  # type: ignore[arg-type]  # only the first map is written to
        )

    @cached_property
    def anonymous(self) -> Anonymous:
        """Whoever does not sign."""
        return Anonymous(Account(self, ""))

    @cached_property
    def diagnoses(self) -> Diagnoses:
        return Diagnoses(self.clock, self.ids)

    def create_account(self, name: str = "", *, account_id: str = "") -> Account:
        account_id = account_id or self.ids.account_id()
        if not (account_id.isdecimal() and account_id.isascii()):
            raise RamstsError(f"an account id has digits only, not `{account_id}`")
        if account_id in self.accounts_by_id:
            raise AlreadyExistsError("Account", account_id)
        account = self.accounts_by_id[account_id] = Account(self, account_id, name)
        return account

    @property
    def accounts(self) -> list[Account]:
        return list(self.accounts_by_id.values())

    def change_account_id(self, account: Account, account_id: str) -> None:
        """Give an account the id that a file says it has, before anything knows it by another."""
        if account_id in self.accounts_by_id:
            raise AlreadyExistsError("Account", account_id)
        del self.accounts_by_id[account.id]
        account.id = account_id
        self.accounts_by_id[account_id] = account

    def create_access_key(
        self, owner: User | Account, *, key_id: str = "", secret: str = ""
    ) -> AccessKey:
        """A new AccessKey, with an id and a secret of its own where none are given."""
        check_key_quota(owner, self.limits.access_keys_per_user)
        if key_id in self.keys_by_id:
            raise RamstsError(f"there is an AccessKey `{key_id}` already")
        ids = self.ids
        key = AccessKey(
            owner,
            key_id or ids.access_key_id(),
            secret or ids.access_key_secret(),
            self.clock.time(),
        )
        owner.keys_by_id[key.id] = self.keys_by_id[key.id] = key
        return key

    def register_key(self, key: AccessKey) -> None:
        """Let a key that was deleted be known again."""
        check_key_quota(key.owner, self.limits.access_keys_per_user)
        key.owner.keys_by_id[key.id] = self.keys_by_id[key.id] = key

    def add_session(self, session: Session) -> Session:
        self.sessions_by_key_id[session.id] = session
        self.sessions_by_token[session.security_token] = session
        return session

    @property
    def own_system_policies(self) -> Mapping[str, SystemPolicy]:
        """What `add_system_policy` added or replaced, by name."""
        return dict(self._own_system_policies)

    def held_by(self, arn: str) -> Held:
        """What a resource brings along: a bucket its policy, whatever bears tags those."""
        if not arn.startswith("acs:ram:"):
            return self.resource(arn)
        *_, account_id, tail = ("", *arn.split(":", 4))
        account = self.accounts_by_id.get(account_id)
        kind, _, name = tail.partition("/")
        thing = account.tagged(kind, name) if account is not None else None
        if thing is None or not thing.tags:
            return NOTHING
        return Held({f"acs:ResourceTag/{key}": value for key, value in thing.tags.items()})

    def add_system_policy(
        self, name: str, document: PolicySource, *, description: str = ""
    ) -> None:
        """Make one more system policy known, or replace one by the text that the real one has
        today.
        """
        policy = Policy.parse(document, settings=self.settings.policy)
        self.system_policies[name] = SystemPolicy(name, description, policy.text)

    def role(self, arn: str) -> Role:
        """The role of an ARN: `InvalidParameter.RoleArn` if it is none, `EntityNotExist.Role` if
        there is none.
        """
        parsed = RoleArn.parse(arn)
        account = self.accounts_by_id.get(parsed.account_id)
        if account is None or parsed.name not in account.roles:
            # The text of the STS metadata, with its space before the full stop.
            raise NotExistError("Role", arn, message="The specified Role not exists .")
        return account.roles[parsed.name]

    def control_of(self, account_id: str) -> tuple[tuple[AppliedPolicy, ...], ...]:
        """The control policies that count for a resource: those above the account that owns it."""
        if self.late is not None and (seen := self.late.control_of(account_id)) is not None:
            return seen
        owner = self.accounts_by_id.get(account_id)
        return owner.control if owner is not None else ()

    def policies_seen(self, caller: Caller) -> tuple[AppliedPolicy, ...]:
        """The identity policies of a caller, as far as they have reached those who decide."""
        return caller.identity_policies() if self.late is None else self.late.policies_of(caller)

    def trust_seen(self, role: Role) -> AppliedPolicy:
        return role.trust_policy() if self.late is None else self.late.trust_of(role)

    def network_policy_seen(self, key: AccessKey) -> NetworkPolicy | None:
        """From where an AccessKey may be used, as far as that has reached those who decide."""
        return key.network_policy_in_force if self.late is None else self.late.network_of(key)

    def find_role(self, arn: str) -> Role | None:
        head, _, name = arn.partition(":role/")
        account = self.accounts_by_id.get(head.rpartition(":")[2])
        return account.roles[name] if account and name in account.roles else None

    def credentials(self, key_id: str) -> AccessKey | Session:
        """What an AccessKeyId belongs to, or `InvalidAccessKeyId.NotFound`."""
        found = self.keys_by_id.get(key_id) or self.sessions_by_key_id.get(key_id)
        if found is None and self.late is not None:
            found = self.late.key(key_id)
        if found is None:
            raise AuthenticationError(
                "InvalidAccessKeyId.NotFound", hint=f"nobody here has the AccessKeyId `{key_id}`"
            )
        return found

    def bearer_token(self, token: str) -> BearerToken:
        """The bearer token that is this text, or `InvalidBearerToken.NotFound`."""
        found = self.bearer_tokens.get(token)
        if found is None:
            raise AuthenticationError(
                "InvalidBearerToken.NotFound",
                hint="nobody here has that bearer token, or it was revoked;"
                " one is made by user.create_bearer_token()",
            )
        return found
