"""Where an authorization request comes from: its parameters as they are, a request object (RFC 9101), or what the
application pushed before (RFC 9126)."""

from dataclasses import dataclass, replace

from gatelodge.identity.provider import Provider
from gatelodge.protocol.client import Client
from gatelodge.protocol.errors import InvalidRequest, InvalidRequestUri, OAuthError, UntrustedRedirect
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.pushed_request import REQUEST_URI, read_request_uri
from gatelodge.protocol.request_object import REQUEST, must_be_signed
from gatelodge.service.audiences import Audiences
from gatelodge.service.client_ids import UNKNOWN, ClientIds
from gatelodge.service.minting import Clock
from gatelodge.service.ports import ApplicationStore, PushedRequestStore
from gatelodge.service.request_objects import RequestObjects, once_of

UNKNOWN_URI = "this request_uri was used, has expired, or was not given to this application"
MUST_PUSH = "this application has to push its requests first (PAR)"
MUST_SIGN = "this application has to sign its requests (a request object)"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A request as it is to be judged. `fault`: what is wrong with how it came, whatever it says; then `parameters` are
    what came beside it, by which the application can be told."""

    parameters: Parameters
    client: Client | None = None
    fault: OAuthError | None = None
    pushed: int | None = None  # the row of the pushed request that this is
    once: str = ""  # what its request object is remembered by, and until when (UTC epoch seconds)
    once_until: int = 0


class Requesting:
    """Takes requests in, as they come."""

    def __init__(
        self,
        client_ids: ClientIds,
        applications: ApplicationStore,
        pushed: PushedRequestStore,
        request_objects: RequestObjects,
        audiences: Audiences,
        clock: Clock,
    ) -> None:
        self._audiences = audiences
        self._client_ids = client_ids
        self._applications = applications
        self._pushed = pushed
        self._request_objects = request_objects
        self._clock = clock

    async def arrived(self, provider: Provider, parameters: Parameters) -> Arrived:
        """The request that came to the authorization endpoint. What stands beside a `request` or a `request_uri` counts
        for nothing (RFC 9101 §6.3, RFC 9126 §4)."""
        known = None if parameters.fault("client_id") else parameters.get("client_id")
        client = await self._client(provider, known or "")
        if isinstance(client, UntrustedRedirect):
            return Arrived(parameters, None, client)
        if client is None or parameters.fault(REQUEST, REQUEST_URI):
            return Arrived(parameters, client)  # which is found wrong by whoever judges it
        uri, signed = parameters.get(REQUEST_URI), parameters.get(REQUEST)
        if uri is not None and signed is not None:  # RFC 9101 §5
            return Arrived(parameters, client, InvalidRequest("request and request_uri were both sent"))
        if uri is not None:
            return await self._pushed_before(provider, client, parameters, uri)
        if must_push(client, provider):
            return Arrived(parameters, client, InvalidRequest(MUST_PUSH))
        return await self.opened(provider, client, parameters)

    async def opened(self, provider: Provider, client: Client, parameters: Parameters) -> Arrived:
        """The request, of its request object where it has one. One that has to have one is refused without."""
        if parameters.get(REQUEST) is None:
            fault = InvalidRequest(MUST_SIGN) if must_be_signed(client, provider.policy) else None
            return await self._for_known(provider, Arrived(parameters, client, fault))
        asked = await self._request_objects.open(provider, client, parameters)
        if isinstance(asked, OAuthError):
            return Arrived(parameters, client, asked)
        arrived = Arrived(asked.parameters, client, once=once_of(client, asked), once_until=asked.expires_at)
        return await self._for_known(provider, arrived)

    async def use(self, provider_id: int, pushed: int | None, once: str, until: int) -> bool:
        """Use a request up, now that it is answered: a pushed one, or a signed one that may be used once. True for
        exactly one caller. Not when it arrives: people load a page again, and browsers load some ahead (FAPI 2.0
        Security Profile §5.3.2.2, note 3)."""
        if pushed is not None:
            return await self._pushed.take(provider_id, pushed)
        return not once or await self._request_objects.use(provider_id, once, until)

    async def _pushed_before(self, provider: Provider, client: Client, beside: Parameters, uri: str) -> Arrived:
        presented = read_request_uri(uri)
        if isinstance(presented, OAuthError):
            return Arrived(beside, client, presented)
        values = await self._pushed.find(provider.id, client.id, presented, now=self._clock())
        if values is None:
            return Arrived(beside, client, InvalidRequestUri(UNKNOWN_URI))
        pushed = Arrived(Parameters({**values, "client_id": client.client_id}), client, pushed=presented.id)
        return await self._for_known(provider, pushed)

    async def _for_known(self, provider: Provider, arrived: Arrived) -> Arrived:
        """The request; at fault where it asks for an API that is not known (RFC 8707 §2)."""
        asked = await self._audiences.asked(provider, arrived.parameters)
        return replace(arrived, fault=asked) if arrived.fault is None and isinstance(asked, OAuthError) else arrived

    async def _client(self, provider: Provider, client_id: str) -> Client | UntrustedRedirect | None:
        named = await self._client_ids.find(provider, client_id) if client_id else UNKNOWN
        if isinstance(named, str):  # whoever wrote a document is told what is wrong with it
            return UntrustedRedirect(named) if client_id.startswith("https://") else None
        found = await self._applications.client(provider.id, named)
        return found[0] if found else None


def must_push(client: Client, provider: Provider) -> bool:
    """Whether the application may only ask with what it pushed (RFC 9126 §5, §6)."""
    return client.settings.require_pushed_authorization_requests or provider.policy.require_pushed_requests
