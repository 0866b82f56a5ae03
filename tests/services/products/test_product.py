"""Products that nobody knows beforehand: guarded by the general rule, answered by replies."""

from __future__ import annotations

import json
from typing import Any

import pytest
from alibabacloud_tea_openapi.client import Client
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tea_openapi.utils_models import OpenApiRequest, Params
from aliyunsdkcore.request import CommonRequest, RoaRequest
from darabonba.runtime import RuntimeOptions

from pytest_ramsts import FakeCloud, Policy, RamstsError, User, allow, product
from tests.sdk import clients

CLUSTERS = {
    "DescribeClusterDetail": "GET /clusters/{ClusterId}",
    "ModifyCluster": "PUT /api/v2/clusters/{ClusterId}",
}


def call(user: User, host: str, operation: str, query: Any = None, **params: str) -> Any:
    key = user.access_key
    client = Client(Config(access_key_id=key.id, access_key_secret=key.secret, endpoint=host))
    said = Params(
        action=operation,
        version="2016-04-28",
        protocol="HTTPS",
        pathname=params.get("pathname", "/"),
        method=params.get("method", "POST"),
        auth_type="AK",
        style=params.get("style", "RPC"),
        req_body_type=params.get("req_body_type", "formData"),
        body_type="json",
    )
    body = json.loads(params["body"]) if "body" in params else None
    request = OpenApiRequest(query=query or {}, body=body)
    return client.call_api(said, request, RuntimeOptions())["body"]


def test_a_product_comes_into_being_with_its_first_reply(ramsts: FakeCloud, ram_user: User) -> None:
    ramsts.reply("vpc:DescribeVpcs", {"TotalCount": 3})
    for host in ("vpc.aliyuncs.com", "vpc.cn-hangzhou.aliyuncs.com"):
        with ramsts.denies("vpc:DescribeVpcs", on=f"acs:vpc:*:{ramsts.account.id}:*"):
            call(ram_user, host, "DescribeVpcs")

    ram_user.attach(Policy(allow("vpc:DescribeVpcs")))
    assert call(ram_user, "vpc.cn-hangzhou.aliyuncs.com", "DescribeVpcs")["TotalCount"] == 3


def test_a_narrower_resource_grants_nothing_until_it_is_said_what_an_operation_is_on(
    ramsts: FakeCloud, ram_user: User
) -> None:
    ram_user.attach(Policy(allow("vpc:*", on="acs:vpc:*:*:vpc/vpc-1")))
    ramsts.reply("vpc:DescribeVpcs", {})
    with ramsts.denies("vpc:DescribeVpcs"):
        call(ram_user, "vpc.cn-hangzhou.aliyuncs.com", "DescribeVpcs", {"VpcId": "vpc-1"})

    ramsts.add_service(product("vpc", on={"DescribeVpcs": "vpc/{VpcId,*}"}))
    assert call(ram_user, "vpc.cn-hangzhou.aliyuncs.com", "DescribeVpcs", {"VpcId": "vpc-1"})
    for query in ({"VpcId": "vpc-2"}, {}):
        with ramsts.denies("vpc:DescribeVpcs"):
            call(ram_user, "vpc.cn-hangzhou.aliyuncs.com", "DescribeVpcs", query)


def test_the_other_operations_are_guarded_too_and_say_what_is_missing() -> None:
    cloud = FakeCloud()
    cloud.reply("vpc:DescribeVpcs", {})
    user = cloud.account.create_user(policies=[Policy(allow("vpc:*"))])

    with pytest.raises(RamstsError, match=r'cloud.reply\("vpc:DeleteVpc", ...\)'), cloud:
        call(user, "vpc.aliyuncs.com", "DeleteVpc")


def test_a_word_of_an_action_may_not_be_that_of_the_host(ramsts: FakeCloud, ram_user: User) -> None:
    ramsts.reply("mq:QueryToken", {"TokenStatus": True})
    ram_user.attach(Policy(allow("mq:QueryToken")))

    assert call(ram_user, "onsmqtt.cn-hangzhou.aliyuncs.com", "QueryToken")["TokenStatus"] is True


