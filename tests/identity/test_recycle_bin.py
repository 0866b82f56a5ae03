"""What is deleted lies in the recycle bin for a month, and can be had back."""

from __future__ import annotations

import pytest

from pytest_ramsts import ApiError, FakeCloud


def test_a_restored_key_works_again_with_the_secret_it_had(ramsts: FakeCloud) -> None:
    user = ramsts.account.create_user()
    key = user.create_access_key()
    key.delete()
    gone = ramsts.account.recycle_bin.key(key.id)

    ramsts.account.recycle_bin.restore_key(key.id)

    assert gone.thing is key
    assert ramsts.credentials(key.id) is user
    assert user.access_key is key


def test_a_restored_user_is_the_one_it_was(ramsts: FakeCloud) -> None:
    user = ramsts.account.create_user("alice", comments="kept")
    user.delete()

    restored = ramsts.account.recycle_bin.restore_user(user.id)

    assert restored is user is ramsts.account.users["alice"]
    assert ramsts.account.user_of_id(user.id).comments == "kept"
    assert ramsts.account.recycle_bin.users == []


def test_a_name_that_somebody_has_by_now_stands_in_the_way(ramsts: FakeCloud) -> None:
    first = ramsts.account.create_user("alice")
    first.delete()
    ramsts.account.create_user("alice")

    with pytest.raises(ApiError) as caught:
        ramsts.account.recycle_bin.restore_user(first.id)

    assert caught.value.code == "EntityAlreadyExists.User"
    assert ramsts.account.recycle_bin.has_user(first.id)


def test_a_key_whose_user_is_gone_waits_for_the_user(ramsts: FakeCloud) -> None:
    bin_ = ramsts.account.recycle_bin
    user = ramsts.account.create_user()
    key = user.create_access_key()
    key.delete()
    user.delete()

    with pytest.raises(ApiError) as caught:
        bin_.restore_key(key.id)
    bin_.restore_user(user.id)
    bin_.restore_key(key.id)

    assert caught.value.code == "EntityNotExist.User"
    assert user.access_keys == [key]


def test_no_user_gets_a_third_key_out_of_the_bin(ramsts: FakeCloud) -> None:
    user = ramsts.account.create_user()
    first = user.create_access_key()
    first.delete()
    user.create_access_key()
    user.create_access_key()

    with pytest.raises(ApiError) as caught:
        ramsts.account.recycle_bin.restore_key(first.id)

    assert caught.value.code == "LimitExceeded.User.AccessKey"


def test_after_a_month_it_is_gone_for_good(ramsts: FakeCloud) -> None:
    user = ramsts.account.create_user()
    user.delete()

    ramsts.clock.advance(days=29)
    assert ramsts.account.recycle_bin.has_user(user.id)
    ramsts.clock.advance(days=1)

    assert not ramsts.account.recycle_bin.has_user(user.id)


def test_a_user_removed_for_good_takes_its_keys_along(ramsts: FakeCloud) -> None:
    bin_ = ramsts.account.recycle_bin
    user = ramsts.account.create_user()
    key = user.create_access_key()
    key.delete()
    user.delete()

    bin_.remove_user(user.id)

    with pytest.raises(ApiError) as caught:
        bin_.key(key.id)
    assert caught.value.code == "EntityNotExist.User.AccessKey"
