"""IoT Platform through its official SDKs: all 425 operations guarded, the common ones at work."""

from __future__ import annotations

import base64
import json
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import pytest
from alibabacloud_iot20180120 import models
from alibabacloud_iot20180120.client import Client
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.models import Config
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.request import CommonRequest
from aliyunsdkiot.request.v20180120.QueryProductListRequest import QueryProductListRequest

from pytest_ramsts import ApiError, FakeCloud, Policy, Settings, User, allow
from pytest_ramsts.services.iot import Device, IotState

from . import clients, refusals
from .clients import Credentials
from .filled import filled, method_of
from .refusals import Refusal

OPERATIONS: Final[list[str]] = json.loads(Path(__file__).with_name("actions.json").read_text())[
    "iot"
]
REQUIRED: Final = {
    line.split()[0]: line.split()[1:]
    for line in files("pytest_ramsts.services.iot")
    .joinpath("operations.txt")
    .read_text()
    .splitlines()
}
DENIED: Final = "iot.common.RamActionPermissionDeny"


def client(credentials: Credentials) -> Client:
    return Client(
        Config(
            access_key_id=credentials.id,
            access_key_secret=credentials.secret,
            security_token=credentials.security_token or None,
            region_id="cn-shanghai",
        )
    )


def call(credentials: Credentials, name: str, **wanted: Any) -> dict[str, Any]:
    """The parsed answer; of an operation that the SDK lacks through the older one."""
    if not hasattr(models, f"{name}Request"):
        return _call_by_name(credentials, name, wanted)
    answer = method_of(client(credentials), name)(filled(models, name, wanted)).body
    parsed: dict[str, Any] = answer.to_map()
    return parsed


def _call_by_name(credentials: Credentials, name: str, wanted: dict[str, Any]) -> dict[str, Any]:
    request = CommonRequest("iot.cn-shanghai.aliyuncs.com", "2018-01-20", name)
    request.set_method("POST")
    for parameter, value in wanted.items():
        request.add_query_param(parameter, "x" if value is ... else value)
    answer: dict[str, Any] = json.loads(
        clients.legacy(credentials).do_action_with_exception(request)
    )
    return answer


# Every operation


def test_the_table_is_complete() -> None:
    assert len(OPERATIONS) == 425
    assert set(OPERATIONS) == set(REQUIRED)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_needs_exactly_its_own_action(ramsts: FakeCloud, name: str) -> None:
    wanted = dict.fromkeys(REQUIRED[name], ...)
    other = "iot:Pub" if name != "Pub" else "iot:RRpc"
    denied = _user(ramsts, other)
    narrow = _user(ramsts, f"iot:{name}", on="acs:iot:*:*:product/a1")
    allowed = _user(ramsts, f"iot:{name}")
    ramsts.reply(f"iot:{name}", {})

    for user in (denied, narrow):
        with ramsts.denies(f"iot:{name}", by=user) as denial:
            call(user.access_key, name, **wanted)
        refused = denial.call
        assert (refused.status, refused.body["Success"], refused.code) == (200, False, DENIED)
        assert refused.resources == (f"acs:iot:cn-shanghai:{ramsts.account.id}:*",)
    call(allowed.access_key, name, **wanted)

    assert ramsts.calls.last.allowed
    assert ramsts.calls.last.body.get("Success", True)


def _user(cloud: FakeCloud, action: str, *, on: str = "*") -> User:
    return cloud.account.create_user(policies=[Policy(allow(action, on=on))])


def test_a_star_of_the_account_grants_it_as_well(ramsts: FakeCloud) -> None:
    user = _user(ramsts, "iot:Query*", on=f"acs:iot:*:{ramsts.account.id}:*")

    assert call(user.access_key, "QueryProductList", CurrentPage=1, PageSize=10)["Success"]


@pytest.mark.parametrize("name", [name for name in OPERATIONS if REQUIRED[name]])
def test_what_a_call_must_have_is_told(ramsts: FakeCloud, name: str) -> None:
    first = REQUIRED[name][0]
    wanted = {one: ... for one in REQUIRED[name] if one != first}
    with pytest.raises((ClientException, ServerException)) as caught:
        call(ramsts.admin_key, name, **wanted)

    code = getattr(caught.value, "code", None) or getattr(caught.value, "error_code", "")
    assert code == f"Missing{first}"


