"""Who answers: one module or package per product, and the table of them."""

from __future__ import annotations

from typing import Final

from pytest_ramsts.service import Service
from pytest_ramsts.services.ims import ims
from pytest_ramsts.services.iot import iot
from pytest_ramsts.services.kms import kms
from pytest_ramsts.services.metadata import credentials_uri, metadata
from pytest_ramsts.services.mns import mns
from pytest_ramsts.services.oss import oss
from pytest_ramsts.services.products import ecs
from pytest_ramsts.services.ram import ram
from pytest_ramsts.services.sign_in import cloud_sso, oauth
from pytest_ramsts.services.sls import sls
from pytest_ramsts.services.sts import sts
from pytest_ramsts.services.tablestore import tablestore

__all__ = ["SERVICES"]

SERVICES: Final[tuple[Service, ...]] = (
    ram,
    sts,
    ims,
    iot,
    oss,
    ecs,
    kms,
    sls,
    mns,
    tablestore,
    metadata,
    credentials_uri,
    cloud_sso,
    oauth,
)
