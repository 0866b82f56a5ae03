"""What each SDK makes of each fault: found by letting it happen.

`python -m tests.faults.catalogue` writes the page of the documentation anew.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import alibabacloud_oss_v2 as oss_sdk
import oss2
from alibabacloud_credentials.provider import RamRoleArnCredentialsProvider
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_tea_openapi.models import Config
from aliyun.log import LogClient, LogException
from aliyunsdkcore.auth.credentials import AccessKeyCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdksts.request.v20150401.GetCallerIdentityRequest import GetCallerIdentityRequest
from tablestore import OTSClient

from pytest_ramsts import FakeCloud, faults

PAGE: Final = Path(__file__).parents[2] / "docs" / "explanation" / "faults.md"

HEAD: Final = (
    "# What SDKs make of faults\n\n"
    "An application sees a fault through its SDK: as an exception of the SDK's own, after as many"
    " tries as the SDK makes.\n"
    "This page records what that is.\n"
    "Each row was found by letting `ramsts.fail(...)` make it happen to the real SDK; a test"
    " compares the page with the SDKs that are installed ({versions}).\n\n"
    '"Tries" is how often the request was sent before the SDK gave up.\n'
    '"Time" is how long that took on the clock: read timeouts, and the pauses between tries.\n'
    '"Code" is what the exception says in the attribute that applications compare.\n'
    "Where the exception is **none**, the SDK hands the application what arrived, as if all were"
    " well."
)

FAULTS: Final[dict[str, dict[str, Any]]] = {
    "`Throttling.User`, 400": {"fault": "Throttling.User"},
    "`Throttling.User` with `x-acs-retry-after`": {"fault": "Throttling.User", "retry_after": 1000},
    "`Throttling.Api`, 429": {"fault": "Throttling.Api", "status": 429},
    "`InternalError`, 500": {"fault": "InternalError"},
    "`ServiceUnavailable`, 503": {"fault": "ServiceUnavailable"},
    "connection refused": {"fault": faults.ConnectionRefused()},
    "connection reset": {"fault": faults.ConnectionReset()},
    "no answer in time": {"fault": faults.ReadTimeout()},
    "answer breaks off": {"fault": faults.Truncated()},
    "HTML instead of an answer, 200": {"fault": faults.Malformed()},
    "HTML instead of an answer, 502": {"fault": faults.Malformed(status=502)},
}

Call = Callable[[FakeCloud], Callable[[], Any]]


def _config(cloud: FakeCloud) -> Config:
    key = cloud.admin_key
    return Config(access_key_id=key.id, access_key_secret=key.secret, endpoint="sts.aliyuncs.com")


def tea(cloud: FakeCloud) -> Callable[[], Any]:
    client = Sts(_config(cloud))
    call: Callable[[], Any] = client.get_caller_identity
    return call


def tea_async(cloud: FakeCloud) -> Callable[[], Any]:
    client = Sts(_config(cloud))
    return lambda: asyncio.run(client.get_caller_identity_async())


def core(cloud: FakeCloud) -> Callable[[], Any]:
    credential = AccessKeyCredential(cloud.admin_key.id, cloud.admin_key.secret)
    client = AcsClient("cn-hangzhou", credential=credential)
    return lambda: client.do_action_with_exception(GetCallerIdentityRequest())


def provider(cloud: FakeCloud) -> Callable[[], Any]:
    user = cloud.account.create_user(policies=["AliyunSTSAssumeRoleAccess"])
    role = cloud.account.create_role()
    made = RamRoleArnCredentialsProvider(
        access_key_id=user.access_key.id,
        access_key_secret=user.access_key.secret,
        role_arn=role.arn,
    )
    call: Callable[[], Any] = made.get_credentials
    return call


def table_store(cloud: FakeCloud) -> Callable[[], Any]:
    key = cloud.admin_key
    client = OTSClient("https://orders.cn-hangzhou.ots.aliyuncs.com", key.id, key.secret, "orders")
    call: Callable[[], Any] = client.list_table
    return call


def oss(cloud: FakeCloud) -> Callable[[], Any]:
    auth = oss2.Auth(cloud.admin_key.id, cloud.admin_key.secret)
    service = oss2.Service(auth, "https://oss-cn-hangzhou.aliyuncs.com")
    call: Callable[[], Any] = service.list_buckets
    return call


def oss_v2(cloud: FakeCloud) -> Callable[[], Any]:
    key = cloud.admin_key
    settings = oss_sdk.config.load_default()
    settings.credentials_provider = oss_sdk.credentials.StaticCredentialsProvider(
        key.id, key.secret
    )
    settings.region = "cn-hangzhou"
    client = oss_sdk.Client(settings)
    return lambda: client.list_buckets(oss_sdk.ListBucketsRequest())


def sls(cloud: FakeCloud) -> Callable[[], Any]:
    key = cloud.admin_key
    client = LogClient(
        "https://cn-hangzhou.log.aliyuncs.com", key.id, key.secret, source="127.0.0.1"
    )
    call: Callable[[], Any] = client.list_project
    return call


@dataclass(frozen=True)
class Sdk:
    name: str
    about: str
    action: str
    call: Call


SDKS: Final = [
    Sdk("alibabacloud_sts20150401", "and every other `alibabacloud_*` product", "sts", tea),
    Sdk("alibabacloud_sts20150401, async", "the `*_async` methods, over aiohttp", "sts", tea_async),
    Sdk("aliyun-python-sdk-core", "and every `aliyun-python-sdk-*` product", "sts", core),
    Sdk(
        "alibabacloud_credentials",
        "the provider `RamRoleArnCredentialsProvider`, whose AssumeRole fails when it first needs"
        " credentials",
        "sts:AssumeRole",
        provider,
    ),
    Sdk(
        "tablestore",
        "`OTSClient.list_table`, with its default policy of retries",
        "ots",
        table_store,
    ),
    Sdk("oss2", "`Service.list_buckets`", "oss", oss),
    Sdk("alibabacloud-oss-v2", "`Client.list_buckets`, with its default retryer", "oss", oss_v2),
    Sdk("aliyun-log-python-sdk", "`LogClient.list_project`", "log", sls),
]


PACKAGES: Final = (
    "alibabacloud-tea-openapi",
    "aliyun-python-sdk-core",
    "alibabacloud-credentials",
    "tablestore",
    "oss2",
    "alibabacloud-oss-v2",
    "aliyun-log-python-sdk",
)


@dataclass(frozen=True)
class Row:
    exception: str
    code: str
    tries: int
    seconds: float


def happens(sdk: Sdk, fault: dict[str, Any]) -> Row:
    """Let one fault happen to one SDK, for as long as it tries."""
    logging.disable()
    chance = random.getstate()
    random.seed(1)  # the pauses between tries are jittered
    try:
        with FakeCloud(seed=1) as cloud:
            call = sdk.call(cloud)
            cloud.clock.freeze("2026-03-01T08:00:00Z")
            cloud.fail(sdk.action, **fault)
            start = cloud.clock.now
            with cloud.clock.without_waiting():
                raised = _raised(call)
            seconds = round((cloud.clock.now - start).total_seconds(), 1)
            return Row(*raised, len(cloud.calls), seconds)
    finally:
        random.setstate(chance)
        logging.disable(logging.NOTSET)


def _raised(call: Callable[[], Any]) -> tuple[str, str]:
    try:
        call()
    except Exception as error:  # noqa: BLE001 - whichever it is, it is told
        kind = type(error)
        # Where it is imported from, not the module below that it is made in.
        top = kind.__module__.partition(".")[0]
        code = getattr(error, "error_code", None) or getattr(error, "code", None)
        if isinstance(error, LogException):
            code = error.get_error_code()
        return f"{top}…{kind.__name__}", "" if code is None else str(code)
    return "", ""


def page() -> str:
    from importlib.metadata import version  # noqa: PLC0415

    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    lines = [HEAD.format(versions=versions)]
    for sdk in SDKS:
        lines += [
            "",
            f"## {sdk.name}",
            "",
            f"{sdk.about[0].upper()}{sdk.about[1:]}.",
            "",
            "| fault | exception | code | tries | time |",
            "|---|---|---|---|---|",
        ]
        for name, fault in FAULTS.items():
            row = happens(sdk, fault)
            exception = f"`{row.exception}`" if row.exception else "**none**"
            code = f"`{row.code}`" if row.code else "-"
            lines.append(f"| {name} | {exception} | {code} | {row.tries} | {row.seconds:g} s |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
