"""The doctests of a module run, with the fixtures of the plugin at hand."""

from __future__ import annotations

from pathlib import Path

import pytest


def test_doctests_reach_the_fixtures(pytester: pytest.Pytester) -> None:
    text = Path(__file__).with_name("confinement.py").read_text()
    pytester.path.joinpath("confinement.py").write_text(text)

    pytester.runpytest("--doctest-modules").assert_outcomes(passed=1)
