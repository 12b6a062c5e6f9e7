"""The device flow (RFC 8628): a device asks, a person on a phone types its code and decides.

A code is looked at only for somebody who has signed in, and each look is counted: guessing takes an account, and stands
out. No number of wrong guesses ends a code, for then a stranger could end other people's.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from gatelodge.identity.limits import Extent, covers
from gatelodge.identity.provider import Provider
from gatelodge.identity.rights import ALL_RIGHTS
from gatelodge.protocol.authentication import acr_of
from gatelodge.protocol.authorization import RequestContext, granted_context
from gatelodge.protocol.client import Client
from gatelodge.protocol.credentials import Kind
from gatelodge.protocol.device_grant import (
    DRAWN,
    INTERVAL,
    may_use_devices,
    read_device_request,
    read_user_code,
    shown_user_code,
    user_code_of,
)
from gatelodge.protocol.errors import InvalidClient, OAuthError, TooManyRequests
from gatelodge.protocol.openid import IDENTITY_SCOPES
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.shown import Shown
from gatelodge.service.audiences import Audiences
from gatelodge.service.choosing import Choice, Offer, decided, make_offer
from gatelodge.service.client_authentication import ClientAuthentication
from gatelodge.service.keys import KeyRing
from gatelodge.service.limits import limit_of
from gatelodge.service.minting import Clock, Mint
from gatelodge.service.notices import Notices
from gatelodge.service.ports import (
    AlreadyExists,
    ApplicationStore,
    ConsentStore,
    DeviceCodeStore,
    HoldingStore,
    TokenStore,
)
from gatelodge.service.records import Consent, Granted, Mail, NewDeviceCode, Session, WaitingDevice
from gatelodge.service.refusals import Faults
from gatelodge.service.throttle import Counted, Limit, Throttle

PATH = "/device"  # where people type the code
PURPOSE = "user-code"
MAX_TRIES = 3

# How many codes may be typed, right or wrong; each takes two looks, one to show and one to decide.
PER_USER = Limit("user codes of a user", 20, 900)
PER_ADDRESS = Limit("user codes from an address", 100, 900)
PER_PROVIDER = Limit("user codes at a provider", 2000, 900)
# How many devices may begin: those of one application in one place, and all of an application.
BEGUN_THERE = Limit("devices of an application at an address", 60, 900)
BEGUN = Limit("devices of an application", 3000, 900)


@dataclass(frozen=True, slots=True)
class Begun:
    """A device may wait. Times are seconds."""

    device_code: str = field(repr=False)
    user_code: str = field(repr=False)
    verification_uri: str
    expires_in: int
    interval: int

    def as_json(self) -> dict[str, object]:
        """The answer's members (RFC 8628 §3.2)."""
        return {
            "device_code": self.device_code,
            "user_code": self.user_code,
            "verification_uri": self.verification_uri,
            "verification_uri_complete": f"{self.verification_uri}?user_code={self.user_code}",
            "expires_in": self.expires_in,
            "interval": self.interval,
        }


@dataclass(frozen=True, slots=True)
class WrongCode:
    """No device waits with this code: it is mistyped, was answered, or has expired."""


