"""IMS shows what RAM shows: one state, two doors."""

from __future__ import annotations

import base64
import csv
import io
from typing import Any

import pytest
from alibabacloud_ims20190815 import models as ims_models
from alibabacloud_ram20150501 import models as ram_models
from alibabacloud_tea_openapi.exceptions import ClientException

from pytest_ramsts import FakeCloud, Policy, User, allow

from . import clients


@pytest.fixture
def ram(ramsts: FakeCloud) -> Any:
    return clients.ram(ramsts.admin_key)


@pytest.fixture
def ims(ramsts: FakeCloud) -> Any:
    return clients.ims(ramsts.admin_key)


def test_what_ram_creates_ims_lists_and_the_other_way_round(
    ramsts: FakeCloud, ram: Any, ims: Any
) -> None:
    ram.create_user(ram_models.CreateUserRequest(user_name="alice"))
    ims.create_user(
        ims_models.CreateUserRequest(
            user_principal_name=f"bob@{ramsts.account.id}.onaliyun.com", display_name="Bob"
        )
    )

    by_ims = ims.list_users(ims_models.ListUsersRequest()).body.users.user
    by_ram = ram.list_users(ram_models.ListUsersRequest()).body.users.user

    assert [user.user_id for user in by_ims] == [user.user_id for user in by_ram]
    assert [user.user_name for user in by_ram] == ["alice", "bob"]
    assert [user.user_principal_name for user in by_ims] == [
        f"{name}@{ramsts.account.id}.onaliyun.com" for name in ("alice", "bob")
    ]


def test_a_user_is_found_by_login_id_and_key(ram_user: User, ims: Any) -> None:
    found = [
        ims.get_user(ims_models.GetUserRequest(**asked)).body.user.user_name
        for asked in (
            {"user_principal_name": ram_user.principal_name},
            {"user_id": ram_user.id},
            {"user_access_key_id": ram_user.access_key.id},
        )
    ]

    assert found == [ram_user.name] * 3


def test_a_login_of_another_domain_is_nobody(ramsts: FakeCloud, ims: Any) -> None:
    ramsts.account.create_user("alice")

    with pytest.raises(ClientException) as caught:
        ims.get_user(ims_models.GetUserRequest(user_principal_name="alice@elsewhere.onaliyun.com"))

    assert caught.value.code == "EntityNotExist.User"


def test_the_default_domain_is_the_alias_and_the_id_s_works_on(
    ramsts: FakeCloud, ram: Any, ims: Any
) -> None:
    ramsts.account.create_user("alice")

    ims.set_default_domain(
        ims_models.SetDefaultDomainRequest(default_domain_name="acme.onaliyun.com")
    )

    assert ram.get_account_alias().body.account_alias == "acme"
    for domain in ("acme", ramsts.account.id):
        login = f"alice@{domain}.onaliyun.com"
        user = ims.get_user(ims_models.GetUserRequest(user_principal_name=login)).body.user
        assert user.user_principal_name == "alice@acme.onaliyun.com"


def test_an_administrator_of_one_user_may_not_touch_another_through_ims_either(
    ramsts: FakeCloud,
) -> None:
    ramsts.account.create_user("alice")
    bob = ramsts.account.create_user("bob")
    helper = ramsts.account.create_user(policies=[Policy(allow("ram:*", on=bob))])
    ims = clients.ims(helper.access_key)

    ims.update_user(ims_models.UpdateUserRequest(user_id=bob.id, new_comments="seen"))
    with pytest.raises(ClientException) as caught:
        ims.update_user(
            ims_models.UpdateUserRequest(
                user_principal_name=f"alice@{ramsts.account.id}.onaliyun.com", new_comments="no"
            )
        )

    assert bob.comments == "seen"
    assert caught.value.code == "NoPermission"
    assert ramsts.calls.last.resources == (ramsts.account.users["alice"].arn,)


def test_flat_lists_and_tags_arrive_and_filter(ramsts: FakeCloud, ims: Any) -> None:
    one, other = ramsts.account.create_user("one"), ramsts.account.create_user("other")
    ims.tag_resources(
        ims_models.TagResourcesRequest(
            resource_type="user",
            resource_id=[one.id, other.id],
            tag=[
                ims_models.TagResourcesRequestTag(key="team", value="data"),
                ims_models.TagResourcesRequestTag(key="floor", value="2"),
            ],
        )
    )
    ims.untag_resources(
        ims_models.UntagResourcesRequest(
            resource_type="user", resource_id=[other.id], tag_key=["team"]
        )
    )

    listed = ims.list_users(
        ims_models.ListUsersRequest(tag=[ims_models.ListUsersRequestTag(key="team", value="data")])
    ).body.users.user

    assert one.tags == {"team": "data", "floor": "2"}
    assert other.tags == {"floor": "2"}
    assert [user.user_id for user in listed] == [one.id]


