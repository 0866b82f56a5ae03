"""Terraform: a plan or a state, as `terraform show -json` prints it, is the world it makes."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from pytest_ramsts import FakeCloud, LoadError, LoadWarning

FILES = Path(__file__).parent / "files"
ORDERS = "acs:ots:*:*:instance/orders/table/orders"


@pytest.fixture
def planned() -> FakeCloud:
    cloud = FakeCloud()
    loaded = cloud.load(FILES / "plan.json")
    assert loaded.format == "terraform"
    assert loaded.unknown == ("alicloud_vpc.main",)
    return cloud


def test_a_plan_is_in_the_account_of_whoever_plans(planned: FakeCloud) -> None:
    assert planned.account.id == "1234567890123456"


def test_a_plan_makes_users_groups_policies_and_attachments(planned: FakeCloud) -> None:
    service = planned.account.users["order-service"]

    assert [group.name for group in service.groups] == ["staff"]
    assert len(service.access_keys) == 1
    assert service.can("ots:GetRow", on=ORDERS)
    assert planned.account.policies["read-orders"].description == "orders, read only"


def test_what_is_known_after_the_apply_is_found_where_it_comes_from(planned: FakeCloud) -> None:
    service = planned.account.users["order-service"]
    writer = planned.account.roles["order-writer"]

    assert service.can("oss:GetObject", on="acs:oss:*:*:media/a")  # group_name is a reference
    assert writer.can("ots:PutRow", on=ORDERS)  # role_name is one, in a module
    assert writer.max_session_duration == 7200


@pytest.fixture
def applied() -> FakeCloud:
    cloud = FakeCloud()
    with pytest.warns(LoadWarning, match=r"alicloud_ram_security_preference\.all"):
        cloud.load(FILES / "state.json")
    return cloud


def test_a_state_brings_ids_and_keys(applied: FakeCloud) -> None:
    alice = applied.account.users["alice"]
    (key,) = alice.access_keys

    assert applied.account.id == "1234567890123456"  # by the ARN of the role
    assert applied.account.alias == "shop"
    assert alice.id == "212345678901234567"
    assert (alice.email, alice.mobile_phone) == ("alice@example.com", "86-18688888888")
    assert (key.id, key.secret, key.status) == (
        "LTAI5tFakeAlice",
        "fake-secret-of-alice",
        "Inactive",
    )


def test_a_role_of_older_words_is_read_too(applied: FakeCloud) -> None:
    reader = applied.account.roles["reader"]

    assert reader.id == "312345678901234567"
    assert reader.can("oss:GetObject", on="acs:oss:*:*:media/a")
    assert reader.trust.document["Statement"][0]["Principal"] == {
        "RAM": ["acs:ram::1234567890123456:user/alice"],
        "Service": ["ecs.aliyuncs.com"],
    }


def test_control_policies_bucket_policies_and_resource_groups_count(applied: FakeCloud) -> None:
    alice = applied.account.users["alice"]
    photo = "acs:oss:*:*:media/a"

    assert alice.can("oss:GetObject", on=photo)
    assert alice.can("oss:DeleteObject", on=photo).policy_type == "ControlPolicy"
    assert alice.can("ecs:StopInstance", resource_group="rg-shop")
    assert not alice.can("ecs:StopInstance")


def test_providers_are_there(applied: FakeCloud) -> None:
    assert "EntityDescriptor" in applied.account.saml_providers["corp"].metadata
    assert applied.account.oidc_providers["ci"].client_ids == ["sts"]


def complaint(tmp_path: Path, document: Any, name: str = "plan.json") -> str:
    (tmp_path / name).write_text(json.dumps(document))
    with pytest.raises(LoadError) as caught:
        FakeCloud().load(tmp_path / name)
    return str(caught.value)


def resource(kind: str, **values: Any) -> dict[str, Any]:
    return {"address": f"{kind}.it", "type": kind, "mode": "managed", "values": values}


def plan(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"terraform_version": "1.9", "planned_values": {"root_module": {"resources": resources}}}


def test_a_value_that_nobody_knows_yet_is_told(tmp_path: Path) -> None:
    said = complaint(
        tmp_path, plan(resource("alicloud_ram_user_policy_attachment", policy_name="x"))
    )

    assert "alicloud_ram_user_policy_attachment.it: its `user_name` is not known before" in said
    assert "load the state instead of the plan" in said


def test_a_refusal_names_the_resource(tmp_path: Path) -> None:
    said = complaint(tmp_path, plan(resource("alicloud_ram_user", name="al ice")))

    assert said.startswith(
        "plan.json, line 1: alicloud_ram_user.it: users.al ice: InvalidParameter.UserName"
    )


def test_a_policy_that_is_none_names_the_resource(tmp_path: Path) -> None:
    said = complaint(tmp_path, plan(resource("alicloud_ram_policy", name="p", document="{}")))

    assert "alicloud_ram_policy.it: policies.p.document: " in said


def test_the_raw_state_file_is_told_how_to_print_it(tmp_path: Path) -> None:
    raw = {"version": 4, "terraform_version": "1.9", "serial": 1, "lineage": "x", "resources": []}

    assert "load what `terraform show -json` prints" in complaint(tmp_path, raw, "x.tfstate")


def test_what_does_not_concern_access_is_listed_without_a_warning(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(plan(resource("alicloud_vpc"))))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loaded = FakeCloud().load(tmp_path / "plan.json")

    assert loaded.unknown == ("alicloud_vpc.it",)
    assert loaded.unknown_about_access == ()
