"""The command line: explain a decision, check policies and worlds, translate them, serve them."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import signal
import sys
import threading
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

from pytest_ramsts import __version__
from pytest_ramsts.cloud import FakeCloud
from pytest_ramsts.errors import ApiError, MalformedPolicyDocumentError, RamstsError
from pytest_ramsts.identity import Account, Caller, Role, Session, User
from pytest_ramsts.load import LoadError, load, written, yaml_of
from pytest_ramsts.policy import Decision, Policy
from pytest_ramsts.policy.grammar import PolicyKind

__all__ = ["main"]

FINE: Final = 0
FOUND: Final = 1
MISUSED: Final = 2

_EPILOG: Final = """\
exit status:
  0  fine: allowed, nothing found
  1  denied, or something found
  2  the command line or a file cannot be understood

Nothing is sent anywhere: it all happens in a fake cloud inside this process.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if "run" not in options:
        parser.print_help(sys.stderr)
        return MISUSED
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except (RamstsError, ApiError) as error:
        sys.stderr.write(f"pytest-ramsts: {error}\n")
        return MISUSED
    except BrokenPipeError:  # whoever reads has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pytest-ramsts",
        description="Ask a fake Alibaba Cloud: who may do what, and why.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"pytest-ramsts {__version__}")
    commands = parser.add_subparsers(metavar="command")
    _add_explain(commands)
    _add_check(commands)
    _add_dump(commands)
    _add_serve(commands)
    return parser


