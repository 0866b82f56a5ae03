"""`acting_as`: the variables an SDK reads, set for a block and put back after it."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import textwrap
from contextlib import suppress
from typing import Any

import alibabacloud_oss_v2 as oss_v2
import oss2
import pytest
from alibabacloud_credentials.client import Client as DefaultChain
from aliyunsdkcore.client import AcsClient
from aliyunsdksts.request.v20150401.GetCallerIdentityRequest import GetCallerIdentityRequest

from pytest_ramsts import FakeCloud, RamstsError, Session, User
from pytest_ramsts.cloud import Who

KEY_ID = "ALIBABA_CLOUD_ACCESS_KEY_ID"
TOKEN = "ALIBABA_CLOUD_SECURITY_TOKEN"


def chained() -> Any:
    return DefaultChain().get_credential()


@pytest.mark.parametrize(
    ("of_alibaba", "of_oss", "attribute"),
    [
        (KEY_ID, "OSS_ACCESS_KEY_ID", "id"),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "OSS_ACCESS_KEY_SECRET", "secret"),
        (TOKEN, "OSS_SESSION_TOKEN", "security_token"),
    ],
)
def test_a_session_is_in_the_variables(
    ramsts: FakeCloud, of_alibaba: str, of_oss: str, attribute: str
) -> None:
    session = ramsts.account.create_role().assume()
    with ramsts.acting_as(session) as handed:
        assert handed is session
        assert os.environ[of_alibaba] == os.environ[of_oss] == getattr(session, attribute)


def test_who_acts_may_be_anybody_with_credentials(ramsts: FakeCloud, ram_user: User) -> None:
    role = ramsts.account.create_role()
    session = role.assume()
    expected_of: dict[Who, str] = {
        ram_user: ram_user.access_key.id,
        ram_user.access_key: ram_user.access_key.id,
        ramsts.account: ramsts.account.access_key.id,
        session: session.id,
    }
    for who, expected in expected_of.items():
        with ramsts.acting_as(who):
            assert chained().access_key_id == expected
    with ramsts.acting_as(role) as handed:
        assert chained().access_key_id == handed.id
        assert handed.role is role


def test_nobody_else_can_act(ramsts: FakeCloud) -> None:
    with (
        pytest.raises(RamstsError, match="not as 'olga'"),
        ramsts.acting_as("olga"),  # type: ignore[arg-type]
    ):
        pass


def test_the_token_of_an_older_session_is_taken_away_for_a_user(
    ramsts: FakeCloud, ram_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN, "left over")
    with ramsts.acting_as(ram_user):
        assert TOKEN not in os.environ
        assert chained().security_token is None

    assert os.environ[TOKEN] == "left over"


def test_a_block_that_raises_puts_everything_back(
    ramsts: FakeCloud, ram_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_ID, "mine")
    monkeypatch.delenv("OSS_ACCESS_KEY_ID", raising=False)
    before = dict(os.environ)
    with suppress(LookupError), ramsts.acting_as(ram_user):
        raise LookupError

    assert dict(os.environ) == before


def test_blocks_nest(ramsts: FakeCloud, ram_user: User) -> None:
    session = ramsts.account.create_role().assume()
    with ramsts.acting_as(ram_user):
        with ramsts.acting_as(session):
            assert chained().access_key_id == session.id
        assert chained().access_key_id == ram_user.access_key.id
        assert chained().security_token is None


def test_a_library_that_read_its_environment_before_sees_the_new_one(
    ramsts: FakeCloud, ram_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    auth_util = importlib.import_module("alibabacloud_credentials.utils.auth_util")
    monkeypatch.setenv(KEY_ID, "mine")
    importlib.reload(auth_util)
    with ramsts.acting_as(ram_user):
        assert auth_util.environment_access_key_id == ram_user.access_key.id

    assert auth_util.environment_access_key_id == "mine"
    monkeypatch.undo()
    importlib.reload(auth_util)


def test_a_library_that_is_imported_in_the_block_forgets_it_after_the_block() -> None:
    script = """
        import sys
        from pytest_ramsts import FakeCloud
        with FakeCloud() as cloud:
            user = cloud.account.create_user()
            assert "alibabacloud_credentials" not in sys.modules
            with cloud.acting_as(user):
                from alibabacloud_credentials.client import Client
                assert Client().get_credential().access_key_id == user.access_key.id
            from alibabacloud_credentials.utils import auth_util
            assert auth_util.environment_access_key_id is None
        print("done")
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ALIBABA_CLOUD_")}
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.stdout == "done\n", result.stderr


