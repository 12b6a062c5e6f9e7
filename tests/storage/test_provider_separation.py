"""Nothing crosses from one provider to another: a walk through every method of every port with another
provider's ids, and what the schema itself refuses.

The table CALLS has an entry for each method. It makes the same call twice, on the same things of `home`: for
another provider, which must find nothing and leave every row as it was, and for home's own, which must do
something. So an entry that could never find anything fails as well."""

import dataclasses
import inspect
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import Connection, ForeignKeyConstraint, Table, text, update
from sqlalchemy.exc import IntegrityError

from gatelodge.identity.membership import Change, Refusal
from gatelodge.identity.people import Access, Account, Role, User
from gatelodge.protocol.authorization import AuthorizationRequest
from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.credentials import Kind, Presented, parse
from gatelodge.protocol.issuance import PLAIN, GrantContext
from gatelodge.service import ports
from gatelodge.service.initial_tokens import MadeInitialToken
from gatelodge.service.invitations import Invited
from gatelodge.service.ports import AlreadyExists, NotThere
from gatelodge.service.records import (
    BY_EXCHANGE,
    ApplicationForm,
    EventRow,
    Granted,
    InitialToken,
    LiveViewRow,
    Mail,
    NewCode,
    NewDeviceCode,
    NewGrant,
    NewInvitation,
    NewToken,
    Period,
    Reading,
    RecordingRow,
    ResourceGroup,
    Session,
    SigningKey,
    UserToken,
)
from gatelodge.service.user_tokens import MadeToken
from gatelodge.storage.schema import metadata
from tests.support.stores import Stores, dump, noted, outside
from tests.support.world import CALLBACK, START, House, World, sure

SCOPE = frozenset({"read"})
NOW = START + 1
LONER = "loner@example.com"
DOCUMENT_URL = "https://app.example.com/client.json"


@dataclass(frozen=True, slots=True)
class Things:
    """What `home` has beside its house: one of everything that has an id."""

    world: World
    house: House
    session: Presented
    request: Presented
    code: Presented
    access: Presented
    refresh: Presented
    grant_id: int
    secret: Presented
    user_token: Presented
    group_id: int
    invitation: Presented
    invitation_id: int
    mail_id: int
    initial_token: Presented
    document_id: int
    recording: RecordingRow
    event: EventRow
    live_view: LiveViewRow
    signed_out: int  # a session that has ended; its notice is for
    listener: int  # this application
    pushed: Presented
    device: NewDeviceCode
    signing_key: SigningKey

    def token(self, provider_id: int, kind: Kind = Kind.ACCESS_TOKEN) -> NewToken:
        """A new token of home's grant that says it is of this provider."""
        new = self.world.mint.secret(kind).presented
        return NewToken(new.id, provider_id, new.digest, self.grant_id, SCOPE, NOW + 60)

    def new(self, kind: Kind) -> Presented:
        """A new secret."""
        return self.world.mint.secret(kind).presented


