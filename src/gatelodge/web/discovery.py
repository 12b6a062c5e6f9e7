"""What clients read before they do anything: metadata (RFC 8414, OpenID Connect Discovery, RFC 9728)
and keys (RFC 7517)."""

from collections.abc import Awaitable, Callable, Mapping

import msgspec

from gatelodge.protocol.protected_resource import WELL_KNOWN
from gatelodge.protocol.resource_indicators import OWN_PATHS
from gatelodge.web.answers import RETRY_AFTER
from gatelodge.web.direct import Answer, Call, Endpoint, Headers

MAX_AGE = 300  # seconds; less than any new key is told of before it is used
JSON, JWK_SET = b"application/json", b"application/jwk-set+json"  # RFC 8414 §3.2, RFC 7517 §8.5.2
METADATA = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")
JWKS = "/oauth2/jwks"

_REFUSALS: dict[int, tuple[str, Headers]] = {
    405: ("this address takes GET alone", ((b"allow", b"GET, HEAD"),)),
    413: ("the body is too long", ()),
    500: ("something went wrong here; it has been logged", ()),
    503: (
        "the service cannot reach its data just now; try again",
        ((b"retry-after", str(RETRY_AFTER).encode("ascii")),),
    ),
}
_CODES = {500: "server_error", 503: "temporarily_unavailable"}


class Document:
    """A JSON document that anybody may read, and keep for some minutes."""

    methods: tuple[str, ...] = ("GET", "HEAD")
    open_to_browsers = True

    def __init__(self, read: Callable[[Call], Awaitable[Mapping[str, object]]], media_type: bytes = JSON) -> None:
        self._read = read
        self._media_type = media_type

    async def answer(self, call: Call) -> Answer:
        """The document."""
        body = msgspec.json.encode(await self._read(call))
        return Answer(body, media_type=self._media_type, cache=f"public, max-age={MAX_AGE}".encode("ascii"))

    def refuse(self, status: int) -> Answer:
        """Answer what is no question for it, or one that could not be answered."""
        description, headers = _REFUSALS[status]
        members = {"error": _CODES.get(status, "invalid_request"), "error_description": description}
        return Answer(msgspec.json.encode(members), status, headers)


def discovery_endpoints(paths: frozenset[str]) -> dict[str, Endpoint]:
    """The documents; `paths` are all the other addresses that the server answers at, which the metadata may name."""
    served = paths | {JWKS}

    async def metadata(call: Call) -> Mapping[str, object]:
        return call.services.discovery.metadata(call.provider, served)

    async def jwks(call: Call) -> Mapping[str, object]:
        return await call.services.discovery.jwks(call.provider)

    def resource(path: str) -> Document:
        async def described(call: Call) -> Mapping[str, object]:
            return call.services.discovery.resource(call.provider, path)

        return Document(described)

    resources = {WELL_KNOWN + path: resource(path) for path in ("", *OWN_PATHS) if not path or path in served}
    described, keys = Document(metadata), Document(jwks, JWK_SET)
    return {**dict.fromkeys(METADATA, described), JWKS: keys, f"{JWKS}/": keys, **resources}