def test_an_operation_that_nobody_programmed_succeeds_emptily(ramsts: FakeCloud) -> None:
    answer = call(ramsts.admin_key, "ListOTAFirmware", CurrentPage=1, PageSize=10)

    assert answer["Success"] is True
    assert not answer.get("FirmwareInfo", {}).get("SimpleFirmwareInfo")


def test_an_operation_answers_what_a_test_programmed(ramsts: FakeCloud) -> None:
    ramsts.reply("iot:ListOTAFirmware", {"Total": 3})
    answer = call(ramsts.admin_key, "ListOTAFirmware", CurrentPage=1, PageSize=10)

    assert (answer["Success"], answer["Total"]) == (True, 3)


# Refusals


@pytest.mark.ramsts(settings=Settings(iot_denial="gateway"))
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
def test_each_refusal_of_the_gateway_has_its_code(
    ramsts: FakeCloud, kind: str, status: int, code: str
) -> None:
    refusal = refusals.met(kind, ramsts, _list, _read, ClientException)
    assert (refusal.status, refusal.code) == (status, code)

    older = refusals.met(kind, ramsts, _list_as_of_old, _read_old, ServerException)
    assert older.status == status
    # The older SDK makes a code of its own of a string to sign that is the same.
    assert older.code in (code, "InvalidAccessKeySecret")


def _list(credentials: Credentials) -> object:
    return call(credentials, "QueryProductList", CurrentPage=1, PageSize=10)


def _read(error: Exception) -> Refusal:
    assert isinstance(error, ClientException)
    return Refusal(error.status_code, error.code, error.message)


def _list_as_of_old(credentials: Credentials) -> object:
    client = clients.legacy(credentials, "cn-shanghai")
    return clients.ask(client, QueryProductListRequest(), CurrentPage=1, PageSize=10)


def _read_old(error: Exception) -> Refusal:
    assert isinstance(error, ServerException)
    return Refusal(error.http_status, error.error_code, error.message)


def test_a_denial_in_the_envelope_raises_nothing(ramsts: FakeCloud, ram_user: User) -> None:
    with ramsts.denies("iot:QueryProductList") as denial:
        new = _list(ram_user.access_key)
        old = _list_as_of_old(ram_user.access_key)

    assert denial.error is None
    for answer in (new, old):
        assert isinstance(answer, dict)
        assert (answer["Success"], answer["Code"]) == (False, DENIED)
        assert answer["ErrorMessage"]


def test_a_throttled_call_can_be_programmed(ramsts: FakeCloud) -> None:
    ramsts.reply(
        "iot:Pub", ApiError("Throttling.Api", "Request was denied due to api flow control.")
    )
    with pytest.raises(ClientException) as caught:
        call(ramsts.admin_key, "Pub", ProductKey="a1", TopicFullName="/a", MessageContent="aGk=")

    assert (caught.value.status_code, caught.value.code) == (400, "Throttling.Api")


# Products and devices


class Bench:
    """A product with a device, and somebody who may do everything."""

    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud
        self.product = self.ask("CreateProduct", ProductName="lamp", NodeType=0)["ProductKey"]
        self.ask("RegisterDevice", ProductKey=self.product, DeviceName="hall")
        self.named = {"ProductKey": self.product, "DeviceName": "hall"}

    def ask(self, name: str, **wanted: Any) -> dict[str, Any]:
        answer = call(self.cloud.admin_key, name, **wanted)
        assert answer["Success"], answer
        return answer

    def refusal(self, name: str, **wanted: Any) -> str:
        answer = call(self.cloud.admin_key, name, **wanted)
        assert not answer["Success"]
        assert answer["ErrorMessage"]
        return str(answer["Code"])

    @property
    def device(self) -> Device:
        state: IotState = self.cloud.state("iot")
        return state.device(self.cloud.account.id, product_key=self.product, name="hall")


@pytest.fixture
def bench(ramsts: FakeCloud) -> Bench:
    ramsts.clock.freeze("2026-03-01T08:00:00Z")
    return Bench(ramsts)


