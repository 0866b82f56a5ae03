"""What a call costs through each guarded product: its own SDK, all of it, and what the fake cloud
adds to it.

Run it with `python -m benchmarks.products`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from functools import partial
from time import perf_counter
from typing import Any

import alibabacloud_ecs20140526.models as ecs_models
import alibabacloud_iot20180120.models as iot_models
import alibabacloud_kms20160120.models as kms_models
from alibabacloud_ecs20140526.client import Client as Ecs
from alibabacloud_iot20180120.client import Client as Iot
from alibabacloud_kms20160120.client import Client as Kms
from alibabacloud_tea_openapi.models import Config
from aliyun.log import GetLogsRequest, LogClient, LogItem, PutLogsRequest
from mns.account import Account as MnsAccount
from mns.queue import Message, QueueMeta

from benchmarks.measure import Case, figure, interleaved
from pytest_ramsts import FakeCloud, Policy, User, allow
from pytest_ramsts.wire import Request, Response


def main() -> None:
    for line in rows():
        print(line)


def rows() -> Iterator[str]:
    cloud = FakeCloud()
    inside = Inside(cloud)
    user = cloud.account.create_user("user", policies=[Policy(allow("*"))])
    with cloud:
        calls = {name: make(cloud, user) for name, make in CALLS.items()}
    times = interleaved(
        {name: Case(call, lambda: cloud) for name, call in calls.items()}, rounds=100
    )
    for name, call in calls.items():
        yield figure(f"{name}, all of it", times[name])
        yield figure(f"{name}, of that the cloud", inside.of(call, cloud))


class Inside:
    """Times what happens between a request and its answer."""

    def __init__(self, cloud: FakeCloud) -> None:
        self._handle = cloud.gateway.handle
        self._times: list[float] = []
        cloud.gateway.handle = self._timed  # type: ignore[method-assign]

    def _timed(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        start = perf_counter()
        response = self._handle(request, *args, **kwargs)
        self._times.append(perf_counter() - start)
        return response

    def of(self, call: Callable[[], object], cloud: FakeCloud) -> float:
        self._times.clear()
        with cloud:
            for _ in range(100):
                call()
        return sorted(self._times)[len(self._times) // 2] * 1e6


# The calls


def describe_instances(cloud: FakeCloud, user: User) -> Callable[[], object]:
    cloud.reply("ecs:DescribeInstances", {"TotalCount": 0})
    request = ecs_models.DescribeInstancesRequest(
        region_id="cn-hangzhou", instance_ids='["i-1", "i-2"]'
    )
    return partial(Ecs(_config(user)).describe_instances, request)


def publish(_: FakeCloud, user: User) -> Callable[[], object]:
    client = Iot(_config(user))
    product = iot_models.CreateProductRequest(product_name="lamp", node_type=0)
    key = client.create_product(product).body.product_key
    content = base64.b64encode(b"x" * 100).decode()
    request = iot_models.PubRequest(
        product_key=key, topic_full_name="/a/b", message_content=content
    )
    return partial(client.pub, request)


def encrypt(_: FakeCloud, user: User) -> Callable[[], object]:
    client = Kms(_config(user, "kms.cn-hangzhou.aliyuncs.com"))
    key = client.create_key(kms_models.CreateKeyRequest()).body.key_metadata.key_id
    return partial(client.encrypt, kms_models.EncryptRequest(key_id=key, plaintext="x" * 100))


def put_logs(cloud: FakeCloud, user: User) -> Callable[[], object]:
    items = [LogItem(contents=[("level", "info"), ("text", "x" * 100)]) for _ in range(10)]
    return partial(_logs(cloud, user).put_logs, PutLogsRequest("p", "l", "", "", items))


def get_logs(cloud: FakeCloud, user: User) -> Callable[[], object]:
    now = int(cloud.clock.time())
    request = GetLogsRequest("p", "l", now - 60, now - 30, query="level: info")
    return partial(_logs(cloud, user).get_logs, request)


def send_message(cloud: FakeCloud, user: User) -> Callable[[], object]:
    key = user.access_key
    host = f"https://{cloud.account.id}.mns.cn-hangzhou.aliyuncs.com"
    queue = MnsAccount(host, key.id, key.secret).get_queue("q")
    queue.create(QueueMeta())
    return partial(queue.send_message, Message("x" * 100))


def _config(user: User, endpoint: str | None = None) -> Config:
    key = user.access_key
    return Config(
        access_key_id=key.id,
        access_key_secret=key.secret,
        region_id="cn-hangzhou",
        endpoint=endpoint,
    )


def _logs(cloud: FakeCloud, user: User) -> Any:
    state = cloud.state("log")
    if "p" not in state.projects:
        project = state.create_project("p", owner=cloud.account.id, region="cn-hangzhou")
        project.create_logstore("l", index={})
    key = user.access_key
    return LogClient("https://cn-hangzhou.log.aliyuncs.com", key.id, key.secret, source="bench")


CALLS: dict[str, Callable[[FakeCloud, User], Callable[[], object]]] = {
    "ecs DescribeInstances of two, programmed": describe_instances,
    "iot Pub of 100 octets": publish,
    "kms Encrypt of 100 octets": encrypt,
    "sls PutLogs of ten": put_logs,
    "sls GetLogs that finds none": get_logs,
    "mns SendMessage of 100 octets": send_message,
}


if __name__ == "__main__":
    main()
