"""What people read: who asked, what came out, and what stands in the way."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ramsts.policy import (
    Access,
    AppliedPolicy,
    Layers,
    Mismatch,
    Policy,
    Settings,
    allow,
    decide,
    deny,
)
from pytest_ramsts.policy.likeness import contrast, difference, nearest

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

ACCOUNT = "AccountLevelIdentityBasedPolicy"
GET = Access(ALICE, "ots:GetRow", TABLE)


def explained(access: Access, *, full: bool = False, **layers: Any) -> list[str]:
    return decide(access, Layers(**layers)).explain(full=full).splitlines()


def nearest_line(*statements: Any, access: Access = GET, **more: Any) -> str:
    lines = explained(access, identity=(applied(*statements, **more),))
    return next(line for line in lines if line.startswith("nearest: "))


def test_an_allowed_access_names_the_statement_that_allows() -> None:
    readers = applied(allow("oss:*"), allow("ots:Get*"), attached_to="group ops")

    assert explained(GET, identity=(readers,)) == [
        f"user alice may ots:GetRow on {TABLE}",
        (
            "Allow (AccountLevelIdentityBasedPolicy): statement 2 of policy `readers` (group ops) "
            "allows it: Action ots:Get*; Resource *"
        ),
    ]


def test_an_owner_is_said_to_own() -> None:
    assert explained(Access(ROOT, "ots:GetRow", TABLE)) == [
        f"account {ONE} may ots:GetRow on {TABLE}",
        f"Allow: account {ONE} owns the resource",
    ]


def test_an_explicit_deny_names_the_statement_that_denies() -> None:
    guard = applied(deny("ots:*", when={"StringNotEquals": {"acs:SourceVpc": "v"}}), name="guard")

    assert explained(GET, identity=(applied(allow("*")), guard))[1:] == [
        (
            f"ExplicitDeny ({ACCOUNT}): statement 1 of policy `guard` denies it: "
            "Action ots:*; Resource *"
        ),
        (
            "its condition StringNotEquals acs:SourceVpc `v` is met: "
            "the request does not carry the key"
        ),
    ]


def test_of_the_statement_that_decided_the_patterns_that_cover_are_told() -> None:
    when = {"IpAddress": {"acs:SourceIp": ["203.0.113.0/24", "10.0.0.0/8"]}}
    readers = applied(allow("oss:*", "OTS:get*", on=["acs:oss:*", "acs:ots:*"], when=when))
    access = Access(ALICE, "ots:GetRow", TABLE, {"acs:SourceIp": "10.0.0.1"})

    assert explained(access, identity=(readers,))[1:] == [
        (
            f"Allow ({ACCOUNT}): statement 1 of policy `readers` allows it: "
            "Action OTS:get*; Resource acs:ots:*"
        ),
        (
            "its condition IpAddress acs:SourceIp `203.0.113.0/24` or `10.0.0.0/8` is met: "
            "the request has `10.0.0.1`"
        ),
    ]


def test_a_statement_that_holds_for_a_synonym_is_told_as_it_is_written() -> None:
    settings = Settings(trust_action_synonyms="the same")
    saml = allow("sts:AssumeRoleWithSAML", on=None, principal={"Federated": CORP.arn})
    access = Access(CORP, "sts:AssumeRole", WORKER)

    text = decide(access, Layers(trust=trusting(saml)), settings).explain()

    assert text.endswith("allows it: Action sts:AssumeRoleWithSAML")


def test_of_a_complement_everything_that_is_left_out_is_told() -> None:
    settings = Settings(not_resource="complement")
    statement = {"Effect": "Deny", "NotAction": ["ram:*", "sts:*"], "NotResource": "acs:oss:*"}
    policy = Policy.parse({"Version": "1", "Statement": [statement]}, settings=settings)
    layers = Layers(identity=(AppliedPolicy(policy, "p", "Custom"),))

    text = decide(GET, layers, settings).explain()

    assert text.endswith("denies it: NotAction ram:*, sts:*; NotResource acs:oss:*")


def test_a_gap_shows_the_nearest_miss_and_what_would_fill_it() -> None:
    readers = applied(allow("oss:*"), allow("ots:GetRow", on="acs:ots:*:*:instance/orders/index/*"))

    assert explained(GET, identity=(readers,)) == [
        f"user alice may not ots:GetRow on {TABLE}",
        f"ImplicitDeny ({ACCOUNT}): nothing in the identity policies allows it",
        (
            "nearest: statement 2 of policy `readers` allows the action; its resource `…/index/*` "
            "does not match `…/table/items`"
        ),
        (
            "this would allow it, added to policy `readers`: "
            f'{{"Effect": "Allow", "Action": "ots:GetRow", "Resource": "{TABLE}"}}'
        ),
    ]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (allow("ots:GetRwo"), "`readers`: its action `ots:GetRwo` does not match `ots:GetRow`"),
        (
            allow("ots:GetRows", "ots:PutRow"),
            "none of its actions, `ots:GetRows` or 1 more, matches `ots:GetRow`",
        ),
        (
            allow("ots:*", on=TABLE.replace("hangzhou", "beijing")),
            (
                f"its resource `…:cn-beijing:{ONE}:instance/orders/table/items` does not match "
                f"`…:cn-hangzhou:{ONE}:instance/orders/table/items`: another region"
            ),
        ),
        (allow("ots:*", on=TABLE.replace(ONE, TWO)), ": another account"),
        (
            allow("ots:*", on=TABLE.replace("acs:ots", "acs:oss")),
            (
                f"`acs:oss:cn-hangzhou:{ONE}:instance/orders/table/items` does not match `{TABLE}`"
                ": another service"
            ),
        ),
        (allow("ots:*", on=TABLE.upper().replace("ACS", "acs")), ": the letter case differs"),
        (
            allow("ots:*", on="acs:ots:*:*:instance/orders"),
            ": it does not cover what is inside, `/*` would",
        ),
        (allow("ots:*", on=f"{TABLE}/*"), ": it covers what is inside only"),
        (
            allow(not_actions=["ots:Get*", "ram:*"]),
            "`readers`: its NotAction `ots:Get*` is all but `ots:GetRow`",
        ),
        (
            allow("ots:*", when={"StringEquals": {"acs:ResourceTag/team": ["dev", "ops"]}}),
            (
                "allows the action; its condition StringEquals acs:ResourceTag/team wants "
                "`dev` or `ops`; the request does not carry the key"
            ),
        ),
        (
            allow("ots:*", when={"IpAddress": {"acs:SourceIP4": "10.0.0.0/8"}}),
            "the request does not carry the key, but carries `acs:SourceIp`",
        ),
        (
            allow("ots:*", when={"IpAddress": {"acs:SourceIp": "10.0.0.0/8"}}),
            "condition IpAddress acs:SourceIp wants `10.0.0.0/8`; the request has `203.0.113.9`",
        ),
        (
            allow("ots:*", when={"NotIpAddress": {"acs:SourceIp": "203.0.113.0/24"}}),
            (
                "its condition NotIpAddress acs:SourceIp excludes `203.0.113.0/24`; "
                "the request has `203.0.113.9`"
            ),
        ),
        (
            allow("oss:GetRow", on=OBJECT, when={"Bool": {"acs:MFAPresent": "true"}}),
            "(nor do its Resource and Condition)",
        ),
    ],
)
def test_the_first_element_that_fails_is_shown_with_expected_and_actual(
    statement: Any, words: str
) -> None:
    access = Access(ALICE, "ots:GetRow", TABLE, {"acs:SourceIp": "203.0.113.9"})

    assert nearest_line(statement, access=access).endswith(words)


def test_several_values_of_a_request_are_all_shown() -> None:
    when = {"StringEquals": {"acs:ResourceTag/team": "dev"}}
    access = Access(ALICE, "ots:GetRow", TABLE, {"acs:ResourceTag/team": ("ops", "qa")})

    assert nearest_line(allow("*", when=when), access=access).endswith(
        "wants `dev`; the request has `ops` and `qa`"
    )


def test_the_resource_group_is_named_when_it_is_another() -> None:
    access = Access(ALICE, "ots:GetRow", TABLE, resource_group="rg-2")

    assert nearest_line(allow("*"), access=access, resource_group="rg-1").endswith(
        "it holds in resource group `rg-1` only; the resource is in `rg-2`"
    )
    assert nearest_line(allow("*"), resource_group="rg-1").endswith(
        "the resource is in none that is known"
    )


def test_not_resource_is_all_but_what_it_lists() -> None:
    settings = Settings(not_resource="complement")
    statement = {"Effect": "Allow", "Action": "*", "NotResource": ["acs:oss:*", "acs:ots:*"]}
    policy = Policy.parse({"Version": "1", "Statement": [statement]}, settings=settings)
    layers = Layers(identity=(AppliedPolicy(policy, "p", "Custom"),))

    text = decide(GET, layers, settings).explain()

    assert f"its NotResource `acs:ots:*` is all but `{TABLE}`" in text


@pytest.mark.parametrize(
    ("access", "layers", "words"),
    [
        (GET, Layers(), "no policy is attached to the caller"),
        (
            GET,
            Layers(session=applied(allow("oss:*"))),
            (
                "ImplicitDeny (SessionPolicy): the session policy must allow it first, "
                "whatever else does, and nothing there does"
            ),
        ),
        (
            GET,
            Layers(control=((applied(allow("oss:*")),),)),
            "ImplicitDeny (ControlPolicy): the control policies must allow it first",
        ),
        (
            Access(EVE, "oss:GetObject", OBJECT),
            Layers(identity=(applied(allow("*")),)),
            (
                f"the resource belongs to account {ONE}; only a policy of the resource can allow "
                f"callers of account {TWO}"
            ),
        ),
        (
            Access(ROOT, "sts:AssumeRole", WORKER),
            Layers(),
            "an account itself cannot assume a role; a user or role of it can",
        ),
        (Access(ECS, "sts:AssumeRole", WORKER), Layers(), "the role has no trust policy here"),
        (
            Access(CORP, "sts:AssumeRole", WORKER),
            Layers(trust=trusting(allow("sts:AssumeRole", on=None, principal={"Service": "x.y"}))),
            "nothing in the trust policy of the role allows it",
        ),
        (
            Access(EVE, "sts:AssumeRole", WORKER),
            Layers(),
            "ImplicitDeny (AccountLevelIdentityBasedPolicy): no policy is attached to the caller",
        ),
        (
            GET,
            Layers(resource=(applied(allow("*", principal=["7"])),)),
            "no policy is attached to the caller",
        ),
    ],
)
def test_silence_has_its_reason(access: Access, layers: Layers, words: str) -> None:
    assert words in decide(access, layers).explain()


def test_the_principal_of_a_trust_policy_is_shown_beside_the_caller() -> None:
    bob = trusting(allow("sts:AssumeRole", on=None, principal={"RAM": f"acs:ram::{ONE}:user/bob"}))
    lines = explained(
        Access(ALICE, "sts:AssumeRole", WORKER),
        identity=(applied(allow("sts:AssumeRole")),),
        trust=bob,
    )

    assert lines[2:] == [
        (
            "nearest: statement 1 of policy `trust` (role worker) allows the action; "
            "its principal `…/bob` does not match `…/alice`"
        ),
        (
            "this would allow it, added to policy `trust`: "
            '{"Effect": "Allow", "Action": "sts:AssumeRole", '
            f'"Principal": {{"RAM": ["acs:ram::{ONE}:user/alice"]}}}}'
        ),
    ]


def test_everything_is_told_on_request() -> None:
    lines = explained(
        GET,
        full=True,
        control=((applied(allow("*"), name="full"),),),
        session=applied(allow("ots:*"), type="Session", name="session"),
        identity=(applied(allow("oss:*"), deny("bss:*")), applied(allow("*"), resource_group="rg")),
        resource=(applied(allow("ots:*", principal=["7"]), name="bucket"),),
        trust=trusting(allow("sts:AssumeRole", on=None, principal={"Service": "x.y"})),
    )

    assert lines[-13:] == [
        "control policies (ControlPolicy):",
        "  statement 1 of policy `full`: applies, Allow",
        "session policy (SessionPolicy):",
        "  statement 1 of policy `session`: applies, Allow",
        "identity policies (AccountLevelIdentityBasedPolicy):",
        (
            "  statement 1 of policy `readers`: Allow does not apply: "
            "its action `oss:*` does not match `ots:GetRow`"
        ),
        (
            "  statement 2 of policy `readers`: Deny does not apply: "
            "its action `bss:*` does not match `ots:GetRow`"
        ),
        "identity policies of the resource group (ResourceGroupLevelIdentityBasedPolicy):",
        (
            "  statement 1 of policy `readers`: Allow does not apply: "
            "it holds in resource group `rg` only; the resource is in none that is known"
        ),
        "policies of the resource (ResourceBasedPolicy):",
        (
            "  statement 1 of policy `bucket`: Allow does not apply: "
            "its principal `7` does not match `2065570000000001`"
        ),
        "trust policy of the role (AssumeRolePolicy):",
        (
            "  statement 1 of policy `trust` (role worker): Allow does not apply: "
            "its action `sts:AssumeRole` does not match `ots:GetRow`; "
            f"its principal `x.y` does not match `acs:ram::{ONE}:user/alice`"
        ),
    ]


class TestNearestMiss:
    def test_it_is_none_when_something_decided(self) -> None:
        assert decide(GET, Layers(identity=(applied(allow("*")),))).nearest_miss is None
        assert decide(GET, Layers(identity=(applied(deny("*")),))).nearest_miss is None

    def test_it_is_looked_for_where_the_answer_was_given(self) -> None:
        layers = Layers(
            session=applied(allow("oss:*"), name="session"),
            identity=(applied(allow("ots:GetRwo")),),
        )

        miss = decide(GET, layers).nearest_miss

        assert miss is not None
        assert miss.placed.policy.name == "session"
        assert miss.mismatches == (
            Mismatch("Action", ("oss:*",), ("ots:GetRow",), "differs", "", ""),
        )

    def test_across_accounts_it_is_in_the_policies_of_the_resource(self) -> None:
        layers = Layers(
            identity=(applied(allow("oss:GetObjects")),),
            resource=(applied(allow("*", principal=["7"]), name="bucket"),),
        )

        miss = decide(Access(EVE, "oss:GetObject", OBJECT), layers).nearest_miss

        assert miss is not None
        assert miss.placed.policy.name == "bucket"

    def test_of_a_role_it_is_in_no_policy_of_a_resource(self) -> None:
        layers = Layers(
            resource=(applied(allow("sts:AssumeRole", principal=["7"])),),
            trust=trusting(allow("sts:AssumeRole", on=None, principal={"Service": "x.y"})),
        )

        assert decide(Access(ALICE, "sts:AssumeRole", WORKER), layers).nearest_miss is None

    def test_of_the_directory_it_is_in_the_node_that_refuses(self) -> None:
        near = applied(allow("*"), allow("ots:GetRwo"), name="member")
        far = applied(allow("ecs:Run"), name="root")

        miss = decide(GET, Layers(control=((near,), (far,), (near,)))).nearest_miss

        assert miss is not None
        assert miss.placed.policy.name == "root"

    def test_a_condition_is_near_whatever_its_values_are(self) -> None:
        when = {"StringEquals": {"acs:ResourceTag/team": "quite-another"}}
        access = Access(ALICE, "ots:GetRow", TABLE, {"acs:ResourceTag/team": "x"})
        policy = applied(allow("ots:GetRow", on=f"{TABLE}s"), allow("ots:GetRow", when=when))

        miss = decide(access, Layers(identity=(policy,))).nearest_miss

        assert miss is not None
        assert miss.placed.index == 2
        assert miss.first == Mismatch(
            "Condition",
            ("quite-another",),
            ("x",),
            "value differs",
            "StringEquals",
            "acs:ResourceTag/team",
        )

    def test_a_misspelt_action_is_nearer_than_another_action(self) -> None:
        policy = applied(allow("kms:Encrypt"), allow("kms:Decrpyt"))

        miss = decide(Access(ALICE, "kms:Decrypt", "*"), Layers(identity=(policy,))).nearest_miss

        assert miss is not None
        assert miss.placed.index == 2


class TestSuggestion:
    @staticmethod
    def suggested(access: Access, **layers: Any) -> Any:
        return decide(access, Layers(**layers)).suggestion

    def test_nothing_is_suggested_against_a_deny(self) -> None:
        assert self.suggested(GET, identity=(applied(deny("*")),)) is None

    def test_nothing_is_suggested_to_one_who_may(self) -> None:
        assert self.suggested(GET, identity=(applied(allow("*")),)) is None

    def test_nothing_is_suggested_that_would_not_be_enough(self) -> None:
        """The identity policies do not allow it either."""
        assert self.suggested(GET, session=applied(allow("oss:*"))) is None

    def test_nothing_is_suggested_that_a_later_deny_takes_back(self) -> None:
        layers = {"session": applied(allow("oss:*")), "identity": (applied(deny("*")),)}

        assert self.suggested(GET, **layers) is None

    def test_without_a_policy_a_new_one_is_suggested(self) -> None:
        suggestion = self.suggested(GET)

        assert suggestion.policy is None
        assert suggestion.statement == {
            "Effect": "Allow",
            "Action": "ots:GetRow",
            "Resource": TABLE,
        }
        assert "in a policy of the caller: {" in decide(GET, Layers()).explain()

    def test_a_system_policy_is_not_to_be_changed(self) -> None:
        system = applied(allow("ots:PutRow"), type="System")

        assert self.suggested(GET, identity=(system,)).policy is None
        assert self.suggested(GET, control=((system,),)) is None

    def test_the_conditions_of_the_nearest_statement_are_kept(self) -> None:
        when = {"Bool": {"acs:SecureTransport": "true"}}
        access = Access(ALICE, "ots:GetRow", TABLE, {"acs:SecureTransport": "true"})

        suggestion = self.suggested(access, identity=(applied(allow("ots:PutRow", when=when)),))

        assert suggestion.statement["Condition"] == when

    def test_a_value_is_added_to_a_condition_that_wants_another(self) -> None:
        when = {"StringEquals": {"acs:ResourceTag/team": "dev"}}
        access = Access(ALICE, "ots:GetRow", TABLE, {"acs:ResourceTag/team": "ops"})
        readers = applied(deny("bss:*"), allow("ots:*", when=when))

        suggestion = self.suggested(access, identity=(readers,))

        assert suggestion.replaces == 2
        assert suggestion.statement["Condition"] == {
            "StringEquals": {"acs:ResourceTag/team": ["dev", "ops"]}
        }
        assert (
            "as statement 2 of policy `readers`"
            in decide(access, Layers(identity=(readers,))).explain()
        )

    def test_a_session_that_is_too_narrow_is_widened_and_nothing_else(self) -> None:
        session = applied(allow("oss:*"), name="session", type="Session")
        readers = applied(allow("ots:*"))

        suggestion = self.suggested(GET, session=session, identity=(readers,))

        assert suggestion.policy is session
        assert suggestion.statement["Action"] == "ots:GetRow"

    def test_a_session_that_allows_it_stays_as_it_is(self) -> None:
        session = applied(allow("ots:*"), name="session", type="Session")
        readers = applied(allow("ots:PutRow", on="acs:ots:*:*:x"))

        suggestion = self.suggested(GET, session=session, identity=(readers,))

        assert suggestion.policy is readers

    def test_a_condition_on_an_absent_key_is_not_suggested_away(self) -> None:
        when = {"StringEquals": {"sts:ExternalId": "x"}}

        assert self.suggested(GET, identity=(applied(allow("ots:*", when=when)),)) is None

    def test_a_condition_of_a_system_policy_is_not_changed(self) -> None:
        when = {"StringEquals": {"acs:ResourceTag/team": "dev"}}
        access = Access(ALICE, "ots:GetRow", TABLE, {"acs:ResourceTag/team": "ops"})

        assert (
            self.suggested(access, identity=(applied(allow("ots:*", when=when), type="System"),))
            is None
        )

    def test_an_exclusion_is_not_suggested_away(self) -> None:
        when = {"NotIpAddress": {"acs:SourceIp": "10.0.0.0/8"}}
        access = Access(ALICE, "ots:GetRow", TABLE, {"acs:SourceIp": "10.0.0.1"})

        assert self.suggested(access, identity=(applied(allow("ots:*", when=when)),)) is None

    def test_a_value_that_no_policy_can_name_is_not_suggested(self) -> None:
        when = {"NumericEquals": {"ots:Size": "1"}}
        access = Access(ALICE, "ots:GetRow", TABLE, {"ots:Size": "many"})

        assert self.suggested(access, identity=(applied(allow("ots:*", when=when)),)) is None

    @pytest.mark.parametrize(
        ("caller", "principal"),
        [
            (ALICE, [ALICE.id]),
            (EVE, [EVE.id]),
            (READER, [READER.id]),
        ],
    )
    def test_a_bucket_policy_names_the_caller_by_number(self, caller: Any, principal: Any) -> None:
        bucket = applied(allow("oss:*", principal=["7"]), name="bucket", type="Resource")

        suggestion = self.suggested(Access(caller, "oss:GetObject", OBJECT), resource=(bucket,))

        assert suggestion.statement["Principal"] == principal

    @pytest.mark.parametrize(
        ("caller", "principal"),
        [
            (ECS, {"Service": ["ecs.aliyuncs.com"]}),
            (CORP, {"Federated": [CORP.arn]}),
        ],
    )
    def test_a_trust_policy_names_services_and_providers(self, caller: Any, principal: Any) -> None:
        trust = trusting(allow("sts:AssumeRole", on=None, principal={"Service": "x.y"}))

        suggestion = self.suggested(Access(caller, "sts:AssumeRole", WORKER), trust=trust)

        assert suggestion.statement["Principal"] == principal
        assert "Resource" not in suggestion.statement

    def test_a_node_of_the_directory_is_filled(self) -> None:
        rail = applied(allow("oss:*"), name="rail", type="Control")
        layers = {"control": ((applied(allow("*")),), (rail,)), "identity": (applied(allow("*")),)}

        assert self.suggested(GET, **layers).policy == rail

    def test_a_resource_policy_beside_others_is_filled(self) -> None:
        layers = {
            "identity": (applied(allow("bss:*", on="acs:bss:*:*:x")),),
            "resource": (applied(allow("oss:GetObject", principal=["7"]), name="bucket"),),
        }

        suggestion = self.suggested(Access(ALICE, "oss:GetObject", OBJECT), **layers)

        assert suggestion.policy.name == "bucket"


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("acs:ots:*:*:a/b", "acs:ots:x:y:a/c", ("…/b", "…/c", 5)),
        ("acs:oss:*:*:a/*", "acs:ots:x:y:a/c", ("acs:oss:*:*:a/*", "acs:ots:x:y:a/c", 1)),
        ("a:b:c", "a:b:c:d", ("a:b:c", "a:b:c:d", 3)),
        ("a:b:c:d", "a:b:c", ("a:b:c:d", "a:b:c", 3)),
        ("x", "y", ("x", "y", 0)),
        ("", "y", ("", "y", 0)),
    ],
)
def test_a_common_beginning_is_left_out(pattern: str, text: str, expected: Any) -> None:
    assert contrast(pattern, text) == expected


def test_likeness_orders_what_is_near() -> None:
    assert difference("acs:ots:*:*:a/*", "acs:ots:x:y:a/b/c") == 0
    assert difference("OTS:GetRow", "ots:GetRow") == pytest.approx(0.05)
    assert nearest(["oss:GetObject", "ots:PutRow", "ots:GetRwo"], "ots:GetRow") == "ots:GetRwo"
    assert difference("a/b", "a") == pytest.approx(0.5)
    assert difference("x", "y") == 1
