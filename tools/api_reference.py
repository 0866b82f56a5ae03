# ruff: noqa: E402, INP001, T201 - a script of this house: it reads all and prints
"""Write docs/reference/api.md from the table that the tests drive: `python tools/api_reference.py`.

With `--check` nothing is written, and the exit status says whether the page is out of date.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from pytest_ramsts.services import SERVICES
from tests.sdk.table import ROWS, RULES

PAGE: Final = ROOT / "docs" / "reference" / "api.md"
OPERATIONS: Final[Mapping[str, Mapping[str, Any]]] = json.loads(
    (ROOT / "tests" / "sdk" / "api.json").read_text("utf-8")
)["operations"]

HEAD: Final = """\
# RAM, STS and IMS, operation by operation

<!-- Written by tools/api_reference.py from the table that tests/sdk/test_operations.py drives. -->

Every operation here is called in the tests through the official SDK, with its own request class:
once with success, whose answer fills the SDK's response object, once refused for want of
permission, and once for each of its errors.

- A parameter in bold has to be given.
- `<…>` in a resource is that parameter of the call; `<account>` is the caller's account.
- *An error in italics* is not documented for that operation; it follows from its sisters.
- An error followed by ° is one that nothing in a fake cloud leads to by itself: say that an
  operation answers so with `cloud.reply(action, ApiError(...))`.
- The refusals of the gateway can come from every operation: see [the error codes](error-codes.md).
"""
PIPE: Final = r"\|"
NAMES: Final = {"ram": "RAM", "sts": "STS", "ims": "IMS"}


def text() -> str:
    """The whole page."""
    return HEAD + "".join(_section(code) for code in NAMES)


def _section(code: str) -> str:
    service = next(service for service in SERVICES if service.name == code)
    names = [name for name in OPERATIONS if name.startswith(f"{code}.")]
    rows = "\n".join(_row(name) for name in names)
    return (
        f"\n## {NAMES[code]} {service.version}\n\n"
        f"{len(names)} operations, at `{service.hosts[0]}`.\n\n"
        "| operation | parameters | allowed by | errors |\n|---|---|---|---|\n"
        f"{rows}\n"
    )


def _row(name: str) -> str:
    operation = OPERATIONS[name]
    cells = (
        f"`{name.partition('.')[2]}`",
        ", ".join(_parameters(operation)) or "none",
        _permission(operation),
        ", ".join(_errors(name, operation)) or "none of its own",
    )
    return f"| {' | '.join(cells)} |"


def _parameters(operation: Mapping[str, Any]) -> Iterator[str]:
    for name, about in operation["parameters"].items():
        yield f"**{name}**" if about.get("required") else name


def _permission(operation: Mapping[str, Any]) -> str:
    if operation["anonymous"]:
        return "the role's trust policy; nobody signs"
    if not operation["action"]:
        return "nothing"
    resources = " and ".join(
        f"`{resource.replace('|', PIPE)}`" for resource in operation["resources"]
    )
    return f"`{operation['action']}` on {resources}"


def _errors(name: str, operation: Mapping[str, Any]) -> Iterator[str]:
    for kind, mark in (("errors", ""), ("errors_by_analogy", "*")):
        for _, code, _ in operation[kind]:
            rule = ROWS[name].errors.get(code) or RULES[code]
            yield f"{mark}{code}{mark}{'°' if rule.programmed else ''}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; tell whether it is so")
    checked = parser.parse_args().check
    current = PAGE.read_text("utf-8") if PAGE.exists() else ""
    if current == text():
        return 0
    if checked:
        print(f"{PAGE} is out of date: run python tools/api_reference.py")
        return 1
    PAGE.write_text(text(), "utf-8")
    print(f"wrote {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
