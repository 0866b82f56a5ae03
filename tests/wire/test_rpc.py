"""The RPC style: what is read from a call, and the envelopes that answer it."""

from __future__ import annotations

import re
from typing import Any, Literal
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_ramsts.errors import ApiError, NoPermissionError, NotExistError
from pytest_ramsts.wire import Headers, Request, rpc

FORM = "application/x-www-form-urlencoded"
REQUEST_ID = "7463B73D-35CC-4D19-A010-6B8D65D242EF"
USER = {"UserName": "alice"}


def asked(query: dict[str, str] | str = "", body: bytes | str = b"", **headers: str) -> Request:
    text = query if isinstance(query, str) else urlencode(query)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    octets = body.encode() if isinstance(body, str) else body
    return Request("POST", f"https://ram.aliyuncs.com/?{text}", Headers(names.items()), octets)


def acs3(query: dict[str, str] | str = "", body: bytes | str = b"", **headers: str) -> Request:
    return asked(
        query,
        body,
        authorization="ACS3-HMAC-SHA256 …",
        x_acs_action="CreateUser",
        x_acs_version="2015-05-01",
        **headers,
    )


def refusal(request: Request) -> ApiError:
    with pytest.raises(ApiError) as caught:
        rpc.read(request)
    return caught.value


def test_operation_and_version_come_from_the_headers_of_acs3() -> None:
    call = rpc.read(acs3({"UserName": "alice"}))

    assert call == rpc.RpcCall("CreateUser", "2015-05-01", "JSON", USER)


@pytest.mark.parametrize("place", ["query", "form"])
def test_operation_and_version_come_from_the_parameters_of_v1(place: str) -> None:
    fields = {"Action": "CreateUser", "Version": "2015-05-01", **USER}
    request = asked(fields) if place == "query" else asked("", urlencode(fields), content_type=FORM)

    assert rpc.read(request) == rpc.RpcCall("CreateUser", "2015-05-01", "JSON", USER)


def test_a_header_that_no_signature_covers_does_not_change_the_operation() -> None:
    query = {"Action": "GetUser", "Version": "1", "Signature": "…"}

    call = rpc.read(asked(query, x_acs_action="DeleteUser", x_acs_version="2"))

    assert (call.operation, call.version) == ("GetUser", "1")


def test_a_body_that_no_signature_covers_is_not_read() -> None:
    query = {"Action": "GetUser", "Version": "1", "Signature": "…"}

    call = rpc.read(asked(query, '{"UserName": "alice"}', content_type="application/json"))

    assert call.parameters == {}


def test_headers_name_the_operation_where_parameters_do_not() -> None:
    call = rpc.read(asked(x_acs_action="GetUser", x_acs_version="2015-05-01"))

    assert (call.operation, call.version) == ("GetUser", "2015-05-01")


def test_query_and_form_are_merged_without_the_common_parameters() -> None:
    common = {
        "AccessKeyId": "LTAI",
        "Action": "CreateUser",
        "Format": "JSON",
        "SecurityToken": "CAIS",
        "Signature": "s",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": "n",
        "SignatureType": "",
        "SignatureVersion": "1.0",
        "Timestamp": "t",
        "Version": "2015-05-01",
    }

    call = rpc.read(asked({**common, "UserName": "alice"}, "Comments=a+b", content_type=FORM))

    assert call.parameters == {"UserName": "alice", "Comments": "a b"}


def test_the_first_of_equal_parameters_counts_and_the_query_goes_before_the_form() -> None:
    call = rpc.read(acs3("UserName=a&UserName=b", "UserName=c&X=d", content_type=FORM))

    assert call.parameters == {"UserName": "a", "X": "d"}


def test_a_json_body_gives_parameters() -> None:
    body = '{"UserName": "alice", "Tags": [{"Key": "é"}], "Count": 3, "Yes": true, "Not": null}'

    call = rpc.read(acs3("", body, content_type="application/json; charset=utf-8"))

    assert call.parameters == {
        "UserName": "alice",
        "Tags": '[{"Key":"\\u00e9"}]',
        "Count": "3",
        "Yes": "true",
    }


