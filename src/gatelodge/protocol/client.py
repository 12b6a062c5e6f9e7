"""The client: what the OAuth rules need to know of an application, and how it proves who it is."""

from binascii import a2b_base64
from urllib.parse import unquote_plus

from gatelodge.protocol.client_assertion import ASSERTION_TYPE, Assertion, claimed_client
from gatelodge.protocol.client_settings import DEFAULT, ClientSettings
from gatelodge.protocol.client_settings_rules import BASIC, NONE, POST
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
NOT_PROVED = "the client did not prove who it is in the way that it is registered with"
TWO_WAYS = "the client authenticated in two ways at once (RFC 6749 2.3)"


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
    """Who a request says that it comes from, and what it showed for it: a secret, an assertion, or nothing that stands
    in the request itself."""

    client_id: int
    secret: Presented | None
    document_url: str | None = None  # the client_id, where it is an address; whose row that is has yet to be looked up
    method: str = NONE  # how the secret came, if one did
    assertion: Assertion | None = None

    @property
    def secret_id(self) -> int | None:
        """Which of the application's secrets this claims to be."""
        return self.secret.id if self.secret else None


def read_proof(
    parameters: Parameters, authorization: str | None, *, query_allowed: bool, assertion: Assertion | None = None
) -> ClientProof | OAuthError | None:
    """How the client authenticates: HTTP Basic, or parameters (RFC 6749 §2.3.1), or the `assertion` that came as
    client_assertion (RFC 7521 §4.2); None where it says nothing of itself.

    `query_allowed`: whether `client_secret` may come in the query string, which the contract shows and RFC 6749
    forbids; a provider can switch it off."""
    client_id, secret, method = parameters.get("client_id"), parameters.get("client_secret"), POST
    if assertion is not None or parameters.get("client_assertion_type") is not None:
        return _read_asserted(parameters, assertion, other=authorization is not None or secret is not None)
    if authorization is not None:
        basic = _read_basic(authorization)
        if isinstance(basic, OAuthError):
            return basic
        if secret is not None:
            return InvalidRequest(TWO_WAYS)
        if client_id is not None and client_id != basic[0]:
            return InvalidRequest("client_id differs from the one in the Authorization header")
        (client_id, secret), method = basic, BASIC
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
    return ClientProof(number, presented, method=method)


def _read_asserted(parameters: Parameters, assertion: Assertion | None, *, other: bool) -> ClientProof | OAuthError:
    """RFC 7521 §4.2: the assertion says itself who it is about; client_id is not needed, but must not differ."""
    if assertion is None:
        return InvalidRequest("client_assertion is missing")
    if parameters.get("client_assertion_type") != ASSERTION_TYPE:
        return InvalidRequest(f"client_assertion_type must be {ASSERTION_TYPE}")
    if other:
        return InvalidRequest(TWO_WAYS)
    claimed = claimed_client(assertion.jwt)
    if claimed is None:
        return InvalidClient("iss and sub of the client assertion must both be the client_id")
    client_id = parameters.get("client_id")
    if client_id is not None and client_id != claimed:
        return InvalidClient("client_id differs from the one that the client assertion is about")
    number = parse_public_id(claimed)
    if number is not None:
        return ClientProof(number, None, assertion=assertion)
    if claimed.startswith("https://"):
        return ClientProof(0, None, claimed, assertion=assertion)
    return InvalidClient(UNKNOWN, log="the assertion's subject is not one of ours by its form")


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
    """Whether a secret, or none, shows that the request comes from `client` (RFC 6749 §3.2.1). Every failure reads the
    same. A client that is registered with a method is held to that one (RFC 7591 §2); any other may bring its secret
    in either way, and a public one brings none."""
    if client is None:
        return InvalidClient(UNKNOWN, log="no such application at this provider")
    if client.disabled:
        return InvalidClient(UNKNOWN, log="the application is disabled")
    method = client.settings.token_endpoint_auth_method
    if method and method != proof.method:
        return InvalidClient(UNKNOWN, log="this is not how the client is registered to prove who it is")
    if not client.confidential:
        return None if proof.secret is None else InvalidClient(UNKNOWN, log="a public client showed a secret")
    if proof.secret is None:
        return InvalidClient(UNKNOWN, log="a confidential client showed no secret")
    if client.secret_digest is None or not proof.secret.matches(client.secret_digest):
        return InvalidClient(UNKNOWN, log="the client_secret is not, or no longer, this application's")
    return None
