"""What a test pays for a fake cloud, and what a call through it costs.

Run it with `python -m benchmarks.foundation`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from typing import Any

import responses
from alibabacloud_sts20150401 import models
from alibabacloud_sts20150401.client import Client
from alibabacloud_tea_openapi.models import Config
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.vendored.requests.adapters import HTTPAdapter
from aliyunsdksts.request.v20150401.AssumeRoleRequest import AssumeRoleRequest

from benchmarks.measure import Case, figure, interleaved, row
from pytest_ramsts import FakeCloud, Policy, allow


def main() -> None:
    for section in (fixtures, calls, peers):
        for line in section():
            print(line)


# Fixtures


def fixtures() -> Iterator[str]:
    times = interleaved(
        {
            "bare": Case(bare_mock),
            "empty": Case(empty_world),
            "populated": Case(user_key_and_role),
        },
        rounds=400,
    )
    ratio = times["empty"] / times["bare"]
    yield row("`ramsts`, an empty world, against a bare RequestsMock", ratio, 5)
    yield row("`ramsts`, an empty world", times["empty"], 100, "µs")
    yield row("`ramsts` with a user, key, role and policy", times["populated"], 200, "µs")


def bare_mock() -> None:
    with responses.RequestsMock():
        pass


def empty_world() -> None:
    with FakeCloud():
        pass


def user_key_and_role() -> None:
    with FakeCloud() as cloud:
        user = cloud.account.create_user()
        user.create_access_key()
        role = cloud.account.create_role(trusted=user)
        user.attach(Policy(allow("sts:AssumeRole", on=role)))


# Calls


def calls() -> Iterator[str]:
    """The same SDK through a bare `responses` callback, and through the fake cloud, in turn."""
    for name, (client, target) in SDKS.items():
        cloud = FakeCloud()
        role = cloud.account.create_role("reader", policies=["AliyunOTSReadOnlyAccess"])
        user = cloud.account.create_user("alice", policies=["AliyunSTSAssumeRoleAccess"])
        assume = client(user.access_key.id, user.access_key.secret, role.arn)
        canned = canned_answer(assume, cloud)
        times = interleaved(
            {
                "callback": Case(assume, partial(bare_callback, canned, **target)),
                "cloud": Case(assume, lambda cloud=cloud: cloud),  # type: ignore[misc]
            }
        )
        ratio = times["cloud"] / times["callback"]
        yield row(f"AssumeRole, {name} SDK, against a bare `responses` callback", ratio, 1.5)
        yield figure(f"AssumeRole, {name} SDK, all of it", times["cloud"])


def canned_answer(run: Callable[[], object], cloud: FakeCloud) -> tuple[int, Any, bytes]:
    """What the call is really answered, headers and all."""
    with cloud:
        run()
    response = cloud.calls.last.response
    return response.status, list(response.headers), response.body


def bare_callback(answer: tuple[int, Any, bytes], **target: Any) -> responses.RequestsMock:
    mock = responses.RequestsMock(assert_all_requests_are_fired=False, **target)
    mock.add_callback(
        responses.POST,
        "https://sts.cn-hangzhou.aliyuncs.com/",
        lambda _: answer,
    )
    return mock


def tea(key_id: str, secret: str, role_arn: str) -> Callable[[], object]:
    client = Client(Config(access_key_id=key_id, access_key_secret=secret, region_id="cn-hangzhou"))
    request = models.AssumeRoleRequest(role_arn=role_arn, role_session_name="alice")
    return partial(client.assume_role, request)


def core(key_id: str, secret: str, role_arn: str) -> Callable[[], object]:
    client = AcsClient(key_id, secret, "cn-hangzhou")

    def assume() -> object:
        request = AssumeRoleRequest()
        request.set_RoleArn(role_arn)
        request.set_RoleSessionName("alice")
        return client.do_action_with_exception(request)

    return assume


SDKS: dict[str, tuple[Callable[[str, str, str], Callable[[], object]], dict[str, Any]]] = {
    "tea": (tea, {}),
    "core": (
        core,
        {
            "target": "aliyunsdkcore.vendored.requests.adapters.HTTPAdapter.send",
            "real_adapter_send": HTTPAdapter.send,
        },
    ),
}


# Peers


def peers() -> Iterator[str]:
    """The best-known peer, on another cloud, where it is installed."""
    if not find_spec("moto") or not find_spec("boto3"):
        yield "moto is not installed: no row against it"
        return
    import boto3  # noqa: PLC0415
    from moto import mock_aws  # noqa: PLC0415

    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "y", "region_name": "us-east-1"}
    client = boto3.client("sts", **keys)
    theirs = partial(
        client.assume_role, RoleArn="arn:aws:iam::123456789012:role/r", RoleSessionName="alice"
    )
    cloud = FakeCloud()
    role = cloud.account.create_role("reader")
    user = cloud.account.create_user("alice", policies=["AliyunSTSAssumeRoleAccess"])
    ours = tea(user.access_key.id, user.access_key.secret, role.arn)
    times = interleaved(
        {
            "world": Case(empty_world),
            "moto world": Case(moto_world),
            "call": Case(ours, lambda: cloud),
            "moto call": Case(theirs, mock_aws),
        },
        rounds=50,
    )
    yield figure("an empty world, against moto's", times["world"] / times["moto world"], "×")
    yield figure("AssumeRole, all of it, against moto's", times["call"] / times["moto call"], "×")


def moto_world() -> None:
    from moto import mock_aws  # noqa: PLC0415

    with mock_aws():
        pass


if __name__ == "__main__":
    main()
