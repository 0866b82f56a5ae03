"""Keys of KMS, their versions, aliases and tags."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

from pytest_ramsts.clock import timestamp
from pytest_ramsts.identity import Account, Ids
from pytest_ramsts.service import Body, Invocation
from pytest_ramsts.services.kms.errors import KmsError, invalid
from pytest_ramsts.services.kms.product import kms, numbered, place_of, the_key
from pytest_ramsts.services.kms.state import Key, KeyVersion

_DAY = 86400
_SPECS = ("Aliyun_AES_256", "Aliyun_SM4")
_WINDOW = range(7, 367)


@kms.operation(on="key")
def create_key(
    invocation: Invocation,
    account: Account,
    description: str = "",
    key_spec: str = "Aliyun_AES_256",
    key_usage: str = "ENCRYPT/DECRYPT",
    origin: str = "Aliyun_KMS",
    protection_level: str = "SOFTWARE",
) -> Body:
    if key_spec not in _SPECS:
        raise invalid(
            "KeySpec", hint=f"`{key_spec}`: keys here are symmetric, {' or '.join(_SPECS)}"
        )
    if key_usage != "ENCRYPT/DECRYPT":
        raise invalid("KeyUsage", hint=f"`{key_usage}`: a symmetric key is for ENCRYPT/DECRYPT")
    ids, now = account.world.ids, account.world.clock.time()
    key_id = f"key-{ids.text(20).lower()}"
    arn = f"acs:kms:{invocation.region}:{account.id}:key/{key_id}"
    key = Key(
        key_id,
        arn,
        account.id,
        description,
        key_spec,
        key_usage,
        origin,
        protection_level,
        now,
        [_new_version(ids, now)],
    )
    place_of(invocation).keys[key.id] = key
    return {"KeyMetadata": _metadata(key)}


@kms.operation(on="key")
def list_keys(invocation: Invocation, page_number: int = 1, page_size: int = 10) -> Body:
    keys, said = numbered(list(place_of(invocation).keys.values()), page_number, page_size)
    return {"Keys": {"Key": [{"KeyId": key.id, "KeyArn": key.arn} for key in keys]}, **said}


@kms.operation(on=the_key)
def describe_key(invocation: Invocation, key_id: str) -> Body:
    return {"KeyMetadata": _metadata(place_of(invocation).key(key_id))}


@kms.operation(on=the_key)
def update_key_description(invocation: Invocation, key_id: str, description: str) -> Body:
    place_of(invocation).key(key_id).description = description
    return {}


@kms.operation(on=the_key)
def enable_key(invocation: Invocation, key_id: str) -> Body:
    return _switched(place_of(invocation).key(key_id), on=True)


@kms.operation(on=the_key)
def disable_key(invocation: Invocation, key_id: str) -> Body:
    return _switched(place_of(invocation).key(key_id), on=False)


def _switched(key: Key, *, on: bool) -> Body:
    if key.state == "PendingDeletion":
        raise KmsError("Rejected.PendingDeletion", hint=f"`{key.id}`")
    key.state = "Enabled" if on else "Disabled"
    return {}


@kms.operation(on=the_key)
def schedule_key_deletion(invocation: Invocation, key_id: str, pending_window_in_days: int) -> Body:
    key = place_of(invocation).key(key_id)
    if pending_window_in_days not in _WINDOW:
        raise invalid(
            "PendingWindowInDays",
            hint=f"{pending_window_in_days}: {_WINDOW.start} to {_WINDOW.stop - 1}",
        )
    key.state = "PendingDeletion"
    key.deleted_from = invocation.world.clock.time() + pending_window_in_days * _DAY
    return {}


@kms.operation(on=the_key)
def cancel_key_deletion(invocation: Invocation, key_id: str) -> Body:
    key = place_of(invocation).key(key_id)
    if key.state != "PendingDeletion":
        raise KmsError(f"Rejected.{key.state}", hint=f"`{key.id}`")
    key.state, key.deleted_from = "Enabled", None
    return {}


# Versions


@kms.operation(on=the_key)
def create_key_version(invocation: Invocation, key_id: str) -> Body:
    key, world = place_of(invocation).key(key_id), invocation.world
    key.check_usable()
    key.versions.append(_new_version(world.ids, world.clock.time()))
    return {"KeyVersion": _version(key, key.primary)}


@kms.operation(on=the_key)
def list_key_versions(
    invocation: Invocation, key_id: str, page_number: int = 1, page_size: int = 10
) -> Body:
    key = place_of(invocation).key(key_id)
    versions, said = numbered(key.versions, page_number, page_size)
    return {"KeyVersions": {"KeyVersion": [_version(key, one) for one in versions]}, **said}


@kms.operation(on=the_key)
def describe_key_version(invocation: Invocation, key_id: str, key_version_id: str) -> Body:
    key = place_of(invocation).key(key_id)
    for one in key.versions:
        if one.id == key_version_id:
            return {"KeyVersion": _version(key, one)}
    raise KmsError("Forbidden.ResourceNotFound", hint=f"`{key.id}` has no `{key_version_id}`")


def _new_version(ids: Ids, now: float) -> KeyVersion:
    """Its material follows from the cloud's seed, so that a run repeats to the octet."""
    material = hashlib.sha256(ids.text(44).encode()).digest()
    return KeyVersion(str(uuid.UUID(ids.request_id())), material, now)


# Aliases


