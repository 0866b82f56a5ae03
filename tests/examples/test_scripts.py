"""The script and the notebook run as they stand."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


def test_the_script_prints_who_it_is_and_why_not(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(HERE / "who_am_i.py"), run_name="__main__")

    arn, question, *_ = capsys.readouterr().out.splitlines()
    assert arn.endswith(":assumed-role/reader/test")
    assert question.startswith("role reader")
    assert " may not ots:PutRow on " in question


def test_the_notebook_runs_cell_by_cell(capsys: pytest.CaptureFixture[str]) -> None:
    namespace: dict[str, Any] = {}
    for cell in (HERE / "notebook.py").read_text().split("# %%")[1:]:
        exec(cell.partition("\n")[2], namespace)

    assert capsys.readouterr().out.startswith("user alice may not oss:GetObject on *")
    assert namespace["cloud"].calls.last.action == "ram:CreateUser"
