"""An account in which everything exists once, and once more without ties: what the table of
operations asks about.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pytest_ramsts import (
    AccessKey,
    Account,
    FakeCloud,
    Group,
    ManagedPolicy,
    Policy,
    Role,
    User,
    allow,
)
from pytest_ramsts.identity import Application, MfaDevice
from pytest_ramsts.identity.applications import install

Parameters = Mapping[str, Any]

READING = Policy(allow("ots:GetRow"))
METADATA = '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://x"/>'
NETWORK_POLICY = json.dumps(
    {
        "Version": 1,
        "Status": "Active",
        "Statements": [{"Type": "ClassicWhiteList", "IPList": ["203.0.113.0/24"]}],
    }
)
PASSWORD = "correct-Horse-7"


@dataclass(frozen=True)
class Furnished:
    """The account, and what stands in it. `spare` things have no ties to anything."""

    cloud: FakeCloud
    account: Account
    alice: User
    key: AccessKey
    readers: Group
    reader: Role
    reading: ManagedPolicy
    device: MfaDevice
    spare_device: MfaDevice
    stranger: User
    application: Application

    @property
    def upn(self) -> str:
        return self.alice.principal_name

    def named(self, name: str) -> str:
        """A user's name as IMS has it."""
        return f"{name}@{self.account.default_domain}"


def furnish(cloud: FakeCloud) -> Furnished:
    account = cloud.account
    tags = {"team": "data"}
    account.set_alias("acme")
    reading = account.create_policy("reading", READING, description="Reads rows.", tags=tags)
    reading.create_version(READING)
    account.create_policy("spare", READING)
    readers = account.create_group(
        "readers", policies=[reading], comments="They read.", display_name="Readers"
    )
    account.create_group("spare")
    reader = account.create_role(
        "reader", policies=[reading], description="Reads.", tags=tags, trusted=account
    )
    account.create_role("spare")
    alice = account.create_user(
        "alice",
        policies=[reading],
        display_name="Alice",
        email="alice@example.com",
        mobile_phone="86-18688880000",
        comments="The first.",
        tags=tags,
    )
    key = alice.create_access_key()
    key.last_used, key.last_service = cloud.clock.time(), "oss"
    key.restrict_network("203.0.113.0/24")
    readers.add(alice)
    profile = alice.create_login_profile(PASSWORD, mfa_bind_required=True)
    device = alice.bind_mfa_device()
    profile.log_in(PASSWORD, device.code)
    account.create_user("spare")
    stranger = account.create_user("stranger")
    spare_device = account.create_mfa_device("spare")
    account.create_oidc_provider(
        "oidc",
        "https://idp.example.com",
        client_ids=["app"],
        fingerprints=["00" * 20],
        description="Whom we trust.",
    )
    account.create_saml_provider("saml", METADATA, description="Whom we trust, too.")
    alice.create_service_credential("builds", "devs.aliyuncs.com", days=30)
    alice.register_passkey("laptop").last_used = cloud.clock.time()
    alice.verification |= {"sms": "86-18688880000", "email": "alice@example.com"}
    application = account.create_application(
        "portal", "Portal", redirect_uris="https://portal.example.com", is_multi_tenant=True
    )
    application.create_secret()
    install(account, application.id)
    return Furnished(
        cloud,
        account,
        alice,
        key,
        readers,
        reader,
        reading,
        device,
        spare_device,
        stranger,
        application,
    )


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def trust_of(account: Account) -> str:
    return json.dumps(
        {
            "Version": "1",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"RAM": [account.arn]},
                }
            ],
        }
    )