async def things_of(world: World, house: House) -> Things:
    """Make one of everything for the house."""
    answer = await world.tokens(house)
    session = world.mint.secret(Kind.SESSION).presented
    await world.stores.sessions.create(Session(session.id, house.owner, START, START + 60), session.digest)
    user_token = sure(await world.user_tokens.create(house.owner, "Script", SCOPE, None), MadeToken)
    access = sure(parse(answer.access_token, Kind.ACCESS_TOKEN), Presented)
    owned = await world.stores.tokens.find_owned(house.provider.id, access)
    assert owned is not None
    group = sure(
        await world.groups.put(house.owner, house.account, None, "Doors", frozenset({house.resource_id})),
        ResourceGroup,
    )
    invited = sure(
        await world.invitations.invite(
            house.provider, house.owner, house.account, "ivy@example.com", Access.PARTIAL, {house.resource_id: SCOPE}
        ),
        Invited,
    )
    invitation = sure(parse(invited.link.rpartition("/")[2], Kind.INVITATION), Presented)
    second = Account(world.mint.id(), house.provider.id, "Second")
    await world.stores.people.create_account(second, now=START)
    await world.register(
        house,
        redirect_uris=(),
        grant_types=frozenset(),
        resource_server=True,
        settings=ClientSettings(resource_uris=("https://api.example.com",)),
    )
    loner = User(world.mint.id(), house.provider.id, LONER, "Loner")
    await world.stores.people.create_user(loner, "hash", second.id, Role.GUEST, Access.FULL, now=START)
    mail = Mail(world.mint.id(), house.owner.email, "Subject", "Text")
    told = world.mint.secret(Kind.USER_TOKEN).presented
    short = UserToken(told.id, "Told of", SCOPE, START, START + 1, None, None)
    await world.stores.user_tokens.create(house.owner, short, told.digest, [mail])
    p, camera = house.provider.id, house.resource_id
    made = sure(await world.initial_tokens.create(house.owner, "Pipeline", 60), MadeInitialToken)
    described = ApplicationForm("Described", "", (CALLBACK,), grant_types=frozenset({"authorization_code"}))
    document_id = await world.stores.documents.put(
        p, world.mint.id(), house.account.id, DOCUMENT_URL, described, Reading(START, START + 60)
    )
    await world.stores.cameras.change(p, camera, lambda row: row)
    recording = RecordingRow(world.mint.id(), p, camera, START, START + 9, {})
    event = EventRow(world.mint.id(), p, camera, "motion", START, {})
    view = LiveViewRow(world.mint.id(), p, camera, b"v" * 32, house.owner.id, None, None, SCOPE, START, NOW + 60)
    await world.stores.recordings.add([recording])
    await world.stores.events.add([event])
    await world.stores.live_views.add(view, 9)
    secret = sure(parse(house.client_secret, Kind.CLIENT_SECRET), Presented)
    await world.stores.client_secrets.seal(p, secret.id, b"sealed")
    signed_out, listener = await signed_out_of(world, house)
    pushed = world.mint.secret(Kind.PUSHED_REQUEST).presented
    await world.stores.pushed_requests.add(p, house.application.id, pushed, {"scope": "read"}, expires_at=NOW + 60)
    waits = world.mint.secret(Kind.DEVICE_CODE).presented
    ask = AuthorizationRequest(house.application.id, "", False, SCOPE)
    device = NewDeviceCode(waits.id, waits.digest, waits.digest, ask, "192.0.2.7", START, NOW + 60, 5)
    await world.stores.device_codes.add(p, device)
    return Things(
        signed_out=signed_out,
        listener=listener,
        device=device,
        pushed=pushed,
        recording=recording,
        event=event,
        live_view=view,
        world=world,
        house=house,
        session=session,
        request=sure(parse(await world.ask(house), Kind.REQUEST), Presented),
        code=sure(parse(await world.code(house), Kind.CODE), Presented),
        access=access,
        refresh=sure(parse(answer.refresh_token or "", Kind.REFRESH_TOKEN), Presented),
        grant_id=sure(owned.grant_id, int),
        secret=secret,
        user_token=sure(parse(user_token.text, Kind.USER_TOKEN), Presented),
        group_id=group.id,
        invitation=invitation,
        invitation_id=invitation.id,
        mail_id=mail.id,
        initial_token=sure(parse(made.text, Kind.INITIAL_ACCESS_TOKEN), Presented),
        document_id=document_id,
        signing_key=await world.signing.rotate(house.provider, "ES256"),
    )


async def signed_out_of(world: World, house: House) -> tuple[int, int]:
    """Have somebody sign in to an application by two sessions, and out of the first; the ids of that and of the
    application, which is still to hear of it."""
    listener = await world.register(house, settings=ClientSettings(backchannel_logout_uri="https://shop.example/out"))
    sessions = [await world.session(house.owner) for _ in range(2)]
    for session in sessions:
        request = sure(parse(await world.ask(listener), Kind.REQUEST), Presented)
        code = NewCode(
            world.mint.id(),
            b"c" * 32,
            world.mint.id(),
            CALLBACK,
            True,
            None,
            NOW + 60,
            GrantContext(session_id=session.id),
        )
        p, client_id = house.provider.id, listener.application.id
        await world.stores.consents.allow(
            p, request.id, house.owner.id, client_id, Granted(SCOPE, SCOPE), code, now=START
        )
    await world.stores.sessions.end(house.provider.id, sessions[0].id, now=START)
    return sessions[0].id, listener.application.id


Call = Callable[[Stores, int, Things], Awaitable[object]]


async def note_use(s: Stores, p: int, t: Things) -> None:
    """The note is written some time soon."""
    s.tokens.note_use(p, t.access, t.grant_id, now=NOW)
    await noted(s)


def allow(s: Stores, p: int, t: Things) -> Awaitable[bool]:
    """Answer home's request."""
    code = NewCode(t.world.mint.id(), b"c" * 32, t.world.mint.id(), CALLBACK, True, None, NOW + 60)
    house, granted = t.house, Granted(SCOPE, SCOPE)
    return s.consents.allow(p, t.request.id, house.owner.id, house.application.id, granted, code, now=NOW)


async def done(change: Awaitable[Refusal | None]) -> bool:
    """Whether a change that may be refused was made."""
    return await change is None


