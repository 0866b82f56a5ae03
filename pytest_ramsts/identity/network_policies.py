"""From which addresses AccessKeys may be used: the form of such a policy.

They are kept and given back. They are not enforced: which refusal a request from another address
gets is not documented.
"""

from __future__ import annotations

import json
from ipaddress import ip_network
from typing import Any, Final

from pytest_ramsts.errors import InvalidParameterError

NO_POLICY: Final = '{"Version":1,"Status":"Inactive","Statements":[]}'
"""What stands for none, by the page "SetAccessKeyPolicy"."""

STATEMENTS: Final = 8
ADDRESSES: Final = 50


def check_network_policy(text: str) -> str:
    """A policy as the page "SetAccessKeyPolicy" describes it, or `InvalidParameter.AccessKeyPolicy`
    `.Format`.
    """
    problem = _problem(text)
    if problem:
        raise InvalidParameterError("AccessKeyPolicy", "Format", hint=problem)
    return text


def _problem(text: str) -> str:
    try:
        policy = json.loads(text)
    except ValueError:
        return "it is no JSON"
    if not isinstance(policy, dict) or policy.get("Status") not in ("Active", "Inactive"):
        return "it is an object with a Status, Active or Inactive"
    statements = policy.get("Statements")
    if not isinstance(statements, list) or len(statements) > STATEMENTS:
        return f"its Statements are a list of {STATEMENTS} at most"
    addresses = [address for one in statements for address in _addresses(one)]
    if None in addresses or len(addresses) > ADDRESSES:
        return f"each statement has a Type and an IPList, {ADDRESSES} addresses in all"
    return next((f"`{one}` is no address" for one in addresses if not _is_address(one)), "")


def _addresses(statement: Any) -> list[Any]:
    if not isinstance(statement, dict):
        return [None]
    if statement.get("Type") not in ("ClassicWhiteList", "VPCWhiteList"):
        return [None]
    listed = statement.get("IPList")
    return listed if isinstance(listed, list) else [None]


def _is_address(text: object) -> bool:
    try:
        ip_network(str(text), strict=False)
    except ValueError:
        return False
    return True
