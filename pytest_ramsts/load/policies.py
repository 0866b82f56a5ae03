"""A folder of policy documents: each JSON file is a custom policy of the name that the file has."""

from __future__ import annotations

import re
from pathlib import Path

from pytest_ramsts.load.nodes import LoadError, Node, read_json

__all__ = ["is_policy", "read_folder", "read_policy"]


def is_policy(node: Node) -> bool:
    """Whether it is a policy document and not a world."""
    return isinstance(node.value, dict) and "Statement" in node.value


def read_policy(node: Node, path: Path) -> Node:
    """The world that has this policy, and nothing else."""
    return Node({"policies": Node({_name(path): node}, node.at)}, node.at)


def read_folder(folder: Path) -> Node:
    """The world that has the policies of a folder; the folders inside it are not looked at."""
    files = sorted(folder.glob("*.json"))
    if not files:
        raise LoadError(f"{folder}: no policy document (*.json) is in this folder")
    policies: dict[str, Node] = {}
    for file in files:
        node = read_json(file.read_text(encoding="utf-8"), file.name)
        if not is_policy(node):
            raise node.error("it has no `Statement`, so it is no policy document")
        policies[_name(file)] = node
    return Node({"policies": Node(policies, str(folder))}, str(folder))


def _name(path: Path) -> str:
    """A file's name as a policy's: `read_orders.policy.json` is `read-orders-policy`."""
    return re.sub(r"[^A-Za-z0-9-]+", "-", path.stem).strip("-") or "policy"
