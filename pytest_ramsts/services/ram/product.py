"""RAM 2015-05-01: its hosts, and how it refuses."""

from __future__ import annotations

import base64
from collections.abc import Container, Mapping
from typing import Any, Final

from pytest_ramsts.clock import timestamp
from pytest_ramsts.errors import ApiError, InvalidParameterError, NoPermissionError
from pytest_ramsts.identity import Page
from pytest_ramsts.identity.names import check_range
from pytest_ramsts.identity.tags import Tagged, bears
from pytest_ramsts.policy import Decision
from pytest_ramsts.service import Body, Invocation, Service
from pytest_ramsts.wire import signatures


def denied(decision: Decision, invocation: Invocation) -> ApiError:
    # The documented resources have `*` for the region; RAM is asked with an empty one, which every
    # spelling matches.
    resource = decision.access.resource.replace("acs:ram::", "acs:ram:*:", 1)
    return NoPermissionError(
        "You are not authorized to do this action."
        f" Resource: {resource} Action: {decision.access.action}",
        detail=invocation.denial(decision),
    )


def request_tags(invocation: Invocation) -> Mapping[str, str]:
    """The tags that a call sets, as condition keys; in a listing they only narrow it."""
    if not invocation.operation.name.startswith(("Create", "TagResources")):
        return {}
    return {
        f"acs:RequestTag/{pair['Key']}": pair.get("Value", "")
        for pair in invocation.listed("Tag")
        if isinstance(pair, dict) and "Key" in pair
    }


ram: Final = Service(
    "ram",
    hosts=["ram.aliyuncs.com", "ram.{region}.aliyuncs.com", "ram.vpc-proxy.aliyuncs.com"],
    version="2015-05-01",
    denied=denied,
    regional=False,
    keys=request_tags,
    signatures=signatures.SIGNED,
    spelling={"mfa": "MFA"},
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


def token_page(
    pairs: list[tuple[str, str, str]], token: str, size: int, *, parameter: str
) -> tuple[list[tuple[str, str, str]], str]:
    """Some tags of things, in the order of names and keys, and the token of the next page."""
    check_range(parameter, size, 1, 100)
    ordered = sorted(pairs)
    if token:
        last = _place(token)
        ordered = [pair for pair in ordered if pair[:2] > last]
    shown = ordered[:size]
    more = len(ordered) > size
    return shown, base64.urlsafe_b64encode(
        "\n".join(shown[-1][:2]).encode()
    ).decode() if more else ""


def _place(token: str) -> tuple[str, str]:
    try:
        name, _, key = base64.urlsafe_b64decode(token).decode().partition("\n")
    except ValueError:
        raise InvalidParameterError(
            "NextToken", "Format", hint=f"`{token}` is no token that this list gave out"
        ) from None
    return name, key


def tags_of(thing: Tagged) -> Body:
    """Tags as listings show them."""
    return {"Tag": [{"TagKey": key, "TagValue": value} for key, value in thing.tags.items()]}


class Bearers(Container[Any]):
    """The things that bear certain tags, for a listing of these only."""

    def __init__(self, tags: Mapping[str, str]) -> None:
        self._tags = tags

    def __contains__(self, thing: object) -> bool:
        return isinstance(thing, Tagged) and bears(thing, self._tags)
