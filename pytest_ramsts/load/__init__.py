"""Worlds from files, and back: our own YAML and JSON, folders of policies, Terraform.

One module a format; each translates to our own, which `world` makes. Nothing here knows a test.
"""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass, field, replace
from pathlib import Path

from pytest_ramsts.identity import Account, World
from pytest_ramsts.load.dump import written, yaml_of
from pytest_ramsts.load.nodes import LoadError, LoadWarning, Node, read_json
from pytest_ramsts.load.policies import is_policy, read_folder, read_policy
from pytest_ramsts.load.terraform import is_raw_state, is_terraform, read_terraform
from pytest_ramsts.load.world import Buckets, Written, build, schema
from pytest_ramsts.load.yaml import read_yaml

__all__ = [
    "LoadError",
    "LoadWarning",
    "Loaded",
    "Written",
    "dump",
    "load",
    "read",
    "schema",
    "warn_of_unknown",
    "written",
    "yaml_of",
]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file turned out to be."""

    format: str
    """`world`, `policy`, `policies` or `terraform`."""
    unknown: tuple[str, ...] = ()
    """The addresses of Terraform resources whose type is not known here, and so has no effect."""

    policies: tuple[Written, ...] = field(default=(), repr=False)
    """The policies that it holds, each with its place."""

    @property
    def unknown_about_access(self) -> tuple[str, ...]:
        """Those of them that may decide who may do what."""
        return tuple([one for one in self.unknown if _is_about_access(one)])


def load(path: str | Path, world: World, account: Account, buckets: Buckets) -> Loaded:
    """Make what a file or folder describes; what is at its top goes into `account`."""
    path = Path(path)
    node, loaded = read(path)
    policies = build(node, world, account, buckets, path if path.is_dir() else path.parent)
    return replace(loaded, policies=tuple(policies))


def read(path: Path) -> tuple[Node, Loaded]:
    """A file or folder of any known format, as a world that is not made yet."""
    if path.is_dir():
        return read_folder(path), Loaded("policies")
    suffix = path.suffix.lower()
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise LoadError(f"`{path}` cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise LoadError(f"`{path}` is no UTF-8 text") from None
    if suffix in (".yaml", ".yml"):
        node = read_yaml(text, path.name)
    elif suffix in (".json", ".tfstate"):
        node = read_json(text, path.name)
    else:
        raise LoadError(
            f"`{path}`: a world is a .yaml, .yml or .json file, a folder of policies, or the JSON"
            " of `terraform show -json`"
        )
    if is_terraform(node) or is_raw_state(node):
        translated, unknown = read_terraform(node)
        return translated, Loaded("terraform", unknown)
    if is_policy(node):
        return read_policy(node, path), Loaded("policy")
    return node, Loaded("world")


def warn_of_unknown(path: str | Path, loaded: Loaded) -> None:
    """Warn of what may decide who may do what, and is not known here."""
    if loaded.unknown_about_access:
        warnings.warn(
            f"{Path(path).name}: not known here, though it may decide who may do what:"
            f" {', '.join(loaded.unknown_about_access)}",
            LoadWarning,
            stacklevel=3,
        )


def dump(world: World, buckets: Buckets, path: str | Path | None = None) -> str:
    """The world in our own format, as JSON if the path ends so, else as YAML; written, if there is
    a path.
    """
    path = None if path is None else Path(path)
    if path is not None and path.suffix.lower() == ".json":
        text = json.dumps(written(world, buckets), indent=2, ensure_ascii=False) + "\n"
    else:
        text = yaml_of(written(world, buckets))
    if path is not None:
        path.write_text(text, encoding="utf-8")
    return text


def _is_about_access(address: str) -> bool:
    kind = address.rpartition("alicloud_")[2].partition(".")[0]
    return kind.startswith(("ram_", "ims_", "resource_manager_")) or "policy" in kind
