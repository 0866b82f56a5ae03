"""`ramsts_passed_hosts`: what may really be reached."""

from __future__ import annotations

import pytest

_LOOK_UP = """
import socket

def test_look_up(ramsts):
    assert socket.getaddrinfo("100.100.100.200", 80)
"""


def test_a_host_of_the_ini_file_passes(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nramsts_passed_hosts =\n    100.100.100.200\n    *.log.aliyuncs.com")
    pytester.makepyfile(_LOOK_UP)

    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_without_it_none_does(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(_LOOK_UP)
    result = pytester.runpytest_subprocess()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*LeakError: nothing here answers `100.100.100.200` for *"])


def test_the_marker_adds_to_it(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nramsts_passed_hosts = a.aliyuncs.com")
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.ramsts(passed=["b.aliyuncs.com"])
        def test_hosts(ramsts):
            assert ramsts.hosts.passes("a.aliyuncs.com")
            assert ramsts.hosts.passes("b.aliyuncs.com")
        """
    )
    pytester.runpytest().assert_outcomes(passed=1)
