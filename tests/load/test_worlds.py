"""A world in our own format: what it says comes to exist, and means what it says."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pytest_ramsts import FakeCloud, LoadError
from pytest_ramsts.load.nodes import read_json
from pytest_ramsts.load.yaml import read_yaml

FILES = Path(__file__).parent / "files"
ALLOW_ALL = {"Version": "1", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
ORDERS = "acs:ots:*:*:instance/orders/table/orders"


@pytest.fixture
def shop() -> FakeCloud:
    cloud = FakeCloud()
    assert cloud.load(FILES / "world.yaml").format == "world"
    return cloud


def test_everything_it_names_exists(shop: FakeCloud) -> None:
    account = shop.account

    assert account.id == "1234567890123456"
    assert sorted(account.users) == ["olga", "order-service"]
    assert account.users["order-service"].display_name == "The order service"
    assert account.groups["services"].members == [account.users["order-service"]]
    assert account.roles["order-writer"].max_session_duration == 7200
    assert [other.name for other in shop.accounts] == ["default", "workshop"]


def test_policies_count_as_if_they_were_attached_in_python(shop: FakeCloud) -> None:
    service = shop.account.users["order-service"]
    writer = shop.account.roles["order-writer"]
    olga = shop.account.users["olga"]

    assert service.can("ots:GetRow", on=ORDERS)
    assert service.can("ots:ListTable")  # by its group
    assert not service.can("ots:PutRow", on=ORDERS)
    assert writer.can("ots:PutRow", on=ORDERS)
    assert olga.can("ots:PutRow", on=ORDERS, resource_group="rg-shop")
    assert not olga.can("ots:PutRow", on=ORDERS)


def test_a_role_trusts_users_accounts_and_services(shop: FakeCloud) -> None:
    writer = shop.account.roles["order-writer"]
    workshop = shop.accounts[1]

    assert shop.account.users["order-service"].can("sts:AssumeRole", on=writer)
    assert not shop.account.users["olga"].can("sts:AssumeRole", on=writer)
    assert writer.trust.document["Statement"][0]["Principal"] == {
        "RAM": ["acs:ram::1234567890123456:user/order-service", workshop.arn],
        "Service": ["ecs.aliyuncs.com"],
    }


def test_json_says_the_same_as_yaml(shop: FakeCloud, tmp_path: Path) -> None:
    text = (FILES / "world.yaml").read_text()
    (tmp_path / "world.json").write_text(json.dumps(read_yaml(text, "world.yaml").plain))

    again = FakeCloud()
    again.load(tmp_path / "world.json")

    assert again.dump() == shop.dump()


def test_documents_are_read_from_files_beside_it(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "all.json").write_text(json.dumps(ALLOW_ALL))
    (tmp_path / "world.yaml").write_text(
        "policies: {all: policies/all.json}\nusers: {alice: {policies: all}}"
    )

    cloud = FakeCloud()
    cloud.load(tmp_path / "world.yaml")

    assert cloud.account.users["alice"].can("oss:GetObject")


def test_a_folder_of_documents_is_a_policy_each(tmp_path: Path) -> None:
    for name in ("read_orders.json", "write-orders.json"):
        (tmp_path / name).write_text(json.dumps(ALLOW_ALL))

    cloud = FakeCloud()
    loaded = cloud.load(tmp_path)
    one = FakeCloud()
    one.load(tmp_path / "read_orders.json")

    assert loaded.format == "policies"
    assert list(cloud.account.policies) == ["read-orders", "write-orders"]
    assert list(one.account.policies) == ["read-orders"]


def test_system_policies_control_policies_and_buckets_can_be_arranged(tmp_path: Path) -> None:
    allow_all = {"Effect": "Allow", "Action": "new:*", "Resource": "*"}
    keep = {"Effect": "Deny", "Action": "new:Delete", "Resource": "*"}
    public = {
        "Effect": "Allow",
        "Action": "oss:GetObject",
        "Principal": ["*"],
        "Resource": "acs:oss:*:*:media/*",
    }
    world = {
        "system_policies": {"AliyunNewFullAccess": {"Version": "1", "Statement": [allow_all]}},
        "control_policies": {"keep": {"Version": "1", "Statement": [keep]}},
        "buckets": {"media": {"policy": {"Version": "1", "Statement": [public]}}},
        "users": {"alice": {"policies": "AliyunNewFullAccess"}},
    }
    (tmp_path / "world.json").write_text(json.dumps(world))

    cloud = FakeCloud()
    cloud.load(tmp_path / "world.json")
    alice = cloud.account.users["alice"]

    assert alice.can("new:Create")
    assert alice.can("new:Delete").policy_type == "ControlPolicy"
    assert alice.can("oss:GetObject", on="acs:oss:*:*:media/a.jpg")
    assert list(cloud.state("oss").buckets) == ["media"]


def test_versions_keys_and_providers_are_restored(tmp_path: Path) -> None:
    (tmp_path / "world.yaml").write_text(
        """
