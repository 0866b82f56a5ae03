"""How IoT Platform refuses: HTTP 200, and the refusal in the body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_ramsts.errors import ApiError

__all__ = ["IotError"]


class IotError(ApiError):
    """A business error of IoT Platform: HTTP 200 with `Success: false`. Texts are those of its page
    "Error codes"; `body` is what the answer has besides.
    """

    status = 200

    def __init__(self, code: str, *, hint: str = "", body: Mapping[str, Any] | None = None) -> None:
        super().__init__(code, _TEXTS[code], hint=hint)
        self.body = body or {}


_TEXTS: Final = {
    "iot.common.InvalidPageParams": "The specified page size or page number is invalid.",
    "iot.common.RamActionPermissionDeny": (
        "You do not have the RAM permission to access the resource."
    ),
    "iot.device.AlreadyExistedDeviceName": "The device name already exists.",
    "iot.device.DeviceApplyIsNotFound": "The ApplyId is not found.",
    "iot.device.DeviceCountExceeded": "Number of devices requested exceeds the maximum limit.",
    "iot.device.InvalidFormattedDeviceName": "The format of the device name is invalid.",
    "iot.device.InvalidFormattedDevicePropertiesString": (
        "The format of device property string is invalid."
    ),
    "iot.device.InvalidTimeBucket": "The specified time range is invalid.",
    "iot.device.InvokeThingServiceFailed": "Failed to invoke the service.",
    "iot.device.NoneDeviceNameElement": "The device name list cannot be empty.",
    "iot.device.NotExistedDevice": "The specified device does not exist.",
    "iot.device.NullDeviceName": "Device name cannot be empty.",
    "iot.messagebroker.InvalidFormattedTopicName": "Format of the topic is invalid.",
    "iot.messagebroker.InvalidTimeoutValue": "The timeout value is invalid.",
    "iot.messagebroker.InvalidTopicTemplateOperationValue": (
        "The operation value of the topic category is not correct."
    ),
    "iot.messagebroker.InvalidVersionValueInShadowMessage": (
        "The version value of device shadow is not correct."
    ),
    "iot.messagebroker.MessageContentIsNotBase64Encode": (
        "The message content is not base64 encoded."
    ),
    "iot.messagebroker.MethodValueIsNotUpdate": "The method value of device shadow is not update.",
    "iot.messagebroker.NotFoundMethodInShadowMessage": (
        "method information of device shadow is not found."
    ),
    "iot.messagebroker.NotFoundStateInShadowMessage": (
        "state information of device shadow is not found."
    ),
    "iot.messagebroker.NotFoundVersionOrNullVersionValue": (
        "version information is not complete or the value of version is empty."
    ),
    "iot.messagebroker.OFFLINE": "Failed because the device is offline.",
    "iot.messagebroker.ShadowMessageIsNotJson": "Device shadow is not in JSON format.",
    "iot.messagebroker.TIMEOUT": "Failed because of timeout.",
    "iot.messagebroker.TopicAlreadyFound": "The topic category name already exists.",
    "iot.messagebroker.TopicTemplateIsNotFound": "The topic category is not found.",
    "iot.prod.AlreadyExistedProductName": "The same product name already exists.",
    "iot.prod.InvalidFormattedProductName": "The format of the ProductName is invalid.",
    "iot.prod.InvalidNodeType": "The node type of the product is invalid.",
    "iot.prod.NotExistedProduct": "The specified product does not exist.",
}
