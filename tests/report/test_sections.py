"""A failing test tells which calls it made, where, and why they were refused."""

from __future__ import annotations

import pytest

from .application import LOOK_UP, write


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


DENIED = """
def test_it(ramsts):
    with ramsts.acting_as(ramsts.account.create_user("alice")):
        look_up("bob")
"""


def test_a_call_is_told_with_time_caller_action_outcome_and_line(pytester: pytest.Pytester) -> None:
    write(pytester, DENIED)

    result = pytester.runpytest()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- Alibaba Cloud calls -*",
            f"[0-2]*:??:??  user alice  ram:GetUser  denied  at application.py:{LOOK_UP}",
            "          user alice may not ram:GetUser on acs:ram:*:user/bob",
            "          ImplicitDeny (AccountLevelIdentityBasedPolicy): no policy is attached*",
        ],
        consecutive=True,
    )


def test_verbose_tells_everything_that_was_considered(pytester: pytest.Pytester) -> None:
    write(
        pytester,
        """
def test_it(ramsts):
    alice = ramsts.account.create_user("alice", policies=["AliyunOSSReadOnlyAccess"])
    with ramsts.acting_as(alice):
        look_up("bob")
""",
    )

    plain, verbose = pytester.runpytest(), pytester.runpytest("-vv")

    considered = "*statement 1 of policy `AliyunOSSReadOnlyAccess`*: Allow does not apply*"
    plain.stdout.no_fnmatch_line(considered)
    verbose.stdout.fnmatch_lines([considered])


def test_a_passing_test_says_nothing(pytester: pytest.Pytester) -> None:
    write(
        pytester,
        """
def test_it(ramsts):
    alice = ramsts.account.create_user("alice", policies=["AliyunRAMReadOnlyAccess"])
    with ramsts.acting_as(alice):
        look_up("alice")
""",
    )

    result = pytester.runpytest("-rA")

    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*Alibaba Cloud calls*")


def test_a_refusal_that_something_caught_is_pointed_out(pytester: pytest.Pytester) -> None:
    write(
        pytester,
        """
def careless(name):
    try:
        return look_up(name)
    except Exception:
        return None

def test_it(ramsts):
    with ramsts.acting_as(ramsts.account.create_user("alice")):
        assert careless("bob") is not None
""",
    )

    result = pytester.runpytest()

    result.stdout.fnmatch_lines(["*the exception of this refusal did not end the test*caught it*"])


@pytest.mark.parametrize(
    "body",
    [
        'look_up("bob")',  # it ends the test
        'with ramsts.denies("ram:GetUser"):\n            look_up("bob")\n        assert False',
    ],
)
def test_a_refusal_that_the_test_knows_of_is_not(pytester: pytest.Pytester, body: str) -> None:
    write(
        pytester,
        f"""
def test_it(ramsts):
    with ramsts.acting_as(ramsts.account.create_user("alice")):
        {body}
""",
    )

    result = pytester.runpytest()

    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*did not end the test*")


def test_a_refusal_that_no_sdk_raises_for_says_so(pytester: pytest.Pytester) -> None:
    write(
        pytester,
        """
def test_it(ramsts):
    with ramsts.acting_as(ramsts.account.create_user("alice")):
        assert register("lamp") is None
""",
    )

    result = pytester.runpytest()

    result.stdout.fnmatch_lines(["*answered with HTTP 200: no SDK raises an exception for it*"])


def test_of_very_many_calls_the_first_and_the_last_are_told(pytester: pytest.Pytester) -> None:
    write(
        pytester,
        """
def test_it(ramsts):
    alice = ramsts.account.create_user("alice", policies=["AliyunRAMReadOnlyAccess"])
    with ramsts.acting_as(alice):
        for _ in range(60):
            look_up("alice")
    assert False
""",
    )

    short, full = pytester.runpytest(), pytester.runpytest("-vv")

    short.stdout.fnmatch_lines(["… 10 calls are left out; -vv tells them as well"])
    assert short.stdout.str().count("ram:GetUser  ok") == 50
    assert full.stdout.str().count("ram:GetUser  ok") == 60


