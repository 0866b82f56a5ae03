"""Secrets of KMS: their values by version and stage."""

from __future__ import annotations

import json
from typing import Any

from pytest_ramsts.clock import timestamp
from pytest_ramsts.service import Body, Invocation
from pytest_ramsts.services.kms.errors import KmsError, invalid
from pytest_ramsts.services.kms.product import kms, numbered, place_of, the_secret
from pytest_ramsts.services.kms.state import CURRENT, Secret, SecretVersion

_DAY = 86400
_WINDOW = range(7, 31)
_TYPES = ("text", "binary")


@kms.operation(on="secret")
def create_secret(
    invocation: Invocation,
    secret_name: str,
    secret_data: str,
    version_id: str,
    secret_data_type: str = "text",
    secret_type: str = "Generic",
    description: str = "",
    encryption_key_id: str = "",
    tags: str = "",
) -> Body:
    place, now = place_of(invocation), invocation.world.clock.time()
    if secret_name in place.secrets:
        waiting = place.secrets[secret_name].deleted_from is not None
        raise KmsError(
            "Rejected.ResourceInDeleteWindow" if waiting else "Rejected.ResourceExist",
            hint=f"`{secret_name}`",
        )
    key_id = place.key(encryption_key_id).id if encryption_key_id else ""
    secret = Secret(
        secret_name,
        f"acs:kms:{invocation.region}:{invocation.account.id}:secret/{secret_name}",
        secret_type,
        description,
        key_id,
        now,
        now,
        [_version(version_id, secret_data, secret_data_type, now, [CURRENT])],
    )
    try:
        secret.tags = {one["TagKey"]: one["TagValue"] for one in json.loads(tags or "[]")}
    except (ValueError, KeyError, TypeError):
        raise invalid("Tags", hint='write it like [{"TagKey": "k", "TagValue": "v"}]') from None
    place.secrets[secret_name] = secret
    return {
        "Arn": secret.arn,
        "SecretName": secret.name,
        "SecretType": secret.type,
        "VersionId": version_id,
        "AutomaticRotation": "Disabled",
    }


def _key_of(invocation: Invocation, **_: object) -> list[str]:
    """The key of one's own that a secret is encrypted under, if it is."""
    name = the_secret(invocation).removeprefix("secret/")
    secret = place_of(invocation).secrets.get(name)
    return [f"key/{secret.key_id}"] if secret and secret.key_id else []


@kms.operation(on={"kms:GetSecretValue": the_secret, "kms:Decrypt": _key_of})
def get_secret_value(
    invocation: Invocation, secret_name: str, version_id: str = "", version_stage: str = ""
) -> Body:
    secret = _present(invocation, secret_name)
    if secret.key_id:
        place_of(invocation).key(secret.key_id).check_usable()
    version = secret.version(version_id=version_id, stage=version_stage)
    return {
        "SecretName": secret.name,
        "SecretType": secret.type,
        "SecretData": version.data,
        "SecretDataType": version.data_type,
        "VersionId": version.id,
        "VersionStages": {"VersionStage": list(version.stages)},
        "CreateTime": timestamp(version.created),
        "AutomaticRotation": "Disabled",
    }


@kms.operation(on={"kms:PutSecretValue": the_secret, "kms:GenerateDataKey": _key_of})
def put_secret_value(
    invocation: Invocation,
    secret_name: str,
    secret_data: str,
    version_id: str,
    secret_data_type: str = "text",
    version_stages: str = "",
) -> Body:
    secret, now = _present(invocation, secret_name), invocation.world.clock.time()
    if any(one.id == version_id for one in secret.versions):
        raise KmsError("Rejected.ResourceExist", hint=f"version `{version_id}`")
    version = _version(version_id, secret_data, secret_data_type, now, [])
    secret.versions.append(version)
    for stage in _stages(version_stages):
        secret.move(stage, version)
    secret.updated = now
    return {
        "SecretName": secret.name,
        "VersionId": version.id,
        "VersionStages": {"VersionStage": list(version.stages)},
    }


@kms.operation(on="secret")
def list_secrets(invocation: Invocation, page_number: int = 1, page_size: int = 10) -> Body:
    secrets, said = numbered(list(place_of(invocation).secrets.values()), page_number, page_size)
    listed = [
        {
            "SecretName": secret.name,
            "SecretType": secret.type,
            "CreateTime": timestamp(secret.created),
            "UpdateTime": timestamp(secret.updated),
            **_deleted(secret),
        }
        for secret in secrets
    ]
    return {"SecretList": {"Secret": listed}, **said}


