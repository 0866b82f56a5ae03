"""The gateway: each thing that can be wrong with a request is refused with its own code, first
things first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
import requests
from alibabacloud_ram20150501 import models
from alibabacloud_sts20150401.models import AssumeRoleRequest
from alibabacloud_tea_openapi.client import Client
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException, ClientException
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tea_openapi.utils_models import OpenApiRequest, Params
from aliyunsdkram.request.v20150501.GetUserRequest import GetUserRequest
from darabonba.runtime import RuntimeOptions

from pytest_ramsts import ApiError, Call, FakeCloud, Policy, Service, Settings, User, allow
from pytest_ramsts.wire import Headers, Request, Response

from .intercept.signing import signed
from .sdk import clients


@dataclass(frozen=True)
class Stranger:
    """Credentials that somebody made up, or put together."""

    id: str
    secret: str
    security_token: str = ""


def refusal(credentials: clients.Credentials) -> AlibabaCloudException:
    """How the SDK tells that the caller's question about itself was refused."""
    with pytest.raises(AlibabaCloudException) as caught:
        clients.sts(credentials).get_caller_identity()
    return caught.value


def between(cloud: FakeCloud, change: Callable[[Request], Request]) -> Callable[[], None]:
    """Let somebody change each request on its way; returns what ends that."""
    handle = cloud.gateway.handle

    def changed(request: Request, to: Service | None = None) -> Response:
        return handle(change(request), to)

    cloud.gateway.handle = changed  # type: ignore[method-assign]

    def end() -> None:
        cloud.gateway.handle = handle  # type: ignore[method-assign]

    return end


# Who


def test_an_unknown_key_is_not_found(ramsts: FakeCloud) -> None:
    error = refusal(Stranger("LTAI5tNobodyHasThisKeyOnE", "secret"))

    assert (error.code, error.status_code) == ("InvalidAccessKeyId.NotFound", 404)
    assert "Specified access key is not found." in str(error)
    assert ramsts.calls.last.caller is None


def test_a_disabled_key_is_inactive(ram_user: User) -> None:
    ram_user.access_key.disable()

    error = refusal(ram_user.access_keys[0])

    assert (error.code, error.status_code) == ("InvalidAccessKeyId.Inactive", 400)


def test_a_wrong_secret_does_not_match(ram_user: User) -> None:
    error = refusal(Stranger(ram_user.access_key.id, "not-the-secret"))

    assert (error.code, error.status_code) == ("SignatureDoesNotMatch", 400)


def test_a_parameter_changed_on_the_way_does_not_match(ramsts: FakeCloud) -> None:
    ramsts.account.create_user("alice")
    ramsts.account.create_user("mallory")
    between(ramsts, lambda request: replace(request, url=request.url.replace("alice", "mallory")))

    with pytest.raises(ClientException) as caught:
        clients.ram(ramsts.admin_key).delete_user(models.DeleteUserRequest(user_name="alice"))

    assert caught.value.code == "SignatureDoesNotMatch"
    assert set(ramsts.account.users) == {"alice", "mallory"}


@pytest.mark.parametrize(
    ("host", "status", "code"),
    [
        ("oss-cn-hangzhou.aliyuncs.com", 400, "InvalidArgument"),
        ("cn-hangzhou.log.aliyuncs.com", 401, "SignatureNotMatch"),
    ],
)
def test_a_valid_signature_of_another_kind_of_service_does_not_count(
    ramsts: FakeCloud, host: str, status: int, code: str
) -> None:
    call = signed(ramsts.admin_key, "ListBuckets", host=host, method="GET")

    answer = requests.get(call.url, headers=call.headers)

    assert (answer.status_code, ramsts.calls.last.code) == (status, code)
    assert "takes no signature ACS3-HMAC-SHA256" in ramsts.calls.last.message
    assert ramsts.calls.last.caller is None


def test_a_nonce_is_good_for_one_request(ramsts: FakeCloud, ram_user: User) -> None:
    clients.sts(ram_user.access_key).get_caller_identity()
    first = ramsts.calls.last.request
    between(ramsts, lambda _: first)

    error = refusal(ram_user.access_key)

    assert (error.code, error.status_code) == ("SignatureNonceUsed", 400)