def test_nothing_secret_is_told(pytester: pytest.Pytester) -> None:
    write(
        pytester,
        """
def test_it(ramsts, sts_credentials):
    with ramsts.acting_as(sts_credentials):
        with pytest.raises(Exception):
            look_up("bob")
    key = ramsts.account.create_user("alice").access_key
    right, key.secret = key.secret, "wrong"
    with ramsts.acting_as(key):
        key.secret = right
        with pytest.raises(Exception):
            look_up("bob")
    for secret in (right, sts_credentials.secret, sts_credentials.security_token):
        open("secrets.txt", "a").write(secret[:24] + "\\n")
    assert ramsts.calls == []
""",
    )

    result = pytester.runpytest("-vv")

    text = result.stdout.str()
    assert "refused: SignatureDoesNotMatch" in text
    for secret in (pytester.path / "secrets.txt").read_text().splitlines():
        assert secret not in text


def test_a_narrow_terminal_is_not_overrun(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(pytester, DENIED)
    monkeypatch.setenv("COLUMNS", "60")

    lines = pytester.runpytest().stdout.lines

    story = lines[lines.index(next(line for line in lines if "Alibaba Cloud calls" in line)) :]
    assert max(len(line) for line in story[1:8] if "acs:ram:" not in line) <= 60


def test_colour_is_for_terminals(pytester: pytest.Pytester) -> None:
    write(pytester, DENIED)

    plain = pytester.runpytest("--color=no", "--junit-xml=plain.xml").stdout.str()
    coloured = pytester.runpytest("--color=yes", "--junit-xml=coloured.xml").stdout.str()

    assert "\x1b[31mdenied" in coloured
    assert "\x1b" not in plain
    assert "#x1B" not in (pytester.path / "coloured.xml").read_text().partition("<failure")[0]


def test_the_story_comes_from_workers_too(pytester: pytest.Pytester) -> None:
    write(pytester, DENIED)

    result = pytester.runpytest("-n1", "--color=yes")

    result.stdout.fnmatch_lines(["*Alibaba Cloud calls*"])
    assert "\x1b[31mdenied" in result.stdout.str()


@pytest.mark.parametrize(
    ("assertion", "section", "told"),
    [
        ("assert get", "*- can() -*", "user alice may not ots:GetRow on acs:*"),
        ("assert bool(get)", "*- The last can() -*", "user alice may not ots:PutRow on acs:*"),
    ],
)
def test_the_can_that_an_assertion_shows_is_explained_else_the_last(
    pytester: pytest.Pytester, assertion: str, section: str, told: str
) -> None:
    write(
        pytester,
        f"""
def test_it(ramsts):
    alice = ramsts.account.create_user("alice")
    get = alice.can("ots:GetRow", on="acs:ots:*:*:instance/orders/table/a")
    put = alice.can("ots:PutRow", on="acs:ots:*:*:instance/orders/table/a")
    get = {{"bool": bool(get)}}["bool"] if "bool" in {assertion!r} else get
    {assertion}
""",
    )

    pytester.runpytest().stdout.fnmatch_lines([section, told])


def test_an_application_without_credentials_gets_a_hint(pytester: pytest.Pytester) -> None:
    write(
        pytester,
        """
def test_it(ramsts):  # in the words of alibabacloud_credentials
    raise RuntimeError("unable to load credentials from any of the providers in the chain")
""",
    )

    result = pytester.runpytest()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*- A hint of pytest-ramsts -*", "*Lend it some for a block: with ramsts.acting_as(user)*"]
    )


@pytest.mark.parametrize(
    "line", ['assert "credentials" == 1', 'ramsts.serve().__enter__().endpoint("stss")']
)
def test_a_mistake_of_the_test_that_speaks_of_credentials_gets_none(
    pytester: pytest.Pytester, line: str
) -> None:
    write(pytester, f"def test_it(ramsts):\n    {line}\n")

    result = pytester.runpytest()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*credentials*"])
    result.stdout.no_fnmatch_line("*A hint of pytest-ramsts*")
