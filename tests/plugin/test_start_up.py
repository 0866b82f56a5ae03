"""Installed but unused it costs nothing: fresh processes show what pytest's start loads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

_TEST = """
import json, sys

def test_nothing():
    with open("modules.json", "w") as file:
        json.dump(sorted(sys.modules), file)
"""


def loaded(folder: Path, *options: str) -> set[str]:
    """The modules of a fresh pytest, at the time of a test that uses nothing."""
    folder.mkdir()
    (folder / "test_it.py").write_text(_TEST)
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return set(json.loads((folder / "modules.json").read_text()))


@pytest.fixture(scope="module")
def modules_added(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("start")
    return loaded(folder / "with") - loaded(folder / "without", "-p", "no:ramsts")


def test_pytest_loads_at_most_three_modules_more_and_all_are_ours(modules_added: set[str]) -> None:
    assert len(modules_added) <= 3
    assert all(name.partition(".")[0] == "pytest_ramsts" for name in modules_added)


def test_the_plugin_is_found_by_its_entry_point(modules_added: set[str]) -> None:
    assert "pytest_ramsts.plugin" in modules_added


def test_a_test_that_uses_no_cloud_meets_no_hook_and_no_guard(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_nothing():
            assert "pytest_ramsts.intercept" not in sys.modules
            assert not [f for f in sys.meta_path if type(f).__module__.startswith("pytest_ramsts")]
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
