"""AssumeRoleWithOIDC and AssumeRoleWithSAML: real tokens, really checked."""

from __future__ import annotations

import base64
import json
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from alibabacloud_credentials.client import Client as CredentialsClient
from alibabacloud_credentials.models import Config as CredentialsConfig
from alibabacloud_sts20150401 import models
from alibabacloud_tea_openapi.exceptions import ClientException
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.request import CommonRequest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from pytest_ramsts import Account, FakeCloud, Policy, RamstsError, Role, allow
from pytest_ramsts.identity import Session, saml
from pytest_ramsts.issuers import OidcIssuer, SamlIssuer
from pytest_ramsts.wire import Request

from . import clients


@pytest.fixture
def role(ram_account: Account, oidc_provider: OidcIssuer) -> Role:
    """A role for the subject `ci` of the OIDC provider."""
    return ram_account.create_role(
        "deployer", trusted=oidc_provider.trust("ci"), policies=[Policy(allow("oss:PutObject"))]
    )


def with_oidc(issuer: OidcIssuer, role: Role, token: str, **values: Any) -> Any:
    request = models.AssumeRoleWithOIDCRequest(
        oidcprovider_arn=values.pop("provider_arn", issuer.arn),
        oidctoken=token,
        role_arn=role.arn,
        role_session_name="job",
        **values,
    )
    return clients.sts(None).assume_role_with_oidc(request).body


def refused_oidc(issuer: OidcIssuer, role: Role, token: str, **values: Any) -> tuple[str, str]:
    with pytest.raises(ClientException) as caught:
        with_oidc(issuer, role, token, **values)
    assert caught.value.status_code == 401
    return str(caught.value.code).removeprefix("AuthenticationFail."), str(caught.value.message)


# OIDC


def test_a_token_is_worth_credentials_of_the_role_that_trusts_its_provider(
    ramsts: FakeCloud, oidc_provider: OidcIssuer, role: Role
) -> None:
    given = with_oidc(oidc_provider, role, oidc_provider.token("ci"))
    session = ramsts.credentials(given.credentials.access_key_id)

    assert given.oidctoken_info.subject == "ci"
    assert given.oidctoken_info.issuer == oidc_provider.issuer
    assert given.assumed_role_user.arn == f"{role.arn}/job"
    assert session.can("oss:PutObject")
    caller = clients.sts(ramsts.world.credentials(given.credentials.access_key_id))
    assert caller.get_caller_identity().body.role_id == role.id


def test_nobody_signs_and_the_journal_knows_who_it_was(
    ramsts: FakeCloud, oidc_provider: OidcIssuer, role: Role
) -> None:
    with_oidc(oidc_provider, role, oidc_provider.token("ci"))
    call = ramsts.calls.of("sts:AssumeRoleWithOIDC").last

    assert "authorization" not in call.request.headers
    assert call.caller is not None
    assert call.caller.principal.kind == "Federated"
    assert call.reason == "Allow"


def test_the_trust_policy_s_conditions_hold_for_the_token(
    oidc_provider: OidcIssuer, role: Role
) -> None:
    code, message = refused_oidc(oidc_provider, role, oidc_provider.token("somebody-else"))

    assert code == "NoPermission"
    assert "There is no permission" in message


def test_a_role_that_trusts_somebody_else_is_not_to_be_had(
    ram_account: Account, oidc_provider: OidcIssuer
) -> None:
    role = ram_account.create_role("private")

    assert refused_oidc(oidc_provider, role, oidc_provider.token("ci"))[0] == "NoPermission"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"lifetime": -1}, "OIDCToken.Expired"),
        ({"issued": -13 * 3600, "lifetime": 14 * 3600}, "OIDCToken.Expired"),
        ({"issued": 60}, "OIDCToken.Invalid"),
        ({"audience": "another-app"}, "OIDCToken.AudienceNotMatch"),
        ({"iss": "https://another.example.com"}, "OIDCToken.Invalid"),
        ({"exp": "tomorrow"}, "OIDCToken.Invalid"),
    ],
)
def test_a_token_that_is_not_for_us_or_not_for_now_is_refused(
    oidc_provider: OidcIssuer, role: Role, values: dict[str, Any], code: str
) -> None:
    assert refused_oidc(oidc_provider, role, oidc_provider.token("ci", **values))[0] == code


def test_a_token_expires_by_the_cloud_s_clock(
    ramsts: FakeCloud, oidc_provider: OidcIssuer, role: Role
) -> None:
    token = oidc_provider.token("ci", lifetime=600)

    ramsts.clock.advance(minutes=10)

    assert refused_oidc(oidc_provider, role, token)[0] == "OIDCToken.Expired"