def test_the_older_sdk_speaks_to_a_product_too(ramsts: FakeCloud) -> None:
    ramsts.reply("dysms:SendSms", {"Code": "OK"})
    request = CommonRequest("dysmsapi.aliyuncs.com", "2017-05-25", "SendSms")
    request.set_method("POST")
    request.add_query_param("PhoneNumbers", "13800000000")
    answer = clients.legacy(ramsts.admin_key).do_action_with_exception(request)

    assert json.loads(answer)["Code"] == "OK"
    assert ramsts.calls.last.parameters["PhoneNumbers"] == "13800000000"


@pytest.mark.parametrize("action", ["DescribeVpcs", "vpc:", "vpc:Describe Vpcs", ":x", "v/c:X"])
def test_what_is_no_action_has_no_reply(ramsts: FakeCloud, action: str) -> None:
    with pytest.raises(RamstsError):
        ramsts.reply(action, {})


def test_an_operation_that_a_known_service_lacks_names_the_nearest(ramsts: FakeCloud) -> None:
    with pytest.raises(RamstsError, match="did you mean `ecs:DescribeInstances`"):
        ramsts.reply("ecs:DescribeInstance", {})
    with pytest.raises(RamstsError, match="one or more"):
        ramsts.reply("ecs:DescribeInstances", [])


# The ROA style


def test_what_a_path_names_is_a_parameter(ramsts: FakeCloud, ram_user: User) -> None:
    ramsts.add_service(
        product("cs", routes=CLUSTERS, on={"DescribeClusterDetail": "cluster/{ClusterId}"})
    )
    ramsts.reply("cs:DescribeClusterDetail", lambda call: {"id": call.parameters["ClusterId"]})
    ram_user.attach(Policy(allow("cs:*", on="acs:cs:*:*:cluster/c1")))
    roa = {"style": "ROA", "method": "GET", "req_body_type": "json"}

    answer = call(
        ram_user,
        "cs.cn-hangzhou.aliyuncs.com",
        "DescribeClusterDetail",
        pathname="/clusters/c1",
        **roa,
    )
    assert answer["id"] == "c1"
    with pytest.raises(ClientException) as caught:
        call(
            ram_user,
            "cs.cn-hangzhou.aliyuncs.com",
            "DescribeClusterDetail",
            pathname="/clusters/c2",
            **roa,
        )
    assert (caught.value.status_code, caught.value.code) == (403, "Forbidden.RAM")


def test_the_members_of_a_body_are_parameters(ramsts: FakeCloud) -> None:
    ramsts.add_service(product("cs", routes=CLUSTERS))
    ramsts.reply("cs:ModifyCluster", {"task_id": "T-1"})
    owner: Any = ramsts.account
    call(
        owner,
        "cs.cn-hangzhou.aliyuncs.com",
        "ModifyCluster",
        style="ROA",
        method="PUT",
        pathname="/api/v2/clusters/c1",
        req_body_type="json",
        body='{"deletion_protection": true}',
    )

    sent = ramsts.calls.last.parameters
    assert (sent["ClusterId"], sent["deletion_protection"]) == ("c1", "true")


def test_a_client_that_names_no_operation_is_understood_by_its_path(ramsts: FakeCloud) -> None:
    ramsts.add_service(product("cs", routes=CLUSTERS))
    ramsts.reply("cs:DescribeClusterDetail", {"id": "c1"})
    request = RoaRequest("CS", "2015-12-15", None, uri_pattern="/clusters/[ClusterId]")
    request.set_path_params({"ClusterId": "c1"})
    request.set_method("GET")
    request.set_endpoint("cs.cn-hangzhou.aliyuncs.com")
    answer = clients.legacy(ramsts.admin_key).do_action_with_exception(request)

    assert json.loads(answer)["id"] == "c1"
    assert ramsts.calls.last.operation == "DescribeClusterDetail"
