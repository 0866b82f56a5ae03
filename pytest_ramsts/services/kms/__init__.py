"""KMS 2016-01-20: keys that really encrypt, and secrets, in memory, every operation guarded."""

from pytest_ramsts.services.kms import encryption, keys, secrets
from pytest_ramsts.services.kms.errors import KmsError
from pytest_ramsts.services.kms.product import kms
from pytest_ramsts.services.kms.state import Key, Kms, Secret

__all__ = ["Key", "Kms", "KmsError", "Secret", "encryption", "keys", "kms", "secrets"]
