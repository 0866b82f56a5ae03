"""What nobody answers is refused so that an SDK can read it, and a person knows what to do."""

from __future__ import annotations

import json
import socket

import pytest
from alibabacloud_sts20150401.client import Client
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.models import Config
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest

from pytest_ramsts import FakeCloud, LeakError
from pytest_ramsts.wire import Request


def common_request(domain: str, action: str) -> CommonRequest:
    request = CommonRequest(domain=domain, version="2015-04-01", action_name=action)
    request.set_protocol_type("https")
    return request


def test_a_host_that_nobody_answers_names_the_closest_one(ramsts: FakeCloud) -> None:
    key = ramsts.admin_key
    client = Client(
        Config(
            access_key_id=key.id,
            access_key_secret=key.secret,
            endpoint="stss.cn-beijing.aliyuncs.com",
        )
    )

    with pytest.raises(ClientException) as caught:
        client.get_caller_identity()
    assert caught.value.code == "InvalidProduct.NotFound"
    assert "no fake service answers for `stss.cn-beijing.aliyuncs.com`" in caught.value.message
    assert "did you mean `sts.cn-beijing.aliyuncs.com`?" in caught.value.message
    assert "cloud.add_service(...)" in caught.value.message


def test_an_operation_that_nobody_knows_names_the_closest_one(ramsts: FakeCloud) -> None:
    key = ramsts.admin_key
    client = AcsClient(key.id, key.secret, "cn-hangzhou")

    with pytest.raises(ServerException) as caught:
        client.do_action_with_exception(common_request("sts.aliyuncs.com", "AsumeRole"))
    assert caught.value.get_error_code() == "InvalidApi.NotFound"
    assert caught.value.get_http_status() == 404
    assert "did you mean `AssumeRole`?" in caught.value.get_error_msg()


@pytest.mark.parametrize("host", ["unknown.aliyuncs.com", "A" * 5000 + ".aliyuncs.com"])
def test_the_answer_is_json_whatever_the_host(ramsts: FakeCloud, host: str) -> None:
    answer = ramsts.handle(Request("GET", f"https://{host}/anything"))

    assert answer.status == 404
    assert json.loads(answer.body)["Code"] == "InvalidProduct.NotFound"
    assert len(json.loads(answer.body)["Message"]) < 1000


@pytest.mark.usefixtures("ramsts")
def test_what_no_interceptor_knows_does_not_leave_the_machine() -> None:
    """A library of one's own on bare sockets."""
    with pytest.raises(LeakError, match=r"nothing here answers `sts\.aliyuncs\.com` for"):
        socket.create_connection(("sts.aliyuncs.com", 443), timeout=1)
