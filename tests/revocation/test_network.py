"""From where an AccessKey may be used: the key's own policy, the account's, the internet and VPCs.

By the RAM page "Use network ACL policies to restrict AccessKey pair usage".
"""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from alibabacloud_ims20190815 import models as ims_models
from alibabacloud_ram20150501.models import ListUsersRequest
from alibabacloud_tea_openapi.exceptions import ClientException
from aliyunsdkcore.request import CommonRequest
from mns.account import Account as Mns
from mns.mns_exception import MNSServerException
from tablestore import OTSClient, OTSServiceError

from pytest_ramsts import (
    AccessKey,
    ApiError,
    FakeCloud,
    Policy,
    RamstsError,
    Settings,
    User,
    allow,
)
from pytest_ramsts.identity.network_policies import NetworkPolicy
from tests.sdk import clients

DENIED: Final = "InvalidAccessKeyId.AccessPolicyDenied"

OFFICE: Final = "198.51.100.0/24"
DESK: Final = "198.51.100.7"
CAFE: Final = "203.0.113.10"


@pytest.fixture
def key(ramsts: FakeCloud) -> AccessKey:
    return ramsts.account.create_user("alice", policies=["AliyunRAMReadOnlyAccess"]).access_key


def outcome(credentials: clients.Credentials) -> str:
    try:
        clients.ram(credentials).list_users(ListUsersRequest())
    except ClientException as error:
        return str(error.code)
    return "works"


def seen_from(cloud: FakeCloud, key: AccessKey, address: str, vpc: str = "") -> str:
    with cloud.calling_from(address, vpc=vpc):
        return outcome(key)


# Who is refused, and in which words


def test_a_key_is_refused_from_elsewhere_than_it_may_be_used(
    ramsts: FakeCloud, key: AccessKey
) -> None:
    key.restrict_network(OFFICE)

    with pytest.raises(ClientException) as caught:
        clients.ram(key).list_users(ListUsersRequest())

    error = caught.value
    assert (error.status_code, error.code) == (400, DENIED)
    assert "Specified access key denied due to access policy." in str(error.message)
    assert seen_from(ramsts, key, DESK) == "works"


def test_the_journal_says_which_key_which_address_and_which_policy(
    ramsts: FakeCloud, key: AccessKey
) -> None:
    key.restrict_network(OFFICE, vpcs={"vpc-1": "10.0.0.0/8"})
    outcome(key)
    call = ramsts.calls.last

    assert (call.code, call.claimant, call.caller) == (DENIED, key.owner, None)
    assert call.message == (
        f"Specified access key denied due to access policy. (`{key.id}` is used from `{CAFE}`;"
        f" the network policy of the AccessKey admits {OFFICE}, 10.0.0.0/8 in vpc-1)"
    )


def test_a_refused_call_is_no_use_of_the_key(key: AccessKey) -> None:
    key.restrict_network(OFFICE)
    outcome(key)

    assert key.last_used is None


def test_the_place_counts_before_what_the_request_says(ramsts: FakeCloud, key: AccessKey) -> None:
    """A disabled key is disabled everywhere; of its signature it is told where it may be used."""
    key.restrict_network(OFFICE)
    forged = AccessKey(key.owner, key.id, "wrong", 0)
    told = [outcome(forged), seen_from(ramsts, forged, DESK)]
    key.disable()
    told.append(outcome(forged))

    assert told == [DENIED, "SignatureDoesNotMatch", "InvalidAccessKeyId.Inactive"]


@pytest.mark.parametrize("mode", ["soft", "off"])
def test_it_is_asked_in_every_mode(ramsts: FakeCloud, key: AccessKey, mode: Any) -> None:
    """Modes are about permissions; this is about who is accepted at all."""
    key.restrict_network(OFFICE)
    with ramsts.in_mode(mode):
        assert outcome(key) == DENIED


def test_a_session_may_be_used_from_everywhere(ramsts: FakeCloud, key: AccessKey) -> None:
    role = ramsts.account.create_role(policies=["AliyunRAMReadOnlyAccess"])
    session = role.assume(by=key.owner)
    ramsts.account.restrict_key_network(OFFICE)

    assert [outcome(key), outcome(session)] == [DENIED, "works"]


def test_mns_does_not_ask(ramsts: FakeCloud) -> None:
    key = ramsts.admin_key
    key.restrict_network(OFFICE)
    host = f"https://{ramsts.account.id}.mns.cn-hangzhou.aliyuncs.com"
    mns = Mns(host, key.id, key.secret)
    queues, _ = mns.list_queue()
    key.disable()

    assert queues == []
    with pytest.raises(MNSServerException):
        mns.list_queue()


