"""What a grant gives. Minting, storing and rendering all read these values, so that a new binding of tokens
costs a field, a rule and a column, not an edit of every grant."""

from gatelodge.protocol.errors import OAuthError
from gatelodge.protocol.scope import Scope
from gatelodge.protocol.values import value


@value
class Issuance:
    """A decision to give an access token of `grant_id` for `scope`, and, with `refreshable`, a refresh token too."""

    grant_id: int
    scope: Scope
    refreshable: bool
    details: str | None = None  # what the grant is limited to, as it is stored (RFC 9396)


@value
class Refuse:
    """A decision to give nothing; `revoke_grant` is the grant that must end because of what was tried."""

    error: OAuthError
    revoke_grant: int | None = None
