"""Client ID Metadata Documents: fetched when they are needed, kept as long as they say, within bounds
(protocol/metadata_document.py)."""

import asyncio
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

import structlog

from gatelodge.identity.people import printable
from gatelodge.identity.provider import Provider
from gatelodge.identity.self_given import self_given_fault, self_given_name
from gatelodge.protocol.client_metadata import Described, shown_texts
from gatelodge.protocol.client_settings import DOCUMENT
from gatelodge.protocol.metadata_document import ACCEPT, MAX_BYTES, STALE, fresh_for, is_document_url, read_document
from gatelodge.protocol.redirect_uri import find_registered
from gatelodge.service.minting import Clock, Mint
from gatelodge.service.nobody import Nobody
from gatelodge.service.ports import AlreadyExists, ApplicationStore, DocumentStore, NotThere, Outbound
from gatelodge.service.records import Fetched, FetchFault, KnownDocument, Reading
from gatelodge.service.self_described import KNOWN_SCOPES, form_of
from gatelodge.service.throttle import Limit, Throttle

NOT_SERVED = "no application with this client_id is known here"
NOT_FETCHED = "the document that client_id names could not be fetched"
NOT_FOUND = "there is no document at the address that client_id is"
TOO_MANY = "too many documents were asked for at once; try again in a minute"
LONGEST_ETAG = 200
TRIES = 3

# Strangers have us fetch: no host is to be flooded with that, and nobody is to keep us busy with it.
PER_HOST = Limit("document host", 60, 60)
PER_PROVIDER = Limit("documents", 300, 60)

_log = structlog.get_logger("gatelodge.documents")


class ClientDocuments:
    """Finds the applications that documents describe."""

    def __init__(
        self,
        store: DocumentStore,
        applications: ApplicationStore,
        nobody: Nobody,
        outbound: Outbound,
        throttle: Throttle,
        mint: Mint,
        clock: Clock,
    ) -> None:
        self._store = store
        self._applications = applications
        self._nobody = nobody
        self._outbound = outbound
        self._throttle = throttle
        self._mint = mint
        self._clock = clock
        # Those who ask for one document at once wait for one of them to fetch it.
        self._fetching: WeakValueDictionary[tuple[int, str], asyncio.Lock] = WeakValueDictionary()

    async def find(self, provider: Provider, url: str) -> int | str:
        """The application whose client_id is `url`, as its document has it now; or why there is none, in words for
        whoever wrote the document. What was read before is good until its time is over, and for STALE seconds longer
        where the document can't be fetched; what can't be used is never kept."""
        if not provider.policy.metadata_documents or not is_document_url(url):
            return NOT_SERVED
        known = await self._store.find(provider.id, url)
        if known is not None and known.reading.fresh_until > self._clock():
            return known.application_id
        lock = self._fetching.setdefault((provider.id, url), asyncio.Lock())
        async with lock:
            known = await self._store.find(provider.id, url)
            if known is not None and known.reading.fresh_until > self._clock():
                return known.application_id
            found = await self._fetch(provider, url, known)
        if isinstance(found, str):
            _log.warning("document not used", host=urlsplit(url).hostname, reason=found)
        return found

    async def still_sends_to(self, provider: Provider, url: str, redirect_uri: str) -> bool:
        """Whether the document, as it is now, has this redirect URI in it: one that was taken back since a code went
        there gets no tokens for that code."""
        found = await self.find(provider, url)
        client = await self._applications.client(provider.id, found) if isinstance(found, int) else None
        return client is not None and find_registered(client[0].redirect_uris, redirect_uri)

    async def _fetch(self, provider: Provider, url: str, known: KnownDocument | None) -> int | str:
        host = urlsplit(url).hostname or ""
        if self._throttle.attempt(((PER_HOST, host), (PER_PROVIDER, str(provider.id)))) is not None:
            return self._or_stale(known, TOO_MANY)
        etag = known.reading.etag if known else None
        fetched = await self._outbound.get(url, accept=ACCEPT, most_bytes=MAX_BYTES, etag=etag)
        if isinstance(fetched, FetchFault) or fetched.status >= 500 or fetched.status == 429:
            return self._or_stale(known, NOT_FETCHED)
        if fetched.status == 304 and known is not None and etag is not None:
            await self._store.read_again(provider.id, known.application_id, self._reading(fetched, etag))
            return known.application_id
        if fetched.status != 200:  # §5; a redirect as well
            return NOT_FOUND
        read = read_document(
            url, fetched.body, fetched.headers.get("content-type", ""), policy=provider.policy, scopes=KNOWN_SCOPES
        )
        return read if isinstance(read, str) else await self._keep(provider, url, read, self._reading(fetched))

    def _or_stale(self, known: KnownDocument | None, reason: str) -> int | str:
        if known is not None and known.reading.fresh_until + STALE > self._clock():
            return known.application_id
        return reason

    def _reading(self, fetched: Fetched, etag: str | None = None) -> Reading:
        now = self._clock()
        tag = fetched.headers.get("etag", etag)
        usable = tag is not None and len(tag) <= LONGEST_ETAG and tag.isascii() and tag.isprintable()
        return Reading(now, now + fresh_for(fetched.headers, self._expires_in(fetched)), tag if usable else None)

    def _expires_in(self, fetched: Fetched) -> int | None:
        try:
            return int(parsedate_to_datetime(fetched.headers["expires"]).timestamp()) - self._clock()
        except KeyError:
            return None
        except (ValueError, OverflowError):  # what is no date is over already (RFC 9111 §5.3)
            return 0

    async def _keep(self, provider: Provider, url: str, described: Described, reading: Reading) -> int | str:
        name = self_given_name(described.name, urlsplit(url).hostname or "")
        fault = self_given_fault(name, provider.name)
        if fault or not all(map(printable, shown_texts(described))):
            return f"the document that client_id names can't be used: {fault or 'it has a character that has no place'}"
        form = form_of(described, name, source=DOCUMENT)
        for _ in range(TRIES):
            try:
                return await self._store.put(provider.id, self._mint.id(), provider.id, url, form, reading)
            except NotThere:
                await self._nobody.account(provider)
            except AlreadyExists:  # somebody else, on this node or another, has read it first
                continue
        raise AlreadyExists("the application of a document kept being made by others")
