"""The Faker provider stands on its own: realistic names and ids, plainly fake, from one seed."""

from __future__ import annotations

import re

import pytest
from faker import Faker

from pytest_ramsts import FakeCloud
from pytest_ramsts.faker import RamProvider
from pytest_ramsts.identity import RoleArn


@pytest.fixture
def fake() -> Faker:
    fake = Faker()
    fake.add_provider(RamProvider)
    fake.seed_instance(7)
    return fake


@pytest.mark.parametrize(
    ("method", "form"),
    [
        ("account_id", r"1\d{15}"),
        ("ram_user_name", r"[a-z]+[.-][a-z]+"),
        ("role_name", r"[a-z]+-[a-z]+"),
        ("policy_name", r"[a-z]+-[a-z]+-policy"),
        ("role_session_name", r"[a-z]+@[a-z]+"),
        ("user_arn", r"acs:ram::1\d{15}:user/[a-z]+[.-][a-z]+"),
        ("role_arn", r"acs:ram::1\d{15}:role/[a-z]+-[a-z]+"),
    ],
)
def test_what_it_gives_has_the_form_of_the_real_thing(fake: Faker, method: str, form: str) -> None:
    for _ in range(50):
        assert re.fullmatch(form, getattr(fake, method)())


def test_keys_and_credentials_look_like_real_ones(fake: Faker) -> None:
    key = fake.access_key_pair()
    credentials = fake.sts_credentials()

    assert re.fullmatch(r"LTAI5t\w{18}", key.access_key_id)
    assert len(key.access_key_secret) == 30
    assert credentials.access_key_id.startswith("STS.")
    assert credentials.security_token.startswith("CAIS")


def test_secrets_are_there_and_not_printed(fake: Faker) -> None:
    key, credentials = fake.access_key_pair(), fake.sts_credentials()

    assert key.access_key_secret not in repr(key)
    assert credentials.access_key_secret not in repr(credentials)
    assert credentials.security_token not in repr(credentials)
    assert key.access_key_id in repr(key)


def test_a_seed_repeats_everything(fake: Faker) -> None:
    first = [fake.role_arn(), fake.access_key_pair(), fake.sts_credentials()]
    fake.seed_instance(7)

    assert [fake.role_arn(), fake.access_key_pair(), fake.sts_credentials()] == first


def test_arns_can_be_of_an_account_one_has(fake: Faker) -> None:
    assert RoleArn.parse(fake.role_arn("1000")).account_id == "1000"
    assert fake.user_arn("1000").startswith("acs:ram::1000:user/")


def test_what_it_names_a_cloud_accepts(fake: Faker) -> None:
    account = FakeCloud().account

    for _ in range(20):
        account.create_user(f"{fake.ram_user_name()}{len(account.users)}")
        role = account.create_role(f"{fake.role_name()}{len(account.roles)}")
        role.assume(fake.role_session_name())


def test_names_of_one_cloud_never_repeat() -> None:
    account = FakeCloud().account
    for _ in range(600):
        account.create_user()

    assert len(account.users) == 600
