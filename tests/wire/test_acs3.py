"""ACS3: what was signed by the published rule verifies, and no changed byte does."""

from __future__ import annotations

import hmac
from hashlib import sha256
from urllib.parse import quote

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pytest_ramsts.errors import ApiError, AuthenticationError
from pytest_ramsts.wire import Headers, Request
from pytest_ramsts.wire.signatures import read

SECRET = "testsecret0001AbCdEfGhIjKlMnOp"
HOST = "sts.aliyuncs.com"
HEADERS = {
    "host": HOST,
    "user-agent": "AlibabaCloud (Linux; x86_64)",
    "x-acs-action": "AssumeRole",
    "x-acs-date": "2026-01-15T08:30:00Z",
    "x-acs-security-token": "CAIS+/=",
    "x-acs-signature-nonce": "n-1",
    "x-acs-version": "2015-04-01",
}

texts = st.text(st.characters(exclude_categories=["Cs"])) | st.text(st.sampled_from(" +*~%&=/é"))
pairs = st.lists(st.tuples(texts.filter(bool), texts), max_size=5)
segments = st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=3)


def pct(text: str) -> str:
    return quote(text, safe="-_.~")


def signed(
    params: list[tuple[str, str]] | None = None,
    body: bytes = b"",
    *,
    method: str = "POST",
    path: str = "/",
    unsigned: tuple[str, ...] = (),
    **changed: str | None,
) -> Request:
    """The published rule, written down as it is read."""
    digest = sha256(body).hexdigest()
    headers = {**HEADERS, "x-acs-content-sha256": digest}
    for name, value in changed.items():
        if value is None:
            del headers[name.replace("_", "-")]
        else:
            headers[name.replace("_", "-")] = value
    names = sorted(headers.keys() - set(unsigned))
    query = "&".join(f"{pct(name)}={pct(value)}" for name, value in sorted(params or []))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    canonical = f"{method}\n{path}\n{query}\n{lines}\n{';'.join(names)}\n{digest}"
    string_to_sign = f"ACS3-HMAC-SHA256\n{sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(SECRET.encode(), string_to_sign.encode(), "sha256").hexdigest()
    headers["Authorization"] = (
        f"ACS3-HMAC-SHA256 Credential=LTAI5t,SignedHeaders={';'.join(names)},Signature={signature}"
    )
    wire = "&".join(f"{pct(name)}={pct(value)}" for name, value in params or [])
    url = f"https://{HOST}{path}?{wire}"
    return Request(method, url, Headers(headers.items()), body)


def with_header(request: Request, name: str, value: str | None) -> Request:
    rest = [(field, old) for field, old in request.headers if field != name]
    pairs = rest if value is None else [*rest, (name, value)]
    return Request(request.method, request.url, Headers(pairs), request.body)


def verify(request: Request) -> None:
    claim = read(request)
    assert claim is not None
    claim.verify(SECRET)


def refusal(request: Request) -> ApiError:
    with pytest.raises(ApiError) as caught:
        verify(request)
    return caught.value


def test_a_claim_says_who_signed_and_when() -> None:
    claim = read(signed())

    assert claim is not None
    assert claim.algorithm == "ACS3-HMAC-SHA256"
    assert claim.access_key_id == "LTAI5t"
    assert claim.security_token == "CAIS+/="
    assert claim.nonce == "n-1"
    assert claim.timestamp() == 1768465800


@given(pairs, st.binary(), segments, st.sampled_from(["GET", "POST", "PUT", "DELETE"]))
@example([("b", ""), ("a", "x y"), ("a", "é+*~%20"), ("a.b", "爱")], b"\x00", ["c 1"], "POST")
def test_what_was_signed_verifies(
    params: list[tuple[str, str]], body: bytes, path: list[str], method: str
) -> None:
    verify(signed(params, body, path="/" + "/".join(map(pct, path)), method=method))


def test_the_wire_may_spell_what_was_signed_otherwise() -> None:
    request = signed([("Name", "x y*'()!")])
    for spelling in ("x+y*'()!", "x%20y%2a%27%28%29%21"):
        url = f"https://{HOST}/?Name={spelling}"

        verify(Request("POST", url, request.headers))


def test_the_host_is_that_of_the_url_where_the_client_leaves_the_header_to_its_library() -> None:
    verify(with_header(signed(), "host", None))


def test_a_port_of_its_own_belongs_to_the_host() -> None:
    request = with_header(signed(host="h:8080"), "host", None)

    verify(Request("POST", "http://h:8080/", request.headers))
    assert refusal(Request("POST", "http://h:80/", request.headers)).code == "SignatureDoesNotMatch"


