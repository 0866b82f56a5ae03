"""Which hosts are the cloud's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pytest_ramsts.errors import RamstsError

METADATA_ADDRESS: Final = "100.100.100.200"
"""Where an ECS instance asks for the credentials of its role."""

DOMAINS: Final = (
    "aliyuncs.com",
    "aliyun.com",
    "alibabacloud.com",
    "alibabacloudsso.com",
    "aliyuncs.com.cn",
    "onaliyun.com",
)


class Hosts:
    """The cloud's hosts: all of Alibaba Cloud's, those a test adds, without those it lets pass.

    `passed` holds names of hosts, or `*.name` for all below one.
    """

    def __init__(self, passed: Iterable[str] = ()) -> None:
        if isinstance(passed, str):
            raise RamstsError(f'the hosts that pass are several: passed=["{passed}"]')
        names = [_plain(host) for host in passed]
        self._passed = frozenset(name for name in names if not name.startswith("*."))
        self._passed_below = tuple(name[1:] for name in names if name.startswith("*."))
        self._added: set[str] = set()
        self._known: dict[str, bool] = {}

    def add(self, hosts: Iterable[str]) -> None:
        """Make hosts the cloud's that need not be Alibaba Cloud's."""
        self._added.update(map(_plain, hosts))
        self._known.clear()

    def passes(self, host: str) -> bool:
        """Whether somebody said that this host may really be reached."""
        name = _plain(host)
        return name in self._passed or name.endswith(self._passed_below)

    def __contains__(self, host: str) -> bool:
        known = self._known.get(host)
        if known is None:
            known = self._known[host] = not self.passes(host) and self._claims(_plain(host))
        return known

    def _claims(self, name: str) -> bool:
        return (
            name in self._added
            or name == METADATA_ADDRESS
            or name in DOMAINS
            or name.endswith(_SUFFIXES)
        )


_SUFFIXES: Final = tuple(f".{domain}" for domain in DOMAINS)


def _plain(host: str) -> str:
    return host.strip().lower().rstrip(".")