async def add_member(s: Stores, p: int, t: Things) -> None:
    """Somebody of home's, who belongs to another account, into home's account."""
    person = next(row for row in await s.people.users(t.house.provider.id) if row.user.email == LONER)
    await s.members.add(p, t.house.account.id, person.user.id, Role.GUEST, Access.FULL, now=NOW)


def new_grant(t: Things) -> NewGrant:
    """One more grant of home's owner to home's application."""
    return NewGrant(t.world.mint.id(), t.house.owner.id, t.house.application.id, SCOPE, None, PLAIN, BY_EXCHANGE)


def new_device(t: Things) -> NewDeviceCode:
    """One more device of home's application that waits."""
    new, request = t.new(Kind.DEVICE_CODE), AuthorizationRequest(t.house.application.id, "", False, SCOPE)
    return NewDeviceCode(new.id, new.digest, new.digest, request, "192.0.2.7", NOW, NOW + 60, 5)


def new_invitation(t: Things) -> NewInvitation:
    """One more invitation to home's account."""
    new = t.new(Kind.INVITATION)
    return NewInvitation(new.id, new.digest, "new@example.com", Access.FULL, {}, NOW, NOW + 60)


async def reach(s: Stores, p: int, t: Things) -> object:
    """Everything that could reach home's account; nothing where nothing of it is found."""
    found = await s.reach.of_account(p, t.house.account.id, now=NOW)
    return [found] if found.members or found.everything or found.tokens or found.applications else []


async def find_document(s: Stores, p: int, t: Things) -> bool:
    """Whether home's application is what is found at its address: another provider has its own for the same one."""
    found = await s.documents.find(p, DOCUMENT_URL)
    return found is not None and found.application_id == t.document_id


async def put_document(s: Stores, p: int, t: Things) -> None:
    """One more application, of home's account."""
    form = ApplicationForm("New", "", (CALLBACK,), grant_types=frozenset({"authorization_code"}))
    url = "https://app.example.com/new.json"
    await s.documents.put(p, t.world.mint.id(), t.house.account.id, url, form, Reading(NOW, NOW + 60))


