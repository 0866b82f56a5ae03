"""Mistakes that people make in policies, planted one at a time into policies that work.

A `Scenario` is a world in which a request is allowed by one statement, among others that look like
it. Each function of `MISTAKES` breaks that statement, or puts something in its way, and says which
statement is to blame and which of its elements.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from pytest_ramsts.policy import Access, AppliedPolicy, Layers, Policy, Principal

ONE: Final = "1000000000000001"
ALICE: Final = Principal("RAMUser", ONE, "alice", "2065570000000001")
SESSION: Final = Principal("AssumedRole", ONE, "worker", "3000000000000001", "run-1")

Statement = dict[str, Any]


@dataclass(frozen=True)
class Scenario:
    """A request, the statement that allows it, and statements for other things around it."""

    name: str
    action: str
    resource: str
    target: Statement
    others: tuple[Statement, ...]
    context: dict[str, str]

    @property
    def access(self) -> Access:
        return Access(ALICE, self.action, self.resource, self.context)

    @property
    def statements(self) -> list[Statement]:
        """The target stands second, between its neighbours."""
        statements = [self.others[0], self.target, *self.others[1:]]
        return copy.deepcopy(statements)


@dataclass(frozen=True)
class Planted:
    """A world with one mistake in it, and where it is."""

    name: str
    access: Access
    layers: Layers
    policy: str
    index: int
    element: str


def allow(action: str | list[str], resource: str | list[str] = "*", **when: Any) -> Statement:
    statement: Statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {**statement, "Condition": when} if when else statement


SCENARIOS: Final = (
    Scenario(
        "a table of one instance",
        "ots:GetRow",
        f"acs:ots:cn-hangzhou:{ONE}:instance/orders/table/items",
        allow(["ots:GetRow", "ots:GetRange"], "acs:ots:cn-hangzhou:*:instance/orders/table/*"),
        (
            allow("ots:ListInstance", "acs:ots:*:*:instance/*"),
            allow("ots:PutRow", "acs:ots:*:*:instance/carts/table/*"),
            allow("log:PostLogStoreLogs", "acs:log:*:*:project/app/logstore/web"),
        ),
        {"acs:SourceIp": "10.1.2.3"},
    ),
    Scenario(
        "a folder of a bucket",
        "oss:PutObject",
        f"acs:oss:*:{ONE}:media/users/7/photo.jpg",
        allow("oss:PutObject", "acs:oss:*:*:media/users/*"),
        (
            allow("oss:ListObjects", "acs:oss:*:*:media"),
            allow("oss:GetObject", "acs:oss:*:*:public/*"),
        ),
        {},
    ),
    Scenario(
        "a bucket itself",
        "oss:ListObjects",
        f"acs:oss:*:{ONE}:media",
        allow("oss:ListObjects", "acs:oss:*:*:media", StringLike={"oss:Prefix": "users/*"}),
        (
            allow(["oss:GetObject", "oss:PutObject"], "acs:oss:*:*:media/*"),
            allow("oss:GetBucketInfo", "acs:oss:*:*:logs"),
        ),
        {"oss:Prefix": "users/7/"},
    ),
    Scenario(
        "instances from the office",
        "ecs:StartInstance",
        f"acs:ecs:cn-shanghai:{ONE}:instance/i-1",
        allow(
            ["ecs:StartInstance", "ecs:StopInstance"],
            "acs:ecs:cn-shanghai:*:instance/*",
            IpAddress={"acs:SourceIp": ["203.0.113.0/24"]},
        ),
        (
            allow("ecs:Describe*", "*"),
            allow("vpc:DescribeVpcs", "*"),
        ),
        {"acs:SourceIp": "203.0.113.9"},
    ),
    Scenario(
        "a key with a second factor",
        "kms:Decrypt",
        f"acs:kms:cn-beijing:{ONE}:key/k-1",
        allow("kms:Decrypt", "acs:kms:*:*:key/k-1", Bool={"acs:MFAPresent": "true"}),
        (
            allow("kms:ListKeys", "acs:kms:*:*:key"),
            allow("kms:Encrypt", "acs:kms:*:*:key/*"),
            allow("kms:GetSecretValue", "acs:kms:*:*:secret/app"),
        ),
        {"acs:MFAPresent": "true"},
    ),
    Scenario(
        "desktops by tag",
        "ecd:StopDesktops",
        f"acs:ecd:cn-hangzhou:{ONE}:ecddesktop/ecd-1",
        allow(
            "ecd:*Desktops",
            "acs:ecd:*:*:ecddesktop/*",
            StringEquals={"acs:ResourceTag/team": ["dev", "ops"]},
        ),
        (allow("ecd:DescribeBundles"), allow("oss:GetObject", "acs:oss:*:*:images/*")),
        {"acs:ResourceTag/team": "dev"},
    ),
    Scenario(
        "writing logs until a date",
        "log:PostLogStoreLogs",
        f"acs:log:cn-hangzhou:{ONE}:project/audit/logstore/app",
        allow(
            "log:PostLogStoreLogs",
            "acs:log:*:*:project/audit/logstore/app",
            DateLessThan={"acs:CurrentTime": "2027-01-01T00:00:00Z"},
        ),
        (
            allow("log:GetLogStoreLogs", "acs:log:*:*:project/audit/logstore/*"),
            allow("log:ListProject", "acs:log:*:*:project/*"),
        ),
        {"acs:CurrentTime": "2026-11-24T00:00:00Z"},
    ),
    Scenario(
        "users by name",
        "ram:UpdateUser",
        f"acs:ram:*:{ONE}:user/bob",
        allow(["ram:UpdateUser", "ram:GetUser"], "acs:ram:*:*:user/bob"),
        (allow("ram:ListUsers", "acs:ram:*:*:user/*"), allow("ram:GetRole", "acs:ram:*:*:role/*")),
        {"acs:SecureTransport": "true"},
    ),
    Scenario(
        "messages of a queue",
        "mns:SendMessage",
        f"acs:mns:cn-hangzhou:{ONE}:/queues/jobs/messages",
        allow("mns:SendMessage", "acs:mns:cn-hangzhou:*:/queues/jobs/messages"),
        (
            allow("mns:ReceiveMessage", "acs:mns:*:*:/queues/results/messages"),
            allow("mns:ListQueue", "acs:mns:*:*:/queues"),
        ),
        {},
    ),
    Scenario(
        "objects retained for long",
        "oss:PutObjectRetention",
        f"acs:oss:*:{ONE}:archive/2026/a.tar",
        allow(
            "oss:PutObjectRetention",
            "acs:oss:*:*:archive/*",
            NumericLessThan={"oss:object-remaining-retention-days": "30"},
        ),
        (allow("oss:GetObject", "acs:oss:*:*:archive/*"), allow("oss:ListBuckets", "*")),
        {"oss:object-remaining-retention-days": "9"},
    ),
)

# --- mistakes in the statement that should allow -------------------------------------------------

Change = Callable[[Scenario, Statement], str | None]
"""Break the statement and name the element, or say nothing where it has no such thing to break."""


def _texts(statement: Statement, element: str, change: Callable[[str], str]) -> str | None:
    value = statement[element]
    changed = change(value) if isinstance(value, str) else [change(one) for one in value]
    statement[element] = changed
    return element if changed != value else None


def letters_swapped_in_the_action(_: Scenario, statement: Statement) -> str | None:
    return _texts(statement, "Action", lambda one: f"{one[:-2]}{one[-1]}{one[-2]}")


def a_letter_too_few_in_the_action(_: Scenario, statement: Statement) -> str | None:
    return _texts(statement, "Action", lambda one: f"{one[:-4]}{one[-3:]}")


def a_letter_doubled_in_the_action(_: Scenario, statement: Statement) -> str | None:
    return _texts(statement, "Action", lambda one: f"{one[:-3]}{one[-3]}{one[-3:]}")


def the_service_misspelt_in_the_action(_: Scenario, statement: Statement) -> str | None:
    return _texts(statement, "Action", lambda one: one.replace(":", "s:", 1))


def an_action_in_the_plural(_: Scenario, statement: Statement) -> str | None:
    return _texts(statement, "Action", lambda one: f"{one}s")


def another_region(_: Scenario, statement: Statement) -> str | None:
    return _texts(statement, "Resource", lambda one: _segment(one, 2, "ap-southeast-1"))


def another_account(_: Scenario, statement: Statement) -> str | None:
    return _texts(statement, "Resource", lambda one: _segment(one, 3, "3000000000000003"))


def another_service_in_the_resource(_: Scenario, statement: Statement) -> str | None:
    return _texts(statement, "Resource", lambda one: _segment(one, 1, "rds"))


def the_region_forgotten(_: Scenario, statement: Statement) -> str | None:
    return _texts(statement, "Resource", lambda one: _segment(one, 2, ""))


def the_star_forgotten(_: Scenario, statement: Statement) -> str | None:
    return _texts(statement, "Resource", lambda one: one.removesuffix("/*"))


def a_star_too_deep(_: Scenario, statement: Statement) -> str | None:
    if statement["Resource"].endswith("*"):
        return None
    return _texts(statement, "Resource", lambda one: f"{one}/*")


def letter_case_in_the_resource(_: Scenario, statement: Statement) -> str | None:
    def capitalised(one: str) -> str:
        head, _, tail = one.rpartition(":")
        return f"{head}:{tail.upper()}"

    return _texts(statement, "Resource", capitalised)


def a_name_misspelt_in_the_resource(_: Scenario, statement: Statement) -> str | None:
    def misspelt(one: str) -> str:
        head, _, tail = one.rpartition(":")
        return f"{head}:{tail[:2]}{tail[1]}{tail[2:]}"

    return _texts(statement, "Resource", misspelt)


def an_item_named_that_is_not_there(_: Scenario, statement: Statement) -> str | None:
    return _texts(statement, "Resource", lambda one: f"{one.removesuffix('*')}zzz")


def _segment(arn: str, number: int, value: str) -> str:
    segments = arn.split(":", 4)
    segments[number] = value
    return ":".join(segments)


def a_key_misspelt_in_the_condition(_: Scenario, statement: Statement) -> str | None:
    def misspelt(keys: dict[str, Any]) -> dict[str, Any]:
        return {f"{key}s": values for key, values in keys.items()}

    return _in_condition(statement, misspelt)


def a_key_of_another_service_in_the_condition(_: Scenario, statement: Statement) -> str | None:
    return _in_condition(
        statement,
        lambda keys: {f"acz:{key.partition(':')[2]}": values for key, values in keys.items()},
    )


def another_value_in_the_condition(_: Scenario, statement: Statement) -> str | None:
    others = {
        "StringLike": "elsewhere/*",
        "IpAddress": "198.51.100.0/24",
        "Bool": "false",
        "StringEquals": "sales",
        "DateLessThan": "2020-01-01T00:00:00Z",
        "NumericLessThan": "5",
    }
    condition = statement.get("Condition", {})
    for operator, keys in condition.items():
        condition[operator] = dict.fromkeys(keys, others[operator])
    return "Condition" if condition else None


def a_condition_that_the_request_cannot_meet(_: Scenario, statement: Statement) -> str | None:
    condition = statement.setdefault("Condition", {})
    condition["StringEquals"] = {"acs:RequestTag/project": "apollo"}
    return "Condition"


def an_address_block_too_small(_: Scenario, statement: Statement) -> str | None:
    condition = statement.setdefault("Condition", {})
    condition["IpAddress"] = {"acs:SourceIp": "10.9.9.0/30"}
    return "Condition"


def the_action_among_not_actions(scenario: Scenario, statement: Statement) -> str | None:
    del statement["Action"]
    statement["NotAction"] = [scenario.action, "ram:*"]
    return "NotAction"


def _in_condition(
    statement: Statement, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> str | None:
    condition = statement.get("Condition")
    if not condition:
        return None
    statement["Condition"] = {operator: change(keys) for operator, keys in condition.items()}
    return "Condition"


STATEMENT_MISTAKES: Final[tuple[Change, ...]] = (
    letters_swapped_in_the_action,
    a_letter_too_few_in_the_action,
    a_letter_doubled_in_the_action,
    the_service_misspelt_in_the_action,
    an_action_in_the_plural,
    another_region,
    another_account,
    another_service_in_the_resource,
    the_region_forgotten,
    the_star_forgotten,
    a_star_too_deep,
    letter_case_in_the_resource,
    a_name_misspelt_in_the_resource,
    an_item_named_that_is_not_there,
    a_key_misspelt_in_the_condition,
    a_key_of_another_service_in_the_condition,
    another_value_in_the_condition,
    a_condition_that_the_request_cannot_meet,
    an_address_block_too_small,
    the_action_among_not_actions,
)

# --- mistakes around it --------------------------------------------------------------------------


def _applied(
    name: str, *statements: Statement, kind: Any = "identity", **more: Any
) -> AppliedPolicy:
    document = {"Version": "1", "Statement": list(statements)}
    return AppliedPolicy(Policy.parse(document, kind), name, "Custom", **more)


def _working(scenario: Scenario, **more: Any) -> AppliedPolicy:
    return _applied("service", *scenario.statements, **more)


def deny_in_a_group(scenario: Scenario) -> Planted:
    service = scenario.action.partition(":")[0]
    guard = _applied(
        "guard",
        {"Effect": "Deny", "Action": "bss:*", "Resource": "*"},
        {"Effect": "Deny", "Action": f"{service}:*", "Resource": "*"},
        attached_to="group ops",
    )
    return _planted(scenario, "guard", 2, "Effect", identity=(_working(scenario), guard))


def deny_in_the_same_policy(scenario: Scenario) -> Planted:
    deny = {"Effect": "Deny", "Action": scenario.action, "Resource": scenario.resource}
    policy = _applied("service", *scenario.statements, deny)
    return _planted(scenario, "service", len(scenario.statements) + 1, "Effect", identity=(policy,))


def deny_by_an_absent_key(scenario: Scenario) -> Planted:
    deny = {
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"StringNotEquals": {"acs:SourceVpc": "vpc-1"}},
    }
    guard = _applied("guard", deny)
    return _planted(scenario, "guard", 1, "Effect", identity=(_working(scenario), guard))


def session_without_the_action(scenario: Scenario) -> Planted:
    session = _applied(
        "session", allow("sts:GetCallerIdentity"), allow(f"{scenario.action}X"), kind="session"
    )
    return _in_session(scenario, session, 2, "Action")


def session_on_another_resource(scenario: Scenario) -> Planted:
    session = _applied(
        "session",
        allow(scenario.action, f"{scenario.resource}-other"),
        allow("bss:PayOrder"),
        kind="session",
    )
    return _in_session(scenario, session, 1, "Resource")


def session_that_denies(scenario: Scenario) -> Planted:
    deny = {"Effect": "Deny", "Action": scenario.action, "Resource": "*"}
    return _in_session(scenario, _applied("session", allow("*"), deny, kind="session"), 2, "Effect")


def control_without_the_service(scenario: Scenario) -> Planted:
    control = _applied("rail", allow("rds:*"), allow(f"{scenario.action}X"), kind="control")
    return _planted(
        scenario, "rail", 2, "Action", identity=(_working(scenario),), control=((control,),)
    )


def control_that_denies(scenario: Scenario) -> Planted:
    full = _applied("FullAliyunAccess", allow("*"), kind="control")
    deny = {"Effect": "Deny", "Action": scenario.action, "Resource": "*"}
    return _planted(
        scenario,
        "rail",
        1,
        "Effect",
        identity=(_working(scenario),),
        control=((full,), (full, _applied("rail", deny, kind="control"))),
    )


def attached_to_another_resource_group(scenario: Scenario) -> Planted:
    policy = _working(scenario, resource_group="rg-other")
    planted = _planted(scenario, "service", 2, "Resource", identity=(policy,))
    return replace(planted, access=planted.access._replace(resource_group="rg-own"))


def _in_session(scenario: Scenario, session: AppliedPolicy, index: int, element: str) -> Planted:
    planted = _planted(
        scenario, "session", index, element, identity=(_working(scenario),), session=session
    )
    return replace(planted, access=planted.access._replace(principal=SESSION))


def _planted(scenario: Scenario, policy: str, index: int, element: str, **layers: Any) -> Planted:
    return Planted(scenario.name, scenario.access, Layers(**layers), policy, index, element)


LAYER_MISTAKES: Final = (
    deny_in_a_group,
    deny_in_the_same_policy,
    deny_by_an_absent_key,
    session_without_the_action,
    session_on_another_resource,
    session_that_denies,
    control_without_the_service,
    control_that_denies,
    attached_to_another_resource_group,
)

# --- mistakes in trust ---------------------------------------------------------------------------

ROLE: Final = f"acs:ram::{ONE}:role/worker"
TRUST_MISTAKES: Final[tuple[tuple[str, dict[str, Any], str], ...]] = (
    ("another user is trusted", {"Principal": {"RAM": f"acs:ram::{ONE}:user/bob"}}, "Principal"),
    (
        "another account is trusted",
        {"Principal": {"RAM": "acs:ram::2000000000000002:root"}},
        "Principal",
    ),
    ("only a service is trusted", {"Principal": {"Service": "ecs.aliyuncs.com"}}, "Principal"),
    (
        "a role of the user's name is trusted",
        {"Principal": {"RAM": f"acs:ram::{ONE}:role/alice"}},
        "Principal",
    ),
    ("the user is misspelt", {"Principal": {"RAM": [f"acs:ram::{ONE}:user/alcie"]}}, "Principal"),
    ("the action is misspelt", {"Action": "sts:AssumeRoles"}, "Action"),
    ("the action is of SAML", {"Action": "sts:AssumeRoleWithSAML"}, "Action"),
    (
        "an external id is wanted",
        {"Condition": {"StringEquals": {"sts:ExternalId": "ext-1"}}},
        "Condition",
    ),
    (
        "another address is wanted",
        {"Condition": {"IpAddress": {"acs:SourceIp": "198.51.100.7"}}},
        "Condition",
    ),
    ("a deny stands in the trust policy", {"Effect": "Deny"}, "Effect"),
)


def all_planted() -> Iterator[Planted]:
    for scenario in SCENARIOS:
        for change in STATEMENT_MISTAKES:
            statements = scenario.statements
            element = change(scenario, statements[1])
            if element is not None:
                policy = _applied("service", *statements, attached_to="user alice")
                planted = _planted(scenario, "service", 2, element, identity=(policy,))
                yield replace(planted, name=f"{scenario.name}: {change.__name__}")
        for plant in LAYER_MISTAKES:
            yield replace(plant(scenario), name=f"{scenario.name}: {plant.__name__}")
    for name, change_of_trust, element in TRUST_MISTAKES:
        yield _mistrusted(name, change_of_trust, element)


def _mistrusted(name: str, change: dict[str, Any], element: str) -> Planted:
    trusting = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"RAM": [f"acs:ram::{ONE}:root"]},
        **change,
    }
    return Planted(
        name,
        Access(ALICE, "sts:AssumeRole", ROLE, {"acs:SourceIp": "10.1.2.3"}),
        Layers(
            identity=(_applied("assume", allow("sts:AssumeRole", ROLE)),),
            trust=_applied("trust", trusting, kind="trust", attached_to="role worker"),
        ),
        "trust",
        1,
        element,
    )