@pytest.mark.parametrize(
    ("format_", "expected"), [("JSON", "JSON"), ("json", "JSON"), ("XML", "XML"), ("xml", "XML")]
)
def test_the_format_is_what_the_parameter_says(format_: str, expected: str) -> None:
    request = asked({"Action": "GetUser", "Version": "1", "Format": format_})

    assert rpc.read(request).format == rpc.wanted_format(request) == expected


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("application/json", "JSON"),
        ("*/*", "JSON"),
        ("text/html,application/xml;q=0.9", "JSON"),
        ("text/xml", "XML"),
        ("application/xml; charset=utf-8", "XML"),
    ],
)
def test_without_the_parameter_the_format_is_json_unless_xml_is_accepted(
    accept: str, expected: str
) -> None:
    assert rpc.read(acs3(accept=accept)).format == expected


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (asked(), "MissingAction"),
        (asked({"Action": "GetUser"}), "MissingVersion"),
        (asked({"Action": "A", "Version": "1", "Format": "YAML"}), "InvalidParameter.Format"),
        (acs3("UserName=%zz"), "InvalidParameter"),
        (acs3("", "UserName=%4", content_type=FORM), "InvalidParameter"),
        (acs3("UserName=%FF"), "InvalidParameter"),
        (acs3("%C3=1"), "InvalidParameter"),
        (acs3("", b"UserName=\xff", content_type=FORM), "InvalidParameter"),
        (acs3("", "{", content_type="application/json"), "InvalidParameter"),
        (acs3("", "[1]", content_type="application/json"), "InvalidParameter"),
        (acs3("", b"\xff\xff", content_type="application/json"), "InvalidParameter"),
        (acs3("", "[" * 100_000, content_type="application/json"), "InvalidParameter"),
        (acs3("", f'{{"a": {"9" * 5000}}}', content_type="application/json"), "InvalidParameter"),
        (acs3("", '{"a": "\\ud800"}', content_type="application/json"), "InvalidParameter"),
    ],
)
def test_a_call_that_cannot_be_read_is_refused_with_the_code_of_the_gateway(
    request_: Request, code: str
) -> None:
    error = refusal(request_)

    assert (error.code, error.status) == (code, 400)


def test_the_format_of_a_refusal_is_known_though_the_call_is_not() -> None:
    assert rpc.wanted_format(asked({"Format": "xml"})) == "XML"
    assert rpc.wanted_format(asked({"Format": "YAML"})) == "JSON"


def test_a_huge_parameter_is_read() -> None:
    assert len(rpc.read(acs3({"PolicyDocument": "é" * 1_000_000})).parameters["PolicyDocument"])


@given(
    st.text() | st.text(st.sampled_from("Action=Version&Format%F9\xff+;. ")),
    st.binary(),
    st.sampled_from([FORM, "application/json", ""]),
    st.booleans(),
)
def test_no_call_is_too_broken_for_an_answer(
    query: str, body: bytes, content_type: str, signed: bool
) -> None:
    headers = [("Content-Type", content_type)]
    if signed:
        headers.append(("Authorization", "ACS3-HMAC-SHA256 …"))
    request = Request("POST", f"https://h/?{query}", Headers(headers), body)

    try:
        call = rpc.read(request)
    except ApiError as error:
        answer = rpc.failure(error, REQUEST_ID, "h", rpc.wanted_format(request), "Ram")
    else:
        answer = rpc.success(call.parameters, REQUEST_ID, "JSON", call.operation)

    assert answer.body


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, []),
        ({"Tag.1": "a", "Tag.2": "b"}, ["a", "b"]),
        ({"Tag.10": "c", "Tag.2": "b", "Tag.1": "a"}, ["a", "b", "c"]),
        ({"Tag.1.Key": "k", "Tag.1.Value": "v"}, [{"Key": "k", "Value": "v"}]),
        ({"Tag.2.Key": "b", "Tag.1.Key": "a"}, [{"Key": "a"}, {"Key": "b"}]),
        ({"Tag": '[{"Key":"k"}]'}, [{"Key": "k"}]),
        ({"Tag": '["a"]'}, ["a"]),
        ({"Tag": ""}, []),
        ({"Tag.x": "a", f"Tag.{'9' * 5000}": "b", "Tag.": "c", "Tag.²": "d", "Tags.1": "e"}, []),
    ],
)
def test_a_list_parameter_is_flat_or_json(parameters: dict[str, str], expected: list[Any]) -> None:
    assert rpc.listed(parameters, "Tag") == expected


@pytest.mark.parametrize("text", ["{", '{"a": 1}', "a", "[" * 100_000])
def test_a_list_parameter_that_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(ApiError) as caught:
        rpc.listed({"Tag": text}, "Tag")

    assert caught.value.code == "InvalidParameter.Tag.Format"


