"""The judge: a second evaluator, slow, and written from the policy language pages only.

It reads raw documents and shares no code with the package but the names of settings and of kinds of
callers. Each function says one rule of the pages. Whatever it cannot read, it may crash on: it is
given valid documents.
"""

# ruff: noqa: C901, PLR0911 - one rule after the other, as the pages tell them

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import cache
from typing import Any

from pytest_ramsts.policy import Access, Principal, Settings

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Documents:
    """The policies of every layer, raw; an identity policy comes with its resource group."""

    control: Sequence[Sequence[Document]] = ()
    session: Document | None = None
    identity: Sequence[tuple[Document, str | None]] = ()
    resource: Sequence[Document] = ()
    trust: Document | None = None


def judge(access: Access, documents: Documents, settings: Settings) -> tuple[str, str]:
    """The reason, and the layer that gave it."""
    caller = access.principal
    owner = owner_of(access)
    ask = Ask(access, owner, settings)

    if access.action.lower() == "sts:assumerole":
        return judge_assume_role(ask, documents)

    if caller.kind == "Account" and caller.account_id == owner:
        denied = one_set(ask, documents.resource, "resource") == "ExplicitDeny"
        if denied and settings.resource_deny_of_owner == "denies":
            return "ExplicitDeny", "ResourceBasedPolicy"
        return "Allow", ""

    refused = gates(ask, documents)
    if refused:
        return refused

    identity, layer = identity_policies(ask, documents)
    if caller.account_id != owner:
        if identity == "Allow":
            identity, layer = "ImplicitDeny", silent_layer(settings)
        if identity == "ExplicitDeny" and settings.foreign_identity_deny != "denies":
            identity, layer = "ImplicitDeny", silent_layer(settings)
    resource = one_set(ask, documents.resource, "resource")

    for outcome in ("ExplicitDeny", "Allow"):
        if identity == outcome:
            return outcome, layer
        if resource == outcome:
            return outcome, "ResourceBasedPolicy"
    return "ImplicitDeny", layer


def judge_assume_role(ask: Ask, documents: Documents) -> tuple[str, str]:
    caller = ask.access.principal
    if caller.kind == "Account":
        return "ImplicitDeny", "AssumeRolePolicy"
    trust = trust_policy(ask, documents)
    if caller.kind in ("Service", "Federated"):
        return trust, "AssumeRolePolicy"
    refused = gates(ask, documents)
    if refused:
        return refused
    identity, layer = identity_policies(ask, documents)
    if identity == "ExplicitDeny":
        return identity, layer
    if trust == "ExplicitDeny":
        return trust, "AssumeRolePolicy"
    if identity == "ImplicitDeny":
        return identity, layer
    return trust, "AssumeRolePolicy"


def gates(ask: Ask, documents: Documents) -> tuple[str, str] | None:
    """Anything but Allow at a gate is final."""
    caller = ask.access.principal
    service_linked = caller.kind == "AssumedRole" and caller.name.startswith("AliyunServiceRoleFor")
    if not service_linked:
        for node in documents.control:
            outcome = one_set(ask, node, "control")
            if outcome != "Allow":
                return outcome, "ControlPolicy"
    if documents.session is not None:
        outcome = one_set(ask, [documents.session], "session")
        if outcome != "Allow":
            return outcome, "SessionPolicy"
    return None


def identity_policies(ask: Ask, documents: Documents) -> tuple[str, str]:
    account_wide = [document for document, group in documents.identity if group is None]
    in_group = [
        document
        for document, group in documents.identity
        if group is not None and group == ask.access.resource_group
    ]
    account = one_set(ask, account_wide, "identity"), "AccountLevelIdentityBasedPolicy"
    scoped = one_set(ask, in_group, "identity"), "ResourceGroupLevelIdentityBasedPolicy"
    if ask.settings.group_scoped_deny == "wins":
        order = [
            answer
            for outcome in ("ExplicitDeny", "Allow")
            for answer in (account, scoped)
            if answer[0] == outcome
        ]
    else:
        order = [answer for answer in (account, scoped) if answer[0] != "ImplicitDeny"]
    return order[0] if order else ("ImplicitDeny", silent_layer(ask.settings))


def silent_layer(settings: Settings) -> str:
    if settings.silent_scope == "account":
        return "AccountLevelIdentityBasedPolicy"
    return "ResourceGroupLevelIdentityBasedPolicy"


def trust_policy(ask: Ask, documents: Documents) -> str:
    if documents.trust is None:
        return "ImplicitDeny"
    return one_set(ask, [documents.trust], "trust")


def one_set(ask: Ask, documents: Sequence[Document], kind: str) -> str:
    """An applying Deny, else an applying Allow, else neither."""
    effects = {
        statement["Effect"]
        for document in documents
        for statement in document["Statement"]
        if applies(ask, statement, kind)
    }
    if "Deny" in effects:
        return "ExplicitDeny"
    return "Allow" if "Allow" in effects else "ImplicitDeny"


