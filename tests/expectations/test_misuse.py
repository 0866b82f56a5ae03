"""What cannot be done with a cloud is said in words that name the value and the cure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_ramsts import FakeCloud, RamstsError


def enter_twice(cloud: FakeCloud) -> None:
    with cloud, cloud:
        pass


def act(cloud: FakeCloud, who: Any) -> None:
    with cloud.acting_as(who):
        pass


def in_mode(cloud: FakeCloud, mode: Any) -> None:
    with cloud.in_mode(mode):
        pass


@pytest.mark.parametrize(
    ("misuse", "said"),
    [
        (enter_twice, "this cloud is active already; make another one for another block"),
        (
            lambda cloud: cloud.revoke(cloud.admin_key.id),
            "is a long-term AccessKey; disable or delete it",
        ),
        (lambda cloud: cloud.state("nothing"), "no service `nothing`; there are "),
        (
            lambda cloud: cloud.account.create_user().can("oss:GetObject", on=[]),
            "`on` names no resource; give an ARN, or `*` for every one",
        ),
        (
            lambda cloud: cloud.account.create_user().can("oss:GetObject", on=7),
            "a resource is an ARN or something with `.arn`, not int",
        ),
        (
            lambda cloud: act(cloud, "worker"),
            "not as 'worker'; a user is account.users['name']",
        ),
        (lambda cloud: in_mode(cloud, "lax"), "soft or off, not `lax`"),
        (lambda _: FakeCloud(mode="lax"), "the mode is strict, soft or off, not `lax`"),  # type: ignore[arg-type]
        (
            lambda cloud: cloud.reply("iot:CreateProdcut", {}),
            "`iot` has no operation `CreateProdcut`; did you mean `iot:CreateProduct`?",
        ),
        (lambda cloud: cloud.calls.by("alice"), "not by 'alice'; a user is account.users['name']"),
    ],
)
def test_misuse_is_answered_with_the_cure(misuse: Callable[[FakeCloud], Any], said: str) -> None:
    with pytest.raises(RamstsError) as caught:
        misuse(FakeCloud())

    assert said in str(caught.value)
