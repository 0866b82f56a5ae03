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
from alibabacloud_sts20150401.models import AssumeRoleRequest
from alibabacloud_tea_openapi.models import Config
from aliyun.log import LogClient, LogException
from aliyunsdkcore.auth.credentials import AccessKeyCredential, StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkram.request.v20150501.ListUsersRequest import ListUsersRequest as OldListUsersRequest
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
)
from pytest_ramsts.issuers import OidcIssuer

PAGE: Final = Path(__file__).parents[2] / "docs" / "explanation" / "revocation.md"

EVERYTHING: Final = Policy(allow("*", on="*"))
NOTHING: Final = Policy(deny("*", on="*"))


# Who is there


class Stage:
    """Somebody with every right, and all that the rights hang on."""

    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud
        self.account: Account = cloud.account
        self.policy: ManagedPolicy = self.account.create_policy("everything", EVERYTHING)
        self.user: User = self.account.create_user("alice", policies=self.policy)
        self.key: AccessKey = self.user.create_access_key()
        self.role: Role = self.account.create_role(
            "worker", policies=self.policy, max_session_duration=7200
        )
        self.session: Session = self.role.assume(by=self.user, duration=7200)
        self.session.issuing_key = self.key.id

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


def _group(stage: Stage) -> None:
    """The rights come through the group instead."""
    group = stage.account.create_group("staff", policies=stage.policy)
    stage.user.detach_all()
    group.add(stage.user)
    group.remove(stage.user)


def _again(stage: Stage) -> None:
    stage.key.disable()
    stage.key.enable()


def _restore(stage: Stage) -> None:
    stage.key.delete()
    stage.account.recycle_bin.restore_key(stage.key.id)


def _re_create(stage: Stage) -> None:
    stage.delete_role()
    stage.account.create_role("worker", policies=stage.policy, max_session_duration=7200)


def _provider(stage: Stage) -> None:
    """The session was had by a token of a provider."""
    issuer = OidcIssuer(stage.account)
    stage.role.update(trusted=issuer.trust())
    issuer.provider.delete()


OF_A_USER: Final = [
    Case("nothing", lambda _: None),
    Case("`key.disable()`", lambda stage: stage.key.disable()),
    Case("`key.disable()`, then `key.enable()`", _again),
    Case("`key.delete()`", lambda stage: stage.key.delete()),
    Case("`key.delete()`, then restored from the recycle bin", _restore),
    Case("the user deleted, with its keys", lambda stage: stage.delete_user()),
    Case("`user.detach(policy)`", lambda stage: stage.user.detach(stage.policy)),
    Case("`user.detach_all()`", lambda stage: stage.user.detach_all()),
    Case("a Deny attached", lambda stage: stage.user.attach(NOTHING)),
    Case(
        "the policy's default version changed",
        lambda stage: stage.policy.create_version(NOTHING, set_as_default=True),
    ),
    Case("`group.remove(user)`", _group),
    Case("a control policy on the account", lambda stage: stage.account.restrict(NOTHING)),
]

OF_A_SESSION: Final = [
    Case("nothing", lambda _: None),
    Case("`ramsts.revoke(session)`, the double's own", lambda s: s.cloud.revoke(s.session)),
    Case("`session.expire()`, the double's own", lambda stage: stage.session.expire()),
    Case("`role.detach_all()`", lambda stage: stage.role.detach_all()),
    Case("a Deny attached to the role", lambda stage: stage.role.attach(NOTHING)),
    Case("the role deleted", lambda stage: stage.delete_role()),
    Case(
        "the role deleted, `deleted_role_code` set",
        lambda stage: stage.delete_role(),
        Settings(deleted_role_code="InvalidSecurityToken.Expired"),
    ),
    Case("the role deleted and made again", _re_create),
    Case(
        "the trust policy changed",
        lambda stage: stage.role.update(trusted=stage.account.create_user("bob")),
    ),
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
    Case("the issuing user deleted", lambda stage: stage.delete_user()),
    Case(
        "the same, `tokens_survive_deleted_user=False`",
        lambda stage: stage.delete_user(),
        Settings(tokens_survive_deleted_user=False),
    ),
    Case("the identity provider deleted", _provider),
    Case("a control policy on the account", lambda stage: stage.account.restrict(NOTHING)),
]


