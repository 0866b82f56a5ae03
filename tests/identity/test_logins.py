"""Passwords under the account's policy, and MFA by one-time codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_ramsts import Account, ApiError, FakeCloud
from pytest_ramsts.identity.mfa import code_at

PASSWORD = "correct-Horse-7"


@pytest.fixture
def cloud() -> FakeCloud:
    return FakeCloud()


@pytest.fixture
def account(cloud: FakeCloud) -> Account:
    return cloud.account


def code_of(act: Callable[[], Any]) -> str:
    with pytest.raises(ApiError) as caught:
        act()
    return caught.value.code


def require(account: Account, **settings: object) -> None:
    account.password_policy = account.password_policy.changed(**settings)


@pytest.mark.parametrize(
    ("settings", "password", "missing"),
    [
        ({}, "short", "8 characters"),
        ({"minimum_password_length": 20}, PASSWORD, "20 characters"),
        ({"require_uppercase_characters": True}, "correct-horse-7", "an upper-case letter"),
        ({"require_lowercase_characters": True}, "CORRECT-HORSE-7", "a lower-case letter"),
        ({"require_numbers": True}, "correct-horse", "a digit"),
        ({"require_symbols": True}, "correcthorse7", "a symbol"),
        ({"minimum_password_different_character": 3}, "abababab", "3 different characters"),
        ({"password_not_contain_user_name": True}, "i-am-ALICE-7", "to leave the user's name out"),
    ],
)
def test_a_password_that_is_not_good_enough_is_told_what_it_lacks(
    account: Account, settings: dict[str, object], password: str, missing: str
) -> None:
    require(account, **settings)
    user = account.create_user("alice")

    with pytest.raises(ApiError) as caught:
        user.create_login_profile(password)

    assert caught.value.code == "InvalidParameter.Password.TooWeak"
    assert missing in str(caught.value)
    assert user.login_profile is None


def test_a_good_password_logs_in_and_another_does_not(cloud: FakeCloud) -> None:
    profile = cloud.account.create_user().create_login_profile(PASSWORD)
    assert profile.last_login is None

    profile.log_in(PASSWORD)

    assert profile.last_login is not None
    assert code_of(lambda: profile.log_in("guessed")) == "NoPermission"
    profile.update(status="Inactive")
    assert code_of(lambda: profile.log_in(PASSWORD)) == "NoPermission"


def test_earlier_passwords_are_barred_for_as_many_changes_as_the_policy_says(
    account: Account,
) -> None:
    require(account, password_reuse_prevention=2)
    profile = account.create_user().create_login_profile("password-1")
    profile.change_password("password-1", "password-2")

    def back() -> None:
        profile.change_password("password-2", "password-1")

    assert code_of(back) == "InvalidParameter.NewPassword.ReusePrevention"
    profile.change_password("password-2", "password-3")
    profile.change_password("password-3", "password-1")
    assert profile.accepts("password-1")


def test_changing_a_password_oneself_settles_that_it_must_be_changed(account: Account) -> None:
    profile = account.create_user().create_login_profile(PASSWORD, password_reset_required=True)

    profile.change_password(PASSWORD, "another-Horse-8")

    assert not profile.password_reset_required


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"minimum_password_length": 33}, "InvalidParameter.MinimumPasswordLength.Range"),
        ({"max_password_age": 1096}, "InvalidParameter.MaxPasswordAge.Range"),
        ({"password_reuse_prevention": 25}, "InvalidParameter.PasswordReusePrevention.Range"),
        ({"max_login_attemps": 33}, "InvalidParameter.MaxLoginAttemps.Range"),
    ],
)
def test_a_password_policy_has_bounds(
    account: Account, settings: dict[str, object], code: str
) -> None:
    assert code_of(lambda: require(account, **settings)) == code


# MFA


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    assert code_at("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", seconds) == code


def test_a_device_is_bound_with_two_codes_in_a_row(account: Account) -> None:
    user, device = account.create_user(), account.create_mfa_device("phone")
    now, then, later = device.code, device.code_in(1), device.code_in(2)

    assert code_of(lambda: device.bind(user, now, now)) == "CheckAuthenticationCodeFail"
    assert code_of(lambda: device.bind(user, then, now)) == "CheckAuthenticationCodeFail"
    assert code_of(lambda: device.bind(user, now, later)) == "CheckAuthenticationCodeFail"
    assert code_of(lambda: device.bind(user, now, "12")) == (
        "InvalidParameter.AuthenticationCode.Format"
    )
    device.bind(user, now, then)

    assert user.mfa_device is device
    assert device.activated is not None


def test_a_code_is_good_once_and_for_about_a_minute(cloud: FakeCloud) -> None:
    device = cloud.account.create_user().bind_mfa_device()
    with cloud.clock as clock:
        clock.freeze("2026-03-01T08:00:00Z")
        code = device.code
        clock.advance(seconds=30)
        device.verify(code)

        assert code_of(lambda: device.verify(code)) == "CheckAuthenticationCodeFail"
        stale = device.code
        clock.advance(seconds=90)
        assert code_of(lambda: device.verify(stale)) == "CheckAuthenticationCodeFail"


def test_whoever_has_a_device_needs_its_code_to_log_in(account: Account) -> None:
    user = account.create_user()
    profile = user.create_login_profile(PASSWORD)
    device = user.bind_mfa_device()

    shown = {device.code_in(step) for step in range(-2, 3)}
    wrong = next(code for code in map("{:06d}".format, range(10)) if code not in shown)

    assert code_of(lambda: profile.log_in(PASSWORD, wrong)) == "CheckAuthenticationCodeFail"
    profile.log_in(PASSWORD, device.code)

    assert profile.last_login is not None


def test_a_bound_device_cannot_be_deleted_and_an_unbound_one_is_free_again(
    account: Account,
) -> None:
    user = account.create_user()
    device = user.bind_mfa_device()

    assert code_of(device.delete) == "DeleteConflict.VirtualMFADevice.User"
    device.unbind()
    other = account.create_user()
    other.bind_mfa_device(device)
    device.unbind()
    device.delete()

    assert user.mfa_device is other.mfa_device is None
    assert list(account.mfa_devices) == []