CALLS: dict[tuple[str, str], Call] = {
    ("TokenStore", "find_client"): lambda s, p, t: s.tokens.find_client(p, t.house.application.id, t.secret.id),
    ("TokenStore", "find_code"): lambda s, p, t: s.tokens.find_code(p, t.house.application.id, t.secret.id, t.code.id),
    ("TokenStore", "find_refresh_token"): lambda s, p, t: s.tokens.find_refresh_token(
        p, t.house.application.id, t.secret.id, t.refresh.id
    ),
    ("TokenStore", "redeem_code"): lambda s, p, t: s.tokens.redeem_code(
        t.code.id, t.token(p), t.token(p, Kind.REFRESH_TOKEN), now=NOW
    ),
    ("TokenStore", "rotate"): lambda s, p, t: s.tokens.rotate(t.refresh.id, t.token(p), t.token(p, Kind.REFRESH_TOKEN)),
    ("TokenStore", "find_state"): lambda s, p, t: s.tokens.find_state(
        p, t.house.application.id, t.secret.id, t.refresh
    ),
    ("TokenStore", "add_access_token"): lambda s, p, t: s.tokens.add_access_token(t.token(p)),
    ("TokenStore", "find_bearer"): lambda s, p, t: s.tokens.find_bearer(p, t.access),
    ("TokenStore", "find_owned"): lambda s, p, t: s.tokens.find_owned(p, t.refresh),
    ("TokenStore", "revoke_grant"): lambda s, p, t: s.tokens.revoke_grant(p, t.grant_id, now=NOW),
    ("TokenStore", "revoke_user_token"): lambda s, p, t: s.tokens.revoke_user_token(p, t.user_token.id, now=NOW),
    ("TokenStore", "revoke_access_token"): lambda s, p, t: s.tokens.revoke_access_token(p, t.access.id),
    ("TokenStore", "note_use"): note_use,
    ("ClientSecretStore", "seal"): lambda s, p, t: s.client_secrets.seal(p, t.secret.id, b"other"),
    ("ClientSecretStore", "sealed"): lambda s, p, t: s.client_secrets.sealed(p, t.house.application.id),
    ("ReplayStore", "first"): lambda s, p, t: s.replays.first(p, b"j" * 32, NOW + 60),
    ("PeopleStore", "by_email"): lambda s, p, t: s.people.by_email(p, t.house.owner.email),
    ("PeopleStore", "password_hash"): lambda s, p, t: s.people.password_hash(p, t.house.owner.email),
    ("PeopleStore", "person"): lambda s, p, t: s.people.person(p, t.house.owner.id),
    ("PeopleStore", "memberships"): lambda s, p, t: s.people.memberships(p, t.house.owner.id),
    ("PeopleStore", "create_account"): lambda s, p, t: s.people.create_account(
        Account(t.world.mint.id(), p, "New"), now=NOW
    ),
    ("PeopleStore", "accounts"): lambda s, p, t: s.people.accounts(p),
    ("PeopleStore", "create_user"): lambda s, p, t: s.people.create_user(
        replace(t.house.owner, id=t.world.mint.id(), provider_id=p, email="new@example.com"),
        "hash",
        t.house.account.id,
        Role.GUEST,
        Access.FULL,
        now=NOW,
    ),
    ("PeopleStore", "users"): lambda s, p, t: s.people.users(p),
    ("PeopleStore", "set_password"): lambda s, p, t: s.people.set_password(p, t.house.owner.id, "hash", now=NOW),
    ("PeopleStore", "set_disabled"): lambda s, p, t: s.people.set_disabled(p, t.house.owner.id, disabled=True, now=NOW),
    ("SessionStore", "create"): lambda s, p, t: s.sessions.create(
        Session(t.world.mint.id(), replace(t.house.owner, provider_id=p), NOW, NOW + 60), b"s" * 32
    ),
    ("SessionStore", "find"): lambda s, p, t: s.sessions.find(p, t.session, now=NOW),
    ("SessionStore", "renew"): lambda s, p, t: s.sessions.renew(
        Session(t.session.id, replace(t.house.owner, provider_id=p), NOW, NOW + 60), b"n" * 32
    ),
    ("SessionStore", "end"): lambda s, p, t: s.sessions.end(p, t.session.id, now=NOW),
    ("RequestStore", "add"): lambda s, p, t: s.requests.add(
        p,
        t.world.mint.id(),
        b"r" * 32,
        AuthorizationRequest(t.house.application.id, CALLBACK, True, SCOPE),
        expires_at=NOW + 60,
    ),
    ("RequestStore", "find"): lambda s, p, t: s.requests.find(p, t.request, now=NOW),
    ("RequestStore", "bind"): lambda s, p, t: s.requests.bind(p, t.request.id, b"b" * 32),
    ("RequestStore", "signed_in"): lambda s, p, t: s.requests.signed_in(p, t.request.id, t.session.id),
    ("RequestStore", "take"): lambda s, p, t: s.requests.take(p, t.request.id),
    ("PushedRequestStore", "add"): lambda s, p, t: s.pushed_requests.add(
        p, t.house.application.id, t.new(Kind.PUSHED_REQUEST), {}, expires_at=NOW + 60
    ),
    ("PushedRequestStore", "find"): lambda s, p, t: s.pushed_requests.find(
        p, t.house.application.id, t.pushed, now=NOW
    ),
    ("PushedRequestStore", "take"): lambda s, p, t: s.pushed_requests.take(p, t.pushed.id),
    ("ConsentStore", "find"): lambda s, p, t: s.consents.find(p, t.house.owner.id, t.house.application.id),
    ("ConsentStore", "allow"): allow,
    ("ConsentStore", "of_user"): lambda s, p, t: s.consents.of_user(p, t.house.owner.id),
    ("ConsentStore", "end"): lambda s, p, t: s.consents.end(p, t.house.owner.id, t.house.application.id, now=NOW),
    ("ApplicationStore", "client"): lambda s, p, t: s.applications.client(p, t.house.application.id),
    ("ApplicationStore", "of_accounts"): lambda s, p, t: s.applications.of_accounts(p, [t.house.account.id]),
    ("ApplicationStore", "all"): lambda s, p, t: s.applications.all(p),
    ("ApplicationStore", "resource_servers"): lambda s, p, t: s.applications.resource_servers(p),
    ("ApplicationStore", "find"): lambda s, p, t: s.applications.find(p, t.house.application.id),
    ("ApplicationStore", "create"): lambda s, p, t: s.applications.create(
        p,
        t.world.mint.id(),
        t.house.account.id,
        t.house.owner.id,
        ApplicationForm("New", "", (CALLBACK,)),
        t.new(Kind.CLIENT_SECRET),
        t.world.mint.id(),
        now=NOW,
    ),
    ("ApplicationStore", "update"): lambda s, p, t: s.applications.update(
        p, t.house.application.id, ApplicationForm("Changed", "Changed", ("https://changed.example.com/",))
    ),
    ("ApplicationStore", "replace_secret"): lambda s, p, t: s.applications.replace_secret(
        p, t.house.application.id, t.new(Kind.CLIENT_SECRET), now=NOW
    ),
    ("ApplicationStore", "set_disabled"): lambda s, p, t: s.applications.set_disabled(
        p, t.house.application.id, disabled=True, now=NOW
    ),
    ("ApplicationStore", "delete"): lambda s, p, t: s.applications.delete(p, t.house.application.id),
    ("UserTokenStore", "create"): lambda s, p, t: s.user_tokens.create(
        replace(t.house.owner, provider_id=p),
        UserToken(t.world.mint.id(), "New", SCOPE, NOW, None, None, None),
        b"u" * 32,
    ),
    ("UserTokenStore", "of_user"): lambda s, p, t: s.user_tokens.of_user(p, t.house.owner.id),
    ("UserTokenStore", "revoke"): lambda s, p, t: s.user_tokens.revoke(p, t.house.owner.id, t.user_token.id, now=NOW),
    ("HoldingStore", "of_user"): lambda s, p, t: s.holdings.of_user(p, t.house.owner.id),
    ("HoldingStore", "of_account"): lambda s, p, t: s.holdings.of_account(p, t.house.account.id),
    ("ResourceStore", "add"): lambda s, p, t: s.resources.add(p, t.world.mint.id(), t.house.account.id, "New"),
    ("ResourceStore", "grant"): lambda s, p, t: s.resources.grant(
        p, t.house.resource_id, t.house.guest.id, frozenset({"events"})
    ),
    ("MemberStore", "of_account"): lambda s, p, t: s.members.of_account(p, t.house.account.id),
    ("MemberStore", "rights"): lambda s, p, t: s.members.rights(p, t.house.account.id, t.house.guest.id),
    ("MemberStore", "add"): add_member,
    ("MemberStore", "set_access"): lambda s, p, t: done(
        s.members.set_access(p, t.house.account.id, t.house.owner.id, t.house.guest.id, Access.FULL, {})
    ),
    ("MemberStore", "change"): lambda s, p, t: done(
        s.members.change(p, t.house.account.id, t.house.owner.id, t.house.guest.id, Change.DISABLE, now=NOW)
    ),
    ("GroupStore", "of_account"): lambda s, p, t: s.groups.of_account(p, t.house.account.id),
    ("GroupStore", "put"): lambda s, p, t: s.groups.put(
        p, t.house.account.id, t.house.owner.id, ResourceGroup(t.group_id, "Changed", frozenset())
    ),
    ("GroupStore", "delete"): lambda s, p, t: s.groups.delete(p, t.house.account.id, t.house.owner.id, t.group_id),
    ("InvitationStore", "of_account"): lambda s, p, t: s.invitations.of_account(p, t.house.account.id),
    ("InvitationStore", "create"): lambda s, p, t: done(
        s.invitations.create(p, t.house.account.id, t.house.owner.id, new_invitation(t), most=9)
    ),
    ("InvitationStore", "find"): lambda s, p, t: s.invitations.find(p, t.invitation, now=NOW),
    ("InvitationStore", "accept"): lambda s, p, t: s.invitations.accept(p, t.invitation, t.house.owner.id, now=NOW),
    ("InvitationStore", "accept_as_new"): lambda s, p, t: s.invitations.accept_as_new(
        p, t.invitation, User(t.world.mint.id(), p, "ivy@example.com", "Ivy"), "hash", now=NOW
    ),
    ("InvitationStore", "withdraw"): lambda s, p, t: s.invitations.withdraw(
        p, t.house.account.id, t.house.owner.id, t.invitation_id
    ),
    ("LoneGrantStore", "add"): lambda s, p, t: s.lone_grants.add(p, new_grant(t), t.token(p), now=NOW),
    ("DeviceCodeStore", "add"): lambda s, p, t: s.device_codes.add(p, new_device(t)),
    ("DeviceCodeStore", "waiting"): lambda s, p, t: s.device_codes.waiting(p, [t.device.user_code_digest], now=NOW),
    ("DeviceCodeStore", "find"): lambda s, p, t: s.device_codes.find(p, t.device.id),
    ("DeviceCodeStore", "polled"): lambda s, p, t: s.device_codes.polled(p, t.device.id, 10, now=NOW),
    ("DeviceCodeStore", "allow"): lambda s, p, t: s.device_codes.allow(
        p,
        t.device.id,
        t.house.owner.id,
        t.house.application.id,
        Granted(SCOPE, SCOPE),
        t.world.mint.id(),
        PLAIN,
        now=NOW,
    ),
    ("DeviceCodeStore", "deny"): lambda s, p, t: s.device_codes.deny(p, t.device.id, t.house.owner.id, now=NOW),
    ("DeviceCodeStore", "redeem"): lambda s, p, t: s.device_codes.redeem(t.device.id, t.token(p), None, now=NOW),
    ("MailStore", "sent"): lambda s, p, t: s.mails.sent(p, t.mail_id),
    ("MailStore", "put_off"): lambda s, p, t: s.mails.put_off(p, t.mail_id, until=NOW + 9),
    ("ReachStore", "of_account"): reach,
    ("ResourceStore", "rename"): lambda s, p, t: s.resources.rename(p, t.house.resource_id, "New"),
    ("HoldingStore", "one_of_user"): lambda s, p, t: s.holdings.one_of_user(p, t.house.owner.id, t.house.resource_id),
    ("HoldingStore", "one_of_account"): lambda s, p, t: s.holdings.one_of_account(
        p, t.house.account.id, t.house.resource_id
    ),
    ("CameraStore", "of"): lambda s, p, t: s.cameras.of(p, [t.house.resource_id]),
    ("CameraStore", "change"): lambda s, p, t: s.cameras.change(
        p, t.house.resource_id, lambda row: replace(row, state={"light": True})
    ),
    ("EventStore", "add"): lambda s, p, t: s.events.add(
        [replace(t.event, id=t.world.mint.id(), provider_id=p, kind="light")]
    ),
    ("EventStore", "latest"): lambda s, p, t: s.events.latest(p, [t.house.resource_id], None, Period(), 9),
    ("EventStore", "latest_each"): lambda s, p, t: s.events.latest_each(p, [t.house.resource_id], 9),
    ("RecordingStore", "add"): lambda s, p, t: s.recordings.add(
        [replace(t.recording, id=t.world.mint.id(), provider_id=p, started_at=START + 1)]
    ),
    ("RecordingStore", "latest"): lambda s, p, t: s.recordings.latest(p, t.house.resource_id, Period(), 9),
    ("RecordingStore", "find"): lambda s, p, t: s.recordings.find(p, t.recording.id),
    ("RecordingStore", "delete"): lambda s, p, t: s.recordings.delete(p, t.recording.id, now=NOW),
    ("LiveViewStore", "add"): lambda s, p, t: s.live_views.add(
        replace(t.live_view, id=t.world.mint.id(), provider_id=p), 9
    ),
    ("LiveViewStore", "find"): lambda s, p, t: s.live_views.find(p, t.live_view.id, now=NOW),
    ("LiveViewStore", "end"): lambda s, p, t: s.live_views.end(p, t.live_view.id),
    ("InitialTokenStore", "create"): lambda s, p, t: s.initial_tokens.create(
        InitialToken(t.world.mint.id(), p, t.house.account.id, t.house.owner.id, "New", NOW, NOW + 60, None), b"i" * 32
    ),
    ("InitialTokenStore", "of_accounts"): lambda s, p, t: s.initial_tokens.of_accounts(p, [t.house.account.id]),
    ("InitialTokenStore", "find"): lambda s, p, t: s.initial_tokens.find(p, t.initial_token, now=NOW),
    ("InitialTokenStore", "used"): lambda s, p, t: s.initial_tokens.used(p, t.initial_token.id, now=NOW),
    ("InitialTokenStore", "revoke"): lambda s, p, t: s.initial_tokens.revoke(
        p, [t.house.account.id], t.initial_token.id
    ),
    ("DocumentStore", "find"): find_document,
    ("DocumentStore", "put"): put_document,
    ("DocumentStore", "read_again"): lambda s, p, t: s.documents.read_again(
        p, t.document_id, Reading(NOW, NOW + 60, '"2"')
    ),
    ("SigningKeyStore", "of_provider"): lambda s, p, t: s.signing_keys.of_provider(p),
    ("SigningKeyStore", "add"): lambda s, p, t: s.signing_keys.add(
        replace(t.signing_key, id=t.world.mint.id(), provider_id=p, number=2)
    ),
    ("SigningKeyStore", "remove"): lambda s, p, t: s.signing_keys.remove(p, [t.signing_key.id]),
    ("LogoutNoticeStore", "told"): lambda s, p, t: s.logout_notices.told(p, t.signed_out, t.listener),
    ("LogoutNoticeStore", "put_off"): lambda s, p, t: s.logout_notices.put_off(
        p, t.signed_out, t.listener, until=NOW + 500
    ),
}

