"""Laws of every algorithm: what is signed cannot change, and what is signed is not anonymous."""

from __future__ import annotations

import hmac
import json
from base64 import b64decode, b64encode
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import ANY
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pytest_ramsts.errors import ApiError
from pytest_ramsts.wire import Headers, Request
from pytest_ramsts.wire.buckets import address_of
from pytest_ramsts.wire.signatures import (
    ALGORITHMS,
    GATEWAY,
    MNS,
    OSS,
    SLS,
    TABLE_STORE,
    SignatureMismatchError,
    read,
)
from pytest_ramsts.wire.signatures import SIGNED as SIGNATURES_ONLY

Vector = dict[str, Any]

PLAIN = ("content-md5", "content-type", "date")
# The headers of each that are signed: those that start so, and those that are called so.
SIGNED = {
    "acs3": (("x-acs-",), ("host",)),
    "acs4": (("x-acs-",), ("host",)),
    "roa-v2": (("x-acs-",), ("accept", *PLAIN)),
    "oss-v1": (("x-oss-",), PLAIN),
    "oss-v2": (("x-oss-",), PLAIN),
    "oss-v4": (("x-oss-",), ("content-type", "content-md5")),
    "ots-v2": (("x-ots-",), ()),
    "ots-v4": (("x-ots-",), ()),
    "sls-v1": (("x-log-", "x-acs-"), PLAIN),
    "sls-v4": (("x-log-", "x-acs-"), ("content-type", "host")),
    "mns": (("x-mns-",), PLAIN),
    "fc": (("x-fc-",), PLAIN),
}
# `x-log-date` is added behind the signature, which is made over `Date`.
UNSIGNED = {("sls-v1", "x-log-date")}


def valid_vectors() -> list[Vector]:
    files = sorted((Path(__file__).parent / "vectors").glob("*.json"))
    every = [vector for file in files for vector in json.loads(file.read_text())]
    return [
        vector
        for vector in every
        if vector.get("valid") and vector.get("addressing") != "ip-endpoint"
    ]


VALID = valid_vectors()
BY_NAME = {vector["id"]: vector for vector in VALID}


def request_of(vector: Vector) -> Request:
    headers = Headers(vector["headers"])
    return Request(vector["method"], vector["url"], headers, b64decode(vector["body_base64"]))


def verify(request: Request, secret: str) -> None:
    claim = read(request)
    assert claim is not None
    claim.verify(secret)


def refusal(request: Request, secret: str = "secret") -> ApiError:
    with pytest.raises(ApiError) as caught:
        verify(request, secret)
    return caught.value


def changed(data: st.DataObject, text: str) -> str:
    octets = bytearray(text.encode("latin-1"))
    octets[data.draw(st.integers(0, len(octets) - 1))] ^= data.draw(st.integers(1, 255))
    return octets.decode("latin-1")


def with_headers(request: Request, pairs: list[tuple[str, str]]) -> Request:
    return Request(request.method, request.url, Headers(pairs), request.body)


def test_every_vector_is_of_an_algorithm_in_the_table() -> None:
    names = set()
    for vector in VALID:
        claim = read(request_of(vector))
        assert claim is not None
        names.add(claim.algorithm)

    assert names == ALGORITHMS.keys() - {"BEARER", "OSS-POST"}


FAMILIES = (GATEWAY, OSS, SLS, TABLE_STORE, MNS)


def test_every_algorithm_is_taken_by_some_service() -> None:
    assert {name for family in FAMILIES for name in family} == ALGORITHMS.keys()


@pytest.mark.parametrize("vector", VALID, ids=lambda vector: vector["id"])
def test_a_signature_is_refused_where_its_algorithm_is_not_taken(vector: Vector) -> None:
    request = request_of(vector)
    claim = read(request)
    assert claim is not None

    for family in FAMILIES:
        if claim.algorithm in family:
            assert read(request, family) == claim._replace(prove=ANY)
            continue
        with pytest.raises(ApiError) as refused:
            read(request, family)
        assert refused.value.code == "InvalidSignatureMethod"
        assert f"takes no signature {claim.algorithm}, but {family[0]}" in str(refused.value.hint)


