"""Virtual MFA devices: one-time codes of RFC 6238, bound to a user with two of them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import zlib
from typing import TYPE_CHECKING, Final

from pytest_ramsts.errors import (
    AlreadyExistsError,
    ApiError,
    DeleteConflictError,
    InvalidParameterError,
    NotExistError,
)
from pytest_ramsts.identity.arn import ram_arn

if TYPE_CHECKING:
    from pytest_ramsts.identity.account import Account
    from pytest_ramsts.identity.users import User

_STEP: Final = 30
_DRIFT: Final = 1  # steps that a device's clock may be off by, as RFC 6238 recommends
_SERIAL: Final = re.compile(r"acs:ram:\*?:(?P<account>\d{1,20}):mfa/(?P<name>[A-Za-z0-9.-]{1,64})")
CODE: Final = re.compile(r"[0-9]{6}")


def code_at(seed: str, seconds: float) -> str:
    """The six digits that an authenticator shows for a Base32 seed at a time.

    >>> code_at("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 59)
    '287082'
    """
    counter = struct.pack(">Q", int(seconds) // _STEP)
    digest = hmac.new(base64.b32decode(seed), counter, hashlib.sha1).digest()
    at = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[at : at + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


class MfaDevice:
    """A virtual MFA device of an account, bound to one of its users or to nobody."""

    def __init__(self, account: Account, name: str, seed: str) -> None:
        self.account = account
        self.name = name
        self.seed = seed
        self.user: User | None = None
        self.activated: float | None = None
        self._last_step = -1

    def __repr__(self) -> str:
        return f"<MFA device {self.name}, {f'of {self.user.name}' if self.user else 'unbound'}>"

    @property
    def serial_number(self) -> str:
        return ram_arn(self.account.id, f"mfa/{self.name}")

    @property
    def code(self) -> str:
        """What the device shows now."""
        return self.code_in()

    def code_in(self, steps: int = 0) -> str:
        """What the device will show so many half minutes from now."""
        return code_at(self.seed, self._now + steps * _STEP)

    @property
    def qr_code_png(self) -> str:
        """A picture, Base64, as the API gives one: ours is blank, the seed is in the answer too."""
        return base64.b64encode(_blank_png()).decode()

    def bind(self, user: User, first: str, second: str) -> None:
        """Bind it to a user who proves with two codes in a row to have it."""
        for code in (first, second):
            check_code(code)
        if user.mfa_device is not None:
            raise AlreadyExistsError("User.MFADevice", user.mfa_device.name)
        if self.user is not None:
            raise AlreadyExistsError("VirtualMFADevice.User", self.user.name)
        step = self._step_of(first)
        if step is None or code_at(self.seed, (step + 1) * _STEP) != second:
            raise wrong_code(f"`{first}` and `{second}` are no two codes in a row of now")
        self.user, user.mfa_device = user, self
        self.activated = self._now

    def verify(self, code: str) -> None:
        """Accept a code of now, once."""
        step = self._step_of(check_code(code))
        if step is None or step <= self._last_step:
            raise wrong_code(f"`{code}` is not what the device shows, or was used before")
        self._last_step = step

    def unbind(self) -> None:
        if self.user is not None:
            self.user.mfa_device = None
        self.user = self.activated = None

    def delete(self) -> None:
        """Delete a device that is bound to nobody, else `DeleteConflict.VirtualMFADevice.User`."""
        if self.user is not None:
            raise DeleteConflictError("VirtualMFADevice.User", hint=f"user `{self.user.name}`")
        self.account.mfa_devices.remove(self.name)

    @property
    def _now(self) -> float:
        return self.account.world.clock.time()

    def _step_of(self, code: str) -> int | None:
        now = int(self._now) // _STEP
        for step in range(now - _DRIFT, now + _DRIFT + 1):
            if code_at(self.seed, step * _STEP) == code:
                return step
        return None


def device(account: Account, serial_number: str) -> MfaDevice:
    """The device of a serial number, or `EntityNotExist.VirtualMFADevice`."""
    found = _SERIAL.fullmatch(serial_number)
    if found is None or found["account"] != account.id:
        raise NotExistError("VirtualMFADevice", serial_number)
    return account.mfa_devices[found["name"]]


def check_code(code: str, parameter: str = "AuthenticationCode") -> str:
    if not CODE.fullmatch(code):
        raise InvalidParameterError(parameter, "Format", hint=f"`{code}`: six digits")
    return code


def wrong_code(hint: str) -> ApiError:
    return ApiError(
        "CheckAuthenticationCodeFail",
        'The parameter - "AuthenticationCode" is inccorrect.',
        status=403,
        hint=hint,
    )


def _blank_png() -> bytes:
    """One white pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(b"\x00\xff"))
        + chunk(b"IEND", b"")
    )
