# ruff: noqa: E402, INP001, S311, T201 - a script: it finds its modules, draws and prints
"""Send mangled requests through the gateway and see that each gets a well-formed answer.

    python tools/fuzz_gateway.py --count 200000 --seed 1

Half of them are captured calls of real SDKs, damaged: authentication meets these. The other half
pass for signed and are damaged where operations read them. No answer may be an internal error, none
may be slow, none may be unreadable for its client, and the memory must not grow.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from base64 import b64decode
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote
from xml.etree import ElementTree as ET

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from pytest_ramsts import FakeCloud, RamstsError
from pytest_ramsts.wire import Headers, Request, Response

SLOWEST: Final = 0.050
"""Seconds of processor time that one answer may take."""
GROWTH: Final = 32
"""MiB by which the process may grow after its first quarter."""
WORLD: Final = 2_000
"""Requests that one cloud answers; what it was told to create dies with it."""

TEXTS: Final = (
    "",
    " ",
    "\0",
    "0",
    "-1",
    "9" * 40,
    "1e999",
    "NaN",
    "true",
    "null",
    "[]",
    "{}",
    '{"a":',
    "[" * 5_000,
    '{"Version":"1","Statement":[{"Effect":"Allow","Action":["*"],"Resource":[[]]}]}',
    '{"Version":"1","Statement":{"Effect":"Allow","Action":1,"Resource":null,"Condition":[]}}',
    "acs:ram::",
    "acs:ram::1234567890123456:role/",
    "acs:ots:*:*:instance/\N{FIRE}",
    "../../..",
    "${acs:CurrentTime}",
    "2026-13-45T99:99:99Z",
    "A" * 70_000,
    "\N{COLLISION SYMBOL}" * 300,
    "a\r\nx-injected: 1",
    "*" * 200,
    "%",
    "%zz",
    "%ff%fe",
    "'\"<>&;--",
)
BODIES: Final = (
    b"",
    b"\0" * 100,
    b"\xff\xfe\xfd",
    b"{",
    b"[]",
    b"null",
    b'{"a":1}',
    b'{"a":' * 3_000,
    b"<a>",
    b"<a" * 3_000,
    b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;&b;</a>",
    b"<?xml version='1.0' encoding='utf-16'?><a/>",
    b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    b"a=b&a=c&=&&%",
    b"x" * 100_000,
)
TYPES: Final = (
    "",
    "application/json",
    "application/xml",
    "text/xml;charset=utf-8",
    "application/x-www-form-urlencoded",
    "application/x-protobuf",
    "multipart/form-data; boundary=b",
    "\xff\xfe",
)
HOSTS: Final = (
    "ram.aliyuncs.com",
    "sts.aliyuncs.com",
    "kmz.aliyuncs.com",
    "iot.cn-shanghai.aliyuncs.com",
    "oss-cn-hangzhou.aliyuncs.com",
    "inst1.cn-hangzhou.ots.aliyuncs.com",
    "[::1]",
    "",
    "a:b:c",
)
NO_API: Final = ("metadata", "credentials-uri", "cloud-sso", "oauth")
"""Services whose errors are pages or words of their own."""
METHODS: Final = ("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "TRACE", "X", "get")


@dataclass
class Report:
    """What happened."""

    answers: Counter[str] = field(default_factory=Counter)
    slowest: float = 0
    growth: float = 0
    wrong: list[str] = field(default_factory=list)


def fuzz(count: int, seed: int) -> Report:
    draw = random.Random(seed)
    vectors = _vectors()
    report = Report()
    start = 0.0
    for number in range(count):
        if number % WORLD == 0:
            cloud = _cloud(seed + number)
            calls = _calls(cloud)
        if number == count // 4:
            start = _resident()
        trusted = draw.random() < 0.5  # noqa: PLR2004
        request = draw.choice(vectors) if draw.random() < 0.6 else draw.choice(calls)(draw)  # noqa: PLR2004
        for _ in range(draw.randint(1, 4)):
            request = draw.choice(MANGLES)(request, draw)
        _judge(cloud, request, trusted=trusted, report=report)
        if len(report.wrong) >= 20:  # noqa: PLR2004 - enough to look at
            break
    report.growth = _resident() - start
    if report.growth > GROWTH:
        report.wrong.append(f"the process grew by {report.growth:.0f} MiB")
    return report


def _judge(cloud: FakeCloud, request: Request, *, trusted: bool, report: Report) -> None:
    gateway: Any = cloud.gateway
    if trusted:
        key = cloud.admin_key
        gateway.authenticate = lambda *_, **__: key
    began = time.thread_time()
    try:
        response = cloud.handle(request)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
        report.wrong.append(f"{error!r} escaped from {_shown(request)}")
        return
    finally:
        vars(gateway).pop("authenticate", None)
    taken = time.thread_time() - began
    report.slowest = max(report.slowest, taken)
    call = cloud.calls.last
    report.answers[f"{call.service} {response.status} {call.code}"] += 1
    for failure in gateway.failures:
        # Of an operation that is known and not programmed, the test is told so, in plain words.
        if not isinstance(failure, RamstsError):
            report.wrong.append(f"{failure!r} inside, by {_shown(request)}")
    gateway.failures.clear()
    if taken > SLOWEST:
        report.wrong.append(f"{taken * 1000:.0f} ms of {_shown(request)}")
    if trouble := _ill_formed(response, request, call.service, call.code):
        report.wrong.append(f"{trouble}: {response.body[:500]!r} to {_shown(request)}")
    cloud.calls.clear()


def _ill_formed(response: Response, request: Request, service: str, code: str) -> str:
    """What a client could not make sense of; "" if there is nothing."""
    refused = bool(code)
    if refused != (response.status >= 400) and service != "iot":  # noqa: PLR2004
        return f"status {response.status} with code `{code}`"
    for name, value in response.headers:
        if not name.isascii() or any(mark in name + value for mark in "\r\n\0"):
            return f"the header {name}"
    if request.method == "HEAD" or not refused:
        return ""
    if service == "tablestore":
        return "" if response.body else "no message"
    if service in NO_API:
        return ""
    return "" if code in _read_code(response) else "no code"


def _read_code(response: Response) -> str:
    body = response.body
    try:
        if body.lstrip().startswith(b"<"):
            return ET.fromstring(body).findtext("{*}Code") or ""  # noqa: S314 - our own
        document = json.loads(body)
        return str(document.get("Code") or document.get("code") or document.get("errorCode"))
    except (ValueError, ET.ParseError, AttributeError):
        return ""


def _shown(request: Request) -> str:
    return (
        f"{request.method} {request.url[:300]!r} {list(request.headers)!r:.900}"
        f" {request.body[:200]!r} ({len(request.body)} octets)"
    )


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1]) if sys.platform == "linux" else 0
    return pages * 4096 / 2**20


# What is sent


def _cloud(seed: int) -> FakeCloud:
    """A cloud in which there is what the captured calls are about."""
    cloud = FakeCloud(seed=seed)
    cloud.state("oss").create_bucket("bkt-1", cloud.account)
    instance = cloud.state("tablestore").create_instance("inst1", cloud.account)
    instance.create_table("t1", {"pk": "STRING"})
    cloud.account.create_user("alice")
    cloud.account.create_role("reader")
    return cloud


def _vectors() -> list[Request]:
    found = []
    for file in sorted((ROOT / "tests" / "wire" / "vectors").glob("*.json")):
        for vector in json.loads(file.read_text()):
            if "url" in vector:
                headers = Headers(vector["headers"])
                body = b64decode(vector["body_base64"])
                found.append(Request(vector["method"], vector["url"], headers, body, "fuzz"))
    return found


def _calls(cloud: FakeCloud) -> list[Any]:
    """Something that draws a call, for every operation of every service that speaks RPC."""
    made = []
    for service in cloud.gateway.services:
        host = service.hosts[0].replace("{region}", "cn-hangzhou")
        for name, operation in service.operations.items():
            parameters = [part.wire_name for part in operation._parameters]  # noqa: SLF001
            made.append(_drawer(host, name, service.version, parameters))
    return made


def _drawer(host: str, name: str, version: str, parameters: list[str]) -> Any:
    def drawn(draw: random.Random) -> Request:
        chosen = [parameter for parameter in parameters if draw.random() < 0.8]  # noqa: PLR2004
        pairs = [("Action", name), ("Version", version)]
        pairs += [(parameter, _text(draw)) for parameter in chosen]
        query = "&".join(f"{quote(key)}={quote(value)}" for key, value in pairs)
        if draw.random() < 0.5:  # noqa: PLR2004
            return Request("POST", f"https://{host}/?{query}", Headers(), b"", "fuzz")
        headers = Headers([("Content-Type", TYPES[4])])
        return Request("POST", f"https://{host}/", headers, query.encode(), "fuzz")

    return drawn


def _text(draw: random.Random) -> str:
    if draw.random() < 0.5:  # noqa: PLR2004
        return draw.choice(TEXTS)
    return "".join(draw.choice("abAB01._-@/:*") for _ in range(draw.randint(0, 30)))


def _octets(draw: random.Random) -> bytes:
    return draw.choice(BODIES) if draw.random() < 0.5 else draw.randbytes(draw.randint(0, 200))  # noqa: PLR2004


# How it is damaged


def _method(request: Request, draw: random.Random) -> Request:
    return replace(request, method=draw.choice(METHODS))


def _new_body(request: Request, draw: random.Random) -> Request:
    return replace(request, body=_octets(draw))


def _flipped(request: Request, draw: random.Random) -> Request:
    body = bytearray(request.body or b"x")
    for _ in range(draw.randint(1, 8)):
        body[draw.randrange(len(body))] = draw.randrange(256)
    return replace(request, body=bytes(body))


def _cut(request: Request, draw: random.Random) -> Request:
    start, end = sorted(draw.randrange(len(request.body) + 1) for _ in range(2))
    return replace(request, body=request.body[:start] + request.body[end:])


def _header_dropped(request: Request, draw: random.Random) -> Request:
    pairs = list(request.headers)
    if pairs:
        del pairs[draw.randrange(len(pairs))]
    return replace(request, headers=Headers(pairs))


def _header_changed(request: Request, draw: random.Random) -> Request:
    pairs = list(request.headers) or [("x-a", "b")]
    place = draw.randrange(len(pairs))
    name, value = pairs[place]
    if draw.random() < 0.5 and value:  # noqa: PLR2004
        at = draw.randrange(len(value))
        pairs[place] = (name, value[:at] + chr(draw.randrange(32, 256)) + value[at + 1 :])
    else:
        pairs[place] = (name, _text(draw).replace("\r\n", " ").replace("\0", ""))
    return replace(request, headers=Headers(pairs))


def _header_added(request: Request, draw: random.Random) -> Request:
    name = draw.choice(
        [name for name, _ in request.headers]
        + ["Host", "Content-MD5", "x-oss-date", "x-acs-action"]
    )
    value = _text(draw).replace("\r\n", " ").replace("\0", "")
    return replace(request, headers=Headers([*request.headers, (name, value)]))


def _content_type(request: Request, draw: random.Random) -> Request:
    pairs = [pair for pair in request.headers if pair[0].lower() != "content-type"]
    return replace(request, headers=Headers([*pairs, ("Content-Type", draw.choice(TYPES))]))


def _url_flipped(request: Request, draw: random.Random) -> Request:
    start = request.url.find("/", 8)
    if start < 0 or start + 1 >= len(request.url):
        return request
    at = draw.randrange(start + 1, len(request.url))
    mark = draw.choice("%&=/?+;:. \x7f~\xe9")
    return replace(request, url=request.url[:at] + mark + request.url[at + 1 :])


def _parameter_added(request: Request, draw: random.Random) -> Request:
    name = draw.choice(["Action", "Format", "Version", "Signature", "uploads", "acl", _text(draw)])
    joint = "&" if "?" in request.url else "?"
    return replace(request, url=f"{request.url}{joint}{quote(name)}={quote(_text(draw))}")


def _path(request: Request, draw: random.Random) -> Request:
    origin = "/".join(request.url.split("/", 3)[:3])
    return replace(request, url=f"{origin}/{draw.choice(['', '/', '//', '%2f', _text(draw)])}")


def _elsewhere(request: Request, draw: random.Random) -> Request:
    hosts = [
        "ram.aliyuncs.com",
        "sts.aliyuncs.com",
        "oss-cn-hangzhou.aliyuncs.com",
        "kmz.aliyuncs.com",
        "inst1.cn-hangzhou.ots.aliyuncs.com",
        "iot.cn-shanghai.aliyuncs.com",
        "[::1]",
        "",
        "a:b:c",
    ]
    host = draw.choice(hosts)
    rest = request.url.split("/", 3)[3:]
    pairs = [pair for pair in request.headers if pair[0].lower() != "host"]
    return replace(request, url=f"https://{host}/{''.join(rest)}", headers=Headers(pairs))


MANGLES: Final = (
    _method,
    _new_body,
    _flipped,
    _flipped,
    _cut,
    _header_dropped,
    _header_changed,
    _header_changed,
    _header_added,
    _content_type,
    _url_flipped,
    _url_flipped,
    _parameter_added,
    _path,
    _elsewhere,
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began = time.perf_counter()
    report = fuzz(options.count, options.seed)
    for answer, times in report.answers.most_common():
        print(f"{times:>8} {answer}")
    print(
        f"{report.answers.total()} requests in {time.perf_counter() - began:.0f} s, seed"
        f" {options.seed}; the slowest took {report.slowest * 1000:.1f} ms of processor time,"
        f" the process grew by {report.growth:.1f} MiB"
    )
    for wrong in report.wrong:
        print(f"WRONG: {wrong}")
    sys.exit(bool(report.wrong))


if __name__ == "__main__":
    main()