@given(st.data(), st.sampled_from([vector for vector in VALID if vector["algorithm"] in SIGNED]))
def test_no_changed_byte_of_a_signed_header_verifies(data: st.DataObject, vector: Vector) -> None:
    request = request_of(vector)
    prefixes, names = SIGNED[vector["algorithm"]]
    signed = [
        place
        for place, (name, value) in enumerate(request.headers)
        if (name.lower().startswith(prefixes) or name.lower() in names)
        and (vector["algorithm"], name.lower()) not in UNSIGNED
        and value
    ]
    assume(signed)
    pairs = list(request.headers)
    place = data.draw(st.sampled_from(signed))
    name, value = pairs[place]
    pairs[place] = (name, changed(data, value))
    assume(pairs[place][1].strip() != value.strip())

    assert refusal(with_headers(request, pairs), vector["access_key_secret"]).code


@given(st.data(), st.sampled_from(VALID))
def test_no_changed_byte_of_the_authorization_verifies(data: st.DataObject, vector: Vector) -> None:
    request = request_of(vector)
    pairs = list(request.headers)
    places = [place for place, (name, _) in enumerate(pairs) if name.lower() == "authorization"]
    assume(places)
    name, value = pairs[places[0]]
    pairs[places[0]] = (name, changed(data, value))
    tampered = with_headers(request, pairs)

    try:
        claim = read(tampered)
        assert claim is not None
        claim.verify(vector["access_key_secret"])
    except ApiError:
        return
    # The key id itself is in no signature of the older kinds: it is of another owner now, whose
    # secret does not fit. Blanks between the parts say nothing.
    original = read(request)
    assert original is not None
    assert claim.access_key_id != original.access_key_id or (
        sorted(pairs[places[0]][1].replace(",", " ").split())
        == sorted(value.replace(",", " ").split())
    )


@given(st.data(), st.sampled_from(VALID))
def test_no_changed_byte_of_the_path_verifies(data: st.DataObject, vector: Vector) -> None:
    assume(vector["algorithm"] != "rpc-v1")  # which signs no path: its own is always `/`
    request = request_of(vector)
    path = "/" + changed(data, request.path[1:]) if request.path != "/" else "/x"
    assume("#" not in path)  # where what is not sent begins
    origin = f"{request.scheme}://{request.authority}"
    query = f"?{request.query}" if request.query else ""
    tampered = Request(request.method, f"{origin}{path}{query}", request.headers, request.body)
    # `%c3` is another spelling of `%C3`.
    assume(address_of(tampered) != address_of(request))

    assert refusal(tampered, vector["access_key_secret"]).code


@given(st.text(max_size=8), st.sampled_from(VALID))
def test_no_other_method_verifies(method: str, vector: Vector) -> None:
    assume(method != vector["method"])
    request = request_of(vector)
    tampered = Request(method, request.url, request.headers, request.body)

    assert refusal(tampered, vector["access_key_secret"]).code


@given(st.sampled_from(VALID), st.text())
def test_no_other_secret_verifies(vector: Vector, secret: str) -> None:
    assume(secret != vector["access_key_secret"])
    assume(not any("\ud800" <= character <= "\udfff" for character in secret))

    assert refusal(request_of(vector), secret).code == "SignatureDoesNotMatch"


@given(st.data(), st.sampled_from(VALID), st.text(), st.binary())
def test_no_signed_request_is_too_broken_to_be_refused(
    data: st.DataObject, vector: Vector, text: str, body: bytes
) -> None:
    request = request_of(vector)
    pairs = list(request.headers)
    place = data.draw(st.integers(0, len(pairs) - 1))
    pairs[place] = (pairs[place][0], text)
    target = data.draw(st.sampled_from([request.url, f"{request.url}&{text}", f"http://h/{text}"]))
    tampered = Request(request.method, target, Headers(pairs), body)

    try:
        claim = read(tampered)
        if claim is not None:
            with suppress(ApiError):
                claim.timestamp()
            claim.verify("another")
    except ApiError as error:
        assert error.code  # noqa: PT017 - any refusal will do, and nothing else
    else:
        assert claim is None


def test_a_mismatch_shows_what_a_service_quotes() -> None:
    request = request_of(BY_NAME["oss2-v1-put/ak"])

    error = refusal(request)

    assert isinstance(error, SignatureMismatchError)
    assert error.provided == request.headers.get("authorization").partition(":")[2]
    assert error.string_to_sign.startswith("PUT\n\napplication/x-thing\nThu, 15 Jan 2026")


