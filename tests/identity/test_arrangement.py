"""Bad input to the Python API: the documented code, and a message that says what is wrong with
which value.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from pytest_ramsts import Account, ApiError, FakeCloud, Limits, Policy, RamstsError, allow
from pytest_ramsts.identity import World


@pytest.fixture
def account() -> Account:
    """An account that nothing is intercepted for: the Python API needs no pytest and no HTTP."""
    return FakeCloud().account


def refused(arrange: Callable[[], Any]) -> ApiError:
    with pytest.raises(ApiError) as caught:
        arrange()
    return caught.value


@pytest.mark.parametrize(
    ("arrange", "code", "said"),
    [
        (lambda a: a.create_user("al ice"), "InvalidParameter.UserName.InvalidChars", "`al ice`"),
        (lambda a: a.create_user("älice"), "InvalidParameter.UserName.InvalidChars", "`älice`"),
        (lambda a: a.create_user("x" * 65), "InvalidParameter.UserName.Length", "65 characters"),
        (lambda a: a.create_user(7), "InvalidParameter.UserName.InvalidChars", "`7` is no text"),
        (lambda a: a.create_user(""), "MissingUserName", "UserName"),
        (
            lambda a: a.create_user("a", email="nowhere"),
            "InvalidParameter.Email.Format",
            "`nowhere` is no e-mail address",
        ),
        (
            lambda a: a.create_user("a", mobile_phone="0123"),
            "InvalidParameter.MobilePhone.Format",
            "write it like 86-18688880000",
        ),
        (
            lambda a: a.create_user("a", comments="x" * 129),
            "InvalidParameter.Comments.Length",
            "129 characters, at most 128",
        ),
        (
            lambda a: a.create_role("my role"),
            "InvalidParameter.RoleName.InvalidChars",
            "`my role`: only letters, digits, `.` and `-` are allowed",
        ),
        (lambda a: a.create_role("a_b"), "InvalidParameter.RoleName.InvalidChars", "`a_b`"),
        (
            lambda a: a.create_role("r", max_session_duration=12),
            "InvalidParameter.MaxSessionDuration.Range",
            "12: between 3600 and 43200 seconds",
        ),
        (
            lambda a: a.create_role("r", trusted="acs:ram::me:root"),
            "MalformedPolicyDocument",
            "`acs:ram::me:root` can't be trusted",
        ),
        (
            lambda a: a.create_role("r", trusted=7),
            "MalformedPolicyDocument",
            "`7` can't be trusted",
        ),
        (lambda a: a.create_group("a b"), "InvalidParameter.GroupName.InvalidChars", "`a b`"),
        (
            lambda a: a.create_policy("a_b", {}),
            "InvalidParameter.PolicyName.InvalidChars",
            "`a_b`",
        ),
        (lambda a: a.create_policy("p", "{oops"), "MalformedPolicyDocument", "line 1"),
        (lambda a: a.create_policy("p", 7), "MalformedPolicyDocument", "not int"),
        (
            lambda a: a.create_policy("p", Policy(allow("a:" + "b" * 6200))),
            "InvalidParameter.PolicyDocument.Length",
            "at most 6144",
        ),
        (
            lambda a: a.create_user("a", policies="NoSuchPolicy"),
            "EntityNotExist.Policy",
            "`NoSuchPolicy`",
        ),
        (
            lambda a: a.create_user("a", policies="AliyunOssFullAcess"),
            "EntityNotExist.Policy",
            "did you mean `AliyunOSSFullAccess`?",
        ),
        (
            lambda a: a.create_user("a", policies="iot:*"),
            "EntityNotExist.Policy",
            'that is an action: Policy(allow("iot:*")) allows it',
        ),
        (
            lambda a: a.create_user("a", policies="policies/readers.json"),
            "EntityNotExist.Policy",
            'a file is given as Path("policies/readers.json")',
        ),
        (
            lambda a: a.create_user("a", policies=allow("iot:*")),
            "MalformedPolicyDocument",
            "not Statement; put statements into one: Policy(allow(...), deny(...))",
        ),
        (
            lambda a: a.create_role("r").assume("no spaces"),
            "InvalidParameter.RoleSessionName",
            "`no spaces`: 2 to 64 letters",
        ),
        (
            lambda a: a.create_role("r").assume(duration=12),
            "InvalidParameter.DurationSeconds",
            "12 seconds: at least 900, and 3600 at most here",
        ),
        (
            lambda a: a.create_role("r").assume(duration=timedelta(hours=13)),
            "InvalidParameter.DurationSeconds",
            "46800 seconds",
        ),
        (
            lambda a: a.create_role("r").assume(duration=True),
            "InvalidParameter.DurationSeconds",
            "",
        ),
        (
            lambda a: a.create_role("r").assume(policy="nonsense"),
            "InvalidParameter.PolicyGrammar",
            "no JSON",
        ),
        (
            lambda a: a.world.role("acs:ram::1:user/x"),
            "InvalidParameter.RoleArn",
            "`acs:ram::1:user/x`: write it like acs:ram::1234567890123456:role/reader",
        ),
        (lambda a: a.users["nobody"], "EntityNotExist.User", "`nobody`"),
        (lambda a: a.roles["nobody"], "EntityNotExist.Role", "`nobody`"),
        (
            lambda a: a.create_user("a").access_key.update("Asleep"),
            "InvalidParameter.Status",
            "`Asleep`",
        ),
    ],
)  # fmt: skip
def test_bad_input_gets_the_documented_code_and_says_what_is_wrong(
    account: Account, arrange: Callable[[Account], Any], code: str, said: str
) -> None:
    error = refused(lambda: arrange(account))

    assert error.code == code
    assert said in str(error)


def test_what_was_refused_does_not_exist(account: Account) -> None:
    refused(lambda: account.create_user("alice", email="nowhere"))
    refused(lambda: account.create_role("reader", max_session_duration=1))
    refused(lambda: account.create_policy("p", "nonsense"))

    assert [*account.users, *account.roles, *account.policies] == []


@pytest.mark.parametrize(
    ("limits", "arrange", "code"),
    [
        (Limits(users=1), lambda a, n: a.create_user(f"u{n}"), "LimitExceeded.User"),
        (Limits(groups=1), lambda a, n: a.create_group(f"g{n}"), "LimitExceeded.Group"),
        (Limits(roles=1), lambda a, n: a.create_role(f"r{n}"), "LimitExceeded.Role"),
        (
            Limits(policies=1),
            lambda a, n: a.create_policy(f"p{n}", Policy(allow("iot:Pub"))),
            "LimitExceeded.Policy",
        ),
    ],
)
def test_a_quota_can_be_set_per_cloud_and_is_kept(
    limits: Limits, arrange: Callable[[Account, int], Any], code: str
) -> None:
    account = FakeCloud(limits=limits).account
    arrange(account, 1)

    error = refused(lambda: arrange(account, 2))

    assert error.code == code
    assert "the limit here is 1" in str(error)


def test_system_and_custom_policies_have_quotas_of_their_own() -> None:
    account = FakeCloud(
        limits=Limits(system_policies_per_grantee=1, custom_policies_per_grantee=1)
    ).account
    user = account.create_user()
    user.attach("AliyunOSSReadOnlyAccess", Policy(allow("iot:Pub")))

    assert refused(lambda: user.attach("AliyunOSSFullAccess")).code == "LimitExceeded.User.Policy"
    assert refused(lambda: user.attach(Policy(allow("iot:*")))).code == "LimitExceeded.User.Policy"


def test_no_user_is_in_more_groups_than_the_quota() -> None:
    account = FakeCloud(limits=Limits(groups_per_user=1)).account
    user = account.create_user()
    account.create_group("one").add(user)

    error = refused(lambda: account.create_group("two").add(user))

    assert error.code == "LimitExceeded.User.Group"


def test_an_account_id_is_a_number_and_nobody_else_s() -> None:
    cloud = FakeCloud()

    with pytest.raises(RamstsError, match="digits only, not `me`"):
        cloud.create_account(account_id="me")
    assert (
        refused(lambda: cloud.create_account(account_id=cloud.account.id)).code
        == "EntityAlreadyExists.Account"
    )


def test_two_clouds_share_nothing() -> None:
    one, other = FakeCloud(seed=1), FakeCloud(seed=1)
    one.account.create_user("alice")

    assert one.account.id == other.account.id  # a seed repeats
    assert "alice" not in other.account.users
    assert isinstance(other.world, World)


def test_a_seed_repeats_every_name_id_and_secret() -> None:
    def drawn(seed: int) -> list[str]:
        account = FakeCloud(seed=seed).account
        user = account.create_user()
        key, session = user.access_key, account.create_role().assume()
        return [
            account.id, user.name, user.id, key.id, key.secret,
            session.id, session.secret, session.security_token, session.role.name,
        ]  # fmt: skip

    assert drawn(1) == drawn(1)
    assert set(drawn(1)).isdisjoint(drawn(2))