def _command(commands: Any, name: str, about: str, example: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name,
        help=about,
        description=f"{about[0].upper()}{about[1:]}.",
        epilog=f"example:\n  {example}\n\n{_EPILOG}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return command


# explain


def _add_explain(commands: Any) -> None:
    command = _command(
        commands,
        "explain",
        "say whether an access is allowed, and why",
        "pytest-ramsts explain --policy readers.json --action ots:GetRow"
        " --resource 'acs:ots:*:*:instance/orders/table/a'",
    )
    add = command.add_argument
    add(
        "--policy",
        action="append",
        default=[],
        metavar="POLICY",
        help="a policy of the caller: a JSON file, JSON text or the name of a system policy; there"
        " may be several",
    )
    add("--action", required=True, help="the action, such as ots:GetRow")
    add(
        "--resource",
        action="append",
        metavar="ARN",
        help="the resource; of several all must be allowed (default: *)",
    )
    add(
        "--principal",
        metavar="WHO",
        help="who asks: user/alice, role/reader, root, or the ARN of one; with --world it is there"
        " already (default: a user who has only the policies given)",
    )
    add(
        "--context",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a condition key of the request, such as acs:SourceIp=10.0.0.1; a key given twice has"
        " two values",
    )
    add("--resource-group", metavar="ID", help="the resource group that the resource is in")
    add("--session-policy", metavar="POLICY", help="what narrows the session of a role")
    _add_world(command)
    add("--full", action="store_true", help="tell everything that was considered")
    _add_json(command)
    command.set_defaults(run=_explain)


def _explain(options: argparse.Namespace) -> int:
    cloud = _cloud(options.world)
    caller = _caller(cloud, options.principal, is_new=not options.world)
    for policy in options.policy:
        if not isinstance(caller, User | Role):
            raise RamstsError("an account's owner has no policies; leave --policy out")
        caller.attach(_source(policy))
    if options.session_policy is not None:
        if not isinstance(caller, Role):
            raise RamstsError("--session-policy is for a role: --principal role/<name>")
        caller = caller.assume(policy=_source(options.session_policy))
    with warnings.catch_warnings(record=True) as doubts:
        warnings.simplefilter("always")
        decision = caller.can(
            options.action,
            on=options.resource or ["*"],
            when=_context(options.context),
            resource_group=options.resource_group,
        )
    for doubt in doubts:
        sys.stderr.write(f"pytest-ramsts: {doubt.message}\n")
    if options.json:
        _print_json(_told(decision, full=options.full))
    else:
        print(decision.explain(full=options.full))
    return FINE if decision else FOUND


def _told(decision: Decision, *, full: bool) -> dict[str, Any]:
    access, placed, suggestion = decision.access, decision.statement, decision.suggestion
    return {
        "allowed": decision.allowed,
        "reason": decision.reason,
        "layer": decision.policy_type,
        "principal": access.principal.principal_arn,
        "action": access.action,
        "resource": access.resource,
        "statement": None
        if placed is None
        else {
            "policy": placed.policy.name,
            "index": placed.index,
            "document": placed.statement.document,
        },
        "suggestion": None
        if suggestion is None
        else {
            "statement": suggestion.statement,
            "policy": suggestion.policy.name if suggestion.policy else None,
            "replaces": suggestion.replaces,
        },
        "explanation": decision.explain(full=full).splitlines(),
    }


def _source(text: str) -> str | Path:
    """A policy of the command line: a file where there is one."""
    if not text.strip():
        raise RamstsError(
            "a policy is a JSON file, JSON text or the name of a system policy, and not empty"
        )
    if text.lstrip().startswith(("{", "[")):
        return text
    if Path(text).is_file():
        return Path(text)
    if re.search(r"[/\\.]", text):
        raise RamstsError(f"there is no file `{text}`")
    return text


def _context(pairs: Iterable[str]) -> dict[str, list[str]]:
    context: dict[str, list[str]] = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator or not key:
            raise RamstsError(
                f"--context is KEY=VALUE, such as acs:SourceIp=10.0.0.1, not `{pair}`"
            )
        context.setdefault(key, []).append(value)
    return context


_WHO: Final = re.compile(
    r"(?:acs:ram:\*?:(?P<account>[0-9]+):)?(?P<what>root|user/(?P<user>.+)|role/(?P<role>.+))"
)


def _caller(cloud: FakeCloud, who: str | None, *, is_new: bool) -> Caller:
    """Who asks: found in the world of a file, made where there is none."""
    if who is None:
        if not is_new:
            raise RamstsError(f"--world wants --principal as well; there are {_people(cloud)}")
        return cloud.account.create_user("somebody")
    found = _WHO.fullmatch(who)
    if found is None:
        raise RamstsError(
            f"--principal is user/<name>, role/<name>, root or the ARN of one, not `{who}`"
            f"{_near(cloud, who)}"
        )
    account = _account(cloud, found["account"] or "", is_new=is_new)
    if found["what"] == "root":
        return account
    name, kind = (found["user"], "users") if found["user"] else (found["role"], "roles")
    if is_new:
        return account.create_user(name) if kind == "users" else account.create_role(name)
    there: Mapping[str, User | Role] = getattr(account, kind)
    if name not in there:
        raise RamstsError(
            f"there is no {found['what']} in account {account.id}; there are {_people(cloud)}"
        )
    return there[name]


def _near(cloud: FakeCloud, name: str) -> str:
    """Whom somebody may have meant who left the kind out."""
    for kind, there in (("user", cloud.account.users), ("role", cloud.account.roles)):
        if name in there:
            return f"; did you mean {kind}/{name}?"
    return ""


def _account(cloud: FakeCloud, account_id: str, *, is_new: bool) -> Account:
    account = cloud.account
    if account_id in ("", account.id):
        return account
    if is_new:
        cloud.world.change_account_id(account, account_id)
        return account
    accounts = cloud.world.accounts_by_id
    if account_id not in accounts:
        raise RamstsError(f"there is no account {account_id}; there are {', '.join(accounts)}")
    return accounts[account_id]


def _people(cloud: FakeCloud) -> str:
    people = [
        f"{kind}/{name}" if account is cloud.account else f"acs:ram::{account.id}:{kind}/{name}"
        for account in cloud.accounts
        for kind, names in (("user", account.users), ("role", account.roles))
        for name in names
    ]
    return ", ".join([*people, "root"])


# check


def _add_check(commands: Any) -> None:
    command = _command(
        commands,
        "check",
        "look for mistakes in policies and worlds",
        "pytest-ramsts check policies/ world.yaml plan.json",
    )
    command.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="a policy document (JSON), a folder of those, a world (YAML, JSON), or what `terraform"
        " show -json` prints",
    )
    command.add_argument(
        "--kind",
        choices=("identity", "trust", "resource", "control"),
        help="what kind of policy the documents are (default: by whether their statements have a"
        " Principal and a Resource)",
    )
    _add_json(command)
    command.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> int:
    found = [finding for path in options.paths for finding in _findings(path, options.kind)]
    if options.json:
        _print_json(found)
    else:
        for one in found:
            print(f"{one['at']}: {one['message']} ({one['kind']})")
        print(_count(len(found)), file=sys.stderr)
    return FOUND if found else FINE


