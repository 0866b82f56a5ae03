"""A plain script: no pytest anywhere, requests are caught within the block."""

from __future__ import annotations

from alibabacloud_credentials.client import Client as Credentials
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_tea_openapi.models import Config

from pytest_ramsts import FakeCloud

with FakeCloud(seed=7) as cloud:
    reader = cloud.account.create_role("reader", policies=["AliyunOTSReadOnlyAccess"])
    with cloud.acting_as(reader):
        sts = Sts(Config(credential=Credentials(), region_id="cn-hangzhou"))
        print(sts.get_caller_identity().body.arn)
    print(reader.can("ots:PutRow", on="acs:ots:*:*:instance/orders/table/a").explain())
