"""Reads YAML, by PyYAML (`pip install pytest-ramsts[yaml]`). Every scalar is the text it is written
as: `Version: 1` means what a policy wants it to mean.
"""

from __future__ import annotations

from pytest_ramsts.load.nodes import LoadError, Node

__all__ = ["read_yaml"]


def read_yaml(text: str, name: str) -> Node:
    """A YAML text of one document, which has no key twice in one mapping."""
    try:
        import yaml  # noqa: PLC0415 - an extra
    except ImportError:
        raise LoadError(
            f"{name}: YAML needs PyYAML: pip install 'pytest-ramsts[yaml]', or write it as JSON"
        ) from None
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise LoadError(f"{name}{line}: no YAML: {error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise LoadError(f"{name}: no YAML: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise LoadError(f"{name}: nested too deep") from None
    if root is None:
        return Node(None, f"{name}, line 1")
    return _Reader(name, yaml).read(root, root, ())


class _Reader:
    """Makes nodes of ours out of PyYAML's."""

    def __init__(self, name: str, yaml: object) -> None:
        self._name = name
        self._yaml = yaml

    def read(self, node: object, place: object, above: tuple[object, ...]) -> Node:
        """`place` is what says the line: a value's key."""
        yaml = self._yaml
        at = self._at(place)
        if node in above:
            raise LoadError(f"{at}: an alias within what it stands for")
        above = (*above, node)
        if isinstance(node, yaml.MappingNode):  # type: ignore[attr-defined]
            members: dict[str, Node] = {}
            for key, value in node.value:
                if not isinstance(key, yaml.ScalarNode):  # type: ignore[attr-defined]
                    raise LoadError(f"{self._at(key)}: a key is a text")
                if key.value in members:
                    raise LoadError(
                        f"{self._at(key)}: `{key.value}` stands twice in one mapping; keep one"
                    )
                members[key.value] = self.read(value, key, above)
            return Node(members, at)
        if isinstance(node, yaml.SequenceNode):  # type: ignore[attr-defined]
            return Node([self.read(one, one, above) for one in node.value], at)
        empty = node.tag == "tag:yaml.org,2002:null"  # type: ignore[attr-defined]
        return Node(None if empty else node.value, at)  # type: ignore[attr-defined]

    def _at(self, node: object) -> str:
        return f"{self._name}, line {node.start_mark.line + 1}"  # type: ignore[attr-defined]
