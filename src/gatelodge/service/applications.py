"""OAuth2 applications: made, edited and ended by users with full access to the account that owns them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gatelodge.identity.people import (
    MAX_TEXT,
    Access,
    Account,
    User,
    account_for_applications,
    name_fault,
    printable,
)
from gatelodge.identity.rights import ALL_RIGHTS
from gatelodge.protocol.client import (
    ASKS_USERS,
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    FOR_USERS,
    GRANT_TYPES,
    JWT_BEARER,
    REFRESH_TOKEN,
    TOKEN_EXCHANGE,
)
from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.client_settings_rules import settings_faults
from gatelodge.protocol.credentials import Kind
from gatelodge.protocol.redirect_uri import registration_fault
from gatelodge.service.known_secrets import KnownSecrets
from gatelodge.service.minting import Clock, Mint
from gatelodge.service.ports import AlreadyExists, ApplicationStore, PeopleStore
from gatelodge.service.records import Application, ApplicationForm
from gatelodge.service.refusals import Faults, NotAllowed, NotFound
from gatelodge.service.sectors import Sectors

MAX_REDIRECT_URIS = 20
WHITE_SPACE = str.maketrans("\t\n\r", "   ")
FULL_ACCESS_ONLY = (
    "Only users with full access to an account can make OAuth2 applications. "
    "Ask the account's owner for full access, or make a user token instead."
)
SENT_TWICE = (
    "This form was sent before, and its application was made and its secret shown then. "
    "You find the application in your list, and can give it a new secret there."
)


@dataclass(frozen=True, slots=True)
class Registered:
    """An application just made or given a new secret. `client_secret` is shown this once; None for a public client."""

    application: Application
    client_secret: str | None

    def __repr__(self) -> str:
        return f"Registered({self.application.id})"


class ApplicationService:
    """What a user may do with applications."""

    def __init__(
        self,
        store: ApplicationStore,
        people: PeopleStore,
        secrets: KnownSecrets,
        sectors: Sectors,
        mint: Mint,
        clock: Clock,
    ) -> None:
        self._store = store
        self._people = people
        self._secrets = secrets
        self._sectors = sectors
        self._mint = mint
        self._clock = clock

    async def account(self, user: User) -> Account | NotAllowed:
        """The account that an application made by this user would belong to."""
        account = account_for_applications(await self._people.memberships(user.provider_id, user.id))
        return account or NotAllowed(FULL_ACCESS_ONLY)

    async def mine(self, user: User) -> Sequence[Application]:
        """The applications that this user may manage."""
        return await self._store.of_accounts(user.provider_id, await self._full_access(user))

    async def find(self, user: User, application_id: int) -> Application | NotFound:
        """One application, if this user may manage it."""
        application = await self._store.find(user.provider_id, application_id)
        if application is None or application.account_id not in await self._full_access(user):
            return NotFound()
        return application

    async def register(
        self, user: User, form: ApplicationForm, *, row_id: int | None = None
    ) -> Registered | Faults | NotAllowed:
        """Make an application in the user's account. With a `row_id` given ahead, a form sent twice makes one."""
        account = await self.account(user)
        if isinstance(account, NotAllowed):
            return account
        form = tidy(form)
        if faults := await self._faults(form):
            return Faults(faults)
        application_id = self._mint.id() if row_id is None else row_id
        own_grant_id = self._mint.id() if CLIENT_CREDENTIALS in (form.grant_types or ()) else None
        secret = self._mint.secret(Kind.CLIENT_SECRET) if form.confidential else None
        presented, now = secret.presented if secret else None, self._clock()
        try:
            await self._store.create(
                user.provider_id, application_id, account.id, user.id, form, presented, own_grant_id, now=now
            )
        except AlreadyExists:
            return Faults({"": SENT_TWICE})
        if secret is not None:
            await self._secrets.keep(user.provider_id, form.settings, secret.text)
        application = await self._store.find(user.provider_id, application_id)
        assert application is not None
        return Registered(application, secret.text if secret else None)

    async def edit(self, user: User, application_id: int, form: ApplicationForm) -> Application | Faults | NotFound:
        """Change name, description, redirect URLs, settings and what people may leave out. Confidential or public is
        for good: tokens depend on it."""
        application = await self.find(user, application_id)
        if isinstance(application, NotFound):
            return application
        form = replace(
            tidy(form),
            confidential=application.confidential,
            grant_types=application.grant_types,
            own_scope=application.own_scope,
            resource_server=application.resource_server,
            settings=_edited(application.settings, form.settings),
        )
        if faults := await self._faults(form, application):
            return Faults(faults)
        await self._store.update(user.provider_id, application_id, form)
        return await self.find(user, application_id)

    async def configure(self, application: Application, settings: ClientSettings) -> Application | Faults | NotFound:
        """Change an application's settings, and nothing else of it, whoever asks."""
        form = replace(form_of(application), settings=_edited(application.settings, settings))
        if faults := await self._faults(form, application):
            return Faults(faults)
        await self._store.update(application.provider_id, application.id, form)
        return await self._store.find(application.provider_id, application.id) or NotFound()

    async def new_secret(self, user: User, application_id: int) -> Registered | NotFound | NotAllowed:
        """Replace the secret; the old one stops working at once."""
        application = await self.find(user, application_id)
        if isinstance(application, NotFound):
            return application
        return await self.rotate(application)

    async def rotate(self, application: Application) -> Registered | NotFound | NotAllowed:
        """Replace the secret of an application, whoever asks."""
        if not application.confidential:
            return NotAllowed("A public application has no secret.")
        secret = self._mint.secret(Kind.CLIENT_SECRET)
        now = self._clock()
        await self._store.replace_secret(application.provider_id, application.id, secret.presented, now=now)
        await self._secrets.keep(application.provider_id, application.settings, secret.text)
        return Registered(replace(application, secret_created_at=now), secret.text)

    async def delete(self, user: User, application_id: int) -> Application | NotFound:
        """Remove the application; every access that users gave it ends."""
        application = await self.find(user, application_id)
        if isinstance(application, Application):
            await self._store.delete(user.provider_id, application_id)
        return application

    async def _faults(self, form: ApplicationForm, before: Application | None = None) -> dict[str, str]:
        """What is wrong with a form, by field; and with what stands at its sector_identifier_uri, where that has to be
        looked at: not again while nothing of it has changed."""
        faults, uri = form_faults(form), form.settings.sector_identifier_uri
        known = before is not None and (before.settings.sector_identifier_uri, before.redirect_uris) == (
            uri,
            form.redirect_uris,
        )
        if uri and not faults and not known and await self._sectors.fault(uri, form.redirect_uris):
            faults["sector_identifier_uri"] = "There is no JSON list with all of the redirect URLs at this address."
        return faults

    async def _full_access(self, user: User) -> list[int]:
        memberships = await self._people.memberships(user.provider_id, user.id)
        return [m.account.id for m in memberships if m.access is Access.FULL]


