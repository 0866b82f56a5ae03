"""Ids, secrets and tokens in the forms the real cloud gives them, repeatable from a seed."""

from __future__ import annotations

import base64
import math
import random
from typing import Final

_LETTERS: Final = bytes.maketrans(b"+/=", b"xYz")
_SMALL_FACTORS: Final = math.factorial(1000)


class Ids:
    """Everything unique that no person reads. The lengths are those of real samples (`****` counted
    as four).
    """

    def __init__(self, source: random.Random) -> None:
        self._random = source

    def account_id(self) -> str:
        """16 digits; accounts of the China site start with 1."""
        return f"1{self._digits(15)}"

    def user_id(self) -> str:
        """18 digits, starting with 2."""
        return f"2{self._digits(17)}"

    def role_id(self) -> str:
        """18 digits, starting with 3."""
        return f"3{self._digits(17)}"

    def group_id(self) -> str:
        return f"g-{self._text(16)}"

    def access_key_id(self) -> str:
        return f"LTAI5t{self._text(18)}"

    def access_key_secret(self) -> str:
        return self._text(30)

    def session_key_id(self) -> str:
        return f"STS.NU{self._text(23)}"

    def session_key_secret(self) -> str:
        return self._text(44)

    def security_token(self) -> str:
        """Base64-like and several hundred characters long; current tokens start with `CAIS`."""
        return "CAIS" + base64.b64encode(self._random.randbytes(294)).decode()

    def bearer_token(self) -> str:
        """Three parts, of which the first says `RS256`, as of the one in the SDKs' own tests."""
        return f"eyJhbGciOiJSUzI1NiJ9.{self._text(342)}.{self._text(342)}"

    def mfa_seed(self) -> str:
        """64 characters of Base32."""
        return base64.b32encode(self._random.randbytes(40)).decode()

    def diagnosis(self) -> str:
        """An EncodedDiagnosticMessage: opaque, starts with `AQEAAAAA`."""
        return "AQEAAAAA" + base64.b64encode(self._random.randbytes(48)).decode()

    def request_id(self) -> str:
        """An upper-case UUID."""
        t = self._random.getrandbits(128).to_bytes(16, "big").hex()  # sooner than a format
        return f"{t[:8]}-{t[8:12]}-{t[12:16]}-{t[16:20]}-{t[20:]}".upper()

    def text(self, length: int) -> str:
        """Letters and digits, for the ids of services."""
        return self._text(length)

    def digits(self, length: int) -> str:
        return self._digits(length)

    def prime(self, bits: int, exponent: int) -> int:
        """A prime for an RSA key of that exponent, with both of its upper bits set."""
        while True:
            number = self._random.getrandbits(bits) | 3 << (bits - 2) | 1
            # Fermat's test, for the one base, errs less often than there will ever be runs.
            if (
                number % exponent != 1
                and math.gcd(number, _SMALL_FACTORS) == 1
                and pow(2, number - 1, number) == 1
            ):
                return number

    def _text(self, length: int) -> str:
        # Base64 of random bytes, its two marks made letters: a tenth of what `choices` costs.
        text = base64.b64encode(self._random.randbytes(length * 3 // 4 + 1))
        return text.translate(_LETTERS).decode()[:length]

    def _digits(self, length: int) -> str:
        return f"{self._random.randrange(10**length):0{length}d}"
