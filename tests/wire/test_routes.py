"""Which operation a method and a path mean."""

from __future__ import annotations

import pytest

from pytest_ramsts.wire import Request
from pytest_ramsts.wire.routes import Routes

ROUTES = Routes(
    {
        "List": "GET /queues",
        "Create": "PUT /queues/{queue}",
        "Change": "PUT /queues/{queue}?metaoverride=true",
        "Receive": "GET /queues/{queue}/messages",
        "Peek": "GET /queues/{queue}/messages?peekonly=true",
        "Delete": "DELETE /queues/{queue}/messages?ReceiptHandle",
        "Root": "GET /",
        "Mine": "GET /queues/mine",
        "Look": "GET /queues/{queue}",
    }
)


@pytest.mark.parametrize(
    ("method", "path", "found"),
    [
        ("GET", "/queues", ("List", {})),
        ("GET", "/queues/", ("List", {})),
        ("GET", "/queues/q?x=1", ("Look", {"queue": "q"})),
        ("GET", "/queues/mine", ("Mine", {})),
        ("PUT", "/queues/q", ("Create", {"queue": "q"})),
        ("PUT", "/queues/q?metaoverride=false", ("Create", {"queue": "q"})),
        ("PUT", "/queues/q?metaoverride=true", ("Change", {"queue": "q"})),
        ("GET", "/queues/a%2Fb/messages", ("Receive", {"queue": "a/b"})),
        ("GET", "/queues/q/messages?peekonly=true&n=1", ("Peek", {"queue": "q"})),
        ("DELETE", "/queues/q/messages?ReceiptHandle=1", ("Delete", {"queue": "q"})),
        ("DELETE", "/queues/q/messages", None),
        ("POST", "/queues", None),
        ("GET", "/queues/a/b/c", None),
        ("GET", "/", ("Root", {})),
        ("GET", "", ("Root", {})),
    ],
)
def test_the_route_that_says_most_is_taken(
    method: str, path: str, found: tuple[str, dict[str, str]] | None
) -> None:
    assert ROUTES.find(Request(method, f"https://x.mns.cn-hangzhou.aliyuncs.com{path}")) == found
