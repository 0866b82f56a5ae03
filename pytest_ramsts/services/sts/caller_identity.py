"""Who a caller is."""

from __future__ import annotations

from pytest_ramsts.identity import Caller, Session, User
from pytest_ramsts.service import Body
from pytest_ramsts.services.sts.product import sts


@sts.operation(on=None)  # needs no permission; no page says so, and no page names an action for it
def get_caller_identity(caller: Caller) -> Body:
    account_id = caller.account.id
    match caller:
        case Session():
            return {
                "IdentityType": "AssumedRoleUser",
                "AccountId": account_id,
                "RoleId": caller.role.id,
                "PrincipalId": caller.assumed_role_id,
                "Arn": caller.assumed_role_arn,
            }
        case User():
            return {
                "IdentityType": "RAMUser",
                "AccountId": account_id,
                "UserId": caller.id,
                "PrincipalId": caller.id,
                "Arn": caller.arn,
            }
        case _:
            return {
                "IdentityType": "Account",
                "AccountId": account_id,
                "PrincipalId": account_id,
                "Arn": caller.account.arn,
            }
