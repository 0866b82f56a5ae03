"""KMS through its official SDKs: real encryption, secrets, and who may do what with which key."""

from __future__ import annotations

import base64
import json
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import pytest
from alibabacloud_kms20160120 import models
from alibabacloud_kms20160120.client import Client
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.models import Config
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkkms.request.v20160120.EncryptRequest import EncryptRequest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_ramsts import FakeCloud, Policy, User, allow
from pytest_ramsts.services.kms import Kms

from . import clients, refusals
from .clients import Credentials
from .filled import filled, method_of
from .refusals import Refusal

DOCUMENTED: Final[dict[str, dict[str, Any]]] = json.loads(
    Path(__file__).with_name("actions.json").read_text()
)["kms"]
REQUIRED: Final = {
    line.split("|")[0].strip(): line.split("|")[1].split()
    for line in files("pytest_ramsts.services.kms")
    .joinpath("operations.txt")
    .read_text()
    .splitlines()
}
PROGRAMMED: Final = (
    "AsymmetricDecrypt",
    "AsymmetricEncrypt",
    "AsymmetricSign",
    "AsymmetricVerify",
    "ExportDataKey",
    "GenerateAndExportDataKey",
    "GetParametersForImport",
    "GetPublicKey",
)


def client(credentials: Credentials) -> Client:
    return Client(
        Config(
            access_key_id=credentials.id,
            access_key_secret=credentials.secret,
            security_token=credentials.security_token or None,
            region_id="cn-hangzhou",
            endpoint="kms.cn-hangzhou.aliyuncs.com",
        )
    )


def call(credentials: Credentials, name: str, **wanted: Any) -> Any:
    if not hasattr(models, f"{name}Request"):
        return method_of(client(credentials), name)().body
    return method_of(client(credentials), name)(filled(models, name, wanted)).body


class Bench:
    """A key with an alias, a secret under it and one that is not; the owner does everything."""

    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud
        self.key = self.ask("CreateKey").key_metadata.key_id
        self.ask("CreateAlias", AliasName="alias/app", KeyId=self.key)
        self.ask("CreateSecret", SecretName="plain", SecretData="s3cret", VersionId="v1")
        self.ask(
            "CreateSecret",
            SecretName="under-key",
            SecretData="deep",
            VersionId="v1",
            EncryptionKeyId=self.key,
        )
        self.blob = self.ask("Encrypt", KeyId=self.key, Plaintext="hello").ciphertext_blob

    def ask(self, name: str, **wanted: Any) -> Any:
        return call(self.cloud.admin_key, name, **wanted)

    def refusal(self, name: str, **wanted: Any) -> str:
        with pytest.raises(ClientException) as caught:
            self.ask(name, **wanted)
        return f"{caught.value.status_code} {caught.value.code}"

    def arn(self, tail: str) -> str:
        return f"acs:kms:cn-hangzhou:{self.cloud.account.id}:{tail}"


@pytest.fixture
def bench(ramsts: FakeCloud) -> Bench:
    ramsts.clock.freeze("2026-03-01T08:00:00Z")
    return Bench(ramsts)


# Who may


def asked(bench: Bench, name: str) -> dict[str, Any]:
    known = {
        "KeyId": bench.key,
        "SecretName": "plain",
        "AliasName": "alias/app" if name != "CreateAlias" else "alias/other",
        "CiphertextBlob": bench.blob,
        "DestinationKeyId": bench.key,
        "KeyVersionId": "v",
        "PendingWindowInDays": 7,
        "Tags": "[]",
        "TagKeys": "[]",
        "VersionId": "v2",
        "VersionStage": "blue",
        "RegionId": "cn-hangzhou",
    }
    wanted = {one: known.get(one, ...) for one in REQUIRED[name]}
    if name in ("TagResource", "UntagResource", "ListResourceTags"):
        wanted["KeyId"] = bench.key
    if name == "CreateSecret":
        wanted["SecretName"] = "other"
    return wanted


