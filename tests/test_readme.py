"""The README tells the truth: its application and its four tests run as they stand there."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"


def python_files() -> dict[str, str]:
    """The Python blocks that begin with the name of the file they stand for."""
    blocks = re.findall(r"```python\n# (\w+\.py)\n(.*?)```", README.read_text(), flags=re.DOTALL)
    return dict(blocks)


def test_each_of_the_four_jobs_has_a_test_that_passes(pytester: pytest.Pytester) -> None:
    files = python_files()
    for name, text in files.items():
        pytester.path.joinpath(name).write_text(text)

    result = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider")

    assert len(files) == 5
    result.assert_outcomes(passed=4)


def test_its_world_answers_as_it_says(pytester: pytest.Pytester) -> None:
    (world,) = re.findall(r"```yaml\n(# world\.yaml\n.*?)```", README.read_text(), flags=re.DOTALL)
    (test,) = re.findall(r"```python\n(import pytest\n.*?)```", README.read_text(), flags=re.DOTALL)
    (command, said) = re.findall(
        r"\$ (pytest-ramsts explain .*?)\n(.*?)\n…", README.read_text(), flags=re.DOTALL
    )[0]
    pytester.path.joinpath("world.yaml").write_text(world)
    pytester.makepyfile(test)

    pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider").assert_outcomes(passed=1)
    explained = pytester.run(sys.executable, "-m", "pytest_ramsts", *command.split()[1:])

    assert explained.ret == 1
    assert explained.outlines[: said.count("\n") + 1] == said.splitlines()
