"""RPC V1: what was signed by the published rule verifies, and no changed byte does."""

from __future__ import annotations

import hmac
from base64 import b64encode
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pytest_ramsts.errors import ApiError, AuthenticationError
from pytest_ramsts.wire import Headers, Request, quoting
from pytest_ramsts.wire.signatures import read

SECRET = "testsecret0001AbCdEfGhIjKlMnOp"
FORM = "application/x-www-form-urlencoded"
COMMON = {
    "Action": "AssumeRole",
    "Version": "2015-04-01",
    "Format": "JSON",
    "Timestamp": "2026-01-15T08:30:00Z",
    "SignatureMethod": "HMAC-SHA1",
    "SignatureVersion": "1.0",
    "SignatureNonce": "n-1",
    "AccessKeyId": "LTAI5tFakeVectorKey0001",
}

texts = st.text(st.characters(exclude_categories=["Cs"])) | st.text(st.sampled_from(" +*~%&=/é"))
parameters = st.dictionaries(texts.filter(bool), texts, max_size=5)


def signature(method: str, pairs: list[tuple[str, str]]) -> str:
    """The published rule, written down as it is read."""

    def pct(text: str) -> str:
        return quote(text, safe="-_.~")

    canonical = "&".join(f"{pct(name)}={pct(value)}" for name, value in sorted(pairs))
    string_to_sign = f"{method}&{pct('/')}&{pct(canonical)}"
    digest = hmac.new(f"{SECRET}&".encode(), string_to_sign.encode(), "sha1").digest()
    return b64encode(digest).decode()


def signed(
    business: dict[str, str], form: dict[str, str] | None = None, **common: str | None
) -> Request:
    fields = {name: value for name, value in {**COMMON, **common}.items() if value is not None}
    pairs = [*{**business, **fields}.items(), *(form or {}).items()]
    query = [*{**business, **fields}.items(), ("Signature", signature("POST", pairs))]
    return Request(
        "POST",
        f"https://sts.aliyuncs.com/?{urlencode(query)}",
        Headers([("Content-Type", FORM)]),
        urlencode(form or {}).encode(),
    )


def verify(request: Request, **choice: Any) -> None:
    claim = read(request)
    assert claim is not None
    claim.verify(SECRET, **choice)


def refusal(request: Request) -> ApiError:
    with pytest.raises(ApiError) as caught:
        verify(request)
    return caught.value


def test_a_claim_says_who_signed_and_when() -> None:
    claim = read(signed({}, SecurityToken="CAIS+=&"))

    assert claim is not None
    assert claim.algorithm == "RPC-V1"
    assert claim.access_key_id == "LTAI5tFakeVectorKey0001"
    assert claim.security_token == "CAIS+=&"
    assert claim.nonce == "n-1"
    assert claim.timestamp() == 1768465800


@given(parameters, parameters)
@example({"a": "x y", "b": "", "爱": "é+*~%20"}, {"a": "x y"})
def test_what_was_signed_verifies(query: dict[str, str], form: dict[str, str]) -> None:
    assume(COMMON.keys().isdisjoint({*query, *form}) and "Signature" not in {*query, *form})

    verify(signed(query, form), form_quoting=False)


@given(st.data())
def test_no_changed_byte_of_query_or_form_verifies(data: st.DataObject) -> None:
    request = signed({"RoleArn": "acs:ram::1:role/é x"}, {"Policy": '{"a": "b"}'})
    where = data.draw(st.sampled_from(["query", "body"]))
    octets = bytearray(request.query.encode() if where == "query" else request.body)
    place = data.draw(st.integers(0, len(octets) - 1))
    octets[place] ^= data.draw(st.integers(1, 255))
    changed = (
        Request("POST", f"https://h/?{octets.decode('latin-1')}", request.headers, request.body)
        if where == "query"
        else Request("POST", request.url, request.headers, bytes(octets))
    )
    # `%c3` is another spelling of `%C3`, and nothing was changed.
    assume((changed.params, changed.form) != (request.params, request.form))

    try:
        claim = read(changed)
    except ApiError:
        return
    if claim is not None:  # both `Signature` and `AccessKeyId` cannot have gone by one byte
        with pytest.raises(AuthenticationError):
            claim.verify(SECRET)


