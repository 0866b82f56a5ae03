"""STS 2015-04-01: temporary credentials of a role, and who a caller is."""

from pytest_ramsts.services.sts import assume_role, caller_identity, oidc, saml, session_keys
from pytest_ramsts.services.sts.product import sts

__all__ = ["assume_role", "caller_identity", "oidc", "saml", "session_keys", "sts"]
