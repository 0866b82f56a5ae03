"""How requests speak: messages, the gateway's styles, signatures. No I/O, no clock, no account."""

from pytest_ramsts.wire.message import Handle, Headers, Request, Response

__all__ = ["Handle", "Headers", "Request", "Response"]
