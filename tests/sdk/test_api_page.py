"""The page of operations says what the table of the tests says."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_is_the_table_s() -> None:
    spec = importlib.util.spec_from_file_location(
        "api_reference", ROOT / "tools" / "api_reference.py"
    )
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)

    written = (ROOT / "docs" / "reference" / "api.md").read_text("utf-8")

    assert written == tool.text(), "run `python tools/api_reference.py`"
