"""`ramsts_guard`: how long nothing may leave the machine."""

from __future__ import annotations

import sys

import pytest

_THREAD_THAT_OUTLIVES_ITS_TEST = """
import socket, threading

outcome = []
go_on = threading.Event()

def late():
    go_on.wait(10)
    try:
        socket.getaddrinfo("100.100.100.200", 80)  # needs no network to succeed
        outcome.append("out")
    except Exception as error:
        outcome.append(type(error).__name__)

thread = threading.Thread(target=late)

def test_one(ramsts):
    thread.start()

def test_two():
    go_on.set()
    thread.join(10)
    print("the thread:", *outcome)
"""


@pytest.mark.parametrize(
    ("ini", "outcome"),
    [("", "LeakError"), ("ramsts_guard = session", "LeakError"), ("ramsts_guard = test", "out")],
)
def test_a_thread_that_outlives_its_test_meets_the_guard(
    pytester: pytest.Pytester, ini: str, outcome: str
) -> None:
    pytester.makeini(f"[pytest]\naddopts = -p no:randomly\n{ini}")
    pytester.makepyfile(_THREAD_THAT_OUTLIVES_ITS_TEST)

    result = pytester.runpytest_subprocess("-s")

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines([f"*the thread: {outcome}*"])


def test_a_host_that_one_test_lets_pass_does_not_pass_afterwards(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\naddopts = -p no:randomly")
    pytester.makepyfile(
        """
        import socket
        import pytest
        from pytest_ramsts import LeakError

        def look_up():
            return socket.getaddrinfo("100.100.100.200", 80)

        @pytest.mark.ramsts(passed=["100.100.100.200"])
        def test_permitted(ramsts):
            assert look_up()

        def test_refused(ramsts):
            with pytest.raises(LeakError):
                look_up()

        def test_without_a_cloud():
            with pytest.raises(LeakError):
                look_up()

        @pytest.mark.ramsts(passed=["100.100.100.200"])
        def test_permitted_again(ramsts):
            assert look_up()
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=4)


def test_the_guard_is_down_after_the_session(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_one(ramsts):
            pass
        """
    )
    pytester.makepyfile(
        run="""
        import socket, sys, pytest

        assert pytest.main(["-q"]) == 0
        print("found", len(socket.getaddrinfo("100.100.100.200", 80)) > 0)
        """
    )
    pytester.run(sys.executable, "run.py").stdout.fnmatch_lines(["*found True"])


def test_another_word_is_a_usage_error(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nramsts_guard = never")
    result = pytester.runpytest()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*ramsts_guard is session or test, not `never`"])
