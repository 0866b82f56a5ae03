"""PostObject: an upload by a form, allowed by a policy that the application signed beforehand."""

from __future__ import annotations

import json
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from pytest_ramsts.service import Body, Invocation
from pytest_ramsts.services.oss import xml
from pytest_ramsts.services.oss.authorization import the_key, the_tagged_key
from pytest_ramsts.services.oss.dialect import answer
from pytest_ramsts.services.oss.errors import OssError
from pytest_ramsts.services.oss.product import oss
from pytest_ramsts.services.oss.state import OssState
from pytest_ramsts.services.oss.uploads import accepted, callback_of, digest_headers, given
from pytest_ramsts.wire import multipart, quoting

_CONDITIONS: Final[Mapping[str, Callable[[str, Any], bool]]] = {
    "eq": lambda value, wanted: value == wanted,
    "starts-with": lambda value, wanted: value.startswith(wanted),
    "in": lambda value, wanted: value in wanted,
    "not-in": lambda value, wanted: value not in wanted,
}


@oss.operation(
    on={"oss:PutObject": the_key, "oss:PutObjectTagging": the_tagged_key},
    name="PostObject",
    action="oss:PutObject",
)
def post_object(
    invocation: Invocation,
    state: OssState,
    bucket: str,
    key: str,
    policy: str = "",
    success_action_status: str = "",
    success_action_redirect: str = "",
) -> Body:
    form = multipart.read(invocation.request)
    if form is None:
        raise OssError("MalformedPOSTRequest")
    fields = {name.lower(): value for name, value in form.fields.items()}
    if policy:
        values = {**fields, "bucket": bucket, "key": key}
        _check_policy(policy, values, len(form.file), invocation.world.clock.time())
    held = state[bucket]
    if fields.get("x-oss-forbid-overwrite") == "true" and key in held:
        raise OssError("FileAlreadyExists", extras={"Key": key})
    fields.setdefault("content-type", form.file_type or "application/octet-stream")
    version = held.put(
        key,
        form.file,
        callback=callback_of(invocation.parameters),
        **given(fields, held).fields,
    )
    if version.callback is not None:
        return accepted(state, held, version)
    headers = digest_headers(held, version)
    location = f"http://{bucket}.{held.endpoint}/{quoting.quoted(key)}"
    if success_action_redirect:
        query = f"bucket={bucket}&key={quoting.quoted(key)}&etag=%22{version.etag}%22"
        mark = "&" if "?" in success_action_redirect else "?"
        return answer(303, {**headers, "Location": f"{success_action_redirect}{mark}{query}"})
    if success_action_status == "201":
        result = {"Bucket": bucket, "Location": location, "Key": key, "ETag": version.etag}
        headers["Content-Type"] = "application/xml"
        return answer(201, headers, xml.written({"PostResponse": result}))
    return answer(200 if success_action_status == "200" else 204, headers)


def _check_policy(text: str, values: Mapping[str, str], size: int, now: float) -> None:
    """Refuse a form that is not what its policy allows, or comes too late."""
    try:
        document = json.loads(b64decode(text, validate=True))
        expires = datetime.fromisoformat(document["expiration"]).timestamp()
        conditions = list(document["conditions"])
    except (ValueError, Base64Error, KeyError, TypeError):
        raise OssError(
            "InvalidPolicyDocument", "Invalid Policy: Invalid JSON: The policy is not well-formed."
        ) from None
    if now > expires:
        raise _refused("Policy expired.")
    for condition in conditions:
        if isinstance(condition, dict):
            if len(condition) != 1:
                raise OssError(
                    "InvalidPolicyDocument",
                    "Invalid Policy: Invalid Simple-Condition: Simple-Conditions must have exactly"
                    " one property specified.",
                )
            ((name, wanted),) = condition.items()
            _check("eq", name, wanted, values, condition)
        elif len(condition) == 3 and condition[0] == "content-length-range":  # noqa: PLR2004 - name, least, most
            if not int(condition[1]) <= size <= int(condition[2]):
                code = "EntityTooLarge" if size > int(condition[2]) else "EntityTooSmall"
                raise OssError(code, "Your proposed upload is not of an allowed size.")
        elif len(condition) == 3 and condition[0] in _CONDITIONS:  # noqa: PLR2004 - operator, name, value
            operator, name, wanted = condition
            _check(operator, name.removeprefix("$"), wanted, values, condition)
        else:
            raise OssError(
                "InvalidPolicyDocument", f"Invalid Policy: Invalid condition: {condition!r}"
            )


def _check(
    operator: str, name: str, wanted: Any, values: Mapping[str, str], condition: object
) -> None:
    if not _CONDITIONS[operator](values.get(name.lower(), ""), wanted):
        raise _refused(f"Policy Condition failed: {json.dumps(condition)}")


def _refused(reason: str) -> OssError:
    return OssError("AccessDenied", f"Invalid according to Policy: {reason}")
