"""The token in the file of a pod: it ends, and the next one is there before it does."""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, get_args

import jwt
import pytest
import time_machine
from alibabacloud_credentials.client import Client as DefaultChain
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_sts20150401.models import AssumeRoleWithOIDCRequest
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.models import Config
from freezegun import freeze_time

from pytest_ramsts import FakeCloud, Role
from pytest_ramsts.clock import EngineName
from pytest_ramsts.issuers import OidcIssuer

START: Final = 1782892800  # 2026-07-01T08:00:00Z
BY_TOKEN: Final = "sts:AssumeRoleWithOIDC"


@pytest.fixture(params=get_args(EngineName))
def cloud(request: pytest.FixtureRequest) -> Iterator[FakeCloud]:
    with FakeCloud(clock_engine=request.param) as cloud:
        cloud.clock.freeze("2026-07-01T08:00:00Z")
        yield cloud


@contextmanager
def pod(cloud: FakeCloud, via: str = "oidc") -> Iterator[Role]:
    issuer = OidcIssuer(cloud.account)
    role = cloud.account.create_role("pod", trusted=issuer.trust())
    with cloud.acting_as(role, via=via, by=issuer):
        yield role


def read() -> str:
    return Path(os.environ["ALIBABA_CLOUD_OIDC_TOKEN_FILE"]).read_text()


def times(token: str) -> tuple[int, int]:
    """When it was issued and when it ends, in seconds from the start."""
    claims = jwt.decode(token, options={"verify_signature": False})
    return claims["iat"] - START, claims["exp"] - START


def assume(role: Role, token: str) -> str:
    """The application's own call with a token: the code it is refused with, or "ok"."""
    request = AssumeRoleWithOIDCRequest(
        role_arn=role.arn,
        oidcprovider_arn=f"acs:ram::{role.account.id}:oidc-provider/oidc",
        oidctoken=token,
        role_session_name="pod",
    )
    try:
        Sts(Config(endpoint="sts.aliyuncs.com")).assume_role_with_oidc(request)
    except ClientException as error:
        return str(error.code)
    return "ok"


def test_a_token_is_replaced_when_four_fifths_of_its_life_are_over(cloud: FakeCloud) -> None:
    seen = {}
    with pod(cloud):
        for second in (0, 2879, 2880, 5759, 5760):
            cloud.clock.travel(datetime.fromtimestamp(START + second, UTC))
            seen[second] = times(read())

    assert seen == {
        0: (0, 3600),
        2879: (0, 3600),
        2880: (2880, 6480),
        5759: (2880, 6480),
        5760: (5760, 9360),
    }


def test_whoever_keeps_a_token_is_refused_when_it_ends(cloud: FakeCloud) -> None:
    with pod(cloud) as role:
        kept = read()
        cloud.clock.advance(seconds=3599)
        before = assume(role, kept)
        cloud.clock.advance(seconds=1)

        assert (before, assume(role, kept)) == ("ok", "AuthenticationFail.OIDCToken.Expired")
        assert assume(role, read()) == "ok"


@pytest.mark.parametrize("via", ["oidc", "cli:OIDC", "credentials_file:oidc_role_arn"])
@pytest.mark.parametrize("way", ["sync", "async"])
def test_the_default_chain_goes_on_for_a_day(cloud: FakeCloud, via: str, way: str) -> None:
    """It reads the file at each refresh, so no refusal comes of tokens that ended."""
    with pod(cloud, via):
        chain: Any = DefaultChain()
        for _ in range(24):
            if way == "sync":
                chain.get_credential()
            else:
                asyncio.run(chain.get_credential_async())
            cloud.clock.advance(hours=1)

    calls = cloud.calls.of(BY_TOKEN)
    assert len(calls) == 24
    assert all(call.allowed for call in calls)
    # An hour is longer than a token lies there.
    assert len({call.parameters["OIDCToken"] for call in calls}) == 24