def _alias_and_key(invocation: Invocation, **_: object) -> list[str]:
    """Both, as the page has it; of an alias that is, the key that it stands for."""
    given, place = invocation.parameters, place_of(invocation)
    named = given.get("KeyId") or place.aliases.get(given["AliasName"], "")
    key = [f"key/{place.key_id(named)}"] if named else []
    return [given["AliasName"], *key]


@kms.operation(on=_alias_and_key)
def create_alias(invocation: Invocation, alias_name: str, key_id: str) -> Body:
    place = place_of(invocation)
    if not alias_name.startswith("alias/") or alias_name == "alias/":
        raise invalid("AliasName", hint=f"`{alias_name}`: alias/ and a name")
    if alias_name in place.aliases:
        raise KmsError("AliasAlreadyExists", hint=f"`{alias_name}`")
    place.aliases[alias_name] = place.key(key_id).id
    return {}


@kms.operation(on=_alias_and_key)
def update_alias(invocation: Invocation, alias_name: str, key_id: str) -> Body:
    place = place_of(invocation)
    if alias_name not in place.aliases:
        raise KmsError("Forbidden.AliasNotFound", hint=f"`{alias_name}`")
    place.aliases[alias_name] = place.key(key_id).id
    return {}


@kms.operation(on=_alias_and_key)
def delete_alias(invocation: Invocation, alias_name: str) -> Body:
    place = place_of(invocation)
    if place.aliases.pop(alias_name, None) is None:
        raise KmsError("Forbidden.AliasNotFound", hint=f"`{alias_name}`")
    return {}


@kms.operation(on="alias")
def list_aliases(invocation: Invocation, page_number: int = 1, page_size: int = 10) -> Body:
    return _aliases(invocation, list(place_of(invocation).aliases), page_number, page_size)


@kms.operation(on=the_key)
def list_aliases_by_key_id(
    invocation: Invocation, key_id: str, page_number: int = 1, page_size: int = 10
) -> Body:
    place = place_of(invocation)
    wanted = place.key(key_id).id
    names = [alias for alias, one in place.aliases.items() if one == wanted]
    return _aliases(invocation, names, page_number, page_size)


def _aliases(invocation: Invocation, names: list[str], page: int, size: int) -> Body:
    place = place_of(invocation)
    shown, said = numbered(names, page, size)
    start = f"acs:kms:{invocation.region}:{invocation.account.id}"
    listed = [
        {"AliasName": name, "AliasArn": f"{start}:{name}", "KeyId": place.aliases[name]}
        for name in shown
    ]
    return {"Aliases": {"Alias": listed}, **said}


# Tags


def _tagged(invocation: Invocation, **_: object) -> str:
    """The key, or the secret, that is tagged."""
    given = invocation.parameters
    if name := given.get("SecretName"):
        return f"secret/{name}"
    if named := given.get("KeyId"):
        return f"key/{place_of(invocation).key_id(named)}"
    raise invalid("KeyId", hint="say which key, or by SecretName which secret")


def _tags(invocation: Invocation) -> dict[str, str]:
    kind, _, name = _tagged(invocation).partition("/")
    place = place_of(invocation)
    return place.secret(name).tags if kind == "secret" else place.key(name).tags


@kms.operation(on=_tagged)
def tag_resource(invocation: Invocation, tags: str) -> Body:
    try:
        pairs = {one["TagKey"]: one["TagValue"] for one in json.loads(tags)}
    except (ValueError, KeyError, TypeError):
        raise invalid("Tags", hint='write it like [{"TagKey": "k", "TagValue": "v"}]') from None
    _tags(invocation).update(pairs)
    return {}


@kms.operation(on=_tagged)
def untag_resource(invocation: Invocation, tag_keys: str) -> Body:
    tags = _tags(invocation)
    try:
        for name in json.loads(tag_keys):
            tags.pop(name, None)
    except (ValueError, TypeError):
        raise invalid("TagKeys", hint='write it like ["k"]') from None
    return {}


@kms.operation(on=_tagged)
def list_resource_tags(invocation: Invocation, key_id: str = "") -> Body:
    listed = [
        {"KeyId": key_id, "TagKey": name, "TagValue": value}
        for name, value in _tags(invocation).items()
    ]
    return {"Tags": {"Tag": listed}}


@kms.operation(on=None)
def describe_regions(invocation: Invocation) -> Body:
    return {"Regions": {"Region": [{"RegionId": invocation.region}]}}


# What keys look like


def _metadata(key: Key) -> dict[str, Any]:
    deleted = "" if key.deleted_from is None else timestamp(key.deleted_from)
    return {
        "KeyId": key.id,
        "Arn": key.arn,
        "Creator": key.creator,
        "CreationDate": timestamp(key.created),
        "DeleteDate": deleted,
        "Description": key.description,
        "KeySpec": key.spec,
        "KeyState": key.state,
        "KeyUsage": key.usage,
        "Origin": key.origin,
        "ProtectionLevel": key.protection_level,
        "PrimaryKeyVersion": key.primary.id,
        "LastRotationDate": timestamp(key.primary.created),
        "AutomaticRotation": "Disabled",
        "MaterialExpireTime": "",
    }


def _version(key: Key, version: KeyVersion) -> dict[str, str]:
    return {
        "KeyId": key.id,
        "KeyVersionId": version.id,
        "CreationDate": timestamp(version.created),
    }