@pytest.mark.parametrize(
    ("code", "host"),
    [
        ("amqp", "amqp"),
        ("eventbridge", "eventbridge"),
        ("hologram", "hologram"),
        ("mq", "onsmqtt"),
    ],
)
def test_nor_do_others_that_the_page_names(ramsts: FakeCloud, code: str, host: str) -> None:
    ramsts.reply(f"{code}:ListThings", {})
    ramsts.admin_key.restrict_network(OFFICE)
    request = CommonRequest(f"{host}.aliyuncs.com", "2020-01-01", "ListThings")
    request.set_method("POST")

    assert clients.legacy(ramsts.admin_key).do_action_with_exception(request)


@pytest.mark.parametrize("code", ["OTSAuthFailed", "OTSNoPermissionAccess"])
def test_table_store_says_so_in_one_of_two_codes(code: Any) -> None:
    with FakeCloud(settings=Settings(tablestore_network_refusal=code)) as cloud:
        cloud.state("tablestore").create_instance("orders", cloud.account)
        key = cloud.admin_key
        key.restrict_network(OFFICE)
        host = "https://orders.cn-hangzhou.ots.aliyuncs.com"
        with pytest.raises(OTSServiceError) as caught:
            OTSClient(host, key.id, key.secret, "orders").list_table()

    assert caught.value.code == code


# Whose policy counts


def test_the_key_s_policy_goes_before_the_account_s(ramsts: FakeCloud, key: AccessKey) -> None:
    account = ramsts.account
    account.restrict_key_network("192.0.2.1")
    of_account = [seen_from(ramsts, key, where) for where in ("192.0.2.1", DESK)]
    key.restrict_network(OFFICE)
    of_key = [seen_from(ramsts, key, where) for where in ("192.0.2.1", DESK)]

    assert of_account == ["works", DENIED]
    assert of_key == [DENIED, "works"]


def test_an_inactive_policy_of_a_key_leaves_it_to_the_account(
    ramsts: FakeCloud, key: AccessKey
) -> None:
    """For nothing to be restricted both have to be disabled, by the page."""
    ramsts.account.restrict_key_network(OFFICE)
    inactive = {"Status": "Inactive", "Statements": [everywhere()]}
    key.set_network_policy(NetworkPolicy.parse(json.dumps(inactive)))
    told = outcome(key)
    ramsts.account.lift_key_network_restriction()

    assert [told, outcome(key)] == [DENIED, "works"]
    assert "of the account" in ramsts.calls[-2].message


def test_a_key_can_be_excepted_from_the_account_s_policy(ramsts: FakeCloud, key: AccessKey) -> None:
    ramsts.account.restrict_key_network(OFFICE)
    key.restrict_network("0.0.0.0/0", "::/0")

    assert [outcome(key), outcome(ramsts.admin_key)] == ["works", DENIED]


def test_a_restriction_can_be_lifted(key: AccessKey) -> None:
    key.restrict_network(OFFICE)
    told = outcome(key)
    key.lift_network_restriction()

    assert [told, outcome(key)] == [DENIED, "works"]


def test_another_account_is_not_concerned(ramsts: FakeCloud, key: AccessKey) -> None:
    ramsts.create_account("other").restrict_key_network(OFFICE)

    assert outcome(key) == "works"


# From where


@pytest.mark.parametrize(
    ("address", "vpc", "told"),
    [
        (DESK, "", "works"),
        ("198.51.101.1", "", DENIED),
        ("2001:db8::1", "", "works"),
        ("2001:db9::1", "", DENIED),
        ("10.1.2.3", "vpc-1", "works"),
        ("10.1.2.3", "vpc-2", DENIED),
        ("10.1.2.3", "", DENIED),
        ("172.16.0.1", "vpc-1", DENIED),
        (DESK, "vpc-1", DENIED),
    ],
)
def test_the_internet_and_each_vpc_have_their_own_addresses(
    ramsts: FakeCloud, key: AccessKey, address: str, vpc: str, told: str
) -> None:
    key.restrict_network(OFFICE, "2001:db8::/32", vpcs={"vpc-1": ["10.0.0.0/8"]})

    assert seen_from(ramsts, key, address, vpc) == told


def test_without_addresses_of_a_vpc_none_may_use_it(ramsts: FakeCloud, key: AccessKey) -> None:
    key.restrict_network("0.0.0.0/0")

    assert [outcome(key), seen_from(ramsts, key, "10.1.2.3", "vpc-1")] == ["works", DENIED]


def test_without_addresses_of_the_internet_none_may_use_it(
    ramsts: FakeCloud, key: AccessKey
) -> None:
    key.restrict_network(vpcs={"AllowAllVPC": ["0.0.0.0/0", "::/0"]})

    assert [outcome(key), seen_from(ramsts, key, "10.1.2.3", "vpc-1")] == [DENIED, "works"]


