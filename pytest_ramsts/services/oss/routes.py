"""Which operation a request asks for: by its method, what it addresses, and its sub-resources.

A route is written as the manual writes it: `GET /{bucket}?acl`, `PUT /{bucket}/{key}?partNumber&
uploadId`, `GET /{bucket}?list-type=2`; a header that it needs stands behind: `+x-oss-copy-source`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pytest_ramsts.services.oss.errors import OssError
from pytest_ramsts.wire import Headers

__all__ = ["Routes"]

_LEVELS: Final = {"/": "service", "/{bucket}": "bucket", "/{bucket}/{key}": "object"}

# Parameters that choose what a request is about. One that no route knows is refused, so that no
# other operation answers in its place.
_CHOOSING: Final = frozenset(
    """
    accessmonitor accessPoint accessPointPolicy acl append asyncFetch bucketArchiveDirectRead
    bucketInfo cname comp cors delete encryption httpsConfig inventory lifecycle link live location
    logging metaQuery objectInfo objectMeta policy policyStatus publicAccessBlock qosInfo
    redundancyTransition referer regionList replication replicationLocation replicationProgress
    requestPayment requesterQosInfo resourceGroup resourcePool restore stat style symlink tagging
    transferAcceleration uploads versioning versions vod website worm wormExtend x-oss-async-process
    """.split()  # noqa: SIM905 - read better as a text
)


@dataclass(frozen=True, slots=True)
class _Route:
    operation: str
    names: frozenset[str]
    """The parameters that it needs."""
    values: Mapping[str, str]
    """Those of them that must have a value."""
    header: str

    def fits(self, query: Mapping[str, str], headers: Headers) -> bool:
        return (
            self.names <= query.keys()
            and (not self.header or self.header in headers)
            and (not self.values or self.values.items() <= query.items())
        )


class Routes:
    """All routes of OSS; the one that asks for most goes first."""

    def __init__(self) -> None:
        self._routes: dict[tuple[str, str], list[_Route]] = {}

    def add(self, text: str, operation: str) -> None:
        method, _, rest = text.partition(" ")
        place, _, header = rest.partition(" +")
        path, _, query = place.partition("?")
        pairs = [item.partition("=") for item in query.split("&") if item]
        names = frozenset(name for name, _, _ in pairs)
        values = {name: value for name, equals, value in pairs if equals}
        routes = self._routes.setdefault((method, _LEVELS[path]), [])
        routes.append(_Route(operation, names, values, header))
        routes.sort(key=lambda route: -(len(route.names) + len(route.values) + bool(route.header)))

    def find(self, method: str, level: str, query: Mapping[str, str], headers: Headers) -> str:
        """The operation, or a refusal."""
        for route in self._routes.get((method, level), ()):
            if route.fits(query, headers):
                strange = query.keys() & _CHOOSING - route.names
                if strange:
                    raise OssError(
                        "NotImplemented",
                        hint=f"no operation here is `{method}` of a {level} with `{min(strange)}`",
                    )
                return route.operation
        raise OssError(
            "MethodNotAllowed",
            extras={"Method": method, "ResourceType": level.capitalize()},
            hint=f"no operation here is `{method}` of a {level}",
        )
