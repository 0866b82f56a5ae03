"""Service credentials: keys of a user for one cloud service's own protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_ramsts.errors import LimitExceededError
from pytest_ramsts.identity.names import check_length, check_one_of, check_range

if TYPE_CHECKING:
    from pytest_ramsts.identity.users import User

PER_USER_AND_SERVICE: Final = 2
_DAY: Final = 86400
_LONGEST_AGE: Final = 36600


class ServiceCredential:
    """One credential of a user for a service, shown with its secret once."""

    def __init__(self, user: User, name: str, service: str, days: int | None) -> None:
        held = [one for one in user.service_credentials.values() if one.service == service]
        if len(held) >= PER_USER_AND_SERVICE:
            raise LimitExceededError("User.ServiceCredential", PER_USER_AND_SERVICE)
        world = user.account.world
        self.user = user
        self.name = check_length("ServiceCredentialName", name, 128)
        self.service: str = service
        self.status = "Active"
        self.created = world.clock.time()
        self.expires = (
            None
            if days is None
            else self.created + check_range("CredentialAgeDays", days, 1, _LONGEST_AGE) * _DAY
        )
        self.id = f"sc-{world.ids.text(20)}"
        self.secret = world.ids.text(40)

    def update(self, *, name: str | None = None, status: str | None = None) -> None:
        if status is not None:
            self.status = check_one_of("Status", status, "Active", "Inactive")
        if name is not None:
            self.name = check_length("ServiceCredentialName", name, 128)

    def delete(self) -> None:
        del self.user.service_credentials[self.id]
