"""Tags of roles and policies."""

from __future__ import annotations

from typing import Any

from pytest_ramsts.errors import MissingParameterError
from pytest_ramsts.identity import Account, ManagedPolicy, Role
from pytest_ramsts.identity.names import check_one_of
from pytest_ramsts.identity.tags import bears
from pytest_ramsts.service import Body, Invocation
from pytest_ramsts.services.ram import roles
from pytest_ramsts.services.ram.policies import find_custom
from pytest_ramsts.services.ram.product import ram, token_page


def _resources(
    invocation: Invocation,  # noqa: ARG001 - what every resource function is given
    resource_type: str,
    resource_names: list[str] | None = None,
    **_: object,
) -> list[str]:
    """Each role or policy that is named; without names, any of the kind."""
    kind = check_one_of("ResourceType", resource_type, "role", "policy")
    return [f"{kind}/{name}" for name in resource_names or ["*"]]


def _found(
    account: Account, resource_type: str, resource_names: list[str] | None
) -> list[Role | ManagedPolicy]:
    if resource_type == "role":
        return [roles.find(account, name) for name in resource_names or account.roles]
    return [find_custom(account, name) for name in resource_names or account.policies]


@ram.operation(on=_resources)
def tag_resources(
    account: Account,
    resource_type: str,
    tag: dict[str, str],
    resource_names: list[str] | None = None,
) -> Body:
    if not resource_names:
        raise MissingParameterError("ResourceNames")
    for thing in _found(account, resource_type, resource_names):
        thing.tag(tag)
    return {}


@ram.operation(on=_resources)
def untag_resources(
    account: Account,
    resource_type: str,
    resource_names: list[str],
    tag_keys: list[str] | None = None,
    all: bool = False,  # noqa: A002 - the API's word
) -> Body:
    things = _found(account, resource_type, resource_names)
    for thing in things:
        if all or tag_keys:
            thing.untag(*(() if all else tag_keys or ()))
    return {}


@ram.operation(on=_resources)
def list_tag_resources(
    account: Account,
    resource_type: str,
    resource_names: list[str] | None = None,
    tag: dict[str, str] | None = None,
    next_token: str = "",
    page_size: int = 100,
) -> Body:
    pairs = [
        (thing.name, key, value)
        for thing in _found(account, resource_type, resource_names)
        if bears(thing, tag or {})
        for key, value in thing.tags.items()
    ]
    shown, token = token_page(pairs, next_token, page_size, parameter="PageSize")
    body: dict[str, Any] = {
        "TagResources": [
            {
                "ResourceName": name,
                "ResourceType": resource_type,
                "TagKey": key,
                "TagValue": value,
            }
            for name, key, value in shown
        ]
    }
    return {**body, "NextToken": token} if token else body
