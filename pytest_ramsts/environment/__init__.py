"""What an SDK finds on its machine: the variables and files that its chain of credentials looks at.
Knows no cloud.

A source is one way to find credentials, under the name that its variable, file or mode has. While
one is there, no other is: the developer's own credentials are out of sight, and never used by
mistake.
"""

from __future__ import annotations

import atexit
import configparser
import importlib
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal, Protocol
from unittest.mock import patch

from pytest_ramsts.environment.changing import kept

__all__ = ["SOURCES", "Contents", "Credentials", "Find", "Need", "Source", "Wish", "found"]

Need = Literal[
    "credentials",
    "key",
    "pair",
    "session",
    "assumed",
    "chained",
    "instance",
    "login",
    "oidc",
    "uri",
]
"""What a source hands over, or leads to."""

Contents = str | Callable[[], str]
"""What is in a file: a text, or what gives the text of the moment when somebody opens it."""


class Credentials(Protocol):
    """An AccessKey, or temporary credentials."""

    @property
    def id(self) -> str: ...
    @property
    def secret(self) -> str: ...
    @property
    def security_token(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an SDK is to find. A source reads what it needs."""

    key: Credentials | None = None
    """What the application signs with, be it only to assume a role."""
    expiration: str = ""
    """Of these, where they are temporary."""
    role_arn: str = ""
    role_name: str = ""
    session_name: str = ""
    seconds: int | None = None
    policy: str = ""
    external_id: str = ""
    uri: str = ""
    """Where credentials are offered, or a login is shown."""
    account_id: str = ""
    access_token: str = ""
    refresh_token: str = ""
    token_expires: int = 0
    provider_arn: str = ""
    oidc_token: Contents = ""
    source: Wish | None = None
    """Whose credentials assume the role, in a chain."""


@dataclass(frozen=True, slots=True)
class Find:
    """What lies ready: variables, and files by their path below the home directory."""

    variables: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Contents] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """One way to find credentials: what it needs, and how it is laid out in a home directory."""

    needs: Need
    lay_out: Callable[[Wish, Path], Find]


# Variables


def _environment(wish: Wish, _: Path) -> Find:
    key = _key(wish)
    values = {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": key.id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": key.secret,
        "OSS_ACCESS_KEY_ID": key.id,
        "OSS_ACCESS_KEY_SECRET": key.secret,
    }
    if key.security_token:
        values["ALIBABA_CLOUD_SECURITY_TOKEN"] = key.security_token
        values["OSS_SESSION_TOKEN"] = key.security_token
    return Find(values)


def _aliyun_environment(wish: Wish, _: Path) -> Find:
    key = _key(wish)
    return Find({"ALIYUN_ACCESS_KEY_ID": key.id, "ALIYUN_ACCESS_KEY_SECRET": key.secret})


def _ecs(_: Wish, __: Path) -> Find:
    return Find({"ALIBABA_CLOUD_ECS_METADATA_DISABLED": "false"})


def _credentials_uri(wish: Wish, _: Path) -> Find:
    return Find({"ALIBABA_CLOUD_CREDENTIALS_URI": wish.uri})


_TOKEN_FILE: Final = "var/run/secrets/ack.alibabacloud.com/rrsa-tokens/token"


def _oidc(wish: Wish, home: Path) -> Find:
    values = {
        "ALIBABA_CLOUD_ROLE_ARN": wish.role_arn,
        "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": wish.provider_arn,
        "ALIBABA_CLOUD_OIDC_TOKEN_FILE": str(home / _TOKEN_FILE),
    }
    if wish.session_name:
        values["ALIBABA_CLOUD_ROLE_SESSION_NAME"] = wish.session_name
    return Find(values, {_TOKEN_FILE: wish.oidc_token})


# The shared credentials file


def _credentials_file(
    kind: str, section: Callable[[Wish, Path], Mapping[str, str]]
) -> Callable[[Wish, Path], Find]:
    def lay_out(wish: Wish, home: Path) -> Find:
        file = configparser.ConfigParser()
        options = {name: value for name, value in section(wish, home).items() if value}
        file["default"] = {"enable": "true", "type": kind, **options}
        text = io.StringIO()
        file.write(text)
        files: dict[str, Contents] = {".alibabacloud/credentials.ini": text.getvalue()}
        if kind == "oidc_role_arn":
            files[_TOKEN_FILE] = wish.oidc_token
        if kind == "rsa_key_pair":
            files[_PRIVATE_KEY_FILE] = _key(wish).secret
        # Here the instance's role is found only because the file says so.
        values = {"ALIBABA_CLOUD_ECS_METADATA_DISABLED": "false"} if kind == "ecs_ram_role" else {}
        path = str(home / ".alibabacloud" / "credentials.ini")
        return Find({"ALIBABA_CLOUD_CREDENTIALS_FILE": path, **values}, files)

    return lay_out


def _pair(wish: Wish, _: Path) -> dict[str, str]:
    key = _key(wish)
    return {"access_key_id": key.id, "access_key_secret": key.secret}


def _assumed_by_file(wish: Wish, home: Path) -> dict[str, str]:
    return {
        **_pair(wish, home),
        "role_arn": wish.role_arn,
        "role_session_name": wish.session_name,
        "policy": wish.policy,
    }


def _instance_by_file(wish: Wish, _: Path) -> dict[str, str]:
    return {"role_name": wish.role_name}


def _oidc_by_file(wish: Wish, home: Path) -> dict[str, str]:
    return {
        "role_arn": wish.role_arn,
        "oidc_provider_arn": wish.provider_arn,
        "oidc_token_file_path": str(home / _TOKEN_FILE),
        "role_session_name": wish.session_name,
        "policy": wish.policy,
    }


_PRIVATE_KEY_FILE: Final = ".alibabacloud/private_key"


def _key_pair_by_file(wish: Wish, home: Path) -> dict[str, str]:
    return {
        "public_key_id": _key(wish).id,
        "private_key_file": str(home / _PRIVATE_KEY_FILE),
    }


# The configuration of the command line tool


def _cli(
    mode: str, profile: Callable[[Wish, Path], Mapping[str, Any]]
) -> Callable[[Wish, Path], Find]:
    def lay_out(wish: Wish, home: Path) -> Find:
        current = {"name": "default", "mode": mode, **profile(wish, home)}
        profiles = [{name: value for name, value in current.items() if value not in ("", None)}]
        if wish.source is not None:
            profiles.append({"name": "source", **_source_profile(wish.source, home)})
        config = {"current": "default", "profiles": profiles}
        files: dict[str, Contents] = {".aliyun/config.json": json.dumps(config, indent=4)}
        if mode == "OIDC":
            files[_TOKEN_FILE] = wish.oidc_token
        if mode == "External":
            files[_EXTERNAL] = json.dumps(_external_answer(wish))
        values = {"HOME": str(home), "ALIBABA_CLOUD_CLI_PROFILE_DISABLED": "false"}
        if mode == "EcsRamRole":
            values["ALIBABA_CLOUD_ECS_METADATA_DISABLED"] = "false"
        return Find(values, files)

    return lay_out


def _source_profile(wish: Wish, home: Path) -> dict[str, Any]:
    if wish.role_arn:
        return {"mode": "RamRoleArn", **_assumed_by_cli(wish, home)}
    mode = "StsToken" if _key(wish).security_token else "AK"
    return {"mode": mode, **_token_by_cli(wish, home)}


def _token_by_cli(wish: Wish, home: Path) -> dict[str, Any]:
    return {**_pair(wish, home), "sts_token": _key(wish).security_token}


def _assumed_by_cli(wish: Wish, home: Path) -> dict[str, Any]:
    source = _pair(wish, home) if wish.source is None else {"source_profile": "source"}
    return {
        **source,
        "ram_role_arn": wish.role_arn,
        "ram_session_name": wish.session_name,
        "expired_seconds": wish.seconds,
        "policy": wish.policy,
        "external_id": wish.external_id,
    }


def _instance_by_cli(wish: Wish, _: Path) -> dict[str, Any]:
    return {"ram_role_name": wish.role_name}


def _oidc_by_cli(wish: Wish, home: Path) -> dict[str, Any]:
    return {
        "ram_role_arn": wish.role_arn,
        "oidc_provider_arn": wish.provider_arn,
        "oidc_token_file": str(home / _TOKEN_FILE),
        "role_session_name": wish.session_name,
        "expired_seconds": wish.seconds,
        "policy": wish.policy,
    }


def _sso_by_cli(wish: Wish, _: Path) -> dict[str, Any]:
    return {
        "cloud_sso_sign_in_url": wish.uri,
        "cloud_sso_account_id": wish.account_id,
        "cloud_sso_access_config": "ac-ramsts",
        "access_token": wish.access_token,
        "cloud_sso_access_token_expire": wish.token_expires,
    }


def _oauth_by_cli(wish: Wish, _: Path) -> dict[str, Any]:
    return {
        "oauth_site_type": "CN",
        "oauth_access_token": wish.access_token,
        "oauth_access_token_expire": wish.token_expires,
        "oauth_refresh_token": wish.refresh_token,
    }


_EXTERNAL: Final = ".aliyun/external.json"


def _external_by_cli(_: Wish, home: Path) -> dict[str, Any]:
    show = f"print(open({str(home / _EXTERNAL)!r}).read())"
    return {"process_command": f'"{sys.executable}" -I -S -c "{show}"'}


def _external_answer(wish: Wish) -> dict[str, str]:
    key = _key(wish)
    answer = {"mode": "AK", "access_key_id": key.id, "access_key_secret": key.secret}
    if key.security_token:
        answer |= {
            "mode": "StsToken",
            "sts_token": key.security_token,
            "expiration": wish.expiration,
        }
    return answer


def _key(wish: Wish) -> Credentials:
    if wish.key is None:
        raise ValueError("this source needs a key")
    return wish.key


SOURCES: Final[Mapping[str, Source]] = {
    "environment": Source("credentials", _environment),
    "aliyun_environment": Source("key", _aliyun_environment),
    "oidc": Source("oidc", _oidc),
    "cli:AK": Source("key", _cli("AK", _pair)),
    "cli:StsToken": Source("session", _cli("StsToken", _token_by_cli)),
    "cli:RamRoleArn": Source("assumed", _cli("RamRoleArn", _assumed_by_cli)),
    "cli:ChainableRamRoleArn": Source("chained", _cli("ChainableRamRoleArn", _assumed_by_cli)),
    "cli:EcsRamRole": Source("instance", _cli("EcsRamRole", _instance_by_cli)),
    "cli:OIDC": Source("oidc", _cli("OIDC", _oidc_by_cli)),
    "cli:CloudSSO": Source("login", _cli("CloudSSO", _sso_by_cli)),
    "cli:OAuth": Source("login", _cli("OAuth", _oauth_by_cli)),
    "cli:External": Source("credentials", _cli("External", _external_by_cli)),
    "credentials_file:access_key": Source("key", _credentials_file("access_key", _pair)),
    "credentials_file:ram_role_arn": Source(
        "assumed", _credentials_file("ram_role_arn", _assumed_by_file)
    ),
    "credentials_file:ecs_ram_role": Source(
        "instance", _credentials_file("ecs_ram_role", _instance_by_file)
    ),
    "credentials_file:oidc_role_arn": Source(
        "oidc", _credentials_file("oidc_role_arn", _oidc_by_file)
    ),
    "credentials_file:rsa_key_pair": Source(
        "pair", _credentials_file("rsa_key_pair", _key_pair_by_file)
    ),
    "ecs": Source("instance", _ecs),
    "credentials_uri": Source("uri", _credentials_uri),
}
"""Every source, in the order in which the default chain of `alibabacloud_credentials` asks them."""


# Laying it out

# What is taken away, so that only the one source is there.
_ABSENT: Final[Mapping[str, str | None]] = dict.fromkeys(
    [
        "ALIBABA_CLOUD_ACCESS_KEY_ID",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        "ALIBABA_CLOUD_SECURITY_TOKEN",
        "ALIBABA_CLOUD_PROFILE",
        "ALIBABA_CLOUD_ROLE_ARN",
        "ALIBABA_CLOUD_ROLE_SESSION_NAME",
        "ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
        "ALIBABA_CLOUD_OIDC_TOKEN_FILE",
        "ALIBABA_CLOUD_CREDENTIALS_URI",
        "ALIBABA_CLOUD_ECS_METADATA",
        "ALIBABA_CLOUD_IMDSV1_DISABLED",
        # They win over a credential object that aliyunsdkcore was given.
        "ALIYUN_ACCESS_KEY_ID",
        "ALIYUN_ACCESS_KEY_SECRET",
        "OSS_ACCESS_KEY_ID",
        "OSS_ACCESS_KEY_SECRET",
        "OSS_SESSION_TOKEN",
    ]
)

_DISABLED: Final = {
    "ALIBABA_CLOUD_CLI_PROFILE_DISABLED": "true",
    # Every provider for instance metadata starts a thread; where there is no instance, none is.
    "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
}

# These read the environment once, when they are imported: whatever is set later they do not see.
_READERS: Final = (
    "alibabacloud_credentials.utils.auth_util",
    "alibabacloud_credentials.utils.auth_constant",
)


@contextmanager
def found(source: Source, wish: Wish) -> Iterator[None]:
    """Lay out what a source needs, for one block; put back what was there, whatever happens."""
    with TemporaryDirectory(prefix="ramsts-") as directory, ExitStack() as stack:
        home = Path(directory)
        find = source.lay_out(wish, home)
        for path, contents in find.files.items():
            file = home / path
            file.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(contents, str):
                file.write_text(contents, encoding="utf-8")
            else:
                stack.enter_context(kept(file, contents))
        # There is no such file but where a source makes it.
        nothing = {"ALIBABA_CLOUD_CREDENTIALS_FILE": str(home / "none.ini")}
        values = {**_ABSENT, **_DISABLED, **nothing, **find.variables}
        before = {name: os.environ.get(name) for name in values}
        stack.callback(_set, before)
        stack.enter_context(_schedulers_ended())
        _set(values)
        yield


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    for name in _READERS:
        if name in sys.modules:
            importlib.reload(sys.modules[name])


@contextmanager
def _schedulers_ended() -> Iterator[None]:
    """End the threads that providers for instance metadata start in the block and would leave for
    ever. They are known by what they ask `atexit` for.
    """
    left: list[Callable[[], Any]] = []
    register = atexit.register

    def registered(function: Any, /, *args: Any, **kwargs: Any) -> Any:
        owner = getattr(function, "__self__", None)
        if not type(owner).__module__.startswith("apscheduler."):
            return register(function, *args, **kwargs)
        left.append(partial(function, *args, **kwargs))
        return function

    with patch.object(atexit, "register", registered):
        try:
            yield
        finally:
            for end in left:
                end()
