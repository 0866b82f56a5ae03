"""Queues of MNS and their messages, in memory: one state per cloud."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

from pytest_ramsts.services.mns.errors import MnsError

__all__ = ["ATTRIBUTES", "Message", "Mns", "Queue"]

ATTRIBUTES: Final = {
    "VisibilityTimeout": "30",
    "MaximumMessageSize": "65536",
    "MessageRetentionPeriod": "345600",
    "DelaySeconds": "0",
    "PollingWaitSeconds": "0",
    "LoggingEnabled": "False",
}
"""What a queue is like where nobody says otherwise."""


@dataclass
class Message:
    """A message, as it was sent: its body may be Base64, which is the client's affair."""

    id: str
    body: str
    sent: float
    visible: float
    """From when on it can be received."""
    priority: int = 8
    received: int = 0
    first_received: float = 0
    handle: str = ""
    """What its last receiver deletes it with."""

    @property
    def md5(self) -> str:
        return hashlib.md5(self.body.encode(), usedforsecurity=False).hexdigest().upper()


@dataclass
class Queue:
    """A queue: what is received becomes invisible for a while, and comes again unless deleted."""

    name: str
    created: float
    changed: float
    attributes: dict[str, str] = field(default_factory=lambda: dict(ATTRIBUTES))
    messages: list[Message] = field(default_factory=list)

    def number(self, attribute: str) -> int:
        return int(self.attributes[attribute])

    def clear(self, now: float) -> None:
        """Let go of what was kept for long enough."""
        oldest = now - self.number("MessageRetentionPeriod")
        self.messages = [message for message in self.messages if message.sent > oldest]

    def visible(self, now: float, count: int) -> list[Message]:
        """The next to be received: by priority, and then by age."""
        found = [message for message in self.messages if message.visible <= now]
        found.sort(key=lambda message: (message.priority, message.sent))
        if not found:
            raise MnsError("MessageNotExist", hint=f"none is visible in `{self.name}`")
        return found[:count]

    def held(self, handle: str, now: float) -> Message:
        """The message of a receipt handle, as long as nobody else can receive it."""
        for message in self.messages:
            if message.handle == handle and handle:
                if message.visible <= now:
                    raise MnsError("MessageNotExist", hint=f"`{handle}` has expired")
                return message
        raise MnsError("ReceiptHandleError", hint=f"`{handle}`")


@dataclass
class Mns:
    """What exists in MNS, by account id and region."""

    queues_by_place: dict[tuple[str, str], dict[str, Queue]] = field(default_factory=dict)

    def queues(self, account_id: str, region: str) -> dict[str, Queue]:
        return self.queues_by_place.setdefault((account_id, region), {})
