"""`@pytest.mark.ramsts(...)`: the cloud of one test, class or module."""

from __future__ import annotations

import pytest


def test_the_marker_goes_before_the_option_and_the_ini_value(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nramsts_mode = off")
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.ramsts(mode="strict")
        def test_mode(ramsts):
            assert ramsts.mode == "strict"
        """
    )
    pytester.runpytest("--ramsts-mode=soft").assert_outcomes(passed=1)


def test_the_nearest_marker_wins_word_by_word(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        pytestmark = pytest.mark.ramsts(mode="soft", passed=["a.aliyuncs.com"])

        @pytest.mark.ramsts(mode="off")
        class TestIt:
            def test_class(self, ramsts):
                assert ramsts.mode == "off"
                assert ramsts.hosts.passes("a.aliyuncs.com")

            @pytest.mark.ramsts(mode="strict")
            def test_own(self, ramsts):
                assert ramsts.mode == "strict"

        def test_module(ramsts):
            assert ramsts.mode == "soft"
        """
    )
    pytester.runpytest().assert_outcomes(passed=3)


def test_a_seed_repeats_names_and_ids(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        seen = set()

        @pytest.mark.ramsts(seed=7)
        @pytest.mark.parametrize("turn", range(2))
        def test_seed(ramsts, turn):
            seen.add((ramsts.account.id, ramsts.admin_key.secret))
            assert len(seen) == 1

        def test_another(ramsts):
            seen.add((ramsts.account.id, ramsts.admin_key.secret))
            assert len(seen) == 2
        """
    )
    pytester.runpytest("-p", "no:randomly").assert_outcomes(passed=3)


def test_limits_and_settings_reach_the_cloud(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest
        from pytest_ramsts import Limits, Settings

        @pytest.mark.ramsts(limits=Limits(users=1), settings=Settings(clock_tolerance=1))
        def test_them(ramsts):
            assert ramsts.world.limits.users == 1
            assert ramsts.world.settings.clock_tolerance == 1
        """
    )
    pytester.runpytest().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("colour='red'", "*UsageError: @pytest.mark.ramsts takes *mode*by name, not colour*"),
        (
            "'soft'",
            "*UsageError: @pytest.mark.ramsts takes *by name, not arguments without a name*",
        ),
        ("mode='lax'", "*the mode is strict, soft or off, not `lax`*"),
        ("passed='a.aliyuncs.com'", '*passed=["a.aliyuncs.com"]*'),
    ],
)
def test_a_wrong_argument_ends_in_words_that_say_so(
    pytester: pytest.Pytester, arguments: str, complaint: str
) -> None:
    pytester.makepyfile(
        f"""
        import pytest

        @pytest.mark.ramsts({arguments})
        def test_it(ramsts):
            pass
        """
    )
    result = pytester.runpytest()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([complaint.replace("[", "[[]")])


def test_the_marker_is_known_to_strict_projects(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.ramsts(mode="soft")
        def test_it(ramsts):
            pass
        """
    )
    pytester.runpytest("--strict-markers").assert_outcomes(passed=1)
