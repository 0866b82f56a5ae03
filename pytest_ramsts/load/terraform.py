"""Terraform: what `terraform show -json` says of a plan or a state, translated to a world.

A row of `_READERS` is one resource type. A type that is not there is listed as unknown: what a plan
means for access control may hang on it.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pytest_ramsts.load.nodes import LoadError, Node, node_of

__all__ = ["is_raw_state", "is_terraform", "read_terraform"]

Values = Mapping[str, Any]


def is_terraform(node: Node) -> bool:
    """Whether it is the output of `terraform show -json`."""
    value = node.value
    names = {"planned_values", "terraform_version", "format_version"}  # of no resource: the last
    return isinstance(value, dict) and not names.isdisjoint(value)


def is_raw_state(node: Node) -> bool:
    """Whether it is a state file as Terraform keeps it, which is nobody's interface."""
    return isinstance(node.value, dict) and {"lineage", "serial", "resources"} <= node.value.keys()


def read_terraform(node: Node) -> tuple[Node, tuple[str, ...]]:
    """The world that the resources make, and the addresses of those whose type is not known."""
    if is_raw_state(node):
        raise node.error(
            "this is Terraform's own state file; load what `terraform show -json` prints of it"
        )
    reading = _Reading(node.plain, node.at)
    try:
        reading.read()
    except (AttributeError, KeyError, TypeError):
        raise node.error(
            "this is not in the form that `terraform show -json` prints; print it anew"
        ) from None
    return reading.world(), tuple(reading.unknown)


@dataclass(frozen=True, slots=True)
class _Resource:
    """One resource: where it is, and what is known of it."""

    address: str
    type: str
    values: Values
    references: Mapping[str, list[str]]
    """For what is known after the apply only: the resources that it will come from."""


class _Reading:
    """The world as far as it is read."""

    def __init__(self, document: dict[str, Any], at: str) -> None:
        self._document = document
        self._at = at
        self._parts: dict[tuple[str, str], dict[str, Any]] = {}
        self._top: dict[str, Any] = {}
        self._addresses: dict[tuple[str, str], str] = {}
        self._names: dict[str, str] = {}
        self._accounts: list[str] = []
        self._control: dict[str, tuple[str, Any]] = {}
        self.unknown: list[str] = []

    def read(self) -> None:
        values = self._document.get("planned_values") or self._document.get("values") or {}
        before = (self._document.get("prior_state") or {}).get("values") or {}
        configuration = (self._document.get("configuration") or {}).get("root_module") or {}
        resources = [*_resources(values.get("root_module") or {}, configuration)]
        for resource in [*resources, *_resources(before.get("root_module") or {}, {})]:
            self._remember(resource)
        for resource in sorted(resources, key=lambda one: _is_binding(one.type)):
            if not resource.type.startswith("alicloud_") or ".data." in f".{resource.address}":
                continue
            reader = _READERS.get(resource.type)
            if reader is None:
                self.unknown.append(resource.address)
            else:
                reader(self, resource)

    def world(self) -> Node:
        """What was read, each thing with the address it comes from."""
        members: dict[str, Node] = {}
        for (kind, name), part in self._parts.items():
            at = self._addresses[kind, name]
            group = members.setdefault(kind, Node({}, self._at))
            group.value[name] = part["="] if "=" in part else node_of(part, at)
        members |= {name: node_of(value, self._at) for name, value in self._top.items()}
        if self._accounts and "id" not in members:
            members["id"] = Node(max(self._accounts, key=self._accounts.count), self._at)
        return Node(members, self._at)

    def _remember(self, resource: _Resource) -> None:
        """Names that others may refer to, and the account that all of it is in."""
        values = resource.values
        for word in _NAMES:
            if isinstance(values.get(word), str):
                self._names.setdefault(_plain(resource.address), values[word])
        if resource.type in ("alicloud_caller_identity", "alicloud_account"):
            account = str(values.get("account_id") or values.get("id") or "")
            if account.isdecimal():
                self._accounts += [account] * 100  # it says so; an ARN only suggests it
        found = re.match(r"acs:ram::(\d+):", str(values.get("arn") or ""))
        if found:
            self._accounts.append(found[1])

    # Reading one resource

    def text(self, resource: _Resource, *names: str, optional: bool = False) -> str:
        """A value under one of its names; one that is not known yet, from where it will come."""
        for name in names:
            value = resource.values.get(name)
            if value not in (None, ""):
                return str(value)
            for reference in resource.references.get(name, ()):
                if _plain(reference) in self._names:
                    return self._names[_plain(reference)]
        if optional:
            return ""
        raise LoadError(
            f"{self._at}: {resource.address}: its `{names[0]}` is not known before the apply;"
            " give it a value of its own, or load the state instead of the plan"
        )

    def part(self, kind: str, name: str, resource: _Resource) -> dict[str, Any]:
        """A thing of the world: what is said of it by several resources comes together."""
        self._addresses.setdefault((kind, name), f"{self._at}: {resource.address}")
        return self._parts.setdefault((kind, name), {})

    def set_top(self, name: str, value: Any) -> None:
        self._top[name] = value

    def add_key(self, key: dict[str, Any]) -> None:
        self._top.setdefault("access_keys", []).append(key)

    def control(self, policy_id: str) -> tuple[str, Any] | None:
        return self._control.get(policy_id)

    def set_control(self, policy_id: str, name: str, document: Any) -> None:
        self._control[policy_id] = (name, document)