def test_a_changed_claim_breaks_the_signature(oidc_provider: OidcIssuer, role: Role) -> None:
    header, _, signature = oidc_provider.token("mallory").split(".")
    _, claims, _ = oidc_provider.token("ci").split(".")

    code, message = refused_oidc(oidc_provider, role, f"{header}.{claims}.{signature}")

    assert code == "OIDCToken.InvalidSignature"
    assert "OIDC token validate failed: invalid signature." in message


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("one.two", "should be divided into 3 parts"),
        ("!!!.two.three", "Cannot decode base64"),
        ("eyJhbGciOiJIUzI1NiJ9.e30.AAAA", "The algorithm HS256 that be specified"),
        ("eyJhbGciOiJub25lIn0.e30.", "The algorithm none that be specified"),
    ],
)
def test_what_is_no_token_is_told_why(
    oidc_provider: OidcIssuer, role: Role, token: str, said: str
) -> None:
    code, message = refused_oidc(oidc_provider, role, token)

    assert code == "OIDCToken.Invalid"
    assert said in message


def test_an_unknown_provider_is_not_registered(oidc_provider: OidcIssuer, role: Role) -> None:
    arn = oidc_provider.arn.replace("/oidc", "/nobody")

    code, message = refused_oidc(oidc_provider, role, "a.b.c", provider_arn=arn)

    assert code == "NoPermission"
    assert "No such OIDC Provider registered." in message


def test_a_provider_that_was_deleted_is_trusted_no_more_and_its_sessions_live(
    ramsts: FakeCloud, oidc_provider: OidcIssuer, role: Role
) -> None:
    given = with_oidc(oidc_provider, role, oidc_provider.token("ci"))
    session = ramsts.world.credentials(given.credentials.access_key_id)

    oidc_provider.provider.delete()

    assert refused_oidc(oidc_provider, role, oidc_provider.token("ci"))[0] == "NoPermission"
    assert clients.sts(session).get_caller_identity().body.role_id == role.id


def test_an_issuer_whose_keys_nobody_serves_cannot_be_asked(
    ram_account: Account, oidc_provider: OidcIssuer, role: Role
) -> None:
    other = ram_account.create_oidc_provider(
        "other", "https://other.example.com", client_ids=[oidc_provider.client_id]
    )

    code, _ = refused_oidc(oidc_provider, role, oidc_provider.token("ci"), provider_arn=other.arn)

    assert code == "OIDCToken.HttpsUrlInvalid"


def test_discovery_and_keys_are_served_inside_the_fake_cloud(oidc_provider: OidcIssuer) -> None:
    document = requests.get(
        f"{oidc_provider.issuer}/.well-known/openid-configuration", timeout=1
    ).json()
    keys = requests.get(document["jwks_uri"], timeout=1).json()["keys"]

    assert document["issuer"] == oidc_provider.issuer
    assert keys == oidc_provider.key_set["keys"]
    assert "d" not in keys[0]


def test_the_credentials_library_gets_its_credentials_by_oidc(
    ramsts: FakeCloud, oidc_provider: OidcIssuer, role: Role, tmp_path: Any
) -> None:
    """As in a Kubernetes pod with RRSA: a token in a file, and no key anywhere."""
    file = tmp_path / "token"
    file.write_text(oidc_provider.token("ci"))
    client = CredentialsClient(
        CredentialsConfig(
            type="oidc_role_arn",
            role_arn=role.arn,
            oidc_provider_arn=oidc_provider.arn,
            oidc_token_file_path=str(file),
            role_session_name="pod",
            sts_endpoint="sts.aliyuncs.com",
        )
    )

    session = ramsts.credentials(client.get_credential().access_key_id)

    assert isinstance(session, Session)
    assert (session.role, session.name) == (role, "pod")


def test_an_unsigned_request_for_anything_else_stays_refused(ramsts: FakeCloud) -> None:
    for operation in ("AssumeRole", "GetCallerIdentity"):
        url = f"https://sts.aliyuncs.com/?Action={operation}&Version=2015-04-01"
        assert ramsts.handle(Request("POST", url)).json()["Code"] == "MissingAccessKeyId"


# SAML


def with_saml(issuer: SamlIssuer, role: Role, assertion: str, **values: Any) -> Any:
    request = models.AssumeRoleWithSAMLRequest(
        samlprovider_arn=issuer.arn, role_arn=role.arn, samlassertion=assertion, **values
    )
    return clients.sts(None).assume_role_with_saml(request).body


