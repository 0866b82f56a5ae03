"""`load(dump())` is the identity: what is written down is what is read back."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ramsts import Account, FakeCloud, Policy, RamstsError, User, allow
from pytest_ramsts.load import yaml_of

from .test_worlds import FILES

NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,12}", fullmatch=True)
SPACED = '{"Version": "1",\n "Statement": [{"Effect": "Deny", "Action": "a:*", "Resource": "*"}]}'
SOME_NAMES = st.lists(NAMES, unique_by=str.lower, max_size=2)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)
TAGS = st.dictionaries(NAMES, TEXTS.filter(lambda t: "://" not in t), max_size=2)


@st.composite
def clouds(draw: st.DrawFn) -> FakeCloud:
    """Any world that can be arranged with a few calls."""
    cloud = FakeCloud(seed=draw(st.integers(0, 9)))
    accounts = [cloud.account]
    if draw(st.booleans()):
        accounts.append(cloud.create_account("other"))
    for account in accounts:
        _add_policies(draw, account)
        attached = st.lists(
            st.sampled_from(["AliyunOSSFullAccess", "ReadOnlyAccess", *account.policies]),
            unique=True,
            max_size=2,
        )
        for name in draw(SOME_NAMES):
            account.create_group(name, comments=draw(TEXTS), policies=draw(attached))
        for name in draw(SOME_NAMES):
            _add_user(draw, account.create_user(name, policies=draw(attached)))
        for name in draw(SOME_NAMES):
            account.create_role(
                name,
                trusted=draw(st.sampled_from([None, account, "ecs.aliyuncs.com"])),
                max_session_duration=draw(st.sampled_from([3600, 7200])),
                allow_console_login=draw(st.booleans()),
                policies=draw(attached),
                description=draw(TEXTS),
            )
    if draw(st.booleans()):
        _add_the_rest(draw, cloud)
    return cloud


def _add_policies(draw: st.DrawFn, account: Account) -> None:
    for name in draw(SOME_NAMES):
        policy = account.create_policy(
            name, Policy(allow("a:B", on=f"acs:a:*:*:x{draw(TEXTS)}")), description=draw(TEXTS)
        )
        for default in draw(st.lists(st.booleans(), max_size=2)):
            policy.create_version(SPACED, set_as_default=default)
        policy.tag(draw(TAGS))


def _add_user(draw: st.DrawFn, user: User) -> None:
    user.update(display_name=draw(TEXTS.filter(str.isprintable)))
    user.tag(draw(TAGS))
    for status in draw(st.lists(st.sampled_from(["Active", "Inactive"]), max_size=2)):
        key = user.create_access_key()
        key.update(status)
        if draw(st.booleans()):
            key.restrict_network("198.51.100.0/24", vpcs={"vpc-1": "10.0.0.0/8"})
    for group in user.account.groups.values():
        if draw(st.booleans()):
            group.add(user)
    if draw(st.booleans()):
        user.attach("AdministratorAccess", resource_group="rg-1")


def _add_the_rest(draw: st.DrawFn, cloud: FakeCloud) -> None:
    account = cloud.account
    account.restrict(Policy(allow("a:*")), name="above")
    account.create_oidc_provider("ci", "https://token.example.com", client_ids=["a", "b"])
    account.create_saml_provider("corp", "<EntityDescriptor/>", description=draw(TEXTS))
    account.create_access_key()
    account.set_alias("shop")
    account.restrict_key_network("198.51.100.7")
    cloud.add_system_policy("AliyunNewAccess", Policy(allow("new:*")), description=draw(TEXTS))
    public = Policy(allow("oss:GetObject", on="acs:oss:*:*:bbb/*", principal=["*"]))
    owner = draw(st.sampled_from(cloud.accounts))
    cloud.state("oss").create_bucket("bbb", owner, acl="public-read", policy=public)
    cloud.state("oss").create_bucket("ccc", owner, region="cn-beijing")


@settings(max_examples=40, deadline=None)
@given(clouds(), st.sampled_from(["world.yaml", "world.json"]))
def test_a_world_that_is_dumped_and_loaded_is_the_same(cloud: FakeCloud, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        cloud.dump(path)
        again = FakeCloud(seed=99)
        again.load(path)

    assert again.dump() == cloud.dump()


VALUES: Any = st.recursive(
    TEXTS | st.booleans() | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_what_is_written_is_yaml_that_says_the_same(value: Any) -> None:
    assert yaml.safe_load(yaml_of(value)) == value


def test_a_dump_is_for_people_as_well() -> None:
    cloud = FakeCloud()
    cloud.load(FILES / "world.yaml")

    text = cloud.dump()

    assert 'id: "1234567890123456"' in text.splitlines()
    assert "      - AliyunSTSAssumeRoleAccess" in text.splitlines()


def test_a_dump_is_written_where_one_says(tmp_path: Path) -> None:
    cloud = FakeCloud()
    cloud.account.create_user("alice")

    text = cloud.dump(tmp_path / "world.json")

    assert (tmp_path / "world.json").read_text() == text
    assert list(json.loads(text)["users"]) == ["alice"]


def test_what_an_empty_cloud_says_is_its_account() -> None:
    cloud = FakeCloud()

    assert cloud.dump() == f'id: "{cloud.account.id}"\n'


@pytest.mark.parametrize(
    "text", ["yes", "null", "1", "a: b", "- a", "#", "", "*", "~", "é", "a #b"]
)
def test_a_text_stays_a_text(text: str) -> None:
    assert yaml.safe_load(yaml_of({"x": text})) == {"x": text}


def test_what_a_file_cannot_say_is_refused_and_not_left_out() -> None:
    cloud = FakeCloud()
    member = cloud.create_account("member")
    cloud.account.enable_resource_directory().root.add(member)

    with pytest.raises(RamstsError, match="which a world file cannot say; arrange that in Python"):
        cloud.dump()
