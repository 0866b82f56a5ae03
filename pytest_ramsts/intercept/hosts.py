"""Which hosts are the cloud's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

METADATA_ADDRESS: Final = "100.100.100.200"
"""Where an ECS instance asks for the credentials of its role."""

DOMAINS: Final = ("aliyuncs.com", "aliyun.com", "alibabacloud.com", "aliyuncs.com.cn")


class Hosts:
    """The cloud's hosts: all of Alibaba Cloud's, those a test adds, without those it lets pass."""

    def __init__(self, passed: Iterable[str] = ()) -> None:
        self.added: set[str] = set()
        self.passed = {host.lower() for host in passed}

    def __contains__(self, host: object) -> bool:
        if not isinstance(host, str):
            return False
        name = host.lower().rstrip(".")
        if name in self.passed:
            return False
        return (
            name in self.added
            or name == METADATA_ADDRESS
            or name.endswith(_SUFFIXES)
            or name in DOMAINS
        )


_SUFFIXES: Final = tuple(f".{domain}" for domain in DOMAINS)
