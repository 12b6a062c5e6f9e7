"""Dynamic registration (RFC 7591) and its management (RFC 7592): applications that register by program."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import structlog

from gatelodge.identity.people import printable
from gatelodge.identity.provider import Provider
from gatelodge.identity.self_given import self_given_fault, self_given_name
from gatelodge.protocol.client_metadata import Described, Members, read_metadata, shown_texts
from gatelodge.protocol.client_settings import OPEN, REGISTERED
from gatelodge.protocol.client_settings_rules import SECRET_JWT
from gatelodge.protocol.credentials import Kind, Presented, parse, parse_public_id, public_id
from gatelodge.protocol.errors import InvalidClientMetadata, InvalidToken, OAuthError, TemporarilyUnavailable
from gatelodge.protocol.policy import REGISTRATION_OFF
from gatelodge.protocol.registration import (
    WRONG_TOKEN,
    Anybody,
    client_information,
    may_manage,
    read_members,
    update_fault,
    who_registers,
)
from gatelodge.service.known_secrets import KnownSecrets
from gatelodge.service.minting import Clock, Mint
from gatelodge.service.nobody import Nobody
from gatelodge.service.ports import ApplicationStore, InitialTokenStore, NotThere, TokenStore
from gatelodge.service.records import Application, ApplicationForm
from gatelodge.service.sectors import Sectors
from gatelodge.service.self_described import KNOWN_SCOPES, description_of, form_of
from gatelodge.service.throttle import Counted, Limit, Throttle

PATH = "/oauth2/register"

PER_ADDRESS = Limit("registrations of an address", 20, 3600)
PER_PROVIDER = Limit("registrations of a provider", 1000, 3600)
PER_TOKEN = Limit("registrations with a token", 200, 3600)

_log = structlog.get_logger("gatelodge.registration")


class RegistrationService:
    """Registers applications that describe themselves, and lets them change and end that."""

    def __init__(
        self,
        applications: ApplicationStore,
        tokens: InitialTokenStore,
        secrets: TokenStore,
        nobody: Nobody,
        sectors: Sectors,
        known_secrets: KnownSecrets,
        throttle: Throttle,
        mint: Mint,
        clock: Clock,
    ) -> None:
        self._applications = applications
        self._tokens = tokens
        self._secrets = secrets
        self._nobody = nobody
        self._sectors = sectors
        self._known_secrets = known_secrets
        self._throttle = throttle
        self._mint = mint
        self._clock = clock

    async def register(
        self, provider: Provider, body: bytes, media_type: str, authorization: str | None, address: str
    ) -> Mapping[str, Any] | OAuthError | None:
        """Register an application (RFC 7591 §3). `address` is where the request comes from. With an initial access
        token it belongs to that one's account; without one, where everybody may register, to nobody. None where nobody
        may."""
        if provider.policy.registration == REGISTRATION_OFF:
            return None
        caller = who_registers(provider.policy, authorization)
        if isinstance(caller, OAuthError):
            return caller
        now = self._clock()
        token = None
        if isinstance(caller, Presented):
            token = await self._tokens.find(provider.id, caller, now=now)
            if token is None:
                return InvalidToken(WRONG_TOKEN)
            counted: tuple[Counted, ...] = ((PER_TOKEN, str(token.id)),)
        else:
            counted = ((PER_ADDRESS, f"{provider.id} {address}"), (PER_PROVIDER, str(provider.id)))
        read = read_members(body, media_type)
        described = read if isinstance(read, OAuthError) else await self._read(provider, read, caller)
        if isinstance(described, OAuthError):
            return described
        if self._throttle.attempt(counted) is not None:
            return TemporarilyUnavailable("too many applications were registered; try again later")
        application_id = self._mint.id()
        manages = self._mint.secret(Kind.REGISTRATION_TOKEN, application_id)
        secret = self._mint.secret(Kind.CLIENT_SECRET) if described.needs_secret else None
        form = form_of(
            described,
            described.name,
            source=OPEN if token is None else REGISTERED,
            registration_token=manages.presented.digest.hex(),
        )
        if token is None:
            await self._create(provider, application_id, form, secret.presented if secret else None)
        else:
            await self._applications.create(
                provider.id,
                application_id,
                token.account_id,
                token.created_by,
                form,
                secret.presented if secret else None,
                None,
                now=now,
            )
            await self._tokens.used(provider.id, token.id, now=now)
        if secret is not None:
            await self._known_secrets.keep(provider.id, form.settings, secret.text)
        _log.info("registered", client_id=public_id(application_id), open=token is None)
        return self._information(
            provider, application_id, described, now, secret.text if secret else None, manages.text
        )

    async def read(
        self, provider: Provider, client_id: str, authorization: str | None
    ) -> Mapping[str, Any] | OAuthError:
        """What is registered (RFC 7592 §2.1), without the secret, which is not known any more."""
        found = await self._find(provider, client_id, authorization)
        if isinstance(found, OAuthError):
            return found
        return self._information(
            provider, found.id, description_of(found), found.created_at, None, _token_of(authorization)
        )

    async def update(
        self, provider: Provider, client_id: str, body: bytes, media_type: str, authorization: str | None
    ) -> Mapping[str, Any] | OAuthError:
        """Replace all that is registered (RFC 7592 §2.2). Where the application turns to a way of proving who it is
        that takes a secret, it is given one; whether it can keep one is for good, since tokens depend on it."""
        found = await self._find(provider, client_id, authorization)
        if isinstance(found, OAuthError):
            return found
        members = read_members(body, media_type)
        fault = members if isinstance(members, OAuthError) else update_fault(members, client_id)
        if fault is not None or isinstance(members, OAuthError):
            return fault or members
        caller = Anybody() if found.settings.of_nobody else None
        described = await self._read(provider, members, caller)
        if isinstance(described, OAuthError):
            return described
        if described.confidential != found.confidential:
            return InvalidClientMetadata("token_endpoint_auth_method can't change from or to none; register anew")
        if "client_secret" in members and not await self._is_secret(found, members["client_secret"]):
            return InvalidClientMetadata("client_secret is not the application's")
        kept = found.settings
        form = replace(
            form_of(described, described.name, source=kept.source, registration_token=kept.registration_token),
            description=found.description,
            optional_scope=found.optional_scope,
        )
        await self._applications.update(provider.id, found.id, form)
        secret = None
        # One that is to sign with its secret from now on has to get a new one: nobody knows the old one any more.
        signs = form.settings.token_endpoint_auth_method == SECRET_JWT != kept.token_endpoint_auth_method
        if described.needs_secret and (found.secret_created_at is None or signs):
            secret = self._mint.secret(Kind.CLIENT_SECRET)
            await self._applications.replace_secret(provider.id, found.id, secret.presented, now=self._clock())
            await self._known_secrets.keep(provider.id, form.settings, secret.text)
        return self._information(
            provider,
            found.id,
            described,
            found.created_at,
            secret.text if secret else None,
            _token_of(authorization),
        )

    async def delete(self, provider: Provider, client_id: str, authorization: str | None) -> OAuthError | None:
        """Remove the application with every access that it was given (RFC 7592 §2.3)."""
        found = await self._find(provider, client_id, authorization)
        if isinstance(found, OAuthError):
            return found
        await self._applications.delete(provider.id, found.id)
        return None

    async def _find(self, provider: Provider, client_id: str, authorization: str | None) -> Application | OAuthError:
        shown = may_manage(parse_public_id(client_id), authorization)
        if isinstance(shown, OAuthError):
            return shown
        found = await self._applications.find(provider.id, shown.id)
        digest = bytes.fromhex(found.settings.registration_token) if found else b""
        if found is None or found.disabled or not shown.matches(digest):
            return InvalidToken(WRONG_TOKEN)
        return found

    async def _read(
        self, provider: Provider, members: Members, caller: Presented | Anybody | None
    ) -> Described | OAuthError:
        """What the application says of itself, with the name that it is shown by."""
        described = read_metadata(members, policy=provider.policy, scopes=KNOWN_SCOPES)
        if isinstance(described, OAuthError):
            return described
        uri = described.settings.client_uri or next(iter(described.redirect_uris), "")
        name = self_given_name(described.name, urlsplit(uri).hostname or "Application")
        # Who has a token is answered for by an account, whose name is shown, and which can call its own as it likes.
        if self_given_fault(name, provider.name if isinstance(caller, Anybody) else ""):
            return InvalidClientMetadata("client_name is too long, can't be shown, or has the provider's name in it")
        if not all(map(printable, shown_texts(described))):
            return InvalidClientMetadata("a member has a character in it that can't be shown")
        if fault := await self._sectors.fault(described.settings.sector_identifier_uri, described.redirect_uris):
            return fault
        return replace(described, name=name)

    async def _is_secret(self, application: Application, text: object) -> bool:
        """Whether `text` is the application's secret (RFC 7592 §2.2)."""
        presented = parse(text, Kind.CLIENT_SECRET) if isinstance(text, str) else None
        if presented is None:
            return False
        client = await self._secrets.find_client(application.provider_id, application.id, presented.id)
        return client is not None and client.secret_digest is not None and presented.matches(client.secret_digest)

    async def _create(
        self, provider: Provider, application_id: int, form: ApplicationForm, secret: Presented | None
    ) -> None:
        """Store an application that belongs to nobody."""
        create, now = self._applications.create, self._clock()
        try:
            await create(provider.id, application_id, provider.id, provider.id, form, secret, None, now=now)
        except NotThere:
            await self._nobody.account(provider)
            await create(provider.id, application_id, provider.id, provider.id, form, secret, None, now=now)

    def _information(
        self,
        provider: Provider,
        application_id: int,
        described: Described,
        issued_at: int,
        secret: str | None,
        token: str,
    ) -> Mapping[str, Any]:
        client_id = public_id(application_id)
        return client_information(
            described,
            client_id,
            issued_at=issued_at,
            secret=secret,
            address=f"{provider.origin}{PATH}/{client_id}",
            token=token,
        )


def _token_of(authorization: str | None) -> str:
    """The token as it was shown: only its digest is kept, so that a client is told what it knows."""
    return (authorization or "").partition(" ")[2].strip()