# Methods that are about the installation as a whole, and why no provider's id goes in.
OF_THE_INSTALLATION = {
    ("ProviderStore", "by_host"): "it is how a request's provider is found",
    ("ProviderStore", "all"): "the operator's list",
    ("ProviderStore", "create"): "it makes the provider",
    ("ProviderStore", "set_policy"): "it is the provider's own row",
    ("CameraStore", "after"): "the watch goes through all cameras, whosever they are",
    ("SweepStore", "sweep"): "what has had its time leaves, whosever it was",
    ("MailStore", "claim"): "whatever is due is sent, whosever it is",
    ("Postman", "send"): "it hands a mail over, and stores nothing",
    ("LogoutNoticeStore", "claim"): "whoever is to hear of something is told, whosever it is",
    ("Outbound", "get"): "it asks another server, and stores nothing",
    ("Outbound", "post_form"): "likewise",
}

# Methods that name nothing but a provider: for another one they answer with, or make, what is that one's own.
BY_PROVIDER_ALONE = {
    ("PeopleStore", "accounts"),
    ("PeopleStore", "create_account"),
    ("PeopleStore", "users"),
    ("ApplicationStore", "all"),
    ("ApplicationStore", "resource_servers"),
    ("SigningKeyStore", "of_provider"),
    ("SigningKeyStore", "add"),
    ("ReplayStore", "first"),
    ("TokenStore", "add_access_token"),  # and what it makes opens nothing, see below
}


