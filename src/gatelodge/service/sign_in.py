"""Signing in and out, and who is signed in on a browser."""

from dataclasses import dataclass

from gatelodge.identity.people import MAX_PASSWORD, User, normal_email
from gatelodge.identity.provider import Provider
from gatelodge.protocol.credentials import Kind, parse
from gatelodge.service.logout_notices import LogoutNotices
from gatelodge.service.minting import Clock, Mint, Minted
from gatelodge.service.passwords import Busy, Passwords
from gatelodge.service.ports import PeopleStore, SessionStore
from gatelodge.service.records import Session
from gatelodge.service.throttle import PER_ACCOUNT, PER_ADDRESS, Throttle


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session; `secret` goes into the browser's cookie."""

    session: Session
    secret: Minted


@dataclass(frozen=True, slots=True)
class WrongPassword:
    """The address or the password is wrong; which of the two is not told."""


@dataclass(frozen=True, slots=True)
class TryLater:
    """Too many attempts, or too many at once: try again in `seconds`."""

    seconds: int


class SignInService:
    """Begins, finds and ends sessions. `lifetime` in seconds."""

    def __init__(
        self,
        people: PeopleStore,
        sessions: SessionStore,
        passwords: Passwords,
        throttle: Throttle,
        notices: LogoutNotices,
        mint: Mint,
        clock: Clock,
        *,
        lifetime: int,
    ) -> None:
        self._people = people
        self._sessions = sessions
        self._passwords = passwords
        self._throttle = throttle
        self._notices = notices
        self._mint = mint
        self._clock = clock
        self._lifetime = lifetime

    async def sign_in(
        self, provider: Provider, email: str, password: str, *, address: str, present: Session | None = None
    ) -> SignedIn | WrongPassword | TryLater:
        """Check a password and begin a session. An unknown address, a wrong password and a disabled user get the same
        answer after the same work. `address` is where the attempt comes from, `present` the browser's session."""
        normal = normal_email(email) or ""
        account, place = (PER_ACCOUNT, f"{provider.id}:{normal}"), (PER_ADDRESS, address)
        wait = self._throttle.wait(place)
        if wait is None:
            wait = self._throttle.attempt((account,))
        if wait is not None:
            return TryLater(wait)
        found = await self._people.password_hash(provider.id, normal) if normal else None
        try:
            right = await self._passwords.verify(found[1] if found else None, password[: MAX_PASSWORD + 1])
        except Busy:
            return TryLater(5)
        if not right or found is None or found[0].disabled:
            # Only now: a whole company may sign in from one address, and somebody who has an account there must not
            # be able to forget the guesses at others by signing in. What is being checked meanwhile is not counted
            # yet, which lets at most the few through that Passwords checks and keeps waiting.
            self._throttle.count(place)
            return WrongPassword()
        self._throttle.forgive(account)
        return await self.begin(found[0], present)

    async def begin(self, user: User, present: Session | None = None) -> SignedIn:
        """Begin a session of somebody who has proved who they are, or has just become a user. Where the browser has one
        of theirs that goes on under the same id: applications know it by that, and are told when it ends."""
        now = self._clock()
        if present is not None and present.user.id == user.id:
            secret = self._mint.secret(Kind.SESSION, present.id)
            session = Session(present.id, user, now, now + self._lifetime)
            if await self._sessions.renew(session, secret.presented.digest):
                return SignedIn(session, secret)
        secret = self._mint.secret(Kind.SESSION)
        session = Session(secret.presented.id, user, now, now + self._lifetime)
        await self._sessions.create(session, secret.presented.digest)
        return SignedIn(session, secret)

    async def session(self, provider: Provider, cookie: str | None) -> Session | None:
        """Who is signed in with this cookie, if anybody."""
        presented = parse(cookie, Kind.SESSION) if cookie else None
        return await self._sessions.find(provider.id, presented, now=self._clock()) if presented else None

    async def sign_out(self, provider: Provider, session: Session) -> None:
        """End the session; its cookie is worth nothing from now on. The applications that were signed in to by it, and
        want to hear of that, are told before this returns, or later where that fails."""
        await self._sessions.end(provider.id, session.id, now=self._clock())
        await self._notices.tell(session.id)