@pytest.mark.parametrize(
    ("name", "expires"),
    [
        ("oss2-v1-presign/ak", 1768466400),
        ("oss2-v2-presign/sts", 1768466400),
        ("oss2-v4-presign/ak", 1768465800 + 600),
    ],
)
def test_a_presigned_url_says_until_when_it_is_good(name: str, expires: float) -> None:
    claim = read(request_of(BY_NAME[name]))

    assert claim is not None
    assert claim.expires == expires


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("oss2-v1-presign/ak", "Expires=1768466400", "Expires=soon", "InvalidTimeStamp.Format"),
        ("oss2-v1-presign/ak", "Expires=1768466400", "E=1", "MissingExpires"),
        ("oss2-v1-presign/ak", "&Signature=", "&S=", "MissingSignature"),
        ("oss2-v1-presign/ak", "OSSAccessKeyId=", "O=", "MissingAccessKeyId"),
        ("oss2-v1-presign/ak", "OSSAccessKeyId=", "OSS%41ccessKeyId=", ""),
        ("oss2-v2-presign/ak", "x-oss-expires=1768466400", "y=1", "Missingx-oss-expires"),
        ("oss2-v2-presign/ak", "version=OSS2", "version=OSS3", "InvalidSignatureMethod"),
        ("oss2-v4-presign/ak", "version=OSS4-", "version=OSS5-", "InvalidSignatureMethod"),
        ("oss2-v4-presign/ak", "x-oss-expires=600", "x-oss-expires=0", "InvalidTimeStamp.Format"),
        (
            "oss2-v4-presign/ak",
            "x-oss-expires=600",
            "x-oss-expires=604801",
            "InvalidTimeStamp.Format",
        ),
        (
            "oss2-v4-presign/ak",
            "x-oss-date=20260115T",
            "x-oss-date=20260116T",
            "IncompleteSignature",
        ),
        ("oss2-v4-presign/ak", "x-oss-credential=", "x=", "Missingx-oss-credential"),
        ("oss2-v4-presign/ak", "%2Foss%2F", "%2Fsls%2F", "IncompleteSignature"),
    ],
)
def test_a_presigned_url_that_lacks_or_misspells_a_part_is_not_anonymous(
    name: str, old: str, new: str, code: str
) -> None:
    vector = BY_NAME[name]
    assert old in vector["url"]
    request = Request("GET", vector["url"].replace(old, new), Headers(vector["headers"]))

    if code:
        assert refusal(request, vector["access_key_secret"]).code == code
    else:
        verify(request, vector["access_key_secret"])


@pytest.mark.parametrize(
    ("name", "header", "value", "code"),
    [
        (
            "tea-kms-acs4/ak",
            "Authorization",
            "ACS4-HMAC-SHA256 Credential=a",
            "IncompleteSignature",
        ),
        ("tea-kms-acs4/ak", "x-acs-date", "2026-01-16T08:30:00Z", "IncompleteSignature"),
        ("tea-kms-acs4/ak", "x-acs-content-sha256", "0", "SignatureDoesNotMatch"),
        ("aliyunsdkcore-roa/ak", "x-acs-signature-method", "X", "InvalidSignatureMethod"),
        ("aliyunsdkcore-roa/ak", "x-acs-signature-version", "2", "InvalidSignatureMethod"),
        ("aliyunsdkcore-roa/ak", "Authorization", "acs :x", "IncompleteSignature"),
        ("aliyunsdkcore-roa/ak", "Authorization", "acs x", "IncompleteSignature"),
        ("sls-v1-list/ak", "x-log-signaturemethod", "hmac-md5", "InvalidSignatureMethod"),
        ("sls-v4-list/ak", "x-log-date", "", "IncompleteSignature"),
        ("tablestore-list-table/ak", "x-ots-signature", "", "Missingx-ots-signature"),
        ("tablestore-list-table/ak", "x-ots-contentmd5", "", "Missingx-ots-contentmd5"),
        ("tablestore-list-table/ak", "x-ots-accesskeyid", "", "Missingx-ots-accesskeyid"),
        ("tablestore-list-table-v4/ak", "x-ots-signregion", "", "Missingx-ots-signregion"),
        ("tablestore-list-table-v4/ak", "x-ots-signdate", "", "Missingx-ots-signdate"),
    ],
)
def test_a_header_that_is_missing_or_of_another_kind_is_refused(
    name: str, header: str, value: str, code: str
) -> None:
    vector = BY_NAME[name]
    request = request_of(vector)
    pairs = [(field, value if field == header else old) for field, old in request.headers]
    assert pairs != list(request.headers)

    assert refusal(with_headers(request, pairs), vector["access_key_secret"]).code == code


