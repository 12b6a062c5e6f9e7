"""Making ID tokens, and reading those that come back as hints."""

from collections.abc import Mapping

from gatelodge.identity.provider import Provider
from gatelodge.protocol.claims_request import stored_claims
from gatelodge.protocol.client import Client
from gatelodge.protocol.id_token import KIND, About, id_token_claims, told
from gatelodge.protocol.issuance import Issuance
from gatelodge.protocol.openid import OPENID, claims_in
from gatelodge.service.ports import PeopleStore
from gatelodge.service.records import Person
from gatelodge.service.signing import Signing
from gatelodge.service.subjects import Subjects


class IdTokens:
    """Makes and reads ID tokens."""

    def __init__(self, signing: Signing, subjects: Subjects, people: PeopleStore) -> None:
        self._signing = signing
        self._subjects = subjects
        self._people = people

    async def issue(
        self, provider: Provider, client: Client, issuance: Issuance, access_token: str, *, now: int
    ) -> str | None:
        """The ID token that goes with an access token; None where OpenID Connect was not asked for."""
        if OPENID not in issuance.scope or issuance.user_id is None:
            return None
        algorithm = client.settings.id_token_signed_response_alg or provider.policy.signing_algorithm
        claims = id_token_claims(
            issuance.context,
            issuer=provider.origin,
            subject=self._subjects.of(provider, client.settings, issuance.user_id),
            client_id=client.client_id,
            access_token=access_token,
            algorithm=algorithm,
            more=await self._asked(provider, issuance, issuance.user_id),
            now=now,
        )
        return await self._signing.sign(provider, claims, kind=KIND, algorithm=algorithm)

    async def _asked(self, provider: Provider, issuance: Issuance, user_id: int) -> Mapping[str, object]:
        """The claims about the user that were asked for in the ID token, and that the user let go."""
        allowed = claims_in(issuance.scope)
        asked = {name: how for name, how in stored_claims(issuance.context.claims).id_token.items() if name in allowed}
        person = await self._people.person(provider.id, user_id) if asked else None
        return {} if person is None else told(about(person), asked)

    async def hinted(self, provider: Provider, client: Client, text: str) -> str | None:
        """The `sub` of an ID token that we once gave the application, however long it has expired; None for anything
        else (OpenID Connect Core §3.1.2.1)."""
        claims = await self._signing.verified(provider, text, kind=KIND)
        if claims is None or claims.get("iss") != provider.origin or claims.get("aud") != client.client_id:
            return None
        subject = claims.get("sub")
        # Every ID token of ours has at_hash, and nothing else that we sign for an application has.
        return subject if isinstance(subject, str) and "at_hash" in claims else None


def about(person: Person) -> About:
    """What can be told of a user."""
    return About(person.user.name, person.user.email, person.email_verified)
