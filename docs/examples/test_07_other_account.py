"""Chapter 7. A guest from another account.

A workshop services the devices of a shop. It has an account of its own, with its own users. The
shop creates a role that trusts the workshop's account; the workshop decides which of its people may
borrow it. The guest works in the shop's account, with the rights of the role, and owns nothing.
"""

from __future__ import annotations

from typing import Any

import pytest
from alibabacloud_iot20180120.models import CreateProductRequest, QueryProductListRequest
from alibabacloud_sts20150401.models import AssumeRoleRequest
from alibabacloud_tea_openapi.exceptions import ClientException

from pytest_ramsts import Account, FakeCloud, Policy, Role, User, allow

from .clients import iot_client, sts_client


@pytest.fixture
def shop(ram_account: Account) -> Account:
    """The account that Olga looks after."""
    return ram_account


@pytest.fixture
def workshop(ramsts: FakeCloud) -> Account:
    return ramsts.create_account("workshop")


@pytest.fixture
def service_visit(shop: Account, workshop: Account) -> Role:
    """The shop's role for its workshop."""
    return shop.create_role("service-visit", trusted=workshop, policies=["AliyunIOTReadOnlyAccess"])


def borrow(role: Role) -> Any:
    request = AssumeRoleRequest(role_arn=role.arn, role_session_name="visit")
    return sts_client().assume_role(request).body.credentials


def product_names(keys: Any = None) -> list[str]:
    request = QueryProductListRequest(current_page=1, page_size=10)
    listed = iot_client(keys).query_product_list(request).body.data.list.product_info
    return [product.product_name for product in listed]


def test_a_trusted_account_lends_its_people(
    ramsts: FakeCloud, olga: User, workshop: Account, service_visit: Role
) -> None:
    """Wen of the workshop sees the shop's products, not those of her own account."""
    wen = workshop.create_user("wen", policies=["AliyunSTSAssumeRoleAccess", "AliyunIOTFullAccess"])
    with ramsts.acting_as(olga):
        iot_client().create_product(CreateProductRequest(product_name="freezer", node_type=0))
    with ramsts.acting_as(wen):
        iot_client().create_product(CreateProductRequest(product_name="toolbox", node_type=0))

        visit = borrow(service_visit)

        assert product_names(visit) == ["freezer"]
        assert product_names() == ["toolbox"]


def test_the_guest_acts_in_the_account_that_trusts(
    ramsts: FakeCloud, shop: Account, workshop: Account, service_visit: Role
) -> None:
    """Asked who calls, STS names the shop's account and its role."""
    wen = workshop.create_user("wen", policies=["AliyunSTSAssumeRoleAccess"])
    with ramsts.acting_as(wen):
        visit = borrow(service_visit)

    guest = sts_client(visit).get_caller_identity().body

    assert guest.account_id == shop.id
    assert guest.arn == f"acs:ram::{shop.id}:assumed-role/service-visit/visit"


def test_the_workshop_decides_who_goes(
    ramsts: FakeCloud, workshop: Account, service_visit: Role
) -> None:
    """The shop trusts the account; a user whom the account gave no permission stays outside."""
    trainee = workshop.create_user("trainee")

    with ramsts.acting_as(trainee), pytest.raises(ClientException) as refused:
        borrow(service_visit)

    assert refused.value.code == "NoPermission"


def test_an_account_that_is_not_trusted_can_not_let_itself_in(
    ramsts: FakeCloud, service_visit: Role
) -> None:
    """A stranger's administrator may permit what he likes: the role does not trust him."""
    stranger = ramsts.create_account("stranger").create_user(
        "boss", policies=["AdministratorAccess"]
    )

    with ramsts.acting_as(stranger), pytest.raises(ClientException) as refused:
        borrow(service_visit)

    assert refused.value.code == "NoPermission"


def test_a_password_between_accounts(ramsts: FakeCloud, shop: Account, workshop: Account) -> None:
    """A role may ask for an ExternalId too, so that nobody is talked into a visit to the shop."""
    agreed = allow(
        "sts:AssumeRole",
        on=None,
        principal={"RAM": workshop},
        when={"StringEquals": {"sts:ExternalId": "order-4711"}},
    )
    visit = shop.create_role("agreed-visit", trusted=Policy(agreed))
    wen = workshop.create_user("wen", policies=["AliyunSTSAssumeRoleAccess"])

    def borrow_with(external_id: str | None) -> Any:
        return sts_client().assume_role(
            AssumeRoleRequest(
                role_arn=visit.arn, role_session_name="visit", external_id=external_id
            )
        )

    with ramsts.acting_as(wen):
        assert borrow_with("order-4711").body.credentials.security_token
        for wrong in (None, "order-4712"):
            with pytest.raises(ClientException) as refused:
                borrow_with(wrong)

            assert refused.value.code == "NoPermission"
