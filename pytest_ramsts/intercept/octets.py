"""Requests and answers as octets, for the clients that write and read them on their own. Knows no
client.
"""

from __future__ import annotations

from pytest_ramsts.intercept.catch import missing, reason_of
from pytest_ramsts.wire import Headers, Response

__all__ = ["head_of", "joined", "written"]


def head_of(octets: bytes) -> tuple[str, str, Headers]:
    """The method, the target and the fields of a request."""
    line, *fields = octets.decode("latin-1").split("\r\n")
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
    """An answer whose length is told, so that whoever reads it knows where it ends."""
    lines = [f"HTTP/1.1 {response.status} {reason_of(response.status)}"]
    own = {"transfer-encoding", "connection"} | (set() if method == "HEAD" else {"content-length"})
    lines += [f"{name}: {value}" for name, value in response.headers if name.lower() not in own]
    if method != "HEAD":
        lines.append(f"Content-Length: {len(response.body) + missing(response, method)}")
    head = "\r\n".join(lines).encode("latin-1", "replace")
    return head + b"\r\n\r\n" + response.body