access_keys: [{id: LTAIroot, secret: s}]
users:
  alice: {id: 2000, access_keys: [{id: LTAIalice, secret: t, status: Inactive}]}
policies:
  p:
    default_version: v3
    versions:
      v1: {Version: 1, Statement: [{Effect: Allow, Action: a:B, Resource: "*"}]}
      v3: {Version: 1, Statement: [{Effect: Allow, Action: a:C, Resource: "*"}]}
oidc_providers:
  ci: {issuer: "https://token.example.com", client_ids: sts, issuance_limit_time: 24}
"""
    )

    cloud = FakeCloud()
    cloud.load(tmp_path / "world.yaml")
    account = cloud.account

    assert cloud.credentials("LTAIroot") is account
    assert account.users["alice"].id == "2000"
    assert account.users["alice"].access_keys[0].status == "Inactive"
    assert account.policies["p"].default_version == "v3"
    assert account.policies["p"].create_version(ALLOW_ALL).id == "v4"
    assert account.oidc_providers["ci"].issuance_limit_time == 24


# What is wrong is said


def complaint(tmp_path: Path, text: str, name: str = "world.yaml") -> str:
    (tmp_path / name).write_text(text)
    (tmp_path / "p.json").write_text(json.dumps(ALLOW_ALL))
    with pytest.raises(LoadError) as caught:
        FakeCloud().load(tmp_path / name)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'key_network_policy: ""',
            (
                "world.yaml, line 1: InvalidParameter.AccessKeyPolicy.Format: The format of the"
                ' parameter - "AccessKeyPolicy" is incorrect. (it is no JSON)'
            ),
        ),
        (
            "users:\n  alice:\n    polices: []",
            "world.yaml, line 3: users.alice.polices is not known here; did you mean `policies`?",
        ),
        (
            "user: {}",
            "world.yaml, line 1: user is not known here; did you mean `users`?",
        ),
        (
            "everything: {}",
            "world.yaml, line 1: everything is not known here; there are id, alias,",
        ),
        (
            "users: [alice]",
            "world.yaml, line 1: users maps names to what they are, and is not a list",
        ),
        ("users:\n  al ice:", "line 2: users.al ice: InvalidParameter.UserName.InvalidChars"),
        (
            "roles:\n  r:\n    max_session_duration: 12",
            "line 2: roles.r: InvalidParameter.MaxSessionDuration.Range",
        ),
        (
            "roles:\n  r:\n    max_session_duration: soon",
            "line 3: roles.r.max_session_duration is a whole number, not `soon`",
        ),
        (
            "roles: {r: {allow_console_login: maybe}}",
            "roles.r.allow_console_login is true or false, not `maybe`",
        ),
        ("roles: {r: {trusted: nobody}}", "roles.r: MalformedPolicyDocument: `nobody` can't be"),
        (
            "roles: {r: {trusted: root, trust: {Statement: []}}}",
            "roles.r: `trust` says all of it, `trusted` only who; keep one",
        ),
        (
            "users:\n  a:\n    policies:\n      - Nothing",
            "line 4: users.a.policies[0]: EntityNotExist.Policy",
        ),
        ("users: {a: {groups: g}}", "users.a: EntityNotExist.Group"),
        ("users: {a: {policies: [[x]]}}", "is the name of a policy, a policy document, or"),
        ("users: {a: {policies: [{resource_group: r}]}}", "users.a.policies[0] needs `policy`"),
        ("users: {a: {access_keys: {status: Off}}}", "is Active or Inactive, not `Off`"),
        ("buckets: {media: {owner: nobody}}", "buckets.media: there is no account `nobody` in"),
        ("buckets: {M: {}}", "buckets.M: InvalidBucketName"),
        ("buckets: {media: {acl: open}}", "is private or public-read or public-read-write, not"),
        ("id: me", 'line 1: id: `me`; write it like "1234567890123456"'),
        ("accounts: {default: {}}", "there is an account of that name; the first one stands at"),
        (
            "policies:\n  p:\n    Version: 1\n    Statement:\n    - Effect: Allow\n      Acton: a",
            "world.yaml, line 5: policies.p: Statement[0]: unknown element `Acton`; did you mean",
        ),
        ("policies: {p: missing.json}", "policies.p: there is no file `missing.json` in"),
        ("policies: {p: {description: x}}", "policies.p: it needs `document` or `versions`"),
        ("system_policies: {p: {description: x}}", "system_policies.p: it needs `document`"),
        (
            "policies: {p: {default_version: v2, versions: {v1: p.json}}}",
            "policies.p: EntityNotExist.Policy.Version",
        ),
        ("users: {a: {}}\nusers: {b: {}}", "world.yaml, line 2: `users` stands twice"),
        ("users: {a: {}", "world.yaml, line 1: no YAML: expected"),
        ("users: &a {x: *a}", "an alias within what it stands for"),
        ("[a]: b", "a key is a text"),
        ("[]", "world.yaml, line 1: the file has fields (id, alias,"),
        ("id: [1]", "id is a text, not a list"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line_and_cure(tmp_path: Path, text: str, said: str) -> None:
    assert said in complaint(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '{\n"users": {\n"a": {"polices": 1}}}',
            "world.json, line 3: users.a.polices is not known",
        ),
        ('{"users": {},\n "users": {}}', "world.json, line 2: `users` stands twice in one object"),
        ('{"users": }', "world.json, line 1: no JSON at column 11: Expecting value"),
        ('{"id": 1.5}', "id is a text, not a number with a fraction"),
        ('{"id": true}', "id is a text, not a bool"),
        ("[" * 100_000, "world.json"),
    ],
)
def test_json_is_told_likewise(tmp_path: Path, text: str, said: str) -> None:
    assert said in complaint(tmp_path, text, "world.json")


@pytest.mark.parametrize(
    ("arrange", "said"),
    [
        (lambda p: p / "none.yaml", "cannot be read: No such file or directory"),
        (lambda p: p, "no policy document (*.json) is in this folder"),
        (lambda p: _written(p / "world.toml", b""), "a world is a .yaml, .yml or .json file"),
        (lambda p: _written(p / "w.yaml", b"\xff\xfe\xff"), "is no UTF-8 text"),
        (lambda p: _written(p / "x.json", b"{}").parent, "it has no `Statement`"),
    ],
)
def test_a_path_that_leads_to_no_world_is_told(
    tmp_path: Path, arrange: Callable[[Path], Path], said: str
) -> None:
    with pytest.raises(LoadError) as caught:
        FakeCloud().load(arrange(tmp_path))

    assert said in str(caught.value)


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_an_account_in_use_gets_no_other_id(tmp_path: Path) -> None:
    cloud = FakeCloud()
    cloud.account.create_user("alice")
    path = _written(tmp_path / "world.json", b'{"id": "1234567890123456"}')

    with pytest.raises(LoadError, match="and is in use; load the file into a new cloud"):
        cloud.load(path)


def test_yaml_without_pyyaml_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "yaml", None)

    assert "pip install 'pytest-ramsts[yaml]', or write it as JSON" in complaint(tmp_path, "id: 1")


def test_json_keeps_what_it_says_and_where() -> None:
    value: Any = {"a": [1, 2.5, "x", None, True, [], {}], "b": {"c": {"d": "é\n"}}}
    text = json.dumps(value, indent=1)

    node = read_json(text, "x.json")

    assert node.plain == value
    assert node.value["a"].value[2].at == "x.json, line 5"
    assert node.value["b"].value["c"].at == "x.json, line 12"


def test_what_is_loaded_works_over_the_wire(ramsts: FakeCloud) -> None:
    ramsts.load(FILES / "world.yaml")
    service = ramsts.account.users["order-service"]

    session = ramsts.account.roles["order-writer"].assume(by=service, duration=timedelta(hours=2))

    assert session.can("ots:PutRow", on=ORDERS)
