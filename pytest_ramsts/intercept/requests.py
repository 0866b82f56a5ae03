"""Catches `requests`, by way of `responses`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final

from pytest_ramsts.intercept.catch import Catch, drained
from pytest_ramsts.intercept.seam import Seam
from pytest_ramsts.wire import Headers, Request

__all__ = ["OURS", "Send", "answered_by_responses", "seams"]

OURS: Final = "pytest-ramsts"
"""The target of our own `RequestsMock`s, by which they are known. It is never patched."""

Send = Callable[..., Any]
"""`HTTPAdapter.send`, of `requests` or of a copy of it."""


def seams(catch: Catch) -> Iterator[Seam]:
    from requests.adapters import HTTPAdapter  # noqa: PLC0415 - loaded already

    yield Seam(HTTPAdapter, "send", answered_by_responses(catch, "requests"))


def answered_by_responses(catch: Catch, client: str) -> Callable[[Send], Send]:
    """The cloud's requests go to `responses`, and all others straight on, untouched."""

    def wrap(under: Send) -> Send:
        caught: Send | None = None

        def send(adapter: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            if not catch.takes_url(request.url):
                return under(adapter, request, *args, **kwargs)
            nonlocal caught
            if caught is None:
                caught = _sender(catch, client)
            return caught(adapter, request, *args, **kwargs)

        return send

    return wrap


def _sender(catch: Catch, client: str) -> Send:
    """What `responses` would put in the place of `HTTPAdapter.send`."""
    import responses  # noqa: PLC0415 - it loads requests: only when a request is there to answer

    def answered(request: Any) -> tuple[int, list[tuple[str, str]], bytes]:
        response = catch.answer(_from_requests(request, client))
        return response.status, list(response.headers), response.body

    mock = responses.RequestsMock(
        assert_all_requests_are_fired=False, target=OURS, registry=_one_answer()
    )
    mock.add(responses.CallbackResponse("GET", "http://fake", answered))
    return mock.unbound_on_send()


@cache
def _one_answer() -> type:
    """A registry of `responses` that has one answer, and finds it at once: matching is a third of
    what `responses` costs.
    """
    from responses.registries import FirstMatchRegistry  # noqa: PLC0415 - loaded already

    class OneAnswer(FirstMatchRegistry):
        def find(self, _: Any) -> tuple[Any, list[str]]:
            return self.registered[0], []

    return OneAnswer


def _from_requests(request: Any, client: str) -> Request:
    return Request(
        request.method, request.url, Headers(request.headers.items()), drained(request.body), client
    )
