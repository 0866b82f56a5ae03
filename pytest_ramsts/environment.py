"""What an SDK finds in its environment: the variables that its default chain of credentials looks
at.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

_KEY_ID: Final = ("ALIBABA_CLOUD_ACCESS_KEY_ID", "OSS_ACCESS_KEY_ID")
_KEY_SECRET: Final = ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "OSS_ACCESS_KEY_SECRET")
_TOKEN: Final = ("ALIBABA_CLOUD_SECURITY_TOKEN", "OSS_SESSION_TOKEN")

# `ALIYUN_ACCESS_KEY_ID` is left alone: aliyunsdkcore lets it win over a credential object that it
# was given.

# Every provider for instance metadata starts a thread that never ends; without the metadata service
# it is in the way.
_NO_METADATA: Final = {"ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true"}

# These read the environment once, when they are imported: whatever is set later they do not see.
_READERS: Final = (
    "alibabacloud_credentials.utils.auth_util",
    "alibabacloud_credentials.utils.auth_constant",
)


@contextmanager
def credentials_in_environment(key_id: str, secret: str, token: str = "") -> Iterator[None]:
    """Put credentials where SDKs look for them, for one block. Without a token, an older one is
    taken away.
    """
    values: dict[str, str | None] = dict.fromkeys(_KEY_ID, key_id)
    values |= dict.fromkeys(_KEY_SECRET, secret)
    values |= dict.fromkeys(_TOKEN, token or None)
    values |= _NO_METADATA
    before = {name: os.environ.get(name) for name in values}
    _set(values)
    try:
        yield
    finally:
        _set(before)


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    for name in _READERS:
        if name in sys.modules:
            importlib.reload(sys.modules[name])
