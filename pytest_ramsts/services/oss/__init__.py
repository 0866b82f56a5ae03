"""Object Storage Service: buckets and objects in memory, every operation guarded by RAM, by the
bucket's policy and by ACLs.
"""

from pytest_ramsts.services.oss import (
    buckets,
    forms,
    listings,
    multiparts,
    objects,
    others,
    settings,
)
from pytest_ramsts.services.oss.product import oss

__all__ = ["buckets", "forms", "listings", "multiparts", "objects", "oss", "others", "settings"]
