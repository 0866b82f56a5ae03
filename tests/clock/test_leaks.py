"""A clock never leaks into the next test, and costs nothing before it is moved."""

from __future__ import annotations

import sys

import pytest

from pytest_ramsts.clock import Clock

DYING = """
    import time
    import pytest

    @pytest.mark.parametrize("turn", range(2))
    def test_dies(ramsts_clock, turn):
        assert time.time() > 1_700_000_000, "leaked"
        ramsts_clock.freeze("2001-01-01")
        assert time.time() < 1_700_000_000
        raise LookupError("in the middle")

    @pytest.fixture
    def frozen(ramsts_clock):
        ramsts_clock.freeze("2001-01-01")
        raise LookupError("in set-up")

    def test_does_not_start(frozen):
        pass

    def test_sees_the_real_time():
        from datetime import datetime
        assert time.time() > 1_700_000_000, "leaked"
        assert datetime.__name__ == "datetime"
"""


@pytest.mark.parametrize("engine", ["freezegun", "time-machine"])
def test_a_test_that_dies_leaves_the_time_as_it_was(pytester: pytest.Pytester, engine: str) -> None:
    pytester.makeini(f"[pytest]\nramsts_clock_engine = {engine}")
    pytester.makepyfile(DYING)

    result = pytester.runpytest_subprocess("-p", "no:randomly")

    result.assert_outcomes(failed=2, errors=1, passed=1)
    result.stdout.no_fnmatch_line("E *leaked*")


def test_no_engine_is_loaded_or_started_by_a_test_that_does_not_move_the_clock(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        """
        import sys
        import time

        real = time.time

        def test_asks_for_everything(ramsts, ramsts_clock, sts_credentials):
            with ramsts_clock.skew(minutes=16):
                assert sts_credentials.can("sts:GetCallerIdentity") is not None
                assert not ramsts_clock.frozen
            assert time.time is real
            assert "freezegun" not in sys.modules
        """
    )

    result = pytester.runpytest_subprocess("-p", "no:time_machine", "-p", "no:randomly")

    result.assert_outcomes(passed=1)


def test_the_engine_of_the_ini_file_is_the_one_that_starts(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nramsts_clock_engine = time-machine")
    pytester.makepyfile(
        """
        import time
        import time_machine

        def test_travels(ramsts_clock):
            real = time.time
            ramsts_clock.freeze("2001-01-01")
            assert time.time is real, "freezegun replaces it"
            assert time.time() == 978307200
        """
    )

    result = pytester.runpytest_subprocess("-p", "no:randomly")

    result.assert_outcomes(passed=1)


def test_the_marker_goes_before_the_ini_file(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nramsts_clock_engine = time-machine")
    pytester.makepyfile(
        """
        import time
        import pytest

        @pytest.mark.ramsts(clock_engine="freezegun")
        def test_freezes(ramsts_clock):
            real = time.time
            ramsts_clock.freeze("2001-01-01")
            assert time.time is not real
        """
    )

    result = pytester.runpytest_subprocess("-p", "no:randomly")

    result.assert_outcomes(passed=1)


def test_an_unknown_engine_in_the_ini_file_is_a_usage_error(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nramsts_clock_engine = sundial")

    result = pytester.runpytest_subprocess()

    result.stderr.fnmatch_lines(
        ["*ramsts_clock_engine is freezegun or time-machine, not `sundial`"]
    )


def test_an_engine_that_is_not_installed_is_named_with_its_cure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "time_machine", None)

    with pytest.raises(ModuleNotFoundError, match=r"pip install pytest-ramsts\[time-machine\]"):
        Clock("time-machine").freeze()
