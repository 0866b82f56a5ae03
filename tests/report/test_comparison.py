"""A comparison with a decision, a journal or a call that fails says what they are."""

from __future__ import annotations

import pytest

from .application import write


def failure(pytester: pytest.Pytester, line: str) -> pytest.RunResult:
    write(
        pytester,
        f"""
def test_it(ramsts):
    alice = ramsts.account.create_user("alice", policies=["AliyunRAMReadOnlyAccess"])
    ramsts.account.create_user("bob")
    with ramsts.acting_as(alice):
        look_up("bob")
    {line}
""",
    )
    result = pytester.runpytest()
    result.assert_outcomes(failed=1)
    return result


def test_a_decision_is_no_bool_and_says_how_to_assert_it(pytester: pytest.Pytester) -> None:
    result = failure(pytester, 'assert alice.can("ram:GetUser") is True')

    result.stdout.fnmatch_lines(
        [
            "E * assert <Decision Allow: user alice, ram:GetUser on [*]> is True",
            "E * a Decision is true or false without being a bool: *`assert user.can(...)`",
            "E * user alice may ram:GetUser on [*]",
        ]
    )


def test_a_journal_shows_its_calls(pytester: pytest.Pytester) -> None:
    result = failure(pytester, "assert ramsts.calls == []")

    result.stdout.fnmatch_lines(
        [
            "E * assert <Journal of 1 call> == []",
            "E * calls:",
            "E * <Call 1 *Z ram:GetUser by acs:ram::*:user/alice: ok>  at application.py:*",
        ]
    )


def test_a_journal_is_not_a_list_of_texts(pytester: pytest.Pytester) -> None:
    result = failure(pytester, 'assert ramsts.calls == ["ram:GetUser"]')

    result.stdout.fnmatch_lines(["E *for texts compare [[]call.action for call in calls]"])


def test_a_call_explains_itself(pytester: pytest.Pytester) -> None:
    result = failure(pytester, "assert ramsts.calls.last == None  # noqa")

    result.stdout.fnmatch_lines(["E * user alice may ram:GetUser on acs:ram:*:user/bob"])


def test_other_comparisons_are_left_to_pytest(pytester: pytest.Pytester) -> None:
    result = failure(pytester, "assert len(ramsts.calls) == 2")

    result.stdout.fnmatch_lines(["E * assert 1 == 2", "E *+* where 1 = len(<Journal *>)"])