def _findings(path: Path, kind: PolicyKind | None) -> Iterator[dict[str, str]]:
    if path.is_dir():
        files = [file for file in sorted(path.rglob("*.json")) if _holds_policy(file)]
        if not files:
            raise RamstsError(f"no policy document (*.json) is in `{path}`")
        for file in files:
            yield from _findings(file, kind)
        return
    if not path.is_file():
        raise RamstsError(f"there is no file `{path}`")
    if path.suffix == ".json" and _holds_policy(path):
        yield from _findings_in_policy(path, kind)
        return
    cloud = FakeCloud()
    try:
        loaded = load(path, cloud.world, cloud.account, cloud.state("oss"))
    except LoadError as error:
        yield _unloadable(path, error)
        return
    for policy in loaded.policies:
        for finding in policy.policy.lint():
            where = ".".join(filter(None, (policy.path, finding.place)))
            yield {
                "at": policy.at(finding.place),
                "kind": finding.kind,
                "message": f"{where}: {finding.message}",
            }
    for address in loaded.unknown_about_access:
        yield {
            "at": path.name,
            "kind": "unknown type",
            "message": f"{address}: not known here, though it may decide who may do what",
        }


def _unloadable(path: Path, error: LoadError) -> dict[str, str]:
    """What is wrong with a file, at the place that the error begins with, if it has one."""
    at, separator, message = str(error).partition(": ")
    if not separator:
        at, message = str(path), str(error)
    return {"at": at.strip("`"), "kind": "error", "message": message}


def _findings_in_policy(path: Path, kind: PolicyKind | None) -> Iterator[dict[str, str]]:
    text = path.read_text(encoding="utf-8")
    try:
        policy = Policy.parse(text, kind=kind or _kind_of(text))
    except MalformedPolicyDocumentError as error:
        line, separator, rest = error.message.partition(": ")
        is_line = bool(separator) and line.startswith("line ")
        at, message = (f"{path}, {line}", rest) if is_line else (str(path), error.message)
        yield {"at": at, "kind": "error", "message": message}
        return
    for finding in policy.lint():
        where = f"{finding.place}: " if finding.place else ""
        yield {
            "at": f"{path}, line {finding.line}",
            "kind": finding.kind,
            "message": f"{where}{finding.message}",
        }


