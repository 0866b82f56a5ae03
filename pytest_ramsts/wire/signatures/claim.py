"""What a signed request claims: who signed it, when, and how to prove it. Knows no algorithm."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from pytest_ramsts.errors import AuthenticationError, MissingParameterError
from pytest_ramsts.wire.signatures import dates

__all__ = ["Claim", "SignatureMismatchError"]

Proof = Callable[[str, bool], None]
"""Raises if this secret did not make the signature; the flag is that of `Claim.verify`."""


class Claim(NamedTuple):
    """Who says to have signed a request. Nothing is proven before `verify` returned.

    A presigned URL is good until `expires`, however old; the oldest kinds carry no date at all.
    """

    algorithm: str
    access_key_id: str
    security_token: str  # "" if there is none
    nonce: str  # "" where the algorithm has none
    date: str  # as written, "" if there is none
    parse: dates.Parse
    prove: Proof
    expires: float | None = None  # epoch seconds, of a presigned URL
    region: str = ""  # of the key, where the algorithm derives one

    def __repr__(self) -> str:
        return f"<Claim {self.algorithm} by {self.access_key_id}>"  # the token stays out of it

    def timestamp(self) -> float:
        """When it was signed, in epoch seconds, or the gateway's refusal of how that is written."""
        if not self.date:
            raise MissingParameterError("Timestamp")
        try:
            return self.parse(self.date)
        except (ValueError, OverflowError):
            raise AuthenticationError(
                "InvalidTimeStamp.Format", hint=f"it is `{self.date}`"
            ) from None

    def verify(self, secret: str, *, form_quoting: bool = True) -> None:
        """Raise `SignatureDoesNotMatch` unless the request is what the owner of `secret` signed.

        `form_quoting` accepts RPC signatures made over `+` for a space, which the published rule
        forbids and the official credentials library makes.
        """
        self.prove(secret, form_quoting)


class SignatureMismatchError(AuthenticationError):
    """`SignatureDoesNotMatch` in one algorithm's words, with what a service's answer may quote."""

    def __init__(
        self, message: str, *, string_to_sign: str = "", provided: str = "", hint: str = ""
    ) -> None:
        super().__init__("SignatureDoesNotMatch", hint=hint)
        self.message = message
        self.string_to_sign = string_to_sign
        self.provided = provided
