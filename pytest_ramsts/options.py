"""The cloud of a test, as its marker, the command line and the ini file want it."""

from __future__ import annotations

import zlib
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pytest

from pytest_ramsts.cloud import FakeCloud
from pytest_ramsts.intercept import Hosts
from pytest_ramsts.intercept.guard import guarded

_KNOWN: Final = frozenset({"clock_engine", "limits", "load", "mode", "passed", "seed", "settings"})

_GUARD: Final = pytest.StashKey[bool]()


def cloud_for(request: pytest.FixtureRequest) -> FakeCloud:
    """A new cloud for one test; it is the caller's to enter."""
    config = request.config
    marked = _marked(request.node)
    passed = config.getini("ramsts_passed_hosts")
    _keep_guard(config, passed)
    marked.setdefault("mode", config.getoption("--ramsts-mode") or config.getini("ramsts_mode"))
    marked.setdefault("clock_engine", config.getini("ramsts_clock_engine"))
    # The same test has the same names and ids in every run, order and worker.
    marked.setdefault("seed", zlib.crc32(request.node.nodeid.encode()))
    load = marked.pop("load", ())
    cloud = FakeCloud(passed=[*passed, *marked.pop("passed", ())], **marked)
    for path in (load,) if isinstance(load, str | Path) else load:
        cloud.load(_found(Path(path), request))
    return cloud


def _found(path: Path, request: pytest.FixtureRequest) -> Path:
    """A path of the marker: from the test's own folder, or from the root of the tests."""
    folders = (request.path.parent, request.config.rootpath)
    for folder in folders:
        if (folder / path).exists():
            return folder / path
    raise pytest.UsageError(
        f"@pytest.mark.ramsts(load=...): there is no `{path}` in"
        f" {' or in '.join(dict.fromkeys(f'`{folder}`' for folder in folders))}"
    )


def _marked(node: Any) -> dict[str, Any]:
    """The arguments of the marker: the test's own before its class's and module's."""
    marked: dict[str, Any] = {}
    for marker in node.iter_markers("ramsts"):
        unknown = marker.kwargs.keys() - _KNOWN
        if marker.args or unknown:
            given = ", ".join(sorted(unknown)) or "arguments without a name"
            raise pytest.UsageError(
                f"@pytest.mark.ramsts takes {', '.join(sorted(_KNOWN))} by name, not {given}"
            )
        marked = {**marker.kwargs, **marked}
    if isinstance(passed := marked.get("passed"), str):
        raise pytest.UsageError(
            f'@pytest.mark.ramsts takes a list of hosts to let pass: passed=["{passed}"]'
        )
    return marked


def _keep_guard(config: pytest.Config, passed: list[str]) -> None:
    """Let the guard stay up after the first test that needed it: a thread can outlive its test."""
    if _GUARD in config.stash or config.getini("ramsts_guard") == "test":
        return
    config.stash[_GUARD] = True
    stack = ExitStack()
    stack.enter_context(guarded(Hosts(passed)))
    config.add_cleanup(stack.close)
