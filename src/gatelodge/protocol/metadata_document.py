"""Client ID Metadata Documents (draft-ietf-oauth-client-id-metadata-document-02): a client_id that is the address of a
document in which the application describes itself."""

import re
from collections.abc import Collection, Mapping
from urllib.parse import unquote, urlsplit

from gatelodge.protocol.client_metadata import Described, read_metadata
from gatelodge.protocol.client_settings_rules import KEY_JWT, NONE
from gatelodge.protocol.errors import OAuthError
from gatelodge.protocol.policy import Policy
from gatelodge.protocol.redirect_uri import registration_fault
from gatelodge.protocol.registration import parse_object

ACCEPT = "application/json"
MAX_BYTES = 5 * 1024  # §8.7 recommends it
# How long a document that was read is good, whatever its headers say: not so short that every request asks for it, not
# so long that a redirect URI that was taken back stays good for days.
SHORTEST, USUAL, LONGEST = 300, 3600, 86_400  # seconds
# How much longer it is where nobody answers: applications that people use do not stop because a web server is away.
STALE = 86_400  # seconds

_JSON = re.compile(r"application/(?:[a-z0-9!#$&^_.-]+\+)?json", re.IGNORECASE)
_MAX_AGE = re.compile(r"(?:^|[\s,])(s-maxage|max-age)\s*=\s*\"?([0-9]{1,10})", re.IGNORECASE)
_NOT_KEPT = re.compile(r"(?:^|[\s,])(?:no-store|no-cache)(?:$|[\s,=])", re.IGNORECASE)


def is_document_url(client_id: str) -> bool:
    """Whether `client_id` can be a Client Identifier URL (§3): https, a path without dot segments, no user name, no
    fragment. It is compared character by character, and never normalised."""
    if not client_id.startswith("https://") or registration_fault(client_id) is not None:
        return False
    path = urlsplit(client_id).path
    return path.startswith("/") and not {".", ".."}.intersection(unquote(path).replace("\\", "/").split("/"))


def read_document(
    url: str, body: bytes, media_type: str, *, policy: Policy, scopes: Collection[str]
) -> Described | str:
    """The application that the document at `url` describes, or what is wrong with the document, as words for whoever
    wrote it (§4)."""
    if not _JSON.fullmatch(media_type.partition(";")[0].strip()):
        return "the document that client_id names is not served as application/json"
    members = parse_object(body)
    if members is None:
        return "the document that client_id names is no JSON object"
    if members.get("client_id") != url:
        return "the document that client_id names has another client_id in it"
    if "client_secret" in members or "client_secret_expires_at" in members:
        return "the document that client_id names may not have a client_secret in it"
    if members.get("token_endpoint_auth_method", NONE) not in (NONE, KEY_JWT):
        return "the document that client_id names must have the token_endpoint_auth_method none or private_key_jwt"
    read = read_metadata(members, policy=policy, scopes=scopes, default_method=NONE)
    if isinstance(read, OAuthError):
        return f"the document that client_id names can't be used: {read.description}"
    return read


def fresh_for(headers: Mapping[str, str], expires_in: int | None) -> int:
    """How many seconds a document is good, by the headers that came with it (§5.2, RFC 9111 §4.2.1), within bounds.
    Header names in lower case; `expires_in` is what the Expires header says, in seconds from now."""
    control = headers.get("cache-control", "")
    if _NOT_KEPT.search(control):
        return SHORTEST
    said = {name.lower(): int(number) for name, number in _MAX_AGE.findall(control)}
    lifetime = said.get("s-maxage", said.get("max-age", expires_in))
    if lifetime is None:
        return USUAL
    age = headers.get("age", "")
    return max(SHORTEST, min(LONGEST, lifetime - (int(age) if re.fullmatch(r"[0-9]{1,10}", age) else 0)))
