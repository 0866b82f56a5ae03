"""`can()` tells of an action that no service has: `assert not ...can()` would hold for nonsense."""

from __future__ import annotations

import warnings

import pytest

from pytest_ramsts import FakeCloud, RamstsError, UnknownActionWarning


@pytest.mark.parametrize("action", ["GetRow", "", ":", "ots:", ":GetRow"])
def test_what_is_no_action_is_refused(ramsts: FakeCloud, action: str) -> None:
    alice = ramsts.account.create_user("alice")

    with pytest.raises(RamstsError, match=f"as in a policy, ots:GetRow, not `{action}`"):
        alice.can(action)


@pytest.mark.parametrize(
    ("action", "meant"),
    [
        ("ots:PutRwo", "ots:PutRow"),
        ("OSS:PutObjects", "oss:PutObject"),
        ("otss:getrow", "ots:GetRow"),
        ("sls:PostLogStoreLogs", "log:PostLogStoreLogs"),
        ("Tablestore:GetRow", "ots:GetRow"),
    ],
)
def test_what_is_nearly_an_action_is_answered_with_a_warning_at_the_line_that_asks(
    ramsts: FakeCloud, action: str, meant: str
) -> None:
    alice = ramsts.account.create_user("alice")

    with pytest.warns(UnknownActionWarning, match=f"did you mean `{meant}`") as warned:
        assert not alice.can(action)

    assert warned[0].filename == __file__


@pytest.mark.parametrize(
    "action",
    [
        "ots:GetRow",
        "ots:getrow",
        "ots:Get*",
        "*:*",
        "shop:Sell",
        "shop:GetRow",
        "otss:Sell",
        "ens:RunInstances",
    ],
)
def test_what_may_well_be_one_is_not_warned_of(ramsts: FakeCloud, action: str) -> None:
    alice = ramsts.account.create_user("alice")

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not alice.can(action)
