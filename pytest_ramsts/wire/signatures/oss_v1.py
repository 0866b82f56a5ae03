"""OSS V1: HMAC-SHA1 over method, three plain headers, the `x-oss-` headers and the resource."""

from __future__ import annotations

from functools import partial
from typing import Final

from pytest_ramsts.errors import MissingParameterError
from pytest_ramsts.wire import quoting
from pytest_ramsts.wire.buckets import address_of
from pytest_ramsts.wire.message import Request
from pytest_ramsts.wire.signatures import authorization, dates, mac
from pytest_ramsts.wire.signatures.claim import Claim, SignatureMismatchError

__all__ = ["MISMATCH", "NAME", "read"]

NAME: Final = "OSS-V1"

MISMATCH: Final = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your key and signing method."
)

# The parameters that choose a resource; no other is signed. As the current clients list them.
_SUBRESOURCES: Final = frozenset(
    """
    accessPoint accessPointPolicy acl append asyncFetch bucketArchiveDirectRead bucketInfo callback
    callback-var cloudboxes cname comp continuation-token cors delete encryption endTime group
    httpsConfig inventory inventoryId lifecycle link live location logging metaQuery objectInfo
    objectMeta partNumber policy position publicAccessBlock qos qosInfo qosRequester
    redundancyTransition referer regionList replication replicationLocation replicationProgress
    requestPayment requesterQosInfo resourceGroup resourcePool resourcePoolBuckets resourcePoolInfo
    response-cache-control response-content-disposition response-content-encoding
    response-content-language response-content-type response-expires restore security-token
    sequential startTime stat status style styleName symlink tagging transferAcceleration uploadId
    uploads versionId versioning versions vod website worm wormExtend wormId x-oss-ac-forward-allow
    x-oss-ac-source-ip x-oss-ac-subnet-mask x-oss-ac-vpc-id x-oss-access-point-name
    x-oss-async-process x-oss-process x-oss-redundancy-transition-taskid x-oss-request-payer
    x-oss-target-redundancy-type x-oss-traffic-limit x-oss-write-get-object-response
    """.split()  # noqa: SIM905 - read better as a text
)


def read(request: Request) -> Claim | None:
    headers = request.headers
    written = headers.get("authorization")
    if written.startswith("OSS "):
        access_key_id, signature = authorization.pair(written, "OSS")
        date = headers.get("x-oss-date") or headers.get("date")
        # alibabacloud_oss_v2 sends the token under the second name, which is not signed.
        token = headers.get("x-oss-security-token") or headers.get("security-token")
        prove = partial(_prove, request, date, signature)
        return Claim(NAME, access_key_id, token, "", date, dates.http, prove)
    params = {} if written else dict(reversed(request.params))
    if "OSSAccessKeyId" not in params:
        return None
    for name in ("OSSAccessKeyId", "Expires", "Signature"):
        if not params.get(name):
            raise MissingParameterError(name)
    expires = params["Expires"]
    return Claim(
        NAME,
        params["OSSAccessKeyId"],
        params.get("security-token", ""),
        "",
        "",
        dates.http,
        partial(_prove, request, expires, params["Signature"]),
        dates.number(expires),
    )


def _prove(request: Request, date: str, signature: str, secret: str, _form_quoting: bool) -> None:
    get = request.headers.get
    chosen = [pair for pair in request.params if pair[0] in _SUBRESOURCES]
    query = "&".join([f"{name}={value}" if value else name for name, value in sorted(chosen)])
    resource = address_of(request).resource + ("?" + query if query else "")
    string_to_sign = (
        f"{request.method}\n{get('content-md5')}\n{get('content-type')}\n{date}\n"
        f"{request.headers.lines('x-oss-')}"
        f"{quoting.octets(resource)}"
    )
    expected = mac.base64(secret.encode(), string_to_sign, "sha1")
    if not mac.matches(expected, signature):
        raise SignatureMismatchError(MISMATCH, string_to_sign=string_to_sign, provided=signature)
