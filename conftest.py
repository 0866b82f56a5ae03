"""Runs the Python of the documentation, and lends pytest's own test bench to the tests."""

from __future__ import annotations

from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

pytest_plugins = ["pytester"]

pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser()],
    patterns=["docs/**/*.md", "docs/*.md"],
).pytest()