def form_of(application: Application) -> ApplicationForm:
    """The form that would leave the application as it is."""
    return ApplicationForm(
        application.name,
        application.description,
        application.redirect_uris,
        application.confidential,
        application.grant_types,
        application.own_scope,
        application.resource_server,
        application.optional_scope,
        application.settings,
    )


def _edited(before: ClientSettings, after: ClientSettings) -> ClientSettings:
    """The settings after an edit, which can't touch where an application comes from and who manages it."""
    return replace(after, source=before.source, registration_token=before.registration_token)


def tidy(form: ApplicationForm) -> ApplicationForm:
    """The form without the blanks around what was typed, empty lines and repeated addresses."""
    uris = dict.fromkeys(uri.strip() for uri in form.redirect_uris)
    return replace(
        form,
        name=form.name.strip(),
        description=form.description.strip(),
        redirect_uris=tuple(uri for uri in uris if uri),
        grant_types=_default_grant_types(form) if form.grant_types is None else form.grant_types,
    )


def _default_grant_types(form: ApplicationForm) -> frozenset[str]:
    """What an application of this kind may do unless said otherwise: only a secret makes access lasting (contract)."""
    if form.resource_server:
        return frozenset()
    return FOR_USERS if form.confidential else frozenset({AUTHORIZATION_CODE})


def form_faults(form: ApplicationForm) -> dict[str, str]:
    """What is wrong with an application's form, by field."""
    faults: dict[str, str] = {}
    if fault := name_fault(form.name):
        faults["name"] = fault
    if len(form.description) > MAX_TEXT:
        faults["description"] = f"Use at most {MAX_TEXT} characters."
    elif not printable(form.description.translate(WHITE_SPACE)):
        faults["description"] = "This text has a character that can't be shown."
    if fault := _kind_fault(form):
        faults["kind"] = fault
    if fault := _own_scope_fault(form):
        faults["own_scope"] = fault
    if fault := _optional_scope_fault(form):
        faults["optional_scope"] = fault
    if form.redirect_uris and AUTHORIZATION_CODE not in (form.grant_types or ()):
        faults["redirect_uris"] = "Only an application that asks users for access has addresses to return them to."
    elif not form.redirect_uris:
        if AUTHORIZATION_CODE in (form.grant_types or ()):
            faults["redirect_uris"] = "Enter at least one address, one on each line."
    elif len(form.redirect_uris) > MAX_REDIRECT_URIS:
        faults["redirect_uris"] = f"Use at most {MAX_REDIRECT_URIS} addresses."
    else:
        lines = [f"{uri}: {fault}" for uri in form.redirect_uris if (fault := registration_fault(uri))]
        if lines:
            faults["redirect_uris"] = "\n".join(lines)
    wrong = settings_faults(
        form.settings,
        redirect_uris=form.redirect_uris,
        confidential=form.confidential,
        grant_types=form.grant_types or (),
    )
    return faults | wrong


def _kind_fault(form: ApplicationForm) -> str | None:
    asked = form.grant_types or frozenset()
    if not asked <= GRANT_TYPES:
        return f"Choose from: {', '.join(sorted(GRANT_TYPES))}."
    if REFRESH_TOKEN in asked and not asked & ASKS_USERS:
        return "Only an application that asks users for access can refresh it."
    if form.resource_server and (not asked <= {TOKEN_EXCHANGE} or not form.confidential):
        return "A resource server has a secret, and asks for no access itself; it may exchange tokens."
    if JWT_BEARER in asked and not form.confidential:
        return "Only a confidential application can act for users who are away: it must be able to keep a key."
    if CLIENT_CREDENTIALS in asked and not form.confidential:
        return "Only a confidential application can act as itself: it must be able to keep a secret."
    return None


def _own_scope_fault(form: ApplicationForm) -> str | None:
    if CLIENT_CREDENTIALS not in (form.grant_types or ()):
        return "Only an application that acts as itself has rights of its own." if form.own_scope else None
    if not form.own_scope:
        return "Choose at least one right that the application has as itself."
    return None if form.own_scope <= ALL_RIGHTS else f"Choose from: {', '.join(sorted(ALL_RIGHTS))}."


def _optional_scope_fault(form: ApplicationForm) -> str | None:
    if form.optional_scope and not ASKS_USERS & (form.grant_types or frozenset()):
        return "Only an application that asks users for access has rights that they may leave out."
    return None if form.optional_scope <= ALL_RIGHTS else f"Choose from: {', '.join(sorted(ALL_RIGHTS))}."
