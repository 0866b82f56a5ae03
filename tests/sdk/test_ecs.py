"""ECS through its official SDK: each operation needs exactly what the vendor's table says, and
answers what the test programmed.
"""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import pytest
from alibabacloud_ecs20140526 import models
from alibabacloud_ecs20140526.client import Client
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException, ClientException
from alibabacloud_tea_openapi.models import Config

from pytest_ramsts import (
    ApiError,
    FakeCloud,
    Invocation,
    Policy,
    RamstsError,
    Settings,
    User,
    allow,
)
from pytest_ramsts.services.products.ecs import _LISTS

from . import refusals
from .clients import Credentials
from .filled import filled, kinds_of, method_of
from .refusals import Refusal

DOCUMENTED: Final[dict[str, list[str]]] = json.loads(
    Path(__file__).with_name("actions.json").read_text()
)["ecs"]
LINES: Final = [
    line.split("|")
    for line in files("pytest_ramsts.services.products")
    .joinpath("ecs.txt")
    .read_text()
    .splitlines()
]
REQUIRED: Final = {line[0].strip(): line[1].split() for line in LINES}
EMPTY: Final = [line[0].strip() for line in LINES if line[-1].strip() == "empty"]

# What a request calls a thing of the vendor's table, and which one it is here.
THINGS: Final[dict[str, dict[str, Any]]] = {
    "instanceId": {"InstanceId": "i-1", "InstanceIds": ["i-1"], "ResourceId": "i-1"},
    "diskId": {"DiskId": "d-1", "DiskIds": ["d-1"]},
    "keyPairName": {"KeyPairName": "k-1", "KeyPairNames": ["k-1"]},
    "groupNo": {"SecurityGroupId": "sg-1"},
    "imageNo": {"ImageId": "m-1"},
    "snapshotId": {"SnapshotId": "s-1", "SnapshotIds": ["s-1"], "DataDisk": {"SnapshotId": "s-1"}},
    "vSwitchId": {"VSwitchId": "vsw-1"},
    "resourceId": {"ResourceId": "i-1"},
    "resourceType": {"ResourceType": "instance"},
    "toRegionid": {"DestinationRegionId": "cn-beijing"},
    "fromRegionid": {"RegionId": "cn-hangzhou"},
    "region": {"RegionId": "cn-hangzhou"},
}
# Two slips of the table, mended; and what a request never names.
SPELT: Final = {"keypairName": "keyPairName", "vswitchId": "vSwitchId"}
UNNAMED: Final = ("{vpcId}", "{volumeId}")


def client(credentials: Credentials) -> Client:
    return Client(
        Config(
            access_key_id=credentials.id,
            access_key_secret=credentials.secret,
            security_token=credentials.security_token or None,
            region_id="cn-hangzhou",
        )
    )


def call(credentials: Credentials, name: str, wanted: dict[str, Any]) -> Any:
    return method_of(client(credentials), name)(filled(models, name, wanted)).body


def stop(credentials: Credentials) -> Any:
    return call(credentials, "StopInstance", {"InstanceId": "i-1"})


def anything(name: str) -> dict[str, Any]:
    """A request with what it must have."""
    required = REQUIRED[name]
    return {one: "cn-hangzhou" if one.lower() == "regionid" else ... for one in required}


def asked(name: str) -> dict[str, Any]:
    """A request that names everything it can."""
    known = kinds_of(models, name)
    wanted = anything(name)
    for names in THINGS.values():
        wanted |= {n: value for n, value in names.items() if n.lower() in known}
    return wanted


