"""The userinfo endpoint's use case (OpenID Connect Core §5.3): tell an application about the user who let it in."""

from collections.abc import Mapping

from gatelodge.identity.provider import Provider
from gatelodge.protocol.claims_request import Asked, stored_claims
from gatelodge.protocol.errors import InvalidToken, OAuthError
from gatelodge.protocol.id_token import KIND, told
from gatelodge.protocol.openid import OPENID, claims_in
from gatelodge.protocol.shown import Shown
from gatelodge.service.bearer import INVALID, BearerService, Caller
from gatelodge.service.id_tokens import about
from gatelodge.service.ports import ApplicationStore, PeopleStore
from gatelodge.service.signing import Signing
from gatelodge.service.subjects import Subjects


class UserinfoService:
    """Answers applications that hold an access token with `openid`."""

    def __init__(
        self,
        bearer: BearerService,
        applications: ApplicationStore,
        people: PeopleStore,
        subjects: Subjects,
        signing: Signing,
    ) -> None:
        self._bearer = bearer
        self._applications = applications
        self._people = people
        self._subjects = subjects
        self._signing = signing

    async def answer(
        self, provider: Provider, authorization: list[str], shown: Shown
    ) -> Mapping[str, object] | str | OAuthError | None:
        """The claims, as JSON members, or as a signed JWT where the application registered an algorithm for it
        (OpenID Connect Core §5.3.2); None where no token came."""
        caller = await self._bearer.authenticate(provider, authorization, scope=OPENID, shown=shown)
        if not isinstance(caller, Caller):
            return caller
        application, user = caller.application, caller.user
        found = await self._applications.client(provider.id, application.id) if application else None
        person = await self._people.person(provider.id, user.id) if user else None
        if found is None or person is None:  # gone at this very moment
            return InvalidToken(INVALID)
        client = found[0]
        # Of a claim asked for in both ways, the one that is asked for by name says with which value it is of use.
        asked = dict.fromkeys(claims_in(caller.scope), Asked())
        named = stored_claims(caller.context.claims).userinfo
        asked |= {name: how for name, how in named.items() if name in asked}
        subject = self._subjects.of(provider, client.settings, person.user.id)
        claims = {**told(about(person), asked), "sub": subject}
        algorithm = client.settings.userinfo_signed_response_alg
        if not algorithm:
            return claims
        signed = {**claims, "iss": provider.origin, "aud": client.client_id}
        return await self._signing.sign(provider, signed, kind=KIND, algorithm=algorithm)