def test_a_key_that_nothing_is_listed_for_is_of_no_use(ramsts: FakeCloud, key: AccessKey) -> None:
    key.restrict_network()

    assert [outcome(key), seen_from(ramsts, key, "10.1.2.3", "vpc-1")] == [DENIED, DENIED]
    assert ramsts.calls.last.message.endswith("admits nothing)")


def test_what_is_no_address_is_refused() -> None:
    with FakeCloud(settings=Settings(source_ip="the café")) as cloud:
        cloud.admin_key.restrict_network("0.0.0.0/0", "::/0")
        assert outcome(cloud.admin_key) == DENIED


def test_conditions_see_the_same_address(ramsts: FakeCloud, ram_user: User) -> None:
    ram_user.attach(
        Policy(
            allow("oss:GetObject", when={"IpAddress": {"acs:SourceIp": OFFICE}}),
            allow("kms:Encrypt", when={"StringEquals": {"acs:SourceVpc": "vpc-1"}}),
        )
    )
    asked = ("oss:GetObject", "kms:Encrypt")
    elsewhere = [bool(ram_user.can(action)) for action in asked]
    with ramsts.calling_from(DESK, vpc="vpc-1"):
        there = [bool(ram_user.can(action)) for action in asked]

    assert (elsewhere, there) == ([False, False], [True, True])
    assert not ram_user.can("oss:GetObject")


def test_a_call_comes_from_an_address(ramsts: FakeCloud) -> None:
    with (
        pytest.raises(RamstsError, match="not `office`"),
        ramsts.calling_from("office"),
    ):
        pass


# How it is set


def everywhere() -> dict[str, object]:
    return {"Type": "ClassicWhiteList", "IPList": ["0.0.0.0/0"]}


def test_what_is_set_over_the_wire_is_enforced_and_read_back(
    ramsts: FakeCloud, key: AccessKey
) -> None:
    ims = clients.ims(ramsts.admin_key)
    login = key.owner.principal_name  # type: ignore[union-attr]  # it is a user's
    text = json.dumps({"Status": "Active", "Statements": []})
    ims.set_access_key_policy(
        ims_models.SetAccessKeyPolicyRequest(
            user_principal_name=login, user_access_key_id=key.id, access_key_policy=text
        )
    )
    read = ims.get_access_key_policy(
        ims_models.GetAccessKeyPolicyRequest(user_principal_name=login, user_access_key_id=key.id)
    ).body

    assert outcome(key) == DENIED
    assert read.access_key_policy == text


def test_python_sets_what_the_wire_reads(ramsts: FakeCloud) -> None:
    ramsts.account.restrict_key_network(CAFE, vpcs={"vpc-1": "10.0.0.0/8"})
    ims = clients.ims(ramsts.admin_key)
    read = ims.get_access_key_policy_for_account(
        ims_models.GetAccessKeyPolicyForAccountRequest()
    ).body

    assert json.loads(read.access_key_policy) == {
        "Version": 1,
        "Status": "Active",
        "Statements": [
            {"Type": "ClassicWhiteList", "IPList": [CAFE]},
            {"Type": "VPCWhiteList", "Value": "vpc-1", "IPList": ["10.0.0.0/8"]},
        ],
    }


@pytest.mark.parametrize(
    ("policy", "problem"),
    [
        ({"Version": 2, "Status": "Active", "Statements": []}, "Version"),
        ({"Status": "Active", "Statements": None}, "list of 8"),
        ({"Status": "Active", "Statements": [everywhere()] * 2}, "at most is of the Type"),
        ({"Status": "Active", "Statements": [{**everywhere(), "Value": "vpc-1"}]}, "no Value"),
        (
            {"Status": "Active", "Statements": [{"Type": "VPCWhiteList", "IPList": []}]},
            "AllowAllVPC",
        ),
        ({"Status": "Active", "Statements": [{"Type": "Other", "IPList": []}]}, "a Type is"),
        ({"Status": "Active", "Statements": ["all"]}, "an IPList"),
        (
            {"Status": "Active", "Statements": [{**everywhere(), "IPList": [1]}]},
            "`1` is no address",
        ),
        (
            {"Status": "Active", "Statements": [{**everywhere(), "IPList": [CAFE] * 51}]},
            "50 addresses",
        ),
    ],
)
def test_what_no_page_describes_is_refused(policy: object, problem: str) -> None:
    with pytest.raises(ApiError, match=problem) as caught:
        NetworkPolicy.parse(json.dumps(policy))

    assert caught.value.code == "InvalidParameter.AccessKeyPolicy.Format"


def test_a_policy_that_names_no_address_sets_nothing(key: AccessKey) -> None:
    with pytest.raises(ApiError, match="`office` is no address"):
        key.restrict_network("office")

    assert key.network_policy is None
    assert outcome(key) == "works"