@pytest.mark.parametrize("name", [name for name in DOCUMENTED if DOCUMENTED[name]["action"]])
def test_an_operation_needs_its_action_on_what_the_table_says(bench: Bench, name: str) -> None:
    row = DOCUMENTED[name]
    wanted = asked(bench, name)
    words = {
        "region": "cn-hangzhou",
        "account": bench.cloud.account.id,
        "key_id": bench.key,
        "alias_name": str(wanted.get("AliasName")).removeprefix("alias/"),
        "secret_name": str(wanted.get("SecretName")),
    }
    templates = row["resource"][:1] if row.get("any_of") else row["resource"]
    resources = [template.format_map(words) for template in templates]
    actions = row["action"] if isinstance(row["action"], list) else [row["action"]]
    bench.cloud.reply(f"kms:{name}", {})

    def user(*policies: Policy) -> User:
        return bench.cloud.account.create_user(policies=policies)

    with pytest.raises(ClientException) as caught:
        call(user().access_key, name, **wanted)
    assert (caught.value.status_code, caught.value.code) == (403, "Forbidden.NoPermission")
    assert set(bench.cloud.calls.last.resources) == set(resources)
    for missing in [*resources, *actions] if len(resources) + len(actions) > 2 else []:
        some = [one for one in resources if one != missing]
        others = [one for one in actions if one != missing]
        policies = [Policy(allow(*others, on=some))] if some and others else []
        with pytest.raises(ClientException):
            call(user(*policies).access_key, name, **wanted)
    assert call(user(Policy(allow(*actions, on=resources))).access_key, name, **wanted).request_id


@pytest.mark.parametrize("name", sorted(REQUIRED.keys() - DOCUMENTED.keys()))
def test_an_operation_that_the_table_lacks_is_done_on_what_it_names(
    bench: Bench, name: str
) -> None:
    wanted = asked(bench, name)
    tails = {"KeyId": f"key/{bench.key}", "SecretName": "secret/plain"}
    (resource, *_) = [bench.arn(tails[one]) for one in REQUIRED[name] if one in tails] or [
        bench.arn("*")
    ]
    bench.cloud.reply(f"kms:{name}", {})
    with bench.cloud.denies(f"kms:{name}", on=resource):
        call(bench.cloud.account.create_user().access_key, name, **wanted)

    user = bench.cloud.account.create_user(policies=[Policy(allow(f"kms:{name}", on=resource))])
    assert call(user.access_key, name, **wanted).request_id


def test_regions_need_no_permission(bench: Bench) -> None:
    user = bench.cloud.account.create_user()

    assert call(user.access_key, "DescribeRegions").request_id


def test_a_secret_under_a_key_needs_that_key(bench: Bench) -> None:
    secret, key = bench.arn("secret/under-key"), bench.arn(f"key/{bench.key}")
    reader = bench.cloud.account.create_user(policies=[Policy(allow("kms:GetSecretValue"))])
    with bench.cloud.denies("kms:Decrypt", on=key):
        call(reader.access_key, "GetSecretValue", SecretName="under-key")
    assert call(reader.access_key, "GetSecretValue", SecretName="plain").secret_data == "s3cret"

    reader.attach(Policy(allow("kms:Decrypt", on=key)))
    assert call(reader.access_key, "GetSecretValue", SecretName="under-key").secret_data == "deep"
    writer = bench.cloud.account.create_user(
        policies=[Policy(allow("kms:PutSecretValue", on=secret))]
    )
    with bench.cloud.denies("kms:GenerateDataKey", on=key):
        call(
            writer.access_key,
            "PutSecretValue",
            **asked(bench, "PutSecretValue") | {"SecretName": "under-key"},
        )


def test_an_alias_stands_for_its_key(bench: Bench) -> None:
    user = bench.cloud.account.create_user(
        policies=[Policy(allow("kms:Encrypt", on=bench.arn(f"key/{bench.key}")))]
    )

    for named in (bench.key, "alias/app", bench.arn(f"key/{bench.key}"), bench.arn("alias/app")):
        assert call(user.access_key, "Encrypt", KeyId=named, Plaintext="x").key_id == bench.key