def needed(name: str, account: str) -> set[str]:
    """The resources of the vendor's table, with what `asked` names in them."""
    known = kinds_of(models, name)
    resources = set()
    for template in DOCUMENTED[name]:
        words = {SPELT.get(word, word): word for word in re.findall(r"{(\w+)}", template)}
        named = [word for word in words if word in THINGS and not word.lower().endswith("region")]
        nameable = all(any(one.lower() in known for one in THINGS[word]) for word in named)
        kind = template.rpartition("/")[0]
        any_of_kind = template.endswith("/*") and any(
            f"{kind}/{{" in other for other in DOCUMENTED[name]
        )
        if not nameable or any_of_kind or any(unnamed in template for unnamed in UNNAMED):
            continue
        arn = template
        if name == "AttachDisk":
            arn = arn.replace("instance/{diskId}", "disk/{diskId}")
        for word, written in words.items():
            value = next(iter(THINGS[word].values())) if word in THINGS else account
            arn = arn.replace(f"{{{written}}}", value)
        resources.add(arn)
    return resources


# Who may


@pytest.mark.parametrize("name", DOCUMENTED)
def test_an_operation_needs_its_action_on_each_resource_of_the_table(
    ramsts: FakeCloud, name: str
) -> None:
    ramsts.reply(f"ecs:{name}", {})
    user = ramsts.account.create_user("user")
    resources = needed(name, ramsts.account.id)
    with pytest.raises(ClientException) as caught:
        call(user.access_key, name, asked(name))

    assert (caught.value.status_code, caught.value.code) == (403, "Forbidden.RAM")
    assert caught.value.access_denied_detail["AuthAction"] == f"ecs:{name}"
    assert set(ramsts.calls.last.resources) == resources
    for missing in resources:
        others = [one for one in resources if one != missing]
        with ramsts.denies(f"ecs:{name}", on=missing):
            call(_allowed(ramsts, name, others).access_key, name, asked(name))
    assert call(_allowed(ramsts, name, list(resources)).access_key, name, asked(name)).request_id


def _allowed(cloud: FakeCloud, name: str, resources: list[str]) -> User:
    return cloud.account.create_user(
        policies=[Policy(allow(f"ecs:{name}", on=resources))] if resources else []
    )


@pytest.mark.parametrize("name", sorted(REQUIRED.keys() - DOCUMENTED.keys()))
def test_an_operation_that_the_table_lacks_needs_its_action_on_everything(
    ramsts: FakeCloud, name: str
) -> None:
    ramsts.reply(f"ecs:{name}", {})
    wanted = anything(name)
    with ramsts.denies(f"ecs:{name}", on=f"acs:ecs:cn-hangzhou:{ramsts.account.id}:*"):
        call(ramsts.account.create_user().access_key, name, wanted)

    allowed = ramsts.account.create_user(policies=[Policy(allow(f"ecs:{name}"))])
    assert call(allowed.access_key, name, wanted).request_id


def test_several_ids_need_permission_for_each(ramsts: FakeCloud) -> None:
    ramsts.reply("ecs:DescribeInstances", {})
    one = ramsts.account.create_user(
        policies=[Policy(allow("ecs:*", on="acs:ecs:*:*:instance/i-1"))]
    )

    call(one.access_key, "DescribeInstances", {"RegionId": "cn-hangzhou", "InstanceIds": ["i-1"]})
    for ids in (["i-1", "i-2"], []):
        wanted = {"RegionId": "cn-hangzhou", "InstanceIds": ids}
        with ramsts.denies("ecs:DescribeInstances"):
            call(one.access_key, "DescribeInstances", wanted)


@pytest.mark.ramsts(settings=Settings(ecs_denied_listing="empty"))
@pytest.mark.parametrize("name", _LISTS)
def test_as_of_old_who_may_not_list_gets_an_empty_list(
    ramsts: FakeCloud, ram_user: User, name: str
) -> None:
    with ramsts.denies(f"ecs:{name}") as denial:
        answer = call(ram_user.access_key, name, {"RegionId": "cn-hangzhou"}).to_map()

    plural, singular = _LISTS[name]
    assert (answer["TotalCount"], answer[plural][singular]) == (0, [])
    assert denial.error is None
    assert denial.call.silent
    with pytest.raises(ClientException):
        stop(ram_user.access_key)


# What it answers


