"""What is to be done when a module is imported is done then: now, later, and again."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_ramsts.intercept.imports import when_imported

NAME = "ramsts_trial.inner"


@pytest.fixture(autouse=True)
def trial_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    package = tmp_path / "ramsts_trial"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "inner.py").write_text("value = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in ("ramsts_trial", NAME):
        sys.modules.pop(name, None)


def test_a_module_that_is_there_is_met_at_once() -> None:
    importlib.import_module(NAME)
    done: list[str] = []
    with when_imported({NAME: lambda: done.append("now")}):
        assert done == ["now"]


def test_a_module_that_comes_later_is_met_when_it_is_complete() -> None:
    values: list[int] = []
    with when_imported({NAME: lambda: values.append(vars(sys.modules[NAME])["value"])}):
        assert values == []
        module = importlib.import_module(NAME)

    assert values == [1]
    assert type(module.__loader__).__module__ != "pytest_ramsts.intercept.imports"
    assert module.__spec__ is not None
    assert module.__spec__.loader is module.__loader__


def test_a_module_that_is_imported_anew_is_met_again() -> None:
    done: list[str] = []
    with when_imported({NAME: lambda: done.append("met")}):
        importlib.import_module(NAME)
        del sys.modules[NAME]
        importlib.import_module(NAME)

    assert done == ["met", "met"]


def test_a_module_can_be_reloaded() -> None:
    with when_imported({NAME: lambda: None}):
        module = importlib.import_module(NAME)
        vars(module)["value"] = 2
        importlib.reload(module)

    assert vars(module)["value"] == 1


def test_after_the_block_nobody_watches() -> None:
    before = list(sys.meta_path)
    done: list[str] = []
    with when_imported({NAME: lambda: done.append("late")}):
        assert len(sys.meta_path) == len(before) + 1
    importlib.import_module(NAME)

    assert sys.meta_path == before
    assert done == []


def test_blocks_within_each_other_all_meet_it() -> None:
    done: list[str] = []
    with (
        when_imported({NAME: lambda: done.append("outer")}),
        when_imported({NAME: lambda: done.append("inner")}),
    ):
        importlib.import_module(NAME)

    assert sorted(done) == ["inner", "outer"]


def test_a_module_that_does_not_exist_is_still_missing() -> None:
    with (
        when_imported({"ramsts_trial.missing": lambda: None}),
        pytest.raises(ModuleNotFoundError, match="missing"),
    ):
        importlib.import_module("ramsts_trial.missing")