@kms.operation(on=the_secret)
def describe_secret(invocation: Invocation, secret_name: str, fetch_tags: str = "") -> Body:
    secret = place_of(invocation).secret(secret_name)
    body = {
        "Arn": secret.arn,
        "SecretName": secret.name,
        "SecretType": secret.type,
        "Description": secret.description,
        "EncryptionKeyId": secret.key_id,
        "CreateTime": timestamp(secret.created),
        "UpdateTime": timestamp(secret.updated),
        "AutomaticRotation": "Disabled",
        **_deleted(secret),
    }
    if fetch_tags.lower() == "true":
        pairs = [{"TagKey": name, "TagValue": value} for name, value in secret.tags.items()]
        return {**body, "Tags": {"Tag": pairs}}
    return body


@kms.operation(on=the_secret)
def update_secret(invocation: Invocation, secret_name: str, description: str = "") -> Body:
    secret = place_of(invocation).secret(secret_name)
    secret.description, secret.updated = description, invocation.world.clock.time()
    return {"SecretName": secret.name}


@kms.operation(on=the_secret)
def delete_secret(
    invocation: Invocation,
    secret_name: str,
    force_delete_without_recovery: bool = False,
    recovery_window_in_days: int = 30,
) -> Body:
    place, now = place_of(invocation), invocation.world.clock.time()
    secret = place.secret(secret_name)
    if force_delete_without_recovery:
        del place.secrets[secret.name]
        return {"SecretName": secret.name, "PlannedDeleteTime": timestamp(now)}
    if recovery_window_in_days not in _WINDOW:
        raise invalid(
            "RecoveryWindowInDays",
            hint=f"{recovery_window_in_days}: {_WINDOW.start} to {_WINDOW.stop - 1}",
        )
    secret.deleted_from = now + recovery_window_in_days * _DAY
    return {"SecretName": secret.name, **_deleted(secret)}


@kms.operation(on=the_secret)
def restore_secret(invocation: Invocation, secret_name: str) -> Body:
    secret = place_of(invocation).secret(secret_name)
    secret.deleted_from = None
    return {"SecretName": secret.name}


@kms.operation(on=the_secret)
def list_secret_version_ids(
    invocation: Invocation,
    secret_name: str,
    include_deprecated: str = "",
    page_number: int = 1,
    page_size: int = 10,
) -> Body:
    secret = place_of(invocation).secret(secret_name)
    everything = include_deprecated.lower() == "true"
    versions = [one for one in secret.versions if one.stages or everything]
    shown, said = numbered(versions, page_number, page_size)
    listed = [
        {
            "VersionId": one.id,
            "CreateTime": timestamp(one.created),
            "VersionStages": {"VersionStage": list(one.stages)},
        }
        for one in shown
    ]
    return {"SecretName": secret.name, "VersionIds": {"VersionId": listed}, **said}


@kms.operation(on=the_secret)
def update_secret_version_stage(
    invocation: Invocation,
    secret_name: str,
    version_stage: str,
    move_to_version: str = "",
    remove_from_version: str = "",  # noqa: ARG001 - a stage points to one version only
) -> Body:
    secret = _present(invocation, secret_name)
    to = secret.version(version_id=move_to_version) if move_to_version else None
    if to is None and version_stage == CURRENT:
        raise invalid("VersionStage", hint="what is current can only be moved")
    secret.move(version_stage, to)
    return {"SecretName": secret.name}


@kms.operation(on="*")
def get_random_password(
    invocation: Invocation,
    password_length: int = 32,
    exclude_characters: str = "",
) -> Body:
    text = ""
    while len(text) < password_length:
        text += "".join(
            one for one in invocation.world.ids.text(64) if one not in exclude_characters
        )
    return {"RandomPassword": text[:password_length]}


def _present(invocation: Invocation, name: str) -> Secret:
    """A secret whose values can be had."""
    secret = place_of(invocation).secret(name)
    if secret.deleted_from is not None:
        raise KmsError("Rejected.ResourceInDeleteWindow", hint=f"`{secret.name}`")
    return secret


def _version(
    version_id: str, data: str, data_type: str, now: float, stages: list[str]
) -> SecretVersion:
    if data_type not in _TYPES:
        raise invalid("SecretDataType", hint=f"`{data_type}`: {' or '.join(_TYPES)}")
    return SecretVersion(version_id, data, data_type, now, stages)


def _stages(text: str) -> list[str]:
    try:
        stages: Any = json.loads(text) if text else [CURRENT]
    except ValueError:
        stages = None
    if not isinstance(stages, list):
        raise invalid("VersionStages", hint='write it like ["ACSCurrent"]')
    return [str(stage) for stage in stages]


def _deleted(secret: Secret) -> dict[str, str]:
    if secret.deleted_from is None:
        return {}
    return {"PlannedDeleteTime": timestamp(secret.deleted_from)}