def port_methods() -> Iterator[tuple[str, str]]:
    """Every method of every port, read off the Protocols."""
    for name, port in vars(ports).items():
        if inspect.isclass(port) and port.__module__ == ports.__name__ and getattr(port, "_is_protocol", False):
            for method, _ in inspect.getmembers(port, inspect.isfunction):
                if not method.startswith("_"):
                    yield name, method


def numbers(value: object) -> set[int]:
    """Every number in a value, however deep."""
    match value:
        case bool():
            return set()
        case int():
            return {value}
        case list() | tuple():
            return {number for part in value for number in numbers(part)}
        case _ if dataclasses.is_dataclass(value):
            return {number for field in dataclasses.fields(value) for number in numbers(getattr(value, field.name))}
    return set()


def is_nothing(value: object) -> bool:
    """Whether a port said that there is nothing: None, False, an empty list, or a pair of Nones."""
    return not value or (isinstance(value, tuple) and all(part is None for part in value))


def ids_of(url: str, provider_id: int) -> set[int]:
    """The keys of a provider's rows."""
    rows = (row for table in dump(url).values() for row in table)
    return {row["id"] for row in rows if row.get("provider_id") == provider_id and "id" in row}


def test_the_walk_leaves_out_no_method() -> None:
    methods = set(port_methods())
    assert len(methods) > 40
    assert methods == set(CALLS) | set(OF_THE_INSTALLATION)