def test_a_key_may_be_used_by_its_tag(bench: Bench) -> None:
    user = bench.cloud.account.create_user(
        policies=[Policy(allow("kms:Encrypt", when={"StringEquals": {"kms:tag/team": ["data"]}}))]
    )
    with bench.cloud.denies("kms:Encrypt"):
        call(user.access_key, "Encrypt", KeyId=bench.key, Plaintext="x")
    tags = '[{"TagKey": "team", "TagValue": "data"}]'
    bench.ask("TagResource", KeyId=bench.key, Tags=tags)

    assert call(user.access_key, "Encrypt", KeyId=bench.key, Plaintext="x").ciphertext_blob
    assert user.can("kms:Encrypt", on=bench.arn(f"key/{bench.key}"))
    (tag,) = bench.ask("ListResourceTags", KeyId=bench.key).tags.tag
    assert (tag.tag_key, tag.tag_value) == ("team", "data")
    bench.ask("UntagResource", KeyId=bench.key, TagKeys='["team"]')
    assert not user.can("kms:Encrypt", on=bench.arn(f"key/{bench.key}"))


# Encryption


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    text=st.text(min_size=1, max_size=200).map(
        lambda text: base64.b64encode(text.encode()).decode()
    )
)
def test_what_is_encrypted_is_decrypted(bench: Bench, text: str) -> None:
    context = {"purpose": "test"}
    sealed = bench.ask("Encrypt", KeyId="alias/app", Plaintext=text, EncryptionContext=context)
    blob = sealed.ciphertext_blob
    opened = bench.ask("Decrypt", CiphertextBlob=blob, EncryptionContext=context)

    assert (opened.plaintext, opened.key_id) == (text, bench.key)
    assert opened.key_version_id == sealed.key_version_id
    for wrong in ({}, {"purpose": "other"}):
        refused = bench.refusal("Decrypt", CiphertextBlob=blob, EncryptionContext=wrong)
        assert refused == "400 InvalidParameter"


def test_no_changed_octet_is_decrypted(bench: Bench) -> None:
    octets = bytearray(base64.b64decode(bench.blob))
    for place in range(16, len(octets)):
        octets[place] ^= 1
        changed = base64.b64encode(octets).decode()
        assert bench.refusal("Decrypt", CiphertextBlob=changed) == "400 InvalidParameter"
        octets[place] ^= 1


@pytest.mark.parametrize("blob", ["x", "", "aGVsbG8=", base64.b64encode(bytes(60)).decode()])
def test_what_is_no_ciphertext_is_refused(bench: Bench, blob: str) -> None:
    assert bench.refusal("Decrypt", CiphertextBlob=blob) == "400 InvalidParameter"


@pytest.mark.parametrize(
    ("size", "octets"),
    [
        ({}, 32),
        ({"KeySpec": "AES_128"}, 16),
        ({"NumberOfBytes": 48}, 48),
        ({"NumberOfBytes": 1}, 1),
    ],
)
def test_a_data_key_comes_plain_and_sealed(bench: Bench, size: dict[str, Any], octets: int) -> None:
    made = bench.ask("GenerateDataKey", KeyId=bench.key, **size)
    other = bench.ask("GenerateDataKeyWithoutPlaintext", KeyId=bench.key, **size)

    assert len(base64.b64decode(made.plaintext)) == octets
    opened = bench.ask("Decrypt", CiphertextBlob=made.ciphertext_blob)
    assert opened.plaintext == made.plaintext
    plain = bench.ask("Decrypt", CiphertextBlob=other.ciphertext_blob).plaintext
    assert len(base64.b64decode(plain)) == octets


def test_a_ciphertext_moves_to_another_key(bench: Bench) -> None:
    other = bench.ask("CreateKey").key_metadata.key_id
    moved = bench.ask("ReEncrypt", CiphertextBlob=bench.blob, DestinationKeyId=other)

    opened = bench.ask("Decrypt", CiphertextBlob=moved.ciphertext_blob)
    assert (opened.plaintext, opened.key_id) == ("hello", other)


