"""KMS 2016-01-20: its hosts, its envelope, and what its operations are done on.

`operations.txt` has a line for each operation of the official SDK: what a call must have, whether
it names a key or a secret, and whether the answer is empty. Beside those of the page "Use RAM to
control access", it is assumed that an operation is done on the key or secret that it names, and on
everything otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

from pytest_ramsts.errors import ApiError
from pytest_ramsts.service import Body, Invocation, Rpc, Service
from pytest_ramsts.services.kms import ciphers
from pytest_ramsts.services.kms.errors import denied, in_own_words, invalid
from pytest_ramsts.services.kms.state import Kms, Place
from pytest_ramsts.wire import Request, Response, rpc

__all__ = [
    "everything",
    "key_of_blob",
    "kms",
    "numbered",
    "place_of",
    "read_context",
    "the_key",
    "the_secret",
]


class Envelope(Rpc):
    """The gateway's, with the status in the body, and `KMS` around all in XML."""

    def success(
        self, body: Body, request_id: str, call: rpc.RpcCall, invocation: Invocation
    ) -> Response:
        response = super().success(body, request_id, call, invocation)
        return _rooted(response, f"{call.operation}Response")

    def failure(self, error: ApiError, request_id: str, request: Request, product: str) -> Response:
        response = super().failure(error, request_id, request, product)
        if response.body.startswith(b"{"):
            content = {"HttpStatus": error.status, **response.json()}
            text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
            return Response(response.status, response.headers, text.encode())
        return _rooted(response, "Error", f"<HttpStatus>{error.status}</HttpStatus>")


def _rooted(response: Response, root: str, more: str = "") -> Response:
    if response.body.startswith(b"<?xml"):
        text = response.body.decode().replace(f"<{root}>", f"<KMS>{more}", 1)
        text = text.removesuffix(f"</{root}>") + "</KMS>"
        return Response(response.status, response.headers, text.encode())
    return response


def _tags_of(state: Kms, arn: str) -> Mapping[str, str]:
    return {f"kms:tag/{name}": value for name, value in state.tags_of(arn).items()}


kms: Final = Service(
    "kms",
    hosts=[
        "kms.{region}.aliyuncs.com",
        "kms-vpc.{region}.aliyuncs.com",
        "kms-intranet.{region}.aliyuncs.com",
    ],
    version="2016-01-20",
    product="Kms",
    dialect=Envelope(),
    denied=denied,
    worded=in_own_words,
    keys_of=_tags_of,
    state=Kms,
)


# What a call is about


def place_of(invocation: Invocation) -> Place:
    """What the caller's account has in the region that is asked."""
    state: Kms = invocation.state
    place = state.at(invocation.account.id, invocation.region)
    place.clear(invocation.world.clock.time())
    return place


def the_key(invocation: Invocation, **_: object) -> str:
    return f"key/{place_of(invocation).key_id(invocation.parameters['KeyId'])}"


def the_secret(invocation: Invocation, **_: object) -> str:
    return f"secret/{invocation.parameters['SecretName'].rpartition(':secret/')[2]}"


def key_of_blob(invocation: Invocation, **_: object) -> str:
    """The key that a ciphertext was made by. One that was made by none here is nobody's."""
    version_id = ciphers.version_of(invocation.parameters["CiphertextBlob"])
    found = place_of(invocation).key_of_version(version_id)
    if found is None:
        raise invalid("CiphertextBlob", hint="it is none that this KMS gave out in this region")
    return f"key/{found[0].id}"


def everything(invocation: Invocation, **_: object) -> str:
    return f"acs:kms:{invocation.region}:{invocation.account.id}:*"


_ON: Final = {"key": the_key, "secret": the_secret, "blob": key_of_blob, "": everything}

for _line in files(__package__).joinpath("operations.txt").read_text().splitlines():
    _name, _requires, _on, _answer = (part.strip() for part in f"{_line} | | |".split("|")[:4])
    kms.declare(
        _name,
        on=_ON[_on],
        requires=_requires.split(),
        answer=(lambda _: {}) if _answer == "empty" else None,
    )


# What calls say, and answers


def read_context(text: str) -> dict[str, str]:
    """An EncryptionContext: a JSON object of texts."""
    try:
        context: Any = json.loads(text or "{}")
    except ValueError:
        context = None
    if not isinstance(context, dict):
        raise invalid("EncryptionContext", hint='write it like {"purpose": "test"}')
    return {str(name): str(value) for name, value in context.items()}


def numbered(items: list[Any], page: int, size: int) -> tuple[list[Any], dict[str, int]]:
    """A page of a listing, and what is said about it."""
    if page < 1:
        raise invalid("PageNumber", hint=f"{page}")
    if not 1 <= size <= 100:  # noqa: PLR2004 - the documented range
        raise invalid("PageSize", hint=f"{size}: 1 to 100")
    start = (page - 1) * size
    said = {"PageNumber": page, "PageSize": size, "TotalCount": len(items)}
    return items[start : start + size], said
