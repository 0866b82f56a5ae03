"""Writes a world down in our own format, as YAML or JSON, without what goes without saying.

The YAML is written here and not by a library: the simplest kind, every doubtful text in quotes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from pytest_ramsts.errors import RamstsError
from pytest_ramsts.identity import (
    AccessKey,
    Account,
    Group,
    ManagedPolicy,
    Role,
    User,
    World,
)
from pytest_ramsts.identity.directory import FULL_ACCESS
from pytest_ramsts.load.world import Bucket, Buckets
from pytest_ramsts.policy import Policy

__all__ = ["written", "yaml_of"]


def written(world: World, buckets: Buckets) -> dict[str, Any]:
    """The world as plain values: the first account at the top."""
    first, *others = world.accounts_by_id.values()
    top = _account(first)
    return top | _without_nothing(
        {
            "accounts": {account.name or account.id: _account(account) for account in others},
            "system_policies": {
                name: _without_nothing(
                    {"document": _document(policy.document), "description": policy.description}
                )
                for name, policy in world.own_system_policies.items()
            },
            "buckets": {name: _bucket(bucket, first) for name, bucket in buckets.buckets.items()},
        }
    )


def _bucket(bucket: Bucket, first: Account) -> dict[str, Any]:
    owner = bucket.owner
    return {"region": bucket.region, "acl": bucket.acl} | _without_nothing(
        {
            "owner": "" if owner is first else owner.name or owner.id,
            "policy": None if bucket.policy is None else _document(bucket.policy),
        }
    )


def _account(account: Account) -> dict[str, Any]:
    node = account.node
    if node is not None and (node.parent is not None or FULL_ACCESS not in node.policies):
        raise RamstsError(
            f"{account!r} is in a folder of a resource directory, or without `{FULL_ACCESS}`, which"
            " a world file cannot say; arrange that in Python"
        )
    return {"id": account.id} | _without_nothing(
        {
            "alias": account.alias,
            "key_network_policy": account.key_network_policy and account.key_network_policy.text,
            "access_keys": _keys(account.access_keys),
            "policies": {policy.name: _policy(policy) for policy in account.policies.values()},
            "groups": {group.name: _group(group) for group in account.groups.values()},
            "users": {user.name: _user(user) for user in account.users.values()},
            "roles": {role.name: _role(role) for role in account.roles.values()},
            "oidc_providers": {
                provider.name: {
                    "issuer": provider.issuer,
                    **_without_nothing(
                        {
                            "client_ids": list(provider.client_ids),
                            "fingerprints": list(provider.fingerprints),
                            "description": provider.description,
                        }
                    ),
                    "issuance_limit_time": provider.issuance_limit_time,
                }
                for provider in account.oidc_providers.values()
            },
            "saml_providers": {
                provider.name: {
                    "metadata": provider.metadata,
                    **_without_nothing({"description": provider.description}),
                    "authn_sign_algo": provider.authn_sign_algo,
                }
                for provider in account.saml_providers.values()
            },
            "control_policies": {
                name: _document(applied.policy)
                for name, applied in (node.policies if node else {}).items()
                if name != FULL_ACCESS
            },
        }
    )


def _user(user: User) -> dict[str, Any]:
    return {"id": user.id} | _without_nothing(
        {
            "display_name": user.display_name,
            "email": user.email,
            "mobile_phone": user.mobile_phone,
            "comments": user.comments,
            "tags": dict(user.tags),
            "groups": [group.name for group in user.groups],
            "policies": _attached(user),
            "access_keys": _keys(user.access_keys),
        }
    )


def _group(group: Group) -> dict[str, Any]:
    return {"id": group.id} | _without_nothing(
        {"comments": group.comments, "policies": _attached(group)}
    )


def _role(role: Role) -> dict[str, Any]:
    return (
        {"id": role.id, "trust": _document(role.trust)}
        | _without_nothing(
            {
                "description": role.description,
                "max_session_duration": 0
                if role.max_session_duration == _USUAL
                else role.max_session_duration,
                "tags": dict(role.tags),
                "policies": _attached(role),
            }
        )
        | ({} if role.allow_console_login else {"allow_console_login": False})
    )


_USUAL: Final = 3600


def _keys(keys: Iterable[AccessKey]) -> list[dict[str, Any]]:
    return [
        {"id": key.id, "secret": key.secret}
        | ({} if key.status == "Active" else {"status": key.status})
        | ({"network_policy": key.network_policy.text} if key.network_policy else {})
        for key in keys
    ]


def _attached(grantee: User | Group | Role) -> list[Any]:
    return [
        policy.name
        if resource_group is None
        else {"policy": policy.name, "resource_group": resource_group}
        for policy, resource_group in grantee.attachments
    ]


def _policy(policy: ManagedPolicy) -> dict[str, Any]:
    versions = {name: _document(version.document) for name, version in policy.versions.items()}
    rest = _without_nothing({"description": policy.description, "tags": dict(policy.tags)})
    if list(versions) == ["v1"]:
        return {"document": versions["v1"]} | rest
    return {"versions": versions, "default_version": policy.default_version} | rest


def _document(policy: Policy) -> Any:
    """The document, or its text where that would be written otherwise."""
    document = policy.document
    again = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return document if again == policy.text else policy.text


def _without_nothing(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value}


# YAML

_PLAIN: Final = re.compile(
    r"[A-Za-z][A-Za-z0-9_.@/*-]*(:[A-Za-z0-9_.@/*-]*)*[A-Za-z0-9_*/-]|[A-Za-z]"
)
_UNSEEN: Final = re.compile(
    "[^\x20-\x7e\xa1-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""What YAML takes for the end of a line, or would not take at all."""
_WORDS: Final = frozenset(("true", "false", "yes", "no", "on", "off", "null", "y", "n"))


def yaml_of(value: Any) -> str:
    """Plain values as YAML."""
    return "\n".join(_lines(value, "") if value else [_scalar(value)]) + "\n"


def _lines(value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _member(f"{indent}{_scalar(name)}:", one, indent)
    else:
        for one in value:
            yield from _item(one, indent)


def _member(head: str, value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, dict | list) and value:
        yield head
        yield from _lines(value, f"{indent}  ")
    else:
        yield f"{head} {_scalar(value)}"


def _item(value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, dict | list) and value:
        first, *rest = _lines(value, f"{indent}  ")
        yield f"{indent}- {first[len(indent) + 2 :]}"
        yield from rest
    else:
        yield f"{indent}- {_scalar(value)}"


def _scalar(value: Any) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return _UNSEEN.sub(
        lambda found: f"\\U{ord(found[0]):08X}", json.dumps(value, ensure_ascii=False)
    )
