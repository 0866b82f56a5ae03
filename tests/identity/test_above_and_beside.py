"""What counts besides the policies of an account: those above it, and those of resources."""

from __future__ import annotations

import pytest

from pytest_ramsts import FakeCloud, Policy, RamstsError, allow, deny

BUCKET = "acs:oss:*:*:media"


def test_a_control_policy_denies_whoever_is_in_the_account() -> None:
    account = FakeCloud().account
    admin = account.create_user("admin", policies=["AdministratorAccess"])
    assert admin.can("oss:DeleteBucket", on=BUCKET)

    account.restrict(Policy(deny("oss:DeleteBucket")), name="keep-buckets")

    decision = admin.can("oss:DeleteBucket", on=BUCKET)
    assert decision.reason == "ExplicitDeny"
    assert "policy `keep-buckets` (account" in decision.explain()
    assert admin.can("oss:GetObject", on=BUCKET)


def test_a_control_policy_gives_nothing() -> None:
    account = FakeCloud().account

    account.restrict(Policy(allow("oss:*")))

    assert not account.create_user("nobody").can("oss:GetObject", on=BUCKET)


def test_ids_can_be_those_of_a_file() -> None:
    cloud = FakeCloud()
    user = cloud.account.create_user("alice")

    user.change_id("2000")
    key = cloud.world.create_access_key(user, key_id="LTAIalice", secret="s")
    cloud.world.change_account_id(cloud.account, "1000")

    assert cloud.account.users_by_id == {"2000": user}
    assert cloud.credentials("LTAIalice") is user
    assert user.arn == "acs:ram::1000:user/alice"
    with pytest.raises(RamstsError, match="there is an AccessKey `LTAIalice` already"):
        cloud.world.create_access_key(user, key_id=key.id)
