"""RSA key pairs, and the session keys that whoever holds a private key is given for a time.

The console of the Japan site makes such pairs; no published operation does, and none describes what
becomes of them. What is known is what the SDKs send and read.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from pytest_ramsts.errors import RamstsError
from pytest_ramsts.identity.access_keys import AccessKey, Status

if TYPE_CHECKING:
    from pytest_ramsts.identity.ids import Ids
    from pytest_ramsts.identity.users import User

__all__ = ["KeyPair", "SessionKey", "generate_key_pair"]

_EXPONENT: Final = 65537
_BITS: Final = 1024
"""The least that is taken for a key; it protects nothing and is found in no time."""


class KeyPair(AccessKey):
    """An RSA key pair of a RAM user: `id` is that of the public key, `secret` is the private one.

    The private key is DER in Base64, in one line, as `aliyunsdkcore` takes it; for
    `alibabacloud_credentials` it is what is in `private_key_file`. It asks for session keys with
    `GenerateSessionAccessKey`, and anything else that it signs is refused. Of the real one this is
    not documented: no SDK has another use for it.
    """

    signs_only = "sts:GenerateSessionAccessKey"

    def __repr__(self) -> str:
        return f"<KeyPair {self.id} of {self.owner.principal.arn}, {self.status}>"

    def create_session_key(self, seconds: int) -> SessionKey:
        """`GenerateSessionAccessKey`: an AccessKey that ends after a time."""
        world = self.owner.account.world
        key = SessionKey(self, seconds)
        world.keys_by_id[key.id] = key
        return key

    def delete(self) -> None:
        """Let nobody be given session keys by it any more. Those that were given go on."""
        del self.owner.account.world.keys_by_id[self.id]


class SessionKey(AccessKey):
    """An AccessKey, without a token, that ends after a time. It may do what its user may."""

    def __init__(self, pair: KeyPair, seconds: int) -> None:
        world = pair.owner.account.world
        self._world = world
        created = world.clock.time()
        # The cloud writes whole seconds; what it writes is what it means.
        self.expires = float(int(created) + seconds)
        # The form of their ids is not documented; the samples of the SDKs begin like this.
        key_id = f"TMPSK.{world.ids.text(23)}"
        super().__init__(pair.owner, key_id, world.ids.access_key_secret(), created)

    def __repr__(self) -> str:
        return f"<SessionKey {self.id} of {self.owner.principal.arn}, until {self.expiration}>"

    @property
    def status(self) -> Status:
        """Inactive when it has ended: with which code it is refused then is not documented."""
        return self._status if self._world.clock.time() < self.expires else "Inactive"

    @status.setter
    def status(self, status: Status) -> None:
        self._status = status

    @property
    def expiration(self) -> datetime:
        return datetime.fromtimestamp(self.expires, UTC)

    def delete(self) -> None:
        del self._world.keys_by_id[self.id]


def generate_key_pair(owner: User, created: float) -> KeyPair:
    world = owner.account.world
    pair = KeyPair(owner, world.ids.access_key_id(), _private_key(world.ids), created)
    world.keys_by_id[pair.id] = pair
    return pair


def _private_key(ids: Ids) -> str:
    """A private key that follows from the seed, which no library would make."""
    try:
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - an extra
        from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415
    except ImportError:
        raise RamstsError(
            "RSA key pairs are made with `cryptography`; install it, or pytest-ramsts[kms]"
        ) from None
    p, q = ids.prime(_BITS // 2, _EXPONENT), ids.prime(_BITS // 2, _EXPONENT)
    d = rsa.rsa_recover_private_exponent(_EXPONENT, p, q)
    key = rsa.RSAPrivateNumbers(
        p,
        q,
        d,
        rsa.rsa_crt_dmp1(d, p),
        rsa.rsa_crt_dmq1(d, q),
        rsa.rsa_crt_iqmp(p, q),
        rsa.RSAPublicNumbers(_EXPONENT, p * q),
    ).private_key()
    der = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return b64encode(der).decode()
