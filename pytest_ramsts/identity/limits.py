"""The quotas of one account, and what the real cloud leaves open about identities."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pytest_ramsts.policy import DEFAULT
from pytest_ramsts.policy import Settings as PolicySettings


@dataclass(frozen=True, slots=True)
class Limits:
    """How many of each an account may have: the figures of the RAM page "Limits" of December 2025.

    Several can be raised by request in the real cloud, and all of them here:
    `FakeCloud(limits=Limits(users=10))`.
    """

    users: int = 5000
    groups: int = 300
    roles: int = 1000
    policies: int = 1500
    groups_per_user: int = 10
    access_keys_per_user: int = 2
    system_policies_per_grantee: int = 20
    custom_policies_per_grantee: int = 10
    versions_per_policy: int = 5
    mfa_devices: int = 5000
    providers: int = 100
    """SAML providers, and as many OIDC providers."""
    client_ids_per_provider: int = 50
    fingerprints_per_provider: int = 5
    applications: int = 100
    """OAuth applications. Not documented."""
    recycled_days: int = 30
    """How long the recycle bin keeps users and AccessKeys: about a month, by the sample."""
    policy_characters: int = 6144
    trust_policy_characters: int = 2048
    """Not documented; the limit exists, the number is assumed."""
    session_policy_characters: int = 2048


@dataclass(frozen=True, slots=True)
class Settings:
    """What the real cloud leaves open, each choice with its default.

    `FakeCloud(settings=Settings(tokens_survive_disabled_key=False))`
    """

    policy: PolicySettings = field(default=DEFAULT)
    """The open questions of the policy language."""

    deleted_role_code: Literal["InvalidSecurityToken.Malformed", "InvalidSecurityToken.Expired"] = (
        "InvalidSecurityToken.Malformed"
    )
    """What a token of a deleted role gets. That it stops working at once is documented, the code is
    not.
    """

    tokens_survive_disabled_key: bool = True
    """Whether tokens go on working after the AccessKey that asked for them was disabled or deleted.
    Not documented; the vendor's procedure for leaked tokens does not name it as a way to revoke."""

    tokens_survive_deleted_user: bool = True
    """Whether tokens go on working after the user who asked for them was deleted. Not documented.
    """

    session_keys_need_permission: bool = True
    """Whether the user of an RSA key pair must be allowed `sts:GenerateSessionAccessKey`. Only the
    guide of the vendor's credentials library for Java says so, and it says the like of
    AssumeRoleWithOIDC, which nobody signs.
    """

    unknown_trusted: Literal["accepted", "refused"] = "accepted"
    """Whether a trust policy may name a user or role that does not exist. The pages say that it is
    refused, not with which code: here it would be `MalformedPolicyDocument`.
    """

    clock_tolerance: int = 900
    """Seconds that the time of a request may differ from the cloud's: 15 minutes."""

    credentials_form_quoting: bool = True
    """Whether a V1 signature made with `+` for a space is accepted. `alibabacloud_credentials`
    signs so.
    """

    iot_denial: Literal["envelope", "gateway"] = "envelope"
    """How IoT Platform refuses: HTTP 200 with `Success: false` and
    `iot.common.RamActionPermissionDeny`, or the gateway's 403. Both are documented, for
    different callers; the envelope is the one applications overlook.
    """

    ecs_denied_listing: Literal["refused", "empty"] = "refused"
    """How ECS answers who may not list: with 403 `Forbidden.RAM`, as since 20 December 2025, or
    with HTTP 200 and an empty list, as before. An application written earlier may count on the
    list.
    """

    oss_expired_token: Literal["SecurityTokenExpired", "InvalidAccessKeyId"] = (
        "SecurityTokenExpired"
    )
    """What OSS says of an expired token. The first is documented for it; the page of the second
    names expiry among its causes, and applications have met it.
    """

    tablestore_token_refusal: Literal["OTSAuthFailed", "OTSNoPermissionAccess"] = "OTSAuthFailed"
    """What Table Store says of a token that has expired or is none. No page tells; a job with an
    expired token was seen to get `OTSNoPermissionAccess`, with the text of a missing permission.
    """

    tablestore_network_refusal: Literal["OTSAuthFailed", "OTSNoPermissionAccess"] = "OTSAuthFailed"
    """What Table Store says to an AccessKey that is used from where its network policy does not
    admit it. Not documented: by default what it says to a disabled one, as OSS is documented to do.
    """

    source_ip: str = "203.0.113.10"
    """`acs:SourceIp` of intercepted requests, which have no network address of their own, and what
    network policies of AccessKeys look at.
    """

    source_vpc: str = ""
    """The VPC that requests come from, `vpc-…`, with `source_ip` as their address in it; "" if they
    come from the internet. They then carry `acs:SourceVpc` and `acs:VpcSourceIp`.
    """
