"""Tags in conditions: what a thing bears, and what a call would put on it."""

from __future__ import annotations

from typing import Any

import pytest
from alibabacloud_ims20190815 import models as ims_models
from alibabacloud_ram20150501 import models
from alibabacloud_tea_openapi.exceptions import ClientException

from pytest_ramsts import Account, FakeCloud, Policy, User, allow

from . import clients
from .furnished import trust_of

OURS = {"StringEquals": {"acs:ResourceTag/team": "data"}}
FOR_US = {"StringEquals": {"acs:RequestTag/team": "data"}}


def test_a_tag_on_the_role_says_who_may_delete_it(ram_account: Account, ram_user: User) -> None:
    ram_account.create_role("ours", tags={"team": "data"})
    ram_account.create_role("theirs", tags={"team": "web"})
    ram_user.attach(Policy(allow("ram:DeleteRole", when=OURS)))
    ram = clients.ram(ram_user.access_key)

    with pytest.raises(ClientException) as caught:
        ram.delete_role(models.DeleteRoleRequest(role_name="theirs"))
    ram.delete_role(models.DeleteRoleRequest(role_name="ours"))

    assert caught.value.code == "NoPermission"
    assert list(ram_account.roles) == ["theirs"]


def test_can_asks_about_the_same_tags(ram_account: Account, ram_user: User) -> None:
    ram_user.attach(Policy(allow("ram:GetUser", when=OURS)))
    tagged, plain = ram_account.create_user(tags={"team": "data"}), ram_account.create_user()

    assert ram_user.can("ram:GetUser", on=tagged)
    assert not ram_user.can("ram:GetUser", on=plain)
    tagged.untag()
    assert not ram_user.can("ram:GetUser", on=tagged)


@pytest.mark.parametrize("on", ["acs:ram:", "acs:ram::1", "acs:ram:x:y:user", "acs:ram::*:user/x"])
def test_what_is_no_arn_of_a_thing_bears_no_tags(ram_user: User, on: str) -> None:
    ram_user.attach(Policy(allow("ram:GetUser", when=OURS)))

    assert not ram_user.can("ram:GetUser", on=on)


@pytest.mark.parametrize(
    ("tags", "code"),
    [([("team", "data")], "ok"), ([("team", "web")], "NoPermission"), ([], "NoPermission")],
)
def test_who_creates_has_to_tag_as_the_policy_says(
    ramsts: FakeCloud, ram_user: User, tags: list[tuple[str, str]], code: str
) -> None:
    ram_user.attach(Policy(allow("ram:CreateRole", "ram:CreateUser", when=FOR_US)))

    def outcome(act: Any) -> str:
        try:
            act()
        except ClientException as error:
            return str(error.code)
        return "ok"

    role = models.CreateRoleRequest(
        role_name="reader",
        assume_role_policy_document=trust_of(ramsts.account),
        tag=[models.CreateRoleRequestTag(key=key, value=value) for key, value in tags] or None,
    )
    user = ims_models.CreateUserRequest(
        user_principal_name=ram_user.principal_name.replace(ram_user.name, "new"),
        display_name="New",
        tag=[ims_models.CreateUserRequestTag(key=key, value=value) for key, value in tags] or None,
    )

    assert outcome(lambda: clients.ram(ram_user.access_key).create_role(role)) == code
    assert outcome(lambda: clients.ims(ram_user.access_key).create_user(user)) == code