def refused_saml(issuer: SamlIssuer, role: Role, assertion: str, **values: Any) -> str:
    with pytest.raises(ClientException) as caught:
        with_saml(issuer, role, assertion, **values)
    return str(caught.value.code).removeprefix("AuthenticationFail.")


@pytest.fixture
def desk(ram_account: Account, saml_provider: SamlIssuer) -> Role:
    """A role for whoever the SAML provider vouches for."""
    return ram_account.create_role("desk", trusted=saml_provider.trust())


def test_an_assertion_is_worth_credentials_and_names_the_session(
    ramsts: FakeCloud, saml_provider: SamlIssuer, desk: Role
) -> None:
    assertion = saml_provider.assertion(
        desk, session_name="alice", session_duration=1800, source_identity="alice"
    )
    given = with_saml(saml_provider, desk, assertion)
    session = ramsts.credentials(given.credentials.access_key_id)

    assert isinstance(session, Session)
    assert (session.name, session.source_identity) == ("alice", "alice")
    assert session.duration.total_seconds() == 1800
    assert given.assumed_role_user.arn == (f"acs:sts::{desk.account.id}:assumed-role/desk/alice")
    assert given.samlassertion_info.issuer == saml_provider.entity_id
    assert given.samlassertion_info.subject_type == "persistent"


def test_an_assertion_expires_by_the_cloud_s_clock(
    ramsts: FakeCloud, saml_provider: SamlIssuer, desk: Role
) -> None:
    assertion = saml_provider.assertion(desk, session_name="alice", lifetime=60)

    ramsts.clock.advance(minutes=1)

    assert refused_saml(saml_provider, desk, assertion) == "SAMLAssertion.Expired"


def test_a_changed_assertion_is_invalid(saml_provider: SamlIssuer, desk: Role) -> None:
    text = base64.b64decode(saml_provider.assertion(desk, session_name="alice"))
    changed = base64.b64encode(text.replace(b">alice<", b">mallory<")).decode()

    assert refused_saml(saml_provider, desk, changed) == "SAMLAssertion.Invalid"


def test_what_stands_beside_the_signed_part_does_not_count(
    saml_provider: SamlIssuer, desk: Role, ramsts: FakeCloud
) -> None:
    """The wrapping attack: an unsigned assertion is put before the signed one."""
    text = base64.b64decode(saml_provider.assertion(desk, session_name="alice")).decode()
    start = text.index("<Assertion")
    forged = text[start : text.index("</Assertion>") + 12].replace(">alice<", ">mallory<")
    forged = forged.replace('ID="_assertion"', 'ID="_forged"')
    wrapped = base64.b64encode((text[:start] + forged + text[start:]).encode()).decode()

    try:
        given = with_saml(saml_provider, desk, wrapped)
    except ClientException as error:
        assert error.code == "AuthenticationFail.SAMLAssertion.Invalid"  # noqa: PT017
    else:
        session = ramsts.credentials(given.credentials.access_key_id)
        assert getattr(session, "name", "") == "alice"


@pytest.mark.parametrize(
    "values",
    [
        {"audience": "urn:somebody:else"},
        {"recipient": "https://example.com/sso"},
        {"issuer": "https://another.example.com"},
        {"issued": 600},
    ],
)
def test_an_assertion_that_is_not_for_us_or_not_for_now_is_invalid(
    saml_provider: SamlIssuer, desk: Role, values: dict[str, Any]
) -> None:
    assertion = saml_provider.assertion(desk, session_name="alice", **values)

    assert refused_saml(saml_provider, desk, assertion) == "SAMLAssertion.Invalid"


def test_an_assertion_is_for_the_roles_it_lists_only(
    ram_account: Account, saml_provider: SamlIssuer, desk: Role
) -> None:
    other = ram_account.create_role("other", trusted=saml_provider.trust())
    assertion = saml_provider.assertion(desk, session_name="alice")

    assert refused_saml(saml_provider, other, assertion) == "SAMLAssertion.Invalid"


def test_a_role_that_does_not_trust_the_provider_is_not_to_be_had(
    ram_account: Account, saml_provider: SamlIssuer
) -> None:
    role = ram_account.create_role("private")
    assertion = saml_provider.assertion(role, session_name="alice")

    assert refused_saml(saml_provider, role, assertion) == "NoPermission"


