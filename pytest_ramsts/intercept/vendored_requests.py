"""Catches the copy of `requests` inside aliyunsdkcore: every `aliyunsdk*` product speaks through
it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pytest_ramsts.intercept.hosts import Hosts
from pytest_ramsts.intercept.requests import mocked
from pytest_ramsts.wire import Handle

_ADAPTER: Final = "aliyunsdkcore.vendored.requests.adapters.HTTPAdapter"


@contextmanager
def intercept(handle: Handle, hosts: Hosts) -> Iterator[None]:
    from aliyunsdkcore.vendored.requests.adapters import HTTPAdapter  # noqa: PLC0415 - loaded already

    with mocked(
        handle,
        hosts,
        client="aliyunsdkcore",
        target=f"{_ADAPTER}.send",
        real_adapter_send=HTTPAdapter.send,
    ):
        yield
