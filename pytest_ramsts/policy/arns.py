"""ARNs as policies compare them: as text, but for the letter case of a role's name."""

from __future__ import annotations

__all__ = ["account_of", "role_folded"]


def account_of(arn: str) -> str:
    """The account segment where it is a number; empty for `*`, `system` and other texts."""
    try:
        _, _, _, account, _ = arn.split(":", 4)
    except ValueError:
        return ""
    return account if account.isdecimal() else ""


def role_folded(arn: str) -> str:
    """The ARN or pattern with the name of its role in lower case, if it names one."""
    head, separator, role = arn.partition(":role/")
    return f"{head}{separator}{role.lower()}"