@pytest.mark.parametrize("name", CALLS, ids="-".join)
async def test_with_another_providers_ids_nothing_is_found_or_changed(
    name: tuple[str, str], world: World, home: House, away: House, store_url: str
) -> None:
    things = await things_of(world, home)
    await things_of(world, away)
    before, homes_ids = dump(store_url), ids_of(store_url, home.provider.id)

    try:
        foreign = await CALLS[name](world.stores, away.provider.id, things)
    except (NotThere, AlreadyExists):  # which of the two the database notices first is its own affair
        foreign = None

    after = dump(store_url)
    assert not numbers(foreign) & homes_ids
    if name in BY_PROVIDER_ALONE:
        assert own_rows(after, home) == own_rows(before, home)
    else:
        assert after == before
        assert is_nothing(foreign)

    own = await CALLS[name](world.stores, home.provider.id, things)
    assert own != foreign or dump(store_url) != after


def own_rows(rows: dict[str, list[dict[str, Any]]], house: House) -> list[dict[str, Any]]:
    """The rows of a house's provider."""
    return [row for table in rows.values() for row in table if row.get("provider_id") == house.provider.id]


@pytest.mark.parametrize("kind", [Kind.CODE, Kind.REFRESH_TOKEN])
async def test_beside_ones_own_client_another_providers_code_or_token_is_not_found(
    kind: Kind, world: World, home: House, away: House
) -> None:
    theirs, tokens = await things_of(world, away), world.stores.tokens
    client_id = home.application.id
    found: tuple[object, object]
    if kind is Kind.CODE:
        found = await tokens.find_code(home.provider.id, client_id, None, theirs.code.id)
    else:
        found = await tokens.find_refresh_token(home.provider.id, client_id, None, theirs.refresh.id)
    assert found[0] is not None
    assert found[1] is None


async def test_a_secret_of_another_application_is_not_found_for_the_client(
    world: World, home: House, away: House
) -> None:
    tokens = world.stores.tokens
    secret = sure(parse(away.client_secret, Kind.CLIENT_SECRET), Presented)
    found = await tokens.find_client(home.provider.id, home.application.id, secret.id)
    assert found is not None
    assert found.secret_digest is None


