"""What the fake KMS needs a package for, and what it says without."""

from __future__ import annotations

import sys

import pytest
from alibabacloud_kms20160120 import models
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException

from pytest_ramsts import FakeCloud, RamstsError
from tests.sdk.test_kms import client


def test_without_the_package_the_cure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.ciphers.aead", None)
    cloud = FakeCloud()
    told = pytest.raises(RamstsError, match=r"pip install pytest-ramsts\[kms\]")
    with told, cloud:
        kms = client(cloud.admin_key)
        key = kms.create_key(models.CreateKeyRequest()).body.key_metadata.key_id
        with pytest.raises(AlibabaCloudException, match="InternalError"):
            kms.encrypt(models.EncryptRequest(key_id=key, plaintext="x"))
