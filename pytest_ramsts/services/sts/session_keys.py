"""GenerateSessionAccessKey: a key that ends after a time, for whoever holds a private key.

The operation is in no published list. Its parameters, its answer and how it is signed are those of
the SDKs that call it: `aliyunsdkcore` with RSA, `alibabacloud_credentials` with HMAC over the text
of the private key. Whether the real STS takes the latter is not documented.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pytest_ramsts.clock import timestamp
from pytest_ramsts.errors import NoPermissionError
from pytest_ramsts.identity.key_pairs import KeyPair
from pytest_ramsts.identity.roles import check_duration
from pytest_ramsts.service import Body, Invocation
from pytest_ramsts.services.sts.product import sts

_LONGEST = 3600
"""What `aliyunsdkcore` lets nobody exceed."""


def _on(invocation: Invocation, **_: Any) -> Iterable[str]:
    return ("*",) if invocation.world.settings.session_keys_need_permission else ()


@sts.operation(on=_on)
def generate_session_access_key(
    invocation: Invocation, duration_seconds: int | None = None
) -> Body:
    pair = invocation.credentials
    if not isinstance(pair, KeyPair):
        raise NoPermissionError(
            "You are not authorized to do this action. You should be authorized by RAM.",
            hint="only an RSA key pair is given session keys: user.create_key_pair()",
        )
    key = pair.create_session_key(check_duration(duration_seconds, _LONGEST))
    return {
        "SessionAccessKey": {
            "SessionAccessKeyId": key.id,
            "SessionAccessKeySecret": key.secret,
            "Expiration": timestamp(key.expires),
        }
    }
