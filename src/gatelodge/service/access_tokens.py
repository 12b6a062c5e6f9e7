"""How access tokens are made: opaque by default, JWTs (RFC 9068) where an application or an API asks for them."""

from hashlib import sha256

from gatelodge.identity.provider import Provider
from gatelodge.protocol.client import Client
from gatelodge.protocol.client_settings import JWT
from gatelodge.protocol.credentials import Kind, Presented, public_id
from gatelodge.protocol.issuance import Issuance
from gatelodge.protocol.jwt_access_token import TYPE, claims
from gatelodge.protocol.resource_indicators import default_resource
from gatelodge.service.audiences import Audiences
from gatelodge.service.minting import Mint, Minted
from gatelodge.service.signing import Signing
from gatelodge.service.subjects import Subjects


class AccessTokens:
    """Mints them."""

    def __init__(self, mint: Mint, signing: Signing, audiences: Audiences, subjects: Subjects) -> None:
        self._mint = mint
        self._subjects = subjects
        self._signing = signing
        self._audiences = audiences

    async def mint(
        self, provider: Provider, client: Client, issuance: Issuance, *, now: int, expires_at: int
    ) -> Minted:
        """A new access token of the decision. Times are UTC epoch seconds."""
        audience = issuance.binding.audience
        wanted = client.settings.access_token_format == JWT or await self._audiences.want_jwt(provider, audience)
        if not wanted:
            return self._mint.secret(Kind.ACCESS_TOKEN)
        row_id = self._mint.id()
        user_id = issuance.user_id
        # By the name that ID tokens call the user by: the application can read this one as well.
        subject = client.client_id if user_id is None else self._subjects.of(provider, client.settings, user_id)
        said = claims(
            issuance,
            issuer=provider.origin,
            client_id=client.client_id,
            subject=subject,
            audience=audience or (default_resource(provider.origin),),
            token_id=public_id(row_id),
            now=now,
            expires_at=expires_at,
        )
        text = await self._signing.sign(provider, said, kind=TYPE)
        return Minted(text, Presented(Kind.ACCESS_TOKEN, row_id, sha256(text.encode("ascii")).digest()))
