"""Every operation of RAM, STS and IMS, through the official SDKs: what it answers, to whom it is
refused, and each error it documents. See `table.py`.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from aliyunsdkcore.request import RpcRequest

from pytest_ramsts import ApiError, FakeCloud, Limits
from pytest_ramsts.services import SERVICES
from pytest_ramsts.wire import rpc

from . import clients
from .furnished import Furnished, furnish
from .table import ROWS, RULES, Row, Rule, parameters

OPERATIONS: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "api.json").read_text("utf-8")
)["operations"]

# The pages have slips of their own, which the service is not known to share.
SLIPS = {
    '"PolicyNam"': '"PolicyName"',
    '"RoleNam"': '"RoleName"',
    "defaul version": "default version",
}


def _mended(error: tuple[int, str, str]) -> tuple[int, str, str]:
    status, code, message = error
    for slip, meant in SLIPS.items():
        message = message.replace(slip, meant)
    if code == "InvalidParameter.PolicyDocument.Length":
        message = message.replace("PolicyName", "PolicyDocument")
    return status, code, message


ERRORS = [
    (name, *_mended(error))
    for name, operation in OPERATIONS.items()
    for error in operation["errors"] + operation["errors_by_analogy"]
]


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Iterator[Furnished]:
    with FakeCloud(limits=getattr(request, "param", None)) as cloud:
        yield furnish(cloud)


# The table itself


UNPUBLISHED = {"sts.GenerateSessionAccessKey"}
"""What no list has, and SDKs call; see tests/environment/test_key_pairs.py."""


def test_every_published_operation_exists_and_no_other() -> None:
    ours = {
        f"{s.name}.{o}" for s in SERVICES for o in s.operations if s.name in ("ram", "sts", "ims")
    }

    assert ours == set(OPERATIONS) | UNPUBLISHED


def test_every_operation_has_a_row() -> None:
    assert set(ROWS) == set(OPERATIONS)


def test_every_documented_error_has_a_rule() -> None:
    without = {(name, code) for name, _, code, _ in ERRORS if _rule(name, code) is None}

    assert without == set()


def _rule(name: str, code: str) -> Rule | None:
    row = ROWS.get(name)
    return (row.errors.get(code) if row else None) or RULES.get(code)


# Success


@pytest.mark.parametrize("name", ROWS)
def test_the_answer_fills_the_sdk_s_response(name: str, world: Furnished) -> None:
    row = ROWS[name]
    response = call(name, row.asked(world), credentials(row, world))
    answered = world.cloud.calls.last.response.json()

    assert _differences(OPERATIONS[name]["response"], answered, row.absent) == []
    assert response.status_code == 200
    assert response.body.to_map() == answered  # the SDK knows every member, under this name


@pytest.mark.parametrize("name", [name for name in ROWS if name.startswith(("ram.", "sts."))])
def test_the_older_sdk_gets_the_same_answer(name: str, world: Furnished) -> None:
    request = _legacy_request(name)
    if request is None:
        pytest.skip("the older SDK has no such operation")
    row = ROWS[name]
    for parameter, value in row.asked(world).items():
        request.add_query_param(parameter, json.dumps(value) if isinstance(value, list) else value)
    client = clients.legacy(credentials(row, world))
    answered = json.loads(client.do_action_with_exception(request))

    assert _differences(OPERATIONS[name]["response"], answered, row.absent) == []


@pytest.mark.parametrize("name", ROWS)
def test_an_answer_in_xml_has_the_same_members(name: str, world: Furnished) -> None:
    row = ROWS[name]
    call(name, row.asked(world), credentials(row, world))
    answered = world.cloud.calls.last.response.json()

    written = rpc.success(answered, answered["RequestId"], "XML", name.partition(".")[2])
    root = ET.fromstring(written.body)

    assert root.tag == f"{name.partition('.')[2]}Response"
    assert _leaves_of_xml(root) == sorted(_leaves_of_json(answered))


def _leaves_of_xml(element: ET.Element, at: str = "") -> list[tuple[str, str]]:
    """Every value, with the names above it."""
    found: list[tuple[str, str]] = []
    for child in element:
        path = f"{at}/{child.tag}"
        found += _leaves_of_xml(child, path) if len(child) else [(path, child.text or "")]
    return sorted(found)


def _leaves_of_json(value: Any, at: str = "") -> list[tuple[str, str]]:
    match value:
        case dict():
            if not value:
                return [(at, "")]
            return [
                leaf for name, one in value.items() for leaf in _leaves_of_json(one, f"{at}/{name}")
            ]
        case list():
            return [leaf for one in value for leaf in _leaves_of_json(one, at)]
        case bool():
            return [(at, "true" if value else "false")]
    return [(at, str(value))]


# Refusal


@pytest.mark.parametrize("name", [name for name in ROWS if OPERATIONS[name]["action"]])
def test_it_is_refused_to_who_may_not_do_that_action_on_that_resource(
    name: str, world: Furnished
) -> None:
    row = ROWS[name]
    asked = row.asked(world)
    expected = row.resources(world) if row.resources else _resources(name, asked, world)

    with pytest.raises(AlibabaCloudException) as caught:
        call(name, asked, world.stranger.access_key)

    denied = world.cloud.calls.last
    assert (caught.value.code, caught.value.status_code) == ("NoPermission", 403)
    assert denied.action == OPERATIONS[name]["action"]
    assert list(denied.resources) == expected
    detail = caught.value.access_denied_detail
    assert detail["AuthAction"] == denied.action
    assert detail["AuthPrincipalDisplayName"] == world.stranger.id
    assert detail["EncodedDiagnosticMessage"].startswith("AQEAAAAA")


# Errors


@pytest.mark.parametrize(
    ("name", "status", "code", "message"),
    [pytest.param(*error, id=f"{error[0]}-{error[2]}-{n}") for n, error in enumerate(ERRORS)],
)
def test_a_documented_error_is_met(name: str, status: int, code: str, message: str) -> None:
    rule = _rule(name, code)
    if rule is None or name not in ROWS:
        pytest.fail(f"no way to {code} of {name} is known")
    row = ROWS[name]
    with FakeCloud(limits=rule.limits or Limits()) as cloud:
        world = furnish(cloud)
        if rule.programmed:
            cloud.reply(_action(name), ApiError(code, message, status=status))
        if rule.before is not None:
            rule.before(world)
        asked = row.asked(world)
        known = OPERATIONS[name]["parameters"]
        changed = parameters(rule.change, world)
        asked |= {key: value for key, value in changed.items() if key in known}
        who = rule.by(world).access_key if rule.by else credentials(row, world)
        if rule.twice:
            call(name, asked, who)
        if rule.after is not None:
            rule.after(world)
        with pytest.raises(AlibabaCloudException) as caught:
            call(name, asked, who)

    assert (caught.value.code, caught.value.status_code) == (code, status)
    if "<" not in message:
        assert cloud.calls.last.response.json()["Message"].startswith(message)


# How a call is made


def credentials(row: Row, world: Furnished) -> clients.Credentials:
    return row.by(world).access_key if row.by else world.cloud.admin_key


def call(name: str, asked: Mapping[str, Any], credentials: clients.Credentials) -> Any:
    """Through the official client's own method, with its own request class."""
    service, operation = name.split(".")
    client: Any = {"ram": clients.ram, "sts": clients.sts, "ims": clients.ims}[service](credentials)
    methods = {method.replace("_", ""): method for method in dir(client)}
    method = getattr(client, methods[operation.lower()])
    request_class = getattr(_models(service), f"{operation}Request", None)
    if request_class is None:
        assert not asked, f"{name} takes no parameters"
        return method()
    request = request_class().from_map(dict(asked))
    given = {parameter for parameter, value in request.to_map().items() if value not in (None, [])}
    assert given == {parameter for parameter, value in asked.items() if value is not None}
    return method(request)