def test_a_product_is_changed_and_deleted_with_all_its_devices(bench: Bench) -> None:
    bench.ask("UpdateProduct", ProductKey=bench.product, ProductName="lamps", Description="new")
    shown = bench.ask("QueryProduct", ProductKey=bench.product)["Data"]

    assert (shown["ProductName"], shown["Description"]) == ("lamps", "new")
    assert (shown["DeviceCount"], shown["NodeType"], shown["Owner"]) == (1, 0, True)
    bench.ask("DeleteProduct", ProductKey=bench.product)
    assert bench.refusal("QueryProduct", ProductKey=bench.product) == "iot.prod.NotExistedProduct"
    assert bench.refusal("QueryDeviceDetail", **bench.named) == "iot.prod.NotExistedProduct"


def test_a_device_is_found_by_name_and_by_id(bench: Bench) -> None:
    by_name = bench.ask("QueryDeviceDetail", **bench.named)["Data"]
    by_id = bench.ask("QueryDeviceDetail", IotId=by_name["IotId"])["Data"]

    assert by_name == by_id
    assert (by_name["ProductName"], by_name["Status"]) == ("lamp", "UNACTIVE")
    assert by_name["UtcCreate"] == "2026-03-01T08:00:00Z"
    assert bench.refusal("QueryDeviceDetail", IotId="x") == "iot.device.NotExistedDevice"


def test_a_device_goes_online_and_is_switched_off(bench: Bench) -> None:
    def status() -> str:
        return str(bench.ask("GetDeviceStatus", **bench.named)["Data"]["Status"])

    bench.device.connect()
    assert status() == "ONLINE"
    bench.ask("DisableThing", **bench.named)
    assert status() == "DISABLE"
    bench.device.connect()
    assert status() == "DISABLE"
    bench.ask("EnableThing", **bench.named)
    assert status() == "OFFLINE"
    (state,) = bench.ask("BatchGetDeviceState", ProductKey=bench.product, DeviceName=["hall"])[
        "DeviceStatusList"
    ]["DeviceStatus"]
    assert (state["Status"], state["LastOnlineTime"]) == ("OFFLINE", "2026-03-01T08:00:00Z")


def test_a_deleted_device_is_gone(bench: Bench) -> None:
    bench.ask("DeleteDevice", **bench.named)

    assert bench.refusal("GetDeviceStatus", **bench.named) == "iot.device.NotExistedDevice"
    assert bench.ask("QueryDevice", ProductKey=bench.product)["Total"] == 0


def test_devices_are_registered_several_at_once(bench: Bench) -> None:
    made = bench.ask("BatchRegisterDevice", ProductKey=bench.product, Count=12)["Data"]["ApplyId"]
    page = bench.ask("QueryPageByApplyId", ApplyId=made, CurrentPage=2, PageSize=10)

    assert (page["Total"], page["PageCount"]) == (12, 2)
    assert len(page["ApplyDeviceList"]["ApplyDeviceInfo"]) == 2
    checked = bench.ask(
        "BatchCheckDeviceNames", ProductKey=bench.product, DeviceName=["attic", "cellar"]
    )["Data"]["ApplyId"]
    which = {"ProductKey": bench.product, "ApplyId": checked}
    assert bench.ask("QueryBatchRegisterDeviceStatus", **which)["Data"]["Status"] == "CHECK_SUCCESS"
    bench.ask("BatchRegisterDeviceWithApplyId", **which)
    assert (
        bench.ask("QueryBatchRegisterDeviceStatus", **which)["Data"]["Status"] == "CREATE_SUCCESS"
    )
    assert bench.ask("QueryDeviceStatistics", ProductKey=bench.product)["Data"]["deviceCount"] == 15
    bad = bench.ask("BatchCheckDeviceNames", ProductKey=bench.product, DeviceName=["hall", "é"])
    assert bad["Data"]["InvalidDeviceNameList"]["InvalidDeviceName"] == ["hall", "é"]


def test_devices_are_tagged(bench: Bench) -> None:
    bench.ask("SaveDeviceProp", Props='{"room": "7", "floor": "2"}', **bench.named)
    bench.ask("DeleteDeviceProp", PropKey="room", **bench.named)

    assert json.loads(bench.ask("QueryDeviceProp", **bench.named)["Props"]) == {"floor": "2"}


