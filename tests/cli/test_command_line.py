"""`pytest-ramsts`: what each command says, with which exit status, and how it refuses misuse."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alibabacloud_sts20150401.client import Client
from alibabacloud_tea_openapi.models import Config

from pytest_ramsts.__main__ import main

FILES = Path(__file__).parent.parent / "load" / "files"
WORLD = str(FILES / "world.yaml")
ROW = "acs:ots:*:*:instance/orders/table/a"
READERS = {
    "Version": "1",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "ots:Get*",
            "Resource": "acs:ots:*:*:instance/orders/table/*",
            "Condition": {"IpAddress": {"acs:SourceIp": "10.0.0.0/8"}},
        }
    ],
}


class Run:
    """What one command did."""

    def __init__(self, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
        try:
            self.status: object = main(arguments)
        except SystemExit as ended:  # argparse
            self.status = ended.code
        self.out, self.err = capsys.readouterr()

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    return lambda *arguments: Run(capsys, arguments)


@pytest.fixture
def readers(tmp_path: Path) -> str:
    path = tmp_path / "readers.json"
    path.write_text(json.dumps(READERS, indent=1))
    return str(path)


# explain


def test_an_allowed_access_is_explained_with_status_0(run: Any, readers: str) -> None:
    asked = ("--action", "ots:GetRow", "--resource", ROW, "--context", "acs:SourceIp=10.1.2.3")

    done = run("explain", "--policy", readers, *asked)

    assert done.status == 0
    assert done.out.startswith("user somebody may ots:GetRow on acs:ots:*:")
    assert "statement 1 of policy `somebody` (user somebody) allows it" in done.out


def test_a_denied_access_is_explained_with_status_1(run: Any, readers: str) -> None:
    done = run("explain", "--policy", readers, "--action", "ots:GetRow", "--resource", ROW)

    assert done.status == 1
    assert "its condition IpAddress acs:SourceIp wants `10.0.0.0/8`" in done.out


def test_full_tells_everything(run: Any) -> None:
    asked = ("explain", "--policy", "AliyunOSSReadOnlyAccess", "--action", "oss:PutObject")

    assert "Allow does not apply" not in run(*asked).out
    assert "Allow does not apply" in run(*asked, "--full").out


def test_json_is_for_programs(run: Any, readers: str) -> None:
    done = run(
        "explain", "--json", "--policy", readers, "--policy", "AliyunSTSAssumeRoleAccess",
        "--action", "ots:PutRow", "--resource", ROW, "--principal", "acs:ram::1000:user/alice",
    )  # fmt: skip

    assert done.status == 1
    assert done.json["allowed"] is False
    assert done.json["reason"] == "ImplicitDeny"
    assert done.json["principal"] == "acs:ram::1000:user/alice"
    assert done.json["resource"] == "acs:ots:*:1000:instance/orders/table/a"
    assert done.json["suggestion"]["statement"]["Action"] == "ots:PutRow"
    assert done.json["explanation"][0].startswith("user alice may not ots:PutRow on")


def test_somebody_of_a_world_is_asked(run: Any) -> None:
    asked = ("explain", "--world", WORLD, "--action", "ots:PutRow", "--resource", ROW)

    assert run(*asked, "--principal", "role/order-writer").status == 0
    assert run(*asked, "--principal", "user/order-service").status == 1
    assert run(*asked, "--principal", "root").status == 0
    assert run(*asked, "--principal", "user/olga", "--resource-group", "rg-shop").status == 0
    assert run(*asked, "--principal", "user/order-service", "--policy", "AliyunOTSFullAccess").status == 0  # noqa: E501  # fmt: skip


def test_a_session_policy_narrows_a_role(run: Any, readers: str) -> None:
    asked = ("explain", "--world", WORLD, "--principal", "role/order-writer", "--resource", ROW)

    done = run(*asked, "--action", "ots:PutRow", "--session-policy", readers)

    assert done.status == 1
    assert "SessionPolicy" in done.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["explain"], "the following arguments are required: --action"),
        (["explain", "--action", "a:B", "--context", "x"], "--context is KEY=VALUE, such as"),
        (["explain", "--action", "a:B", "--policy", "no.json"], "there is no file `no.json`"),
        (["explain", "--action", "a:B", "--policy", "No"], "EntityNotExist.Policy: "),
        (["explain", "--action", "a:B", "--policy", "{"], "MalformedPolicyDocument: line 1"),
        (["explain", "--action", "a:B", "--principal", "me"], "--principal is user/<name>, role/"),
        (["explain", "--action", "a:B", "--principal", "user/a b"], "InvalidParameter.UserName"),
        (
            ["explain", "--action", "a:B", "--world", WORLD, "--principal", "olga"],
            "did you mean user/olga?",
        ),
        (["explain", "--action", "a:B", "--world", "no.yaml"], "`no.yaml` cannot be read"),
        (
            ["explain", "--action", "a:B", "--world", WORLD],
            "--world wants --principal as well; there are user/order-service, user/olga,",
        ),
        (
            ["explain", "--action", "a:B", "--world", WORLD, "--principal", "user/nobody"],
            "there is no user/nobody in account 1234567890123456; there are user/order-service",
        ),
        (
            ["explain", "--action", "a:B", "--world", WORLD, "--principal", "acs:ram::7:root"],
            "there is no account 7; there are 1234567890123456",
        ),
        (
            ["explain", "--action", "a:B", "--principal", "root", "--policy", "ReadOnlyAccess"],
            "an account's owner has no policies; leave --policy out",
        ),
        (
            ["explain", "--action", "a:B", "--session-policy", "{}"],
            "--session-policy is for a role: --principal role/<name>",
        ),
        (["check", "no.json"], "there is no file `no.json`"),
        (["dump", "no.yaml"], "`no.yaml` cannot be read"),
        (["serve", "--service", "nothing"], "no service `nothing`; there are "),
        (["sing"], "invalid choice: 'sing'"),
        ([], "explain   say whether an access is allowed, and why"),
        (["explain", "--action", "GetRow"], "an action is written as in a policy, ots:GetRow"),
        (["explain", "--action", "a:B", "--policy", ""], "or the name of a system policy, and not"),
        (["explain", "--action", "a:B", "--policy", "[]"], "MalformedPolicyDocument: "),
    ],
)
def test_misuse_has_status_2_and_says_what_is_wrong(
    run: Any, arguments: list[str], said: str
) -> None:
    done = run(*arguments)

    assert done.status == 2
    assert said in done.err
    assert "Traceback" not in done.err
    assert done.out == ""


# check


def test_nothing_found_has_status_0(run: Any, readers: str) -> None:
    done = run("check", readers, WORLD)

    assert (done.status, done.out, done.err) == (0, "", "nothing found\n")


def test_findings_have_places_and_status_1(run: Any, tmp_path: Path) -> None:
    (tmp_path / "typo.json").write_text(
        json.dumps(READERS, indent=1).replace("ots:Get*", "ots:GetRwo")
    )
    (tmp_path / "broken.json").write_text('{"Version": "1",\n"Statement": [{"Effect": "Allow"}]}')
    (tmp_path / "package.json").write_text('{"name": "something else"}')

    done = run("check", str(tmp_path))

    broken, typo = done.out.splitlines()
    assert done.status == 1
    assert broken.startswith(f"{tmp_path / 'broken.json'}, line 2: Statement[0]: ")
    assert broken.endswith("(error)")
    assert typo.startswith(f"{tmp_path / 'typo.json'}, line 6: Statement[0].Action: ")
    assert typo.endswith("(unknown action)")
    assert done.err == "2 findings\n"


def test_the_policies_of_a_world_are_checked_where_they_stand(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "world.yaml"
    path.write_text(Path(WORLD).read_text().replace("ots:*Row", "ots:GetRwo"))

    done = run("check", "--json", str(path))

    assert done.status == 1
    (finding,) = done.json
    assert finding["at"] == "world.yaml, line 24"
    assert finding["kind"] == "unknown action"
    assert finding["message"].startswith("roles.order-writer.policies[0].Statement[0].Action: ")


def test_a_world_that_cannot_be_loaded_is_a_finding(run: Any, tmp_path: Path) -> None:
    (tmp_path / "world.yaml").write_text("users:\n  alice: {polices: }")

    done = run("check", str(tmp_path / "world.yaml"))

    assert done.status == 1
    assert done.out.startswith("world.yaml, line 2: users.alice.polices is not known here")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("main.tf", b"", "main.tf: a world is a .yaml, .yml or .json file"),
        ("world.yaml", b"\xff", "world.yaml: "),
        (
            "plan.json",
            b'{"format_version": "1.2", "values": {"root_module": 3}}',
            "plan.json, line 1: this is not in the form that `terraform show -json` prints",
        ),
    ],
)
def test_a_file_of_another_kind_is_a_finding_with_its_name(
    run: Any, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)

    done = run("check", str(tmp_path / name))

    assert done.status == 1
    assert done.out.replace(f"{tmp_path}/", "").startswith(said)


def test_an_action_that_seems_misspelt_is_told_beside_the_answer(run: Any) -> None:
    done = run("explain", "--policy", "AliyunOTSReadOnlyAccess", "--action", "ots:GetRwo")

    assert done.out.startswith("user somebody may ots:GetRwo")
    assert done.err == (
        "pytest-ramsts: `ots:GetRwo` is no action that we know; did you mean `ots:GetRow`?\n"
    )


def test_what_terraform_says_and_nobody_knows_here_is_a_finding(run: Any) -> None:
    done = run("check", str(FILES / "state.json"))

    assert done.status == 1
    assert "alicloud_ram_security_preference.all: not known here" in done.out


def test_the_kind_of_a_document_is_seen_or_said(run: Any, tmp_path: Path) -> None:
    principal = {"Principal": {"RAM": ["acs:ram::1000:root"]}}
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", **principal}
    path = tmp_path / "trust.json"
    path.write_text(json.dumps({"Version": "1", "Statement": [trust]}))

    assert run("check", str(path)).status == 0
    assert run("check", "--kind", "identity", str(path)).status == 1


def test_a_folder_without_a_policy_is_misuse(run: Any, tmp_path: Path) -> None:
    done = run("check", str(tmp_path))

    assert done.status == 2
    assert "no policy document (*.json) is in" in done.err


# dump


def test_a_dump_is_a_world_again(run: Any, tmp_path: Path) -> None:
    first = run("dump", str(FILES / "plan.json"))
    (tmp_path / "world.yaml").write_text(first.out)
    again = run("dump", "--json", str(tmp_path / "world.yaml"))

    assert (first.status, again.status) == (0, 0)
    assert first.err == f"{FILES / 'plan.json'}: not known here: alicloud_vpc.main\n"
    assert again.json["id"] == "1234567890123456"
    assert list(again.json["users"]) == ["order-service"]


# help, and the process


@pytest.mark.parametrize("command", ["explain", "check", "dump", "serve"])
def test_every_command_has_help_with_an_example(run: Any, command: str) -> None:
    done = run(command, "--help")

    assert done.status == 0
    assert f"pytest-ramsts {command} " in done.out.partition("example:")[2]
    assert "exit status:" in done.out


def test_the_version_is_told(run: Any) -> None:
    assert run("--version").out.startswith("pytest-ramsts 0.")


def test_a_reader_who_has_read_enough_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(
        [sys.executable, "-m", "pytest_ramsts", "dump", WORLD],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)

    assert (done.returncode, done.stderr) == (0, b"")


def test_serve_answers_real_ports_until_it_is_ended() -> None:
    served = subprocess.Popen(
        [
            *(sys.executable, "-m", "pytest_ramsts", "serve", WORLD, "--json"),
            *("--service", "sts", "--as", "role/order-writer"),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    with served:
        assert served.stdout is not None
        told = json.loads(served.stdout.readline())
        config = Config(
            endpoint=told["endpoints"]["sts"].removeprefix("http://"),
            protocol="http",
            access_key_id=told["credentials"]["ALIBABA_CLOUD_ACCESS_KEY_ID"],
            access_key_secret=told["credentials"]["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
            security_token=told["credentials"]["ALIBABA_CLOUD_SECURITY_TOKEN"],
        )

        identity = Client(config).get_caller_identity().body
        served.send_signal(signal.SIGTERM)
        status = served.wait(30)

    assert identity.arn == "acs:ram::1234567890123456:assumed-role/order-writer/test"
    assert status == 0
