"""From which addresses AccessKeys may be used: such a policy, and whether it admits a request.

The source is the RAM page "Use network ACL policies to restrict AccessKey pair usage" of January
2026, and the page "SetAccessKeyPolicy" for the form. By them a policy that is active admits what it
lists and nothing else: without addresses of the internet none from there, without those of a VPC
none from any. It is about AccessKeys only; tokens of STS are never asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, Final

from pytest_ramsts.errors import InvalidParameterError

__all__ = ["ADDRESSES", "NO_POLICY", "STATEMENTS", "WITHOUT", "NetworkPolicy", "as_network_policy"]

NO_POLICY: Final = '{"Version":1,"Status":"Inactive","Statements":[]}'
"""What stands for none, by the page "SetAccessKeyPolicy"."""

STATEMENTS: Final = 8
ADDRESSES: Final = 50

WITHOUT: Final = frozenset({"amqp", "eventbridge", "hologram", "mns", "mq"})
"""The words that begin the actions of products which do not ask such a policy, by the page:
RabbitMQ, EventBridge, Hologres, MNS, and RocketMQ and MQTT, which share one. That Cloud Monitor
does not for events which are reported over HTTP is left out: here it does.
"""

_ANY_VPC: Final = "AllowAllVPC"

Networks = tuple[IPv4Network | IPv6Network, ...]


@dataclass(frozen=True, slots=True)
class NetworkPolicy:
    """What an AccessKey, or every one of an account, may be used from."""

    text: str
    """The policy as it was given."""

    active: bool
    """Whether it counts. One that does not leaves the decision to the account's."""

    internet: Networks
    vpcs: tuple[tuple[str, Networks], ...]
    """Ids of VPCs, or `AllowAllVPC`, each with the addresses in it."""

    @classmethod
    def parse(cls, text: str) -> NetworkPolicy:
        """A policy as the page "SetAccessKeyPolicy" describes it, or `InvalidParameter`
        `.AccessKeyPolicy.Format`.
        """
        problem = _problem(text)
        if problem:
            raise InvalidParameterError("AccessKeyPolicy", "Format", hint=problem)
        policy = json.loads(text)
        read = [(one.get("Value") or "", _networks(one)) for one in policy["Statements"]]
        return cls(
            text,
            policy["Status"] == "Active",
            tuple(network for vpc, networks in read if not vpc for network in networks),
            tuple((vpc, networks) for vpc, networks in read if vpc),
        )

    def admits(self, address: str, vpc: str = "") -> bool:
        """Whether a request may come from an address: one of the internet, or one in a VPC. What is
        no address may not.
        """
        try:
            source = ip_address(address)
        except ValueError:
            return False
        if not vpc:
            return any(source in network for network in self.internet)
        return any(
            source in network
            for name, networks in self.vpcs
            if name in (vpc, _ANY_VPC)
            for network in networks
        )

    def __str__(self) -> str:
        """What it admits, for somebody to read."""
        admitted = [str(network) for network in self.internet]
        admitted += [f"{network} in {vpc}" for vpc, networks in self.vpcs for network in networks]
        return ", ".join(admitted) or "nothing"


def as_network_policy(
    addresses: Iterable[str], vpcs: Mapping[str, str | Iterable[str]] | None
) -> NetworkPolicy:
    """The active policy that admits these addresses and blocks, and those in these VPCs."""
    statements: list[dict[str, object]] = []
    if listed := list(addresses):
        statements.append({"Type": "ClassicWhiteList", "IPList": listed})
    for vpc, within in (vpcs or {}).items():
        blocks = [within] if isinstance(within, str) else list(within)
        statements.append({"Type": "VPCWhiteList", "Value": vpc, "IPList": blocks})
    policy = {"Version": 1, "Status": "Active", "Statements": statements}
    return NetworkPolicy.parse(json.dumps(policy))


def _problem(text: str) -> str:
    try:
        policy = json.loads(text)
    except ValueError:
        return "it is no JSON"
    if not isinstance(policy, dict) or policy.get("Status") not in ("Active", "Inactive"):
        return "it is an object with a Status, Active or Inactive"
    if policy.get("Version", 1) != 1:
        return "its Version is 1"
    return _problem_in(policy.get("Statements"))


def _problem_in(statements: Any) -> str:
    if not isinstance(statements, list) or len(statements) > STATEMENTS:
        return f"its Statements are a list of {STATEMENTS} at most"
    if problem := next(filter(None, map(_problem_of, statements)), ""):
        return problem
    if sum(one["Type"] == "ClassicWhiteList" for one in statements) > 1:
        return "one statement at most is of the Type ClassicWhiteList"
    addresses = [address for one in statements for address in one["IPList"]]
    if len(addresses) > ADDRESSES:
        return f"there are {ADDRESSES} addresses in all at most"
    return next((f"`{one}` is no address" for one in addresses if not _is_address(one)), "")


def _problem_of(statement: Any) -> str:
    if not isinstance(statement, dict) or not isinstance(statement.get("IPList"), list):
        return "each statement has a Type and an IPList"
    value = statement.get("Value") or ""
    match statement.get("Type"):
        case "ClassicWhiteList":
            return "a ClassicWhiteList has no Value" if value else ""
        case "VPCWhiteList":
            named = isinstance(value, str) and value
            return "" if named else f"the Value of a VPCWhiteList is a VPC, or {_ANY_VPC}"
    return "a Type is ClassicWhiteList or VPCWhiteList"


def _networks(statement: dict[str, Any]) -> Networks:
    return tuple(ip_network(address, strict=False) for address in statement["IPList"])


def _is_address(text: object) -> bool:
    if not isinstance(text, str):
        return False
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True
