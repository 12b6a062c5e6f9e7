"""Invitations: somebody with full access asks somebody else into an account as a guest.

The link is a secret: whoever holds it is let in, once. Who has a user already is told to nobody: inviting, the list and
the page behind the link are the same for those who have one and those who have none.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from gatelodge.identity.membership import Refusal
from gatelodge.identity.people import Access, Account, User, name_fault, normal_email, password_fault
from gatelodge.identity.provider import Provider
from gatelodge.protocol.credentials import Kind, Presented, parse
from gatelodge.protocol.scope import Scope
from gatelodge.service import letters
from gatelodge.service.minting import Clock, Mint
from gatelodge.service.passwords import Passwords
from gatelodge.service.people import rights_faults, tidy
from gatelodge.service.ports import (
    AlreadyExists,
    HoldingStore,
    InvitationStore,
    MailRefused,
    MailUnavailable,
    Postman,
)
from gatelodge.service.records import Invitation, NewInvitation
from gatelodge.service.refusals import Faults, NotFound
from gatelodge.service.throttle import Limit, Throttle

MOST = 100  # invitations that wait in an account
PATH = "/invitations/"
PER_ACCOUNT = Limit("invitations", 60, 3600)  # mails that an account can have sent to strangers
DAY = 86_400
HAS_PASSWORD = (
    "This address can't be set up with a new password. If it has one here already, sign in with it, and then accept."
)
REASONS = {
    Refusal.ALREADY_MEMBER: "Somebody with this address belongs to the account already.",
    Refusal.TOO_MANY: f"{MOST} invitations wait, and there can't be more. Withdraw one that is not needed.",
}

_log = structlog.get_logger("gatelodge.mail")


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation just made. `link` is shown this once, where no mail has taken it to whom it is for."""

    email: str
    link: str = field(repr=False)
    mailed: bool  # the mail server has taken the mail
    mail_failed: bool = False  # there is a mail server, and it hasn't


@dataclass(frozen=True, slots=True)
class SomebodyElse:
    """The invitation is for another address than that of whoever is signed in."""


