"""The fixtures: each one or two lines over the public Python API, so that a fixture of your own can
do the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from pytest_ramsts.clock import Clock
    from pytest_ramsts.cloud import FakeCloud
    from pytest_ramsts.identity import Account, Role, Session, User
    from pytest_ramsts.intercept.server import Server
    from pytest_ramsts.issuers import OidcIssuer, SamlIssuer

CLOUD: Final = pytest.StashKey["FakeCloud"]()
"""Where a test's cloud is found by the hooks that report on it."""

__all__ = [
    "oidc_provider",
    "ram_account",
    "ram_role",
    "ram_user",
    "ramsts",
    "ramsts_clock",
    "ramsts_server",
    "saml_provider",
    "sts_credentials",
]


@pytest.fixture
def ramsts(request: pytest.FixtureRequest) -> Iterator[FakeCloud]:
    """A fake Alibaba Cloud, new for this test, that answers its HTTP requests. `ramsts.account` is
    its first account; `with ramsts.acting_as(user):` lends the application credentials.
    """
    from pytest_ramsts.options import cloud_for  # noqa: PLC0415 - nothing loads until a test asks

    with cloud_for(request) as cloud:
        request.node.stash[CLOUD] = cloud
        yield cloud


@pytest.fixture
def ramsts_clock(ramsts: FakeCloud) -> Clock:
    """The time of the cloud and of the application: freeze, advance, travel, skew. Put back after
    the test.
    """
    return ramsts.clock


@pytest.fixture
def ramsts_server(ramsts: FakeCloud) -> Iterator[Server]:
    """The same cloud behind real HTTP ports on 127.0.0.1: `ramsts_server.endpoint("sts")`."""
    with ramsts.serve() as server:
        yield server


@pytest.fixture
def ram_account(ramsts: FakeCloud) -> Account:
    """The default account of the fake cloud."""
    return ramsts.account


@pytest.fixture
def ram_user(ram_account: Account) -> User:
    """A RAM user with an AccessKey and no permission yet."""
    user = ram_account.create_user()
    user.create_access_key()
    return user


@pytest.fixture
def ram_role(ram_account: Account, ram_user: User) -> Role:
    """A role that `ram_user` may assume, without any permission yet."""
    from pytest_ramsts.policy import Policy, allow  # noqa: PLC0415

    role = ram_account.create_role(trusted=ram_user)
    ram_user.attach(Policy(allow("sts:AssumeRole", on=role)))
    return role


@pytest.fixture
def sts_credentials(ram_role: Role, ram_user: User) -> Session:
    """Temporary credentials of `ram_role`, as `ram_user` would get them."""
    return ram_role.assume(by=ram_user)


@pytest.fixture
def oidc_provider(ramsts: FakeCloud) -> OidcIssuer:
    """An OIDC provider that the default account trusts: its tokens are for AssumeRoleWithOIDC."""
    from pytest_ramsts.issuers import OidcIssuer  # noqa: PLC0415

    issuer = OidcIssuer(ramsts.account)
    ramsts.add_service(issuer.service)
    return issuer


@pytest.fixture
def saml_provider(ram_account: Account) -> SamlIssuer:
    """A SAML provider that the default account trusts, for AssumeRoleWithSAML."""
    from pytest_ramsts.issuers import SamlIssuer  # noqa: PLC0415

    return SamlIssuer(ram_account)