def test_devices_are_listed_by_status_and_details_at_once(bench: Bench) -> None:
    bench.device.connect()
    online = bench.ask("QueryDeviceByStatus", ProductKey=bench.product, Status=1)
    details = bench.ask("BatchQueryDeviceDetail", ProductKey=bench.product, DeviceName=["hall"])

    assert [one["DeviceName"] for one in online["Data"]["SimpleDeviceInfo"]] == ["hall"]
    assert [one["Status"] for one in details["Data"]["Data"]] == ["ONLINE"]
    assert bench.ask("QueryDeviceByStatus", ProductKey=bench.product, Status=8)["Total"] == 0


# Properties, services, shadows


def test_a_property_is_what_was_set_or_reported_last(bench: Bench) -> None:
    bench.ask("SetDeviceProperty", Items='{"Temperature": 21, "On": true}', **bench.named)
    bench.device.report({"Temperature": 22.5, "Mode": "eco", "Spots": [1]})
    infos = bench.ask("QueryDevicePropertyStatus", **bench.named)["Data"]["List"][
        "PropertyStatusInfo"
    ]

    assert {one["Identifier"]: (one["Value"], one["DataType"]) for one in infos} == {
        "Temperature": ("22.5", "double"),
        "On": ("1", "bool"),
        "Mode": ("eco", "text"),
        "Spots": ("[1]", "array"),
    }


@pytest.mark.parametrize(("asc", "order"), [(1, [0, 1, 2, 3]), (0, [3, 2, 1, 0])])
def test_what_a_property_was_is_read_in_pages(bench: Bench, asc: int, order: list[int]) -> None:
    now = 1772352000
    for minute in range(4):
        bench.device.report({"Temperature": minute}, at=now + 60 * minute)
    ends = [now * 1000, (now + 240) * 1000]
    start, end = ends if asc else ends[::-1]
    which = {"Identifier": "Temperature", "PageSize": 3, "Asc": asc, "EndTime": end}
    first = bench.ask("QueryDevicePropertyData", StartTime=start, **which, **bench.named)["Data"]
    following = first["NextTime"]
    rest = bench.ask("QueryDevicePropertyData", StartTime=following, **which, **bench.named)["Data"]

    values = [one["Value"] for page in (first, rest) for one in page["List"]["PropertyInfo"]]
    assert values == [str(value) for value in order]
    assert (first["NextValid"], rest["NextValid"]) == (True, False)
    whole = bench.ask(
        "QueryDevicePropertiesData",
        Identifier=["Temperature"],
        StartTime=start,
        EndTime=end,
        PageSize=10,
        Asc=asc,
        **bench.named,
    )
    (info,) = whole["PropertyDataInfos"]["PropertyDataInfo"]
    assert [one["Value"] for one in info["List"]["PropertyInfo"]] == values


def test_a_time_that_ends_before_it_starts_is_refused(bench: Bench) -> None:
    which = {"Identifier": "T", "PageSize": 3, "Asc": 1, "StartTime": 2, "EndTime": 1}

    code = bench.refusal("QueryDevicePropertyData", **which, **bench.named)
    assert code == "iot.device.InvalidTimeBucket"


def test_desired_properties_have_versions(bench: Bench) -> None:
    for value in (1, 2):
        items = json.dumps({"Speed": value})
        told = bench.ask("SetDeviceDesiredProperty", Items=items, Versions="{}", **bench.named)
    assert json.loads(told["Data"]["Versions"]) == {"Speed": 2}
    (info,) = bench.ask("QueryDeviceDesiredProperty", Identifier=["Speed"], **bench.named)["Data"][
        "List"
    ]["DesiredPropertyInfo"]

    assert (info["Value"], info["Version"]) == ("2", 2)
    bench.ask("ClearDeviceDesiredProperty", Identifies=["Speed"], **bench.named)
    assert bench.device.desired == {}


def test_a_service_gives_what_the_device_answers(bench: Bench) -> None:
    bench.device.on_service["dim"] = lambda given: {"level": given["to"] * 2}
    dimmed = bench.ask("InvokeThingService", Identifier="dim", Args='{"to": 4}', **bench.named)
    other = bench.ask("InvokeThingService", Identifier="blink", Args="{}", **bench.named)

    assert json.loads(dimmed["Data"]["Result"]) == {"level": 8}
    assert other["Data"]["MessageId"]
    assert "Result" not in other["Data"]
    code = bench.refusal("InvokeThingService", Identifier="dim", Args="4", **bench.named)
    assert code == "iot.device.InvokeThingServiceFailed"


