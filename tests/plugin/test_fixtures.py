"""What a test gets, and what it leaves behind: nothing, also when it fails."""

from __future__ import annotations

import pytest


def test_every_fixture_is_there_by_the_entry_point(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_it(ramsts, ram_account, ram_user, ram_role, sts_credentials, ramsts_clock):
            assert ram_account is ramsts.account
            assert ram_user.name in ram_account.users
            assert ram_role.name in ram_account.roles
            assert ramsts.credentials(sts_credentials.id) is sts_credentials
            assert ramsts_clock is ramsts.clock
        """
    )
    pytester.runpytest().assert_outcomes(passed=1)


def test_what_was_patched_is_put_back_when_a_test_fails(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        import aliyunsdkcore.vendored.requests.adapters as vendored
        import requests.adapters as plain

        before = plain.HTTPAdapter.send, vendored.HTTPAdapter.send

        def test_that_fails(ramsts):
            assert before != (plain.HTTPAdapter.send, vendored.HTTPAdapter.send)
            raise ValueError

        def test_that_errs_at_the_end(ramsts, request):
            request.addfinalizer(lambda: 1 / 0)

        def test_after_it():
            assert before == (plain.HTTPAdapter.send, vendored.HTTPAdapter.send)
            assert not [f for f in sys.meta_path if type(f).__module__.startswith("pytest_ramsts")]
        """
    )
    pytester.runpytest_subprocess("-p", "no:randomly").assert_outcomes(passed=2, failed=1, errors=1)


def test_no_test_sees_another(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("turn", range(3))
        def test_it(ramsts, turn):
            assert not ramsts.calls
            ramsts.account.create_user("alice")
        """
    )
    pytester.runpytest().assert_outcomes(passed=3)


def test_a_fixture_of_ones_own_can_do_the_same(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest
        from pytest_ramsts import FakeCloud

        @pytest.fixture(scope="module")
        def cloud():
            with FakeCloud(seed=1) as cloud:
                yield cloud

        def test_one(cloud):
            cloud.account.create_user("alice")

        def test_two(cloud, ramsts):
            assert "alice" in cloud.account.users
            assert "alice" not in ramsts.account.users
        """
    )
    pytester.runpytest("-p", "no:randomly").assert_outcomes(passed=2)