def test_an_older_version_of_a_key_still_decrypts(bench: Bench) -> None:
    version = bench.ask("CreateKeyVersion", KeyId=bench.key).key_version.key_version_id

    assert bench.ask("Encrypt", KeyId=bench.key, Plaintext="x").key_version_id == version
    assert bench.ask("Decrypt", CiphertextBlob=bench.blob).plaintext == "hello"
    versions = bench.ask("ListKeyVersions", KeyId=bench.key).key_versions.key_version
    assert [one.key_version_id for one in versions][1] == version
    shown = bench.ask("DescribeKeyVersion", KeyId=bench.key, KeyVersionId=version)
    assert shown.key_version.creation_date == "2026-03-01T08:00:00Z"


def test_two_clouds_of_one_seed_encrypt_alike_and_of_another_do_not() -> None:
    blobs = []
    for seed in (1, 1, 2):
        with FakeCloud(seed=seed) as cloud:
            cloud.clock.freeze("2026-03-01T08:00:00Z")
            blobs.append(Bench(cloud).blob)

    assert blobs[0] == blobs[1] != blobs[2]


# Keys


def test_a_disabled_key_encrypts_nothing(bench: Bench) -> None:
    bench.ask("DisableKey", KeyId=bench.key)

    assert bench.refusal("Encrypt", KeyId=bench.key, Plaintext="x") == "409 Rejected.Disabled"
    assert bench.refusal("Decrypt", CiphertextBlob=bench.blob) == "409 Rejected.Disabled"
    bench.ask("EnableKey", KeyId=bench.key)
    assert bench.ask("Decrypt", CiphertextBlob=bench.blob).plaintext == "hello"


def test_a_key_is_deleted_when_its_days_are_over(bench: Bench) -> None:
    bench.ask("ScheduleKeyDeletion", KeyId=bench.key, PendingWindowInDays=7)
    shown = bench.ask("DescribeKey", KeyId=bench.key).key_metadata

    assert (shown.key_state, shown.delete_date) == ("PendingDeletion", "2026-03-08T08:00:00Z")
    waiting = bench.refusal("Decrypt", CiphertextBlob=bench.blob)
    assert waiting == "409 Rejected.PendingDeletion"
    bench.ask("CancelKeyDeletion", KeyId=bench.key)
    assert bench.ask("Decrypt", CiphertextBlob=bench.blob).plaintext == "hello"
    bench.ask("ScheduleKeyDeletion", KeyId=bench.key, PendingWindowInDays=7)
    bench.cloud.clock.advance(days=7)
    assert bench.refusal("DescribeKey", KeyId=bench.key) == "404 Forbidden.KeyNotFound"
    assert bench.refusal("DescribeKey", KeyId="alias/app") == "404 Forbidden.AliasNotFound"


def test_keys_and_aliases_are_listed_in_pages(bench: Bench) -> None:
    for _ in range(2):
        bench.ask("CreateKey")
    page = bench.ask("ListKeys", PageNumber=2, PageSize=2)

    assert (page.total_count, len(page.keys.key)) == (3, 1)
    (alias,) = bench.ask("ListAliases").aliases.alias
    assert (alias.alias_name, alias.key_id) == ("alias/app", bench.key)
    assert bench.ask("ListAliasesByKeyId", KeyId=bench.key).total_count == 1
    bench.ask("UpdateAlias", AliasName="alias/app", KeyId=page.keys.key[0].key_id)
    assert bench.ask("ListAliasesByKeyId", KeyId=bench.key).total_count == 0
    bench.ask("DeleteAlias", AliasName="alias/app")
    assert bench.refusal("DeleteAlias", AliasName="alias/app") == "404 Forbidden.AliasNotFound"