def test_a_nonce_is_forgotten_no_sooner_than_its_request_is_stale(
    ramsts: FakeCloud, ram_user: User
) -> None:
    ramsts.clock.freeze("2026-03-01T08:00:00Z")
    clients.sts(ram_user.access_key).get_caller_identity()
    replayed = ramsts.calls.last.request

    ramsts.clock.advance(minutes=15)
    just = ramsts.handle(replayed).json()["Code"]
    ramsts.clock.advance(seconds=1)
    later = ramsts.handle(replayed).json()["Code"]

    assert (just, later) == ("SignatureNonceUsed", "InvalidTimeStamp.Expired")


def test_a_nonce_of_a_refused_request_is_not_used_up(ramsts: FakeCloud, ram_user: User) -> None:
    """Else whoever sees a request could use its nonce up with a forged one."""
    caught: list[Request] = []

    def forge(request: Request) -> Request:
        caught.append(request)
        return replace(request, url=request.url + "&Forged=1")

    end = between(ramsts, forge)
    refusal(ram_user.access_key)
    end()

    assert ramsts.handle(caught[0]).status == 200


@pytest.mark.parametrize("minutes", [16, -16])
def test_a_request_of_another_time_is_expired(
    ramsts: FakeCloud, ram_user: User, minutes: int
) -> None:
    with ramsts.clock.skew(minutes=minutes):
        error = refusal(ram_user.access_key)

    assert (error.code, error.status_code) == ("InvalidTimeStamp.Expired", 400)


@pytest.mark.parametrize("minutes", [14, -14])
def test_a_quarter_of_an_hour_is_tolerated(ramsts: FakeCloud, ram_user: User, minutes: int) -> None:
    with ramsts.clock.skew(minutes=minutes):
        assert clients.sts(ram_user.access_key).get_caller_identity().body.user_id == ram_user.id


def test_a_token_works_with_its_own_key_only(ramsts: FakeCloud) -> None:
    role = ramsts.account.create_role()
    mine, other = role.assume("mine"), role.assume("other")

    error = refusal(Stranger(mine.id, mine.secret, other.security_token))

    assert error.code == "InvalidSecurityToken.MismatchWithAccessKey"


def test_a_token_with_a_long_term_key_does_not_fit(ramsts: FakeCloud, ram_user: User) -> None:
    session = ramsts.account.create_role().assume()
    key = ram_user.access_key

    error = refusal(Stranger(key.id, key.secret, session.security_token))

    assert error.code == "InvalidSecurityToken.MismatchWithAccessKey"


def test_a_token_that_nobody_gave_out_is_malformed(ramsts: FakeCloud) -> None:
    session = ramsts.account.create_role().assume()

    error = refusal(Stranger(session.id, session.secret, "CAISmadeup"))

    assert error.code == "InvalidSecurityToken.Malformed"


def test_a_temporary_key_needs_its_token(ramsts: FakeCloud) -> None:
    session = ramsts.account.create_role().assume()

    assert refusal(Stranger(session.id, session.secret)).code == "MissingSecurityToken"


def test_a_token_expires_to_the_second(ramsts: FakeCloud) -> None:
    ramsts.clock.freeze("2026-03-01T08:00:00Z")
    session = ramsts.account.create_role().assume(duration=900)

    ramsts.clock.advance(minutes=14, seconds=59)
    assert clients.sts(session).get_caller_identity().body.identity_type == "AssumedRoleUser"
    ramsts.clock.advance(seconds=1)
    assert refusal(session).code == "InvalidSecurityToken.Expired"


def test_a_revoked_token_is_malformed_and_its_siblings_live(ramsts: FakeCloud) -> None:
    role = ramsts.account.create_role()
    revoked, sibling = role.assume(), role.assume()

    ramsts.revoke(revoked)

    assert refusal(revoked).code == "InvalidSecurityToken.Malformed"
    assert clients.sts(sibling).get_caller_identity().body.role_id == role.id


# What outlives whom


def outcome_after(cloud: FakeCloud, event: Callable[[User], None]) -> str:
    """What a session gets that a user asked for over the wire, once something befell the user."""
    user = cloud.account.create_user(policies=["AliyunSTSAssumeRoleAccess"])
    role = cloud.account.create_role(trusted=cloud.account)
    request = AssumeRoleRequest(role_arn=role.arn, role_session_name="job")
    given = clients.sts(user.access_key).assume_role(request).body
    event(user)
    session = cloud.world.credentials(given.credentials.access_key_id)
    try:
        clients.sts(session).get_caller_identity()
    except ClientException as error:
        return str(error.code)
    return "ok"


def delete(user: User) -> None:
    user.detach_all()
    for key in user.access_keys:
        key.delete()
    user.delete()