@given(st.text())
def test_no_other_method_verifies(method: str) -> None:
    assume(method != "POST")
    request = signed({})

    assert refusal(Request(method, request.url)).code == "SignatureDoesNotMatch"


def test_the_refusal_shows_the_string_to_sign_behind_its_first_colon() -> None:
    request = signed({})
    other = Request("GET", request.url)

    error = refusal(other)

    text, string_to_sign = error.message.split(":", 1)
    assert text == (
        "Specified signature is not matched with our calculation. server string to sign is"
    )
    assert string_to_sign.startswith("GET&%2F&AccessKeyId%3DLTAI5tFakeVectorKey0001%26Action%3D")
    assert error.status == 400


def test_a_request_with_neither_key_nor_signature_is_anonymous() -> None:
    query = "Action=AssumeRoleWithOIDC&Version=2015-04-01&SignatureNonce=n&Timestamp=t&RoleArn=r"

    assert read(Request("GET", f"https://sts.aliyuncs.com/?{query}")) is None


@pytest.mark.parametrize(
    "name", ["AccessKeyId", "SignatureMethod", "SignatureVersion", "SignatureNonce"]
)
def test_a_missing_part_is_named(name: str) -> None:
    error = refusal(signed({}, None, **{name: None}))

    assert error.code == f"Missing{name}"
    assert error.message == f"{name} is mandatory for this action."


def test_a_missing_signature_is_named() -> None:
    request = Request("GET", f"https://sts.aliyuncs.com/?{urlencode(COMMON)}")

    assert refusal(request).code == "MissingSignature"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("SignatureMethod", "HMAC-SHA256", "InvalidSignatureMethod"),
        ("SignatureVersion", "2.0", "IncompleteSignature"),
        ("SignatureType", "PRIVATEKEY", "InvalidSignatureMethod"),
    ],
)
def test_another_algorithm_is_refused_and_not_anonymous(name: str, value: str, code: str) -> None:
    assert refusal(signed({}, None, **{name: value})).code == code


@pytest.mark.parametrize(
    ("date", "code"),
    [
        (None, "MissingTimestamp"),
        ("2026-01-15 08:30:00", "InvalidTimeStamp.Format"),
        ("2026-02-30T08:30:00Z", "InvalidTimeStamp.Format"),
        ("2026-01-15T25:30:00Z", "InvalidTimeStamp.Format"),
        ("²026-01-15T08:30:00Z", "InvalidTimeStamp.Format"),
        ("0000-01-15T08:30:00Z", "InvalidTimeStamp.Format"),
        ("now", "InvalidTimeStamp.Format"),
    ],
)
def test_a_bad_timestamp_is_refused_only_when_it_is_asked_for(date: str | None, code: str) -> None:
    claim = read(signed({}, Timestamp=date))

    assert claim is not None
    claim.verify(SECRET)
    with pytest.raises(ApiError) as caught:
        claim.timestamp()
    assert caught.value.code == code


@given(st.text(), st.binary())
def test_no_request_is_too_broken_to_be_refused(query: str, body: bytes) -> None:
    marks = "AccessKeyId=a&Signature=s&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0"
    url = f"https://h/?{marks}&SignatureNonce=n&{query}"

    assert refusal(Request("POST", url, Headers([("Content-Type", FORM)]), body)).code


def test_octets_that_are_no_text_are_signed_as_they_are() -> None:
    pairs = [*COMMON.items(), ("Name", b"\xff\x00".decode("utf-8", "surrogateescape"))]
    canonical = quoting.query(pairs)
    string_to_sign = f"GET&%2F&{quote(canonical, safe='')}"
    digest = hmac.digest(f"{SECRET}&".encode(), string_to_sign.encode(), "sha1")
    query = f"{canonical}&Signature={quote(b64encode(digest), safe='')}"

    verify(Request("GET", f"https://h/?{query}"))
