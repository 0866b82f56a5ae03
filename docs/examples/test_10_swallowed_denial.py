"""Chapter 10. The denial that nobody noticed.

IoT Platform answers a caller without permission with HTTP 200. The refusal is in the body:
`Success: false`, and a code. No SDK raises an exception for it. An application that only waits for
exceptions takes the denial for a success, and so does a test that only waits for exceptions.
"""

from __future__ import annotations

from typing import Any

import pytest
from alibabacloud_iot20180120.models import RegisterDeviceRequest
from alibabacloud_tea_openapi.exceptions import ClientException

from pytest_ramsts import FakeCloud, Settings, User

from .clients import iot_client


@pytest.fixture
def installer(ramsts: FakeCloud) -> User:
    """A user who may look at devices, and was never allowed to register any."""
    return ramsts.account.create_user("installer", policies=["AliyunIOTReadOnlyAccess"])


def _register(name: str) -> Any:
    request = RegisterDeviceRequest(product_key="a1shop", device_name=name)
    return iot_client().register_device(request).body


def register_carelessly(name: str) -> str:
    """An application as it is often written."""
    try:
        _register(name)
    except ClientException as error:
        return f"failed: {error.code}"
    return "registered"


def register_carefully(name: str) -> str:
    """The same application, after this test was written."""
    try:
        body = _register(name)
    except ClientException as error:
        return f"failed: {error.code}"
    return "registered" if body.success else f"failed: {body.code}"


def test_a_careless_application_takes_the_denial_for_a_success(
    ramsts: FakeCloud, installer: User
) -> None:
    """The careless application reports success. The journal of the cloud knows better."""
    with ramsts.acting_as(installer):
        report = register_carelessly("hall-thermostat")

    assert report == "registered"
    assert [call.action for call in ramsts.calls.denied] == ["iot:RegisterDevice"]
    assert ramsts.calls.last.status == 200
    assert ramsts.calls.last.body["Success"] is False


def test_what_to_assert_instead(ramsts: FakeCloud, installer: User) -> None:
    """Expect the call to be allowed, and the test fails where the application does not."""
    with (
        ramsts.acting_as(installer),
        pytest.raises(AssertionError, match="`iot:RegisterDevice` was not allowed"),
        ramsts.allows("iot:RegisterDevice"),
    ):
        register_carelessly("hall-thermostat")


def test_a_careful_application_reads_the_envelope(ramsts: FakeCloud, installer: User) -> None:
    """The careful application looks into the body and reports the refusal."""
    with ramsts.acting_as(installer), ramsts.denies("iot:RegisterDevice") as denial:
        report = register_carefully("hall-thermostat")

    assert report == "failed: iot.common.RamActionPermissionDeny"
    assert denial.error is None


@pytest.mark.ramsts(settings=Settings(iot_denial="gateway"))
def test_the_gateway_can_refuse_too(ramsts: FakeCloud, installer: User) -> None:
    """A refusal by the gateway is documented as well: 403, an exception. Test for both."""
    with ramsts.acting_as(installer):
        report = register_carefully("hall-thermostat")

    assert report == "failed: Forbidden.RAM"
