"""The logout endpoint's use case: an application sends somebody here to sign out (RP-Initiated Logout 1.0).

Where the request is good, it becomes a text that only we can make, and the browser comes back with it to a page of
ours. So an ID token goes into no address that we make; and a request that an application's page has posted, which
browsers send without our cookie, meets the session after all.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass

from gatelodge.identity.provider import Provider
from gatelodge.protocol.client import Client
from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.errors import InvalidRequest
from gatelodge.protocol.id_token import KIND as ID_TOKEN
from gatelodge.protocol.logout import Hint, Leaving, is_registered, judge_logout, named_client, read_hint, read_logout
from gatelodge.protocol.parameters import Parameters
from gatelodge.service.client_ids import ClientIds
from gatelodge.service.keys import KeyRing
from gatelodge.service.minting import Clock
from gatelodge.service.ports import ApplicationStore
from gatelodge.service.records import Session
from gatelodge.service.signing import Signing

PURPOSE = "logout"
LIFETIME = 1800  # seconds that a person has to answer


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody is asked, or is done without asking where `certain`."""

    application: str  # its name; "" where nobody says who asks
    destination: str | None  # where the browser goes afterwards
    certain: bool  # the application's ID token is from this very session, so that its user has just decided there


class LogoutService:
    """Takes requests to sign out in, and reads them again."""

    def __init__(
        self, applications: ApplicationStore, client_ids: ClientIds, signing: Signing, keys: KeyRing, clock: Clock
    ) -> None:
        self._applications = applications
        self._client_ids = client_ids
        self._signing = signing
        self._keys = keys
        self._clock = clock

    async def begin(self, provider: Provider, parameters: Parameters) -> str | InvalidRequest:
        """Take a request in. The text that is returned stands for it."""
        ask = read_logout(parameters)
        if isinstance(ask, InvalidRequest):
            return ask
        hint: Hint | None = None
        if ask.hint is not None:
            claims = await self._signing.verified(provider, ask.hint, kind=ID_TOKEN)
            read = read_hint(claims, issuer=provider.origin)
            if isinstance(read, InvalidRequest):
                return read
            hint = read
        name = named_client(ask, hint)
        if isinstance(name, InvalidRequest):
            return name
        leaving = judge_logout(ask, hint, await self._client(provider, name) if name else None)
        return leaving if isinstance(leaving, InvalidRequest) else self._sealed(provider, leaving)

    async def look(self, provider: Provider, text: str, session: Session | None) -> Asked | None:
        """What the request is about that `text` stands for, in a browser with this session; None where it stands for
        none, or no more."""
        leaving = self._opened(provider, text)
        if leaving is None:
            return None
        found = await self._applications.client(provider.id, leaving.client) if leaving.client else None
        if leaving.redirect_uri and (found is None or not is_registered(found[0], leaving.redirect_uri)):
            return None  # its owner has taken the address back in the meantime
        return Asked(
            application=found[0].name if found else "",
            destination=leaving.destination,
            certain=session is not None and leaving.session == public_id(session.id),
        )

    async def _client(self, provider: Provider, name: str) -> Client | None:
        number = await self._client_ids.find(provider, name)
        found = await self._applications.client(provider.id, number) if isinstance(number, int) else None
        return found[0] if found else None

    def _sealed(self, provider: Provider, leaving: Leaving) -> str:
        """The request as a text, which holds nothing that the one who sent it did not know."""
        members = asdict(leaving) | {"provider": provider.id, "until": self._clock() + LIFETIME}
        text = urlsafe_b64encode(json.dumps(members).encode()).rstrip(b"=")
        return f"{text.decode('ascii')}.{self._keys.sign(PURPOSE, text)}"

    def _opened(self, provider: Provider, sealed: str) -> Leaving | None:
        text, _, signature = sealed.partition(".")
        if not text.isascii() or not self._keys.verify(PURPOSE, text.encode("ascii"), signature):
            return None
        members = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if members.pop("provider") != provider.id or members.pop("until") <= self._clock():
            return None
        return Leaving(**members)
