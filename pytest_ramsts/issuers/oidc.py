"""A fake OIDC provider: issues signed JWTs, and serves its keys inside the fake cloud."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from pytest_ramsts.errors import ApiError
from pytest_ramsts.identity import Account
from pytest_ramsts.identity.oidc import library
from pytest_ramsts.issuers.keys import signing_key
from pytest_ramsts.policy import Policy, allow
from pytest_ramsts.service import Body, Invocation, Service
from pytest_ramsts.wire import Request, Response, rpc

__all__ = ["OidcIssuer"]

_KEY_ID: Final = "pytest-ramsts"
_DISCOVERY: Final = "/.well-known/openid-configuration"
_KEYS: Final = "/keys"


class OidcIssuer:
    """An OIDC provider that an account trusts. The fixture `oidc_provider` is one.

        role = ram_account.create_role(trusted=oidc_provider.trust(subject="ci"))
        token = oidc_provider.token("ci")
        # the application calls AssumeRoleWithOIDC with role.arn, oidc_provider.arn and the token

    `service` answers its discovery document and its keys: `cloud.add_service(issuer.service)`.
    """

    def __init__(
        self,
        account: Account,
        name: str = "oidc",
        *,
        issuer: str = "https://oidc.example.com",
        client_id: str = "sts.aliyuncs.com",
    ) -> None:
        self.account = account
        self.issuer = issuer
        self.client_id = client_id
        self.provider = account.create_oidc_provider(name, issuer, client_ids=[client_id])
        account.world.key_sets[issuer] = self.key_set
        self.service = _service(self)

    def __repr__(self) -> str:
        return f"<OidcIssuer {self.issuer}>"

    @property
    def arn(self) -> str:
        """The ARN of the provider in the account, the OIDCProviderArn of AssumeRoleWithOIDC."""
        return self.provider.arn

    @property
    def key_set(self) -> dict[str, Any]:
        """Its public keys, as a JWKS."""
        library()
        from jwt.algorithms import RSAAlgorithm  # noqa: PLC0415 - an extra

        key = json.loads(RSAAlgorithm.to_jwk(signing_key().public_key()))
        return {"keys": [{**key, "kid": _KEY_ID, "use": "sig", "alg": "RS256"}]}

    def token(
        self,
        subject: str,
        *,
        audience: str | list[str] | None = None,
        lifetime: float = 3600,
        issued: float = 0,
        **claims: object,
    ) -> str:
        """A signed JWT for a subject. `issued` is in seconds from now, `claims` replace or add."""
        start = int(self.account.world.clock.time() + issued)
        body: dict[str, object] = {
            "iss": self.issuer,
            "aud": audience or self.client_id,
            "sub": subject,
            "iat": start,
            "exp": int(start + lifetime),
            **claims,
        }
        return str(library().encode(body, signing_key(), "RS256", headers={"kid": _KEY_ID}))

    def trust(self, subject: str | None = None) -> Policy:
        """A trust policy for tokens of this issuer and client; of one subject if it is given."""
        wanted = {"oidc:iss": self.issuer, "oidc:aud": self.client_id}
        if subject is not None:
            wanted["oidc:sub"] = subject
        return Policy(
            allow(
                "sts:AssumeRole",
                on=None,
                principal={"Federated": [self.arn]},
                when={"StringEquals": wanted},
            )
        )


class _Documents:
    """Two documents by GET, and nothing else."""

    def read(self, request: Request) -> rpc.RpcCall:
        operations = {_DISCOVERY: "Discover", _KEYS: "Keys"}
        operation = next((o for path, o in operations.items() if request.path.endswith(path)), "")
        return rpc.RpcCall(operation, "1", "JSON", {})

    def success(
        self, body: Body, request_id: str, call: rpc.RpcCall, invocation: Invocation
    ) -> Response:
        del request_id, call, invocation
        return body if isinstance(body, Response) else _json(200, body)

    def failure(self, error: ApiError, request_id: str, request: Request, product: str) -> Response:
        del request_id, request, product
        return _json(error.status, {"error": error.code})


def _json(status: int, body: Mapping[str, Any]) -> Response:
    return Response(status, (("Content-Type", "application/json"),), json.dumps(body).encode())


def _service(issuer: OidcIssuer) -> Service:
    host = urlsplit(issuer.issuer).hostname or ""
    service = Service(
        "oidc-issuer", hosts=[host], version="1", dialect=_Documents(), anonymous=True
    )

    @service.operation(on=None)
    def discover() -> Body:
        return {
            "issuer": issuer.issuer,
            "jwks_uri": issuer.issuer + _KEYS,
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    @service.operation(on=None)
    def keys() -> Body:
        return issuer.key_set

    return service
