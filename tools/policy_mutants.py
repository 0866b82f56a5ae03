# ruff: noqa: INP001, T201 - a script: it prints
"""Change the policy package in one small place after the other, and see whether a test notices.

    python tools/policy_mutants.py                       every module
    python tools/policy_mutants.py wildcard filing       some of them
    python tools/policy_mutants.py --jobs 2 --every 4    one mutant in four

A mutant is one change of the syntax tree: a comparison turned, a condition negated, a constant
changed, a statement left out. Each is served to a test run of its own by an import hook, so no file
is touched. The tests nearest to the module run first, the judge and the laws last.

`tools/policy_survivors.txt` lists mutants that no test can or should kill, with reasons. They
count as survivors all the same.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib.abc
import importlib.util
import multiprocessing
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import hypothesis  # noqa: F401 - loaded once, before the forks
import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "pytest_ramsts" / "policy"
TESTS = ROOT / "tests" / "policy"
KNOWN = Path(__file__).with_name("policy_survivors.txt")

SECONDS = 60
"""So much processor time a mutant may cost before it counts as noticed."""

SLOW = ("test_reference.py", "test_laws.py")
NEAR = {
    "access": ("evaluation",),
    "arns": ("evaluation", "settings"),
    "conditions": ("conditions",),
    "values": ("conditions",),
    "decision": ("evaluation",),
    "builders": ("document", "evaluation"),
    "document": ("document", "grammar"),
    "evaluation": ("evaluation", "settings"),
    "evidence": ("explanation", "mistakes"),
    "explanation": ("explanation",),
    "cabinet": ("filing", "evaluation"),
    "filing": ("filing", "evaluation", "cases"),
    "grammar": ("grammar",),
    "known_actions": ("lint",),
    "likeness": ("explanation", "mistakes"),
    "lint": ("lint",),
    "principal": ("principal", "evaluation"),
    "question": ("evaluation", "settings"),
    "readings": ("settings",),
    "settings": ("settings",),
    "source": ("grammar", "lint"),
    "statement": ("evaluation", "document"),
    "suggestion": ("explanation",),
    "system_policies": ("system_policies",),
    "wildcard": ("wildcard",),
}
"""The tests that look at a module first."""

OPTIONS = (
    *("-c", os.devnull, "--rootdir", str(ROOT), "--import-mode=importlib"),
    *("-x", "-q", "-p", "no:cacheprovider"),
    *("--no-header", "--tb=no", "--no-summary"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # Hypothesis is loaded before the fork.
)

SWAPS: dict[type[ast.AST], type[Any]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}


@dataclass(frozen=True)
class Mutant:
    module: str
    line: int
    change: str
    source: str
    code: str

    @property
    def key(self) -> str:
        """What it is called in the list of survivors: lines move, their text hardly does."""
        return f"{self.module} | {self.change} | {self.code}"


def mutants(path: Path) -> Iterator[Mutant]:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    lines = text.splitlines()
    places = [node for node in _mutable(tree) if hasattr(node, "lineno")]
    for number, node in enumerate(places):
        for change, _ in _changes(node):
            changed = copy.deepcopy(tree)
            target = [one for one in _mutable(changed) if hasattr(one, "lineno")][number]
            apply = dict(_changes(target))[change]
            apply()
            line = getattr(node, "lineno", 0)
            source = ast.unparse(ast.fix_missing_locations(changed))
            yield Mutant(path.stem, line, change, source, lines[line - 1].strip())


def _mutable(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes but docstrings, annotations, decorators, imports and lists of names."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for node in value if isinstance(value, list) else [value]:
            if isinstance(node, ast.AST) and not _is_skipped(node):
                yield node
                yield from _mutable(node)


def _is_skipped(node: ast.AST) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return True
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ("field", "TypeVar"):
        return True
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0]) in (
            "__all__",
            "__slots__",
        ) or "Literal[" in ast.unparse(node.value)
    return False


def _changes(node: ast.AST) -> Iterator[tuple[str, Any]]:  # noqa: C901 - one kind after the other
    """What can be changed about one node: a name, and a function that does it in place."""
    if isinstance(node, ast.Compare):
        for position, operator in enumerate(node.ops):
            if type(operator) in SWAPS:
                swap = SWAPS[type(operator)]
                yield (
                    f"{type(operator).__name__} to {swap.__name__} [{position}]",
                    lambda position=position, swap=swap: node.ops.__setitem__(position, swap()),
                )
    if isinstance(node, ast.BoolOp | ast.BinOp | ast.AugAssign) and type(node.op) in SWAPS:
        swap = SWAPS[type(node.op)]
        yield f"{type(node.op).__name__} to {swap.__name__}", lambda: setattr(node, "op", swap())
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not left out", lambda: setattr(node, "op", ast.UAdd())
    if isinstance(node, ast.Constant):
        yield from _constant_changes(node)
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        yield "condition negated", lambda: setattr(node, "test", ast.UnaryOp(ast.Not(), node.test))
    if isinstance(node, ast.comprehension) and node.ifs:
        yield "filter left out", node.ifs.clear
    if isinstance(node, ast.Return) and ast.unparse(node) not in ("return", "return None"):
        yield "returns None", lambda: setattr(node, "value", ast.Constant(None))
    if isinstance(node, ast.Expr | ast.Raise | ast.Continue | ast.Break | ast.AugAssign):
        yield "left out", lambda: _become_pass(node)


def _constant_changes(node: ast.Constant) -> Iterator[tuple[str, Any]]:
    value: Any = node.value
    if isinstance(value, bool):
        yield f"{value} to {not value}", lambda: setattr(node, "value", not value)
    elif isinstance(value, int):
        yield f"{value} to {value + 1}", lambda: setattr(node, "value", value + 1)
    elif isinstance(value, str):
        yield f"{value!r} changed", lambda: setattr(node, "value", f"{value[:-1]}§")


def _become_pass(node: ast.AST) -> None:
    node.__class__ = ast.Pass
    vars(node)["_fields"] = ()


# --- one mutant against the tests ----------------------------------------------------------------


class _Loader(importlib.abc.SourceLoader):
    """Serves a changed text as the source of one module."""

    def __init__(self, path: Path, source: str) -> None:
        self._path = path
        self._source = source

    def get_filename(self, fullname: str) -> str:
        return str(self._path) if fullname else ""

    def get_data(self, path: bytes | str) -> bytes:
        return self._source.encode() if path else b""


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, module: str, source: str) -> None:
        self._name = f"pytest_ramsts.policy.{module}"
        self._loader = _Loader(PACKAGE / f"{module}.py", source)

    def find_spec(self, fullname: str, path: object, target: object = None) -> Any:
        del path, target
        if fullname != self._name:
            return None
        where = self._loader.get_filename(fullname)
        return importlib.util.spec_from_file_location(fullname, where, loader=self._loader)


def survives(mutant: Mutant) -> bool:
    """In a process of its own: import the mutant and let the tests look, the nearest first."""
    sys.meta_path.insert(0, _Finder(mutant.module, mutant.source))
    sys.dont_write_bytecode = True
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    signal.signal(signal.SIGPROF, _give_up)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    quick = [path for path in sorted(TESTS.glob("test_*.py")) if path.name not in SLOW]
    near = [TESTS / f"test_{name}.py" for name in NEAR[mutant.module]]
    rest = [path for path in quick if path not in near] + [TESTS / name for name in SLOW]
    try:
        return all(pytest.main([*OPTIONS, *map(str, tests)]) == 0 for tests in (near, rest))
    except BaseException:  # noqa: BLE001 - whatever a mutant brings about, it has been noticed
        return False


def _give_up(*_: object) -> NoReturn:
    raise TimeoutError


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--survivors", type=Path, help="a file to write their keys to")
    parser.add_argument("--again", type=Path, help="take only those whose keys are in this file")
    parser.add_argument("--every", type=int, default=1, help="take one mutant of so many")
    parser.add_argument("--start", type=int, default=0, help="and begin with this one")
    arguments = parser.parse_args()

    paths = [
        path
        for path in sorted(PACKAGE.glob("*.py"))
        if path.stem != "__init__" and (not arguments.modules or path.stem in arguments.modules)
    ]
    everyone = [mutant for path in paths for mutant in mutants(path)]
    everyone = everyone[arguments.start :: arguments.every]
    if arguments.again:
        keys = set(arguments.again.read_text(encoding="utf-8").splitlines())
        everyone = [mutant for mutant in everyone if mutant.key in keys]
    fork = multiprocessing.get_context("fork")
    with fork.Pool(arguments.jobs, maxtasksperchild=1) as pool:
        unchanged = [
            Mutant(path.stem, 0, "nothing", path.read_text(encoding="utf-8"), "")
            for path in paths[:1]
        ]
        if not all(pool.imap(survives, unchanged)):
            sys.exit("the tests fail without any change; mend them first")
        survivors = []
        reasons = _reasons()
        answers = pool.imap(survives, everyone)
        for number, (mutant, alive) in enumerate(zip(everyone, answers, strict=True), start=1):
            if number % 100 == 0:
                print(f"{number} of {len(everyone)}", file=sys.stderr, flush=True)
            if alive:
                survivors.append(mutant)
                reason = reasons.get(mutant.key, "NOT EXPLAINED")
                where = f"{mutant.module}.py:{mutant.line}"
                print(f"{where}: {mutant.change}: {mutant.code}  ({reason})", flush=True)
    if arguments.survivors:
        keys_of_survivors = "".join(f"{one.key}\n" for one in survivors)
        arguments.survivors.write_text(keys_of_survivors, encoding="utf-8")
    total = Counter(mutant.module for mutant in everyone)
    living = Counter(mutant.module for mutant in survivors)
    for module, count in total.items():
        print(f"{module:<16} {count - living[module]:>5} of {count:>5} killed")
    killed = len(everyone) - len(survivors)
    print(f"{killed} of {len(everyone)} mutants killed: {100 * killed / len(everyone):.1f} %")


def _reasons() -> dict[str, str]:
    """From lines `module | change | code => reason`."""
    if not KNOWN.exists():
        return {}
    rows = [line.partition(" => ") for line in KNOWN.read_text(encoding="utf-8").splitlines()]
    return {key: reason for key, arrow, reason in rows if arrow}


if __name__ == "__main__":
    main()
