"""RAM 2015-05-01: its hosts, and how it refuses."""

from __future__ import annotations

from typing import Any, Final

from pytest_ramsts.clock import timestamp
from pytest_ramsts.errors import ApiError, InvalidParameterError, NoPermissionError
from pytest_ramsts.identity import Page
from pytest_ramsts.policy import Decision
from pytest_ramsts.service import Body, Invocation, Service


def _denied(decision: Decision, _: Invocation) -> ApiError:
    # The documented resources have `*` for the region; RAM is asked with an empty one, which every
    # spelling matches.
    resource = decision.access.resource.replace("acs:ram::", "acs:ram:*:", 1)
    return NoPermissionError(
        "You are not authorized to do this action."
        f" Resource: {resource} Action: {decision.access.action}",
        detail=decision.detail(),
    )


ram: Final = Service(
    "ram",
    hosts=["ram.aliyuncs.com", "ram.{region}.aliyuncs.com", "ram.vpc-proxy.aliyuncs.com"],
    version="2015-05-01",
    denied=_denied,
    regional=False,
)


def date(seconds: float | None) -> str:
    """A date as RAM writes it; "" for what never was."""
    return "" if seconds is None else timestamp(seconds)


def paged(page: Page[Any], plural: str, singular: str, items: list[dict[str, Any]]) -> Body:
    """A page of a listing: the items, wrapped twice, and the marker only where there is more."""
    body: dict[str, Any] = {"IsTruncated": bool(page.marker), plural: {singular: items}}
    if page.marker:
        body["Marker"] = page.marker
    return body


def page_size(max_items: int, longest: int = 1000) -> int:
    """`MaxItems` within its range."""
    if not 1 <= max_items <= longest:
        raise InvalidParameterError("MaxItems", "", hint=f"{max_items}: between 1 and {longest}")
    return max_items
