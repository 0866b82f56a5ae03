"""A module with doctests: under `pytest --doctest-modules` they reach the fixtures."""

from __future__ import annotations


def upload_policy(user_id: int) -> dict[str, object]:
    """What an upload token of a user is confined to.

    >>> cloud = getfixture("ramsts")
    >>> uploader = cloud.account.create_role("uploader", policies=["AliyunOSSFullAccess"])
    >>> token = uploader.assume(policy=upload_policy(7))
    >>> bool(token.can("oss:PutObject", on="acs:oss:*:*:media/users/7/photo.jpg"))
    True
    >>> bool(token.can("oss:PutObject", on="acs:oss:*:*:media/users/8/photo.jpg"))
    False
    """
    folder = f"acs:oss:*:*:media/users/{user_id}/*"
    statement = {"Effect": "Allow", "Action": "oss:PutObject", "Resource": folder}
    return {"Version": "1", "Statement": [statement]}
