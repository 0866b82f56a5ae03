"""Runs the Python of the documentation, and lends pytest's own test bench to the tests."""

from __future__ import annotations

from contextlib import suppress

from sybil import Example, Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown import CodeBlockParser

pytest_plugins = ["pytester"]

_run = PythonEvaluator()


def run_in_order(example: Example) -> None:
    """A snippet may use what those above it define, whichever of them a worker is given first."""
    done = example.namespace.setdefault("snippets_done", set())
    for one in example.document.examples():
        if one.start < example.start and one.start not in done:
            with suppress(Exception):  # it fails as a test of its own
                _run(one)
                done.add(one.start)
    if example.start not in done:
        _run(example)
        done.add(example.start)


pytest_collect_file = Sybil(
    parsers=[CodeBlockParser("python", run_in_order)],
    patterns=["docs/**/*.md", "docs/*.md"],
).pytest()
