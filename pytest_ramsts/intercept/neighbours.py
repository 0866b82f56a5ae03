"""Other mocks in the same test: the cloud's hosts are ours, whoever came first; the rest is theirs.

A mock at a seam below one of ours needs nothing. One at the same seam or above it would see the
cloud's requests first when it is activated later: here it learns to let them go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pytest_ramsts.intercept.catch import Catch
from pytest_ramsts.intercept.requests import OURS, Send, answered_by_responses
from pytest_ramsts.intercept.seam import Seam

__all__ = ["requests_mock", "responses"]


def responses(catch: Catch) -> Iterator[Seam]:
    """Somebody's own `RequestsMock`, from the moment it starts."""
    from responses import RequestsMock  # noqa: PLC0415 - loaded already

    def wrap(under: Callable[[Any], Send]) -> Callable[[Any], Send]:
        def unbound_on_send(mock: Any) -> Send:
            theirs = under(mock)
            if mock.target == OURS:
                return theirs
            client = "aliyunsdkcore" if mock.target.startswith("aliyunsdkcore.") else "requests"
            return answered_by_responses(catch, client)(theirs)

        return unbound_on_send

    yield Seam(RequestsMock, "unbound_on_send", wrap)


def requests_mock(catch: Catch) -> Iterator[Seam]:
    """The adapter that requests-mock puts into every session."""
    from requests.adapters import HTTPAdapter  # noqa: PLC0415 - loaded already
    from requests_mock.adapter import Adapter  # noqa: PLC0415

    def wrap(under: Send) -> Send:
        caught = answered_by_responses(catch, "requests")(under)

        def send(adapter: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            ours = catch.takes_url(request.url)
            return caught(HTTPAdapter() if ours else adapter, request, *args, **kwargs)

        return send

    yield Seam(Adapter, "send", wrap)
