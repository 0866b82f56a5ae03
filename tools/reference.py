# ruff: noqa: E402, INP001, ISC004, SLF001, T201 - a script of this house: it reads all and prints
"""Write the reference pages that follow from the code: `python tools/reference.py`.

A page is a function; a test holds that what is in `docs/reference/` is what they give. With
`--check` nothing is written, and the exit status says whether a page is out of date.
"""

from __future__ import annotations

import argparse
import ast
import dataclasses
import inspect
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, get_type_hints

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from pytest_ramsts import __main__ as command_line
from pytest_ramsts import errors, plugin
from pytest_ramsts.identity import Limits, Settings
from pytest_ramsts.load import schema
from pytest_ramsts.policy import SYSTEM_POLICIES
from pytest_ramsts.policy import Settings as PolicySettings
from pytest_ramsts.service import Operation, Service
from pytest_ramsts.services import SERVICES

FOLDER: Final = ROOT / "docs" / "reference"
NOTE: Final = "<!-- Written by tools/reference.py from the code: change it there. -->"

Rows = Iterable[Iterable[object]]


def table(head: Iterable[str], rows: Rows) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len([*head])}"]
    lines += [f"| {' | '.join(_cell(one) for one in row)} |" for row in rows]
    return "\n".join(lines)


def _cell(value: object) -> str:
    return " ".join(str(value).replace("|", "\\|").split())


def code(value: object) -> str:
    return f"`{value}`" if value not in ("", None) else ""


def page(title: str, *parts: str) -> str:
    return "\n\n".join([f"# {title}", NOTE, *[_lined(part) for part in parts if part]]) + "\n"


def _lined(part: str) -> str:
    """A paragraph with one sentence a line; a table or a listing as it is."""
    part = part.strip()
    return part if part.startswith(("|", "```")) else re.sub(r"\. (?=[A-Z`])", ".\n", part)


# Fixtures, marker, options


class _Recorder:
    """Stands where pytest's parser does, and remembers what the plugin adds."""

    def __init__(self) -> None:
        self.options: list[tuple[str, dict[str, Any]]] = []
        self.ini: list[tuple[str, str, dict[str, Any]]] = []

    def getgroup(self, *_: str) -> _Recorder:
        return self

    def addoption(self, name: str, **settings: Any) -> None:
        self.options.append((name, settings))

    def addini(self, name: str, about: str, **settings: Any) -> None:
        self.ini.append((name, about, settings))


def fixture_rows() -> Rows:
    for name in plugin.__all__:
        yield code(name), inspect.getdoc(getattr(plugin, name))


def marker_rows() -> Rows:
    signature, _, about = plugin._MARKER.partition("): ")
    arguments = dict(re.findall(r"(\w+)=([^,()]+|\(\))", signature))
    sentences = [one.strip() for one in about.partition(": ")[2].rstrip(".").split(";")]
    for name, default in arguments.items():
        about_it = rf"({name} and \w+|(\w+ and )?{name})( is| are)? "
        means = next(one for one in sentences if re.match(about_it, one))
        yield code(name), code(default.strip()), re.sub(about_it, "", means, count=1)


def option_rows() -> Rows:
    recorder = _recorded()
    for name, settings in recorder.options:
        values = "|".join(settings.get("choices", ()))
        yield code(f"{name}={values}" if values else name), settings["help"]


def ini_rows() -> Rows:
    for name, about, settings in _recorded().ini:
        yield code(name), code(settings.get("default") or ""), about


def _recorded() -> _Recorder:
    recorder = _Recorder()
    plugin.pytest_addoption(recorder)  # type: ignore[arg-type]  # as much of one as is needed
    return recorder


# Operations


def operations() -> str:
    parts = [
        "Every operation that a fake service answers, with what the caller must be allowed for it."
        " `{…}` stands for a parameter of the call."
        " Where no resource is named, none is asked about, and everybody may call it.",
    ]
    for service in SERVICES:
        parts += [
            f"## {_TITLES.get(service.name, service.product)}",
            _about(service),
            _operations_of(service),
        ]
    return page("Operations", *parts)


_TITLES: Final = {
    "cloud-sso": "CloudSSO",
    "credentials-uri": "Credentials URI",
    "ecs": "ECS",
    "ims": "IMS",
    "iot": "IoT Platform",
    "kms": "KMS",
    "log": "Simple Log Service (SLS)",
    "metadata": "Instance metadata",
    "mns": "MNS",
    "oauth": "OAuth",
    "ram": "RAM",
    "sts": "STS",
    "tablestore": "Table Store",
}


def _about(service: Service) -> str:
    hosts = ", ".join(code(host) for host in service.hosts[:3])
    more = f" and {len(service.hosts) - 3} more" if len(service.hosts) > 3 else ""  # noqa: PLR2004
    version = f", version {service.version}" if service.version else ""
    return (
        f"Service `{service.name}`{version}; its actions begin with `{service.code}:`."
        f" It is reached at {hosts}{more}."
    )


