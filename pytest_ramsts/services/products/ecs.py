"""Elastic Compute Service 2014-05-26: every operation guarded on what it names, and answered by
what a test programmed.

`ecs.txt` has a line for each: what a call must have, what it is done on, and whether the answer is
empty. The first and the last are those of the official SDK, the resources those of the page
"Authorization rules"; where that has none, an operation is done on everything. One slip of the page
is mended: the disk of AttachDisk is a `disk/`, as for DetachDisk.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Final

from pytest_ramsts.service import Service
from pytest_ramsts.services.products.resources import resources

__all__ = ["ecs"]


def _lines() -> Iterator[list[str]]:
    text = files(__package__).joinpath("ecs.txt").read_text()
    for line in text.splitlines():
        yield [part.strip() for part in line.split("|")]


ecs: Final = Service(
    "ecs",
    hosts=[
        "ecs.aliyuncs.com",
        "ecs.{region}.aliyuncs.com",
        "ecs-{region}.aliyuncs.com",
        "ecs-vpc.{region}.aliyuncs.com",
    ],
    version="2014-05-26",
)

for _name, _requires, _on, _answer in _lines():
    ecs.declare(
        _name,
        on=resources(_on),
        requires=_requires.split(),
        answer=(lambda _: {}) if _answer == "empty" else None,
    )
