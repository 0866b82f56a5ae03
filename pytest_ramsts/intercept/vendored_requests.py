"""Catches the copy of `requests` inside aliyunsdkcore: every `aliyunsdk*` product speaks through
it.
"""

from __future__ import annotations

from collections.abc import Iterator

from pytest_ramsts.intercept.catch import Catch
from pytest_ramsts.intercept.requests import answered_by_responses
from pytest_ramsts.intercept.seam import Seam

__all__ = ["seams"]


def seams(catch: Catch) -> Iterator[Seam]:
    from aliyunsdkcore.vendored.requests.adapters import HTTPAdapter  # noqa: PLC0415 - loaded already

    yield Seam(HTTPAdapter, "send", answered_by_responses(catch, "aliyunsdkcore"))
