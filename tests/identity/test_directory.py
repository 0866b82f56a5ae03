"""Control policies: each node from the member up to the root has to allow, and none may deny."""

from __future__ import annotations

import pytest

from pytest_ramsts import ApiError, FakeCloud, Policy, RamstsError, User, allow, deny
from pytest_ramsts.identity import ResourceDirectory

EVERYTHING = Policy(allow("*"))


@pytest.fixture
def directory(ramsts: FakeCloud) -> ResourceDirectory:
    """A directory with one member, whose user `member` may do everything by its own policies."""
    directory = ramsts.account.enable_resource_directory()
    member = ramsts.create_account("member")
    directory.root.create_folder("prod").add(member)
    member.create_user("member", policies=[EVERYTHING])
    return directory


@pytest.fixture
def member(directory: ResourceDirectory) -> User:
    return next(directory.members).users["member"]


def test_a_directory_changes_nothing_by_itself(member: User) -> None:
    assert member.can("ots:GetRow")


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_deny_at_any_level_is_final(
    directory: ResourceDirectory, member: User, level: int
) -> None:
    node = member.account.node
    assert node is not None
    list(node.up())[level].attach(Policy(deny("ots:*")), name="no-tables")

    decision = member.can("ots:GetRow")

    assert (decision.reason, decision.policy_type) == ("ExplicitDeny", "ControlPolicy")
    assert member.can("oss:GetObject")
    assert "no-tables" in decision.explain()
    assert directory.root.folders["prod"].members == [member.account]


def test_without_full_access_a_node_allows_what_it_names_only(
    directory: ResourceDirectory, member: User
) -> None:
    directory.root.attach(Policy(allow("ots:*")), name="tables")
    directory.root.detach("FullAliyunAccess")

    assert member.can("ots:GetRow")
    assert member.can("oss:GetObject").reason == "ImplicitDeny"


def test_control_policies_grant_nothing(directory: ResourceDirectory, member: User) -> None:
    member.detach_all()

    assert directory.root.policies
    assert not member.can("ots:GetRow")


def test_owners_and_the_management_account_are_not_controlled(
    directory: ResourceDirectory, member: User
) -> None:
    directory.root.attach(Policy(deny("*")), name="nothing")
    manager = directory.management.create_user(policies=[EVERYTHING])

    assert not member.can("ots:GetRow")
    assert member.account.can("ots:GetRow", on=f"acs:ots:*:{member.account.id}:instance/x")
    assert manager.can("ots:GetRow")


def test_the_owner_of_the_resource_counts_and_not_the_caller_s_account(
    directory: ResourceDirectory, ramsts: FakeCloud, member: User
) -> None:
    """A role of a member, assumed from an account that is in no directory."""
    outside = ramsts.create_account("outside").create_user(policies=[EVERYTHING])
    role = member.account.create_role(trusted=outside)
    assert outside.can("sts:AssumeRole", on=role)

    directory.root.attach(Policy(deny("sts:AssumeRole")), name="no-roles")

    assert outside.can("sts:AssumeRole", on=role).policy_type == "ControlPolicy"


def test_a_moved_account_is_under_the_folder_it_is_in(
    directory: ResourceDirectory, member: User
) -> None:
    sandbox = directory.root.create_folder("sandbox")
    directory.root.folders["prod"].attach(Policy(deny("ots:*")), name="no-tables")
    before = bool(member.can("ots:GetRow"))

    sandbox.add(member.account)
    moved = bool(member.can("ots:GetRow"))
    sandbox.attach(Policy(deny("oss:*")), name="no-objects")
    in_sandbox = bool(member.can("oss:GetObject"))
    sandbox.remove(member.account)

    assert (before, moved, in_sandbox) == (False, True, False)
    assert member.can("oss:GetObject")
    assert list(directory.members) == []


def test_a_detached_policy_controls_no_more(directory: ResourceDirectory, member: User) -> None:
    directory.root.attach(Policy(deny("ots:*")), name="no-tables")
    directory.root.detach("no-tables")

    assert member.can("ots:GetRow")


def test_policies_without_a_name_are_told_apart(member: User) -> None:
    member.account.restrict(Policy(deny("ots:*")))
    member.account.restrict(Policy(deny("oss:*")))

    assert not member.can("ots:GetRow")
    assert not member.can("oss:GetObject")
    assert member.account.node is not None
    assert list(member.account.node.policies) == [
        "FullAliyunAccess",
        "control-policy",
        "control-policy-2",
    ]


def test_misuse_is_answered_with_what_is_wrong(directory: ResourceDirectory, member: User) -> None:
    with pytest.raises(RamstsError, match="under no control policy"):
        directory.root.add(directory.management)
    with pytest.raises(RamstsError, match="member of a directory"):
        member.account.enable_resource_directory()
    with pytest.raises(RamstsError, match="no control policy `x`"):
        directory.root.detach("x")
    with pytest.raises(RamstsError, match="a folder `prod` already"):
        directory.root.create_folder("prod")
    with pytest.raises(ApiError) as caught:
        directory.root.attach(Policy(allow("a:" + "b" * 4096)))
    assert caught.value.code == "InvalidParameter.PolicyDocument.Length"
