"""STS through its official SDKs: who a caller is, and what AssumeRole gives out and refuses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alibabacloud_sts20150401 import models
from alibabacloud_tea_openapi.exceptions import ClientException
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdksts.request.v20150401.AssumeRoleRequest import AssumeRoleRequest
from aliyunsdksts.request.v20150401.GetCallerIdentityRequest import GetCallerIdentityRequest

from pytest_ramsts import Account, FakeCloud, Policy, Role, User, allow, deny

from . import clients


def assume(caller: Any, role: Role | str, **values: Any) -> Any:
    arn = role if isinstance(role, str) else role.arn
    values = {"role_session_name": "job", **values}
    request = models.AssumeRoleRequest(role_arn=arn, **values)
    return clients.sts(caller).assume_role(request).body


def refusal(caller: Any, role: Role | str, **values: Any) -> ClientException:
    with pytest.raises(ClientException) as caught:
        assume(caller, role, **values)
    return caught.value


def test_an_owner_is_an_account(ramsts: FakeCloud) -> None:
    identity = clients.sts(ramsts.admin_key).get_caller_identity().body

    assert identity.identity_type == "Account"
    assert identity.account_id == identity.principal_id == ramsts.account.id
    assert identity.arn == f"acs:ram::{ramsts.account.id}:root"
    assert identity.user_id is identity.role_id is None


def test_a_user_needs_no_permission_to_ask_who_it_is(ram_user: User) -> None:
    identity = clients.sts(ram_user.access_key).get_caller_identity().body

    assert identity.identity_type == "RAMUser"
    assert identity.user_id == identity.principal_id == ram_user.id
    assert identity.arn == f"acs:ram::{ram_user.account.id}:user/{ram_user.name}"


def test_a_session_is_the_role_it_assumed(ram_user: User, ram_role: Role) -> None:
    given = assume(ram_user.access_key, ram_role)
    identity = clients.legacy(ram_user.account.world.credentials(given.credentials.access_key_id))
    answer = clients.ask(identity, GetCallerIdentityRequest())

    assert answer["IdentityType"] == "AssumedRoleUser"
    assert answer["RoleId"] == ram_role.id
    assert answer["PrincipalId"] == given.assumed_role_user.assumed_role_id == f"{ram_role.id}:job"
    assert answer["Arn"] == f"acs:ram::{ram_role.account.id}:assumed-role/{ram_role.name}/job"
    assert given.assumed_role_user.arn == f"{ram_role.arn}/job"


def test_credentials_last_an_hour_unless_something_else_is_asked(
    ramsts: FakeCloud, ram_user: User, ram_role: Role
) -> None:
    ramsts.clock.freeze("2026-03-01T08:00:00Z")

    assert assume(ram_user.access_key, ram_role).credentials.expiration == "2026-03-01T09:00:00Z"
    shorter = assume(ram_user.access_key, ram_role, duration_seconds=900)
    assert shorter.credentials.expiration == "2026-03-01T08:15:00Z"


def test_a_role_lends_itself_for_as_long_as_it_says(
    ramsts: FakeCloud, ram_user: User, ram_role: Role
) -> None:
    ram_role.update(max_session_duration=7200)
    given = assume(ram_user.access_key, ram_role, duration_seconds=7200)
    session = ramsts.credentials(given.credentials.access_key_id)

    assert getattr(session, "duration", None) == timedelta(hours=2)


@pytest.mark.parametrize("seconds", [12, 899, 3601, 43201])
def test_a_duration_outside_the_role_s_bounds_is_refused(
    ram_user: User, ram_role: Role, seconds: int
) -> None:
    error = refusal(ram_user.access_key, ram_role, duration_seconds=seconds)

    assert (error.code, error.status_code) == ("InvalidParameter.DurationSeconds", 400)
    assert "The Min/Max value of DurationSeconds is 15min/1hr." in str(error)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"role_session_name": "no spaces"}, "InvalidParameter.RoleSessionName"),
        ({"role_session_name": "x"}, "InvalidParameter.RoleSessionName"),
        ({"role_session_name": "x" * 65}, "InvalidParameter.RoleSessionName"),
        ({"external_id": "!"}, "InvalidParameter.ExternalId"),
        ({"policy": "{"}, "InvalidParameter.PolicyGrammar"),
        ({"policy": "{" + " " * 2048 + "}"}, "InvalidParameter.PolicySize"),
        ({"role_session_name": None}, "MissingRoleSessionName"),
    ],
)
def test_what_is_wrongly_formed_is_refused_with_its_own_code(
    ram_user: User, ram_role: Role, values: dict[str, str], code: str
) -> None:
    assert refusal(ram_user.access_key, ram_role, **values).code == code


@pytest.mark.parametrize("arn", ["reader", "acs:ram::me:role/reader", "acs:ram::1:user/reader"])
def test_a_malformed_role_arn_is_no_missing_role(ram_user: User, arn: str) -> None:
    assert refusal(ram_user.access_key, arn).code == "InvalidParameter.RoleArn"


def test_a_role_that_does_not_exist_is_said_to(ram_user: User) -> None:
    error = refusal(ram_user.access_key, f"acs:ram::{ram_user.account.id}:role/nobody")

    assert (error.code, error.status_code) == ("EntityNotExist.Role", 404)


def test_an_account_s_owner_may_not_assume_roles(ramsts: FakeCloud, ram_role: Role) -> None:
    error = refusal(ramsts.admin_key, ram_role)

    assert (error.code, error.status_code) == ("NoPermission", 403)
    assert "Roles may not be assumed by root accounts." in str(error)


def test_who_is_trusted_needs_permission_too(ram_account: Account) -> None:
    user = ram_account.create_user()
    role = ram_account.create_role(trusted=user)

    error = refusal(user.access_key, role)

    assert error.code == "NoPermission"
    assert error.access_denied_detail["PolicyType"] == "AccountLevelIdentityBasedPolicy"
    assert error.access_denied_detail["NoPermissionType"] == "ImplicitDeny"


def test_who_has_permission_needs_to_be_trusted_too(ram_account: Account) -> None:
    user = ram_account.create_user(policies=["AliyunSTSAssumeRoleAccess"])
    role = ram_account.create_role(trusted=ram_account.create_user("somebody-else"))

    error = refusal(user.access_key, role)

    assert error.code == "NoPermission"
    assert error.access_denied_detail["PolicyType"] == "AssumeRolePolicy"


def test_the_external_id_is_a_condition_of_trust(ram_account: Account) -> None:
    user = ram_account.create_user(policies=["AliyunSTSAssumeRoleAccess"])
    role = ram_account.create_role(
        trusted=Policy(
            allow(
                "sts:AssumeRole",
                on=None,
                principal={"RAM": [user]},
                when={"StringEquals": {"sts:ExternalId": "contract-7"}},
            )
        )
    )

    assert assume(user.access_key, role, external_id="contract-7").credentials
    assert refusal(user.access_key, role, external_id="contract-8").code == "NoPermission"
    assert refusal(user.access_key, role).code == "NoPermission"


def test_a_role_is_lent_to_another_account_that_it_trusts(ramsts: FakeCloud) -> None:
    other = ramsts.create_account("partner")
    partner = other.create_user("partner", policies=["AliyunSTSAssumeRoleAccess"])
    role = ramsts.account.create_role("shared", trusted=other)
    private = ramsts.account.create_role("private")

    given = assume(partner.access_key, role)

    assert given.assumed_role_user.arn == f"acs:ram::{ramsts.account.id}:role/shared/job"
    assert refusal(partner.access_key, private).code == "NoPermission"


def test_a_session_policy_narrows_and_never_widens(ramsts: FakeCloud, ram_user: User) -> None:
    role = ramsts.account.create_role(
        trusted=ram_user, policies=[Policy(allow("ots:GetRow", "ots:PutRow"))]
    )
    ram_user.attach(Policy(allow("sts:AssumeRole", on=role)))
    only_reading = Policy(allow("ots:GetRow", "ots:DeleteRow")).text
    given = assume(ram_user.access_key, role, policy=only_reading).credentials
    session = ramsts.credentials(given.access_key_id)

    assert session.can("ots:GetRow")
    assert not session.can("ots:PutRow")
    assert not session.can("ots:DeleteRow")


def test_a_session_may_assume_the_next_role_and_has_that_one_s_rights_only(
    ramsts: FakeCloud, ram_user: User, ram_role: Role
) -> None:
    ram_role.attach("AliyunSTSAssumeRoleAccess")
    second = ramsts.account.create_role(trusted=ram_role, policies=[Policy(allow("iot:Pub"))])
    first = assume(ram_user.access_key, ram_role).credentials
    chained = assume(ramsts.world.credentials(first.access_key_id), second).credentials
    session = ramsts.credentials(chained.access_key_id)

    assert session.can("iot:Pub")
    assert not session.can("sts:AssumeRole", on=second)


def test_the_credentials_speak_for_the_role_until_they_expire(
    ramsts: FakeCloud, ram_user: User, ram_role: Role
) -> None:
    given = assume(ram_user.access_key, ram_role).credentials
    session = ramsts.world.credentials(given.access_key_id)
    assert clients.sts(session).get_caller_identity().body.identity_type == "AssumedRoleUser"

    ramsts.clock.advance(hours=1)
    with pytest.raises(ClientException) as caught:
        clients.sts(session).get_caller_identity()

    assert caught.value.code == "InvalidSecurityToken.Expired"


def test_the_older_sdk_gets_the_same_credentials_and_the_same_refusals(
    ram_user: User, ram_role: Role
) -> None:
    client = clients.legacy(ram_user.access_key)
    asked = {"RoleArn": ram_role.arn, "RoleSessionName": "job"}
    answer = clients.ask(client, AssumeRoleRequest(), **asked, DurationSeconds=900)
    with pytest.raises(ServerException) as caught:
        clients.ask(client, AssumeRoleRequest(), **asked, DurationSeconds=12)

    given = answer["Credentials"]
    issued = datetime.now(UTC) + timedelta(minutes=15)
    assert abs(datetime.fromisoformat(given["Expiration"]) - issued) < timedelta(minutes=1)
    assert (
        ram_user.account.world.credentials(given["AccessKeyId"]).secret
        == (given["AccessKeySecret"])
    )
    assert caught.value.error_code == "InvalidParameter.DurationSeconds"
    assert caught.value.http_status == 400


def test_every_regional_host_answers(ram_user: User, ram_role: Role) -> None:
    request = models.AssumeRoleRequest(role_arn=ram_role.arn, role_session_name="job")

    for region in ("cn-hangzhou", "eu-central-1", "ap-southeast-5"):
        assert clients.sts(ram_user.access_key, region).assume_role(request).body.credentials


def test_a_deny_is_final_whatever_allows(ram_user: User, ram_role: Role) -> None:
    ram_user.attach(Policy(deny("sts:*")))

    error = refusal(ram_user.access_key, ram_role)

    assert error.access_denied_detail["NoPermissionType"] == "ExplicitDeny"


def test_a_session_policy_that_names_a_file_is_refused_and_not_read(
    ramsts: FakeCloud, tmp_path: Path
) -> None:
    file = tmp_path / "everything.json"
    file.write_text('{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}')
    role = ramsts.account.create_role("reader")
    user = ramsts.account.create_user("alice", policies=["AliyunSTSAssumeRoleAccess"])
    request = models.AssumeRoleRequest(
        role_arn=role.arn, role_session_name="alice", policy=str(file)
    )

    with pytest.raises(ClientException) as refused:
        clients.sts(user.access_key).assume_role(request)

    assert refused.value.code == "InvalidParameter.PolicyGrammar"
