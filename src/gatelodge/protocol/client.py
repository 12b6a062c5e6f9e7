"""The client: what the OAuth rules need to know of an application, and how it proves who it is."""

from binascii import a2b_base64
from urllib.parse import unquote_plus

from gatelodge.protocol.client_settings import DEFAULT, ClientSettings
from gatelodge.protocol.credentials import Kind, Presented, parse, parse_public_id, public_id
from gatelodge.protocol.errors import InvalidClient, InvalidRequest, OAuthError
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.scope import Scope
from gatelodge.protocol.values import value

# Grant types as RFC 7591 §2 names them.
AUTHORIZATION_CODE, REFRESH_TOKEN, CLIENT_CREDENTIALS = "authorization_code", "refresh_token", "client_credentials"
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
FOR_USERS = frozenset({AUTHORIZATION_CODE, REFRESH_TOKEN})
ASKS_USERS = frozenset({AUTHORIZATION_CODE, DEVICE_CODE})  # the grants for which a user says yes or no
GRANT_TYPES = FOR_USERS | {CLIENT_CREDENTIALS, DEVICE_CODE, TOKEN_EXCHANGE, JWT_BEARER}

UNKNOWN = "unknown client, or a wrong or missing client_secret"


@value
class Client:
    """An application as the rules see it. `secret_digest` is that of the secret which the request named, if
    that is one of the application's."""

    id: int
    name: str
    confidential: bool
    redirect_uris: tuple[str, ...] = ()
    disabled: bool = False
    secret_digest: bytes | None = None
    grant_types: frozenset[str] = FOR_USERS
    own_scope: Scope = frozenset()  # what it may do as itself, with client_credentials
    own_grant: int | None = None  # the grant that it then acts under
    resource_server: bool = False  # asks about other applications' tokens, and has none itself
    optional_scope: Scope = frozenset()  # what people may leave out when it asks
    settings: ClientSettings = DEFAULT
    document_url: str | None = None  # the client_id of an application that a document describes

    @property
    def client_id(self) -> str:
        """What it is called on the wire."""
        return self.document_url or public_id(self.id)


@value
class ClientProof:
    """Who a request says that it comes from, and the secret that it showed for it."""

    client_id: int
    secret: Presented | None
    document_url: str | None = None  # the client_id, where it is an address; whose row that is has yet to be looked up

    @property
    def secret_id(self) -> int | None:
        """Which of the application's secrets this claims to be."""
        return self.secret.id if self.secret else None


def read_proof(
    parameters: Parameters, authorization: str | None, *, query_allowed: bool
) -> ClientProof | OAuthError | None:
    """How the client authenticates: HTTP Basic, or parameters (RFC 6749 §2.3.1); None where it says nothing of itself.

    `query_allowed`: whether `client_secret` may come in the query string, which the contract shows and RFC 6749
    forbids; a provider can switch it off."""
    client_id, secret = parameters.get("client_id"), parameters.get("client_secret")
    if authorization is not None:
        basic = _read_basic(authorization)
        if isinstance(basic, OAuthError):
            return basic
        if secret is not None:
            return InvalidRequest("the client authenticated in two ways at once (RFC 6749 2.3)")
        if client_id is not None and client_id != basic[0]:
            return InvalidRequest("client_id differs from the one in the Authorization header")
        client_id, secret = basic
    elif client_id is None:
        return None if secret is None else InvalidRequest("client_id is missing")
    elif secret is not None and "client_secret" in parameters.in_query and not query_allowed:
        return InvalidRequest("client_secret is not accepted in the query here; send it in the body")
    number = parse_public_id(client_id)
    if number is None:
        if not client_id.startswith("https://") or secret:  # a document shares no secret with us (CIMD §4.1)
            return InvalidClient(UNKNOWN, log="client_id is not one of ours by its form")
        return ClientProof(0, None, client_id)
    if not secret:
        return ClientProof(number, None)
    presented = parse(secret, Kind.CLIENT_SECRET)
    if presented is None:
        return InvalidClient(UNKNOWN, log="client_secret is malformed or mistyped")
    return ClientProof(number, presented)


def _read_basic(authorization: str) -> tuple[str, str] | OAuthError:
    """RFC 6749 §2.3.1: both halves are form-encoded before they are joined."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return InvalidClient("only the Basic scheme is served in the Authorization header here")
    try:
        decoded = a2b_base64(encoded.strip(), strict_mode=True).decode("utf-8")
    except ValueError:
        return InvalidClient("the Authorization header can't be read")
    client_id, colon, secret = decoded.partition(":")
    if not colon:
        return InvalidClient("the Authorization header can't be read")
    if "%" in decoded or "+" in decoded:  # ours have neither, and need no decoding
        return unquote_plus(client_id), unquote_plus(secret)
    return client_id, secret


def authenticate(client: Client | None, proof: ClientProof) -> InvalidClient | None:
    """Whether `proof` shows that the request comes from `client` (RFC 6749 §3.2.1). Every failure reads the same."""
    if client is None:
        return InvalidClient(UNKNOWN, log="no such application at this provider")
    if client.disabled:
        return InvalidClient(UNKNOWN, log="the application is disabled")
    if not client.confidential:
        return None if proof.secret is None else InvalidClient(UNKNOWN, log="a public client showed a secret")
    if proof.secret is None:
        return InvalidClient(UNKNOWN, log="a confidential client showed no secret")
    if client.secret_digest is None or not proof.secret.matches(client.secret_digest):
        return InvalidClient(UNKNOWN, log="the client_secret is not, or no longer, this application's")
    return None
