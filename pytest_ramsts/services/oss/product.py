"""Object Storage Service: its hosts, its dialect, and how its operations are registered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from pytest_ramsts.identity import Ids
from pytest_ramsts.service import Body, On, Service
from pytest_ramsts.services.oss import authorization
from pytest_ramsts.services.oss.dialect import Dialect
from pytest_ramsts.services.oss.errors import worded
from pytest_ramsts.services.oss.routes import Routes
from pytest_ramsts.services.oss.state import OssState
from pytest_ramsts.wire import signatures

__all__ = ["operation", "oss"]


def _request_id(ids: Ids) -> str:
    """24 hexadecimal digits."""
    return ids.request_id().replace("-", "")[:24]


_ROUTES: Final = Routes()

oss: Final = Service(
    "oss",
    hosts=[
        "{bucket}.oss-accelerate.aliyuncs.com",
        "{bucket}.oss-accelerate-overseas.aliyuncs.com",
        "oss-accelerate.aliyuncs.com",
        "oss-accelerate-overseas.aliyuncs.com",
        "{bucket}.oss-{region}-internal.aliyuncs.com",
        "oss-{region}-internal.aliyuncs.com",
        "{bucket}.oss-{region}.aliyuncs.com",
        "oss-{region}.aliyuncs.com",
        "{bucket}.oss.aliyuncs.com",
        "oss.aliyuncs.com",
    ],
    version="",
    product="OSS",
    dialect=Dialect(_ROUTES),
    denied=authorization.denied,
    signatures=signatures.OSS,
    policies_of=authorization.policies_of,
    keys_of=authorization.keys_of,
    owner_of=authorization.owner_of,
    keys=authorization.keys_of_call,
    anonymous=True,
    worded=worded,
    request_id=_request_id,
    state=OssState,
)


def operation(
    route: str,
    *,
    on: On,
    name: str = "",
    action: str = "",
    version_action: str = "",
    keys: Mapping[str, str] | None = None,
) -> Callable[[Callable[..., Body]], Callable[..., Body]]:
    """Make a function an operation, asked for by a route. With a `versionId` it is asked for as
    `version_action`, where that is another one.
    """

    def register(run: Callable[..., Body]) -> Callable[..., Body]:
        operation_name = name or "".join(word.capitalize() for word in run.__name__.split("_"))
        _ROUTES.add(route, operation_name)
        asked = action or f"oss:{operation_name}"
        oss.operation(on=on, name=operation_name, action=asked, keys=keys)(run)
        with_version = f"{operation_name}?versionId"
        oss.operation(on=on, name=with_version, action=version_action or asked, keys=keys)(run)
        return run

    return register