@dataclass(frozen=True)
class Ask:
    access: Access
    owner: str
    settings: Settings


def owner_of(access: Access) -> str:
    if access.resource_owner:
        return access.resource_owner
    found = re.fullmatch(r"[^:]*:[^:]*:[^:]*:([0-9]+):.*", access.resource, re.DOTALL)
    return found[1] if found else access.principal.account_id


def applies(ask: Ask, statement: Mapping[str, Any], kind: str) -> bool:
    """Action and resource and principal and condition all match."""
    return (
        action_matches(ask, statement, kind)
        and resource_matches(ask, statement)
        and principal_matches(ask, statement, kind)
        and condition_is_met(ask, statement)
    )


def action_matches(ask: Ask, statement: Mapping[str, Any], kind: str) -> bool:
    """Without case. NotAction is about all that is not listed."""
    asked = {ask.access.action.lower()}
    if (
        kind == "trust"
        and ask.access.principal.kind == "Federated"
        and ask.settings.trust_action_synonyms == "the same"
    ):
        asked |= {"sts:assumerolewithsaml", "sts:assumerolewithoidc"}
    if "Action" in statement:
        return any(
            covers(pattern.lower(), action)
            for pattern in listed(statement["Action"])
            for action in asked
        )
    return any(
        not any(covers(pattern.lower(), action) for pattern in listed(statement["NotAction"]))
        for action in asked
    )


def resource_matches(ask: Ask, statement: Mapping[str, Any]) -> bool:
    """With case, the whole pattern over the whole text; trust statements have none."""
    if "NotResource" in statement:
        return not any(covers_arn(ask, one) for one in listed(statement["NotResource"]))
    if "Resource" in statement:
        return any(covers_arn(ask, one) for one in listed(statement["Resource"]))
    return True


def covers_arn(ask: Ask, pattern: str) -> bool:
    resource = ask.access.resource
    if covers(pattern, resource):
        return True
    if ask.settings.role_name_case == "significant" or ":role/" not in resource:
        return False
    return covers(lower_role(pattern), lower_role(resource))


def lower_role(arn: str) -> str:
    return re.sub(r"(?s)(?<=:role/).*", lambda found: found[0].lower(), arn, count=1)


def principal_matches(ask: Ask, statement: Mapping[str, Any], kind: str) -> bool:
    if "Principal" not in statement:
        return True
    element = statement["Principal"]
    caller = ask.access.principal
    if not isinstance(element, Mapping):
        conditional = bool(statement.get("Condition"))
        return any(is_uid(ask, uid, conditional) for uid in listed(element) or ["*"])
    if caller.kind == "Service":
        return caller.name in listed(element.get("Service", []))
    if caller.kind == "Federated":
        return f"acs:ram::{caller.account_id}:{caller.name}" in listed(element.get("Federated", []))
    return any(is_named(ask, name, kind) for name in listed(element.get("RAM", [])))


def is_uid(ask: Ask, uid: str, conditional: bool) -> bool:
    """Of bucket policies: a number, everybody, or sessions of a role."""
    caller = ask.access.principal
    if uid == "*":
        owner_itself = caller.kind == "Account" and caller.account_id == ask.owner
        return conditional or not owner_itself
    if uid.startswith("arn:"):
        if caller.kind != "AssumedRole":
            return False
        role = f"arn:sts::{caller.account_id}:assumed-role/{caller.name}/"
        return uid.startswith(role) and covers(uid.removeprefix(role), caller.session_name)
    if caller.kind == "Account" and not caller.id:
        return uid == caller.account_id
    return uid == caller.id != ""


def is_named(ask: Ask, name: str, kind: str) -> bool:
    """Of trust and key policies: the account's users and roles, or one of them."""
    caller = ask.access.principal
    if name == f"acs:ram::{caller.account_id}:root":
        return not (kind == "trust" and caller.kind == "Account")
    if name == f"acs:ram::{caller.account_id}:*":
        return kind != "trust"
    own = own_arn(caller)
    if caller.kind == "AssumedRole" and ask.settings.role_name_case == "ignored":
        return lower_role(name) == lower_role(own)
    return name == own


def own_arn(caller: Principal) -> str:
    tail = {
        "Account": "root",
        "RAMUser": f"user/{caller.name}",
        "AssumedRole": f"role/{caller.name}",
    }[caller.kind]
    return f"acs:ram::{caller.account_id}:{tail}"


# --- conditions ---------------------------------------------------------------------------------


def condition_is_met(ask: Ask, statement: Mapping[str, Any]) -> bool:
    """Operators and keys: all of them."""
    return all(
        key_is_met(ask, operator, key, listed(values))
        for operator, keys in statement.get("Condition", {}).items()
        for key, values in keys.items()
    )