def _holds_policy(path: Path) -> bool:
    """Whether it looks like a policy document, broken or not."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return False
    except ValueError:
        return '"Statement"' in path.read_text(encoding="utf-8")
    return isinstance(document, dict) and "Statement" in document


def _kind_of(text: str) -> PolicyKind:
    try:
        statements = json.loads(text)["Statement"]
        has = {name for one in statements for name in one}
    except (ValueError, TypeError, KeyError):
        return "identity"  # the parser says what is wrong
    if not has & {"Principal", "NotPrincipal"}:
        return "identity"
    return "resource" if has & {"Resource", "NotResource"} else "trust"


def _count(number: int) -> str:
    return {0: "nothing found", 1: "1 finding"}.get(number, f"{number} findings")


# dump


def _add_dump(commands: Any) -> None:
    command = _command(
        commands,
        "dump",
        "translate a world, Terraform or policies to one world file",
        "terraform show -json > plan.json && pytest-ramsts dump plan.json > world.yaml",
    )
    command.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="what to load, one into the other"
    )
    _add_json(command)
    command.set_defaults(run=_dump)


def _dump(options: argparse.Namespace) -> int:
    cloud = _cloud(options.paths)
    document = written(cloud.world, cloud.state("oss"))
    if options.json:
        _print_json(document)
    else:
        sys.stdout.write(yaml_of(document))
    return FINE


# serve


def _add_serve(commands: Any) -> None:
    command = _command(
        commands,
        "serve",
        "answer on local ports, for other processes and languages, until interrupted",
        "pytest-ramsts serve world.yaml --as user/alice --service sts --service ram",
    )
    add = command.add_argument
    add("world", nargs="*", type=Path, metavar="PATH", help="worlds to load first")
    add(
        "--service",
        action="append",
        metavar="NAME",
        help="a service to open a port for (default: every one)",
    )
    add(
        "--as",
        dest="who",
        metavar="WHO",
        help="whose credentials to print: user/<name>, role/<name> or root (default: root)",
    )
    add("--mode", choices=("strict", "soft", "off"), default="strict", help="see --ramsts-mode")
    _add_json(command)
    command.set_defaults(run=_serve)


def _serve(options: argparse.Namespace) -> int:
    cloud = FakeCloud(mode=options.mode)
    _load(cloud, options.world)
    caller = _caller(cloud, options.who or "root", is_new=False)
    if isinstance(caller, Role):
        key: Any = caller.assume()
    elif isinstance(caller, User | Account):
        key = caller.access_key
    else:
        raise RamstsError(f"`{options.who}` has no credentials")
    credentials = {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": key.id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": key.secret,
    }
    if isinstance(key, Session):
        credentials["ALIBABA_CLOUD_SECURITY_TOKEN"] = key.security_token
    names = options.service or list(dict.fromkeys(s.name for s in cloud.gateway.services))
    with cloud.serve() as server:
        endpoints = {name: server.url(name) for name in names}
        if options.json:
            _print_json({"endpoints": endpoints, "credentials": credentials}, indent=None)
        else:
            width = max(map(len, endpoints))
            for name, url in endpoints.items():
                print(f"{name:<{width}} {url}")
            for name, value in credentials.items():
                print(f"export {name}={value}")
            sys.stderr.write("answering until interrupted (Ctrl-C)\n")
        sys.stdout.flush()
        _wait()
    return FINE


def _wait() -> None:
    """Until somebody ends us: Ctrl-C or a plain kill."""
    ended = threading.Event()

    def end(*_: object) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    with contextlib.suppress(KeyboardInterrupt):
        ended.wait()


# What several commands share


def _add_world(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--world",
        action="append",
        default=[],
        type=Path,
        metavar="PATH",
        help="a world that the caller is in: YAML, JSON, Terraform, or a folder of policies",
    )


def _add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="answer in JSON, for programs")


def _cloud(paths: Iterable[Path]) -> FakeCloud:
    cloud = FakeCloud()
    _load(cloud, paths)
    return cloud


def _load(cloud: FakeCloud, paths: Iterable[Path]) -> None:
    for path in paths:
        loaded = load(path, cloud.world, cloud.account, cloud.state("oss"))
        if loaded.unknown:
            sys.stderr.write(f"{path}: not known here: {', '.join(loaded.unknown)}\n")


def _print_json(value: Any, indent: int | None = 2) -> None:
    print(json.dumps(value, indent=indent, ensure_ascii=False))


def run() -> NoReturn:
    """What the console script calls."""
    sys.exit(main())


if __name__ == "__main__":
    run()
