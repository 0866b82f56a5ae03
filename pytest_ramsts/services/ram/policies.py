"""Custom and system policies, their versions, and what they are attached to."""

from __future__ import annotations

from typing import Any

from pytest_ramsts.errors import MalformedPolicyDocumentError
from pytest_ramsts.identity import Account, ManagedPolicy, Page, PolicyVersion, page_through
from pytest_ramsts.identity.names import check_length, check_name, check_one_of
from pytest_ramsts.service import Body, Invocation
from pytest_ramsts.services.ram.product import Bearers, date, page_size, paged, ram, tags_of


def resource(
    invocation: Invocation, policy_name: str, policy_type: str = "Custom", **_: object
) -> str:
    """A policy as a resource: a system policy belongs to the account `system`."""
    owner = "system" if policy_type == "System" else invocation.account.id
    return f"acs:ram::{owner}:policy/{policy_name}"


def find_custom(account: Account, name: str) -> ManagedPolicy:
    return account.policies[check_name("PolicyName", name)]


def _fields(policy: ManagedPolicy) -> dict[str, Any]:
    return {
        "PolicyName": policy.name,
        "PolicyType": policy.type,
        "Description": policy.description,
        "DefaultVersion": policy.default_version,
        "CreateDate": date(policy.created),
    }


def _version_fields(policy: ManagedPolicy, version: PolicyVersion) -> dict[str, Any]:
    return {
        "VersionId": version.id,
        "IsDefaultVersion": version.id == policy.default_version,
        "PolicyDocument": version.document.text,
        "CreateDate": date(version.created),
    }


def _document(account: Account, text: str) -> str:
    """A document as it comes over the wire: JSON, never a path to a file."""
    check_length("PolicyDocument", text, account.world.limits.policy_characters)
    if not text.lstrip().startswith("{"):
        raise MalformedPolicyDocumentError("The policy document is not a JSON object.")
    return text


@ram.operation(on="policy/*")
def create_policy(
    account: Account,
    policy_name: str,
    policy_document: str,
    description: str = "",
    tag: dict[str, str] | None = None,
) -> Body:
    policy = account.create_policy(
        policy_name, _document(account, policy_document), description=description, tags=tag
    )
    return {"Policy": _fields(policy)}


@ram.operation(on=resource)
def get_policy(account: Account, policy_name: str, policy_type: str) -> Body:
    policy = account.policy(policy_name, policy_type)
    version = policy.version(policy.default_version)
    return {
        "Policy": {
            **_fields(policy),
            "UpdateDate": date(policy.updated),
            "AttachmentCount": len(policy.attachments),
        },
        "DefaultPolicyVersion": _version_fields(policy, version),
    }


@ram.operation(on="policy/{policy_name}")
def update_policy_description(account: Account, policy_name: str, new_description: str) -> Body:
    policy = find_custom(account, policy_name)
    policy.describe(new_description)
    return {"Policy": {**_fields(policy), "UpdateDate": date(policy.updated)}}


@ram.operation(on="policy/{policy_name}")
def delete_policy(account: Account, policy_name: str, cascading_delete: bool = False) -> Body:
    find_custom(account, policy_name).delete(cascading=cascading_delete)
    return {}


@ram.operation(on="policy/*")
def list_policies(
    account: Account,
    policy_type: str = "",
    tag: dict[str, str] | None = None,
    marker: str = "",
    max_items: int = 100,
) -> Body:
    page: Page[ManagedPolicy] = page_through(
        _registers(account, policy_type),
        marker,
        page_size(max_items),
        of=Bearers(tag) if tag else None,
    )
    policies = [
        {
            **_fields(policy),
            "UpdateDate": date(policy.updated),
            "AttachmentCount": len(policy.attachments),
            "Tags": tags_of(policy),
        }
        for policy in page.items
    ]
    return paged(page, "Policies", "Policy", policies)


def _registers(account: Account, policy_type: str) -> list[Any]:
    if not policy_type:
        return [account.policies, account.system_policies()]
    kind = check_one_of("PolicyType", policy_type, "System", "Custom")
    return [account.policies] if kind == "Custom" else [account.system_policies()]


# Versions


@ram.operation(on="policy/{policy_name}")
def create_policy_version(
    account: Account,
    policy_name: str,
    policy_document: str,
    set_as_default: bool = False,
    rotate_strategy: str = "None",
) -> Body:
    check_one_of(
        "RotateStrategy", rotate_strategy, "None", "DeleteOldestNonDefaultVersionWhenLimitExceeded"
    )
    policy = find_custom(account, policy_name)
    version = policy.create_version(
        _document(account, policy_document),
        set_as_default=set_as_default,
        rotate=rotate_strategy != "None",
    )
    return {"PolicyVersion": _version_fields(policy, version)}


@ram.operation(on=resource)
def get_policy_version(
    account: Account, policy_name: str, policy_type: str, version_id: str
) -> Body:
    policy = account.policy(policy_name, policy_type)
    return {"PolicyVersion": _version_fields(policy, policy.version(version_id))}


@ram.operation(on=resource)
def list_policy_versions(account: Account, policy_name: str, policy_type: str) -> Body:
    policy = account.policy(policy_name, policy_type)
    versions = [_version_fields(policy, version) for version in policy.versions.values()]
    return {"PolicyVersions": {"PolicyVersion": versions}}


@ram.operation(on="policy/{policy_name}")
def set_default_policy_version(account: Account, policy_name: str, version_id: str) -> Body:
    find_custom(account, policy_name).set_default(version_id)
    return {}


@ram.operation(on="policy/{policy_name}")
def delete_policy_version(account: Account, policy_name: str, version_id: str) -> Body:
    find_custom(account, policy_name).delete_version(version_id)
    return {}
