"""What the real cloud leaves open: a named setting for each question. Knows no policy.

The table of questions, defaults and reasons is the page "What the real cloud leaves open"; a test
holds both together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["DEFAULT", "Settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to read what the documentation leaves open. `Settings()` is the most likely reading.

    >>> strict_tags = Settings(tag_key_case="ignored")
    """

    # What a document may contain beyond the documented grammar.
    not_resource: Literal["refuse", "complement"] = "refuse"
    if_exists: Literal["refuse", "accept"] = "refuse"
    set_operators: Literal["refuse", "accept"] = "refuse"
    null_operator: Literal["refuse", "accept"] = "refuse"
    policy_variables: Literal["refuse", "literal"] = "refuse"
    bare_values: Literal["refuse", "accept"] = "refuse"
    single_statement: Literal["refuse", "accept"] = "refuse"
    sid: Literal["refuse", "accept"] = "refuse"
    duplicate_members: Literal["refuse", "last wins"] = "refuse"
    unreadable_conditions: Literal["refuse", "not met", "ignored"] = "refuse"
    deny_in_trust: Literal["honoured", "refuse"] = "honoured"
    source_ip_without_vpc: Literal["accept", "refuse"] = "accept"

    # What an element matches.
    role_name_case: Literal["ignored", "significant"] = "ignored"
    trust_action_synonyms: Literal["other actions", "the same"] = "other actions"
    condition_key_case: Literal["ignored", "significant"] = "ignored"
    tag_key_case: Literal["significant", "ignored"] = "significant"
    star_in_string_equals: Literal["literal", "wildcard"] = "literal"
    prefix_equals: Literal["whole", "prefix"] = "whole"
    prefix_beyond_listing: Literal["evaluated", "ignored"] = "evaluated"
    single_address_mask: Literal["one address", "never"] = "one address"

    # What a request carries.
    mfa_absent: Literal["absent", "false"] = "absent"
    acl_absent: Literal["negated is met", "not met"] = "negated is met"
    source_vpc_absent: Literal["not met", "star is met"] = "not met"
    listing_without_prefix: Literal["empty", "absent"] = "empty"
    iot_conditions: Literal["keys absent", "ignored"] = "keys absent"
    several_values: Literal["any", "first"] = "any"
    unreadable_context: Literal["not met", "error"] = "not met"

    # How the layers are put together.
    group_scoped_deny: Literal["wins", "after account allow"] = "wins"
    foreign_identity_deny: Literal["denies", "counts as silence"] = "denies"
    resource_deny_of_owner: Literal["denies", "owner unaffected"] = "denies"
    silent_scope: Literal["account", "resource group"] = "account"


DEFAULT: Final = Settings()