@pytest.mark.parametrize("table", ["codes", "access_tokens", "refresh_tokens"])
async def test_a_token_that_was_stored_under_another_provider_than_its_grant_opens_nothing(
    table: str, world: World, home: House, away: House, store_url: str
) -> None:
    """Tokens have no foreign keys, for speed: the look-ups themselves hold them to their grant's provider."""
    things, stores, p = await things_of(world, home), world.stores.tokens, away.provider.id
    outside(store_url, lambda connection: connection.execute(update(metadata.tables[table]).values(provider_id=p)))
    client_id = away.application.id
    assert await stores.find_bearer(p, things.access) is None
    assert await stores.find_owned(p, things.access) is None
    assert await stores.find_owned(p, things.refresh) is None
    assert (await stores.find_refresh_token(p, client_id, None, things.refresh.id))[1] is None
    assert (await stores.find_code(p, client_id, None, things.code.id))[1] is None


async def test_the_same_address_at_two_providers_is_two_people(world: World, home: House, away: House) -> None:
    twin = replace(away.owner, id=world.mint.id(), email=home.owner.email, name="Twin")
    await world.stores.people.create_user(twin, "hash", away.account.id, Role.GUEST, Access.PARTIAL, now=START)
    assert await world.stores.people.by_email(away.provider.id, home.owner.email) == twin
    assert await world.stores.people.by_email(home.provider.id, home.owner.email) == home.owner


def test_every_table_says_whose_provider_a_row_is() -> None:
    for table in metadata.sorted_tables:
        if table.name != "providers":
            assert not table.c.provider_id.nullable, table.name


# Columns that name a row of another table without a foreign key, and why none is needed.
UNTIED = {
    ("codes", "grant_id"): "hot path: a code means nothing without its grant, which every look-up joins",
    ("codes", "refresh_token_id"): "only looked at for whether there is one",
    ("access_tokens", "grant_id"): "hot path, as for codes",
    ("refresh_tokens", "grant_id"): "hot path, as for codes",
    ("applications", "created_by"): "shown as a name, which is looked up within the provider",
    ("refresh_tokens", "successor_id"): "hot path: the look-ups join it within the provider",
    ("applications", "own_grant_id"): "written once, together with the grant, which refers to the application",
    ("initial_access_tokens", "created_by"): "as for applications",
    ("device_codes", "refresh_token_id"): "as for codes",
    ("grants", "subject_grant_id"): "the look-ups of access tokens join it within the provider",
    ("grants", "subject_token_id"): "likewise",
    ("grants", "session_id"): "only ever looked for together with the provider; the session may be gone by then",
    ("logout_notices", "session_id"): "told to the application as a word; the session is gone by then",
    ("logout_notices", "user_id"): "told to the application as a word",
    ("device_codes", "user_id"): "who answered, noted together with the grant, which refers to the user",
    ("device_codes", "grant_id"): "hot path, as for codes",
    ("live_views", "user_id"): "found with a look-up that joins the user within the provider",
    ("live_views", "access_token_id"): "looked up within the provider, as every token is",
    ("live_views", "user_token_id"): "likewise",
    ("authorization_requests", "session_id"): "only compared with the id of a session that was found",
}


def ties(table: Table) -> Iterator[tuple[str, Table]]:
    """The columns of a table that refer to another one together with the provider, and that other one."""
    for constraint in sorted(table.constraints, key=lambda one: str(one.name)):
        if isinstance(constraint, ForeignKeyConstraint) and len(constraint.columns) == 2:
            provider, column = constraint.column_keys
            assert provider == "provider_id"
            yield column, constraint.referred_table


TIES = [(table, column, other) for table in metadata.sorted_tables for column, other in ties(table)]


def test_every_reference_is_tied_to_the_provider() -> None:
    references = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.c
        if (column.name.endswith("_id") and column.name != "provider_id") or column.name == "created_by"
    }
    assert references == {(table.name, column) for table, column, _ in TIES} | set(UNTIED)


@pytest.mark.parametrize(
    ("table", "column", "other"), TIES, ids=[f"{table.name}-{column}" for table, column, _ in TIES]
)
async def test_the_schema_refuses_a_row_that_ties_two_providers_together(
    table: Table, column: str, other: Table, world: World, home: House, away: House, store_url: str
) -> None:
    await things_of(world, home)
    await things_of(world, away)
    foreign = next(row["id"] for row in dump(store_url)[other.name] if row["provider_id"] == away.provider.id)
    own = next(row for row in dump(store_url)[table.name] if row["provider_id"] == home.provider.id)
    one = [key == own[key.name] for key in table.primary_key]

    def tie(connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            connection.execute(text("PRAGMA foreign_keys=ON"))
        connection.execute(update(table).where(*one).values({column: foreign}))

    with pytest.raises(IntegrityError):
        outside(store_url, tie)
