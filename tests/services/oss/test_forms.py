"""PostObject: what a browser's form may upload is what the application signed, and nothing else."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from pytest_ramsts import FakeCloud, Policy, User, allow
from pytest_ramsts.services.oss.state import Bucket
from pytest_ramsts.wire import Headers, Request, multipart

from .clients import Credentials

URL = "https://media.oss-cn-hangzhou.aliyuncs.com/"
NOW = "2026-03-01T08:00:00Z"


@pytest.fixture
def uploader(ramsts: FakeCloud, media: Bucket) -> User:
    ramsts.clock.freeze(NOW)
    may = Policy(allow("oss:PutObject", on=f"acs:oss:*:*:{media.name}/users/7/*"))
    return ramsts.account.create_user("uploader", policies=[may])


def signed_form(
    keys: Credentials,
    conditions: Sequence[object] = (["starts-with", "$key", "users/7/"],),
    **changes: str,
) -> dict[str, str]:
    """What an application's server hands to the browser, as the vendor's samples make it (V1)."""
    document = {"expiration": "2026-03-01T08:05:00.000Z", "conditions": list(conditions)}
    policy = b64encode(json.dumps(document).encode()).decode()
    signature = b64encode(hmac.digest(keys.secret.encode(), policy.encode(), "sha1")).decode()
    form = {"key": "users/7/${filename}", "OSSAccessKeyId": keys.id, "policy": policy}
    form["Signature"] = signature
    if keys.security_token:
        form["x-oss-security-token"] = keys.security_token
    return {**form, **changes}


def signed_form_v4(keys: Credentials) -> dict[str, str]:
    credential = f"{keys.id}/20260301/cn-hangzhou/oss/aliyun_v4_request"
    fields = {
        "x-oss-signature-version": "OSS4-HMAC-SHA256",
        "x-oss-credential": credential,
        "x-oss-date": "20260301T080000Z",
    }
    document = {
        "expiration": "2026-03-01T08:05:00.000Z",
        "conditions": [{"bucket": "media"}, *[{name: value} for name, value in fields.items()]],
    }
    policy = b64encode(json.dumps(document).encode())
    key = f"aliyun_v4{keys.secret}".encode()
    for step in credential.split("/")[1:]:
        key = hmac.new(key, step.encode(), sha256).digest()
    signature = hmac.new(key, policy, sha256).hexdigest()
    return {
        "key": "users/7/a.txt",
        "policy": policy.decode(),
        "x-oss-signature": signature,
        **fields,
    }


def post(form: dict[str, str], data: bytes = b"content", name: str = "a.txt") -> Any:
    return requests.post(URL, data=form, files={"file": (name, data, "text/plain")}, timeout=9)


def told(response: Any) -> tuple[int, str]:
    text = response.text
    code = text.partition("<Code>")[2].partition("</Code>")[0]
    message = text.partition("<Message>")[2].partition("</Message>")[0]
    return response.status_code, f"{code}: {message}"


def test_a_signed_form_uploads(uploader: User, media: Bucket) -> None:
    answered = post(signed_form(uploader.access_key, **{"x-oss-meta-author": "me"}))

    assert answered.status_code == 204
    stored = media["users/7/a.txt"]
    assert stored.read() == b"content"
    assert stored.headers == {"content-type": "text/plain", "x-oss-meta-author": "me"}


def test_a_form_signed_by_v4_uploads(uploader: User, media: Bucket) -> None:
    assert post(signed_form_v4(uploader.access_key)).status_code == 204
    assert "users/7/a.txt" in media


def test_a_form_with_a_token_uploads(ramsts: FakeCloud, media: Bucket) -> None:
    ramsts.clock.freeze(NOW)
    session = ramsts.account.create_role(policies=["AliyunOSSFullAccess"]).assume()

    assert post(signed_form(session)).status_code == 204
    assert "users/7/a.txt" in media


def test_the_answer_is_the_one_that_is_asked_for(uploader: User) -> None:
    keys = uploader.access_key
    created = post(signed_form(keys, success_action_status="201"))
    moved = requests.post(
        URL,
        data=signed_form(keys, success_action_redirect="https://app.example.com/done"),
        files={"file": ("a.txt", b"")},
        allow_redirects=False,
        timeout=9,
    )

    assert post(signed_form(keys, success_action_status="200")).status_code == 200
    assert created.status_code == 201
    assert "<Key>users/7/a.txt</Key>" in created.text
    assert moved.status_code == 303
    assert moved.headers["Location"].startswith("https://app.example.com/done?bucket=media&key=")


def test_a_form_is_refused(uploader: User, media: Bucket, ramsts: FakeCloud) -> None:
    keys = uploader.access_key
    form = signed_form(keys)
    denied = "AccessDenied: You have no right to access this object because of bucket acl."
    failed = "AccessDenied: Invalid according to Policy: Policy "
    wrong = "SignatureDoesNotMatch: The request signature we calculated does not match"

    elsewhere = post(signed_form(keys, [], key="users/8/a.txt"))
    against = post(signed_form(keys, [["starts-with", "$key", "users/7/photos/"]]))
    large = post(signed_form(keys, [["content-length-range", 0, 3]]))
    tampered = post({**form, "policy": b64encode(b"{}").decode()})
    unsigned = post({"key": "users/7/a.txt"})
    unknown = post({**form, "OSSAccessKeyId": "nobody"})
    ramsts.clock.advance(timedelta(minutes=5, seconds=1))
    late = post(form)

    assert told(elsewhere) == (403, denied)
    assert told(against)[1].startswith(f"{failed}Condition failed")
    assert told(large)[1].startswith("EntityTooLarge")
    assert told(tampered)[1].startswith(wrong)
    assert told(unsigned) == (403, denied)
    assert told(unknown)[1].startswith("InvalidAccessKeyId")
    assert told(late) == (403, f"{failed}expired.")
    assert list(media) == []


@pytest.mark.parametrize(
    ("condition", "meets"),
    [
        ({"success_action_status": "200"}, True),
        ({"success_action_status": "201"}, False),
        (["eq", "$success_action_status", "200"], True),
        (["in", "$success_action_status", ["200", "201"]], True),
        (["not-in", "$success_action_status", ["200"]], False),
        (["starts-with", "$success_action_status", "2"], True),
    ],
)
def test_conditions_of_a_policy(uploader: User, condition: object, *, meets: bool) -> None:
    form = signed_form(uploader.access_key, [condition], success_action_status="200")

    assert post(form).status_code == (200 if meets else 403)


@pytest.mark.usefixtures("uploader")
def test_a_form_that_is_none() -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answered = requests.post(URL, data=b"--x--", headers=headers, timeout=9)

    assert told(answered)[1].startswith("MalformedPOSTRequest")


@given(
    fields=st.dictionaries(st.text("abc-", min_size=1), st.text("xyz ü\n-"), max_size=3),
    data=st.binary(),
)
def test_what_a_client_writes_is_read(fields: dict[str, str], data: bytes) -> None:
    prepared = requests.Request(
        "POST", URL, data=fields, files={"file": ("ü.txt", data, "text/x")}
    ).prepare()
    body = prepared.body
    assert isinstance(body, bytes)

    form = multipart.read(Request("POST", URL, Headers(prepared.headers.items()), body))

    assert form is not None
    assert (form.fields, form.file, form.file_type) == (fields, data, "text/x")


def test_the_time_of_a_policy_is_read_with_its_zone() -> None:
    assert datetime.fromisoformat("2026-03-01T08:05:00.000Z") == datetime(
        2026, 3, 1, 8, 5, tzinfo=UTC
    )