def _resources(module: Values, configuration: Values) -> Iterator[_Resource]:
    """The resources of a module and of those inside it."""
    expressions: dict[str, Mapping[str, Any]] = {
        one["address"]: one.get("expressions") or {}
        for one in configuration.get("resources") or ()
        if "address" in one
    }
    prefix = f"{module['address']}." if module.get("address") else ""
    for one in module.get("resources") or ():
        written = expressions.get(_plain(one["address"].removeprefix(prefix)), {})
        yield _Resource(
            one["address"],
            one.get("type", ""),
            one.get("values") or {},
            {
                name: [f"{prefix}{reference}" for reference in said.get("references", ())]
                for name, said in written.items()
                if isinstance(said, dict)
            },
        )
    calls = configuration.get("module_calls") or {}
    for child in module.get("child_modules") or ():
        name = _plain(child.get("address", "")).rpartition("module.")[2]
        yield from _resources(child, (calls.get(name) or {}).get("module") or {})


def _plain(address: str) -> str:
    """An address without the numbers of `count` and the keys of `for_each`, and without an
    attribute.
    """
    parts = re.sub(r"\[[^\]]*\]", "", address).split(".")
    start = 0
    while parts[start : start + 1] == ["module"]:
        start += 2
    return ".".join(parts[: start + (3 if parts[start : start + 1] == ["data"] else 2)])


_NAMES: Final = (
    "user_name", "group_name", "role_name", "policy_name", "control_policy_name",
    "saml_provider_name", "oidc_provider_name", "bucket", "name",
)  # fmt: skip
"""What the things of a resource type are called by, the newer words first."""


def _is_binding(kind: str) -> bool:
    return (
        kind.endswith(("_attachment", "_membership", "_policy")) and kind != "alicloud_ram_policy"
    )


def _given(values: Values, **names: str) -> dict[str, Any]:
    """What has a value, under our own names."""
    return {
        ours: values[theirs]
        for ours, theirs in names.items()
        if values.get(theirs) not in (None, "")
    }


# One function a type


def _user(reading: _Reading, resource: _Resource) -> None:
    part = reading.part("users", reading.text(resource, "user_name", "name"), resource)
    part |= _given(
        resource.values,
        id="id",
        display_name="display_name",
        mobile_phone="mobile",
        email="email",
        comments="comments",
        tags="tags",
    )
    if not str(part.get("id", "0")).isdecimal():
        del part["id"]  # older versions of the provider kept the name there


def _group(reading: _Reading, resource: _Resource) -> None:
    part = reading.part("groups", reading.text(resource, "group_name", "name"), resource)
    part |= _given(resource.values, comments="comments")


def _role(reading: _Reading, resource: _Resource) -> None:
    part = reading.part("roles", reading.text(resource, "role_name", "name"), resource)
    values = resource.values
    part |= _given(
        values,
        id="role_id",
        description="description",
        max_session_duration="max_session_duration",
        tags="tags",
    )
    document = values.get("assume_role_policy_document") or values.get("document")
    if document:
        part["trust"] = document
    else:
        part["trusted"] = [*(values.get("ram_users") or ()), *(values.get("services") or ())]


def _policy(reading: _Reading, resource: _Resource) -> None:
    part = reading.part("policies", reading.text(resource, "policy_name", "name"), resource)
    values = resource.values
    part |= _given(values, description="description", tags="tags")
    document = values.get("policy_document") or values.get("document")
    if not document and values.get("statement"):
        statements = [
            {
                "Effect": one.get("effect"),
                "Action": one.get("action"),
                "Resource": one.get("resource"),
            }
            for one in values["statement"]
        ]
        document = json.dumps({"Version": "1", "Statement": statements})
    part["document"] = document or reading.text(resource, "policy_document")


def _access_key(reading: _Reading, resource: _Resource) -> None:
    key = _given(resource.values, id="id", secret="secret", status="status")
    owner = reading.text(resource, "user_name", optional=True)
    if owner:
        part = reading.part("users", owner, resource)
        part.setdefault("access_keys", []).append(key)
    else:
        reading.add_key(key)