def test_tokens_survive_the_key_and_the_user_that_asked_for_them(ramsts: FakeCloud) -> None:
    assert outcome_after(ramsts, lambda user: user.access_key.disable()) == "ok"
    assert outcome_after(ramsts, lambda user: user.access_key.delete()) == "ok"
    assert outcome_after(ramsts, delete) == "ok"


@pytest.mark.ramsts(
    settings=Settings(tokens_survive_disabled_key=False, tokens_survive_deleted_user=False)
)
def test_tokens_die_with_key_or_user_where_the_settings_say_so(ramsts: FakeCloud) -> None:
    void = "InvalidSecurityToken.Malformed"

    assert outcome_after(ramsts, lambda user: user.access_key.disable()) == void
    assert outcome_after(ramsts, lambda user: user.access_key.delete()) == void
    assert outcome_after(ramsts, delete) == void


# In which order


def test_the_first_thing_wrong_is_the_one_that_is_told(ramsts: FakeCloud, ram_user: User) -> None:
    """Everything is wrong at once; each cure uncovers the next refusal."""
    key = ram_user.access_key
    key.disable()
    told = []
    with ramsts.clock.skew(minutes=16):
        told.append(refusal(Stranger("LTAI5tNobodyHasThisKeyOnE", "wrong", "token")).code)
        told.append(refusal(Stranger(key.id, "wrong", "token")).code)
        key.enable()
        told.append(refusal(Stranger(key.id, "wrong", "token")).code)
        told.append(refusal(Stranger(key.id, "wrong")).code)
    told.append(refusal(Stranger(key.id, "wrong")).code)

    assert told == [
        "InvalidAccessKeyId.NotFound",
        "InvalidAccessKeyId.Inactive",
        "InvalidSecurityToken.MismatchWithAccessKey",
        "InvalidTimeStamp.Expired",
        "SignatureDoesNotMatch",
    ]


def test_permission_comes_before_whether_the_thing_exists(ram_user: User) -> None:
    """Else names could be probed by those who may see nothing."""
    ram = clients.ram(ram_user.access_key)

    with pytest.raises(ClientException) as caught:
        ram.get_user(models.GetUserRequest(user_name="nobody"))

    assert caught.value.code == "NoPermission"


# What is written down


def test_a_refused_call_is_recorded_with_what_was_known_of_it(
    ramsts: FakeCloud, ram_user: User
) -> None:
    with pytest.raises(ClientException):
        clients.ram(ram_user.access_key).list_users(models.ListUsersRequest())
    call: Call = ramsts.calls.last

    assert (call.caller, call.action, call.code) == (ram_user, "ram:ListUsers", "NoPermission")
    assert call.resources == (f"acs:ram::{ramsts.account.id}:user/*",)
    assert (call.denied, call.reason, call.status) == (True, "ImplicitDeny", 403)


def unsigned(host: str, query: str) -> Request:
    return Request("POST", f"https://{host}/?{query}")


def test_an_unsigned_request_has_no_access_key(ramsts: FakeCloud) -> None:
    response = ramsts.handle(
        unsigned("ram.aliyuncs.com", "Action=ListUsers&Version=2015-05-01&Format=JSON")
    )

    assert (response.status, response.json()["Code"]) == (400, "MissingAccessKeyId")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("Action=MakeUser&Version=2015-05-01", "InvalidApi.NotFound"),
        ("Action=ListUsers&Version=2014-01-01", "InvalidVersion"),
        ("Action=ListUsers&Version=2015-05-01&Format=YAML", "InvalidParameter.Format"),
        ("Version=2015-05-01", "MissingAction"),
    ],
)
def test_what_is_no_call_is_refused_before_anybody_is_asked_who_they_are(
    ramsts: FakeCloud, query: str, code: str
) -> None:
    assert ramsts.handle(unsigned("ram.aliyuncs.com", query)).json()["Code"] == code


def test_a_host_that_nothing_answers_for_says_how_to_answer(ramsts: FakeCloud) -> None:
    body = ramsts.handle(unsigned("dysmsapi.aliyuncs.com", "Action=SendSms")).json()

    assert body["Code"] == "InvalidProduct.NotFound"
    assert "cloud.add_service(...)" in body["Message"]


