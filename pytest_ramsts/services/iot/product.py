"""IoT Platform 2018-01-20: its hosts, its envelope, and its two ways to refuse.

`operations.txt` has a line for each operation of the official SDK and of the published API
metadata: its name, and the parameters that a call must have.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any, Final

from pytest_ramsts.errors import ApiError
from pytest_ramsts.policy import Decision
from pytest_ramsts.service import Body, Invocation, Rpc, Service, forbidden_by_ram
from pytest_ramsts.services.iot.errors import IotError
from pytest_ramsts.services.iot.state import IotState
from pytest_ramsts.wire import Request, Response, rpc

__all__ = ["everything", "iot"]

# No `Success` in the response classes of these two, as the SDK has them.
_WITHOUT_ENVELOPE: Final = frozenset({"GetThingModelStatusInner", "OpenIotService"})


def everything(invocation: Invocation, **_: object) -> str:
    """What every operation is done on: access is granted by operation, never by product or device.

    The vendor's page writes `*` for the resource. Asked with a whole ARN, a policy with `*` and one
    with `acs:iot:*:*:*` grant it, and nothing narrower does.
    """
    return f"acs:iot:{invocation.region}:{invocation.account.id}:*"


class Envelope(Rpc):
    """`Success`, `Code` and `ErrorMessage` in every answer, with HTTP 200 also for a business
    error.

    An application that waits for an exception takes such a refusal for a success: the SDKs raise
    none.
    """

    def success(
        self, body: Body, request_id: str, call: rpc.RpcCall, invocation: Invocation
    ) -> Response:
        if isinstance(body, Mapping) and call.operation not in _WITHOUT_ENVELOPE:
            body = {"Success": True, "Code": "", **body}
        return super().success(body, request_id, call, invocation)

    def failure(self, error: ApiError, request_id: str, request: Request, product: str) -> Response:
        if not isinstance(error, IotError):
            return super().failure(error, request_id, request, product)
        body: dict[str, Any] = {
            "Success": False,
            "Code": error.code,
            "ErrorMessage": error.message,
            **error.body,
        }
        return rpc.success(body, request_id, rpc.wanted_format(request), "Error")


def _denied(decision: Decision, invocation: Invocation) -> ApiError:
    if invocation.world.settings.iot_denial == "gateway":
        return forbidden_by_ram(decision, invocation)
    return IotError("iot.common.RamActionPermissionDeny")


iot: Final = Service(
    "iot",
    hosts=["iot.{region}.aliyuncs.com", "iot.aliyuncs.com", "iot-vpc.{region}.aliyuncs.com"],
    version="2018-01-20",
    dialect=Envelope(),
    denied=_denied,
    state=IotState,
    other=lambda _: {},  # the empty success, within the envelope
)

for _line in resources.files(__package__).joinpath("operations.txt").read_text().splitlines():
    _name, *_required = _line.split()
    iot.declare(_name, on=everything, requires=_required)
