"""Whoever an identity provider vouches for: known by a token, not by a signature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pytest_ramsts.identity.caller import Caller, Context
from pytest_ramsts.policy import AppliedPolicy, Decision, Principal

if TYPE_CHECKING:
    from pytest_ramsts.identity.oidc import OidcToken
    from pytest_ramsts.identity.providers import OidcProvider, SamlProvider
    from pytest_ramsts.identity.saml import SamlAssertion


class Federated(Caller):
    """Somebody whose token was checked. All they can do is to assume a role that trusts the
    provider, under the conditions that its trust policy sets for the token.
    """

    def __init__(
        self,
        provider: OidcProvider | SamlProvider,
        token: OidcToken | SamlAssertion,
        keys: Mapping[str, str | Sequence[str]],
    ) -> None:
        self.account = provider.account
        self.provider = provider
        self.token = token
        self._keys = keys

    def __repr__(self) -> str:
        return f"<{self.token.subject} of {self.provider.arn}>"

    @property
    def principal(self) -> Principal:
        return Principal(
            "Federated", self.account.id, self.provider.arn.split(":", 4)[4], self.token.subject
        )

    def identity_policies(self) -> tuple[AppliedPolicy, ...]:
        return ()

    def context(
        self, action: str, *, secure: bool = True, source_ip: str = ""
    ) -> dict[str, str | Sequence[str]]:
        return {**super().context(action, secure=secure, source_ip=source_ip), **self._keys}

    def decide(
        self,
        action: str,
        resource: str,
        context: Context,
        resource_group: str | None = None,
    ) -> Decision:
        # Trust policies say `sts:AssumeRole`, whichever way the role is asked for.
        if action.lower().startswith("sts:assumerolewith"):
            action = "sts:AssumeRole"
        return super().decide(action, resource, context, resource_group)
