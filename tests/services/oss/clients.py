"""The official clients of OSS, for somebody's credentials, as an application makes them."""

from __future__ import annotations

from typing import Any, Literal

import alibabacloud_oss_v2 as oss_v2
import alibabacloud_oss_v2.aio as oss_v2_aio
import oss2

from pytest_ramsts.environment import Credentials

__all__ = ["REGION", "Credentials", "async_client", "bucket_of", "client", "service_of"]

REGION = "cn-hangzhou"


Signature = Literal["v1", "v2", "v4"]
_MAKERS = {"v1": oss2.ProviderAuth, "v2": oss2.ProviderAuthV2, "v4": oss2.ProviderAuthV4}


def _auth(credentials: Credentials | None, signature: Signature) -> Any:
    if credentials is None:
        return oss2.AnonymousAuth()
    provider = oss2.credentials.StaticCredentialsProvider(
        credentials.id, credentials.secret, credentials.security_token or None
    )
    return _MAKERS[signature](provider)


def bucket_of(
    credentials: Credentials | None,
    name: str = "media",
    signature: Signature = "v1",
    region: str = REGION,
) -> Any:
    """A bucket of `oss2`; without credentials, as anybody sees it."""
    return oss2.Bucket(
        _auth(credentials, signature), f"https://oss-{region}.aliyuncs.com", name, region=region
    )


def service_of(credentials: Credentials | None, signature: Signature = "v1") -> Any:
    return oss2.Service(
        _auth(credentials, signature), f"https://oss-{REGION}.aliyuncs.com", region=REGION
    )


def client(credentials: Credentials | None, **settings: Any) -> Any:
    """A client of `alibabacloud-oss-v2`."""
    return oss_v2.Client(_config(credentials, settings))


def async_client(credentials: Credentials, **settings: Any) -> Any:
    return oss_v2_aio.AsyncClient(_config(credentials, settings))


def _config(credentials: Credentials | None, settings: dict[str, Any]) -> Any:
    config = oss_v2.config.load_default()
    config.region = REGION
    config.retry_max_attempts = 1  # it waits between two attempts, for real
    if credentials is None:
        config.credentials_provider = oss_v2.credentials.AnonymousCredentialsProvider()
    else:
        config.credentials_provider = oss_v2.credentials.StaticCredentialsProvider(
            credentials.id, credentials.secret, credentials.security_token or None
        )
    for name, value in settings.items():
        setattr(config, name, value)
    return config
