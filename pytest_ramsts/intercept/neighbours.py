"""Other mocks in the same test: the cloud's hosts are ours, whoever came first; the rest is theirs.

A mock at a seam below one of ours needs nothing. One at the same seam or above it would see the
cloud's requests first when it is activated later: here it learns to let them go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pytest_ramsts.intercept import httpx
from pytest_ramsts.intercept.catch import Catch
from pytest_ramsts.intercept.requests import OURS, Send, answered_by_responses
from pytest_ramsts.intercept.seam import Seam

__all__ = [
    "aioresponses",
    "pytest_httpx",
    "requests_mock",
    "responses",
    "respx",
    "vcr_cassette",
    "vcr_originals",
]


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


def pytest_httpx(catch: Catch) -> Iterator[Seam]:
    """The fixture `httpx_mock`: it asks its option `should_mock` about every request."""
    from pytest_httpx import HTTPXMock  # noqa: PLC0415 - loaded already

    def wrap(under: Callable[..., None]) -> Callable[..., None]:
        def __init__(mock: Any, options: Any) -> None:  # noqa: N807
            under(mock, options)
            theirs = options.should_mock
            options.should_mock = lambda request: (
                not catch.takes(request.url.host) and theirs(request)
            )

        return __init__

    yield Seam(HTTPXMock, "__init__", wrap)


def respx(catch: Catch) -> Iterator[Seam]:
    """A router that stands above the transports (`using="httpx"`)."""
    from respx.models import PassThrough  # noqa: PLC0415 - loaded already
    from respx.router import Router  # noqa: PLC0415

    def wrap(under: Callable[..., Any]) -> Callable[..., Any]:
        def handler(router: Any, request: Any) -> Any:
            if catch.takes(request.url.host):
                raise PassThrough("this is the fake cloud's", request=request, origin=router)
            return under(router, request)

        return handler

    yield Seam(Router, "handler", wrap)
    yield Seam(Router, "async_handler", wrap)


def aioresponses(catch: Catch) -> Iterator[Seam]:
    """A mock of a session's `_request`, by way of `unittest.mock`: from its start, or from now."""
    from aiohttp import ClientSession  # noqa: PLC0415 - loaded already
    from aioresponses import aioresponses as theirs  # noqa: PLC0415

    def letting_go(under: Any) -> Callable[..., Any]:
        async def _request_mock(session: Any, method: str, url: Any, *args: Any, **of: Any) -> Any:
            mock = mock_of(under)
            base = getattr(session, "_base_url", None)
            whole = str(url) if base is None or "://" in str(url) else str(base)
            if mock is not None and catch.takes_url(whole):
                return await mock.patcher.temp_original(session, method, url, *args, **of)
            return await under(session, method, url, *args, **of)

        # Another cloud's, on top of this one, finds the mock as well.
        _request_mock.__self__ = mock_of(under)  # type: ignore[attr-defined]
        return _request_mock

    def mock_of(function: Any) -> Any:
        return getattr(function, "__self__", None)

    def starting(under: Callable[[Any], None]) -> Callable[[Any], None]:
        def start(mock: Any) -> None:
            under(mock)
            stands: Any = vars(ClientSession)["_request"]
            stands.side_effect = letting_go(stands.side_effect)

        return start

    yield Seam(theirs, "start", starting)
    # What is there is a function with a `side_effect` where one has been started.
    yield Seam(vars(ClientSession)["_request"], "side_effect", letting_go)


def vcr_cassette(catch: Catch) -> Iterator[Seam]:
    """A cassette neither plays nor records what is the cloud's."""
    from vcr.cassette import Cassette  # noqa: PLC0415 - loaded already

    def without(answer: object) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        def wrap(under: Callable[..., Any]) -> Callable[..., Any]:
            def method(cassette: Any, request: Any, *args: Any) -> Any:
                if catch.takes(request.host or ""):
                    return answer
                return under(cassette, request, *args)

            return method

        return wrap

    yield Seam(Cassette, "can_play_response_for", without(answer=False))
    yield Seam(Cassette, "filter_request", without(answer=None))
    yield Seam(Cassette, "append", without(answer=None))


def vcr_originals(catch: Catch) -> Iterator[Seam]:
    """What a cassette takes for the network: it remembers it from the time of its own import."""
    from vcr import patch  # noqa: PLC0415 - loaded already

    yield Seam(patch, "_HttpxHttpTransport_handle_request", httpx.handled(catch))
    yield Seam(patch, "_HttpxAsyncHttpTransport_handle_async_request", httpx.handled_async(catch))
