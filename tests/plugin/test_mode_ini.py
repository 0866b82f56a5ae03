"""`ramsts_mode`: what a refusal by RAM does, for a project."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("mode", ["strict", "soft", "off"])
def test_the_ini_value_sets_the_mode(pytester: pytest.Pytester, mode: str) -> None:
    pytester.makeini(f"[pytest]\nramsts_mode = {mode}")
    pytester.makepyfile(
        f"""
        def test_mode(ramsts):
            assert ramsts.mode == "{mode}"
        """
    )
    pytester.runpytest().assert_outcomes(passed=1)


def test_without_it_the_mode_is_strict(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_mode(ramsts): assert ramsts.mode == 'strict'")

    pytester.runpytest().assert_outcomes(passed=1)


def test_another_word_is_a_usage_error(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nramsts_mode = lax")
    result = pytester.runpytest()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*ramsts_mode is strict, soft or off, not `lax`"])
