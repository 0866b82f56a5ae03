"""Console logins: passwords under the account's policy, and what logged-in users may do."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from pytest_ramsts.errors import ApiError, InvalidParameterError, NoPermissionError
from pytest_ramsts.identity.names import check_length, check_one_of, check_range

if TYPE_CHECKING:
    from pytest_ramsts.identity.users import User

Status = Literal["Active", "Inactive"]


def _within(least: int, most: int, default: int) -> Any:
    return field(default=default, metadata={"range": (least, most)})


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """What the passwords of an account's users have to be like. RAM shows the first nine, IMS all.

    The names are those of the parameters, the service's spelling included.
    """

    minimum_password_length: int = _within(8, 32, 8)
    require_lowercase_characters: bool = False
    require_uppercase_characters: bool = False
    require_numbers: bool = False
    require_symbols: bool = False
    hard_expire: bool = False
    max_password_age: int = _within(0, 1095, 0)
    password_reuse_prevention: int = _within(0, 24, 0)
    max_login_attemps: int = _within(0, 32, 0)
    initial_password_age: int = _within(0, 90, 14)
    minimum_password_different_character: int = _within(0, 8, 0)
    password_not_contain_user_name: bool = False
    intercept_risk_password_on_api: bool = False

    def __post_init__(self) -> None:
        _check_ranges(self)

    def changed(self, **given: object) -> Self:
        """The same with what is given."""
        return replace(self, **given)  # type: ignore[arg-type]  # the operations' signatures type it

    def check(self, password: str, user_name: str, *, parameter: str = "Password") -> None:
        """Refuse a password that is not good enough: `InvalidParameter.<parameter>.TooWeak`."""
        lacks = [
            f"{self.minimum_password_length} characters"
            if len(password) < self.minimum_password_length
            else "",
            *(
                what
                for wanted, pattern, what in (
                    (self.require_lowercase_characters, r"[a-z]", "a lower-case letter"),
                    (self.require_uppercase_characters, r"[A-Z]", "an upper-case letter"),
                    (self.require_numbers, r"[0-9]", "a digit"),
                    (self.require_symbols, r"[^A-Za-z0-9]", "a symbol"),
                )
                if wanted and not re.search(pattern, password)
            ),
            f"{self.minimum_password_different_character} different characters"
            if len(set(password)) < self.minimum_password_different_character
            else "",
            "to leave the user's name out"
            if self.password_not_contain_user_name and user_name.lower() in password.lower()
            else "",
        ]
        missing = ", ".join(filter(None, lacks))
        if missing:
            raise InvalidParameterError(parameter, "TooWeak", hint=f"it needs {missing}")


@dataclass(frozen=True, slots=True)
class SecurityPreference:
    """What users may do for themselves, and how they log in. The names are the parameters'."""

    allow_user_to_change_password: bool = True
    allow_user_to_manage_access_keys: bool = False
    allow_user_to_manage_mfa_devices: bool = True
    allow_user_to_manage_public_keys: bool = False
    allow_user_to_manage_personal_ding_talk: bool = True
    allow_user_to_manage_service_credentials: bool = False
    allow_user_to_login_with_passkey: bool = True
    enable_save_mfa_ticket: bool = False
    login_network_masks: str = ""
    login_session_duration: int = _within(1, 24, 6)
    mfa_operation_for_login: str = "independent"
    operation_for_risk_login: str = "autonomous"
    max_idle_days_for_access_keys: int = 730
    max_idle_days_for_users: int = 730
    verification_types: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_ranges(self)
        check_length("LoginNetworkMasks", self.login_network_masks, 512)
        check_one_of(
            "MFAOperationForLogin",
            self.mfa_operation_for_login,
            "mandatory",
            "independent",
            "adaptive",
        )
        check_one_of(
            "OperationForRiskLogin", self.operation_for_risk_login, "autonomous", "enforceVerify"
        )
        for kind in self.verification_types:
            check_one_of("VerificationTypes", kind, "sms", "email")

    def changed(self, **given: object) -> Self:
        return replace(self, **given)  # type: ignore[arg-type]  # as above


def _check_ranges(settings: Any) -> None:
    for one in fields(settings):
        if "range" in one.metadata:
            name = "".join(word.capitalize() for word in one.name.split("_"))
            check_range(name, getattr(settings, one.name), *one.metadata["range"])


_REMEMBERED: Final = 24  # as many earlier passwords as any policy can ask about


class LoginProfile:
    """That a user may log in to the console: with which password, and what it takes beside it."""

    def __init__(
        self,
        user: User,
        password: str,
        *,
        password_reset_required: bool = False,
        mfa_bind_required: bool = False,
        status: str = "Active",
    ) -> None:
        user.account.password_policy.check(password, user.name)
        self.user = user
        self.password_reset_required = password_reset_required
        self.mfa_bind_required = mfa_bind_required
        self.status = check_one_of("Status", status, "Active", "Inactive")
        self.created = self.updated = user.account.world.clock.time()
        self.last_login: float | None = None
        self._passwords = [password]

    def __repr__(self) -> str:
        return f"<LoginProfile of user {self.user.name}, {self.status}>"

    def accepts(self, password: str) -> bool:
        return self._passwords[-1] == password

    def log_in(self, password: str, code: str = "") -> None:
        """Log in as at the console, with the MFA code if a device is bound. The console's own
        refusals have no documented codes; here they are `NoPermission`.
        """
        if self.status != "Active" or not self.accepts(password):
            raise NoPermissionError("The user name or password is incorrect.")
        if self.user.mfa_device is not None:
            self.user.mfa_device.verify(code)
        self.last_login = self.user.account.world.clock.time()

    def update(
        self,
        *,
        password: str | None = None,
        password_reset_required: bool | None = None,
        mfa_bind_required: bool | None = None,
        status: str | None = None,
    ) -> None:
        """Change what is given, as an administrator does."""
        if status is not None:
            check_one_of("Status", status, "Active", "Inactive")
        if password is not None:
            self.user.account.password_policy.check(password, self.user.name)
            self._set(password)
        if password_reset_required is not None:
            self.password_reset_required = password_reset_required
        if mfa_bind_required is not None:
            self.mfa_bind_required = mfa_bind_required
        self.status = status or self.status
        self.updated = self.user.account.world.clock.time()

    def change_password(self, old: str, new: str) -> None:
        """Change one's own password, which takes the old one and has to be a new one."""
        if not self.accepts(old):
            raise InvalidParameterError("OldPassword", "Incorrect")
        policy = self.user.account.password_policy
        policy.check(new, self.user.name, parameter="NewPassword")
        barred = self._passwords[-policy.password_reuse_prevention :]
        if policy.password_reuse_prevention and new in barred:
            raise InvalidParameterError("NewPassword", "ReusePrevention")
        self._set(new)
        self.password_reset_required = False
        self.updated = self.user.account.world.clock.time()

    def delete(self) -> None:
        self.user.login_profile = None

    def _set(self, password: str) -> None:
        self._passwords = [*self._passwords, password][-_REMEMBERED:]


def not_a_user() -> ApiError:
    return ApiError("NotSupport.Account", "This method can be only invoked by sub user.")
