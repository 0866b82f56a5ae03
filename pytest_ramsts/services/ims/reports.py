"""Reports: credentials, security practice, governance. They are made at once."""

from __future__ import annotations

import base64
from typing import Any

from pytest_ramsts.errors import InvalidParameterError, MissingParameterError, NotExistError
from pytest_ramsts.identity import Account
from pytest_ramsts.identity.names import check_one_of, check_range
from pytest_ramsts.identity.reports import GOVERNANCE, as_csv, credential_rows, practice
from pytest_ramsts.service import Body
from pytest_ramsts.services.ims.product import ims
from pytest_ramsts.services.ram.product import date

_MADE = "COMPLETE"


@ims.operation()
def generate_credential_report(account: Account) -> Body:
    account.credential_report = account.world.clock.time()
    return {"State": _MADE}


@ims.operation()
def get_credential_report(account: Account, next_token: str = "", max_items: int = 3501) -> Body:
    if account.credential_report is None:
        raise NotExistError("CredentialReport")
    rows = credential_rows(account)
    start = _number(next_token, "NextToken")
    end = start + check_range("MaxItems", max_items, 1, 3501)
    body: dict[str, Any] = {
        "Content": base64.b64encode(as_csv(rows[start:end]).encode()).decode(),
        "GeneratedTime": date(account.credential_report),
        "IsTruncated": "true" if end < len(rows) else "false",  # text, in this operation only
    }
    return {**body, "NextToken": str(end)} if end < len(rows) else body


@ims.operation()
def get_account_security_practice_report(account: Account) -> Body:
    found = practice(account)
    return {
        "AccountSecurityPracticeInfo": {
            "Score": found.score,
            "AccountSecurityPracticeUserInfo": {
                "SubUser": found.users,
                "SubUserBindMfa": found.users_with_mfa,
                "SubUserWithOldAccessKey": found.users_with_old_keys,
                "SubUserWithUnusedAccessKey": found.users_with_unused_keys,
                "OldAkNum": found.old_keys,
                "UnusedAkNum": found.unused_keys,
                "RootWithAccessKey": found.root_keys,
                "BindMfa": False,  # the owner is no user here and has no device
                "SubUserPwdLevel": _strength(account),
            },
        }
    }


def _strength(account: Account) -> str:
    policy = account.password_policy
    wanted = (
        policy.require_lowercase_characters,
        policy.require_uppercase_characters,
        policy.require_numbers,
        policy.require_symbols,
    )
    return "high" if all(wanted) else "mid" if any(wanted) else "low"


# Governance


@ims.operation()
def generate_governance_report(account: Account) -> Body:
    account.governance_report = account.world.clock.time()
    return {"State": _MADE}


@ims.operation()
def get_governance_report_status(account: Account) -> Body:
    status = "NOT_STARTED" if account.governance_report is None else _MADE
    items = [{"GovernanceItem": item, "Status": status} for item in GOVERNANCE]
    return {
        "WholeReportStatus": status,
        "GovernanceItemsStatus": {"GovernanceItemStatus": items},
    }


def _made(account: Account) -> str:
    if account.governance_report is None:
        raise NotExistError("GovernanceReport")
    return date(account.governance_report)


@ims.operation()
def list_recent_governance_metrics(account: Account) -> Body:
    metrics = [
        {"GovernanceItem": item, "MetricType": "count", "MetricValue": len(concerned(account))}
        for item, concerned in GOVERNANCE.items()
    ]
    return {"GenerateTime": _made(account), "GovernanceMetrics": {"GovernanceMetric": metrics}}


@ims.operation()
def get_governance_item_report(
    account: Account, governance_item_type: str = "", marker: str = "", max_items: int = 1000
) -> Body:
    if not governance_item_type:
        raise MissingParameterError("GovernanceItemType")
    item = check_one_of("GovernanceItemType", governance_item_type, *GOVERNANCE)
    users = GOVERNANCE[item](account)
    start = _number(marker, "Marker")
    end = start + check_range("MaxItems", max_items, 1, 1000)
    rows = [{"ColumnValue": [user.id, user.principal_name]} for user in users[start:end]]
    columns = [
        {"ColumnName": name, "ColumnType": "string"} for name in ("UserId", "UserPrincipalName")
    ]
    body: dict[str, Any] = {
        "GenerateTime": _made(account),
        "MetricType": "count",
        "MetricValue": len(users),
        "ColumnsSchema": {"ColumnSchema": columns},
        "ColumnsValue": {"ColumnRow": rows},
        "IsTruncated": end < len(users),
    }
    return {**body, "Marker": str(end)} if end < len(users) else body


def _number(marker: str, parameter: str) -> int:
    if marker and not marker.isdecimal():
        raise InvalidParameterError(parameter, "Format", hint=f"`{marker}`")
    return int(marker or 0)
