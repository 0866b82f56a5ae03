"""`--ramsts-mode`: what a refusal by RAM does."""

from __future__ import annotations

import pytest

_TEST = """
def test_mode(ramsts):
    print("the mode is", ramsts.mode)
"""


@pytest.mark.parametrize("mode", ["strict", "soft", "off"])
def test_the_option_sets_the_mode_of_every_cloud(pytester: pytest.Pytester, mode: str) -> None:
    pytester.makepyfile(_TEST)

    result = pytester.runpytest(f"--ramsts-mode={mode}", "-s")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"*the mode is {mode}*"])


def test_the_option_goes_before_the_ini_value(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nramsts_mode = off")
    pytester.makepyfile(_TEST)

    pytester.runpytest("--ramsts-mode=soft", "-s").stdout.fnmatch_lines(["*the mode is soft*"])


def test_another_word_is_a_usage_error_that_names_the_right_ones(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest("--ramsts-mode=lax")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--ramsts-mode*'lax'*strict*soft*off*"])


def test_help_tells_of_the_option_and_the_ini_values(pytester: pytest.Pytester) -> None:
    text = pytester.runpytest("--help").stdout.str()

    for word in ("--ramsts-mode", "ramsts_mode", "ramsts_passed_hosts", "ramsts_guard"):
        assert word in text
