"""Token revocation (RFC 7009), and the contract's looser form of it."""

from gatelodge.protocol.client import ClientProof
from gatelodge.protocol.credentials import Kind, Presented, parse
from gatelodge.protocol.errors import InvalidGrant, InvalidRequest, OAuthError
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.values import value

REVOCABLE = (Kind.ACCESS_TOKEN, Kind.REFRESH_TOKEN, Kind.USER_TOKEN)


@value
class Owned:
    """Whose a token is, and what ends with it."""

    digest: bytes
    grant_id: int | None  # None: it ends alone, as a user's own token does, and one that an application got as itself
    client_id: int | None  # None: a user's own token


def read_revocation(parameters: Parameters) -> Presented | OAuthError | None:
    """The token to revoke: `token` (RFC 7009 §2.1) or `access_token` (the contract); None for one that can't be ours,
    which is no error (RFC 7009 §2.2). `token_type_hint` is not needed: the token says its kind itself."""
    if fault := parameters.fault():
        return fault
    sent = [value for name in ("token", "access_token") if (value := parameters.get(name))]
    if len(sent) != 1:
        return InvalidRequest("send the token to revoke, once, as token or as access_token")
    return parse(sent[0], *REVOCABLE)


def clients_credentials(authorization: str | None) -> str | None:
    """What the Authorization header says of the client. A bearer token there says nothing of it (RFC 7009 §2.1 speaks
    of the client's credentials), and refuses nobody: libraries add it to whatever their session sends."""
    scheme = (authorization or "").partition(" ")[0]
    return None if scheme.lower() == "bearer" else authorization


def may_revoke(presented: Presented, token: Owned | None, proof: ClientProof | None) -> OAuthError | bool:
    """Whether `presented` is to be revoked; False for a token that is none, which is answered like a success.

    RFC 7009 §2.1 has the client authenticate, the contract lets whoever holds the token revoke it. Holding it is
    enough here: a thief could do worse with it, and the finder of a leaked one can end it. Where a client does
    say who it is, the token must be its own."""
    if token is None or not presented.matches(token.digest):
        return False
    if proof is not None and proof.client_id != token.client_id:
        return InvalidGrant("the token was issued to another client")
    return True
