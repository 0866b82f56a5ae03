"""Configurations of buckets: kept as they came, and given back so. Nothing acts on them here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pytest_ramsts.service import Body, Invocation
from pytest_ramsts.services.oss import xml
from pytest_ramsts.services.oss.authorization import the_bucket
from pytest_ramsts.services.oss.dialect import XML, answer
from pytest_ramsts.services.oss.errors import OssError
from pytest_ramsts.services.oss.product import operation
from pytest_ramsts.services.oss.state import OssState

# Name, sub-resource, and what a bucket without it answers: an error code, or a document.
_CONFIGURATIONS: Final = (
    ("Cors", "cors", "NoSuchCORSConfiguration"),
    ("Encryption", "encryption", "NoSuchServerSideEncryptionRule"),
    ("Inventory", "inventory", "NoSuchInventory"),
    ("Lifecycle", "lifecycle", "NoSuchLifecycle"),
    ("Logging", "logging", "<BucketLoggingStatus></BucketLoggingStatus>"),
    (
        "Referer",
        "referer",
        (
            "<RefererConfiguration><AllowEmptyReferer>true</AllowEmptyReferer>"
            "<RefererList></RefererList></RefererConfiguration>"
        ),
    ),
    (
        "RequestPayment",
        "requestPayment",
        "<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>",
    ),
    ("Website", "website", "NoSuchWebsiteConfiguration"),
)

_NOT_DELETED: Final = ("Referer", "RequestPayment")


def _put(sub_resource: str) -> Callable[..., Body]:
    def put(invocation: Invocation, state: OssState, bucket: str, inventory_id: str = "") -> Body:
        xml.parsed(invocation.request.body)
        state[bucket].settings[sub_resource + inventory_id] = invocation.request.body
        return answer()

    return put


def _get(sub_resource: str, missing: str) -> Callable[..., Body]:
    def get(state: OssState, bucket: str, inventory_id: str = "") -> Body:
        kept = state[bucket].settings.get(sub_resource + inventory_id)
        if kept is None and not missing.startswith("<"):
            raise OssError(missing, extras={"BucketName": bucket})
        body = b'<?xml version="1.0" encoding="UTF-8"?>\n' + missing.encode()
        return answer(headers={"Content-Type": XML}, body=kept or body)

    return get


def _delete(sub_resource: str) -> Callable[..., Body]:
    def delete(state: OssState, bucket: str, inventory_id: str = "") -> Body:
        state[bucket].settings.pop(sub_resource + inventory_id, None)
        return answer(204)

    return delete


for _name, _sub_resource, _missing in _CONFIGURATIONS:
    _place = f"/{{bucket}}?{_sub_resource}"
    operation(f"PUT {_place}", on=the_bucket, name=f"PutBucket{_name}")(_put(_sub_resource))
    operation(f"GET {_place}", on=the_bucket, name=f"GetBucket{_name}")(
        _get(_sub_resource, _missing)
    )
    if _name not in _NOT_DELETED:
        operation(f"DELETE {_place}", on=the_bucket, name=f"DeleteBucket{_name}")(
            _delete(_sub_resource)
        )
