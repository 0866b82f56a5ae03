"""What goes wrong between an application and the cloud, as a test arranges it.

A fault strikes a call whose signature was verified, before permissions are asked: there the real
gateway throttles. What a fault does to time it does to the faked one: nobody waits.
"""

from __future__ import annotations

import errno
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from types import TracebackType
from typing import Final, Protocol, Self

from pytest_ramsts.clock import timestamp
from pytest_ramsts.errors import ApiError, RamstsError
from pytest_ramsts.service import Invocation
from pytest_ramsts.wire import Response

__all__ = [
    "ConnectionRefused",
    "ConnectionReset",
    "Failing",
    "Fault",
    "Faults",
    "Latency",
    "Malformed",
    "ReadTimeout",
    "Refusal",
    "ShortLived",
    "Truncated",
    "refusal",
]


class Fault(Protocol):
    """Something that goes wrong with a call."""

    def before(self) -> None:
        """Raise an `ApiError`, if the operation is not to run."""

    def after(self, response: Response, invocation: Invocation) -> Response | OSError:
        """What the client gets instead, or how its connection breaks."""


# Refusals


@dataclass(frozen=True, slots=True)
class Refusal:
    """The cloud refuses with an error of its own. `retry_after` is the header
    `x-acs-retry-after`, in milliseconds.
    """

    error: ApiError
    retry_after: int | None = None

    def before(self) -> None:
        raise self.error

    def after(self, response: Response, invocation: Invocation) -> Response:  # noqa: ARG002
        if self.retry_after is None:
            return response
        header = ("x-acs-retry-after", str(self.retry_after))
        return Response(response.status, (*response.headers, header), response.body)


# Statuses and texts of the gateway's public list of errors.
_CODES: Final = {
    "InternalError": (
        500,
        "The request processing has failed due to some unknown error, exception or failure.",
    ),
    "ServiceUnavailable": (
        503,
        "The request has failed due to a temporary failure of the server.",
    ),
    "Throttling": (400, "Request was denied due to request throttling."),
    "Throttling.Api": (400, "Request was denied due to api flow control."),
    "Throttling.User": (400, "Request was denied due to user flow control."),
}


def refusal(
    code: str, *, status: int | None = None, message: str = "", retry_after: int | None = None
) -> Refusal:
    """A refusal by its code; status and text are the real ones where they are known."""
    usual_status, usual_message = _CODES.get(code, (400, "The request was refused."))
    error = ApiError(code, message or usual_message, status=status or usual_status)
    return Refusal(error, retry_after)


# The connection


class _NotRunError(ApiError):
    """The request never got to the operation."""

    def __init__(self) -> None:
        super().__init__("NotRun", "The connection broke before anything was done.")


@dataclass(frozen=True, slots=True)
class ConnectionRefused:
    """Nobody listens: the cloud never sees the request."""

    def before(self) -> None:
        raise _NotRunError

    def after(self, response: Response, invocation: Invocation) -> OSError:  # noqa: ARG002
        return ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")


@dataclass(frozen=True, slots=True)
class ConnectionReset:
    """The connection breaks off before the answer. Whether the operation was `done` the client
    can't know.
    """

    done: bool = True

    def before(self) -> None:
        if not self.done:
            raise _NotRunError

    def after(self, response: Response, invocation: Invocation) -> OSError:  # noqa: ARG002
        return ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")


@dataclass(frozen=True, slots=True)
class ReadTimeout:
    """No answer comes for as long as the client waits; that time passes. The operation was `done`
    all the same.
    """

    done: bool = True

    def before(self) -> None:
        if not self.done:
            raise _NotRunError

    def after(self, response: Response, invocation: Invocation) -> OSError:  # noqa: ARG002
        return _too_late(invocation)


@dataclass(frozen=True, slots=True)
class Latency:
    """The answer takes its time, which passes on the clock. A client that waits less than that
    gives up, as it would.
    """

    seconds: float

    def before(self) -> None: ...

    def after(self, response: Response, invocation: Invocation) -> Response | OSError:
        patience = invocation.request.patience
        if patience is not None and self.seconds >= patience:
            return _too_late(invocation)
        invocation.world.clock.advance(seconds=self.seconds)
        return response


def _too_late(invocation: Invocation) -> OSError:
    invocation.world.clock.advance(seconds=invocation.request.patience or 0)
    return TimeoutError("timed out")


