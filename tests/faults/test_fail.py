"""`fail`: which calls a fault strikes, and what it does to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from alibabacloud_iot20180120.client import Client as Iot
from alibabacloud_iot20180120.models import QueryProductListRequest
from alibabacloud_ram20150501.client import Client as Ram
from alibabacloud_ram20150501.models import CreateUserRequest, GetUserRequest
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_sts20150401.models import AssumeRoleRequest
from alibabacloud_tea_openapi.exceptions import (
    AlibabaCloudException,
    ClientException,
    ServerException,
    ThrottlingException,
)
from alibabacloud_tea_openapi.models import Config

from pytest_ramsts import ApiError, Clock, FakeCloud, RamstsError, Role, Session, User, faults
from pytest_ramsts.cloud import Who
from pytest_ramsts.service import Invocation


def config(credentials: Any, **more: Any) -> Config:
    return Config(
        access_key_id=credentials.id,
        access_key_secret=credentials.secret,
        security_token=credentials.security_token or None,
        region_id="cn-hangzhou",
        **more,
    )


@pytest.fixture
def admin(ramsts: FakeCloud) -> Ram:
    return Ram(config(ramsts.admin_key))


def outcomes(calls: int, call: Callable[[], Any]) -> list[str]:
    """The code of each refusal, "ok" for the rest."""
    found = []
    for _ in range(calls):
        try:
            call()
        except AlibabaCloudException as error:
            found.append(str(error.code))
        else:
            found.append("ok")
    return found


def who(credentials: Any) -> Callable[[], Any]:
    ask: Callable[[], Any] = Sts(config(credentials)).get_caller_identity
    return ask


def test_a_fault_strikes_as_often_as_it_is_told(ramsts: FakeCloud) -> None:
    failing = ramsts.fail("sts:GetCallerIdentity", "Throttling.User", times=2)

    assert outcomes(4, who(ramsts.admin_key)) == ["Throttling.User", "Throttling.User", "ok", "ok"]
    assert failing.struck == 2


def test_without_a_number_it_strikes_to_the_end(ramsts: FakeCloud) -> None:
    ramsts.fail("sts:GetCallerIdentity", "ServiceUnavailable")

    assert outcomes(3, who(ramsts.admin_key)) == ["ServiceUnavailable"] * 3


def test_in_a_block_it_ends_with_the_block(ramsts: FakeCloud) -> None:
    call = who(ramsts.admin_key)
    with ramsts.fail("sts:GetCallerIdentity", "InternalError"):
        assert outcomes(1, call) == ["InternalError"]

    assert outcomes(1, call) == ["ok"]


def test_the_first_calls_may_be_spared(ramsts: FakeCloud) -> None:
    ramsts.fail("sts:GetCallerIdentity", "Throttling", skip=2, times=1)

    assert outcomes(4, who(ramsts.admin_key)) == ["ok", "ok", "Throttling", "ok"]


def test_several_faults_strike_in_the_order_in_which_they_were_arranged(ramsts: FakeCloud) -> None:
    ramsts.fail("sts:GetCallerIdentity", "Throttling", times=1)
    ramsts.fail("sts", "InternalError", times=2)

    assert outcomes(4, who(ramsts.admin_key)) == [
        "Throttling",
        "InternalError",
        "InternalError",
        "ok",
    ]


@pytest.mark.parametrize("action", ["sts:getcalleridentity", "sts", "*"])
def test_it_is_arranged_for_an_operation_a_service_or_all(ramsts: FakeCloud, action: str) -> None:
    ramsts.fail(action, "Throttling")

    assert outcomes(1, who(ramsts.admin_key)) == ["Throttling"]


def test_another_operation_is_spared(ramsts: FakeCloud, admin: Ram) -> None:
    ramsts.fail("ram:GetUser", "Throttling")
    admin.create_user(CreateUserRequest(user_name="alice"))

    assert outcomes(1, lambda: admin.get_user(GetUserRequest(user_name="alice"))) == ["Throttling"]


def test_an_unknown_action_is_refused(ramsts: FakeCloud) -> None:
    with pytest.raises(RamstsError, match="no service here has an operation for `sts:Assume`"):
        ramsts.fail("sts:Assume", "Throttling")


def test_it_may_strike_the_calls_of_one_caller_only(
    ramsts: FakeCloud, ram_user: User, sts_credentials: Session, ram_role: Role
) -> None:
    another = ram_user.create_access_key()
    expected_of: dict[Who, list[bool]] = {
        ram_user: [True, True, False],
        another: [False, True, False],
        sts_credentials: [False, False, True],
        ram_role: [False, False, True],
        ramsts.account: [False, False, False],
    }
    for by, expected in expected_of.items():
        with ramsts.fail("sts", "Throttling", by=by):
            struck = [
                outcomes(1, who(credentials)) == ["Throttling"]
                for credentials in (ram_user.access_key, another, sts_credentials)
            ]

        assert struck == expected, by


def test_it_may_strike_where_a_predicate_says_so(ramsts: FakeCloud, admin: Ram) -> None:
    def for_alice(invocation: Invocation) -> bool:
        return invocation.parameters["UserName"] == "alice"

    ramsts.fail("ram:CreateUser", "InternalError", when=for_alice)
    names = iter(["bob", "alice", "carol"])
    codes = outcomes(3, lambda: admin.create_user(CreateUserRequest(user_name=next(names))))

    assert codes == ["ok", "InternalError", "ok"]


def test_chance_follows_from_the_seed() -> None:
    def run(seed: int) -> list[str]:
        with FakeCloud(seed=seed) as cloud:
            cloud.fail("sts", "Throttling", probability=0.5)
            return outcomes(20, who(cloud.admin_key))

    assert run(1) == run(1) != run(2)
    assert set(run(1)) == {"ok", "Throttling"}


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("Throttling", 400, ClientException),
        ("Throttling.User", 400, ClientException),
        ("Throttling.Api", 400, ClientException),
        ("InternalError", 500, ServerException),
        ("ServiceUnavailable", 503, ServerException),
        ("Anything.Else", 400, ClientException),
    ],
)
def test_a_code_has_its_real_status(
    ramsts: FakeCloud, code: str, status: int, kind: type[Exception]
) -> None:
    ramsts.fail("sts", code)
    with pytest.raises(kind) as caught:
        who(ramsts.admin_key)()

    assert (caught.value.code, caught.value.status_code) == (code, status)  # type: ignore[attr-defined]


def test_status_and_message_may_be_said(ramsts: FakeCloud) -> None:
    ramsts.fail("sts", ApiError("Throttling.Api", "Slow down.", status=429), times=1)
    ramsts.fail("sts", "Throttling.Api", status=429)
    for message in ("Slow down.", "api flow control"):
        with pytest.raises(ClientException, match=message) as caught:
            who(ramsts.admin_key)()
        assert caught.value.status_code == 429


def test_a_throttled_client_is_told_when_to_come_back(ramsts: FakeCloud) -> None:
    ramsts.fail("sts", "Throttling.User", retry_after=1500)
    with pytest.raises(ThrottlingException) as caught:
        who(ramsts.admin_key)()

    assert caught.value.retry_after == 1500


def test_the_call_is_recorded_with_who_made_it_and_what_it_got(
    ramsts: FakeCloud, ram_user: User
) -> None:
    ramsts.fail("sts", "Throttling.User")
    outcomes(1, who(ram_user.access_key))

    call = ramsts.calls.last
    assert (call.caller, call.action, call.code, call.status) == (
        ram_user,
        "sts:GetCallerIdentity",
        "Throttling.User",
        400,
    )
    assert call.decision is None


@pytest.mark.parametrize(
    ("fault", "done", "code"),
    [
        (faults.refusal("InternalError"), False, "InternalError"),
        (faults.ConnectionRefused(), False, "Connection refused"),
        (faults.ConnectionReset(), True, "Connection reset by peer"),
        (faults.ConnectionReset(done=False), False, "Connection reset by peer"),
        (faults.ReadTimeout(), True, "timed out"),
        (faults.ReadTimeout(done=False), False, "timed out"),
        (faults.Truncated(), True, ""),
        (faults.Malformed(), True, ""),
    ],
)
def test_whether_it_was_done_all_the_same(
    ramsts: FakeCloud, admin: Ram, fault: faults.Fault, done: bool, code: str
) -> None:
    ramsts.fail("ram:CreateUser", fault)
    with pytest.raises(Exception):  # noqa: B017, PT011 - which one is the catalogue's business
        admin.create_user(CreateUserRequest(user_name="alice"))

    assert ("alice" in ramsts.account.users) == done
    assert ramsts.calls.last.code == code


def test_a_fault_comes_after_the_signature_and_before_permission(
    ramsts: FakeCloud, ram_user: User
) -> None:
    ramsts.fail("ram:CreateUser", "Throttling")
    request = CreateUserRequest(user_name="alice")
    forged = config(ram_user.access_key)
    forged.access_key_secret = "wrong"

    assert outcomes(1, lambda: Ram(forged).create_user(request)) == ["SignatureDoesNotMatch"]
    assert outcomes(1, lambda: Ram(config(ram_user.access_key)).create_user(request)) == [
        "Throttling"
    ]


def test_latency_passes_on_the_clock_and_nobody_waits(
    ramsts: FakeCloud, ramsts_clock: Clock
) -> None:
    ramsts_clock.freeze("2026-03-01T08:00:00Z")
    ramsts.fail("sts", faults.Latency(9))
    who(ramsts.admin_key)()

    assert f"{ramsts_clock.now:%H:%M:%S}" == "08:00:09"


def test_a_client_that_waits_less_gives_up(ramsts: FakeCloud, ramsts_clock: Clock) -> None:
    ramsts_clock.freeze("2026-03-01T08:00:00Z")
    ramsts.fail("sts", faults.Latency(9))
    client = Sts(config(ramsts.admin_key, read_timeout=2000))
    with pytest.raises(Exception, match="Read timed out"):
        client.get_caller_identity()

    assert f"{ramsts_clock.now:%H:%M:%S}" == "08:00:02"


def test_assume_role_gives_out_credentials_that_end_soon(
    ramsts: FakeCloud, ramsts_clock: Clock, ram_user: User, ram_role: Role
) -> None:
    ramsts_clock.freeze("2026-03-01T08:00:00Z")
    ramsts.fail("sts:AssumeRole", faults.ShortLived(seconds=5))
    request = AssumeRoleRequest(role_arn=ram_role.arn, role_session_name="short")
    given = Sts(config(ram_user.access_key)).assume_role(request).body.credentials
    session = ramsts.credentials(given.access_key_id)

    assert given.expiration == "2026-03-01T08:00:05Z"
    assert outcomes(1, who(session)) == ["ok"]
    ramsts_clock.advance(seconds=5)
    assert outcomes(1, who(session)) == ["InvalidSecurityToken.Expired"]


def test_what_is_no_credential_is_left_alone_by_it(ramsts: FakeCloud) -> None:
    ramsts.fail("*", faults.ShortLived(seconds=5))

    assert outcomes(1, who(ramsts.admin_key)) == ["ok"]


def test_the_terms_of_a_refusal_have_no_place_beside_another_fault(ramsts: FakeCloud) -> None:
    with pytest.raises(RamstsError, match="only a refusal has a status"):
        ramsts.fail("sts", faults.ReadTimeout(), status=503)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"times": 0}, "once or more, not 0 times"),
        ({"probability": 0}, "above 0 and at most 1, not 0"),
        ({"probability": 1.5}, "not 1.5"),
    ],
)
def test_what_can_not_strike_is_refused(
    ramsts: FakeCloud, wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(RamstsError, match=message):
        ramsts.fail("sts", "Throttling", **wrong)


def test_a_service_of_ones_own_kind_of_answer_is_spoiled_likewise(
    ramsts: FakeCloud, ram_user: User
) -> None:
    """IoT Platform answers with an envelope; what throttles is the gateway before it."""
    ramsts.fail("iot", "Throttling.User", times=1)
    iot = Iot(config(ram_user.access_key))
    with pytest.raises(ClientException) as caught:
        iot.query_product_list(QueryProductListRequest(current_page=1, page_size=10))

    assert caught.value.code == "Throttling.User"
