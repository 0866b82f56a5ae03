"""The header says the mode, and the end of a run says what soft mode let through."""

from __future__ import annotations

import pytest

from .application import write

SOFT = """
def test_it(ramsts):
    alice = ramsts.account.create_user("alice")
    ramsts.account.create_user("bob")
    with ramsts.acting_as(alice):
        assert look_up("bob").user.user_name == "bob"
"""


def test_strict_is_not_worth_a_line_unless_one_asks(pytester: pytest.Pytester) -> None:
    pytester.runpytest().stdout.no_fnmatch_line("pytest-ramsts:*")
    pytester.runpytest("-v").stdout.fnmatch_lines(["pytest-ramsts: strict mode, *"])


def test_another_mode_is_said_and_where_it_comes_from(pytester: pytest.Pytester) -> None:
    pytester.runpytest("--ramsts-mode=soft").stdout.fnmatch_lines(
        ["pytest-ramsts: soft mode, what RAM would refuse goes through and is listed at the end"]
    )
    pytester.makeini("[pytest]\nramsts_mode = off")
    pytester.runpytest().stdout.fnmatch_lines(
        ["pytest-ramsts: off mode, RAM is not asked (ramsts_mode)"]
    )


@pytest.mark.parametrize("options", [[], ["-n1"]], ids=["alone", "xdist"])
def test_soft_mode_lists_what_would_have_been_denied(
    pytester: pytest.Pytester, options: list[str]
) -> None:
    write(pytester, SOFT)

    result = pytester.runpytest("--ramsts-mode=soft", *options)

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "*- pytest-ramsts, soft mode: this would have been denied -*",
            "test_soft_mode_lists_what_would_have_been_denied.py::test_it",
            "  *  user alice  ram:GetUser  would be denied  at application.py:*",
            "            user alice may not ram:GetUser on acs:ram:*:user/bob",
        ],
        consecutive=True,
    )


@pytest.mark.parametrize(
    "arrange",
    [
        pytest.param(("@pytest.mark.ramsts(mode='soft')", ""), id="marker"),
        pytest.param(("", "with ramsts.in_mode('soft'):\n        "), id="block"),
    ],
)
def test_a_marker_and_a_block_are_listed_too(
    pytester: pytest.Pytester, arrange: tuple[str, str]
) -> None:
    marker, block = arrange
    write(
        pytester,
        f"""
{marker}
def test_it(ramsts):
    ramsts.account.create_user("bob")
    {block}with ramsts.acting_as(ramsts.account.create_user("alice")): look_up("bob")
""",
    )

    result = pytester.runpytest()

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*soft mode: this would have been denied*", "*would be denied*"])


def test_what_was_allowed_between_is_not_missed_in_the_list(pytester: pytest.Pytester) -> None:
    write(
        pytester,
        """
def test_it(ramsts):
    alice = ramsts.account.create_user("alice")
    for _ in range(2):
        with ramsts.acting_as(alice):
            look_up("alice")
        with ramsts.acting_as(ramsts.account):
            look_up("alice")
""",
    )

    result = pytester.runpytest("--ramsts-mode=soft")

    assert result.stdout.str().count("would be denied  at") == 2
    result.stdout.no_fnmatch_line("*left out*")


def test_off_mode_asks_nobody_and_lists_nothing(pytester: pytest.Pytester) -> None:
    write(pytester, SOFT)

    result = pytester.runpytest("--ramsts-mode=off")

    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*would*denied*")


def test_strict_mode_refuses(pytester: pytest.Pytester) -> None:
    write(pytester, SOFT)

    pytester.runpytest().assert_outcomes(failed=1)


# Refusals that may have gone unnoticed

SWALLOWED = """
def test_it(ramsts):
    with ramsts.acting_as(ramsts.account.create_user("alice")):
        register("lamp")
    {}
"""
HEADLINE = "*- pytest-ramsts: refused in passing tests, with an answer that no SDK raises for -*"


@pytest.mark.parametrize("options", [[], ["-n1"]], ids=["alone", "xdist"])
def test_a_swallowed_refusal_is_listed_and_fails_nothing(
    pytester: pytest.Pytester, options: list[str]
) -> None:
    write(pytester, SWALLOWED.format("assert len(ramsts.swallowed) == 1"))

    result = pytester.runpytest(*options)

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            HEADLINE,
            "*::test_it",
            "  *  user alice  iot:RegisterDevice  denied  at application.py:*",
            "expect such a refusal with ramsts.denies(...)*",
        ]
    )


@pytest.mark.parametrize(
    "asked",
    ["assert ramsts.calls.denied", 'ramsts.calls.assert_called("iot:RegisterDevice")'],
)
def test_what_the_test_asked_about_is_not(pytester: pytest.Pytester, asked: str) -> None:
    write(pytester, SWALLOWED.format(f"{asked}\n    assert ramsts.swallowed == []"))

    result = pytester.runpytest()

    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*pytest-ramsts*no SDK*")