def key_is_met(ask: Ask, operator: str, key: str, values: Sequence[str]) -> bool:
    settings = ask.settings
    action = ask.access.action.lower()
    if action.startswith("iot:") and settings.iot_conditions == "ignored":
        return True
    about_listing = key.lower() in ("oss:prefix", "oss:delimiter")
    if about_listing and not is_listing(action) and settings.prefix_beyond_listing == "ignored":
        return True

    actual = actual_values(ask, key)
    quantifier, _, bare = operator.rpartition(":")
    if_exists = bare.endswith("IfExists")
    bare = bare.removesuffix("IfExists")
    if bare == "Null":
        return ("true" if not actual else "false") in values
    negated = "Not" in bare
    if not actual:
        if if_exists:
            return True
        if quantifier:
            return quantifier == "ForAllValues"
        if negated:
            is_acl = key.lower() in ("oss:x-oss-acl", "oss:x-oss-object-acl")
            return not (is_acl and settings.acl_absent == "not met")
        return (
            bare == "StringLike"
            and key.lower() == "acs:sourcevpc"
            and "*" in values
            and settings.source_vpc_absent == "star is met"
        )

    def any_value_matches(texts: Sequence[str]) -> bool:
        return any(value_matches(ask, bare, key, text, value) for text in texts for value in values)

    if quantifier == "ForAllValues":
        return all(any_value_matches([text]) != negated for text in actual)
    if quantifier == "ForAnyValue":
        return any(any_value_matches([text]) != negated for text in actual)
    return any_value_matches(actual) != negated


def actual_values(ask: Ask, key: str) -> Sequence[str]:
    """The request's values of a key; keys are the same without case, but for the tag they name."""
    settings = ask.settings
    action = ask.access.action.lower()
    if action.startswith("iot:"):
        return ()
    found: Sequence[str] = ()
    for name, value in ask.access.context.items():
        if same_key(name, key, settings) and listed(value):
            found = listed(value)
    if found:
        return found[:1] if settings.several_values == "first" else found
    if same_key("acs:MFAPresent", key, settings) and settings.mfa_absent == "false":
        return ["false"]
    if same_key("oss:Prefix", key, settings) and is_listing(action):
        return [""] if settings.listing_without_prefix == "empty" else []
    return ()


def same_key(one: str, other: str, settings: Settings) -> bool:
    if settings.condition_key_case == "significant":
        return one == other
    if settings.tag_key_case == "ignored":
        return one.lower() == other.lower()
    head, slash, tag = one.partition("/")
    other_head, other_slash, other_tag = other.partition("/")
    return head.lower() == other_head.lower() and (slash, tag) == (other_slash, other_tag)


def is_listing(action: str) -> bool:
    return action in ("oss:listobjects", "oss:listobjectversions", "oss:getbucket")


def value_matches(ask: Ask, operator: str, key: str, actual: str, value: str) -> bool:
    """Whether one value of the request matches one of the policy; negation is the caller's."""
    positive = operator.replace("Not", "")
    if positive.startswith("String"):
        if text_matches(ask, positive, key, actual, value):
            return True
        about_role = key.lower() == "acs:principalarn" and ask.settings.role_name_case == "ignored"
        return about_role and text_matches(
            ask, positive, key, lower_role(actual), lower_role(value)
        )
    if positive == "Bool":
        return actual in ("true", "false") and actual == value
    if positive == "IpAddress":
        return address_matches(ask, actual, value)
    if positive.startswith("Numeric"):
        if not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", actual):
            return False
        return compares(positive.removeprefix("Numeric"), Fraction(actual), Fraction(value))
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)", actual):
        return False
    instant = datetime.fromisoformat(actual)
    return compares(positive.removeprefix("Date"), instant, datetime.fromisoformat(value))


def text_matches(ask: Ask, positive: str, key: str, actual: str, value: str) -> bool:
    if positive == "StringEqualsIgnoreCase":
        return actual.lower() == value.lower()
    if positive == "StringLike":
        return covers(value, actual)
    is_prefix = key.lower() == "oss:prefix" and ask.settings.prefix_equals == "prefix"
    if is_prefix:
        return actual.startswith(value)
    if ask.settings.star_in_string_equals == "wildcard":
        return covers(value, actual)
    return actual == value


def address_matches(ask: Ask, actual: str, value: str) -> bool:
    try:
        address = ipaddress.ip_address(actual)
    except ValueError:
        return False
    single = value.endswith(f"/{address.max_prefixlen}")
    if single and ask.settings.single_address_mask == "never":
        return False
    return address in ipaddress.ip_network(value, strict=False)


def compares(relation: str, actual: Any, value: Any) -> bool:
    outcome: dict[str, bool] = {
        "Equals": actual == value,
        "LessThan": actual < value,
        "LessThanEquals": actual <= value,
        "GreaterThan": actual > value,
        "GreaterThanEquals": actual >= value,
    }
    return outcome[relation]


def covers(pattern: str, text: str) -> bool:
    """`*` is any characters, `?` exactly one."""
    return _expression(pattern).fullmatch(text) is not None


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(one) or re.escape(one) for one in pattern), re.DOTALL)


def listed(value: str | Sequence[str]) -> Sequence[str]:
    return [value] if isinstance(value, str) else list(value)
