"""Services of a user's own: how their functions are read."""

# Without `from __future__ import annotations`, as many write their tests.

import json
from collections.abc import Mapping
from typing import Any, Optional

import pytest
from aliyunsdkcore.request import CommonRequest

from pytest_ramsts import Body, FakeCloud, RamstsError, Service
from tests.sdk import clients


def call(cloud: FakeCloud, operation: str, **given: str) -> Mapping[str, Any]:
    request = CommonRequest("depot.cn-hangzhou.aliyuncs.com", "2026-01-01", operation)
    request.set_method("POST")
    for name, value in given.items():
        request.add_query_param(name.replace("_", "."), value)
    answer: Mapping[str, Any] = json.loads(
        clients.legacy(cloud.admin_key).do_action_with_exception(request)
    )
    return answer


def test_types_are_understood_whether_or_not_they_are_evaluated(ramsts: FakeCloud) -> None:
    depot = Service("depot", hosts=["depot.{region}.aliyuncs.com"], version="2026-01-01")

    @depot.operation()
    def store(  # type: ignore[no-untyped-def]
        name: str,
        shelf,  # noqa: ANN001 - a text
        count: int = 1,
        fragile: bool = False,
        labels: list[str] | None = None,
        tag: dict[str, str] | None = None,
        row: Optional[int] = None,  # noqa: UP045 - some write it so
        note: "str | None" = None,
    ) -> Body:
        return {
            "Said": [name, shelf, count, fragile, labels, tag, row, note],
        }

    ramsts.add_service(depot)

    assert call(ramsts, "Store", Name="box", Shelf="a")["Said"] == [
        "box",
        "a",
        1,
        False,
        None,
        None,
        None,
        None,
    ]
    full = call(
        ramsts,
        "Store",
        Name="box",
        Shelf="a",
        Count="3",
        Fragile="true",
        Labels_1="x",
        Labels_2="y",
        Tag_1_Key="k",
        Tag_1_Value="v",
        Row="7",
        Note="n",
    )
    assert full["Said"] == ["box", "a", 3, True, ["x", "y"], {"k": "v"}, 7, "n"]


def test_a_type_that_no_parameter_can_have_is_refused_at_once() -> None:
    depot = Service("depot", hosts=["depot.aliyuncs.com"], version="2026-01-01")

    with pytest.raises(RamstsError, match="`when` of an operation is str or int"):

        @depot.operation()
        def look(when: float) -> Body:
            return {"When": when}


def test_a_declared_operation_says_that_nobody_programmed_it() -> None:
    depot = Service("depot", hosts=["depot.{region}.aliyuncs.com"])
    depot.declare("Sweep", requires=["Floor"])
    cloud = FakeCloud()
    cloud.add_service(depot)

    with pytest.raises(RamstsError, match=r'cloud.reply\("depot:Sweep", ...\)'), cloud:
        call(cloud, "Sweep", Floor="1")


def test_an_answer_can_be_given_to_a_declared_operation(ramsts: FakeCloud) -> None:
    depot = Service("depot", hosts=["depot.{region}.aliyuncs.com"])
    depot.declare("Sweep")

    @depot.answers("Sweep")
    def sweep(invocation: Any) -> Body:
        return {"By": invocation.caller.principal.kind}

    ramsts.add_service(depot)

    assert call(ramsts, "Sweep")["By"]
