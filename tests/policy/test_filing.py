"""What filing leaves behind can never apply, however the statements are looked for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ramsts.policy import DEFAULT, Policy
from pytest_ramsts.policy.cabinet import Cabinet
from pytest_ramsts.policy.filing import Filing, Patterns
from pytest_ramsts.policy.question import Question

from .drawing import UNTIMED, WITHOUT_SHRINKING, Digits, draw_access, draw_statement


def numbers(size: int) -> st.SearchStrategy[Digits]:
    return st.binary(min_size=size, max_size=size).map(lambda drawn: Digits(int.from_bytes(drawn)))


ON_INSTANCES: list[Patterns] = [
    *[f"acs:ots:*:*:instance/i{number}/*" for number in range(9)],
    ("acs:ots:*:*:instance/i3/*", "acs:ots:*:*:instance/?3/x"),
    "acs:ots:*",
    (),
]
BY_ACTION: list[Patterns] = [
    "ots:GetRow",
    ("oss:*", "ots:PutRow"),
    (),
    *[f"ots:x{n}" for n in range(9)],
    "ots:*",
]


@settings(UNTIMED, max_examples=200, phases=WITHOUT_SHRINKING)
@given(numbers(120), numbers(12).map(draw_access))
def test_what_applies_is_never_left_behind_by_filing(digits: Digits, access: Any) -> None:
    document = {
        "Version": "1",
        "Statement": [draw_statement(digits, "identity") for _ in range(12)],
    }
    policy = Policy.parse(document)
    question = Question(access, DEFAULT)
    actions, resources = patterns_of(policy)

    sifted = policy.concerning(question.action, access.resource)
    filed = Cabinet(actions, resources).concerning(question.action, access.resource)

    applying = [
        number
        for number, statement in enumerate(policy.statements)
        if question.is_in(statement, "identity")
    ]
    for concerning in (sifted, filed):
        assert set(applying) <= set(concerning)
        assert list(concerning) == sorted(set(concerning))


def patterns_of(policy: Policy) -> tuple[list[Patterns], list[Patterns]]:
    def single(patterns: tuple[str, ...]) -> Patterns:
        return patterns[0] if len(patterns) == 1 else patterns

    return (
        [single(one.actions) for one in policy.statements],
        [single(one.resources) for one in policy.statements],
    )


def test_statements_about_others_are_left_behind() -> None:
    cabinet = Cabinet(BY_ACTION, ["*"] * len(BY_ACTION))
    filing = Filing(BY_ACTION, ["*"] * len(BY_ACTION))

    for either in (cabinet, filing):
        assert list(either.concerning("ots:getrow", "*")) == [0, 2, 12]
        assert list(either.concerning("oss:getobject", "*")) == [1, 2]
        assert list(either.concerning("ecs:x", "*")) == [2]


def test_statements_on_others_are_left_behind() -> None:
    cabinet = Cabinet(["ots:*"] * len(ON_INSTANCES), ON_INSTANCES)

    assert list(cabinet.concerning("ots:x", "acs:ots:cn:1:instance/i3/t")) == [3, 9, 10, 11]
    assert list(cabinet.concerning("ots:x", "acs:ots:cn:1:instance/i3:t")) == list(range(12))
    assert list(cabinet.concerning("ots:x", "acs:ram::1:role/x")) == list(range(12))
    assert list(cabinet.concerning("ots:x", "*")) == list(range(12))


def test_sifting_leaves_behind_whose_resource_lacks_a_piece_of_the_pattern() -> None:
    filing = Filing(["ots:*"] * len(ON_INSTANCES), ON_INSTANCES)

    assert list(filing.concerning("ots:x", "acs:ots:cn:1:instance/i3/t")) == [3, 9, 10, 11]
    assert list(filing.concerning("ots:x", "acs:ots:cn:1:role/x")) == list(range(12))


def test_a_question_mark_is_never_looked_for() -> None:
    filing = Filing(["ots:Ge?Row", "ots:G*", "ots:P*"], ["*/i?", "*/i??*", "*/i?"])

    assert list(filing.concerning("ots:getrow", "*/i1")) == [0, 1]


def test_a_large_policy_answers_the_same_sifted_and_filed() -> None:
    actions: list[Patterns] = [f"ots:Get{number}*" for number in range(50)]
    resources: list[Patterns] = [f"acs:ots:*:*:instance/i{number}/*" for number in range(50)]
    filing = Filing(actions, resources)
    questions = [(f"ots:get{number}", f"acs:ots:cn:1:instance/i{number}/t") for number in range(50)]

    first = [filing.concerning(*question) for question in questions]

    assert [filing.concerning(*question) for question in questions] == first
    assert all(number in numbers for number, numbers in enumerate(first))
    assert max(map(len, first)) <= 2


def test_more_is_asked_than_can_be_remembered() -> None:
    filing = Filing(["ots:Get*", "ots:Put*", "oss:Put*"], ["*"] * 3)

    for number in range(600):
        assert list(filing.concerning(f"ots:get{number}", "*")) == [0]
    assert list(filing.concerning("ots:put", "*")) == [1]


@pytest.mark.parametrize(("size", "cabinets"), [(10, 0), (100, 1)])
def test_a_large_policy_is_filed_once_and_only_if_it_is_asked_much(
    size: int, cabinets: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def recorded(*patterns: Any) -> Cabinet:
        made.append(patterns)
        return Cabinet(*patterns)

    monkeypatch.setattr("pytest_ramsts.policy.filing.Cabinet", recorded)
    filing = Filing([f"ots:Get{number}" for number in range(size)], ["*"] * size)

    for number in range(2):
        assert list(filing.concerning(f"ots:get{number}", "*")) == [number]
    assert not made
    for number in range(10):
        assert list(filing.concerning(f"ots:get{number}", "*")) == [number]
    assert len(made) == cabinets
