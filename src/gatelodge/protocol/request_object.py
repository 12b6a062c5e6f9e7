"""Signed authorization requests (RFC 9101), by value: what a request object has to say, and what counts of it.

The signature is checked elsewhere (service/request_objects.py), with the application's own keys and one of
`algorithms`; until then nothing of this is believed."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from gatelodge.protocol.client import Client
from gatelodge.protocol.client_settings_rules import BELIEVED
from gatelodge.protocol.errors import InvalidRequestObject
from gatelodge.protocol.parameters import MAX_FIELDS, MULTIPLE, Parameters, long_value
from gatelodge.protocol.policy import FAPI2_ALGORITHMS, Policy
from gatelodge.protocol.values import value

REQUEST = "request"
TYPES = ("oauth-authz-req+jwt", "jwt")  # RFC 9101 §10.8; of older clients, which OpenID Connect told nothing else
LEEWAY = 10  # seconds that clocks may differ
OLDEST = 3600  # seconds, of `nbf` and until `exp` (FAPI 2.0 Message Signing §5.3.1)
FARTHEST = 86_400  # seconds until `exp` at most, so that one-time identifiers needn't be remembered for ever
MAX_JTI = 256  # characters

# Claims about the request object itself, which are no parameters (RFC 9101 §4).
ABOUT_ITSELF = frozenset({"iss", "aud", "exp", "nbf", "iat", "jti", "sub"})
NESTED = frozenset({"request", "request_uri"})  # RFC 9101 §4: must not be in one


@value
class Asked:
    """What a request object asks for, if its signature is good; and what makes it one that is good once: `jti`, None
    where it has none, and until when (UTC epoch seconds) it could be shown again."""

    parameters: Parameters
    jti: str | None
    expires_at: int


def algorithms(client: Client, policy: Policy) -> Sequence[str]:
    """What a request object may be signed with (RFC 9101 §10.1, RFC 8725 §3.1): never nothing, never a secret."""
    allowed = FAPI2_ALGORITHMS if policy.fapi2 else BELIEVED
    chosen = client.settings.request_object_signing_alg
    return [one for one in allowed if chosen in ("", one)]


def must_be_signed(client: Client, policy: Policy) -> bool:
    """Whether a request of this application has to be signed (RFC 9101 §10.5)."""
    return client.settings.require_signed_request_object or policy.require_signed_requests


def read_request_object(
    header: Mapping[str, Any],
    claims: Mapping[str, Any],
    outside: Parameters,
    client: Client,
    policy: Policy,
    issuer: str,
    *,
    now: int,
) -> Asked | InvalidRequestObject:
    """What a request object asks for: its own members alone count (RFC 9101 §6.3). `outside`: what came beside it."""
    fault = (
        _header_fault(header, client, policy)
        or _party_fault(claims, client, issuer)
        or _time_fault(claims, policy, now)
        or _outside_fault(claims, outside)
    )
    if fault:
        return fault
    jti = claims.get("jti")
    if jti is not None and not (isinstance(jti, str) and 0 < len(jti) <= MAX_JTI):
        return InvalidRequestObject("the jti of the request object is no text, or too long")
    values: dict[str, str] = {}
    for name, claim in claims.items():
        if name in ABOUT_ITSELF or claim is None:
            continue
        text = _several(claim) if name in MULTIPLE else _parameter(claim)
        if text is None or long_value(name, text):
            return InvalidRequestObject("a member of the request object is no parameter, or too long")
        values[name] = text
    if len(values) > MAX_FIELDS:
        return InvalidRequestObject("the request object has too many members")
    values["client_id"] = client.client_id
    return Asked(Parameters(values), jti, int(claims["exp"]) + LEEWAY)


def _header_fault(header: Mapping[str, Any], client: Client, policy: Policy) -> InvalidRequestObject | None:
    kind = header.get("typ", TYPES[0])
    if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in TYPES:
        return InvalidRequestObject("the typ of the request object is another one")
    if header.get("alg") not in algorithms(client, policy):
        return InvalidRequestObject("the request object is signed with an algorithm that is not accepted here")
    return None


def _party_fault(claims: Mapping[str, Any], client: Client, issuer: str) -> InvalidRequestObject | None:
    """From whom and for whom: a request object that was made for another server is none for us (RFC 9101 §4)."""
    audience = claims.get("aud")
    if claims.get("iss") != client.client_id:
        return InvalidRequestObject("the iss of the request object must be the client_id")
    if audience != issuer and not (isinstance(audience, list) and issuer in audience):
        return InvalidRequestObject("the aud of the request object must be the issuer")
    if claims.get("client_id", client.client_id) != client.client_id:
        return InvalidRequestObject("the client_id in the request object is another one")
    if claims.get("sub") == client.client_id:  # RFC 9101 §10.8: or it could pass for a client assertion
        return InvalidRequestObject("the request object must not have the client_id as its sub")
    return InvalidRequestObject("a request object can't hold another one") if NESTED & claims.keys() else None


def _time_fault(claims: Mapping[str, Any], policy: Policy, now: int) -> InvalidRequestObject | None:
    expires, begins = _time(claims.get("exp")), _time(claims.get("nbf"))
    if expires is None:
        return InvalidRequestObject("the request object has no exp")
    if now >= expires + LEEWAY:
        return InvalidRequestObject("the request object has expired")
    if expires > now + FARTHEST:
        return InvalidRequestObject("the exp of the request object is too far away")
    if begins is None and claims.get("nbf") is not None:
        return InvalidRequestObject("the nbf of the request object is no time")
    if begins is not None and begins > now + LEEWAY:
        return InvalidRequestObject("the request object is not good yet")
    if not policy.fapi2:
        return None
    if begins is None:
        return InvalidRequestObject("the request object has no nbf")
    if begins < now - OLDEST - LEEWAY:
        return InvalidRequestObject("the request object is older than an hour")
    if expires - begins > OLDEST:
        return InvalidRequestObject("the request object is good for more than an hour")
    return None


def _outside_fault(claims: Mapping[str, Any], outside: Parameters) -> InvalidRequestObject | None:
    """What stands beside the request object counts for nothing; but a response_type that contradicts it is refused
    (OpenID Connect Core §6.1)."""
    response_type = outside.get("response_type")
    if response_type is not None and response_type != claims.get("response_type"):
        return InvalidRequestObject("response_type differs from the one in the request object")
    return None


def _time(claim: object) -> float | None:
    """A NumericDate (RFC 7519 §2), in UTC epoch seconds; None for what is none."""
    if isinstance(claim, bool) or not isinstance(claim, int | float) or not 0 <= claim < 1 << 40:
        return None
    return claim


def _parameter(claim: object) -> str | None:
    """A claim as the parameter that it is: JSON where a parameter would be JSON (RFC 9101 §4, RFC 9396 §3)."""
    if isinstance(claim, str):
        return claim
    if isinstance(claim, bool):
        return None
    if isinstance(claim, int):
        return str(claim)
    if isinstance(claim, dict | list):
        return json.dumps(claim, ensure_ascii=False, separators=(",", ":"))
    return None


def _several(claim: object) -> str | None:
    """A claim as a parameter that may be there more than once (RFC 8707 §2): an array, or one value."""
    if isinstance(claim, list) and all(isinstance(one, str) for one in claim):
        return " ".join(claim)
    return claim if isinstance(claim, str) else None
