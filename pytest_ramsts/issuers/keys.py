"""The key that the fake identity providers sign with: always the same, so that a run repeats."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from pytest_ramsts.errors import RamstsError

_EXPONENT: Final = 65537
_P: Final = (
    "ca9f19aa995a4de19fb1693da0169cf607269fb187c44f3df184e643cac2f77e7baaf1c365f0542c"
    "626573fe83d5f1d9bf0ae06548beb80c715a590e1cb8a56b3275cbb88f9cba0c55c0cee445475da4"
    "9d4dc8cc5388763bda4ee133f2d2b657fb53b42f9671a308b93351d1c69383e5dcd85f7320c5e95e"
    "62167468bfabe347"
)
_Q: Final = (
    "c3f63fc7fa8081c87a1504cc3e150d14771313b6154ce8ccafc59c063a277263c258ec25d26319d8"
    "4dab92dd97cc256ab8f2da8073251cae2a0f5fd5e7af2f40d5560234cfe5e37ce834e7199ff362e0"
    "dbb383066fd8db154ef91c3c140a08bdf304e968e99c6fea2bbc90c5b6ee0d6ca52cfa8980f55969"
    "d24b0a08f12a649f"
)


@cache
def signing_key() -> Any:
    """An RSA key of 2048 bits. It protects nothing: everybody who reads this knows it."""
    try:
        from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415 - an extra
    except ImportError:
        raise RamstsError(
            "tokens are signed with `cryptography`; install pytest-ramsts[oidc] or [saml]"
        ) from None
    p, q = int(_P, 16), int(_Q, 16)
    d = pow(_EXPONENT, -1, (p - 1) * (q - 1))
    return rsa.RSAPrivateNumbers(
        p,
        q,
        d,
        rsa.rsa_crt_dmp1(d, p),
        rsa.rsa_crt_dmq1(d, q),
        rsa.rsa_crt_iqmp(p, q),
        rsa.RSAPublicNumbers(_EXPONENT, p * q),
    ).private_key()
