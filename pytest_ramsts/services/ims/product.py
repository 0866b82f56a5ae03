"""IMS 2019-08-15: its hosts, and the users it is asked about by their logins.

Its actions and resources are RAM's, and so are its refusals: the two show one state.
"""

from __future__ import annotations

from typing import Final

from pytest_ramsts.errors import MissingParameterError
from pytest_ramsts.identity import Account, Caller, User
from pytest_ramsts.service import Invocation, Service
from pytest_ramsts.services.ram.product import denied, request_tags
from pytest_ramsts.wire import signatures

ims: Final = Service(
    "ims",
    hosts=["ims.aliyuncs.com", "ims.{region}.aliyuncs.com", "ims.vpc-proxy.aliyuncs.com"],
    version="2019-08-15",
    code="ram",
    denied=denied,
    regional=False,
    keys=request_tags,
    signatures=signatures.SIGNED,  # as RAM; that is not documented
    spelling={"mfa": "MFA", "saml": "SAML", "oidc": "OIDC"},
)


def user(
    invocation: Invocation, user_principal_name: str = "", user_id: str = "", **_: object
) -> str:
    """The user a call is about, as a resource; the caller, where it names nobody."""
    if user_principal_name:
        return f"user/{user_principal_name.rpartition('@')[0]}"
    if user_id:
        found = invocation.account.users_by_id.get(user_id)
        return f"user/{found.name if found else '*'}"
    return f"user/{invocation.caller.principal.name}"


def find(account: Account, user_principal_name: str) -> User:
    """The user of a login, or the refusal of what is none."""
    return account.user_of_principal_name(user_principal_name)


def find_or_oneself(account: Account, caller: Caller, user_principal_name: str) -> User:
    """The user of a login; without one, the caller."""
    if user_principal_name:
        return find(account, user_principal_name)
    if isinstance(caller, User):
        return caller
    raise MissingParameterError("UserPrincipalName")
