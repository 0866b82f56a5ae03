"""SAML assertions: whether one is what its provider signed, for us, and still good."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from pytest_ramsts.errors import FederationError, RamstsError
from pytest_ramsts.identity.federation import Federated

if TYPE_CHECKING:
    from pytest_ramsts.identity.providers import SamlProvider

_ASSERTION: Final = "{urn:oasis:names:tc:SAML:2.0:assertion}"
_METADATA: Final = "{urn:oasis:names:tc:SAML:2.0:metadata}"
_SIGNATURE: Final = "{http://www.w3.org/2000/09/xmldsig#}"
ATTRIBUTES: Final = "https://www.aliyun.com/SAML-Role/Attributes/"
AUDIENCES: Final = ("urn:alibaba:cloudcomputing", "urn:alibaba:cloudcomputing:international")
RECIPIENTS: Final = (
    "https://signin.aliyun.com/saml-role/sso",
    "https://signin.alibabacloud.com/saml-role/sso",
)


@dataclass(frozen=True, slots=True)
class SamlAssertion:
    """What an assertion says, once it is known to be true."""

    issuer: str
    subject: str
    subject_type: str
    recipient: str
    roles: tuple[tuple[str, str], ...]
    """The roles it is for, each with the ARN of the provider."""
    session_name: str
    session_duration: int | None
    source_identity: str


def authenticate(provider: SamlProvider, encoded: str) -> Federated:
    """Whom an assertion is about, or the documented `AuthenticationFail.SAMLAssertion.*`."""
    entity, certificates = _metadata(provider)
    root = _signed(encoded, certificates)
    assertion = _read(root)
    if assertion.issuer != entity:
        raise invalid(f"its issuer `{assertion.issuer}` is not `{entity}`")
    if assertion.recipient.lower() not in RECIPIENTS:
        raise invalid(f"its recipient is `{assertion.recipient}`, not {' or '.join(RECIPIENTS)}")
    _check_audience(root)
    _check_times(root, provider.account.world.clock.time())
    return Federated(provider, assertion, {"saml:recipient": assertion.recipient})


def invalid(hint: str) -> FederationError:
    return FederationError("SAMLAssertion.Invalid", "The SAML Assertion is invalid.", hint=hint)


def _metadata(provider: SamlProvider) -> tuple[str, list[str]]:
    """The entity that a provider's metadata describes, and its signing certificates."""
    try:
        root = _parsed(provider.metadata.encode())
    except ValueError as error:
        raise _no_metadata(str(error)) from None
    certificates = [
        "".join((certificate.text or "").split())
        for key in root.iter(f"{_METADATA}KeyDescriptor")
        if key.get("use", "signing") == "signing"
        for certificate in key.iter(f"{_SIGNATURE}X509Certificate")
    ]
    entity = root.get("entityID")
    if not entity or not certificates:
        raise _no_metadata("it has no entityID, or no certificate to sign with")
    return entity, certificates


def _no_metadata(hint: str) -> FederationError:
    return FederationError(
        "IDPMetadata.Invalid", "The IdP Metadata of your SAML Provider is invalid.", hint=hint
    )


def _signed(encoded: str, certificates: list[str]) -> Any:
    """The assertion, out of the part that the signature covers and out of no other."""
    signxml = _library()
    try:
        document = base64.b64decode(encoded, validate=True)
        _parsed(document)
    except (binascii.Error, ValueError) as error:
        raise invalid(f"it is no Base64 of XML: {error}") from None
    reasons = []
    for certificate in certificates:
        try:
            found = signxml.XMLVerifier().verify(document, x509_cert=certificate)
        except (signxml.InvalidInput, signxml.InvalidSignature, ValueError) as error:
            reasons.append(str(error))
            continue
        covered = found.signed_xml
        if covered is not None:
            assertions = list(covered.iter(f"{_ASSERTION}Assertion"))
            if len(assertions) == 1:
                return assertions[0]
        reasons.append("the signature covers no single assertion")
    raise invalid("; ".join(reasons))


def _read(root: Any) -> SamlAssertion:
    attributes = {
        attribute.get("Name", "").removeprefix(ATTRIBUTES): [
            (value.text or "").strip() for value in attribute.iter(f"{_ASSERTION}AttributeValue")
        ]
        for attribute in root.iter(f"{_ASSERTION}Attribute")
    }
    name = root.find(f"{_ASSERTION}Subject/{_ASSERTION}NameID")
    data = root.find(
        f"{_ASSERTION}Subject/{_ASSERTION}SubjectConfirmation/{_ASSERTION}SubjectConfirmationData"
    )
    if name is None or data is None:
        raise invalid("it has no Subject with a NameID and SubjectConfirmationData")
    roles = [tuple(pair.split(",", 1)) for pair in attributes.get("Role", ())]
    durations = attributes.get("SessionDuration", [])
    if any(len(pair) != 2 for pair in roles):  # noqa: PLR2004 - role, provider
        raise invalid("each Role is the ARN of a role, a comma, and that of the provider")
    if durations and not durations[0].isdecimal():
        raise invalid(f"SessionDuration `{durations[0]}` is no number of seconds")
    return SamlAssertion(
        issuer=_text(root.find(f"{_ASSERTION}Issuer")),
        subject=_text(name),
        subject_type=name.get("Format", "").rpartition(":")[2] or "unspecified",
        recipient=data.get("Recipient", ""),
        roles=tuple((role.strip(), provider.strip()) for role, provider in roles),
        session_name=next(iter(attributes.get("RoleSessionName", [])), ""),
        session_duration=int(durations[0]) if durations else None,
        source_identity=next(iter(attributes.get("SourceIdentity", [])), ""),
    )


def _check_audience(root: Any) -> None:
    audiences = [_text(one) for one in root.iter(f"{_ASSERTION}Audience")]
    if not set(audiences) & set(AUDIENCES):
        raise invalid(f"it is for {', '.join(audiences) or 'nobody'}, not {' or '.join(AUDIENCES)}")


def _check_times(root: Any, now: float) -> None:
    """Each window there is: of the assertion and of its subject's confirmation."""
    for element in (
        *root.iter(f"{_ASSERTION}Conditions"),
        *root.iter(f"{_ASSERTION}SubjectConfirmationData"),
    ):
        start, end = element.get("NotBefore"), element.get("NotOnOrAfter")
        if end is not None and now >= _seconds(end):
            raise FederationError(
                "SAMLAssertion.Expired", "The SAML Assertion is expired.", hint=f"at {end}"
            )
        if start is not None and now < _seconds(start):
            raise invalid(f"it is good from {start} on")


def _seconds(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(f"`{text}` is no time") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _text(element: Any) -> str:
    return "" if element is None else (element.text or "").strip()


def _parsed(document: bytes) -> Any:
    """XML, without entities or anything fetched; `ValueError` if it is none."""
    _library()
    from lxml import etree  # noqa: PLC0415 - comes with signxml

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(str(error)) from None


def _library() -> Any:
    try:
        import signxml  # noqa: PLC0415 - an extra: nothing needs it until an assertion is checked
    except ImportError:
        raise RamstsError(
            "SAML assertions are checked with signxml; install pytest-ramsts[saml]"
        ) from None
    return signxml