def test_a_table_store_call_without_its_signature_is_not_anonymous() -> None:
    request = request_of(BY_NAME["tablestore-list-table/ak"])
    pairs = [(name, value) for name, value in request.headers if name != "x-ots-signature"]

    assert refusal(with_headers(request, pairs)).code == "Missingx-ots-signature"


@pytest.mark.parametrize(
    "name", ["mns-send/ak", "aliyunsdkcore-roa/ak", "sls-v1-put-logs/ak", "sls-v4-put-logs/ak"]
)
def test_a_digest_that_is_not_that_of_the_body_is_named(name: str) -> None:
    vector = BY_NAME[name]
    request = request_of(vector)
    tampered = Request(request.method, request.url, request.headers, b"other")

    assert "is not that of the body" in refusal(tampered, vector["access_key_secret"]).hint


@pytest.mark.parametrize("name", ["x-oss-signature", "x-oss-signature-version", "x-oss-credential"])
def test_a_parameter_of_a_signature_nobody_knows_is_not_anonymous(name: str) -> None:
    assert refusal(Request("GET", f"https://h/?{name}=x")).code == "InvalidSignatureMethod"


def test_a_token_nobody_knows_is_not_anonymous() -> None:
    request = Request("GET", "https://h/", Headers([("x-acs-zero-trust-idtoken", "x")]))

    assert refusal(request).code == "InvalidSignatureMethod"


def test_a_request_without_any_credential_is_anonymous() -> None:
    assert read(Request("GET", "https://bkt.oss-cn-hangzhou.aliyuncs.com/a?x=1")) is None


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("https://h/", [("x-acs-bearer-token", "t+1"), ("x-acs-signature-type", "BEARERTOKEN")]),
        ("https://h/?SignatureType=BEARERTOKEN", [("x-acs-bearer-token", "t+1")]),
        (f"https://h/?SignatureType=BEARERTOKEN&BearerToken={quote('t+1')}", []),
        ("https://h/?SignatureType=BEARERTOKEN&BearerToken=t%2B1&Signature=", []),
    ],
)
def test_a_bearer_token_proves_itself(url: str, headers: list[tuple[str, str]]) -> None:
    request = Request("POST", url, Headers([*headers, ("x-acs-date", "2026-01-15T08:30:00Z")]))

    claim = read(request)

    assert claim is not None
    assert (claim.algorithm, claim.access_key_id, claim.security_token) == ("BEARER", "", "t+1")
    assert claim.timestamp() == 1768465800
    claim.verify("t+1")
    assert refusal(request, "t+2").code == "SignatureDoesNotMatch"


def test_a_bearer_token_in_the_older_style_of_roa_is_dated_by_its_header() -> None:
    headers = [("x-acs-bearer-token", "t"), ("Date", "Thu, 15 Jan 2026 08:30:00 GMT")]

    claim = read(Request("GET", "https://h/clusters", Headers(headers)))

    assert claim is not None
    assert claim.timestamp() == 1768465800


@pytest.mark.parametrize("family", [SIGNATURES_ONLY, OSS, SLS, TABLE_STORE, MNS])
def test_a_bearer_token_is_refused_where_none_is_taken(family: tuple[str, ...]) -> None:
    request = Request("GET", "https://h/", Headers([("x-acs-bearer-token", "t")]))
    with pytest.raises(ApiError) as refused:
        read(request, family)

    by_gateway = family is SIGNATURES_ONLY
    code = "UnsupportedSignatureType" if by_gateway else "InvalidSignatureMethod"
    assert refused.value.code == code
    assert refused.value.status == (403 if by_gateway else 400)


