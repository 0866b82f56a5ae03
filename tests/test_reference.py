"""The reference pages say what the code says: whoever changes it runs `tools/reference.py`."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pytest_ramsts import plugin
from pytest_ramsts.load import schema

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "tools" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_page_is_what_the_code_gives_today(reference: ModuleType) -> None:
    stale = [
        str(path.relative_to(ROOT))
        for path, text in reference.pages().items()
        if path.read_text(encoding="utf-8") != text
    ]

    assert stale == [], "run `python tools/reference.py`"


def test_every_fixture_has_a_sentence(pytester: pytest.Pytester) -> None:
    text = pytester.runpytest("--fixtures").stdout.str()

    for name in plugin.__all__:
        about = text.partition(f"\n{name} -- ")[2] or text.partition(f"\n{name} ")[2]
        assert "no docstring available" not in about.splitlines()[1]


def test_the_marker_has_a_sentence_for_each_of_its_arguments(
    pytester: pytest.Pytester, reference: ModuleType
) -> None:
    text = pytester.runpytest("--markers").stdout.str()

    assert "@pytest.mark.ramsts(mode='strict', load=(), " in text
    assert all(means for _, _, means in reference.marker_rows())


def test_every_option_and_ini_value_is_in_the_help(
    pytester: pytest.Pytester, reference: ModuleType
) -> None:
    text = pytester.runpytest("--help").stdout.str()

    names = [row[0].strip("`").partition("=")[0] for row in reference.option_rows()]
    names += [row[0].strip("`") for row in reference.ini_rows()]
    assert len(names) >= 6
    assert [name for name in names if name not in text] == []


def test_the_schema_takes_what_the_loader_takes() -> None:
    """As far as a schema can be looked at without a validator: every field is there."""
    published: dict[str, Any] = schema()

    assert published == json.loads((ROOT / "docs/reference/world.schema.json").read_text())
    assert set(published["properties"]) >= {"id", "users", "groups", "roles", "policies"}
    names = {one.partition("/")[2].rpartition("/")[2] for one in _references(published)}
    assert names <= set(published["$defs"])


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if "$ref" in value else []
        return own + [one for inner in value.values() for one in _references(inner)]
    if isinstance(value, list):
        return [one for inner in value for one in _references(inner)]
    return []