def test_another_key_s_assertion_is_invalid(saml_provider: SamlIssuer, desk: Role) -> None:
    """The metadata is exchanged for that of a provider with another certificate."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "other")])
    other = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(2)
        .not_valid_before(datetime(2000, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    ours = saml_provider.metadata
    der = base64.b64encode(other.public_bytes(serialization.Encoding.DER)).decode()
    start = ours.index("<ds:X509Certificate>") + len("<ds:X509Certificate>")
    saml_provider.provider.update(
        metadata=ours[:start] + der + ours[ours.index("</ds:X509Certificate>") :]
    )

    assertion = saml_provider.assertion(desk, session_name="alice")

    assert refused_saml(saml_provider, desk, assertion) == "SAMLAssertion.Invalid"


def test_the_duration_asked_for_goes_before_the_assertion_s(
    ramsts: FakeCloud, saml_provider: SamlIssuer, desk: Role
) -> None:
    assertion = saml_provider.assertion(desk, session_name="alice", session_duration=1800)
    given = with_saml(saml_provider, desk, assertion, duration_seconds=900)
    session = ramsts.credentials(given.credentials.access_key_id)

    assert isinstance(session, Session)
    assert session.duration.total_seconds() == 900


# Without the extras


def test_a_missing_library_is_named_with_the_extra_that_brings_it(
    ram_account: Account, saml_provider: SamlIssuer, desk: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    assertion = saml_provider.assertion(desk, session_name="alice")
    monkeypatch.setitem(sys.modules, "jwt", None)
    monkeypatch.setitem(sys.modules, "signxml", None)

    with pytest.raises(RamstsError, match=r"install pytest-ramsts\[oidc\]"):
        OidcIssuer(ram_account)
    with pytest.raises(RamstsError, match=r"install pytest-ramsts\[saml\]"):
        saml.authenticate(saml_provider.provider, assertion)


# MFA and source identity, beside the published parameters


def test_an_mfa_code_makes_the_session_say_that_it_was_there(
    ramsts: FakeCloud, ram_account: Account
) -> None:
    only_with_mfa = {"Bool": {"acs:MFAPresent": "true"}}
    user = ram_account.create_user(policies=[Policy(allow("sts:AssumeRole", when=only_with_mfa))])
    role = ram_account.create_role(policies=[Policy(allow("ots:DeleteRow", when=only_with_mfa))])
    device = user.bind_mfa_device()

    def assume(**values: str) -> dict[str, Any]:
        request = CommonRequest(domain="sts.aliyuncs.com", version="2015-04-01")
        request.set_action_name("AssumeRole")
        request.set_method("POST")
        request.set_protocol_type("https")
        values = {"RoleArn": role.arn, "RoleSessionName": "job", **values}
        for name, value in values.items():
            request.add_query_param(name, value)
        client = clients.legacy(user.access_key)
        answer: dict[str, Any] = json.loads(client.do_action_with_exception(request))
        return answer

    codes = []
    for values in (
        {},
        {"SerialNumber": "acs:ram::1:mfa/other", "TokenCode": "123456"},
        {"SerialNumber": device.serial_number, "TokenCode": "12"},
        {"SerialNumber": device.serial_number, "TokenCode": "000000"},
    ):
        with pytest.raises(ServerException) as caught:
            assume(**values)
        codes.append(caught.value.error_code)
    given = assume(SerialNumber=device.serial_number, TokenCode=device.code)
    session = ramsts.credentials(given["Credentials"]["AccessKeyId"])

    assert codes == [
        "NoPermission",
        "InvalidParameter.SerialNumber",
        "InvalidParameter.TokenCode",
        "CheckAuthenticationCodeFail",
    ]
    assert session.can("ots:DeleteRow")
    assert not role.assume().can("ots:DeleteRow")


def test_a_source_identity_stays_along_a_chain_of_roles(ramsts: FakeCloud) -> None:
    account = ramsts.account
    user = account.create_user(policies=["AliyunSTSAssumeRoleAccess"])
    first = account.create_role(trusted=user, policies=["AliyunSTSAssumeRoleAccess"])
    second = account.create_role(trusted=first)

    def assume(caller: Any, role: Role, **values: Any) -> Any:
        request = models.AssumeRoleRequest(role_arn=role.arn, role_session_name="job", **values)
        return clients.sts(caller).assume_role(request).body

    begun = assume(user.access_key, first, source_identity="alice")
    session = ramsts.world.credentials(begun.credentials.access_key_id)
    chained = assume(session, second)
    with pytest.raises(ClientException) as caught:
        assume(session, second, source_identity="mallory")

    assert (begun.source_identity, chained.source_identity) == ("alice", "alice")
    assert caught.value.code == "NoPermission"
