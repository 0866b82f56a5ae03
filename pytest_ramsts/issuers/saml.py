"""A fake SAML provider: issues signed assertions."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import UTC, datetime
from html import escape  # that of `xml.sax` would load `urllib.request`
from typing import Any, Final

from pytest_ramsts.clock import timestamp
from pytest_ramsts.errors import RamstsError
from pytest_ramsts.identity import Account, Role
from pytest_ramsts.identity.saml import ATTRIBUTES, AUDIENCES, RECIPIENTS
from pytest_ramsts.issuers.keys import signing_key
from pytest_ramsts.policy import Policy, allow

__all__ = ["SamlIssuer"]

_ID: Final = "_assertion"


class SamlIssuer:
    """A SAML provider that an account trusts. The fixture `saml_provider` is one.

    role = ram_account.create_role(trusted=saml_provider.trust())
    assertion = saml_provider.assertion(role, session_name="alice")
    # the application calls AssumeRoleWithSAML with role.arn, saml_provider.arn and the assertion
    """

    def __init__(
        self,
        account: Account,
        name: str = "saml",
        *,
        entity_id: str = "https://saml.example.com/metadata",
    ) -> None:
        self.account = account
        self.entity_id = entity_id
        self.provider = account.create_saml_provider(name, self.metadata)

    def __repr__(self) -> str:
        return f"<SamlIssuer {self.entity_id}>"

    @property
    def arn(self) -> str:
        """The ARN of the provider in the account, the SAMLProviderArn of AssumeRoleWithSAML."""
        return self.provider.arn

    @property
    def metadata(self) -> str:
        """Its metadata document, with the certificate it signs with."""
        certificate = base64.b64encode(_certificate()).decode()
        return (
            '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"'
            f' xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="{escape(self.entity_id)}">'
            '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
            '<KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data>'
            f"<ds:X509Certificate>{certificate}</ds:X509Certificate>"
            "</ds:X509Data></ds:KeyInfo></KeyDescriptor></IDPSSODescriptor></EntityDescriptor>"
        )

    def assertion(
        self,
        *roles: Role,
        session_name: str,
        subject: str = "",
        session_duration: int | None = None,
        source_identity: str = "",
        lifetime: float = 300,
        issued: float = 0,
        recipient: str = RECIPIENTS[0],
        audience: str = AUDIENCES[0],
        issuer: str = "",
    ) -> str:
        """A SAML response with a signed assertion, in Base64, as a browser would post it.

        It lets its bearer choose among `roles`. `issued` is in seconds from now.
        """
        now = self.account.world.clock.time() + issued
        start, end = timestamp(now), timestamp(now + lifetime)
        attributes = {
            "Role": [f"{role.arn},{self.arn}" for role in roles],
            "RoleSessionName": [session_name],
            "SessionDuration": [] if session_duration is None else [str(session_duration)],
            "SourceIdentity": [source_identity] if source_identity else [],
        }
        text = (
            f'<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="{_ID}" Version="2.0"'
            f' IssueInstant="{start}"><Issuer>{escape(issuer or self.entity_id)}</Issuer>'
            '<Subject><NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">'
            f"{escape(subject or session_name)}</NameID>"
            '<SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
            f'<SubjectConfirmationData NotOnOrAfter="{end}" Recipient="{escape(recipient)}"/>'
            "</SubjectConfirmation></Subject>"
            f'<Conditions NotBefore="{start}" NotOnOrAfter="{end}"><AudienceRestriction>'
            f"<Audience>{escape(audience)}</Audience></AudienceRestriction></Conditions>"
            f"<AttributeStatement>{_attributes(attributes)}</AttributeStatement></Assertion>"
        )
        return base64.b64encode(_response(_signed(text), start)).decode()

    def trust(self, recipient: str = RECIPIENTS[0]) -> Policy:
        """A trust policy for assertions of this provider."""
        return Policy(
            allow(
                "sts:AssumeRole",
                on=None,
                principal={"Federated": [self.arn]},
                when={"StringEquals": {"saml:recipient": recipient}},
            )
        )


def _attributes(attributes: dict[str, list[str]]) -> str:
    return "".join(
        f'<Attribute Name="{ATTRIBUTES}{name}">{_values(values)}</Attribute>'
        for name, values in attributes.items()
        if values
    )


def _values(values: Iterable[str]) -> str:
    return "".join(f"<AttributeValue>{escape(value)}</AttributeValue>" for value in values)


def _signed(text: str) -> bytes:
    try:
        import signxml  # noqa: PLC0415 - an extra
        from cryptography import x509  # noqa: PLC0415
        from lxml import etree  # noqa: PLC0415
    except ImportError:
        raise RamstsError(
            "assertions are signed with signxml; install pytest-ramsts[saml]"
        ) from None
    signer = signxml.XMLSigner(c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#")
    root = signer.sign(
        etree.fromstring(text),
        key=signing_key(),
        cert=[x509.load_der_x509_certificate(_certificate())],
        reference_uri=_ID,
        id_attribute="ID",
    )
    return bytes(etree.tostring(root))


def _response(assertion: bytes, issued: str) -> bytes:
    return (
        (
            '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_response"'
            f' Version="2.0" IssueInstant="{issued}"><samlp:Status><samlp:StatusCode'
            ' Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>'
        ).encode()
        + assertion
        + b"</samlp:Response>"
    )


def _certificate() -> bytes:
    """A certificate of the key, signed by itself, in DER: for all the time a test may travel in."""
    from cryptography import x509  # noqa: PLC0415 - an extra
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415

    key: Any = signing_key()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "pytest-ramsts")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2000, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.DER)