OF_AN_ASSUME_ROLE: Final = [
    Case("nothing", lambda _: None),
    Case("the trust policy changed", lambda s: s.role.update(trusted=s.account.create_user("bob"))),
    Case("`user.detach_all()`", lambda stage: stage.user.detach_all()),
    Case(
        "`MaxSessionDuration` lowered",
        lambda stage: stage.role.update(max_session_duration=3600),
    ),
    Case("the role deleted", lambda stage: stage.delete_role()),
    Case("the role deleted and made again", _re_create),
    Case("`key.disable()`", lambda stage: stage.key.disable()),
]


# What they call


def _config(key: Any) -> Config:
    return Config(
        access_key_id=key.id,
        access_key_secret=key.secret,
        security_token=key.security_token or None,
        region_id="cn-shanghai",
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


def iot(key: Any) -> Any:
    answer = Iot(_config(key)).query_product_list(
        QueryProductListRequest(current_page=1, page_size=10)
    )
    if not answer.body.success:
        return f"{answer.status_code} `{answer.body.code}`, no exception"
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


def assume_role(key: Any) -> Any:
    request = AssumeRoleRequest(
        role_arn=key.owner.account.arn.replace("root", "role/worker"),
        role_session_name="again",
        duration_seconds=7200,
    )
    return Sts(_config(key)).assume_role(request)


def provider(key: Any) -> Any:
    return RamRoleArnCredentialsProvider(
        access_key_id=key.id,
        access_key_secret=key.secret,
        role_arn=key.owner.account.arn.replace("root", "role/worker"),
        duration_seconds=7200,
    ).get_credentials()


ASSUMERS: Final[dict[str, Callable[[Any], Any]]] = {
    "AssumeRole": assume_role,
    "`RamRoleArnCredentialsProvider`": provider,
}

FAMILIES: Final[dict[str, Callable[[Any], Any]]] = {
    "RAM (RPC)": rpc,
    "the same, older SDK": old_rpc,
    "IoT Platform": iot,
    "Table Store": table_store,
    "OSS": oss,
    "SLS": sls,
}


def next_call(case: Case, call: Callable[[Any], Any], *, session: bool) -> str:
    """What a call gets after access was withdrawn, which before was answered."""
    with FakeCloud(seed=1, settings=case.settings) as cloud:
        stage = Stage(cloud)
        cloud.state("tablestore").create_instance("orders", cloud.account)
        key = stage.session if session else stage.key
        before = _outcome(call, key)
        if before != "works":
            raise AssertionError(f"{call.__name__}: not even before: {before}")
        case.verb(stage)
        return _outcome(call, key)


def _outcome(call: Callable[[Any], Any], key: Any) -> str:
    logging.disable()
    try:
        answer = call(key)
    except Exception as error:  # noqa: BLE001 - whichever it is, it is told
        return _told(error)
    finally:
        logging.disable(logging.NOTSET)
    return answer if isinstance(answer, str) else "works"


def _told(error: Any) -> str:
    if isinstance(error, LogException):
        return f"{error.get_resp_status()} `{error.get_error_code()}`, LogException"
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
            return f"{status} `{getattr(error, code)}`, {type(error).__name__}"
    # `alibabacloud_credentials` has the code in its text only.
    found = re.search(r'"Code":"([^"]+)"', str(error))
    if found is None:
        raise error
    return f"`{found[1]}` in the text, {type(error).__name__}"


def page() -> str:
    lines = [
        "# What ends access",
        "",
        "Access can be withdrawn in many ways, and each service says no in its own words.",
        "This page records what the very next call gets: status, code and the SDK's exception.",
        "Each cell was found by doing it, with the real SDKs; a test compares it all again.",
        "What the vendor leaves open is a named setting; its rows say so.",
    ]
    for title, cases, calls, session in (
        ("A user, after …", OF_A_USER, FAMILIES, False),
        ("A role session, after …", OF_A_SESSION, FAMILIES, True),
        ("A new session of the role, after …", OF_AN_ASSUME_ROLE, ASSUMERS, False),
    ):
        lines += ["", f"## {title}", "", f"| | {' | '.join(calls)} |"]
        lines.append("|---" * (len(calls) + 1) + "|")
        for case in cases:
            cells = [next_call(case, call, session=session) for call in calls.values()]
            lines.append(f"| {case.words} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
