"""Whatever an operation is asked with, it answers or refuses: nothing is an internal error."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ramsts import ApiError, FakeCloud, Invocation
from pytest_ramsts.identity import Caller
from pytest_ramsts.services import SERVICES
from pytest_ramsts.wire import Request

from .furnished import Furnished, furnish
from .table import ROWS
from .test_operations import OPERATIONS

NONSENSE = st.one_of(
    st.sampled_from(
        [
            "", " ", "0", "-1", "1", "true", "False", "{}", "[]", "[1]", '[{"Key": 1}]', '["a"]',
            '[{"Key": "k", "Value": null}]', "{", "null", "alice", "reader", "readers", "reading",
            "alice@acme.onaliyun.com", "@", "acs:ram::1:mfa/x", "acs:ram::1:role/x", "a.b.c",
            "YQ==", "v1", "v0", "System", "Custom", "user", "role", "policy", "9" * 18, "\x00",
            "\ud7ff", "ü" * 200, '{"Version": "1", "Statement": [{}]}', "9.9", "1e3",
            "eyJhbGciOiJSUzI1NiJ9.e30.AA",
            "eyJhbGciOltdfQ.e30.AA", "MQ==", "00000000", "http://x", "https://x", ";;", ",",
        ]
    ),
    st.text(max_size=8),
)  # fmt: skip


@st.composite
def asked(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    name = draw(st.sampled_from(sorted(ROWS)))
    known = sorted(OPERATIONS[name]["parameters"])
    given_ = {parameter: draw(NONSENSE) for parameter in known if draw(st.booleans())}
    for parameter in ("Tag.1.Key", "Tag.x", "ResourceId.1", "TagKey.0"):
        if draw(st.integers(0, 9)) == 0:
            given_[parameter] = draw(NONSENSE)
    return name, given_


def ask(world: Furnished, name: str, parameters: dict[str, str], caller: Caller) -> Any:
    """As the gateway does, once it has read and authenticated a request."""
    service = next(service for service in SERVICES if service.name == name[:3])
    operation = service.operations[name[4:]]
    if operation.identify is not None:
        caller = operation.identify(parameters, world.cloud.world)
    invocation = Invocation(
        service,
        operation,
        parameters,
        caller,
        caller.account,
        world.cloud.world,
        "cn-hangzhou",
        Request("POST", f"https://{name[:3]}.aliyuncs.com/"),
    )
    arguments = operation.bind(invocation)
    if service.keys is not None:
        service.keys(invocation)
    for action, resource in operation.asks(invocation, arguments):
        world.stranger.can(action, on=resource)
    return operation.run(**arguments)


@settings(max_examples=200, deadline=None)
@given(st.lists(asked(), min_size=1, max_size=4), st.booleans())
def test_nonsense_is_answered_or_refused(
    calls: list[tuple[str, dict[str, str]]], by_user: bool
) -> None:
    world = furnish(FakeCloud())
    caller: Caller = world.alice if by_user else world.account
    refusals = []
    for name, parameters in calls:
        try:
            ask(world, name, parameters, caller)
        except ApiError as error:  # what else it raises is the failure
            refusals.append(error)

    assert all(error.code and error.status < 500 for error in refusals)
