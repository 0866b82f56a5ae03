"""What nobody should read off a screen: secrets and signatures in a text, made unreadable."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["MASK", "masked"]

MASK: Final = "***"

_NAMES: Final = (
    r"(?:AccessKeySecret|(?:Old|New)?Password|(?-i:BearerToken)|OIDCToken|SAMLAssertion|Base32StringSeed"
    r"|(?:x-(?:acs|oss|log|fc|ots|mns)-)?(?:signature|security-?token|bearer-token|ststoken))"
)

_SECRETS: Final = (
    # `Signature=…` of a query, a form or a header, `"AccessKeySecret": "…"`, `('x-acs-signature',
    # '…')` and `<SecurityToken>…`.
    re.compile(
        rf"""({_NAMES}['"]?\s*[=:,>]\s*['"]?)(?!{re.escape(MASK)})[^\s"'&<,;)]+""", re.IGNORECASE
    ),
    # The same in a string to sign, which is quoted once or twice.
    re.compile(rf"({_NAMES}%(?:25)*3D)\S+?(?=%(?:25)*26|[\s&]|$)", re.IGNORECASE),
    # `Authorization: acs <id>:<signature>`, and the like of other styles.
    re.compile(
        r"""(\bAuthorization['"]?\s*[:,=]\s*['"]?[\w-]+\s+[\w.]+:)[^\s"',)]+""", re.IGNORECASE
    ),
)


def masked(text: str) -> str:
    """The text with `***` for the value of every secret.

    >>> masked("Action=Pub&Signature=4k8a%3D&Format=JSON")
    'Action=Pub&Signature=***&Format=JSON'
    """
    for secret in _SECRETS:
        text = secret.sub(rf"\1{MASK}", text)
    return text