@pytest.mark.parametrize(
    ("name", "wanted", "refusal"),
    [
        ("CreateAlias", {"AliasName": "alias/app", "KeyId": "alias/app"}, "400 AliasAlreadyExists"),
        ("CreateAlias", {"AliasName": "app", "KeyId": "alias/app"}, "400 InvalidParameter"),
        ("CreateKey", {"KeySpec": "RSA_2048"}, "400 InvalidParameter"),
        ("DescribeKey", {"KeyId": "nothing"}, "404 Forbidden.KeyNotFound"),
        ("DescribeKey", {}, "400 MissingParameter"),
        ("Encrypt", {"KeyId": "alias/app", "Plaintext": "x" * 6145}, "400 InvalidParameter"),
        ("GenerateDataKey", {"KeyId": "alias/app", "KeySpec": "DES"}, "400 InvalidParameter"),
        ("GenerateDataKey", {"KeyId": "alias/app", "NumberOfBytes": 0}, "400 InvalidParameter"),
        ("GetSecretValue", {"SecretName": "nothing"}, "404 Forbidden.ResourceNotFound"),
        ("ListKeys", {"PageSize": 1000}, "400 InvalidParameter"),
        ("GetRandomPassword", {"PasswordLength": "many"}, "400 InvalidParameter"),
        (
            "CreateSecret",
            {"SecretName": "plain", "SecretData": "x", "VersionId": "v1"},
            "409 Rejected.ResourceExist",
        ),
        (
            "ScheduleKeyDeletion",
            {"KeyId": "alias/app", "PendingWindowInDays": 3},
            "400 InvalidParameter",
        ),
    ],
)
def test_what_is_wrong_has_its_code(
    bench: Bench, name: str, wanted: dict[str, Any], refusal: str
) -> None:
    assert bench.refusal(name, **wanted) == refusal


# Secrets


def test_a_new_value_is_current_and_the_old_one_previous(bench: Bench) -> None:
    bench.ask("PutSecretValue", SecretName="plain", SecretData="new", VersionId="v2")

    def value(**which: str) -> tuple[str, list[str]]:
        found = bench.ask("GetSecretValue", SecretName="plain", **which)
        return found.secret_data, found.version_stages.version_stage

    assert value() == ("new", ["ACSCurrent"])
    assert value(VersionStage="ACSPrevious") == ("s3cret", ["ACSPrevious"])
    assert value(VersionId="v1") == ("s3cret", ["ACSPrevious"])
    bench.ask(
        "UpdateSecretVersionStage",
        SecretName="plain",
        VersionStage="ACSCurrent",
        MoveToVersion="v1",
    )
    assert value()[0] == "s3cret"
    twice = bench.refusal("PutSecretValue", SecretName="plain", SecretData="x", VersionId="v2")
    assert twice == "409 Rejected.ResourceExist"
    versions = bench.ask("ListSecretVersionIds", SecretName="plain").version_ids.version_id
    assert [one.version_id for one in versions] == ["v1", "v2"]


def test_a_secret_that_is_being_deleted_keeps_its_value_to_itself(bench: Bench) -> None:
    bench.ask("DeleteSecret", SecretName="plain", RecoveryWindowInDays="7")

    waiting = bench.refusal("GetSecretValue", SecretName="plain")
    assert waiting == "409 Rejected.ResourceInDeleteWindow"
    shown = bench.ask("DescribeSecret", SecretName="plain")
    assert shown.planned_delete_time == "2026-03-08T08:00:00Z"
    bench.ask("RestoreSecret", SecretName="plain")
    assert bench.ask("GetSecretValue", SecretName="plain").secret_data == "s3cret"
    bench.ask("DeleteSecret", SecretName="plain", RecoveryWindowInDays="7")
    bench.cloud.clock.advance(days=7)
    gone = bench.refusal("GetSecretValue", SecretName="plain")
    assert gone == "404 Forbidden.ResourceNotFound"
    bench.ask("DeleteSecret", SecretName="under-key", ForceDeleteWithoutRecovery="true")
    assert bench.ask("ListSecrets").total_count == 0


