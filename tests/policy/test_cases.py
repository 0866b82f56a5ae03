"""The documented cases: policies, a request, and what the vendor's pages say comes out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_ramsts.policy import Access, AppliedPolicy, Layers, Policy, Principal, decide

CASES = json.loads((Path(__file__).parent / "cases" / "documented.json").read_text("utf-8"))[
    "cases"
]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_documented_outcome_is_decided(case: dict[str, Any]) -> None:
    decision = decide(_access(case["request"]), _layers(case["policies"]))

    assert decision.reason == case["expected"], decision.explain(full=True)


def _access(request: dict[str, Any]) -> Access:
    return Access(
        _principal(request["principal"], request.get("principal_uid", "")),
        request["action"],
        request["resource"],
        request["context"],
        request.get("resource_group"),
    )


def _principal(arn: str, uid: str) -> Principal:
    if arn.startswith("service:"):
        return Principal("Service", "", arn.removeprefix("service:"))
    _, _, _, account, tail = arn.split(":", 4)
    match tail.split("/"):
        case ["root"]:
            return Principal("Account", account, id=account)
        case ["user", name]:
            return Principal("RAMUser", account, name, uid)
        case ["role", name, session]:
            return Principal("AssumedRole", account, name, uid, session)
        case _:
            return Principal("Federated", account, tail)


def _layers(policies: list[dict[str, Any]]) -> Layers:
    nodes: dict[str, list[AppliedPolicy]] = {}
    applied: dict[str, list[AppliedPolicy]] = {}
    for number, policy in enumerate(policies, start=1):
        kind = policy["type"]
        scope = policy.get("scope", "account")
        one = AppliedPolicy(
            Policy.parse(policy["document"], kind),
            f"policy-{number}",
            "Custom",
            attached_to=policy.get("attached_to", ""),
            resource_group=scope.removeprefix("resource_group:") if ":" in scope else None,
        )
        applied.setdefault(kind, []).append(one)
        if kind == "control":
            nodes.setdefault(policy.get("node", "member"), []).append(one)
    return Layers(
        control=tuple(map(tuple, nodes.values())),
        session=next(iter(applied.get("session", ())), None),
        identity=tuple(applied.get("identity", ())),
        resource=tuple(applied.get("resource", ())),
        trust=next(iter(applied.get("trust", ())), None),
    )
