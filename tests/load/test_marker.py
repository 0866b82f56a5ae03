"""`@pytest.mark.ramsts(load=...)`: the world of a test, from a file beside it."""

from __future__ import annotations

import pytest


def test_a_path_starts_at_the_folder_of_the_test(pytester: pytest.Pytester) -> None:
    pytester.mkdir("inner").joinpath("world.yaml").write_text("users: {alice: }")
    pytester.makefile(".json", more='{"users": {"bob": {}}}')
    pytester.path.joinpath("inner", "test_it.py").write_text(
        """
import pytest

@pytest.mark.ramsts(load="world.yaml")
def test_one(ramsts):
    assert list(ramsts.account.users) == ["alice"]

@pytest.mark.ramsts(load=["world.yaml", "more.json"])
def test_several_and_from_the_root(ramsts):
    assert list(ramsts.account.users) == ["alice", "bob"]
"""
    )

    pytester.runpytest().assert_outcomes(passed=2)


def test_a_path_that_leads_nowhere_says_where_it_was_looked_for(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.ramsts(load="nowhere.yaml")
        def test_it(ramsts):
            pass
        """
    )

    result = pytester.runpytest()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*UsageError: *(load=...): there is no `nowhere.yaml` in `*`*"])


def test_a_mistake_in_the_file_fails_the_test_with_its_line(pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("world.yaml").write_text("users:\n  alice: {polices: }")
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.ramsts(load="world.yaml")
        def test_it(ramsts):
            pass
        """
    )

    result = pytester.runpytest()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*LoadError: world.yaml, line 2: users.alice.polices is not *"])