def test_secrets_are_described_with_their_tags(bench: Bench) -> None:
    bench.ask("UpdateSecret", SecretName="plain", Description="of the database")
    tags = '[{"TagKey": "a", "TagValue": "b"}]'
    bench.ask("TagResource", SecretName="plain", Tags=tags)
    shown = bench.ask("DescribeSecret", SecretName="plain", FetchTags="true")

    assert shown.description == "of the database"
    assert [(one.tag_key, one.tag_value) for one in shown.tags.tag] == [("a", "b")]
    assert {one.secret_name for one in bench.ask("ListSecrets").secret_list.secret} == {
        "plain",
        "under-key",
    }


def test_a_password_leaves_out_what_it_should(bench: Bench) -> None:
    password = bench.ask(
        "GetRandomPassword", PasswordLength="20", ExcludeCharacters="abcdefABCDEF0123456789"
    ).random_password

    assert len(password) == 20
    assert not set(password) & set("abcdefABCDEF0123456789")


def test_accounts_and_regions_have_their_own_keys(bench: Bench) -> None:
    stranger = bench.cloud.create_account()
    with pytest.raises(ClientException) as caught:
        call(stranger.access_key, "DescribeKey", KeyId=bench.key)
    state: Kms = bench.cloud.state("kms")

    assert caught.value.code == "Forbidden.KeyNotFound"
    assert not state.at(bench.cloud.account.id, "cn-beijing").keys


# How it refuses


@pytest.mark.parametrize(
    ("kind", "status", "code", "text"),
    [
        ("no permission", 403, "Forbidden.NoPermission", "forbidden by permission system"),
        ("expired token", 400, "InvalidSecurityToken.Expired", "is expired"),
        ("malformed token", 400, "InvalidSecurityToken.Malformed", "is malformed"),
        ("mismatched token", 400, "InvalidSecurityToken.MismatchWithAccessKey", "mismatch"),
        ("unknown key", 404, "InvalidAccessKeyId.NotFound", "does not exist in our records"),
        ("disabled key", 403, "Forbidden.AccessKey", "This AccessKey is not enabled."),
        ("wrong secret", 400, "IncompleteSignature", "does not conform to Aliyun standards."),
        ("skewed clock", 400, "IllegalTimestamp", '"Timestamp"'),
    ],
)
def test_each_refusal_has_its_code(
    bench: Bench, kind: str, status: int, code: str, text: str
) -> None:
    def encrypt(credentials: Credentials) -> object:
        return call(credentials, "Encrypt", KeyId=bench.key, Plaintext="x")

    def encrypt_as_of_old(credentials: Credentials) -> object:
        client = clients.legacy(credentials)
        return clients.ask(client, EncryptRequest(), KeyId=bench.key, Plaintext="x")

    refusal = refusals.met(kind, bench.cloud, encrypt, _read, ClientException)
    assert (refusal.status, refusal.code) == (status, code)
    assert text in refusal.message
    assert bench.cloud.calls.last.response.json()["HttpStatus"] == status
    older = refusals.met(kind, bench.cloud, encrypt_as_of_old, _read_old, ServerException)
    assert (older.status, older.code) == (status, code)


def _read(error: Exception) -> Refusal:
    assert isinstance(error, ClientException)
    return Refusal(error.status_code, error.code, error.message)


def _read_old(error: Exception) -> Refusal:
    assert isinstance(error, ServerException)
    return Refusal(error.http_status, error.error_code, error.message)


@pytest.mark.filterwarnings("ignore:do_action:DeprecationWarning")
def test_an_answer_in_xml_has_kms_around_it(bench: Bench) -> None:
    def ask(user: Credentials) -> str:
        request = EncryptRequest()
        request.set_accept_format("XML")
        request.set_KeyId(bench.key)
        request.set_Plaintext("x")
        return str(clients.legacy(user).do_action(request).decode())

    good, bad = ask(bench.cloud.admin_key), ask(bench.cloud.account.create_user().access_key)

    start = '<?xml version="1.0" encoding="UTF-8"?>\n<KMS>'
    assert good.startswith(f"{start}<RequestId>")
    assert bad.startswith(f"{start}<HttpStatus>403</HttpStatus>")
    assert good.endswith("</KMS>")
    assert bad.endswith("</KMS>")