def test_a_bearer_call_without_its_token_is_not_anonymous() -> None:
    request = Request("POST", "https://h/?SignatureType=BEARERTOKEN")

    assert refusal(request).code == "MissingBearerToken"


SECRET = "testsecret0001AbCdEfGhIjKlMnOp"


def sign(text: str, algorithm: str, key: bytes = SECRET.encode()) -> bytes:
    return hmac.new(key, text.encode(), algorithm).digest()


def test_a_call_of_an_http_trigger_signs_its_query() -> None:
    path = "/2016-08-15/proxy/s/f/é"
    date = "Thu, 15 Jan 2026 08:30:00 GMT"
    text = f"GET\n\n\n{date}\nx-fc-a:b\n{path}\na=x y\nb=\nb=1"
    code = b64encode(sign(text, "sha256")).decode()
    headers = Headers([("Date", date), ("X-Fc-A", "b"), ("Authorization", f"FC LTAI:{code}")])
    url = f"https://1.cn-hangzhou.fc.aliyuncs.com{quote(path)}?b=1&a=x+y&b="

    verify(Request("GET", url, headers), SECRET)
    assert refusal(Request("GET", f"{url}&c=1", headers), SECRET).code == "SignatureDoesNotMatch"


@pytest.mark.parametrize("spelling", ["host;range", "range;host"])
def test_the_additional_headers_of_oss_are_signed(spelling: str) -> None:
    host = "bkt.oss-cn-hangzhou.aliyuncs.com"
    scope = "20260115/cn-hangzhou/oss/aliyun_v4_request"
    signed = f"host:{host}\nrange:bytes=0-1\nx-oss-content-sha256:UNSIGNED-PAYLOAD\n"
    signed += "x-oss-date:20260115T083000Z\n"
    canonical = f"GET\n/bkt/a%20b\nx=1&y\n{signed}\nhost;range\nUNSIGNED-PAYLOAD"
    text = "OSS4-HMAC-SHA256\n20260115T083000Z\n"
    text += f"{scope}\n{sha256(canonical.encode()).hexdigest()}"
    key = f"aliyun_v4{SECRET}".encode()
    for part in scope.split("/"):
        key = sign(part, "sha256", key)
    credential = f"Credential=LTAI/{scope}, Signature={sign(text, 'sha256', key).hex()}"
    headers = [
        ("x-oss-date", "20260115T083000Z"),
        ("x-oss-content-sha256", "UNSIGNED-PAYLOAD"),
        ("Range", "bytes=0-1"),
        ("Authorization", f"OSS4-HMAC-SHA256 {credential}, AdditionalHeaders={spelling}"),
    ]
    request = Request("GET", f"https://{host}/a%20b?y=&x=1", Headers(headers))

    verify(request, SECRET)
    headers[2] = ("Range", "bytes=0-2")
    assert refusal(with_headers(request, headers), SECRET).code == "SignatureDoesNotMatch"


def test_an_object_of_sls_is_put_with_its_body_unsigned() -> None:
    date = "Thu, 15 Jan 2026 08:30:00 GMT"
    text = f"PUT\n\ntext/plain\n{date}\nx-log-apiversion:0.6.0\n/logstores/s/objects/o"
    headers = Headers(
        [
            ("Date", date),
            ("Content-Type", "text/plain"),
            ("Content-MD5", "of the object, and not signed"),
            ("x-log-apiversion", "0.6.0"),
            ("x-log-meta-a", "nor this"),
            ("Authorization", f"LOG LTAI:{b64encode(sign(text, 'sha1')).decode()}"),
        ]
    )

    verify(Request("PUT", "https://p.log.aliyuncs.com/logstores/s/objects/o", headers), SECRET)


def test_a_header_in_utf_8_is_signed_as_its_octets() -> None:
    date = "Thu, 15 Jan 2026 08:30:00 GMT"
    text = f"GET\n\n\n{date}\nx-oss-meta-a:имя\n/bkt/é"
    code = b64encode(sign(text, "sha1")).decode()
    for value in ("имя", "имя".encode()):
        headers = Headers(
            [("Date", date), ("x-oss-meta-a", value), ("Authorization", f"OSS LTAI:{code}")]
        )

        verify(Request("GET", "https://bkt.oss-cn-hangzhou.aliyuncs.com/é", headers), SECRET)
