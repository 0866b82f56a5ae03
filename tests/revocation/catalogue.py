"""What the next call gets after each way to withdraw access: found by doing it.

`python -m tests.revocation.catalogue` writes the page of the documentation anew.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import oss2
from alibabacloud_credentials.provider import RamRoleArnCredentialsProvider
from alibabacloud_iot20180120.client import Client as Iot
from alibabacloud_iot20180120.models import QueryProductListRequest
from alibabacloud_ram20150501.client import Client as Ram
from alibabacloud_ram20150501.models import ListUsersRequest
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_sts20150401.models import AssumeRoleRequest, AssumeRoleWithOIDCRequest
from alibabacloud_tea_openapi.client import Client as OpenApi
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tea_openapi.utils_models import OpenApiRequest, Params
from aliyun.log import LogClient, LogException
from aliyunsdkcore.auth.credentials import AccessKeyCredential, StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkram.request.v20150501.ListUsersRequest import ListUsersRequest as OldListUsersRequest
from darabonba.runtime import RuntimeOptions
from mns.account import Account as Mns
from mns.mns_exception import MNSServerException
from tablestore import OTSClient

from pytest_ramsts import (
    AccessKey,
    Account,
    FakeCloud,
    ManagedPolicy,
    Policy,
    Role,
    Session,
    Settings,
    User,
    allow,
    deny,
    product,
)
from pytest_ramsts.issuers import OidcIssuer

PAGE: Final = Path(__file__).parents[2] / "docs" / "explanation" / "revocation.md"

EVERYTHING: Final = Policy(allow("*", on="*"))
NOTHING: Final = Policy(deny("*", on="*"))


# Who is there


class Stage:
    """Somebody with every right, all that the rights hang on, and who stands beside."""

    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud
        self.account: Account = cloud.account
        self.policy: ManagedPolicy = self.account.create_policy("everything", EVERYTHING)
        self.user: User = self.account.create_user("alice", policies=self.policy)
        self.key: AccessKey = self.user.create_access_key()
        self.second_key: AccessKey = self.user.create_access_key()
        self.colleague: User = self.account.create_user("carol", policies=[EVERYTHING])
        self.issuer = OidcIssuer(self.account)
        self.role: Role = self.create_role()
        self.session = self.assume()
        self.sibling = self.assume()

    def create_role(self) -> Role:
        trust = Policy(
            allow("sts:AssumeRole", on=None, principal={"RAM": [self.account.arn]}),
            *self.issuer.trust().statements,
        )
        return self.account.create_role(
            "worker", trusted=trust, policies=self.policy, max_session_duration=7200
        )

    def assume(self) -> Session:
        session = self.role.assume(by=self.user, duration=7200)
        session.issuing_key = self.key.id
        return session

    def log_in(self) -> None:
        """Let the session be one that a token of the provider was given for."""
        answer = assume_role_with_oidc(self).body.credentials
        session = self.cloud.credentials(answer.access_key_id)
        assert isinstance(session, Session)
        self.session = session

    def delete_user(self) -> None:
        for key in self.user.access_keys:
            key.delete()
        self.user.detach_all()
        self.user.delete()

    def delete_role(self) -> None:
        self.role.detach_all()
        self.role.delete()


Verb = Callable[[Stage], object]


@dataclass(frozen=True)
class Case:
    words: str
    verb: Verb
    settings: Settings = field(default_factory=Settings)
    before: Verb = lambda _: None


def _group(stage: Stage) -> None:
    """The rights come through the group instead."""
    group = stage.account.create_group("staff", policies=stage.policy)
    stage.user.detach_all()
    group.add(stage.user)
    group.remove(stage.user)


def _again(stage: Stage) -> None:
    stage.key.disable()
    stage.key.enable()


def _restore_key(stage: Stage) -> None:
    stage.key.delete()
    stage.account.recycle_bin.restore_key(stage.key.id)


def _restore_user(stage: Stage) -> None:
    """A user has no policies any more when it can be deleted, so it comes back without."""
    stage.delete_user()
    stage.account.recycle_bin.restore_user(stage.user.id)
    for key in (stage.key, stage.second_key):
        stage.account.recycle_bin.restore_key(key.id)


def _re_create(stage: Stage) -> None:
    stage.delete_role()
    stage.create_role()


def _change_trust(stage: Stage) -> None:
    stage.role.update(trusted=stage.account.create_user("bob"))


def _change_version(stage: Stage) -> None:
    stage.policy.create_version(NOTHING, set_as_default=True)


NOTHING_DONE: Final = Case("nothing", lambda _: None)
ELSEWHERE: Final = "192.0.2.0/24"
"""Where nobody calls from."""

OF_A_USER: Final = [
    NOTHING_DONE,
    Case("`key.disable()`", lambda stage: stage.key.disable()),
    Case("`key.disable()`, then `key.enable()`", _again),
    Case("`key.delete()`", lambda stage: stage.key.delete()),
    Case("`key.delete()`, then restored from the recycle bin", _restore_key),
    Case("`key.restrict_network(elsewhere)`", lambda stage: stage.key.restrict_network(ELSEWHERE)),
    Case(
        "the same, `tablestore_network_refusal` set",
        lambda stage: stage.key.restrict_network(ELSEWHERE),
        Settings(tablestore_network_refusal="OTSNoPermissionAccess"),
    ),
    Case(
        "`account.restrict_key_network(elsewhere)`",
        lambda stage: stage.account.restrict_key_network(ELSEWHERE),
    ),
    Case("the user deleted, with its keys", lambda stage: stage.delete_user()),
    Case("the same, then restored from the recycle bin", _restore_user),
    Case("`user.detach(policy)`", lambda stage: stage.user.detach(stage.policy)),
    Case("`user.detach_all()`", lambda stage: stage.user.detach_all()),
    Case("a Deny attached", lambda stage: stage.user.attach(NOTHING)),
    Case("the policy's default version changed", _change_version),
    Case("`group.remove(user)`", _group),
    Case("a control policy on the account", lambda stage: stage.account.restrict(NOTHING)),
]

OF_A_SESSION: Final = [
    NOTHING_DONE,
    Case("`ramsts.revoke(session)`, the double's own", lambda s: s.cloud.revoke(s.session)),
    Case("`session.expire()`, the double's own", lambda stage: stage.session.expire()),
    Case("`role.detach(policy)`", lambda stage: stage.role.detach(stage.policy)),
    Case("`role.detach_all()`", lambda stage: stage.role.detach_all()),
    Case("a Deny attached to the role", lambda stage: stage.role.attach(NOTHING)),
    Case("the policy's default version changed", _change_version),
    Case("the role deleted", lambda stage: stage.delete_role()),
    Case(
        "the role deleted, `deleted_role_code` set",
        lambda stage: stage.delete_role(),
        Settings(deleted_role_code="InvalidSecurityToken.Expired"),
    ),
    Case("the role deleted and made again", _re_create),
    Case("the trust policy changed", _change_trust),
    Case(
        "`MaxSessionDuration` lowered",
        lambda stage: stage.role.update(max_session_duration=3600),
    ),
    Case("the issuing key disabled", lambda stage: stage.key.disable()),
    Case(
        "the same, `tokens_survive_disabled_key=False`",
        lambda stage: stage.key.disable(),
        Settings(tokens_survive_disabled_key=False),
    ),
    Case(
        "the issuing key restricted to another network",
        lambda stage: stage.key.restrict_network(ELSEWHERE),
    ),
    Case("the issuing user deleted", lambda stage: stage.delete_user()),
    Case(
        "the same, `tokens_survive_deleted_user=False`",
        lambda stage: stage.delete_user(),
        Settings(tokens_survive_deleted_user=False),
    ),
    Case(
        "the identity provider deleted",
        lambda stage: stage.issuer.provider.delete(),
        before=lambda stage: stage.log_in(),
    ),
    Case("a control policy on the account", lambda stage: stage.account.restrict(NOTHING)),
]


OF_AN_ASSUME_ROLE: Final = [
    NOTHING_DONE,
    Case("the trust policy changed", _change_trust),
    Case("the identity provider deleted", lambda stage: stage.issuer.provider.delete()),
    Case("`user.detach_all()`", lambda stage: stage.user.detach_all()),
    Case("a Deny attached to the user", lambda stage: stage.user.attach(NOTHING)),
    Case("`role.detach_all()`", lambda stage: stage.role.detach_all()),
    Case(
        "`MaxSessionDuration` lowered",
        lambda stage: stage.role.update(max_session_duration=3600),
    ),
    Case("the role deleted", lambda stage: stage.delete_role()),
    Case("the role deleted and made again", _re_create),
    Case("`key.disable()`", lambda stage: stage.key.disable()),
    Case("`key.delete()`", lambda stage: stage.key.delete()),
    Case("`key.restrict_network(elsewhere)`", lambda stage: stage.key.restrict_network(ELSEWHERE)),
    Case("a control policy on the account", lambda stage: stage.account.restrict(NOTHING)),
]


# What they call


def _config(key: Any, host: str | None = None) -> Config:
    return Config(
        access_key_id=key.id,
        access_key_secret=key.secret,
        security_token=key.security_token or None,
        region_id="cn-shanghai",
        endpoint=host,
    )


def rpc(key: Any) -> Any:
    return Ram(_config(key)).list_users(ListUsersRequest())


def old_rpc(key: Any) -> Any:
    credential = (
        StsTokenCredential(key.id, key.secret, key.security_token)
        if key.security_token
        else AccessKeyCredential(key.id, key.secret)
    )
    client = AcsClient("cn-shanghai", credential=credential)
    return client.do_action_with_exception(OldListUsersRequest())


def rpc_xml(key: Any) -> Any:
    """Of the SDKs only this way asks for XML: the older one says JSON whatever it was told."""
    said = Params(
        action="ListUsers",
        version="2015-05-01",
        protocol="HTTPS",
        pathname="/",
        method="POST",
        auth_type="AK",
        style="RPC",
        req_body_type="formData",
        body_type="xml",
    )
    client = OpenApi(_config(key, "ram.aliyuncs.com"))
    answer = client.call_api(said, OpenApiRequest(query={"Format": "XML"}), RuntimeOptions())
    return "no XML" if "<ListUsersResponse>" not in answer["body"] else None


def roa(key: Any) -> Any:
    """As the client of a product in this style does: `alibabacloud_cs20151215` is only this."""
    said = Params(
        action="DescribeClustersV1",
        version="2015-12-15",
        protocol="HTTPS",
        pathname="/api/v1/clusters",
        method="GET",
        auth_type="AK",
        style="ROA",
        req_body_type="json",
        body_type="json",
    )
    client = OpenApi(_config(key, "cs.cn-shanghai.aliyuncs.com"))
    return client.call_api(said, OpenApiRequest(), RuntimeOptions())


def iot(key: Any) -> Any:
    answer = Iot(_config(key)).query_product_list(
        QueryProductListRequest(current_page=1, page_size=10)
    )
    if not answer.body.success:
        told = f"{answer.status_code} `{answer.body.code}`, no exception"
        return Refusal(told, answer.body.error_message)
    return None


def table_store(key: Any) -> Any:
    client = OTSClient(
        "https://orders.cn-hangzhou.ots.aliyuncs.com",
        key.id,
        key.secret,
        "orders",
        sts_token=key.security_token or None,
    )
    return client.list_table()


def oss(key: Any) -> Any:
    auth = (
        oss2.StsAuth(key.id, key.secret, key.security_token)
        if key.security_token
        else oss2.Auth(key.id, key.secret)
    )
    return oss2.Service(auth, "https://oss-cn-hangzhou.aliyuncs.com").list_buckets()


def sls(key: Any) -> Any:
    client = LogClient(
        "https://cn-hangzhou.log.aliyuncs.com",
        key.id,
        key.secret,
        securityToken=key.security_token or None,
        source="127.0.0.1",
    )
    return client.list_project()


def mns(key: Any) -> Any:
    host = f"https://{_account_of(key).id}.mns.cn-hangzhou.aliyuncs.com"
    return Mns(host, key.id, key.secret, key.security_token).list_queue()


def _account_of(key: Any) -> Account:
    account: Account = key.caller.account
    return account


# How they come by a new session


def assume_role(stage: Stage) -> Any:
    request = AssumeRoleRequest(
        role_arn=stage.role.arn, role_session_name="again", duration_seconds=7200
    )
    return Sts(_config(stage.key)).assume_role(request)


def provider(stage: Stage) -> Any:
    return RamRoleArnCredentialsProvider(
        access_key_id=stage.key.id,
        access_key_secret=stage.key.secret,
        role_arn=stage.role.arn,
        duration_seconds=7200,
    ).get_credentials()


def assume_role_with_oidc(stage: Stage) -> Any:
    request = AssumeRoleWithOIDCRequest(
        role_arn=stage.role.arn,
        role_session_name="again",
        oidcprovider_arn=stage.issuer.arn,
        oidctoken=stage.issuer.token("somebody"),
        duration_seconds=7200,
    )
    return Sts(Config(region_id="cn-shanghai")).assume_role_with_oidc(request)


Call = Callable[[Stage], Any]

FAMILIES: Final[dict[str, Callable[[Any], Any]]] = {
    "RAM (RPC)": rpc,
    "RAM by the older SDK": old_rpc,
    "RAM in XML": rpc_xml,
    "ACK (ROA)": roa,
    "IoT Platform": iot,
    "Table Store": table_store,
    "OSS": oss,
    "SLS": sls,
    "MNS": mns,
}

BY_THE_USER: Final[dict[str, Call]] = {
    family: lambda stage, call=call: call(stage.key)  # type: ignore[misc]  # a default binds it
    for family, call in FAMILIES.items()
}

BY_THE_SESSION: Final[dict[str, Call]] = {
    family: lambda stage, call=call: call(stage.session)  # type: ignore[misc]
    for family, call in FAMILIES.items()
}

ASSUMERS: Final[dict[str, Call]] = {
    "AssumeRole": assume_role,
    "`RamRoleArnCredentialsProvider`": provider,
    "AssumeRoleWithOIDC": assume_role_with_oidc,
}

BESIDE_THE_USER: Final[dict[str, Call]] = {
    "the key": lambda stage: rpc(stage.key),
    "the user's other key": lambda stage: rpc(stage.second_key),
    "a session the key asked for before": lambda stage: rpc(stage.session),
    "another user": lambda stage: rpc(stage.colleague.access_key),
}

BESIDE_THE_SESSION: Final[dict[str, Call]] = {
    "the session": lambda stage: rpc(stage.session),
    "another session of the role": lambda stage: rpc(stage.sibling),
    "a new session of the role": assume_role,
    "the user who asked for it": lambda stage: rpc(stage.key),
}


# What they get


@dataclass(frozen=True)
class Refusal:
    told: str
    """Status, code and exception, as they stand in a cell."""
    message: str

    @property
    def code(self) -> str:
        return f"`{self.told.split('`')[1]}`"


def next_call(case: Case, call: Call) -> Refusal | None:
    """What a call gets after access was withdrawn, which before was answered."""
    with FakeCloud(seed=1, settings=case.settings) as cloud:
        cloud.add_service(product("cs", routes={"DescribeClustersV1": "GET /api/v1/clusters"}))
        cloud.reply("cs:DescribeClustersV1", {"clusters": []})
        cloud.state("tablestore").create_instance("orders", cloud.account)
        stage = Stage(cloud)
        case.before(stage)
        before = _outcome(call, stage)
        if before is not None:
            raise AssertionError(f"not even before: {before}")
        case.verb(stage)
        return _outcome(call, stage)


def _outcome(call: Call, stage: Stage) -> Refusal | None:
    logging.disable()
    try:
        answer = call(stage)
    except Exception as error:  # noqa: BLE001 - whichever it is, it is told
        refusal = Refusal(_told(error), _message(error))
    else:
        if not isinstance(answer, Refusal):
            return None
        refusal = answer
    finally:
        logging.disable(logging.NOTSET)
    return Refusal(refusal.told, _made_general(refusal.message, stage))


def _told(error: Any) -> str:
    name = type(error).__name__
    if isinstance(error, LogException):
        return f"{error.get_resp_status()} `{error.get_error_code()}`, {name}"
    if isinstance(error, MNSServerException):
        return f"`{error.type}`, {name}"  # it does not know the status
    for code in ("error_code", "code"):
        if isinstance(getattr(error, code, None), str):
            status = next(
                (
                    found
                    for name in ("status_code", "http_status", "status")
                    if (found := getattr(error, name, None))
                ),
                "",
            )
            return f"{status} `{getattr(error, code)}`, {name}"
    # `alibabacloud_credentials` has the code in its text only.
    found = re.search(r'"Code":"([^"]+)"', str(error))
    if found is None:
        raise error
    return f"`{found[1]}` in the text, {name}"


def _message(error: Any) -> str:
    """The service's text, without what some SDKs put around it."""
    if isinstance(error, LogException):
        return str(error.get_error_message())
    if found := re.search(r'"Message":"([^"]+)"', str(error)):
        return found[1]
    text = str(getattr(error, "message", ""))
    return re.sub(r"^code: \d+, | request id: \S+$", "", text)