def test_tags_are_listed_page_by_page(ramsts: FakeCloud, ims: Any) -> None:
    for name in ("one", "two"):
        ramsts.account.create_user(name).tag({"a": "1", "b": "2"})
    seen, token, pages = [], None, 0
    while True:
        body = ims.list_tag_resources(
            ims_models.ListTagResourcesRequest(resource_type="user", page_size=3, next_token=token)
        ).body
        seen += [(tag.resource_id, tag.tag_key) for tag in body.tag_resources.tag_resource]
        pages, token = pages + 1, body.next_token
        if not token:
            break

    assert pages == 2
    assert len(seen) == len(set(seen)) == 4


@pytest.mark.parametrize("key", ["", "aliyun-x", "acs:x", "x" * 129, "http://x"])
def test_a_tag_key_follows_the_rules(ram_user: User, ims: Any, key: str) -> None:
    with pytest.raises(ClientException) as caught:
        ims.tag_resources(
            ims_models.TagResourcesRequest(
                resource_type="user",
                resource_id=[ram_user.id],
                tag=[ims_models.TagResourcesRequestTag(key=key, value="v")],
            )
        )

    assert caught.value.code.startswith("InvalidParameter.Tag")
    assert ram_user.tags == {}


def test_the_credential_report_is_a_table_of_everybody(ramsts: FakeCloud, ims: Any) -> None:
    with pytest.raises(ClientException):
        ims.get_credential_report(ims_models.GetCredentialReportRequest())
    user = ramsts.account.create_user("alice")
    user.create_access_key()
    user.create_login_profile("correct-Horse-7")

    assert ims.generate_credential_report().body.state == "COMPLETE"
    body = ims.get_credential_report(ims_models.GetCredentialReportRequest()).body
    rows = list(csv.DictReader(io.StringIO(base64.b64decode(body.content).decode())))

    assert [row["user"] for row in rows] == ["<root>", user.principal_name]
    assert rows[1]["password_exist"] == rows[1]["access_key_1_active"] == "TRUE"
    assert rows[1]["mfa_active"] == rows[1]["access_key_2_exist"] == "FALSE"


def test_the_summary_counts(ramsts: FakeCloud, ims: Any) -> None:
    user = ramsts.account.create_user()
    user.bind_mfa_device()
    ramsts.account.create_mfa_device("drawer")
    ramsts.account.create_role()

    summary = ims.get_account_summary().body.summary_map

    assert (summary.users, summary.roles, summary.groups) == (1, 1, 0)
    assert (summary.mfadevices, summary.mfadevices_in_use) == (2, 1)
    assert summary.users_quota == 5000


def test_the_last_use_of_a_key_names_the_service(ram_user: User, ims: Any) -> None:
    clients.sts(ram_user.access_key).get_caller_identity()

    used = ims.get_access_key_last_used(
        ims_models.GetAccessKeyLastUsedRequest(
            user_principal_name=ram_user.principal_name,
            user_access_key_id=ram_user.access_key.id,
        )
    ).body.access_key_last_used

    assert used.service_name == "Sts"
    assert used.last_used_date


def test_an_application_of_another_account_is_installed_if_it_is_for_all(
    ramsts: FakeCloud, ims: Any
) -> None:
    other = ramsts.create_account()
    for_all = other.create_application("for-all", is_multi_tenant=True)
    private = other.create_application("private")

    installed = ims.provision_external_application(
        ims_models.ProvisionExternalApplicationRequest(app_id=for_all.id, scopes="openid;profile")
    ).body.external_application
    with pytest.raises(ClientException) as caught:
        ims.provision_external_application(
            ims_models.ProvisionExternalApplicationRequest(app_id=private.id)
        )
    for_all.delete()

    scopes = installed.delegated_scope.predefined_scopes.predefined_scope
    assert [scope.name for scope in scopes] == ["openid", "profile"]
    assert caught.value.code == "EntityNotExist.Application"
    assert not ramsts.account.installations


@pytest.mark.parametrize(
    "policy",
    [
        "{",
        "[]",
        '{"Status": "On", "Statements": []}',
        '{"Status": "Active", "Statements": [{"Type": "ClassicWhiteList", "IPList": ["here"]}]}',
        '{"Status": "Active", "Statements": [{"Type": "Other", "IPList": []}]}',
    ],
)
def test_a_network_policy_has_to_be_one(ram_user: User, ims: Any, policy: str) -> None:
    with pytest.raises(ClientException) as caught:
        ims.set_access_key_policy(
            ims_models.SetAccessKeyPolicyRequest(
                user_principal_name=ram_user.principal_name,
                user_access_key_id=ram_user.access_key.id,
                access_key_policy=policy,
            )
        )

    assert caught.value.code == "InvalidParameter.AccessKeyPolicy.Format"