def test_the_developers_own_keys_are_out_of_sight(
    ramsts: FakeCloud, ram_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`ALIYUN_ACCESS_KEY_ID` would win over a credential object that aliyunsdkcore was given."""
    monkeypatch.setenv("ALIYUN_ACCESS_KEY_ID", "real")
    monkeypatch.setenv("ALIYUN_ACCESS_KEY_SECRET", "real")
    with ramsts.acting_as(ram_user):
        assert "ALIYUN_ACCESS_KEY_ID" not in os.environ
        assert "ALIYUN_ACCESS_KEY_SECRET" not in os.environ

    assert os.environ["ALIYUN_ACCESS_KEY_ID"] == "real"


def test_an_unknown_source_is_refused_with_those_there_are(
    ramsts: FakeCloud, ram_user: User
) -> None:
    with (
        pytest.raises(RamstsError, match=r"via `post`.*environment.*cli:RamRoleArn.*ecs"),
        ramsts.acting_as(ram_user, via="post"),
    ):
        pass


@pytest.mark.parametrize(
    ("via", "message"),
    [
        ("cli:AK", "`cli:AK` holds a long-term AccessKey"),
        ("credentials_file:access_key", "long-term"),
        ("ecs", "`ecs` leads to a role"),
        ("cli:RamRoleArn", "leads to a role"),
    ],
)
def test_a_session_is_refused_where_it_has_no_place(
    ramsts: FakeCloud, via: str, message: str
) -> None:
    session = ramsts.account.create_role().assume()
    with pytest.raises(RamstsError, match=message), ramsts.acting_as(session, via=via):
        pass


@pytest.mark.parametrize(
    ("via", "message"),
    [
        ("cli:StsToken", "holds a SecurityToken"),
        ("credentials_uri", "gives out temporary credentials"),
    ],
)
def test_a_user_is_refused_where_a_session_belongs(
    ramsts: FakeCloud, ram_user: User, via: str, message: str
) -> None:
    with pytest.raises(RamstsError, match=message), ramsts.acting_as(ram_user, via=via):
        pass


def test_terms_that_a_source_has_no_place_for_are_named(ramsts: FakeCloud, ram_user: User) -> None:
    with (
        pytest.raises(RamstsError, match="`environment` has no place for external_id, policy"),
        ramsts.acting_as(ram_user, external_id="x1", policy='{"Version": "1", "Statement": []}'),
    ):
        pass


def test_an_instance_needs_a_role_that_trusts_ecs(ramsts: FakeCloud) -> None:
    role = ramsts.account.create_role("app")
    with (
        pytest.raises(RamstsError, match=r"`app` does not; make it with trusted=\"ecs\."),
        ramsts.acting_as(role, via="ecs"),
    ):
        pass


def test_the_old_sdk_finds_the_variables_of_its_own(ramsts: FakeCloud, ram_user: User) -> None:
    with ramsts.acting_as(ram_user, via="aliyun_environment"):
        client = AcsClient(region_id="cn-hangzhou")
        answer = json.loads(client.do_action_with_exception(GetCallerIdentityRequest()))

    assert answer["UserId"] == ram_user.id


def test_the_providers_of_both_oss_sdks_find_the_variables(
    ramsts: FakeCloud, sts_credentials: Session
) -> None:
    with ramsts.acting_as(sts_credentials):
        found = [
            oss2.credentials.EnvironmentVariableCredentialsProvider().get_credentials(),
            oss_v2.credentials.EnvironmentVariableCredentialsProvider().get_credentials(),
        ]

    read = [
        (found[0].get_access_key_id(), found[0].get_security_token()),
        (found[1].access_key_id, found[1].security_token),
    ]
    assert read == [(sts_credentials.id, sts_credentials.security_token)] * 2