def headers_of(response: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers}


def test_a_success_in_json_carries_the_request_id() -> None:
    response = rpc.success({"User": {"DisplayName": "爱丽丝"}}, REQUEST_ID, "JSON", "GetUser")

    assert response.status == 200
    assert response.json() == {"RequestId": REQUEST_ID, "User": {"DisplayName": "爱丽丝"}}
    assert headers_of(response)["content-type"] == "application/json;charset=utf-8"


def test_a_success_in_xml_repeats_the_elements_of_a_list() -> None:
    body = {
        "IsTruncated": False,
        "Users": {"User": [{"UserName": "a<b&c"}, {"UserName": "é"}]},
        "Yes": True,
        "Count": 2,
        "Nothing": None,
    }

    response = rpc.success(body, REQUEST_ID, "XML", "ListUsers")

    assert headers_of(response)["content-type"] == "text/xml;charset=utf-8"
    assert response.text == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<ListUsersResponse><RequestId>{REQUEST_ID}</RequestId>"
        "<IsTruncated>false</IsTruncated>"
        "<Users><User><UserName>a&lt;b&amp;c</UserName></User>"
        "<User><UserName>é</UserName></User></Users>"
        "<Yes>true</Yes><Count>2</Count><Nothing></Nothing></ListUsersResponse>"
    )


@pytest.mark.parametrize("format_", ["JSON", "XML"])
def test_a_failure_is_the_documented_envelope(format_: Literal["JSON", "XML"]) -> None:
    error = NotExistError("User", "alice")

    response = rpc.failure(error, REQUEST_ID, "ram.aliyuncs.com", format_, "Ram")

    if format_ == "JSON":
        content = response.json()
    else:
        root = ET.fromstring(response.body)
        assert root.tag == "Error"
        content = {child.tag: child.text for child in root}
    assert response.status == 404
    assert content == {
        "RequestId": REQUEST_ID,
        "HostId": "ram.aliyuncs.com",
        "Code": "EntityNotExist.User",
        "Message": "The user does not exist.",
        "Recommend": "https://api.aliyun.com/troubleshoot"
        f"?q=EntityNotExist.User&product=Ram&requestId={REQUEST_ID}",
    }


def test_every_answer_carries_the_headers_of_the_gateway() -> None:
    for response in (
        rpc.success({}, REQUEST_ID, "JSON", "GetUser"),
        rpc.failure(NotExistError("User"), REQUEST_ID, "h", "XML", "Ram"),
    ):
        headers = headers_of(response)

        assert headers["x-acs-request-id"] == REQUEST_ID
        assert re.fullmatch(r"[0-9a-f]{32}", headers["x-acs-trace-id"])
        assert headers["access-control-allow-origin"] == "*"
        assert "x-acs-retry-after" not in headers


def test_a_failure_may_say_when_to_try_again() -> None:
    error = ApiError("Throttling.User", "Request was denied due to user flow control.")

    response = rpc.failure(error, REQUEST_ID, "h", "JSON", "Ram", retry_after=2000)

    assert headers_of(response)["x-acs-retry-after"] == "2000"


def test_a_denial_carries_its_detail() -> None:
    detail = {"NoPermissionType": "ImplicitDeny"}
    own = NoPermissionError("no", detail=detail)

    assert rpc.failure(own, REQUEST_ID, "h", "JSON", "Ram").json()["AccessDeniedDetail"] == detail
    assert (
        rpc.failure(NoPermissionError("no"), REQUEST_ID, "h", "JSON", "Ram", detail).json()[
            "AccessDeniedDetail"
        ]
        == detail
    )
    assert (
        "AccessDeniedDetail"
        not in rpc.failure(NoPermissionError("no"), REQUEST_ID, "h", "JSON", "Ram").json()
    )


@given(st.text(st.characters()))
@example("\r\n\t <&>]]>\x00\x0b\ufffe\ud800")
def test_every_text_fits_into_every_envelope(text: str) -> None:
    in_json = rpc.success({"A": text}, REQUEST_ID, "JSON", "GetUser")
    in_xml = rpc.success({"A": text}, REQUEST_ID, "XML", "GetUser")
    spoken = re.sub("[\ud800-\udfff]", "?", text)
    sayable = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\ufffd", spoken)

    assert in_json.json()["A"] == spoken
    assert (ET.fromstring(in_xml.body).findtext("A") or "") == sayable