# The answer


@dataclass(frozen=True, slots=True)
class Truncated:
    """The connection breaks off in the middle of the answer: less arrives than was announced."""

    share: float = 0.5
    """How much of it arrives."""

    def before(self) -> None: ...

    def after(self, response: Response, invocation: Invocation) -> Response:  # noqa: ARG002
        body = response.body
        kept = tuple(h for h in response.headers if h[0].lower() != "content-length")
        headers = (*kept, ("Content-Length", str(len(body))))
        return Response(response.status, headers, body[: int(len(body) * self.share)])


@dataclass(frozen=True, slots=True)
class Malformed:
    """Something else answers, such as a proxy on the way: no JSON, no XML."""

    body: bytes = b"<html><body>Bad Gateway</body></html>"
    status: int = 200
    content_type: str = "text/html"

    def before(self) -> None: ...

    def after(self, response: Response, invocation: Invocation) -> Response:  # noqa: ARG002
        kept = tuple(
            h for h in response.headers if h[0].lower() not in ("content-type", "content-length")
        )
        return Response(self.status, (*kept, ("Content-Type", self.content_type)), self.body)


@dataclass(frozen=True, slots=True)
class ShortLived:
    """The credentials that an AssumeRole gives out end after `seconds`, whatever was asked for:
    sooner than any real ones.
    """

    seconds: float

    def before(self) -> None: ...

    def after(self, response: Response, invocation: Invocation) -> Response:
        world = invocation.world
        found = _SESSION_KEY.search(response.text)
        session = world.sessions_by_key_id.get(found[0]) if found else None
        if session is None:
            return response
        long = timestamp(session.expires)
        session.expires = float(int(world.clock.time() + self.seconds))
        body = response.body.replace(long.encode(), timestamp(session.expires).encode())
        return Response(response.status, response.headers, body)


_SESSION_KEY: Final = re.compile(r"STS\.[A-Za-z0-9]+")


# When they strike


class Failing:
    """A fault that was arranged. As a context manager it ends with its block."""

    def __init__(
        self,
        action: str,
        fault: Fault,
        *,
        times: int | None,
        skip: int,
        by: object,
        probability: float,
        when: Callable[[Invocation], bool] | None,
    ) -> None:
        if times is not None and times < 1:
            raise RamstsError(f"a fault strikes once or more, not {times} times")
        if not 0 < probability <= 1:
            raise RamstsError(f"a probability is above 0 and at most 1, not {probability}")
        self.action = action.lower()
        self.fault = fault
        self.struck = 0
        """How often it has struck."""
        self._left = times
        self._skip = skip
        self._by = getattr(by, "owner", by)
        self._key = by if hasattr(by, "owner") else None
        self._probability = probability
        self._when = when
        self._over = False

    def __repr__(self) -> str:
        return f"<Failing {self.action} with {self.fault!r}, struck {self.struck} times>"

    def stop(self) -> None:
        """Strike no more."""
        self._over = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def strikes(self, invocation: Invocation, chance: random.Random) -> bool:
        """Whether it strikes this call, which is then counted."""
        if self._over or self._left == 0 or not self._meets(invocation):
            return False
        if self._skip:
            self._skip -= 1
            return False
        if self._probability < 1 and chance.random() >= self._probability:
            return False
        self.struck += 1
        if self._left is not None:
            self._left -= 1
        return True

    def _meets(self, invocation: Invocation) -> bool:
        operation, service = invocation.operation, invocation.service
        if self.action not in ("*", operation.action.lower(), service.name, service.code):
            return False
        if self._by is not None:
            caller = invocation.caller
            if self._by not in (caller, getattr(caller, "role", None)):
                return False
            if self._key is not None and invocation.credentials is not self._key:
                return False
        return self._when is None or self._when(invocation)


class Faults:
    """The faults of one cloud. Of several that would strike, the one that was arranged first
    does.
    """

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._arranged: list[Failing] = []
        self._lock = Lock()

    def arrange(self, failing: Failing) -> Failing:
        self._arranged.append(failing)
        return failing

    def take(self, invocation: Invocation) -> Fault | None:
        """What strikes this call, if anything does."""
        if not self._arranged:
            return None
        with self._lock:
            for failing in self._arranged:
                if failing.strikes(invocation, self._chance):
                    return failing.fault
        return None
