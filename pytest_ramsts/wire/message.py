"""Requests and responses as they are on the wire. Knows no service, no client, no signature."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, ClassVar, Final, NamedTuple

from pytest_ramsts.wire import quoting
from pytest_ramsts.wire.secrets import masked

__all__ = ["Handle", "Headers", "Pairs", "Request", "Response", "authority_of"]

FORM: Final = "application/x-www-form-urlencoded"

Pairs = tuple[tuple[str, str], ...]

_Text = str | bytes


class Headers:
    """Header fields in wire order; names compare without case.

    A value is the octets of the wire as latin-1 text, whatever the client handed over: that is
    what was signed.
    """

    __slots__ = ("_first", "_pairs")

    def __init__(self, pairs: Iterable[tuple[_Text, _Text | int]] = (), *, host: str = "") -> None:
        """`host` is what the library will say further down, if it was not told."""
        given: Any = tuple(pairs)
        # Backwards, so that of a field sent twice the first value stays.
        first: Any = {name.lower(): value for name, value in reversed(given)}
        try:  # ASCII text, as nearly always: one look at all of it, not one at each.
            is_plain = "".join([*first, *first.values()]).isascii()
        except TypeError:  # some of it is bytes
            is_plain = False
        if not is_plain or len(first) < len(given):
            given = tuple([(_octets(name), _octets(value)) for name, value in given])
            first = {name.lower(): value for name, value in reversed(given)}
        if host and "host" not in first:
            given = (*given, ("Host", host))
            first["host"] = host
        self._pairs: Pairs = given
        self._first: dict[str, str] = first

    def get(self, name: str, default: str = "") -> str:
        """The first value of a field: a field sent twice is read, and verified, by that."""
        return self._first.get(name.lower(), default)

    def lowered(self) -> Mapping[str, str]:
        """The first value of every field by its lower-case name."""
        return self._first

    def lines(self, *prefixes: str, without: tuple[str, ...] = ()) -> str:
        """`name:value` a line, sorted, of the fields whose lower-case name starts so."""
        return "".join(
            [
                f"{name}:{value.strip()}\n"
                for name, value in sorted(self._first.items())
                if name.startswith(prefixes) and not (without and name.startswith(without))
            ]
        )

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._first

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and self._pairs == other._pairs

    def __hash__(self) -> int:
        return hash(self._pairs)

    def __repr__(self) -> str:
        return masked(f"Headers({list(self._pairs)!r})")


@dataclass(frozen=True, repr=False)
class Request:
    """One HTTP request, as sent: nothing is decoded until somebody asks, and then once."""

    method: str
    url: str
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""
    client: str = ""
    source_ip: str = "127.0.0.1"
    patience: float | None = None
    """For how many seconds the client waits for an answer; None if it would wait for ever."""

    # What was read off it is kept with it, from then on.
    _parts: ClassVar[_Url | None] = None
    _params: ClassVar[Pairs | None] = None
    _form: ClassVar[Pairs | None] = None
    _fields: ClassVar[Mapping[str, str] | None] = None

    def __repr__(self) -> str:
        return f"<Request {self.method} {masked(self.url)}, {_shown(self.body)}>"

    @property
    def scheme(self) -> str:
        return (self._parts or self._split()).scheme

    @property
    def authority(self) -> str:
        """What the Host header says, or will say when the HTTP library has added it."""
        return self.headers.get("host") or (self._parts or self._split()).authority

    @property
    def host(self) -> str:
        """The host that is asked, in lower case and without its port."""
        return _host(self.authority)

    @property
    def path(self) -> str:
        """The path as sent, still escaped; never empty."""
        return (self._parts or self._split()).path

    @property
    def query(self) -> str:
        """The query as sent, still escaped."""
        return (self._parts or self._split()).query

    @property
    def params(self) -> Pairs:
        """The query, decoded. Octets that are no UTF-8 are kept as lone surrogates."""
        if self._params is None:
            object.__setattr__(self, "_params", quoting.decoded(self.query))
        return self._params or ()

    @property
    def content_type(self) -> str:
        """The media type of the body in lower case, without its parameters."""
        return self.headers.get("content-type").partition(";")[0].strip().lower()

    @property
    def form(self) -> Pairs:
        """The body, decoded, when it is a form; else nothing."""
        if self._form is None:
            is_form = self.body and self.content_type == FORM
            form = quoting.decoded(self.body.decode("latin-1")) if is_form else ()
            object.__setattr__(self, "_form", form)
        return self._form or ()

    @property
    def fields(self) -> Mapping[str, str]:
        """Query and form as one; of a name given twice the first counts, the query's before all."""
        fields = self._fields
        if fields is None:
            fields = MappingProxyType(dict(reversed(self.params + self.form)))
            object.__setattr__(self, "_fields", fields)
        return fields

    def _split(self) -> _Url:
        parts = _split(self.url)
        object.__setattr__(self, "_parts", parts)
        return parts


class Response(NamedTuple):
    """One HTTP answer."""

    status: int
    headers: Pairs = ()
    body: bytes = b""

    def __repr__(self) -> str:
        return f"<Response {self.status}, {_shown(self.body)}>"

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        return json.loads(self.body)


Handle = Callable[[Request], Response]
"""How a request becomes an answer: whatever stands in its way is one of these.

It raises an `OSError` where a socket would: the connection breaks, or the client waits in vain.
"""


def _shown(body: bytes) -> str:
    """A body for a reader: its text, without secrets, or how long it is."""
    try:
        return f"body: {masked(body.decode())}" if body else "no body"
    except UnicodeDecodeError:
        return f"a body of {len(body)} octets"


class _Url(NamedTuple):
    scheme: str
    authority: str
    path: str
    query: str


_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}


def authority_of(url: str) -> str:
    """The host of a URL, with its port where that is not the usual one: what Host says."""
    return _split(url).authority


def _split(url: str) -> _Url:
    if not url.isascii():
        url = quoting.escaped(url)  # as every HTTP library does before it sends
    head, _, query = url.partition("#")[0].partition("?")
    return _Url(*_head(head), query)


@lru_cache(maxsize=256)  # A test speaks to few hosts, and often about the same.
def _head(head: str) -> tuple[str, str, str]:
    """Scheme, authority and path of what stands before the query."""
    scheme, separator, rest = head.partition("://")
    if not separator or "/" in scheme:
        scheme, rest = "", head
    authority, slash, path = rest.partition("/")
    scheme = scheme.lower()
    authority = authority.rpartition("@")[2]
    if scheme in _DEFAULT_PORTS:
        authority = authority.removesuffix(_DEFAULT_PORTS[scheme])
    return scheme, authority, slash + path or "/"


@lru_cache(maxsize=256)
def _host(authority: str) -> str:
    host = authority.strip().lower()
    if host.startswith("["):  # an IPv6 address
        return host.partition("]")[0][1:]
    return host.partition(":")[0]


def _octets(text: _Text | int) -> str:
    if isinstance(text, bytes):
        return text.decode("latin-1")
    if isinstance(text, int):  # A length, say, which `http.client` takes as it is.
        return str(text)
    if text.isascii():
        return text
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass").decode("latin-1")
    return text