def _operations_of(service: Service) -> str:
    own = {n: o for n, o in service.operations.items() if not _is_general(o)}
    general = sorted(set(service.operations) - set(own))
    parts = [
        table(
            ("operation", "action", "on"),
            [(code(name), *_asked(operation)) for name, operation in sorted(own.items())],
        )
        if own
        else "",
        f"These are guarded, and answer what a test programs with `reply`:"
        f" {', '.join(map(code, general))}."
        if general
        else "",
    ]
    return "\n\n".join(filter(None, parts))


def _is_general(operation: Operation) -> bool:
    return operation.run.__qualname__.startswith(("Service.", "_"))


def _asked(operation: Operation) -> tuple[str, str]:
    asked = operation._asked
    actions = dict.fromkeys(code(action or operation.action) for action, _ in asked)
    resources = dict.fromkeys(
        code(resource) if isinstance(resource, str) else "what the call names"
        for _, resource in asked
    )
    return ", ".join(actions) or code(operation.action), ", ".join(resources)


# Error codes

_FAMILIES: Final = {
    "AlreadyExistsError": "EntityAlreadyExists.",
    "DeleteConflictError": "DeleteConflict.",
    "FederationError": "AuthenticationFail.",
    "LimitExceededError": "LimitExceeded.",
    "MissingParameterError": "Missing",
    "NotExistError": "EntityNotExist.",
}
_CODE: Final = re.compile(r"[A-Z][A-Za-z0-9]*([.-][A-Za-z0-9]+)*|iot\.[A-Za-z0-9.]+")


def error_codes() -> str:
    rows: dict[str, tuple[str, str, set[str]]] = {}
    for file in sorted((ROOT / "pytest_ramsts").rglob("*.py")):
        where = file.relative_to(ROOT / "pytest_ramsts").with_suffix("").as_posix()
        for one, status, python in _codes_in(ast.parse(file.read_text(encoding="utf-8"))):
            known = rows.setdefault(one, (status, python, set()))
            known[2].add(_owner(where))
    for one, (number, _) in errors._AUTHENTICATION_TEXTS.items():
        rows[one] = (str(number), "AuthenticationError", {"gateway"})
    return page(
        "Error codes",
        "The codes that the fake cloud answers with, as they are written in its code;"
        " some that follow from a name, such as `InvalidParameter.<Name>.Length`, are not listed"
        " for every name.",
        "In Python each is raised as an `ApiError` with the same `code`, `message` and `status`;"
        " the class says which family it is of.",
        table(
            ("code", "status", "class", "from"),
            [
                (code(one), status, code(python), ", ".join(sorted(owners)))
                for one, (status, python, owners) in sorted(rows.items())
            ],
        ),
    )