def _made_general(message: str, stage: Stage) -> str:
    for word, name in (
        (stage.account.id, "<account>"),
        (stage.key.id, "<key>"),
        (stage.session.id, "<key>"),
    ):
        message = message.replace(word, name)
    return message


# The page

INTRODUCTION: Final = """\
# What ends access

Access can be withdrawn in many ways, and each service says no in its own words.
This page records what the very next call gets: status, code and the SDK's exception.
Further below are what goes on working beside it, and the words of each refusal.
Each cell was found by doing it, with the real SDKs; a test compares it all again.
What the vendor leaves open is a named setting; its rows say so.

`elsewhere` stands for addresses that the call does not come from.
By the vendor's pages, MNS does not ask from where an AccessKey is used.
OSS answers as to a disabled key; for SLS and Table Store that is assumed.
The exceptions of MNS do not know the status.\
"""


Words = dict[tuple[str, str], list[str]]
"""By code and text, who says so."""


def page() -> str:
    words: Words = {}
    parts = [
        INTRODUCTION,
        _table("A user, after …", OF_A_USER, BY_THE_USER, words),
        _table("A role session, after …", OF_A_SESSION, BY_THE_SESSION, words),
        _table("A new session of the role, after …", OF_AN_ASSUME_ROLE, ASSUMERS, words),
        _table("What goes on after what was done to a user", OF_A_USER, BESIDE_THE_USER),
        _table("What goes on after what was done to a session", OF_A_SESSION, BESIDE_THE_SESSION),
        "## In which words\n\n" + _rows(("", "what it says", "who says so"), _texts(words)),
    ]
    return "\n\n".join(parts) + "\n"


def _table(
    title: str, cases: list[Case], calls: dict[str, Call], words: Words | None = None
) -> str:
    """One row for each way; what the refusals say is added to `words`, unless only codes count."""
    rows: list[tuple[str, ...]] = []
    for case in cases:
        cells = [next_call(case, call) for call in calls.values()]
        if words is None:
            rows.append((case.words, *[one.code if one else "works" for one in cells]))
            continue
        rows.append((case.words, *[one.told if one else "works" for one in cells]))
        for family, one in zip(calls, cells, strict=True):
            if one and family not in (known := words.setdefault((one.code, one.message), [])):
                known.append(family)
    return f"## {title}\n\n{_rows(('', *calls), rows)}"


def _texts(words: Words) -> list[tuple[str, ...]]:
    said = sorted(words.items(), key=lambda one: one[0][0])
    return [(code, f"`{text}`", ", ".join(families)) for (code, text), families in said]


def _rows(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
