"""What an operation is done on, said in a line: `instance/{InstanceId} disk/{DiskId,DiskIds,*}`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, Final

from pytest_ramsts.errors import ApiError
from pytest_ramsts.service import Invocation, Resource
from pytest_ramsts.wire import rpc

__all__ = ["resources"]

_WORDS: Final = re.compile(r"\{([^}]+)\}")


def resources(line: str) -> Resource:
    """The resources of a call, as a line of templates says.

    In braces stand the parameters that may name the thing, one or several of them; the resource
    counts only where the call names it, or for `*` where it does not. `{region}` and `{account}`
    are those of the call. All that a call names must be allowed; if it names nothing, all of the
    product.
    """
    templates = line.split()

    def named(invocation: Invocation, **_: object) -> list[str]:
        code = invocation.service.code
        region = invocation.parameters.get("RegionId") or invocation.region
        own = {"region": region, "account": invocation.account.id}
        found: list[str] = []
        for template in templates:
            whole = template if template.startswith("acs:") else _arn(code, template)
            found += _filled(whole, own, invocation.parameters)
        everything = _arn(code, "*").format_map(own)
        return list(dict.fromkeys(found)) or [everything]

    return named


def _arn(code: str, tail: str) -> str:
    return f"acs:{code}:{{region}}:{{account}}:{tail}"


def _filled(template: str, own: Mapping[str, str], given: Mapping[str, str]) -> Iterator[str]:
    words = _WORDS.findall(template)
    blank = _WORDS.sub("{}", template)
    values = [[own[word]] if word in own else list(_values(word, given)) for word in words]
    for each in product(*values):
        yield blank.format(*each)


def _values(words: str, given: Mapping[str, str]) -> Iterator[str]:
    """What the first of these parameters that is there names."""
    for word in words.split(","):
        if word == "*":
            yield word
            return
        if names := _names(word, given):
            yield from names
            return


def _names(word: str, given: Mapping[str, str]) -> list[str]:
    """`InstanceId=i-1`, `InstanceId.1=i-1`, `InstanceIds=["i-1"]`; `DataDisk.SnapshotId` is that of
    each of several.
    """
    outer, _, inner = word.partition(".")
    text = given.get(word)
    if not inner and text and not text.startswith("["):
        return [part for part in text.split(",") if part]
    try:
        elements: list[Any] = rpc.listed(given, outer)
    except (ApiError, json.JSONDecodeError):
        return [text] if text else []
    if inner:
        elements = [element.get(inner) for element in elements if isinstance(element, dict)]
    return [element for element in elements if isinstance(element, str) and element]