@given(st.data())
def test_no_changed_byte_verifies(data: st.DataObject) -> None:
    request = signed([("RoleArn", "acs:ram::1:role/é x")], b'{"a": "b"}', path="/clusters/c%201")
    parts = {
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "body": request.body.decode("latin-1"),
        **dict(request.headers),
    }
    where = data.draw(st.sampled_from(sorted(parts)))
    octets = bytearray(parts[where].encode("latin-1"))
    octets[data.draw(st.integers(0, len(octets) - 1))] ^= data.draw(st.integers(1, 255))
    changed = octets.decode("latin-1")
    # Blanks around a value are not of it.
    assume(changed.strip() != parts[where].strip())
    # Nor is the key id: it is of another owner now, whose secret does not fit.
    assume(where != "Authorization" or "Credential=LTAI5t," in changed)
    parts[where] = changed
    tampered = Request(
        parts.pop("method"),
        f"https://{HOST}{parts.pop('path')}?{parts.pop('query')}",
        body=parts.pop("body").encode("latin-1"),
        headers=Headers(parts.items()),
    )
    # `%c3` is another spelling of `%C3`; a path is signed as it was sent.
    assume(where != "query" or tampered.params != request.params)

    assert refusal(tampered).code in {"SignatureDoesNotMatch", "IncompleteSignature"} or (
        where == "Authorization" and refusal(tampered).code == "InvalidSignatureMethod"
    )


def test_another_secret_does_not_verify() -> None:
    claim = read(signed())

    assert claim is not None
    with pytest.raises(AuthenticationError):
        claim.verify("another")


def test_the_refusal_shows_the_string_to_sign() -> None:
    error = refusal(with_header(signed(), "x-acs-date", "2026-01-15T08:30:01Z"))

    head, _, digest = error.message.partition("\n")
    assert head == (
        "Specified signature does not match our calculation. "
        "server StringToSign is [ACS3-HMAC-SHA256"
    )
    assert len(digest) == len("]") + 64
    assert (error.code, error.status) == ("SignatureDoesNotMatch", 400)


def test_the_hash_of_the_body_is_that_of_the_body() -> None:
    lie = signed(x_acs_content_sha256=sha256(b"other").hexdigest())

    assert refusal(lie).hint == "x-acs-content-sha256 is not that of the body"


@pytest.mark.parametrize("name", [*HEADERS.keys() - {"user-agent"}, "x-acs-content-sha256"])
def test_a_header_that_must_be_signed_is_named_where_it_is_not(name: str) -> None:
    error = refusal(signed(unsigned=(name,)))

    assert error.code == "IncompleteSignature"
    assert error.hint == f"SignedHeaders does not name `{name}`"


def test_a_token_need_not_be_signed_where_there_is_none() -> None:
    claim = read(signed(x_acs_security_token=None))

    assert claim is not None
    claim.verify(SECRET)
    assert claim.security_token == ""


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        ("", "IncompleteSignature"),
        ("Basic abc", "IncompleteSignature"),
        ("ACS3-HMAC-SM3 Credential=a,SignedHeaders=b,Signature=c", "InvalidSignatureMethod"),
        ("ACS3-RSA-SHA256 Credential=a,SignedHeaders=b,Signature=c", "InvalidSignatureMethod"),
        ("ACS3-HMAC-SHA256", "IncompleteSignature"),
        ("ACS3-HMAC-SHA256 Credential=a", "IncompleteSignature"),
        ("ACS3-HMAC-SHA256 Credential=a,SignedHeaders=b", "IncompleteSignature"),
        ("ACS3-HMAC-SHA256 Credential=,SignedHeaders=b,Signature=c", "IncompleteSignature"),
        ("ACS3-HMAC-SHA256 Credential=a,Credential=a,SignedHeaders=b", "IncompleteSignature"),
        ("ACS3-HMAC-SHA256 Credential=a,SignedHeaders=b,Signature=c,X=d", "IncompleteSignature"),
    ],
)
def test_a_signature_nobody_knows_is_refused_and_not_anonymous(
    authorization: str, code: str
) -> None:
    assert refusal(with_header(signed(), "Authorization", authorization)).code == code


def test_a_missing_nonce_is_named() -> None:
    assert refusal(with_header(signed(), "x-acs-signature-nonce", None)).code == (
        "MissingSignatureNonce"
    )


def test_a_missing_date_is_named_when_it_is_asked_for() -> None:
    claim = read(with_header(signed(), "x-acs-date", None))

    assert claim is not None
    with pytest.raises(ApiError, match="MissingTimestamp"):
        claim.timestamp()


@given(st.text(), st.text(), st.text(), st.binary())
def test_no_request_is_too_broken_to_be_refused(
    method: str, target: str, value: str, body: bytes
) -> None:
    for name in ("Authorization", "x-acs-date", "host", "x-acs-content-sha256"):
        changed = with_header(signed(), name, value)
        request = Request(method, f"https://h/{target}", changed.headers, body)

        assert refusal(request).code