def test_a_shadow_moves_on_by_versions(bench: Bench) -> None:
    def told(version: int, **state: Any) -> str:
        return json.dumps({"method": "update", "state": state, "version": version})

    bench.ask("UpdateDeviceShadow", ShadowMessage=told(1, desired={"a": 1}), **bench.named)
    bench.ask(
        "UpdateDeviceShadow",
        ShadowMessage=told(2, desired={"b": 2}),
        DeltaUpdate=True,
        **bench.named,
    )
    shadow = json.loads(bench.ask("GetDeviceShadow", **bench.named)["ShadowMessage"])

    assert (shadow["state"], shadow["version"]) == ({"desired": {"a": 1, "b": 2}}, 2)
    for message, code in (
        (told(2), "InvalidVersionValueInShadowMessage"),
        ("shadow", "ShadowMessageIsNotJson"),
        ('{"state": {}, "version": 3}', "NotFoundMethodInShadowMessage"),
        ('{"method": "get", "state": {}, "version": 3}', "MethodValueIsNotUpdate"),
    ):
        refused = bench.refusal("UpdateDeviceShadow", ShadowMessage=message, **bench.named)
        assert refused == f"iot.messagebroker.{code}"


# Topics and messages


def test_topic_categories_of_a_product(bench: Bench) -> None:
    made = bench.ask(
        "CreateProductTopic", ProductKey=bench.product, TopicShortName="log", Operation="PUB"
    )["TopicId"]
    changed = {"TopicShortName": "log", "Operation": "ALL", "Desc": "what it did"}
    bench.ask("UpdateProductTopic", TopicId=str(made), **changed)
    (topic,) = bench.ask("QueryProductTopic", ProductKey=bench.product)["Data"]["ProductTopicInfo"]

    assert topic["TopicShortName"] == f"/{bench.product}/${{deviceName}}/user/log"
    assert (topic["Operation"], topic["Desc"]) == ("ALL", "what it did")
    which = {"ProductKey": bench.product, "TopicShortName": "log"}
    twice = bench.refusal("CreateProductTopic", Operation="PUB", **which)
    assert twice == "iot.messagebroker.TopicAlreadyFound"
    wrong = bench.refusal("CreateProductTopic", Operation="READ", **which)
    assert wrong == "iot.messagebroker.InvalidTopicTemplateOperationValue"
    bench.ask("DeleteProductTopic", TopicId=str(made))
    gone = bench.refusal("DeleteProductTopic", TopicId=str(made))
    assert gone == "iot.messagebroker.TopicTemplateIsNotFound"


def test_what_is_published_can_be_read(bench: Bench) -> None:
    content = base64.b64encode(b"hello").decode()
    bench.ask("Pub", ProductKey=bench.product, TopicFullName="/a/b", MessageContent=content, Qos=1)
    bench.ask(
        "BatchPub",
        ProductKey=bench.product,
        DeviceName=["hall"],
        TopicShortName="log",
        MessageContent=content,
    )
    state: IotState = bench.cloud.state("iot")

    assert [(one.topic, one.content) for one in state.messages(bench.cloud.account.id)] == [
        ("/a/b", b"hello"),
        (f"/{bench.product}/hall/user/log", b"hello"),
    ]


def test_a_device_that_is_asked_answers_if_it_can(bench: Bench) -> None:
    ask = {"RequestBase64Byte": base64.b64encode(b"on?").decode(), "Timeout": 1000, **bench.named}

    assert bench.refusal("RRpc", **ask) == "iot.messagebroker.OFFLINE"
    bench.device.connect()
    assert bench.refusal("RRpc", **ask) == "iot.messagebroker.TIMEOUT"
    bench.device.on_request = lambda asked: asked.upper()
    answer = bench.ask("RRpc", **ask)
    assert (answer["RrpcCode"], base64.b64decode(answer["PayloadBase64Byte"])) == (
        "SUCCESS",
        b"ON?",
    )


def test_accounts_see_nothing_of_each_other(bench: Bench) -> None:
    stranger = bench.cloud.create_account()
    answer = call(stranger.access_key, "QueryDeviceDetail", **bench.named)

    assert answer["Code"] == "iot.prod.NotExistedProduct"