@dataclass(frozen=True, slots=True)
class TooMany:
    """Too many codes were typed; try again in `seconds`."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Asking:
    """A device asks for access, and the person has to decide."""

    device: WaitingDevice
    user_code: str  # as people read it
    client: Client
    owner: str  # the name of the account that the application belongs to
    offer: Offer
    faults: Mapping[str, str] = field(default_factory=dict)  # what is wrong with what they chose: scope, cameras


@dataclass(frozen=True, slots=True)
class Answered:
    """The person has decided, and the device will hear of it when it asks the next time."""

    client: Client
    allowed: bool


class DeviceFlow:
    """Lets devices in. `lifetime` of a code in seconds."""

    def __init__(
        self,
        tokens: TokenStore,
        devices: DeviceCodeStore,
        applications: ApplicationStore,
        consents: ConsentStore,
        holdings: HoldingStore,
        clients: ClientAuthentication,
        audiences: Audiences,
        notices: Notices,
        keys: KeyRing,
        throttle: Throttle,
        mint: Mint,
        clock: Clock,
        *,
        lifetime: int,
    ) -> None:
        self._tokens = tokens
        self._devices = devices
        self._applications = applications
        self._consents = consents
        self._holdings = holdings
        self._clients = clients
        self._audiences = audiences
        self._notices = notices
        self._keys = keys
        self._throttle = throttle
        self._mint = mint
        self._clock = clock
        self._lifetime = lifetime

    async def begin(
        self, provider: Provider, parameters: Parameters, shown: Shown, *, address: str
    ) -> Begun | OAuthError:
        """Take a device's request in (RFC 8628 §3.1); `address` is where it comes from."""
        proof = await self._clients.read(provider, parameters, shown)
        if isinstance(proof, OAuthError):
            return proof
        if proof is None:
            return parameters.fault() or InvalidClient("client_id is missing")
        found = await self._tokens.find_client(provider.id, proof.client_id, proof.secret_id)
        client = await self._clients.check(provider, found, proof, shown)
        if isinstance(client, InvalidClient):
            return client
        request = read_device_request(parameters, client, provider.policy, ALL_RIGHTS)
        if isinstance(request, OAuthError):
            return request
        resources = await self._audiences.asked(provider, parameters)
        if isinstance(resources, OAuthError):
            return resources
        if resources:
            request = replace(request, context=RequestContext(resources=resources))
        wait = self._throttle.attempt([(BEGUN_THERE, f"{client.id} {address}"), (BEGUN, str(client.id))])
        if wait is not None:
            return TooManyRequests("too many devices of this application have begun; try again later", seconds=wait)
        for _ in range(MAX_TRIES):
            minted, user_code, now = self._mint.secret(Kind.DEVICE_CODE), _drawn(), self._clock()
            new = NewDeviceCode(
                minted.presented.id,
                minted.presented.digest,
                self._digests(provider, user_code)[0],
                request,
                address,
                created_at=now,
                expires_at=now + self._lifetime,
                interval=INTERVAL,
            )
            try:
                await self._devices.add(provider.id, new)
            except AlreadyExists:  # the id, or the code of another device that waits
                continue
            return Begun(minted.text, shown_user_code(user_code), f"{provider.origin}{PATH}", self._lifetime, INTERVAL)
        raise AlreadyExists("no free user code after several tries")

    async def look(
        self, provider: Provider, typed: str, session: Session, *, address: str
    ) -> Asking | WrongCode | TooMany:
        """What the device that shows this code asks for; `address` is the person's."""
        found = await self._find(provider, typed, session, address)
        return found[0] if isinstance(found, tuple) else found

    async def decide(
        self,
        provider: Provider,
        typed: str,
        session: Session,
        *,
        address: str,
        allow: bool,
        choice: Choice | None,
    ) -> Asking | Answered | WrongCode | TooMany:
        """Carry out what the person decided. A choice that can't be is asked for again. What was decided before never
        answers a device by itself: the person has to have the device in front of them (RFC 8628 §5.4)."""
        found = await self._find(provider, typed, session, address)
        if not isinstance(found, tuple):
            return found
        asking, consent = found
        now, device, user = self._clock(), asking.device, session.user
        if not allow:
            denied = await self._devices.deny(provider.id, device.id, user.id, now=now)
            return Answered(asking.client, allowed=False) if denied else WrongCode()
        granted = decided(asking.offer, choice)
        if isinstance(granted, Faults):
            return replace(asking, faults=granted.fields)
        mails = await self._mails(session, asking.client, granted, consent)
        # Nothing ties the grant to the phone's session: the device goes on when the person signs out here.
        context = replace(
            granted_context(
                device.request,
                granted.scope,
                auth_time=session.created_at,
                acr=acr_of(session.amr),
                amr=session.amr,
                session_id=session.id,
            ),
            session_id=None,
        )
        allowed = await self._devices.allow(
            provider.id, device.id, user.id, asking.client.id, granted, self._mint.id(), context, mails, now=now
        )
        return Answered(asking.client, allowed=True) if allowed else WrongCode()

    async def _find(
        self, provider: Provider, typed: str, session: Session, address: str
    ) -> tuple[Asking, Consent | None] | WrongCode | TooMany:
        code, user = read_user_code(typed), session.user
        if code is None:
            return WrongCode()  # which is none of anybody's, and tells whoever guesses nothing
        counted: list[Counted] = [
            (PER_USER, str(user.id)),
            (PER_ADDRESS, f"{provider.id} {address}"),
            (PER_PROVIDER, str(provider.id)),
        ]
        wait = self._throttle.attempt(counted)
        if wait is not None:
            return TooMany(wait)
        device = await self._devices.waiting(provider.id, self._digests(provider, code), now=self._clock())
        if device is None:
            return WrongCode()
        known = await self._applications.client(provider.id, device.request.client_id)
        if known is None or known[0].disabled or may_use_devices(known[0], provider.policy):
            return WrongCode()  # its owner or the operator has ended it while the device waited
        client, owner = known
        consent = await self._consents.find(provider.id, user.id, client.id)
        holdings = await self._holdings.of_user(provider.id, user.id)
        offer = make_offer(device.request, client.optional_scope, holdings, consent)
        return Asking(device, shown_user_code(code), client, owner, offer), consent

    async def _mails(self, session: Session, client: Client, granted: Granted, known: Consent | None) -> list[Mail]:
        limit = limit_of(granted.details)
        had = Extent(known.scope - IDENTITY_SCOPES, limit_of(known.details)) if known else Extent(frozenset())
        rights = granted.scope - IDENTITY_SCOPES
        new = frozenset(right for right in rights if not covers(had, Extent(frozenset({right}), limit)))
        return list(await self._notices.of_grant(session.user, new, limit, f"a device with “{client.name}”"))

    def _digests(self, provider: Provider, user_code: str) -> list[bytes]:
        """What is stored of a user code: with the installation's key, for it is too short to be kept as a plain digest
        from whoever reads the database. One for each key, the one in use first."""
        return self._keys.derive(PURPOSE, f"{provider.id} {user_code}".encode("ascii"))


def _drawn() -> str:
    """A user code, at random."""
    code = None
    while code is None:
        code = user_code_of(os.urandom(DRAWN))
    return code