@pytest.mark.parametrize("name", EMPTY)
def test_an_answer_of_nothing_but_an_id_needs_no_reply(ramsts: FakeCloud, name: str) -> None:
    answer = call(ramsts.admin_key, name, anything(name))

    assert answer.request_id == ramsts.calls.last.request_id


def test_what_nobody_programmed_says_how_to() -> None:
    cloud = FakeCloud()
    how = pytest.raises(RamstsError, match=r'cloud.reply\("ecs:DescribeInstances", ...\)')
    with how, cloud:
        call(cloud.admin_key, "DescribeInstances", {"RegionId": "cn-hangzhou"})


def test_a_parameter_that_is_missing_is_told(ramsts: FakeCloud) -> None:
    with pytest.raises(ClientException) as caught:
        call(ramsts.admin_key, "StopInstance", {})

    assert (caught.value.status_code, caught.value.code) == (400, "MissingInstanceId")


def test_replies_are_given_in_turn_and_the_last_one_for_ever(ramsts: FakeCloud) -> None:
    def running(invocation: Invocation) -> dict[str, Any]:
        status = {"InstanceId": invocation.parameters["InstanceId.1"], "Status": "Running"}
        return {"InstanceStatuses": {"InstanceStatus": [status]}}

    ramsts.reply(
        "ecs:DescribeInstanceStatus",
        [ApiError("Throttling.User", "Slow down."), {"TotalCount": 0}, running],
    )
    wanted = {"RegionId": "cn-hangzhou", "InstanceId": ["i-7"]}
    with pytest.raises(AlibabaCloudException) as throttled:
        call(ramsts.admin_key, "DescribeInstanceStatus", wanted)
    answers = [call(ramsts.admin_key, "DescribeInstanceStatus", wanted) for _ in range(3)]

    assert throttled.value.code == "Throttling.User"
    assert answers[0].total_count == 0
    for answer in answers[1:]:
        (status,) = answer.instance_statuses.instance_status
        assert (status.instance_id, status.status) == ("i-7", "Running")


def test_a_reply_knows_the_caller_and_may_let_the_operation_have_its_way(
    ramsts: FakeCloud, ram_user: User
) -> None:
    ram_user.attach(Policy(allow("ecs:*")))

    def only_for_users(invocation: Invocation) -> Any:
        if invocation.caller is ram_user:
            return invocation.proceed()
        raise ApiError("IncorrectInstanceStatus", "Not now.", status=403)

    ramsts.reply("ecs:StopInstance", only_for_users)

    assert stop(ram_user.access_key).request_id
    with pytest.raises(ClientException) as caught:
        stop(ramsts.admin_key)
    assert caught.value.code == "IncorrectInstanceStatus"


def test_what_was_sent_can_be_asserted(ramsts: FakeCloud) -> None:
    stop(ramsts.admin_key)

    ramsts.calls.assert_called(
        "ecs:StopInstance", times=1, by=ramsts.account, with_parameters={"InstanceId": "i-1"}
    )


# How it refuses


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("no permission", 403, "Forbidden.RAM"),
        ("expired token", 400, "InvalidSecurityToken.Expired"),
        ("malformed token", 400, "InvalidSecurityToken.Malformed"),
        ("mismatched token", 400, "InvalidSecurityToken.MismatchWithAccessKey"),
        ("unknown key", 404, "InvalidAccessKeyId.NotFound"),
        ("disabled key", 400, "InvalidAccessKeyId.Inactive"),
        ("wrong secret", 400, "SignatureDoesNotMatch"),
        ("skewed clock", 400, "InvalidTimeStamp.Expired"),
    ],
)
def test_each_refusal_has_its_code(ramsts: FakeCloud, kind: str, status: int, code: str) -> None:
    refusal = refusals.met(kind, ramsts, stop, _read, ClientException)

    assert (refusal.status, refusal.code) == (status, code)


def _read(error: Exception) -> Refusal:
    assert isinstance(error, ClientException)
    return Refusal(error.status_code, error.code, error.message)
