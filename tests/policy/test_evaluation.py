"""The layers in their order: what each can do, and which one is said to have decided."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ramsts.policy import (
    Access,
    AppliedPolicy,
    Layers,
    Policy,
    Principal,
    allow,
    decide,
    deny,
)

from .worlds import (
    ALICE,
    CORP,
    ECS,
    EVE,
    OBJECT,
    ONE,
    READER,
    ROOT,
    TABLE,
    TWO,
    WORKER,
    applied,
    trusting,
)

ALL = applied(allow("*"))
NONE = applied(deny("*"))
OTHER = applied(allow("ecs:*"))

ACCOUNT = "AccountLevelIdentityBasedPolicy"
GROUP = "ResourceGroupLevelIdentityBasedPolicy"

GET = Access(ALICE, "ots:GetRow", TABLE)
GET_OBJECT = Access(ALICE, "oss:GetObject", OBJECT)


def everybody(*, denies: bool = False) -> AppliedPolicy:
    build = deny if denies else allow
    return applied(build("*", principal="*", when={"StringNotEquals": {"a:b": "c"}}))


def in_group(*statements: Any) -> AppliedPolicy:
    return applied(*statements, resource_group="rg-1")


@pytest.mark.parametrize(
    ("layers", "reason", "layer"),
    [
        (Layers(), "ImplicitDeny", ACCOUNT),
        (Layers(identity=(ALL,)), "Allow", ACCOUNT),
        (Layers(identity=(OTHER,)), "ImplicitDeny", ACCOUNT),
        (Layers(identity=(ALL, NONE)), "ExplicitDeny", ACCOUNT),
        (Layers(session=ALL), "ImplicitDeny", ACCOUNT),
        (Layers(session=OTHER, identity=(ALL,)), "ImplicitDeny", "SessionPolicy"),
        (Layers(session=NONE, identity=(ALL,)), "ExplicitDeny", "SessionPolicy"),
        (Layers(session=OTHER, identity=(NONE,)), "ImplicitDeny", "SessionPolicy"),
        (Layers(session=ALL, identity=(ALL,)), "Allow", ACCOUNT),
        (Layers(control=((),), identity=(ALL,)), "ImplicitDeny", "ControlPolicy"),
        (Layers(control=((ALL,),), identity=(ALL,)), "Allow", ACCOUNT),
        (Layers(control=((ALL,),)), "ImplicitDeny", ACCOUNT),
        (Layers(control=((OTHER, ALL),), identity=(ALL,)), "Allow", ACCOUNT),
        (Layers(control=((ALL,), (OTHER,)), identity=(ALL,)), "ImplicitDeny", "ControlPolicy"),
        (Layers(control=((OTHER,), (NONE,)), identity=(ALL,)), "ImplicitDeny", "ControlPolicy"),
        (Layers(control=((ALL,), (ALL, NONE)), identity=(ALL,)), "ExplicitDeny", "ControlPolicy"),
        (Layers(control=((OTHER,),), session=NONE), "ImplicitDeny", "ControlPolicy"),
        (Layers(resource=(everybody(),)), "Allow", "ResourceBasedPolicy"),
        (Layers(identity=(NONE,), resource=(everybody(),)), "ExplicitDeny", ACCOUNT),
        (
            Layers(identity=(ALL,), resource=(everybody(denies=True),)),
            "ExplicitDeny",
            "ResourceBasedPolicy",
        ),
        (Layers(session=OTHER, resource=(everybody(),)), "ImplicitDeny", "SessionPolicy"),
    ],
)
def test_gates_come_first_and_the_rest_is_pooled(layers: Layers, reason: str, layer: str) -> None:
    decision = decide(GET, layers)

    assert (decision.reason, decision.policy_type) == (reason, layer)


@pytest.mark.parametrize(
    ("group", "policies", "reason", "layer"),
    [
        ("rg-1", (in_group(allow("*")),), "Allow", GROUP),
        ("rg-2", (in_group(allow("*")),), "ImplicitDeny", ACCOUNT),
        (None, (in_group(allow("*")),), "ImplicitDeny", ACCOUNT),
        ("rg-1", (ALL, in_group(deny("*"))), "ExplicitDeny", GROUP),
        ("rg-2", (ALL, in_group(deny("*"))), "Allow", ACCOUNT),
        ("rg-1", (NONE, in_group(allow("*"))), "ExplicitDeny", ACCOUNT),
        ("rg-1", (ALL, in_group(allow("*"))), "Allow", ACCOUNT),
    ],
)
def test_a_policy_of_a_resource_group_counts_for_its_resources_only(
    group: str | None, policies: Any, reason: str, layer: str
) -> None:
    decision = decide(GET._replace(resource_group=group), Layers(identity=policies))

    assert (decision.reason, decision.policy_type) == (reason, layer)


@pytest.mark.parametrize(
    ("access", "owner"),
    [
        (GET, ONE),
        (Access(EVE, "ots:GetRow", TABLE), ONE),
        (Access(EVE, "ots:GetRow", "*"), TWO),
        (Access(EVE, "oss:GetObject", "acs:oss:*:*:media"), TWO),
        (Access(EVE, "ram:GetPolicy", "acs:ram:*:system:policy/p"), TWO),
        (Access(EVE, "ots:GetRow", "acs:ots:cn::x"), TWO),
        (Access(EVE, "oss:GetObject", "acs:oss:*:*:media", resource_owner=ONE), ONE),
        (Access(EVE, "oss:GetObject", f"acs:oss:*:{TWO}:media", resource_owner=ONE), ONE),
        (Access(EVE, "a:b", f"acs:a:{ONE}:"), TWO),
    ],
)
def test_the_owner_is_as_given_or_as_the_arn_says_or_the_caller(access: Access, owner: str) -> None:
    assert access.owner == owner


def test_across_accounts_only_a_policy_of_the_resource_allows() -> None:
    foreign = Access(EVE, "oss:GetObject", OBJECT)
    named = applied(allow("oss:*", principal=[EVE.id]))

    assert decide(foreign, Layers(identity=(ALL,))).reason == "ImplicitDeny"
    assert decide(foreign, Layers(resource=(named,))).policy_type == "ResourceBasedPolicy"
    assert decide(foreign, Layers(identity=(NONE,), resource=(named,))).reason == "ExplicitDeny"


class TestAccount:
    def test_it_may_do_everything_with_what_it_owns(self) -> None:
        decision = decide(GET._replace(principal=ROOT), Layers(control=((NONE,),), session=NONE))

        assert decision
        assert decision.policy_type == ""
        assert decision.statement is None

    def test_it_may_do_nothing_with_what_another_owns(self) -> None:
        access = Access(ROOT, "oss:GetObject", f"acs:oss:*:{TWO}:media/a.jpg")

        assert decide(access, Layers()).reason == "ImplicitDeny"

    def test_control_policies_of_the_owner_hold_for_other_accounts(self) -> None:
        access = Access(ROOT, "oss:GetObject", f"acs:oss:*:{TWO}:media/a.jpg")
        layers = Layers(control=((NONE,),), resource=(everybody(),))

        assert decide(access, layers).policy_type == "ControlPolicy"

    def test_a_policy_of_its_own_resource_can_deny_it(self) -> None:
        access = GET_OBJECT._replace(principal=ROOT)

        decision = decide(access, Layers(resource=(everybody(denies=True),)))

        assert (decision.reason, decision.policy_type) == ("ExplicitDeny", "ResourceBasedPolicy")

    def test_everybody_without_a_condition_is_everybody_but_the_owner(self) -> None:
        layers = Layers(resource=(applied(deny("*", principal="*")),))

        assert decide(GET_OBJECT._replace(principal=ROOT), layers)
        assert decide(GET_OBJECT, layers).reason == "ExplicitDeny"

    def test_it_can_never_assume_a_role(self) -> None:
        root = applied(allow("sts:AssumeRole", on=None, principal={"RAM": f"acs:ram::{ONE}:root"}))

        decision = decide(
            Access(ROOT, "sts:AssumeRole", WORKER), Layers(identity=(ALL,), trust=root)
        )

        assert (decision.reason, decision.policy_type) == ("ImplicitDeny", "AssumeRolePolicy")


TRUSTS_ACCOUNT = trusting(
    allow("sts:AssumeRole", on=None, principal={"RAM": f"acs:ram::{ONE}:root"})
)
TRUSTS_EVE = trusting(
    allow("sts:AssumeRole", on=None, principal={"RAM": [f"acs:ram::{TWO}:user/eve"]})
)
MISTRUSTS = trusting(deny("*", on=None, principal={"RAM": f"acs:ram::{ONE}:root"}))
MAY_ASSUME = applied(allow("sts:AssumeRole", on=WORKER))


@pytest.mark.parametrize(
    ("caller", "layers", "reason", "layer"),
    [
        (ALICE, Layers(identity=(MAY_ASSUME,), trust=TRUSTS_ACCOUNT), "Allow", "AssumeRolePolicy"),
        (READER, Layers(identity=(MAY_ASSUME,), trust=TRUSTS_ACCOUNT), "Allow", "AssumeRolePolicy"),
        (EVE, Layers(identity=(MAY_ASSUME,), trust=TRUSTS_EVE), "Allow", "AssumeRolePolicy"),
        (ALICE, Layers(trust=TRUSTS_ACCOUNT), "ImplicitDeny", ACCOUNT),
        (
            EVE,
            Layers(identity=(MAY_ASSUME,), trust=TRUSTS_ACCOUNT),
            "ImplicitDeny",
            "AssumeRolePolicy",
        ),
        (ALICE, Layers(identity=(MAY_ASSUME,)), "ImplicitDeny", "AssumeRolePolicy"),
        (ALICE, Layers(identity=(NONE,), trust=TRUSTS_ACCOUNT), "ExplicitDeny", ACCOUNT),
        (
            ALICE,
            Layers(identity=(MAY_ASSUME,), trust=MISTRUSTS),
            "ExplicitDeny",
            "AssumeRolePolicy",
        ),
        (ALICE, Layers(trust=MISTRUSTS), "ExplicitDeny", "AssumeRolePolicy"),
        (
            READER,
            Layers(session=OTHER, identity=(MAY_ASSUME,), trust=TRUSTS_ACCOUNT),
            "ImplicitDeny",
            "SessionPolicy",
        ),
        (
            ALICE,
            Layers(control=((NONE,),), identity=(MAY_ASSUME,), trust=TRUSTS_ACCOUNT),
            "ExplicitDeny",
            "ControlPolicy",
        ),
        (
            ALICE,
            Layers(identity=(in_group(allow("*")),), trust=TRUSTS_ACCOUNT),
            "ImplicitDeny",
            ACCOUNT,
        ),
        (ECS, Layers(trust=TRUSTS_ACCOUNT), "ImplicitDeny", "AssumeRolePolicy"),
        (ECS, Layers(), "ImplicitDeny", "AssumeRolePolicy"),
        (CORP, Layers(trust=TRUSTS_ACCOUNT), "ImplicitDeny", "AssumeRolePolicy"),
    ],
)
def test_a_role_is_assumed_when_both_sides_allow(
    caller: Principal, layers: Layers, reason: str, layer: str
) -> None:
    decision = decide(Access(caller, "sts:AssumeRole", WORKER), layers)

    assert (decision.reason, decision.policy_type) == (reason, layer)


@pytest.mark.parametrize(
    ("caller", "principal"),
    [
        (ECS, {"Service": "ecs.aliyuncs.com"}),
        (CORP, {"Federated": f"acs:ram::{ONE}:saml-provider/corp"}),
        (
            Principal("Service", "", f"{ONE}@log.aliyuncs.com"),
            {"Service": [f"{ONE}@log.aliyuncs.com"]},
        ),
    ],
)
def test_services_and_logins_need_the_trust_policy_alone(caller: Principal, principal: Any) -> None:
    trust = trusting(allow("STS:assumerole", on=None, principal=principal))
    layers = Layers(control=((NONE,),), session=NONE, trust=trust)

    assert decide(Access(caller, "sts:AssumeRole", WORKER), layers)


def test_a_service_linked_role_is_not_held_by_control_policies() -> None:
    role = Principal("AssumedRole", ONE, "AliyunServiceRoleForOss", "3", "s")
    layers = Layers(control=((NONE,),), identity=(ALL,))

    assert decide(GET._replace(principal=role), layers)
    assert not decide(GET._replace(principal=role._replace(name="AliyunServiceRole")), layers)
    assert not decide(GET._replace(principal=role._replace(kind="RAMUser")), layers)


def test_the_session_policy_holds_for_a_service_linked_role() -> None:
    role = Principal("AssumedRole", ONE, "AliyunServiceRoleForOss", "3", "s")

    decision = decide(GET._replace(principal=role), Layers(session=OTHER, identity=(ALL,)))

    assert decision.policy_type == "SessionPolicy"


@pytest.mark.parametrize(
    ("caller", "element", "named"),
    [
        (ALICE, {"RAM": f"acs:ram::{ONE}:user/alice"}, True),
        (ALICE, {"RAM": f"acs:ram::{ONE}:user/Alice"}, False),
        (ALICE, {"RAM": f"acs:ram::{ONE}:*"}, True),
        (ALICE, {"RAM": f"acs:ram::{TWO}:*"}, False),
        (ROOT, {"RAM": f"acs:ram::{ONE}:root"}, True),
        (READER, {"RAM": f"acs:ram::{ONE}:role/READER"}, True),
        (READER, {"RAM": f"acs:ram::{ONE}:assumed-role/reader/run-1"}, False),
        (READER, [READER.id], True),
        (READER, [ONE], False),
        (READER, [f"arn:sts::{ONE}:assumed-role/reader/run-1"], True),
        (READER, [f"arn:sts::{ONE}:assumed-role/reader/*"], True),
        (READER, [f"arn:sts::{ONE}:assumed-role/reader/run-2"], False),
        (READER, [f"arn:sts::{ONE}:assumed-role/read*/run-1"], False),
        (ALICE, [f"arn:sts::{ONE}:assumed-role/alice/*"], False),
        (ALICE, [TWO, ALICE.id], True),
        (ALICE, [], True),
        (ALICE._replace(id=""), ["2065570000000001"], False),
        (Principal("Account", TWO), [TWO], True),
        (Principal("Account", TWO), ["*"], True),
        (ECS, {"Service": "ecs.aliyuncs.com"}, True),
        (ECS, {"Service": "oss.aliyuncs.com"}, False),
        (CORP, {"RAM": f"acs:ram::{ONE}:root"}, False),
    ],
)
def test_a_policy_of_a_resource_names_callers(caller: Principal, element: Any, named: bool) -> None:
    layers = Layers(resource=(applied(deny("*", principal=element)),))
    access = GET_OBJECT._replace(principal=caller)

    assert (decide(access, layers).reason == "ExplicitDeny") is named


@pytest.mark.parametrize(
    ("caller", "element", "named"),
    [
        (ALICE, {"RAM": f"acs:ram::{ONE}:root"}, True),
        (READER, {"RAM": f"acs:ram::{ONE}:root"}, True),
        (ALICE, {"RAM": f"acs:ram::{ONE}:*"}, False),
        (ALICE, {"RAM": [f"acs:ram::{TWO}:root", f"acs:ram::{ONE}:user/alice"]}, True),
        (READER, {"RAM": f"acs:ram::{ONE}:role/reader"}, True),
        (READER, {"RAM": f"acs:ram::{ONE}:user/reader"}, False),
        (ALICE, {"Service": "alice", "RAM": [f"acs:ram::{ONE}:user/bob"]}, False),
    ],
)
def test_a_trust_policy_names_callers(caller: Principal, element: Any, named: bool) -> None:
    trust = trusting(allow("sts:AssumeRole", on=None, principal=element))
    access = Access(caller, "sts:AssumeRole", WORKER)

    assert decide(access, Layers(identity=(MAY_ASSUME,), trust=trust)).allowed is named


def test_the_first_statement_that_applies_is_the_one_that_decided() -> None:
    policy = applied(allow("oss:*"), allow("ots:*"), allow("ots:GetRow"), name="wide")

    placed = decide(GET, Layers(identity=(OTHER, policy))).statement

    assert placed is not None
    assert (placed.policy, placed.index, placed.statement) == (policy, 2, allow("ots:*"))
    assert str(placed) == "statement 2 of policy `wide`"


def test_a_policy_applies_in_its_first_version_to_the_whole_account_unless_said_otherwise() -> None:
    assert (ALL.version, ALL.attached_to, ALL.resource_group) == ("v1", "", None)


def test_a_denial_is_detailed_as_on_the_wire() -> None:
    decision = decide(GET._replace(principal=READER), Layers(identity=(NONE,)))

    assert decision.detail() == {
        "AuthAction": "ots:GetRow",
        "AuthPrincipalType": "AssumedRoleUser",
        "AuthPrincipalOwnerId": ONE,
        "AuthPrincipalDisplayName": "reader:run-1",
        "NoPermissionType": "ExplicitDeny",
        "PolicyType": ACCOUNT,
    }


def test_a_decision_is_short_to_print_and_cannot_be_changed() -> None:
    decision = decide(GET, Layers())

    assert repr(decision) == f"<Decision ImplicitDeny: user alice, ots:GetRow on {TABLE}>"
    assert not decision.allowed
    with pytest.raises(AttributeError):
        decision.access = GET  # type: ignore[misc]


def test_a_decision_is_the_same_value_when_it_is_taken_again() -> None:
    assert decide(GET, Layers(identity=(ALL,))) == decide(GET, Layers(identity=(ALL,)))


def test_a_statement_of_a_list_is_found_among_many() -> None:
    """More statements than are read without filing."""
    statements = [
        allow(f"ots:Get{number}", on=[f"acs:ots:*:*:instance/i{number}/*", "acs:ots:*:*:x?"])
        for number in range(30)
    ]
    policy = applied(*statements, allow("*", on="acs:ots:*:*:instance/orders/*"), name="many")

    placed = decide(GET, Layers(identity=(policy,))).statement

    assert placed is not None
    assert placed.index == 31


def test_a_policy_is_asked_by_many_about_the_same() -> None:
    policy = Policy(*[allow("ots:*", on=f"acs:ots:*:*:instance/i{n}/*") for n in range(400)])
    layers = Layers(identity=(AppliedPolicy(policy, "many", "Custom"),))

    asked = [
        decide(Access(ALICE, "ots:GetRow", f"acs:ots:cn:{ONE}:instance/i{n}/t"), layers).statement
        for n in [*range(400), 0]
    ]

    assert [placed.index for placed in asked if placed] == [*range(1, 401), 1]
