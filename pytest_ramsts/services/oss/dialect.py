"""How OSS speaks: an address, sub-resources and headers in, XML or octets out."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from pytest_ramsts.errors import ApiError
from pytest_ramsts.service import Body, Invocation
from pytest_ramsts.services.oss import xml
from pytest_ramsts.services.oss.errors import OssError
from pytest_ramsts.services.oss.routes import Routes
from pytest_ramsts.wire import Request, Response, multipart, rpc
from pytest_ramsts.wire.buckets import address_of

__all__ = ["XML", "Dialect", "answer"]

XML: Final = "application/xml"
_EMPTY: Final = 204


def answer(
    status: int = 200, headers: Mapping[str, str | None] | None = None, body: bytes = b""
) -> Response:
    """An answer that is no XML; a header that is None or empty is left out."""
    pairs = tuple((name, value) for name, value in (headers or {}).items() if value)
    return Response(status, pairs, body)


class Dialect:
    """Reads the operation from method, bucket, key and sub-resources.

    Its parameters are the query's and the `x-oss-` headers', each word capitalised: `MaxKeys`,
    `UploadId`, `XOssObjectAcl`; beside them `Bucket` and `Key`.
    """

    def __init__(self, routes: Routes) -> None:
        self._routes = routes

    def read(self, request: Request) -> rpc.RpcCall:
        bucket, key = address_of(request)
        if bucket and request.host.startswith("oss-") and request.host.endswith(".aliyuncs.com"):
            raise OssError("SecondLevelDomainForbidden", hint=f"`{request.host}{request.path}`")
        query = dict(reversed(request.params))
        parameters = {_worded(name): value for name, value in query.items() if value}
        for name, value in request.headers.lowered().items():
            if name.startswith("x-oss-"):
                parameters[_worded(name)] = value
        level = "object" if key else "bucket" if bucket else "service"
        if level == "bucket" and request.method == "POST" and multipart.is_form(request):
            return self._form(request, bucket, parameters)
        operation = self._routes.find(request.method, level, query, request.headers)
        if "versionId" in query and level == "object":
            operation = f"{operation}?versionId"
        parameters["Bucket"] = bucket
        parameters["Key"] = key
        return rpc.RpcCall(operation, "", "XML", parameters)

    def _form(self, request: Request, bucket: str, parameters: dict[str, str]) -> rpc.RpcCall:
        form = multipart.read(request)
        if form is None:
            raise OssError("MalformedPOSTRequest")
        for name, value in form.fields.items():
            parameters[_worded(name.lower())] = value
        key = parameters.get("Key", "")
        if not key:
            raise OssError("InvalidArgument", "Bucket POST must contain a field named 'key'.")
        parameters["Bucket"] = bucket
        parameters["Key"] = key.replace("${filename}", form.file_name)
        return rpc.RpcCall("PostObject", "", "XML", parameters)

    def success(
        self,
        body: Body,
        request_id: str,
        call: rpc.RpcCall,  # noqa: ARG002 - other dialects name the operation in their answers
        invocation: Invocation,  # noqa: ARG002 - other dialects sign their answers
    ) -> Response:
        if isinstance(body, Response):
            status, headers, octets = body.status, body.headers, body.body
        else:
            status, octets = 200, xml.written(body) if body else b""
            headers = (("Content-Type", XML),) if octets else ()
        given = {name.lower() for name, _ in headers}
        if "content-length" not in given and status != _EMPTY:
            headers += (("Content-Length", str(len(octets))),)
        return Response(status, headers + _common(request_id), octets)

    def failure(self, error: ApiError, request_id: str, request: Request, product: str) -> Response:  # noqa: ARG002 - the protocol's
        ec = getattr(error, "ec", "")
        fields: dict[str, Any] = {
            "Code": error.code,
            "Message": error.message,
            "RequestId": request_id,
            "HostId": request.host,
            **getattr(error, "extras", {}),
            "EC": ec or None,
            "RecommendDoc": f"https://api.aliyun.com/troubleshoot?q={ec}" if ec else None,
        }
        octets = xml.written({"Error": fields})
        headers = (*getattr(error, "headers", {}).items(), *_common(request_id))
        if ec:
            headers += (("x-oss-ec", ec),)
        if request.method == "HEAD" or error.status == 304:  # noqa: PLR2004 - Not Modified
            headers += (("x-oss-err", b64encode(octets).decode()),)
            return Response(error.status, headers, b"")
        headers += (("Content-Type", XML), ("Content-Length", str(len(octets))))
        return Response(error.status, headers, octets)


def _common(request_id: str) -> tuple[tuple[str, str], ...]:
    return (
        ("Server", "AliyunOSS"),
        ("Connection", "keep-alive"),
        ("x-oss-request-id", request_id),
        ("x-oss-server-time", "0"),
    )


@lru_cache(maxsize=1024)
def _worded(name: str) -> str:
    """`max-keys` → `MaxKeys`, `uploadId` → `UploadId`."""
    words = name.replace("_", "-").split("-")
    return "".join([word[:1].upper() + word[1:] for word in words])