def _action(name: str) -> str:
    service_name, operation = name.split(".")
    service = next(service for service in SERVICES if service.name == service_name)
    return service.operations[operation].action


def _models(service: str) -> Any:
    version = {"ram": "20150501", "sts": "20150401", "ims": "20190815"}[service]
    return importlib.import_module(f"alibabacloud_{service}{version}.models")


def _legacy_request(name: str) -> RpcRequest | None:
    service, operation = name.split(".")
    version = {"ram": "v20150501", "sts": "v20150401"}[service]
    try:
        module = importlib.import_module(f"aliyunsdk{service}.request.{version}.{operation}Request")
    except ModuleNotFoundError:
        return None
    request: RpcRequest = getattr(module, f"{operation}Request")()
    return request


# What is compared


def _differences(shape: Any, value: Any, absent: frozenset[str], at: str = "") -> list[str]:
    """Where an answer is not of the published shape: members missing, unknown or of another
    type.
    """
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return [f"{at}: no object"]
        found = [f"{at}{name} is unknown" for name in value if name not in shape]
        for name, inner in shape.items():
            path = f"{at}{name}"
            if name in value:
                found += _differences(inner, value[name], absent, f"{path}.")
            elif path not in absent and not _last_page(name, at):
                found.append(f"{path} is missing")
        return found
    if isinstance(shape, list):
        path = at.removesuffix(".")
        if not isinstance(value, list) or (not value and path not in absent):
            return [f"{path}: no list with something in it"]
        return [line for one in value for line in _differences(shape[0], one, absent, at)]
    kind = {"string": str, "integer": int, "boolean": bool, "Any": object}[shape]
    right = isinstance(value, kind) and not (shape == "integer" and isinstance(value, bool))
    return [] if right else [f"{at}: {value!r} is no {shape}"]


def _last_page(name: str, at: str) -> bool:
    """Only a page that another follows has a marker."""
    return not at and name in ("Marker", "NextToken")


def _resources(name: str, asked: Mapping[str, Any], world: Furnished) -> list[str]:
    """The documented resources with this call's values in them."""
    account = world.account.id
    if asked.get("PolicyType") == "System":
        account = "system"

    def fill(found: re.Match[str]) -> str:
        what = found[1]
        match what:
            case "account" | "role-account":
                return world.account.id
            case "account|system":
                return account
            case "UserName part of UserPrincipalName" | "UserName":
                return _user_name(asked, world)
            case "RoleName" if "RoleArn" in asked:
                return str(asked["RoleArn"]).rpartition("/")[2]
        return str(asked[what])

    return [
        re.sub("<([^>]*)>", fill, template).replace("acs:ram:*:", "acs:ram::", 1)
        for template in OPERATIONS[name]["resources"]
    ]


def _user_name(asked: Mapping[str, Any], world: Furnished) -> str:
    """The user that a call is about; the caller, where it names nobody."""
    if "UserName" in asked:
        return str(asked["UserName"])
    if "UserPrincipalName" in asked:
        return str(asked["UserPrincipalName"]).rpartition("@")[0]
    if "UserId" in asked:
        return world.account.user_of_id(str(asked["UserId"])).name
    return world.stranger.name
