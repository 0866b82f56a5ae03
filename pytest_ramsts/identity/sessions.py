"""Role sessions: temporary credentials, what they may do, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pytest_ramsts.clock import timestamp
from pytest_ramsts.identity.arn import ram_arn
from pytest_ramsts.identity.caller import Caller
from pytest_ramsts.policy import AppliedPolicy, Policy, Principal
from pytest_ramsts.policy.principal import interned

if TYPE_CHECKING:
    from pytest_ramsts.identity.roles import Role


class Session(Caller):
    """What AssumeRole gives out: an AccessKeyId, an AccessKeySecret and a SecurityToken, for a
    time.

    Its rights are those the role has when it calls, not those the role had when it was assumed, and
    of these only what the session policy leaves.
    """

    def __init__(
        self,
        role: Role,
        name: str,
        seconds: int,
        *,
        policy: Policy | None = None,
        by: Caller | None = None,
        source_identity: str = "",
    ) -> None:
        world = role.account.world
        self.account = role.account
        self.role = role
        self.name = name
        self.policy = policy
        self.by = by
        self.source_identity = source_identity
        self.mfa_present = False
        """Whether it was asked for with an MFA code."""
        self.issuing_key = ""
        """The AccessKeyId that asked for these credentials; "" for what a test arranged."""
        self.issued = world.clock.time()
        # The cloud writes whole seconds; what it writes is what it means.
        self.expires = float(int(self.issued) + seconds)
        self.id = world.ids.session_key_id()
        self.secret = world.ids.session_key_secret()
        self.security_token = world.ids.security_token()
        self.revoked = False

    def __repr__(self) -> str:
        return f"<Session {self.name} of role {self.role.name}, until {timestamp(self.expires)}>"

    @property
    def caller(self) -> Caller:
        return self

    @property
    def arn(self) -> str:
        """As AssumeRole answers it: `acs:ram::<uid>:role/<role>/<session>`."""
        return f"{self.role.arn}/{self.name}"

    @property
    def assumed_role_arn(self) -> str:
        """As GetCallerIdentity answers it: `acs:ram::<uid>:assumed-role/<role>/<session>`."""
        return ram_arn(self.account.id, f"assumed-role/{self.role.name}/{self.name}")

    @property
    def assumed_role_id(self) -> str:
        return f"{self.role.id}:{self.name}"

    @property
    def principal(self) -> Principal:
        return interned("AssumedRole", self.account.id, self.role.name, self.role.id, self.name)

    def context(
        self, action: str, *, secure: bool = True, source_ip: str = ""
    ) -> dict[str, str | Sequence[str]]:
        context = super().context(action, secure=secure, source_ip=source_ip)
        if context and self.mfa_present:
            context["acs:MFAPresent"] = "true"
        if context and self.source_identity:
            context["acs:SourceIdentity"] = self.source_identity
        return context

    @property
    def expiration(self) -> datetime:
        return datetime.fromtimestamp(self.expires, UTC)

    @property
    def duration(self) -> timedelta:
        """How long these credentials were given out for."""
        return timedelta(seconds=self.expires - int(self.issued))

    @property
    def expired(self) -> bool:
        return self.account.world.clock.time() >= self.expires

    def expire(self) -> None:
        """Let these credentials, and no others, expire now."""
        self.expires = min(self.expires, float(int(self.account.world.clock.time())))

    def revoke(self) -> None:
        """Make these credentials invalid at once: the double's own lever, the real cloud has none
        for one session.
        """
        self.revoked = True

    def identity_policies(self) -> tuple[AppliedPolicy, ...]:
        return self.role.identity_policies()

    def session_policy(self) -> AppliedPolicy | None:
        if self.policy is None:
            return None
        return AppliedPolicy(
            self.policy, "session policy", "Session", attached_to=f"session {self.name}"
        )
