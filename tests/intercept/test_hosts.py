"""Which hosts are the cloud's."""

from __future__ import annotations

import pytest

from pytest_ramsts import RamstsError
from pytest_ramsts.intercept.hosts import Hosts


@pytest.mark.parametrize(
    "host",
    [
        "sts.aliyuncs.com",
        "STS.AliyunCS.com",
        "ram.aliyuncs.com.",
        "a.b.oss-cn-hangzhou.aliyuncs.com",
        "aliyuncs.com",
        "oauth.aliyun.com",
        "signin.alibabacloud.com",
        "100.100.100.200",
    ],
)
def test_the_hosts_of_alibaba_cloud_are_the_clouds(host: str) -> None:
    assert host in Hosts()


@pytest.mark.parametrize(
    "host",
    ["example.com", "notaliyuncs.com", "aliyuncs.com.example.com", "127.0.0.1", "localhost", ""],
)
def test_other_hosts_are_not(host: str) -> None:
    assert host not in Hosts()


def test_a_host_that_is_added_is_the_clouds_though_it_was_asked_about_before() -> None:
    hosts = Hosts()
    assert "parking.example.com" not in hosts

    hosts.add(["Parking.example.com"])

    assert "parking.example.com" in hosts


def test_a_host_that_passes_is_not_the_clouds() -> None:
    hosts = Hosts(passed=["OSS-cn-hangzhou.aliyuncs.com", "*.log.aliyuncs.com"])

    assert "oss-cn-hangzhou.aliyuncs.com" not in hosts
    assert hosts.passes("oss-cn-hangzhou.aliyuncs.com")
    assert "project.cn-hangzhou.log.aliyuncs.com" not in hosts
    assert "bucket.oss-cn-hangzhou.aliyuncs.com" in hosts
    assert "log.aliyuncs.com" in hosts


def test_one_host_that_is_no_list_is_refused() -> None:
    """It would be taken letter by letter."""
    with pytest.raises(RamstsError, match=r'passed=\["oss.aliyuncs.com"\]'):
        Hosts(passed="oss.aliyuncs.com")
