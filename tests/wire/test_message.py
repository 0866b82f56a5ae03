"""Requests and responses: read as they were sent, decoded once, never failing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ramsts.wire import Headers, Request, Response

FORM = "application/x-www-form-urlencoded"


def form(body: bytes, content_type: str = FORM) -> Request:
    return Request("POST", "http://h/", Headers([("Content-Type", content_type)]), body)


@pytest.mark.parametrize("name", ["x-acs-action", "X-ACS-Action", "X-Acs-Action"])
def test_header_names_compare_without_case(name: str) -> None:
    headers = Headers([("X-Acs-Action", "GetUser")])

    assert headers.get(name) == "GetUser"
    assert name in headers


def test_headers_keep_the_order_and_spelling_of_the_wire() -> None:
    pairs = [("Host", "h"), ("accept", "a"), ("Accept", "b")]

    assert list(Headers(pairs)) == pairs


def test_the_first_of_equal_headers_counts() -> None:
    assert Headers([("a", "1"), ("A", "2")]).get("a") == "1"


def test_an_absent_header_is_empty_or_the_default() -> None:
    assert Headers().get("a") == ""
    assert Headers().get("a", "b") == "b"
    assert "a" not in Headers()


def test_header_octets_are_the_same_as_bytes_and_as_text() -> None:
    octets = "имя".encode()

    assert Headers([(b"A", octets)]).get("a") == Headers([("A", "имя")]).get("a")
    assert Headers([("A", "é")]).get("a") == "é"


def test_equal_headers_are_equal_requests() -> None:
    one = Request("GET", "http://h/", Headers([("a", "b")]))
    two = Request("GET", "http://h/", Headers([("a", "b")]))

    assert one == two
    assert hash(one) == hash(two)
    assert one.headers != Headers([("A", "b")])
    assert repr(one.headers) == "Headers([('a', 'b')])"


@pytest.mark.parametrize(
    ("url", "scheme", "authority", "host", "path", "query"),
    [
        ("https://ram.aliyuncs.com", "https", "ram.aliyuncs.com", "ram.aliyuncs.com", "/", ""),
        ("https://h?A=1", "https", "h", "h", "/", "A=1"),
        ("HTTP://RAM.aliyuncs.com:80/", "http", "RAM.aliyuncs.com", "ram.aliyuncs.com", "/", ""),
        ("https://h:8443/a%2Fb/?x=/?&y", "https", "h:8443", "h", "/a%2Fb/", "x=/?&y"),
        ("http://u:p@h:81/", "http", "h:81", "h", "/", ""),
        ("http://[::1]:8080/p", "http", "[::1]:8080", "::1", "/p", ""),
        ("http://h/p#f?g", "http", "h", "h", "/p", ""),
        ("http://h/é?ü=1", "http", "h", "h", "/%C3%A9", "%C3%BC=1"),
        ("/only/a/path?u=http://x/", "", "", "", "/only/a/path", "u=http://x/"),
        ("", "", "", "", "/", ""),
    ],
)
def test_a_url_splits_as_it_was_sent(
    url: str, scheme: str, authority: str, host: str, path: str, query: str
) -> None:
    request = Request("GET", url)

    assert (request.scheme, request.authority, request.host) == (scheme, authority, host)
    assert (request.path, request.query) == (path, query)


def test_the_host_header_goes_before_the_url() -> None:
    request = Request("GET", "http://127.0.0.1:8000/", Headers([("host", "STS.aliyuncs.com:443")]))

    assert request.host == "sts.aliyuncs.com"
    assert request.authority == "STS.aliyuncs.com:443"


@pytest.mark.parametrize(
    ("query", "params"),
    [
        ("", ()),
        ("a=1&b=", (("a", "1"), ("b", ""))),
        ("a", (("a", ""),)),
        ("&&a=1&", (("a", "1"),)),
        ("a=b=c", (("a", "b=c"),)),
        ("a=x+y&b=x%20y&c=%2B", (("a", "x y"), ("b", "x y"), ("c", "+"))),
        ("a=1&a=2", (("a", "1"), ("a", "2"))),
        ("%C3%A9=%e7%88%b1", (("é", "爱"),)),
        ("a=%&b=%4&c=%zz&d=%%41", (("a", "%"), ("b", "%4"), ("c", "%zz"), ("d", "%A"))),
        ("a=%FF", (("a", "\udcff"),)),
        ("a=%3D%0A%0D=", (("a", "=\n\r="),)),
    ],
)
def test_a_query_decodes_to_pairs(query: str, params: tuple[tuple[str, str], ...]) -> None:
    request = Request("GET", f"http://h/?{query}")

    assert request.params == params
    assert request.params is request.params


def test_a_form_decodes_like_a_query() -> None:
    assert form(b"a=x+y&b=%C3%A9&c=\xc3\xa9").form == (("a", "x y"), ("b", "é"), ("c", "é"))
    assert form(b"a=1", f"{FORM}; charset=UTF-8").form == (("a", "1"),)


def test_a_body_of_another_type_is_no_form() -> None:
    assert form(b"a=1", "application/json").form == ()
    assert Request("POST", "http://h/", body=b"a=1").form == ()


@given(st.text(), st.binary(), st.text())
def test_no_request_is_too_broken_to_be_read(url: str, body: bytes, content: str) -> None:
    for target in (url, f"http://h/{url}", f"http://h/?{url}"):
        request = Request("POST", target, Headers([("Content-Type", FORM), ("X", content)]), body)

        assert request.path.isascii()
        assert request.query.isascii()
        assert isinstance(request.params, tuple)
        assert isinstance(request.form, tuple)
        assert isinstance(request.host, str)
        assert all(ord(octet) < 256 for octet in request.headers.get("x"))


def test_a_response_is_read_as_text_and_as_json() -> None:
    response = Response(200, (), '{"a": "é"}'.encode())

    assert response.text == '{"a": "é"}'
    assert response.json() == {"a": "é"}


def test_a_request_with_another_url_is_read_anew() -> None:
    request = Request("GET", "http://h/?a=1")
    assert request.params == (("a", "1"),)

    other = replace(request, url="http://g/?b=2")

    assert other.host == "g"
    assert other.params == (("b", "2"),)


def test_query_and_form_are_one_and_the_first_of_a_name_counts() -> None:
    request = replace(form(b"b=3&c=4"), url="http://h/?a=1&a=2&b=2")

    assert request.fields == {"a": "1", "b": "2", "c": "4"}