def test_an_answer_bears_the_request_id_in_body_and_headers(
    ramsts: FakeCloud, ram_user: User
) -> None:
    clients.sts(ram_user.access_key).get_caller_identity()
    response: Response = ramsts.calls.last.response
    headers = Headers(response.headers)

    assert response.json()["RequestId"] == headers.get("x-acs-request-id")
    assert headers.get("x-acs-request-id") == ramsts.calls.last.request_id


@pytest.mark.filterwarnings("ignore:do_action:DeprecationWarning")
def test_an_answer_in_xml_says_the_same(ramsts: FakeCloud) -> None:
    ramsts.account.create_user("alice", display_name="A <b>")
    request = GetUserRequest()
    request.set_accept_format("XML")
    request.set_UserName("alice")

    # Only the deprecated way lets an application choose: the other one asks for JSON.
    text = clients.legacy(ramsts.admin_key).do_action(request).decode()

    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<GetUserResponse>')
    assert "<UserName>alice</UserName><DisplayName>A &lt;b&gt;</DisplayName>" in text


# What a test may switch off, for a block


def test_soft_mode_lets_through_what_would_be_refused_and_records_it(
    ramsts: FakeCloud, ram_user: User
) -> None:
    ram = clients.ram(ram_user.access_key)
    with ramsts.in_mode("soft"):
        ram.create_user(models.CreateUserRequest(user_name="alice"))

    assert "alice" in ramsts.account.users
    assert ramsts.calls.last.denied
    with pytest.raises(ClientException):
        ram.create_user(models.CreateUserRequest(user_name="bob"))


def test_with_permissions_off_signatures_still_count(ramsts: FakeCloud, ram_user: User) -> None:
    with ramsts.in_mode("off"):
        clients.ram(ram_user.access_key).create_user(models.CreateUserRequest(user_name="alice"))
        error = refusal(Stranger(ram_user.access_key.id, "wrong"))

    assert ramsts.calls[0].decision is None
    assert error.code == "SignatureDoesNotMatch"


def test_a_programmed_answer_is_given_only_to_those_who_may_ask(
    ramsts: FakeCloud, ram_user: User
) -> None:
    ramsts.reply("ram:GetUser", ApiError("Throttling.User", "slow down", status=400))
    request = models.GetUserRequest(user_name="alice")
    ram = clients.ram(ram_user.access_key)

    with pytest.raises(ClientException) as refused:
        ram.get_user(request)
    ram_user.attach(Policy(allow("ram:GetUser")))
    with pytest.raises(ClientException) as programmed:
        ram.get_user(request)

    assert (refused.value.code, programmed.value.code) == ("NoPermission", "Throttling.User")


def test_a_defect_inside_is_an_internal_error_and_is_told_at_the_end() -> None:
    broken = Service("broken", hosts=["broken.aliyuncs.com"], version="1")

    @broken.operation()
    def fail() -> dict[str, Any]:
        raise ZeroDivisionError

    cloud = FakeCloud()
    cloud.add_service(broken)
    cloud.__enter__()
    with pytest.raises(AlibabaCloudException) as caught:
        _call(cloud, "broken.aliyuncs.com", "Fail", "1")
    with pytest.raises(ZeroDivisionError):
        cloud.__exit__(None, None, None)

    assert (caught.value.code, caught.value.status_code) == ("InternalError", 500)


def test_a_defect_where_a_refusal_is_worded_is_an_internal_error_too() -> None:
    def worded(error: ApiError, *_: Any) -> ApiError:
        raise KeyError(error.code)

    broken = Service("broken", hosts=["broken.aliyuncs.com"], version="1", worded=worded)
    cloud = FakeCloud()
    cloud.add_service(broken)
    cloud.__enter__()
    with pytest.raises(AlibabaCloudException) as caught:
        _call(cloud, "broken.aliyuncs.com", "Fail", "1")
    with pytest.raises(KeyError, match=r"InvalidApi\.NotFound"):
        cloud.__exit__(None, None, None)

    assert (caught.value.code, caught.value.status_code) == ("InternalError", 500)
    assert cloud.calls.last.code == "InternalError"


def _call(cloud: FakeCloud, host: str, action: str, version: str) -> Any:
    key = cloud.admin_key
    client = Client(Config(access_key_id=key.id, access_key_secret=key.secret, endpoint=host))
    params = Params(
        action=action,
        version=version,
        protocol="HTTPS",
        pathname="/",
        method="POST",
        auth_type="AK",
        style="RPC",
        req_body_type="formData",
        body_type="json",
    )
    return client.call_api(params, OpenApiRequest(query={}), RuntimeOptions())