def _attachment(kind: str, name: str) -> Callable[[_Reading, _Resource], None]:
    def read(reading: _Reading, resource: _Resource) -> None:
        part = reading.part(kind, reading.text(resource, name), resource)
        part.setdefault("policies", []).append(reading.text(resource, "policy_name"))

    return read


_PRINCIPALS: Final = {"IMSUser": "users", "IMSGroup": "groups", "ServiceRole": "roles"}


def _group_attachment(reading: _Reading, resource: _Resource) -> None:
    """An attachment of Resource Management: to a principal, for one resource group."""
    kind = _PRINCIPALS.get(str(resource.values.get("principal_type")), "users")
    name = reading.text(resource, "principal_name").partition("@")[0]
    group = str(resource.values.get("resource_group_id") or "")
    attached: dict[str, str] = {"policy": reading.text(resource, "policy_name")}
    if group.startswith("rg-"):  # the account's id stands for all of it
        attached["resource_group"] = group
    reading.part(kind, name, resource).setdefault("policies", []).append(attached)


def _membership(reading: _Reading, resource: _Resource) -> None:
    group = reading.text(resource, "group_name")
    users = resource.values.get("user_names")
    for user in users if users is not None else [reading.text(resource, "user_name", "user_names")]:
        reading.part("users", user, resource).setdefault("groups", []).append(group)


def _saml_provider(reading: _Reading, resource: _Resource) -> None:
    name = reading.text(resource, "saml_provider_name")
    encoded = reading.text(resource, "encodedsaml_metadata_document")
    try:
        metadata = base64.b64decode("".join(encoded.split()), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        metadata = encoded  # what is no Base64 is refused where it is looked at
    part = reading.part("saml_providers", name, resource)
    part |= {"metadata": metadata, **_given(resource.values, description="description")}


def _oidc_provider(reading: _Reading, resource: _Resource) -> None:
    part = reading.part(
        "oidc_providers", reading.text(resource, "oidc_provider_name", "name"), resource
    )
    part |= {
        "issuer": reading.text(resource, "issuer_url"),
        **_given(
            resource.values,
            client_ids="client_ids",
            fingerprints="fingerprints",
            description="description",
            issuance_limit_time="issuance_limit_time",
        ),
    }


def _control_policy(reading: _Reading, resource: _Resource) -> None:
    name = reading.text(resource, "control_policy_name")
    document = reading.text(resource, "policy_document")
    for known_as in (str(resource.values.get("id") or ""), name):
        reading.set_control(known_as, name, document)


def _control_attachment(reading: _Reading, resource: _Resource) -> None:
    """Whatever it is attached to is taken for something above the account of the plan."""
    found = reading.control(reading.text(resource, "policy_id"))
    if found is not None:
        name, document = found
        at = resource.address
        reading.part("control_policies", name, resource)["="] = node_of(document, at)


def _bucket(reading: _Reading, resource: _Resource) -> None:
    name = reading.text(resource, "bucket", optional=True)
    if not name:  # it gets one at the apply, so that no policy can name it
        reading.unknown.append(resource.address)
        return
    part = reading.part("buckets", name, resource)
    part |= _given(resource.values, acl="acl", policy="policy")
    location = resource.values.get("location")
    if location:
        part["region"] = str(location).removeprefix("oss-")


def _bucket_policy(reading: _Reading, resource: _Resource) -> None:
    name = reading.text(resource, "bucket")
    reading.part("buckets", name, resource)["policy"] = reading.text(resource, "policy")


def _alias(reading: _Reading, resource: _Resource) -> None:
    reading.set_top("alias", reading.text(resource, "account_alias"))


_READERS: Final[Mapping[str, Callable[[_Reading, _Resource], None]]] = {
    "alicloud_ims_oidc_provider": _oidc_provider,
    "alicloud_oss_bucket": _bucket,
    "alicloud_oss_bucket_policy": _bucket_policy,
    "alicloud_ram_access_key": _access_key,
    "alicloud_ram_account_alias": _alias,
    "alicloud_ram_group": _group,
    "alicloud_ram_group_membership": _membership,
    "alicloud_ram_group_policy_attachment": _attachment("groups", "group_name"),
    "alicloud_ram_policy": _policy,
    "alicloud_ram_role": _role,
    "alicloud_ram_role_policy_attachment": _attachment("roles", "role_name"),
    "alicloud_ram_saml_provider": _saml_provider,
    "alicloud_ram_user": _user,
    "alicloud_ram_user_group_attachment": _membership,
    "alicloud_ram_user_policy_attachment": _attachment("users", "user_name"),
    "alicloud_resource_manager_control_policy": _control_policy,
    "alicloud_resource_manager_control_policy_attachment": _control_attachment,
    "alicloud_resource_manager_policy_attachment": _group_attachment,
}
