"""Requests and answers as octets, for the clients that write and read them on their own. Knows no
client.
"""

from __future__ import annotations

from pytest_ramsts.intercept.catch import reason_of
from pytest_ramsts.wire import Headers, Response

__all__ = ["head_of", "joined", "written"]


def head_of(octets: bytes) -> tuple[str, str, Headers]:
    """The method, the target and the fields of a request."""
    text = octets.decode("latin-1")
    if "\r\n\t" in text or "\r\n " in text:  # a field may be folded
        text = text.replace("\r\n\t", " ").replace("\r\n ", " ")
    line, *fields = text.split("\r\n")
    method, target, _ = line.split(" ", 2)
    pairs = [field.partition(":") for field in fields]
    return method, target, Headers((name, value.strip()) for name, _, value in pairs)


def joined(chunked: bytes) -> bytes:
    """A body that was sent in chunks."""
    body = bytearray()
    rest = chunked
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size.partition(b";")[0], 16)
        if not length:
            break
        body += rest[:length]
        rest = rest[length + 2 :]
    return bytes(body)


def written(response: Response, method: str) -> bytes:
    """An answer, as `Catch.answer` gives it: whole, or broken off."""
    lines = [f"HTTP/1.1 {response.status} {reason_of(response.status)}"]
    body = response.body
    for name, value in response.headers:
        lines.append(f"{name}: {value}")
        if name.lower() == "transfer-encoding" and method != "HEAD":
            body = b"%x\r\n%b\r\n" % (len(body), body) * bool(body) + b"0\r\n\r\n"
    return "\r\n".join([*lines, "\r\n"]).encode("latin-1", "replace") + body
