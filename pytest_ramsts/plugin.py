"""pytest's side: options, ini values, the marker, and the cloud a test asks for. Loads nothing
heavy at start.
"""

from __future__ import annotations

import zlib
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

import pytest

from pytest_ramsts.fixtures import (
    ram_account,
    ram_role,
    ram_user,
    ramsts,
    ramsts_clock,
    sts_credentials,
)

if TYPE_CHECKING:
    from pytest_ramsts.cloud import FakeCloud

__all__ = ["ram_account", "ram_role", "ram_user", "ramsts", "ramsts_clock", "sts_credentials"]

_MARKER: Final = (
    "ramsts(mode='strict', seed=None, passed=(), limits=None, settings=None): how the fake Alibaba"
    " Cloud of this test behaves: mode is strict, soft or off; seed repeats names and ids; passed"
    " names hosts that are let through; limits and settings are pytest_ramsts.Limits and .Settings."
)
_KNOWN: Final = frozenset({"limits", "mode", "passed", "seed", "settings"})

_GUARD: Final = pytest.StashKey[ExitStack]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("ramsts", "pytest-ramsts: a fake Alibaba Cloud for your tests")
    group.addoption(
        "--ramsts-mode",
        choices=("strict", "soft", "off"),
        help="what a refusal by RAM does in the fake Alibaba Cloud: refuse (strict), be recorded"
        " only (soft), or not be asked for (off); goes before the ini value, not before a marker",
    )
    parser.addini(
        "ramsts_mode", "strict (default), soft or off: see --ramsts-mode", default="strict"
    )
    parser.addini(
        "ramsts_passed_hosts",
        "hosts of Alibaba Cloud that tests with the fake cloud may really reach, one a line",
        type="linelist",
        default=[],
    )
    parser.addini(
        "ramsts_guard",
        "how long requests to the real Alibaba Cloud are refused once a test has used the fake one:"
        " to the end of the session (default), so that a thread left behind meets the refusal,"
        " or only during such a test (test)",
        default="session",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARKER)
    if config.getini("ramsts_guard") not in ("session", "test"):
        raise pytest.UsageError(
            f"ramsts_guard is session or test, not `{config.getini('ramsts_guard')}`"
        )
    if config.getini("ramsts_mode") not in ("strict", "soft", "off"):
        raise pytest.UsageError(
            f"ramsts_mode is strict, soft or off, not `{config.getini('ramsts_mode')}`"
        )


def pytest_unconfigure(config: pytest.Config) -> None:
    if _GUARD in config.stash:
        config.stash[_GUARD].close()


def cloud_for(request: pytest.FixtureRequest) -> FakeCloud:
    """The cloud of a test, as its marker, the options and the ini file say it."""
    from pytest_ramsts.cloud import FakeCloud  # noqa: PLC0415 - nothing heavy loads until a test asks

    config = request.config
    marked = _marked(request.node)
    passed = [*config.getini("ramsts_passed_hosts"), *marked.pop("passed", ())]
    marked.setdefault("mode", config.getoption("--ramsts-mode") or config.getini("ramsts_mode"))
    # The same test has the same names and ids in every run, order and worker.
    marked.setdefault("seed", zlib.crc32(request.node.nodeid.encode()))
    _keep_guard(config, passed)
    return FakeCloud(passed=passed, **marked)


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
    return marked


def _keep_guard(config: pytest.Config, passed: list[str]) -> None:
    """Let the guard stay up after the first test that needed it: a thread can outlive its test."""
    if _GUARD in config.stash or config.getini("ramsts_guard") == "test":
        return
    from pytest_ramsts.intercept import Hosts  # noqa: PLC0415
    from pytest_ramsts.intercept.guard import guarded  # noqa: PLC0415

    stack = config.stash[_GUARD] = ExitStack()
    stack.enter_context(guarded(Hosts(passed)))
