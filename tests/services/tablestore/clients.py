"""The SDK's client, as an application makes it, and requests that no SDK makes, signed by hand."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

from tablestore import (
    INF_MAX,
    INF_MIN,
    CapacityUnit,
    Condition,
    OTSClient,
    ReservedThroughput,
    Row,
    RowExistenceExpectation,
    TableMeta,
    TableOptions,
)

from pytest_ramsts.environment import Credentials
from pytest_ramsts.services.tablestore import Instance
from pytest_ramsts.wire import Headers, Request

__all__ = [
    "ALWAYS",
    "FROM_START",
    "NO_THROUGHPUT",
    "TO_END",
    "Credentials",
    "client_of",
    "columns_of",
    "signed",
    "table_of_orders",
]

ALWAYS = Condition(RowExistenceExpectation.IGNORE)
FROM_START, TO_END = [("id", INF_MIN)], [("id", INF_MAX)]
NO_THROUGHPUT = ReservedThroughput(CapacityUnit(0, 0))


def client_of(credentials: Credentials, instance: Instance, **options: Any) -> OTSClient:
    return OTSClient(
        instance.endpoint,
        credentials.id,
        credentials.secret,
        instance.name,
        sts_token=credentials.security_token or None,
        **options,
    )


def table_of_orders(client: OTSClient, name: str = "orders", **options: Any) -> None:
    client.create_table(
        TableMeta(name, [("id", "INTEGER")]), TableOptions(**options), NO_THROUGHPUT
    )


def columns_of(row: Row | None) -> dict[str, Any] | None:
    """The newest version of each column of a row that the SDK read."""
    if row is None:
        return None
    newest: dict[str, Any] = {}
    for name, value, _ in row.attribute_columns:
        newest.setdefault(name, value)
    return newest


def signed(
    credentials: Credentials,
    instance: Instance,
    path: str,
    body: bytes = b"",
    *,
    method: str = "POST",
    content_type: str = "",
    **headers: str | None,
) -> Request:
    """A request signed as the page on the API says, version 2. A header given as None is left out.

    A header is named by its last word: `date` for `x-ots-date`.
    """
    given = {
        "accesskeyid": credentials.id,
        "apiversion": "2015-12-31",
        "contentmd5": base64.b64encode(hashlib.md5(body).digest()).decode(),
        "date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}.000Z",
        "instancename": instance.name,
        "ststoken": credentials.security_token or None,
        **headers,
    }
    sent = {f"x-ots-{name}": value for name, value in given.items() if value is not None}
    text = "".join(f"{name}:{sent[name]}\n" for name in sorted(sent))
    mac = hmac.new(credentials.secret.encode(), f"{path}\nPOST\n\n{text}".encode(), "sha1")
    sent["x-ots-signature"] = base64.b64encode(mac.digest()).decode()
    if content_type:
        sent["Content-Type"] = content_type
    return Request(method, instance.endpoint + path, Headers(sent.items()), body)
