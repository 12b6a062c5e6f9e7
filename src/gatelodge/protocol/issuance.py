"""What a grant gives. Minting, storing and rendering all read these values, so that a new binding of tokens
costs a field, a rule and a column, not an edit of every grant."""

from gatelodge.protocol.errors import OAuthError
from gatelodge.protocol.scope import Scope
from gatelodge.protocol.values import value


@value
class Binding:
    """What one token is bound to beside its grant."""

    jkt: str | None = None  # the thumbprint of the key that its holder must prove to have (RFC 9449 §6.1); or
    x5t: str | None = None  # that of the certificate that its holder must show, `x5t#S256` (RFC 8705 §3.1)
    audience: tuple[str, ...] = ()  # the resources that it is for (RFC 8707); none: our own, as it always was
    actor: str | None = None  # who acts with it for its user, the `act` claim as JSON (RFC 8693 §4.1)

    @property
    def confirmation(self) -> dict[str, str] | None:
        """The `cnf` member (RFC 7800 §3.1); None where the token is a bearer token."""
        if self.jkt is not None:
            return {"jkt": self.jkt}
        return None if self.x5t is None else {"x5t#S256": self.x5t}


UNBOUND = Binding()


def token_type(binding: Binding) -> str:
    """How an access token is used (RFC 6749 §7.1): one that is bound to a key by the DPoP scheme (RFC 9449 §5)."""
    return "Bearer" if binding.jkt is None else "DPoP"


@value
class GrantContext:
    """What an authorization was asked for with, and how its user had signed in: what a token or an ID token that comes
    of it later has to tell. Times are UTC epoch seconds."""

    nonce: str | None = None  # OpenID Connect Core §3.1.2.1
    auth_time: int | None = None
    acr: str | None = None
    amr: tuple[str, ...] = ()
    session_id: int | None = None  # in which the user agreed
    claims: str | None = None  # the `claims` parameter, as it came (OpenID Connect Core §5.5)
    resources: tuple[str, ...] = ()  # RFC 8707 §2.1
    dpop_jkt: str | None = None  # the key that the code is bound to (RFC 9449 §10)
    passed: int = 0  # how often in a row a token was exchanged for another one (RFC 8693) to come to this grant


PLAIN = GrantContext()


@value
class Issuance:
    """A decision to give an access token of `grant_id` for `scope`, and, with `refreshable`, a refresh token too."""

    grant_id: int
    scope: Scope
    refreshable: bool
    details: str | None = None  # what the grant is limited to, as it is stored (RFC 9396)
    user_id: int | None = None  # None: the application acts as itself
    context: GrantContext = PLAIN
    binding: Binding = UNBOUND  # of the access token
    refresh_binding: Binding = UNBOUND  # of the refresh token
    expires_at: int | None = None  # UTC epoch seconds after which the access token must not live; None: its usual time


@value
class Refuse:
    """A decision to give nothing; `revoke_grant` is the grant that must end because of what was tried."""

    error: OAuthError
    revoke_grant: int | None = None