def _codes_in(tree: ast.AST) -> Iterator[tuple[str, str, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        first = node.args[0]
        if not name.endswith("Error") or not isinstance(first, ast.Constant):
            continue
        value = first.value
        if not isinstance(value, str) or not _CODE.fullmatch(value):
            continue
        yield _full_code(name, value, node), _status(name, node), name


def _full_code(name: str, value: str, node: ast.Call) -> str:
    if name == "InvalidParameterError":
        problem = node.args[1] if len(node.args) > 1 else None
        tail = getattr(problem, "value", "<Problem>")
        return f"InvalidParameter.{value}{f'.{tail}' if tail else ''}"
    return _FAMILIES.get(name, "") + value


def _status(name: str, node: ast.Call) -> str:
    for keyword in node.keywords:
        if keyword.arg == "status" and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)
    family = getattr(errors, name, None)
    return str(family.status) if isinstance(family, type) and hasattr(family, "status") else ""


def _owner(where: str) -> str:
    parts = where.split("/")
    return parts[1] if parts[0] == "services" and len(parts) > 1 else "RAM, STS, IMS, gateway"


# Condition keys


def condition_keys() -> str:
    general = {
        **_key_classes(),
        "acs:RequestTag/<key>": "String",
        "acs:ResourceTag/<key>": "String",
    }
    own = dict.fromkeys(
        (code(key), code(operation.action), code(argument))
        for service in SERVICES
        for operation in service.operations.values()
        for key, argument in operation.supplies.items()
    )
    return page(
        "Condition keys",
        "What a policy's Condition can ask about.",
        "## Of every request",
        "Keys marked so are carried by every call, of the real time, transport and caller."
        ' The others come from the test: `user.can(…, when={"acs:MFAPresent": "true"})`.',
        table(
            ("key", "operators", "carried"),
            [
                (code(key), f"{kind}…", "always" if key in _CARRIED else "")
                for key, kind in general.items()
            ],
        ),
        "IoT Platform defines no condition keys, so its calls carry none.",
        "## Of single operations",
        table(("key", "action", "from the parameter"), own)
        if own
        else "No operation supplies a key of its own.",
    )


_CARRIED: Final = ("acs:CurrentTime", "acs:SecureTransport", "acs:SourceIp", "acs:PrincipalARN")


def _key_classes() -> Mapping[str, str]:
    module = sys.modules["pytest_ramsts.policy.lint"]
    classes: Mapping[str, str] = module._KEY_CLASSES
    return classes


# Settings


def settings() -> str:
    return page(
        "Settings and limits",
        "`FakeCloud(settings=Settings(…), limits=Limits(…))`, or the same words in"
        " `@pytest.mark.ramsts(…)`.",
        "## Settings",
        "What the real cloud leaves open; why each default was chosen is told in"
        " [](../explanation/what-the-real-cloud-leaves-open.md).",
        _fields(Settings),
        "## Settings of the policy language",
        "They go into `Settings(policy=…)`, as `pytest_ramsts.policy.Settings`.",
        _fields(PolicySettings),
        "## Limits",
        "The quotas of an account.",
        _fields(Limits),
    )


def _fields(kind: type) -> str:
    documented = _documented_fields(kind)
    hints = get_type_hints(kind)
    rows = []
    for field in dataclasses.fields(kind):
        choices = getattr(hints[field.name], "__args__", ())
        others = [one for one in choices if one != field.default and isinstance(one, str)]
        shown = "" if "object at" in repr(field.default) else _default(field.default)
        rows.append(
            (code(field.name), shown, ", ".join(map(code, others)), documented.get(field.name, ""))
        )
    return table(("name", "default", "other values", "means"), rows)


def _default(value: object) -> str:
    return code(value if isinstance(value, str | int | float) else type(value).__name__ + "()")


def _documented_fields(kind: type) -> dict[str, str]:
    """What stands in quotes below each field."""
    (tree,) = ast.parse(inspect.getsource(kind)).body
    assert isinstance(tree, ast.ClassDef)  # noqa: S101 - it is the source of a class
    texts: dict[str, str] = {}
    for field, after in zip(tree.body, tree.body[1:], strict=False):
        is_text = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and is_text:
            texts[field.target.id] = str(after.value.value)  # type: ignore[attr-defined]
    return texts


# System policies


def system_policies() -> str:
    return page(
        "System policies",
        "The policies of type `System` that are known here. `published` is the vendor's own text,"
        " `abridged` its statements that matter, a `stand-in` ours, where the text was not to be"
        " had. `ramsts.add_system_policy(name, document)` makes another known, or replaces one.",
        table(
            ("name", "text", "about"),
            [
                (code(name), policy.source, policy.description)
                for name, policy in SYSTEM_POLICIES.items()
            ],
        ),
    )


# The command line


def the_command_line() -> str:
    parser = command_line._parser()
    (commands,) = [one for one in parser._actions if one.dest == "==SUPPRESS=="]
    parts = [
        "`pytest-ramsts <command>`, or `python -m pytest_ramsts <command>`."
        " Nothing is sent anywhere: it all happens in a fake cloud inside the process.",
        table(
            ("exit status", "means"),
            [
                ("0", "fine: allowed, nothing found"),
                ("1", "denied, or something found"),
                ("2", "the command line or a file cannot be understood"),
            ],
        ),
    ]
    choices: Mapping[str, argparse.ArgumentParser] = commands.choices  # type: ignore[assignment]
    for name, command in choices.items():
        example = (command.epilog or "").partition("example:\n  ")[2].partition("\n")[0]
        parts += [
            f"## {name}",
            command.description or "",
            f"```console\n$ {example}\n```",
            table(("argument", "means"), _arguments(command)),
        ]
    return page("The command line", *parts)


def _arguments(command: argparse.ArgumentParser) -> Rows:
    for action in command._actions:
        if "--help" in action.option_strings:
            continue
        name = action.option_strings[0] if action.option_strings else ""
        value = action.metavar or ("|".join(action.choices) if action.choices else "")
        takes = value if action.nargs != 0 else ""
        yield code(" ".join(filter(None, (name, str(takes))))), action.help


# World files


def world_schema() -> str:
    return json.dumps(schema(), indent=2) + "\n"


def world_files() -> str:
    published = schema()
    parts = [
        "What `ramsts.load(path)`, `@pytest.mark.ramsts(load=…)` and `pytest-ramsts` read."
        " A file ending in `.yaml` or `.yml` needs `pip install pytest-ramsts[yaml]`; `.json` needs"
        " nothing. `ramsts.dump()` writes the same format back.",
        "```yaml\n" + _example() + "\n```",
        "The format as JSON Schema is [world.schema.json](world.schema.json); an editor with the"
        " YAML language server completes and checks a file that begins with"
        " `# yaml-language-server: $schema=<path of it>`.",
        "In YAML every scalar is the text that it is written as, so `Version: 1` in a policy means"
        " what RAM wants it to mean. Ids are best put in quotes.",
        "## The file",
        "At the top stands the first account, `ramsts.account`, and what there is besides.",
        _members(published),
    ]
    for name, shape in published["$defs"].items():
        if _record(shape):
            parts += [f"## {_TITLED.get(name, name.capitalize())}", _members(_record(shape))]
    parts += [
        "## Other formats",
        "`load` also takes a single policy document (JSON with `Statement`), which becomes a custom"
        " policy of the file's name; a folder of those; and what `terraform show -json` prints of a"
        " plan or a state.",
        "Of Terraform these resource types are understood:"
        f" {', '.join(map(code, _terraform_types()))}."
        " Any other type of the provider is listed in `.unknown` of what `load` returns, and a"
        " `LoadWarning` names those that may decide who may do what."
        " A control policy is taken to be above the account of the plan, whatever it is attached"
        " to.",
    ]
    return page("World files", *parts)


_TITLED: Final = {
    "access_key": "AccessKey",
    "oidc_provider": "OIDC provider",
    "saml_provider": "SAML provider",
}


def _example() -> str:
    return (ROOT / "tests" / "load" / "files" / "world.yaml").read_text(encoding="utf-8").strip()


def _terraform_types() -> list[str]:
    module = sys.modules["pytest_ramsts.load.terraform"]
    return sorted(module._READERS)


def _record(shape: Mapping[str, Any]) -> Mapping[str, Any]:
    """The one of the kinds of a shape that has named members."""
    kinds = [shape, *shape.get("anyOf", ())]
    return next((one for one in kinds if "properties" in one and "additionalProperties" in one), {})


def _members(shape: Mapping[str, Any]) -> str:
    required = shape.get("required", ())
    rows = [
        (
            code(name),
            _kind(one) + (", required" if name in required else ""),
            one.get("description", ""),
        )
        for name, one in shape["properties"].items()
    ]
    return table(("name", "is", "means"), rows)


def _kind(shape: Mapping[str, Any]) -> str:
    if "$ref" in shape:
        return f"{shape['$ref'].rpartition('/')[2].replace('_', ' ')}"
    if "enum" in shape:
        return " or ".join(code(one) for one in shape["enum"])
    if "anyOf" in shape:
        kinds = [_kind(one) for one in shape["anyOf"]]
        lists = [one for one in kinds if one.startswith("list of ")]
        kinds = [one for one in kinds if f"list of {one}" not in lists]
        return " or ".join(
            dict.fromkeys(one.replace("list of", "one or several:") for one in kinds)
        )
    if shape.get("type") == "array":
        return f"list of {_kind(shape['items'])}"
    if isinstance(shape.get("additionalProperties"), dict):
        return f"by name: {_kind(shape['additionalProperties'])}"
    kind = shape.get("type", "")
    words = {"string": "text", "integer": "number", "boolean": "true or false", "object": "mapping"}
    return words.get(kind if isinstance(kind, str) else kind[0], "text")


# The pages

PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "command-line.md": the_command_line,
    "condition-keys.md": condition_keys,
    "error-codes.md": error_codes,
    "operations.md": operations,
    "settings.md": settings,
    "system-policies.md": system_policies,
    "world-files.md": world_files,
    "world.schema.json": world_schema,
}

