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

from pytest_ramsts.errors import ApiError
from pytest_ramsts.policy import Decision
from pytest_ramsts.service import Invocation, Rpc, Service, forbidden_by_ram
from pytest_ramsts.services.products.resources import resources
from pytest_ramsts.wire import Request, Response, rpc, signatures

__all__ = ["ecs"]


def _lines() -> Iterator[list[str]]:
    text = files(__package__).joinpath("ecs.txt").read_text()
    for line in text.splitlines():
        yield [part.strip() for part in line.split("|")]


_LISTS: Final = {
    "DescribeDisks": ("Disks", "Disk"),
    "DescribeImages": ("Images", "Image"),
    "DescribeInstanceStatus": ("InstanceStatuses", "InstanceStatus"),
    "DescribeInstances": ("Instances", "Instance"),
    "DescribeKeyPairs": ("KeyPairs", "KeyPair"),
    "DescribeSecurityGroups": ("SecurityGroups", "SecurityGroup"),
    "DescribeSnapshots": ("Snapshots", "Snapshot"),
}
"""Where the operations that list have their lists."""


class EmptyListError(ApiError):
    """A refusal as it was until 20 December 2025: HTTP 200, and nothing in the list."""

    status = 200

    def __init__(self, operation: str) -> None:
        super().__init__("Forbidden.RAM", "The list is empty for who may not see it.")
        self.lists = _LISTS[operation]


def _denied(decision: Decision, invocation: Invocation) -> ApiError:
    operation = invocation.operation.name
    if invocation.world.settings.ecs_denied_listing == "empty" and operation in _LISTS:
        return EmptyListError(operation)
    return forbidden_by_ram(decision, invocation)


class MayBeEmpty(Rpc):
    """The gateway's style, in which a refusal may be an empty list."""

    def failure(self, error: ApiError, request_id: str, request: Request, product: str) -> Response:
        if not isinstance(error, EmptyListError):
            return super().failure(error, request_id, request, product)
        plural, singular = error.lists
        body = {"TotalCount": 0, "PageNumber": 1, "PageSize": 10, plural: {singular: []}}
        return rpc.success(body, request_id, rpc.wanted_format(request), "Describe")


ecs: Final = Service(
    "ecs",
    hosts=[
        "ecs.aliyuncs.com",
        "ecs.{region}.aliyuncs.com",
        "ecs-{region}.aliyuncs.com",
        "ecs-vpc.{region}.aliyuncs.com",
    ],
    version="2014-05-26",
    dialect=MayBeEmpty(),
    denied=_denied,
    signatures=signatures.SIGNED,
)

for _name, _requires, _on, _answer in _lines():
    ecs.declare(
        _name,
        on=resources(_on),
        requires=_requires.split(),
        answer=(lambda _: {}) if _answer == "empty" else None,
    )
