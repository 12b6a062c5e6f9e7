"""Dynamic registration (RFC 7591, OpenID Connect Registration 1.0) and its management (RFC 7592): what a request says,
who may make it, and what is answered."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gatelodge.protocol.client_metadata import Described, Members, metadata_of
from gatelodge.protocol.credentials import Kind, Presented, parse
from gatelodge.protocol.errors import InvalidClientMetadata, InvalidToken, OAuthError
from gatelodge.protocol.policy import REGISTRATION_OPEN, Policy

JSON = "application/json"
WRONG_TOKEN = "the token is wrong, has expired or was withdrawn"


def read_members(body: bytes, media_type: str) -> Members | InvalidClientMetadata:
    """The JSON object that a request is (RFC 7591 §3.1). One that is nested deeper than anything needs, or has a member
    twice, is none."""
    if media_type != JSON:
        return InvalidClientMetadata("the body must be application/json")
    members = parse_object(body)
    return InvalidClientMetadata("the body must be a JSON object") if members is None else members


def parse_object(body: bytes) -> Members | None:
    """The JSON object in `body` (RFC 8259), if it is one, without doubled members and without numbers that JSON does
    not know."""
    members = _parse(body)
    return members if isinstance(members, dict) else None


def lists_all(body: bytes, uris: Iterable[str]) -> bool:
    """Whether `body` is a JSON array with all of these in it (OpenID Connect Registration §5)."""
    listed = _parse(body)
    return isinstance(listed, list) and all(uri in listed for uri in uris)


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is there twice")
    return members


def _refuse(_constant: str) -> None:
    raise ValueError("NaN and Infinity are no JSON")


@dataclass(frozen=True, slots=True)
class Anybody:
    """Whoever registers without a token, where everybody may."""


def read_bearer(authorization: str | None, kind: Kind) -> Presented | OAuthError | None:
    """The token in the Authorization header (RFC 6750 §2.1); None where there is no such header."""
    if authorization is None:
        return None
    scheme, _, text = authorization.partition(" ")
    presented = parse(text.strip(), kind) if scheme.lower() == "bearer" else None
    return InvalidToken(WRONG_TOKEN) if presented is None else presented


def who_registers(policy: Policy, authorization: str | None) -> Presented | Anybody | OAuthError:
    """Who may register here (RFC 7591 §3): whoever has an initial access token, or everybody. A token that is shown
    counts in either case, and a wrong one is never passed over."""
    shown = read_bearer(authorization, Kind.INITIAL_ACCESS_TOKEN)
    if shown is not None:
        return shown
    if policy.registration == REGISTRATION_OPEN:
        return Anybody()
    return InvalidToken("registering here takes an initial access token")


def may_manage(application_id: int | None, authorization: str | None) -> Presented | OAuthError:
    """The registration access token, where it says that it is the application's that the address names (RFC 7592 §2).
    What is known of neither is not looked up: an application that does not exist and a token of another one read the
    same."""
    shown = read_bearer(authorization, Kind.REGISTRATION_TOKEN)
    if isinstance(shown, OAuthError):
        return shown
    if shown is None or shown.id != application_id:
        return InvalidToken(WRONG_TOKEN)
    return shown


def update_fault(members: Members, client_id: str) -> InvalidClientMetadata | None:
    """RFC 7592 §2.2: an update names the application that it is for, the one that the token is of."""
    if members.get("client_id") != client_id:
        return InvalidClientMetadata("client_id must be there, and the one that the address names")
    return None


def client_information(
    described: Described, client_id: str, *, issued_at: int, secret: str | None, address: str, token: str
) -> Mapping[str, Any]:
    """The client information response (RFC 7591 §3.2.1, RFC 7592 §3). `issued_at` in UTC epoch seconds; `secret` only
    where one was just made: it is not known afterwards."""
    members = {"client_id": client_id, "client_id_issued_at": issued_at, **metadata_of(described)}
    if secret is not None:
        members |= {"client_secret": secret, "client_secret_expires_at": 0}
    return members | {"registration_client_uri": address, "registration_access_token": token}
