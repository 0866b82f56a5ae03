"""Short names for what the tests of deciding and explaining are about."""

from __future__ import annotations

from typing import Any, Final

from pytest_ramsts.policy import AppliedPolicy, Policy, Principal, Statement

ONE: Final = "1000000000000001"
TWO: Final = "2000000000000002"

ALICE: Final = Principal("RAMUser", ONE, "alice", "2065570000000001")
EVE: Final = Principal("RAMUser", TWO, "eve", "2065570000000002")
READER: Final = Principal("AssumedRole", ONE, "reader", "3000000000000001", "run-1")
ROOT: Final = Principal("Account", ONE, id=ONE)
ECS: Final = Principal("Service", "", "ecs.aliyuncs.com")
CORP: Final = Principal("Federated", ONE, "saml-provider/corp")

TABLE: Final = f"acs:ots:cn-hangzhou:{ONE}:instance/orders/table/items"
OBJECT: Final = f"acs:oss:*:{ONE}:media/a.jpg"
WORKER: Final = f"acs:ram::{ONE}:role/worker"


def applied(*statements: Statement, name: str = "readers", **more: Any) -> AppliedPolicy:
    return AppliedPolicy(Policy(*statements), name, more.pop("type", "Custom"), **more)


def trusting(*statements: Statement) -> AppliedPolicy:
    return applied(*statements, name="trust", type="Trust", attached_to="role worker")