def test_a_clock_that_goes_back_finds_a_token_that_is_good_then(cloud: FakeCloud) -> None:
    with pod(cloud) as role:
        cloud.clock.travel("2026-07-01T07:59:59Z")

        assert times(read()) == (-2880, 720)
        assert assume(role, read()) == "ok"


@pytest.mark.parametrize("freezer", ["freezegun", "time-machine"])
def test_the_file_follows_a_freezer_of_the_test_s_own(ramsts: FakeCloud, freezer: str) -> None:
    freeze: Callable[..., Any] = (
        freeze_time
        if freezer == "freezegun"
        else lambda moment: time_machine.travel(moment, tick=False)
    )
    with freeze("2026-07-01T08:00:00Z"), pod(ramsts):
        first = times(read())
        with freeze("2026-07-01T09:00:00Z"):
            second = times(read())

    assert (first, second) == ((0, 3600), (2880, 6480))


def plainly(path: str) -> str:
    with open(path) as file:  # noqa: PTH123 - as libraries do
        return file.read()


def raw(path: str) -> str:
    with io.FileIO(path) as file:
        return file.read().decode()


def by_number(path: str) -> str:
    number = os.open(path, os.O_RDONLY)
    try:
        return os.read(number, 10_000).decode()
    finally:
        os.close(number)


def in_a_thread(path: str) -> str:
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(Path(path).read_text()))
    thread.start()
    thread.join()
    return found[0]


OPENERS: Final[dict[str, Callable[[str], str]]] = {
    "open": plainly,
    "io": raw,
    "pathlib": lambda path: Path(path).read_text(),
    "os.open": by_number,
    "real path": lambda path: Path(path).resolve().read_text(),
    "thread": in_a_thread,
}


@pytest.mark.parametrize("opener", OPENERS)
def test_however_it_is_opened_it_is_the_token_of_now(cloud: FakeCloud, opener: str) -> None:
    with pod(cloud):
        cloud.clock.advance(hours=1)

        assert times(OPENERS[opener](os.environ["ALIBABA_CLOUD_OIDC_TOKEN_FILE"])) == (2880, 6480)


def test_a_file_is_written_only_when_there_is_something_new(cloud: FakeCloud) -> None:
    with pod(cloud):
        file = Path(os.environ["ALIBABA_CLOUD_OIDC_TOKEN_FILE"])
        written = file.stat().st_ino, file.stat().st_mtime_ns
        read()
        again = file.stat().st_ino, file.stat().st_mtime_ns

        assert again == written
        assert [one.name for one in file.parent.iterdir()] == ["token"]


def test_another_process_reads_the_token_that_was_last(cloud: FakeCloud) -> None:
    with pod(cloud):
        cloud.clock.advance(hours=1)
        mine = read()
        show = "import os; print(open(os.environ['ALIBABA_CLOUD_OIDC_TOKEN_FILE']).read())"
        its = subprocess.run([sys.executable, "-c", show], capture_output=True, check=True)

    assert its.stdout.decode().strip() == mine


def test_two_pods_have_a_token_each(cloud: FakeCloud) -> None:
    with FakeCloud() as other, pod(cloud):
        mine = os.environ["ALIBABA_CLOUD_OIDC_TOKEN_FILE"]
        cloud.clock.advance(hours=1)
        with pod(other):
            assert times(read()) == (3600, 7200)
            assert times(Path(mine).read_text()) == (2880, 6480)
        assert times(read()) == (2880, 6480)


def test_nothing_follows_the_clock_after_the_block(
    cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    token = OidcIssuer.token

    def counted(*args: Any, **kwargs: Any) -> str:
        asked.append(1)
        return token(*args, **kwargs)

    monkeypatch.setattr(OidcIssuer, "token", counted)
    with pod(cloud):
        path = Path(os.environ["ALIBABA_CLOUD_OIDC_TOKEN_FILE"])
        read()
    in_the_block = len(asked)
    path.parent.mkdir(parents=True)
    try:
        path.write_text("somebody else's")
        cloud.clock.advance(hours=1)

        assert path.read_text() == "somebody else's"
        assert len(asked) == in_the_block
    finally:
        shutil.rmtree(path.parents[5])
