"""Tags of users."""

from __future__ import annotations

from typing import Any

from pytest_ramsts.errors import LimitExceededError, MissingParameterError
from pytest_ramsts.identity import Account, User
from pytest_ramsts.identity.names import check_one_of
from pytest_ramsts.identity.tags import bears
from pytest_ramsts.service import Body, Invocation
from pytest_ramsts.services.ims import product
from pytest_ramsts.services.ims.product import ims
from pytest_ramsts.services.ram.product import token_page

_MOST = 50


def _resources(
    invocation: Invocation,
    resource_id: list[str] | None = None,
    resource_principal_name: list[str] | None = None,
    **_: object,
) -> list[str]:
    """Each user that is named; without names, any."""
    named = [product.user(invocation, name) for name in resource_principal_name or ()]
    known = [product.user(invocation, user_id=one) for one in resource_id or ()]
    return named + known or ["user/*"]


def _found(account: Account, ids: list[str] | None, names: list[str] | None) -> list[User]:
    if len(ids or ()) + len(names or ()) > _MOST:
        raise LimitExceededError("Resource", _MOST)
    users = [product.find(account, name) for name in names or ()]
    return users + [account.user_of_id(one) for one in ids or ()]


def _named(account: Account, ids: list[str] | None, names: list[str] | None) -> list[User]:
    if not ids and not names:
        raise MissingParameterError("ResourceId")
    return _found(account, ids, names)


@ims.operation(on=_resources)
def tag_resources(
    account: Account,
    resource_type: str,
    tag: dict[str, str],
    resource_id: list[str] | None = None,
    resource_principal_name: list[str] | None = None,
) -> Body:
    check_one_of("ResourceType", resource_type, "user", "User")
    for user in _named(account, resource_id, resource_principal_name):
        user.tag(tag)
    return {}


@ims.operation(on=_resources)
def untag_resources(
    account: Account,
    resource_type: str,
    resource_id: list[str] | None = None,
    resource_principal_name: list[str] | None = None,
    tag_key: list[str] | None = None,
    all: bool = False,  # noqa: A002 - the API's word
) -> Body:
    check_one_of("ResourceType", resource_type, "user", "User")
    for user in _named(account, resource_id, resource_principal_name):
        if all or tag_key:
            user.untag(*(() if all else tag_key or ()))
    return {}


@ims.operation(on=_resources)
def list_tag_resources(
    account: Account,
    resource_type: str,
    resource_id: list[str] | None = None,
    resource_principal_name: list[str] | None = None,
    tag: dict[str, str] | None = None,
    next_token: str = "",
    page_size: int = 100,
) -> Body:
    check_one_of("ResourceType", resource_type, "user", "User")
    users = _found(account, resource_id, resource_principal_name)
    pairs = [
        (user.id, key, value)
        for user in users or account.users.values()
        if bears(user, tag or {})
        for key, value in user.tags.items()
    ]
    shown, token = token_page(pairs, next_token, page_size, parameter="PageSize")
    body: dict[str, Any] = {
        "IsTruncated": bool(token),
        "TagResources": {
            "TagResource": [
                {"ResourceId": id_, "ResourceType": "user", "TagKey": key, "TagValue": value}
                for id_, key, value in shown
            ]
        },
    }
    return {**body, "NextToken": token} if token else body
