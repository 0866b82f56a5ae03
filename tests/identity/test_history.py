"""Random administrators' histories, against a plain model: no history ends in an internal error, a
dangling reference or a listing that disagrees.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
)

from pytest_ramsts import ApiError, FakeCloud, Limits, Policy, allow

USERS = st.sampled_from(["ann", "Ann", "bob", "cid"])
GROUPS = st.sampled_from(["red", "blue"])
ROLES = st.sampled_from(["reader", "Reader", "writer"])
POLICIES = st.sampled_from(["p", "q", "r"])
KINDS = st.sampled_from(["users", "groups", "roles"])
READING = Policy(allow("ots:GetRow"))

ONE = {"users": "User", "groups": "Group", "roles": "Role", "policies": "Policy"}
LIMITS = Limits(users=3, groups=2, roles=2, policies=2, groups_per_user=1, versions_per_policy=3)
QUOTAS = {"users": 3, "groups": 2, "roles": 2, "policies": 2}


class Administrators(RuleBasedStateMachine):
    """The model: names by kind, and who is tied to whom. Names are lower case in it, as they are
    found whatever their case.
    """

    keys = Bundle("keys")

    @initialize()
    def begin(self) -> None:
        self.cloud = FakeCloud(limits=LIMITS)
        self.account = self.cloud.account
        self.names: dict[str, dict[str, str]] = {kind: {} for kind in ONE}
        self.members: set[tuple[str, str]] = set()
        self.attached: set[tuple[str, str, str]] = set()
        self.versions: dict[str, list[int]] = {}
        self.held: dict[str, list[str]] = {}
        self.create_user("ann")
        self.create_group("red")
        self.create_role("reader")
        self.create_policy("p")

    # What should come of it

    def outcome(self, act: Callable[[], object]) -> str:
        try:
            act()
        except ApiError as error:
            return error.code
        return "ok"

    def creation(self, kind: str, name: str) -> str:
        if name.lower() in self.names[kind]:
            return f"EntityAlreadyExists.{ONE[kind]}"
        if len(self.names[kind]) >= QUOTAS[kind]:
            return f"LimitExceeded.{ONE[kind]}"
        self.names[kind][name.lower()] = name
        return "ok"

    def there(self, kind: str, name: str) -> str:
        return "ok" if name.lower() in self.names[kind] else f"EntityNotExist.{ONE[kind]}"

    # What administrators do

    @rule(name=USERS)
    def create_user(self, name: str) -> None:
        assert self.outcome(lambda: self.account.create_user(name)) == self.creation("users", name)

    @rule(name=GROUPS)
    def create_group(self, name: str) -> None:
        got = self.outcome(lambda: self.account.create_group(name))
        assert got == self.creation("groups", name)

    @rule(name=ROLES)
    def create_role(self, name: str) -> None:
        assert self.outcome(lambda: self.account.create_role(name)) == self.creation("roles", name)

    @rule(name=POLICIES)
    def create_policy(self, name: str) -> None:
        expected = self.creation("policies", name)
        assert self.outcome(lambda: self.account.create_policy(name, READING)) == expected
        if expected == "ok":
            self.versions[name] = [1]

    @rule(old=USERS, new=USERS)
    def rename_user(self, old: str, new: str) -> None:
        expected = self.there("users", old)
        if expected == "ok" and new.lower() in self.names["users"] and new.lower() != old.lower():
            expected = "EntityAlreadyExists.User"
        assert self.outcome(lambda: self.account.users[old].update(name=new)) == expected
        if expected == "ok":
            before, after = old.lower(), new.lower()
            del self.names["users"][before]
            self.names["users"][after] = new
            self.members = {
                (after if user == before else user, group) for user, group in self.members
            }
            self.attached = {
                (kind, after if (kind, name) == ("users", before) else name, policy)
                for kind, name, policy in self.attached
            }
            if before != after and before in self.held:
                self.held[after] = self.held.pop(before)

    @rule(user=USERS, group=GROUPS)
    def join(self, user: str, group: str) -> None:
        expected = self.there("users", user)
        if expected == "ok":
            expected = self.there("groups", group)
        tie = (user.lower(), group)
        if expected == "ok" and tie in self.members:
            expected = "EntityAlreadyExists.User.Group"
        elif expected == "ok" and any(one == tie[0] for one, _ in self.members):
            expected = "LimitExceeded.User.Group"

        def act() -> None:
            member = self.account.users[user]
            self.account.groups[group].add(member)

        assert self.outcome(act) == expected
        if expected == "ok":
            self.members.add(tie)

    @rule(user=USERS, group=GROUPS)
    def leave(self, user: str, group: str) -> None:
        expected = self.there("users", user)
        if expected == "ok":
            expected = self.there("groups", group)
        tie = (user.lower(), group)
        if expected == "ok" and tie not in self.members:
            expected = "EntityNotExist.User.Group"

        def act() -> None:
            member = self.account.users[user]
            self.account.groups[group].remove(member)

        assert self.outcome(act) == expected
        self.members.discard(tie)

    @rule(kind=KINDS, index=st.integers(0, 2), policy=POLICIES)
    def attach(self, kind: str, index: int, policy: str) -> None:
        grantee = self.somebody(kind, index)
        if grantee is None:
            return
        tie = (kind, grantee.name.lower(), policy)
        expected = self.there("policies", policy)
        if expected == "ok" and tie in self.attached:
            expected = f"EntityAlreadyExists.{ONE[kind]}.Policy"

        assert self.outcome(lambda: grantee.attach(self.account.policies[policy])) == expected
        if expected == "ok":
            self.attached.add(tie)

    @rule(kind=KINDS, index=st.integers(0, 2), policy=POLICIES)
    def detach(self, kind: str, index: int, policy: str) -> None:
        grantee = self.somebody(kind, index)
        if grantee is None:
            return
        tie = (kind, grantee.name.lower(), policy)
        expected = "ok" if tie in self.attached else f"EntityNotExist.{ONE[kind]}.Policy"

        assert self.outcome(lambda: grantee.detach(policy)) == expected
        self.attached.discard(tie)

    def somebody(self, kind: str, index: int) -> Any:
        found = getattr(self.account, kind).values()
        return found[index] if index < len(found) else None

    @rule(policy=POLICIES, rotate=st.booleans(), default=st.booleans())
    def add_version(self, policy: str, rotate: bool, default: bool) -> None:
        expected = self.there("policies", policy)
        numbers = self.versions.get(policy, [])
        full = expected == "ok" and len(numbers) >= 3
        if full and not rotate:
            expected = "LimitExceeded.Policy.Version"

        def act() -> None:
            self.account.policies[policy].create_version(
                READING, set_as_default=default, rotate=rotate
            )

        before = self.account.policies.get(policy)
        kept = int(before.default_version[1:]) if before else 0
        assert self.outcome(act) == expected
        if expected == "ok":
            if full:
                numbers.remove(next(number for number in numbers if number != kept))
            newest = int(list(self.account.policies[policy].versions)[-1][1:])
            assert newest > max(numbers, default=0)  # an id is never used again
            numbers.append(newest)

    @rule(target=keys, user=USERS)
    def create_key(self, user: str) -> Any:
        expected = self.there("users", user)
        held = self.held.setdefault(user.lower(), [])
        if expected == "ok" and len(held) >= 2:
            expected = "LimitExceeded.User.AccessKey"
        made: list[Any] = []
        got = self.outcome(lambda: made.append(self.account.users[user].create_access_key()))
        assert got == expected
        if made:
            held.append(made[0].id)
        return made[0] if made else None

    @rule(key=consumes(keys))
    def delete_key(self, key: Any) -> None:
        if key is None or key.id not in self.cloud.world.keys_by_id:
            return
        self.held[key.owner.name.lower()].remove(key.id)
        key.delete()

    @rule(name=USERS)
    def delete_user(self, name: str) -> None:
        expected = self.there("users", name)
        if expected == "ok":
            ties = (
                ("AccessKey", bool(self.held.get(name.lower()))),
                ("Group", any(user == name.lower() for user, _ in self.members)),
                ("Policy", any(tie[:2] == ("users", name.lower()) for tie in self.attached)),
            )
            tied = next((kind for kind, is_tied in ties if is_tied), "")
            expected = f"DeleteConflict.User.{tied}" if tied else "ok"
        assert self.outcome(lambda: _delete(self.account.users, name)) == expected
        if expected == "ok":
            del self.names["users"][name.lower()]

    @rule(name=GROUPS)
    def delete_group(self, name: str) -> None:
        expected = self.there("groups", name)
        if expected == "ok":
            if any(group == name for _, group in self.members):
                expected = "DeleteConflict.Group.User"
            elif any(tie[:2] == ("groups", name) for tie in self.attached):
                expected = "DeleteConflict.Group.Policy"
        assert self.outcome(lambda: _delete(self.account.groups, name)) == expected
        if expected == "ok":
            del self.names["groups"][name]

    @rule(name=ROLES)
    def delete_role(self, name: str) -> None:
        expected = self.there("roles", name)
        if expected == "ok" and any(tie[:2] == ("roles", name.lower()) for tie in self.attached):
            expected = "DeleteConflict.Role.Policy"
        assert self.outcome(lambda: _delete(self.account.roles, name)) == expected
        if expected == "ok":
            del self.names["roles"][name.lower()]

    @rule(name=POLICIES, cascading=st.booleans())
    def delete_policy(self, name: str, cascading: bool) -> None:
        expected = self.there("policies", name)
        if expected == "ok" and not cascading:
            holders = {kind for kind, _, policy in self.attached if policy == name}
            conflicts = {f"DeleteConflict.Policy.{ONE[kind]}" for kind in holders}
            if not conflicts and len(self.versions[name]) > 1:
                conflicts = {"DeleteConflict.Policy.Version"}
        else:
            conflicts = set()
        got = self.outcome(lambda: self.account.policies[name].delete(cascading=cascading))
        assert got in conflicts if conflicts else got == expected
        if got == "ok":
            del self.names["policies"][name], self.versions[name]
            self.attached = {tie for tie in self.attached if tie[2] != name}

    @rule()
    def restore_somebody(self) -> None:
        bin_ = self.account.recycle_bin
        if not bin_.users:
            return
        user = bin_.users[-1].thing
        expected = self.creation("users", user.name)
        assert self.outcome(lambda: bin_.restore_user(user.id)) == expected

    # What has to be true after each of it

    @invariant()
    def names_agree(self) -> None:
        if not hasattr(self, "cloud"):
            return
        for kind, names in self.names.items():
            register = getattr(self.account, kind)
            assert sorted(thing.name.lower() for thing in register.values()) == sorted(names)
            walked, marker = [], ""
            while True:
                page = register.page(marker, 1)
                walked += page.items
                marker = page.marker
                if not marker:
                    break
            assert walked == register.values()
        assert set(self.account.users_by_id.values()) == set(self.account.users.values())

    @invariant()
    def ties_agree_from_both_ends(self) -> None:
        if not hasattr(self, "cloud"):
            return
        account = self.account
        from_groups = {
            (user.name.lower(), group.name)
            for group in account.groups.values()
            for user in group.members
        }
        from_users = {
            (user.name.lower(), group.name)
            for user in account.users.values()
            for group in user.groups
        }
        assert from_groups == from_users == self.members
        from_grantees = {
            (kind, grantee.name.lower(), policy.name)
            for kind in ("users", "groups", "roles")
            for grantee in getattr(account, kind).values()
            for policy in grantee.policies
        }
        from_policies = {
            (f"{attachment.grantee.kind.lower()}s", attachment.grantee.name.lower(), policy.name)
            for policy in account.policies.values()
            for attachment in policy.attachments.values()
        }
        assert from_grantees == from_policies == self.attached

    @invariant()
    def keys_belong_to_somebody(self) -> None:
        if not hasattr(self, "cloud"):
            return
        known = self.cloud.world.keys_by_id
        held = {key.id for user in self.account.users.values() for key in user.access_keys}
        assert held == set(known) == {key for keys in self.held.values() for key in keys}

    @invariant()
    def rights_follow_the_ties(self) -> None:
        if not hasattr(self, "cloud"):
            return
        for user in self.account.users.values():
            through = {("users", user.name.lower())}
            through |= {
                ("groups", group) for name, group in self.members if name == user.name.lower()
            }
            holds = any((kind, name) in through for kind, name, _ in self.attached)
            assert bool(user.can("ots:GetRow")) is holds


def _delete(register: Any, name: str) -> None:
    """Looking it up is part of what may be refused."""
    register[name].delete()


TestAdministrators = Administrators.TestCase
TestAdministrators.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