class InvitationService:
    """Sends, shows, withdraws and accepts invitations. `lifetime` in seconds."""

    def __init__(
        self,
        store: InvitationStore,
        holdings: HoldingStore,
        passwords: Passwords,
        postman: Postman | None,
        throttle: Throttle,
        mint: Mint,
        clock: Clock,
        *,
        lifetime: int,
    ) -> None:
        self._store = store
        self._holdings = holdings
        self._passwords = passwords
        self._postman = postman
        self._throttle = throttle
        self._mint = mint
        self._clock = clock
        self.lifetime = lifetime

    @property
    def by_mail(self) -> bool:
        """Whether invitations are sent by mail; else their links are to be copied."""
        return self._postman is not None

    async def of(self, account: Account) -> Sequence[Invitation]:
        """The invitations of an account that the user may look after, newest first."""
        return await self._store.of_account(account.provider_id, account.id)

    async def invite(
        self, provider: Provider, user: User, account: Account, email: str, access: Access, rights: Mapping[int, Scope]
    ) -> Invited | Faults | NotFound:
        """Invite an address, and mail it the link. An earlier invitation of that address to the account is over."""
        kept = tidy(rights) if access is Access.PARTIAL else {}
        normal = normal_email(email)
        faults: dict[str, str] = {}
        if normal is None:
            faults["email"] = "Enter an e-mail address, such as name@example.com."
        if wrong := await rights_faults(self._holdings, account, kept):
            faults |= wrong.fields
        elif access is Access.PARTIAL and not kept:
            faults["rights"] = "Choose at least one right on one camera."
        if normal is None or faults:
            return Faults(faults)
        if wait := self._throttle.attempt(((PER_ACCOUNT, f"{provider.id}:{account.id}"),)):
            return Faults({"": f"This account has sent many invitations. Try again in {-(-wait // 60)} minutes."})
        now = self._clock()
        secret = self._mint.secret(Kind.INVITATION)
        new = NewInvitation(
            secret.presented.id, secret.presented.digest, normal, access, kept, now, now + self.lifetime
        )
        refused = await self._store.create(provider.id, account.id, user.id, new, most=MOST)
        if refused is not None:
            place = "email" if refused is Refusal.ALREADY_MEMBER else ""
            return Faults({place: REASONS[refused]}) if refused in REASONS else NotFound()
        link = f"{provider.origin}{PATH}{secret.text}"
        shown = Invitation(new.id, account, normal, access, kept, user.name, now, new.expires_at)
        mailed = await self._mailed(provider, shown, link)
        return Invited(normal, link, mailed, mail_failed=self.by_mail and not mailed)

    async def again(
        self, provider: Provider, user: User, account: Account, invitation_id: int
    ) -> Invited | Faults | NotFound:
        """Send an invitation once more, with a new link; the old one is over."""
        found = next((one for one in await self.of(account) if one.id == invitation_id), None)
        if found is None:
            return NotFound()
        there = {one.resource_id for one in await self._holdings.of_account(account.provider_id, account.id)}
        rights = {resource_id: granted for resource_id, granted in found.rights.items() if resource_id in there}
        return await self.invite(provider, user, account, found.email, found.access, rights)

    async def withdraw(self, user: User, account: Account, invitation_id: int) -> bool:
        """Take an invitation back; its link is worth nothing from now on."""
        return await self._store.withdraw(account.provider_id, account.id, user.id, invitation_id)

    async def look(self, provider: Provider, link: str) -> Invitation | NotFound:
        """The invitation whose link this is. Looking at it uses nothing up: mail programs open links too."""
        presented = parse(link, Kind.INVITATION)
        found = await self._store.find(provider.id, presented, now=self._clock()) if presented else None
        return found or NotFound()

    async def accept(self, provider: Provider, link: str, user: User) -> Account | SomebodyElse | NotFound:
        """Come in as the user that one is; at other accounts nothing changes."""
        presented, found = await self._find(provider, link)
        if presented is None or found is None:
            return NotFound()
        if found.email != user.email:
            return SomebodyElse()
        accepted = await self._store.accept(provider.id, presented, user.id, now=self._clock())
        return found.account if accepted else NotFound()

    async def accept_as_new(
        self, provider: Provider, link: str, name: str, password: str
    ) -> tuple[User, Account] | Faults | NotFound:
        """Come in as somebody who has no user yet. Where the address has one, its password is not touched."""
        presented, found = await self._find(provider, link)
        if presented is None or found is None:
            return NotFound()
        faults = {"name": name_fault(name), "password": password_fault(password)}
        if wrong := {field: text for field, text in faults.items() if text}:
            return Faults(wrong)
        user = User(self._mint.id(), provider.id, found.email, unicodedata.normalize("NFC", name.strip()))
        hashed = await self._passwords.hash(password)
        try:
            accepted = await self._store.accept_as_new(provider.id, presented, user, hashed, now=self._clock())
        except AlreadyExists:
            return Faults({"": HAS_PASSWORD})
        return (user, found.account) if accepted else NotFound()

    async def _find(self, provider: Provider, link: str) -> tuple[Presented | None, Invitation | None]:
        presented = parse(link, Kind.INVITATION)
        found = await self._store.find(provider.id, presented, now=self._clock()) if presented else None
        return presented, found

    async def _mailed(self, provider: Provider, invited: Invitation, link: str) -> bool:
        if self._postman is None:
            return False
        mail = letters.invitation(provider, self._mint.id(), invited, link, days=max(1, self.lifetime // DAY))
        try:
            await self._postman.send(provider.name, mail)
        except (MailRefused, MailUnavailable) as error:
            _log.warning("invitation not mailed", reason=str(error), provider=provider.name)
            return False
        await self._store.mailed(provider.id, invited.id, now=self._clock())
        return True
