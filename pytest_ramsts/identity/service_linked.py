"""Service-linked roles: what a service's template says about them."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from pytest_ramsts.errors import InvalidParameterError

_SERVICE: Final = re.compile(r"(?P<name>[a-z0-9][a-z0-9.-]*)\.aliyuncs\.com")

# The names that are not the service's own, capitalised.
_NAMES: Final = {
    "actiontrail": "ActionTrail",
    "ess": "AutoScaling",
    "resourcedirectory": "ResourceDirectory",
    "ros": "ROS",
    "fc": "FC",
    "oos": "OOS",
    "ots": "OTS",
}


class RoleTemplate(NamedTuple):
    """How the role of a service is called, and which system policy it has."""

    service: str
    role_name_prefix: str
    system_policy_name: str
    description: str


def role_template(service: str) -> RoleTemplate:
    """The template of a service such as `fc.aliyuncs.com`. The real list is not published: the
    names of services not in ours are made the same way.
    """
    found = _SERVICE.fullmatch(service)
    if found is None:
        raise InvalidParameterError(
            "ServiceName", "", hint=f"`{service}`: write it like fc.aliyuncs.com"
        )
    words = re.split(r"[.-]", found["name"])
    name = _NAMES.get(found["name"]) or "".join(word.capitalize() for word in words)
    return RoleTemplate(
        service,
        f"AliyunServiceRoleFor{name}",
        f"AliyunServiceRolePolicyFor{name}",
        f"{name} uses this role to access your resources in other services.",
    )
