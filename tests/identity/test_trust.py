"""Whom a role may trust: anybody, or those only who exist."""

from __future__ import annotations

import pytest

from pytest_ramsts import ApiError, FakeCloud, Settings

STRICT = Settings(unknown_trusted="refused")


@pytest.mark.parametrize("kind", ["user", "role"])
def test_trust_in_nobody_is_accepted_unless_the_setting_says_otherwise(kind: str) -> None:
    lenient, strict = FakeCloud().account, FakeCloud(settings=STRICT).account

    lenient.create_role("open", trusted=f"acs:ram::{lenient.id}:{kind}/nobody")
    with pytest.raises(ApiError) as caught:
        strict.create_role("open", trusted=f"acs:ram::{strict.id}:{kind}/nobody")

    assert caught.value.code == "MalformedPolicyDocument"
    assert f"The trusted {kind} does not exist" in caught.value.message
    assert "open" not in strict.roles


def test_who_exists_whole_accounts_and_strangers_can_be_trusted() -> None:
    account = FakeCloud(settings=STRICT).account
    user, role = account.create_user(), account.create_role("first")

    account.create_role(
        "second",
        trusted=[user, role, account, "acs:ram::9999999999999999:user/x", "ecs.aliyuncs.com"],
    )
    with pytest.raises(ApiError):
        role.update(trusted=f"acs:ram::{account.id}:role/nobody")

    assert role.trust == account.create_role("third").trust
