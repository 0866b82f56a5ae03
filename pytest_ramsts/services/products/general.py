"""Any other product, by the general rule: an operation `DescribeVpcs` of `vpc` is the action
`vpc:DescribeVpcs`, on everything unless somebody says more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from pytest_ramsts.errors import RamstsError
from pytest_ramsts.service import Rpc, Service
from pytest_ramsts.services.products.resources import resources
from pytest_ramsts.services.products.roa import Roa
from pytest_ramsts.wire import signatures

__all__ = ["product"]

# Where the first label of the host is not the word of the actions. Only `mq` is documented.
_LABELS: Final = {
    "cms": "metrics",
    "dysms": "dysmsapi",
    "kvstore": "r-kvstore",
    "mq": "onsmqtt",
}

# Beside RAM and ECS, those that the SDKs' own tests saw refuse a bearer token.
_WITHOUT_BEARER_TOKENS: Final = frozenset({"cdn", "dds", "slb", "vpc"})


def product(
    code: str,
    *,
    hosts: Iterable[str] = (),
    version: str = "",
    on: Mapping[str, str] | None = None,
    routes: Mapping[str, str] | None = None,
) -> Service:
    """A product that answers what a test programmed, and knows operations of any name.

        cloud.add_service(product("vpc", on={"DescribeVpcs": "vpc/{VpcId,*}"}))

    `code` is the word before the colon of its actions. Without `hosts`, they are the usual ones of
    a product of that name. `on` says what operations are done on: in braces the parameters that may
    name it, `*` where the call names none. `routes` is for a product in the ROA style, whose
    operations have a method and a path: `{"DescribeClusterDetail": "GET /clusters/{ClusterId}"}`.
    """
    if not code.isascii() or not code.replace("-", "").isalnum():
        raise RamstsError(f"a product has a code such as `vpc`, not `{code}`")
    label = _LABELS.get(code, code)
    service = Service(
        code,
        hosts=list(hosts)
        or [
            f"{label}.aliyuncs.com",
            f"{label}.{{region}}.aliyuncs.com",
            f"{label}-{{region}}.aliyuncs.com",
            f"{label}-vpc.{{region}}.aliyuncs.com",
        ],
        version=version,
        dialect=Roa(routes) if routes else Rpc(),
        signatures=signatures.SIGNED if code in _WITHOUT_BEARER_TOKENS else signatures.GATEWAY,
        other_on=resources(""),
        open=True,
    )
    for operation, line in (on or {}).items():
        service.declare(operation, on=resources(line))
    return service
