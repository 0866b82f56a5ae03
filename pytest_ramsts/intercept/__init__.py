"""How HTTP clients are caught: one module per client, and the table of them.

A client is caught from the moment its library is imported, before or after interception begins.
What no module here catches, the guard refuses: see `guard`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from typing import Final

from pytest_ramsts.intercept import requests, vendored_requests
from pytest_ramsts.intercept.guard import guarded
from pytest_ramsts.intercept.hosts import Hosts
from pytest_ramsts.intercept.imports import when_imported
from pytest_ramsts.wire import Handle

__all__ = ["CLIENTS", "Hosts", "intercept"]

Interceptor = Callable[[Handle, Hosts], AbstractContextManager[None]]

CLIENTS: Final[dict[str, Interceptor]] = {
    "requests.adapters": requests.intercept,
    "aliyunsdkcore.vendored.requests.adapters": vendored_requests.intercept,
}
"""The module whose import makes a client usable, and what catches that client."""


@contextmanager
def intercept(handle: Handle, hosts: Hosts) -> Iterator[None]:
    """Send every request to one of `hosts` through `handle`, and let none of them leave the
    machine.
    """
    with ExitStack() as stack:
        stack.enter_context(guarded(hosts))
        for module, interceptor in CLIENTS.items():
            caught = partial(_catch, stack, interceptor, handle, hosts)
            stack.enter_context(when_imported(module, caught))
        yield


def _catch(stack: ExitStack, interceptor: Interceptor, handle: Handle, hosts: Hosts) -> None:
    stack.enter_context(interceptor(handle, hosts))
