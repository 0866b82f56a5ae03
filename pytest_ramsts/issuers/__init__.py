"""Identity providers of one's own, for tests: they sign real tokens that STS really checks."""

from pytest_ramsts.issuers.oidc import OidcIssuer
from pytest_ramsts.issuers.saml import SamlIssuer

__all__ = ["OidcIssuer", "SamlIssuer"]
