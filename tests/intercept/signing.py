"""Signs a call as the current SDKs do (ACS3-HMAC-SHA256), for any HTTP client to carry."""

from __future__ import annotations

import hmac
import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote

from pytest_ramsts import AccessKey, Session

FORM = "application/x-www-form-urlencoded"

_nonces = itertools.count()


@dataclass(frozen=True)
class SignedCall:
    """A call as it has to go out: the body is part of what was signed."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes

    @property
    def host(self) -> str:
        return self.headers["host"]

    @property
    def target(self) -> str:
        """What stands in the request line."""
        return self.url.removeprefix(f"https://{self.host}")


def signed(
    key: AccessKey | Session,
    action: str,
    params: Mapping[str, str] | None = None,
    *,
    method: str = "POST",
    form: Mapping[str, str] | None = None,
    host: str = "ram.aliyuncs.com",
    version: str = "2015-05-01",
) -> SignedCall:
    body = _encoded(form or {}).encode()
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": sha256(body).hexdigest(),
        "x-acs-date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "x-acs-signature-nonce": f"nonce-{next(_nonces)}",
        "x-acs-version": version,
    }
    if body:
        headers["content-type"] = FORM
    if isinstance(key, Session):
        headers["x-acs-security-token"] = key.security_token
    query = _encoded(params or {})
    names = sorted(headers)
    lines = "".join(f"{name}:{headers[name]}\n" for name in names)
    canonical = "\n".join(
        [method, "/", query, lines, ";".join(names), headers["x-acs-content-sha256"]]
    )
    string_to_sign = f"ACS3-HMAC-SHA256\n{sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(key.secret.encode(), string_to_sign.encode(), "sha256").hexdigest()
    headers["authorization"] = (
        f"ACS3-HMAC-SHA256 Credential={key.id},SignedHeaders={';'.join(names)},"
        f"Signature={signature}"
    )
    return SignedCall(
        method, f"https://{host}/?{query}" if query else f"https://{host}/", headers, body
    )


def _encoded(params: Mapping[str, str]) -> str:
    return "&".join(
        f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
        for name, value in sorted(params.items())
    )
