"""Chapter 4. Renewed in time.

A service that runs all day can't ask a person for new credentials. The SDK's own provider does it:
it is given a key and a role, assumes the role when credentials are needed, and assumes it again a
quarter of an hour before they expire. The application never sees an expired token, if it asks the
provider each time. These tests show both, with the provider of `alibabacloud_credentials` as it is.
"""

from __future__ import annotations

from typing import Any

import pytest
from alibabacloud_credentials.client import Client as Provider
from alibabacloud_credentials.exceptions import CredentialException
from alibabacloud_credentials.models import Config as ProviderConfig
from alibabacloud_iot20180120.models import QueryProductListRequest
from alibabacloud_tea_openapi.exceptions import ClientException

from pytest_ramsts import Clock, FakeCloud, Role, User

from .clients import iot_client, iot_client_with


@pytest.fixture
def gateway_service(ramsts: FakeCloud) -> User:
    """The user whose key the long-running service was deployed with."""
    return ramsts.account.create_user("gateway-service", policies=["AliyunSTSAssumeRoleAccess"])


@pytest.fixture
def device_reader(ramsts: FakeCloud, gateway_service: User) -> Role:
    return ramsts.account.create_role(
        "device-reader", trusted=gateway_service, policies=["AliyunIOTReadOnlyAccess"]
    )


def provider_for(user: User, role: Role, seconds: int = 3600) -> Any:
    """How an application configures it."""
    return Provider(
        ProviderConfig(
            type="ram_role_arn",
            access_key_id=user.access_key.id,
            access_key_secret=user.access_key.secret,
            role_arn=role.arn,
            role_session_name="gateway",
            role_session_expiration=seconds,
        )
    )


def count_products(iot: Any) -> int:
    request = QueryProductListRequest(current_page=1, page_size=10)
    total: int = iot.query_product_list(request).body.data.total
    return total


def test_the_provider_refreshes_before_expiry(
    ramsts: FakeCloud, ramsts_clock: Clock, gateway_service: User, device_reader: Role
) -> None:
    """An hour's token is renewed after 45 minutes, not before, and long before it is refused."""
    ramsts_clock.freeze("2026-03-02T09:00:00Z")
    iot = iot_client_with(provider_for(gateway_service, device_reader))

    assumed = {}
    for moment in ["09:00", "09:30", "09:44", "09:46", "10:00", "10:30", "10:32", "11:16"]:
        ramsts_clock.travel(f"2026-03-02T{moment}:00Z")
        count_products(iot)
        assumed[moment] = len(ramsts.calls.of("sts:AssumeRole"))

    assert assumed == {
        "09:00": 1,  # the first call needs credentials
        "09:30": 1,
        "09:44": 1,
        "09:46": 2,  # less than 15 minutes are left
        "10:00": 2,  # the first token has expired, and nobody notices
        "10:30": 2,
        "10:32": 3,
        "11:16": 3,
    }
    assert all(call.allowed for call in ramsts.calls)


def test_a_token_that_was_kept_is_not_renewed(
    ramsts_clock: Clock, gateway_service: User, device_reader: Role
) -> None:
    """The bug to look for: an application that asks the provider once and keeps the answer."""
    ramsts_clock.freeze("2026-03-02T09:00:00Z")
    kept = iot_client(provider_for(gateway_service, device_reader).get_credential())
    assert count_products(kept) == 0

    ramsts_clock.advance(hours=1)
    with pytest.raises(ClientException) as refused:
        count_products(kept)

    assert refused.value.code == "InvalidSecurityToken.Expired"


def test_the_shortest_token_is_renewed_at_every_call(
    ramsts: FakeCloud, ramsts_clock: Clock, gateway_service: User, device_reader: Role
) -> None:
    """A token of 15 minutes is due for renewal at once: three calls cost three AssumeRoles."""
    ramsts_clock.freeze("2026-03-02T09:00:00Z")
    iot = iot_client_with(provider_for(gateway_service, device_reader, seconds=900))

    for _ in range(3):
        count_products(iot)

    assert len(ramsts.calls.of("sts:AssumeRole")) == 3


def test_a_refused_renewal_stops_the_application_early(
    ramsts_clock: Clock, gateway_service: User, device_reader: Role
) -> None:
    """Trust is withdrawn: the provider gives up at the renewal, while its token is still good."""
    ramsts_clock.freeze("2026-03-02T09:00:00Z")
    provider = provider_for(gateway_service, device_reader)
    token = provider.get_credential()

    device_reader.update(trusted="ecs.aliyuncs.com")
    ramsts_clock.advance(minutes=46)
    with pytest.raises(CredentialException, match="NoPermission"):
        provider.get_credential()

    assert count_products(iot_client(token)) == 0