TABLES: Final[Mapping[str, Callable[[], str]]] = {
    "fixtures": lambda: table(("fixture", "gives"), fixture_rows()),
    "ini": lambda: table(("ini option", "default", "means"), ini_rows()),
    "marker": lambda: table(("argument", "default", "means"), marker_rows()),
    "options": lambda: table(("option", "means"), option_rows()),
}
"""Tables inside `fixtures.md`, whose text is a person's."""


def filled(text: str) -> str:
    """A page with its tables as they are today."""
    for name, made in TABLES.items():
        begin, end = f"<!-- table: {name} -->\n", "\n<!-- end -->"
        before, found, rest = text.partition(begin)
        if found:
            text = f"{before}{begin}{made()}{end}{rest.partition(end)[2]}"
    return text


def pages() -> dict[Path, str]:
    """What each page should be."""
    person = FOLDER / "fixtures.md"
    return {FOLDER / name: made() for name, made in PAGES.items()} | {
        person: filled(person.read_text(encoding="utf-8"))
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; say what is stale")
    checks = parser.parse_args().check
    stale = [
        path
        for path, text in pages().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        if not checks:
            path.write_text(pages()[path], encoding="utf-8")
        print(f"{'stale' if checks else 'written'}: {path.relative_to(ROOT)}")
    return 1 if checks and stale else 0


if __name__ == "__main__":
    sys.exit(main())
