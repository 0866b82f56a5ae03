"""Our own format: what a file may say of a world, and how that world is made.

Every other format is translated to this one, so that there is one way to make a world.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from pytest_ramsts.errors import ApiError, MalformedPolicyDocumentError, RamstsError
from pytest_ramsts.identity import AccessKey, Account, Group, Role, User, World
from pytest_ramsts.identity.network_policies import NetworkPolicy
from pytest_ramsts.load.nodes import LoadError, Node
from pytest_ramsts.load.shapes import (
    Either,
    Flag,
    Mapped,
    Number,
    OneOf,
    Part,
    Record,
    Ref,
    Several,
    Shape,
    Text,
)
from pytest_ramsts.policy import Policy, PolicySource
from pytest_ramsts.policy.grammar import PolicyKind

__all__ = ["WORLD", "Bucket", "Buckets", "Written", "build", "schema"]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_document(value: object) -> bool:
    return isinstance(value, dict) and "Statement" in value


def _is_record(value: object) -> bool:
    return isinstance(value, dict) or value is None


class _Document:
    """A policy document as it stands; it is kept with its places until it is parsed."""

    def read(self, node: Node, path: str) -> tuple[Node, str]:
        return node, path

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "description": "a policy document in RAM's own language",
            "properties": {"Version": {"enum": ["1", 1]}, "Statement": {"type": "array"}},
            "required": ["Statement"],
        }


_DOCUMENT: Final = Ref("document", _Document())
_PATH: Final = Text("the path of a JSON file, from this file's folder, or the JSON text itself")


def _placed(text: Text) -> Shape:
    """A text that is kept with its place, as a document is."""

    class _Placed:
        def read(self, node: Node, path: str) -> tuple[Node, str]:
            text.read(node, path)
            return node, path

        def schema(self) -> dict[str, Any]:
            return text.schema()

    return _Placed()


_WRITTEN: Final = Either(
    ((_is_document, _DOCUMENT), (_is_text, _placed(_PATH))), "a policy document or a path"
)

_TAGS: Final = Mapped(Text(), "tags")

_POLICY: Final = Ref(
    "policy",
    Either(
        (
            (_is_document, _DOCUMENT),
            (_is_text, _placed(_PATH)),
            (
                _is_record,
                Record(
                    {
                        "document": _WRITTEN,
                        "description": Text(),
                        "versions": Mapped(
                            _WRITTEN, "documents by version id, where there are several"
                        ),
                        "default_version": Text("the version that counts, such as v2"),
                        "tags": _TAGS,
                    }
                ),
            ),
        ),
        "a policy document, a path, or `document` and more",
    ),
)

_ATTACHED: Final = Several(
    Ref(
        "attachment",
        Either(
            (
                (
                    _is_text,
                    _placed(
                        Text("the name of a system policy, or of a custom one of this account")
                    ),
                ),
                (_is_document, _DOCUMENT),
                (
                    _is_record,
                    Record(
                        {
                            "policy": Text("the name of the policy"),
                            "resource_group": Text("the id of the only group it holds in"),
                        },
                        required=("policy",),
                    ),
                ),
            ),
            "the name of a policy, a policy document, or `policy` and `resource_group`",
        ),
    ),
    "attached policies",
)

_NETWORK: Final = Text(
    "from which addresses it may be used: a policy, as SetAccessKeyPolicy takes it"
)

_KEYS: Final = Several(
    Ref(
        "access_key",
        Record(
            {
                "id": Text("the AccessKeyId; one is made if it is not given"),
                "secret": Text("the AccessKeySecret, likewise; never put a real one into a file"),
                "status": OneOf(("Active", "Inactive")),
                "network_policy": _NETWORK,
            }
        ),
    ),
    "AccessKeys; `{}` is one with an id and a secret of its own",
)

_USER: Final = Record(
    {
        "id": Text(pattern=r"[0-9]+", example='"212345678901234567"'),
        "display_name": Text(),
        "email": Text(),
        "mobile_phone": Text(),
        "comments": Text(),
        "policies": _ATTACHED,
        "groups": Several(Text(), "the groups this user is in"),
        "access_keys": _KEYS,
        "tags": _TAGS,
    }
)

_GROUP: Final = Record({"id": Text(), "comments": Text(), "policies": _ATTACHED})

_ROLE: Final = Record(
    {
        "id": Text(pattern=r"[0-9]+", example='"312345678901234567"'),
        "trusted": Several(
            Text(),
            "who may assume it: `root`, `user/alice` or `role/reader` of this account, the name of"
            " another account in this file, an ARN, or a service such as ecs.aliyuncs.com",
        ),
        "trust": _WRITTEN,
        "description": Text(),
        "max_session_duration": Number("in seconds, 3600 to 43200"),
        "allow_console_login": Flag(),
        "policies": _ATTACHED,
        "tags": _TAGS,
    }
)

_OIDC_PROVIDER: Final = Record(
    {
        "issuer": Text("its URL, with https"),
        "client_ids": Several(Text()),
        "fingerprints": Several(Text()),
        "description": Text(),
        "issuance_limit_time": Number("in hours"),
    },
    required=("issuer",),
)

_SAML_PROVIDER: Final = Record(
    {
        "metadata": Text("the metadata document, XML"),
        "description": Text(),
        "authn_sign_algo": OneOf(("rsa-sha1", "rsa-sha256")),
    },
    required=("metadata",),
)

_ACCOUNT: Final[Mapping[str, Shape]] = {
    "id": Text("the account's id", pattern=r"[0-9]+", example='"1234567890123456"'),
    "alias": Text("what logins may say for the id"),
    "key_network_policy": Text(
        "from which addresses AccessKeys may be used: a policy, as SetAccessKeyPolicyForAccount"
        " takes it"
    ),
    "access_keys": _KEYS,
    "users": Mapped(Ref("user", _USER), "RAM users by name"),
    "groups": Mapped(Ref("group", _GROUP), "groups by name"),
    "roles": Mapped(Ref("role", _ROLE), "roles by name"),
    "policies": Mapped(_POLICY, "custom policies by name"),
    "oidc_providers": Mapped(Ref("oidc_provider", _OIDC_PROVIDER), "OIDC providers by name"),
    "saml_providers": Mapped(Ref("saml_provider", _SAML_PROVIDER), "SAML providers by name"),
    "control_policies": Mapped(
        _WRITTEN, "the control policies of the resource directory above this account, by name"
    ),
}

_BUCKET: Final = Record(
    {
        "policy": _WRITTEN,
        "acl": OneOf(("private", "public-read", "public-read-write")),
        "region": Text("such as cn-hangzhou"),
        "owner": Text("the name of another account in this file that owns it"),
    }
)

_RECORDS: Final = {
    "access_key": _KEYS.of.shape,  # type: ignore[attr-defined]  # it is a Ref
    "attachment": _ATTACHED.of.shape,  # type: ignore[attr-defined]
    "document": _Document(),
    "group": _GROUP,
    "oidc_provider": _OIDC_PROVIDER,
    "policy": _POLICY.shape,
    "role": _ROLE,
    "saml_provider": _SAML_PROVIDER,
    "user": _USER,
}

WORLD: Final = Record(
    {
        **_ACCOUNT,
        "accounts": Mapped(Ref("account", Record(_ACCOUNT)), "further accounts by name"),
        "system_policies": Mapped(_POLICY, "system policies that are not known, or otherwise"),
        "buckets": Mapped(Ref("bucket", _BUCKET), "OSS buckets by name"),
    },
    about="A fake Alibaba Cloud: its first account, and what else there is.",
)


def schema() -> dict[str, Any]:
    """The format as JSON Schema, for editors and for people."""
    shapes: dict[str, Shape] = {
        **_RECORDS,
        "account": Record(_ACCOUNT),
        "bucket": _BUCKET,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A world of pytest-ramsts",
        **WORLD.schema(),
        "$defs": {name: shape.schema() for name, shape in sorted(shapes.items())},
    }


# Making


@dataclass(frozen=True, slots=True)
class Written:
    """A policy that a file holds, and where."""

    policy: Policy
    node: Node
    path: str

    def at(self, element: str) -> str:
        """Where an element of it stands, such as `Statement[0].Action`."""
        return _place_of(self.node, element).at


class Bucket(Protocol):
    """A bucket, as far as a file knows one."""

    owner: Account
    region: str
    acl: str

    @property
    def policy(self) -> Policy | None: ...


class Buckets(Protocol):
    """Whoever holds the buckets of a world."""

    @property
    def buckets(self) -> Mapping[str, Bucket]: ...

    def create_bucket(
        self,
        name: str,
        owner: Account,
        *,
        region: str = ...,
        acl: str = ...,
        policy: PolicySource | None = ...,
    ) -> Bucket: ...


def build(
    node: Node, world: World, account: Account, buckets: Buckets, folder: Path
) -> list[Written]:
    """Make what the file says: in `account` what stands at its top. Paths start at `folder`."""
    builder = _Builder(world, buckets, folder)
    builder.build(WORLD.read(node, ""), account)
    return builder.written


class _Builder:
    """Makes things in the order in which they need each other."""

    def __init__(self, world: World, buckets: Buckets, folder: Path) -> None:
        self._world = world
        self._buckets = buckets
        self._folder = folder
        self.written: list[Written] = []

    def build(self, top: Part, first: Account) -> None:
        accounts = [(top, first)]
        if "id" in top:
            self._give_id(top, first, top["id"])
        for name, part in top.get("accounts", {}).items():
            if any(name == account.name for account in self._world.accounts_by_id.values()):
                raise part.error(
                    "there is an account of that name; the first one stands at the top of the file"
                )
            with _located(part):
                account = self._world.create_account(name, account_id=part.get("id", ""))
            accounts.append((part, account))
        for name, read in top.get("system_policies", {}).items():
            self._system_policy(name, read)
        for steps in (self._fill, self._bind):
            for part, account in accounts:
                steps(part, account)
        for name, part in top.get("buckets", {}).items():
            self._bucket(name, part, first)

    def _give_id(self, top: Part, account: Account, account_id: str) -> None:
        if account_id == account.id:
            return
        used = (account.users, account.groups, account.roles, account.policies, account.keys_by_id)
        if any(used):
            raise top.error(
                f"the account has the id {account.id} and is in use; load the file into a new cloud"
            )
        with _located(top):
            self._world.change_account_id(account, account_id)

    def _fill(self, part: Part, account: Account) -> None:
        """What stands by itself."""
        if "alias" in part:
            with _located(part):
                account.set_alias(part["alias"])
        if "key_network_policy" in part:
            with _located(part):
                account.set_key_network_policy(NetworkPolicy.parse(part["key_network_policy"]))
        self._keys(part, account)
        for name, read in part.get("policies", {}).items():
            self._policy(name, read, account)
        for name, one in part.get("groups", {}).items():
            with _located(one):
                group = account.create_group(name, comments=one.get("comments", ""))
                group.id = one.get("id", group.id)
        for name, one in part.get("users", {}).items():
            self._user(name, one, account)
        for name, one in part.get("oidc_providers", {}).items():
            with _located(one):
                account.create_oidc_provider(name, **one)
        for name, one in part.get("saml_providers", {}).items():
            with _located(one):
                account.create_saml_provider(name, **one)
        for name, written in part.get("control_policies", {}).items():
            policy = self._parsed(written, kind="control")
            account.restrict(policy, name=name)

    def _bind(self, part: Part, account: Account) -> None:
        """What names other things: who trusts whom, who has what attached."""
        for name, one in part.get("roles", {}).items():
            self._role(name, one, account)
        for name, one in part.get("users", {}).items():
            user = account.users[name]
            for group in one.get("groups", ()):
                with _located(one):
                    account.groups[group].add(user)
        for kind in ("users", "groups", "roles"):
            grantees: Mapping[str, User | Group | Role] = getattr(account, kind)
            for name, one in part.get(kind, {}).items():
                for reference in one.get("policies", ()):
                    self._attach(grantees[name], reference)

    def _user(self, name: str, part: Part, account: Account) -> None:
        about = ("display_name", "email", "mobile_phone", "comments")
        with _located(part):
            user = account.create_user(name, **{key: part[key] for key in about if key in part})
            if "id" in part:
                user.change_id(part["id"])
            if part.get("tags"):
                user.tag(part["tags"])
        self._keys(part, user)

    def _keys(self, part: Part, owner: User | Account) -> None:
        for key in part.get("access_keys", ()):
            with _located(key):
                made: AccessKey = self._world.create_access_key(
                    owner, key_id=key.get("id", ""), secret=key.get("secret", "")
                )
                made.update(key.get("status", "Active"))
                if "network_policy" in key:
                    made.set_network_policy(NetworkPolicy.parse(key["network_policy"]))

    def _role(self, name: str, part: Part, account: Account) -> None:
        if "trust" in part and "trusted" in part:
            raise part.error("`trust` says all of it, `trusted` only who; keep one")
        trusted: object = [self._trusted(one, account) for one in part.get("trusted", ())] or None
        if "trust" in part:
            trusted = self._parsed(part["trust"], kind="trust")
        about = ("description", "max_session_duration", "allow_console_login")
        with _located(part):
            role = account.create_role(
                name, trusted=trusted, **{key: part[key] for key in about if key in part}
            )
            role.id = part.get("id", role.id)
            if part.get("tags"):
                role.tag(part["tags"])

    def _trusted(self, text: str, account: Account) -> str:
        if text == "root" or text.startswith(("user/", "role/")):
            return f"acs:ram::{account.id}:{text}"
        for other in self._world.accounts_by_id.values():
            if text and other.name == text:
                return other.arn
        return text

    def _attach(self, grantee: User | Group | Role, reference: Any) -> None:
        if isinstance(reference, Part):
            with _located(reference):
                grantee.attach(
                    reference["policy"], resource_group=reference.get("resource_group") or None
                )
            return
        node, path = reference
        policy = node.value if isinstance(node.value, str) else self._parsed(reference)
        with _located_at(node, path):
            grantee.attach(policy)

    # Policies

    def _policy(self, name: str, read: Any, account: Account) -> None:
        if not isinstance(read, Part):
            node, path = read
            policy = self._parsed(read)
            with _located_at(node, path):
                account.create_policy(name, policy)
            return
        versions = {
            version: self._parsed(written) for version, written in read.get("versions", {}).items()
        }
        if ("document" in read) == bool(versions):
            raise read.error("it needs `document` or `versions`, and not both")
        with _located(read):
            if not versions:
                versions = {"v1": self._parsed(read["document"])}
            managed = account.create_policy(
                name, next(iter(versions.values())), description=read.get("description", "")
            )
            managed.restore(versions, read.get("default_version", next(iter(versions))))
            if read.get("tags"):
                managed.tag(read["tags"])

    def _system_policy(self, name: str, read: Any) -> None:
        written, description = read, ""
        if isinstance(read, Part):
            if "document" not in read:
                raise read.error("it needs `document`")
            written, description = read["document"], read.get("description", "")
        policy = self._parsed(written)
        self._world.add_system_policy(name, policy, description=description)

    def _bucket(self, name: str, part: Part, first: Account) -> None:
        policy = self._parsed(part["policy"], kind="resource") if "policy" in part else None
        about = {key: part[key] for key in ("region", "acl") if key in part}
        owner = first
        if "owner" in part:
            named = [a for a in self._world.accounts_by_id.values() if a.name == part["owner"]]
            if not named:
                raise part.error(f"there is no account `{part['owner']}` in this file")
            (owner,) = named[:1]
        with _located(part):
            self._buckets.create_bucket(name, owner, policy=policy, **about)

    def _parsed(self, written: tuple[Node, str], kind: PolicyKind = "identity") -> Policy:
        """A document, the text of one, or what a path leads to."""
        node, path = written
        source = node.plain
        settings = self._world.settings.policy
        if isinstance(source, str) and not source.lstrip().startswith("{"):
            file = self._folder / source
            if not file.is_file():
                raise node.error(f"{path}: there is no file `{source}` in `{self._folder}`")
            source = file
        try:
            policy = Policy.parse(source, kind=kind, settings=settings)
        except MalformedPolicyDocumentError as error:
            where = f"{path}: {Path(source).name}, " if isinstance(source, Path) else f"{path}: "
            raise _place_of(node, error.message).error(f"{where}{error.message}") from None
        self.written.append(Written(policy, node, path))
        return policy


def _place_of(node: Node, message: str) -> Node:
    """The node of a document that a complaint is about: `Statement[1].Condition: …`."""
    element = message.partition(":")[0]
    for step in re.findall(r"[^.\[\]]+", element):
        value = node.value
        if isinstance(value, dict) and step in value:
            node = value[step]
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            node = value[int(step)]
        else:
            break
    return node


@contextmanager
def _located(part: Part) -> Iterator[None]:
    """Say of what the API refuses where in the file it stands."""
    with _located_at(part.node, part.path):
        yield


@contextmanager
def _located_at(node: Node, path: str) -> Iterator[None]:
    try:
        yield
    except LoadError:
        raise
    except (ApiError, RamstsError) as error:
        raise node.error(f"{path}: {error}" if path else str(error)) from None
