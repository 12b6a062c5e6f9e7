"""Live views: an address with a secret in it, which shows a camera for as long as its beginner may see it, and for a
few minutes at most. Whoever holds the address needs nothing else: a browser's <img> sends no token."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import structlog

from gatelodge.identity.effective import Taker
from gatelodge.identity.people import User
from gatelodge.identity.provider import Provider
from gatelodge.protocol.credentials import Kind, parse, parse_public_id
from gatelodge.service.bearer import BearerService, Caller
from gatelodge.service.cameras import CameraService, Refusal, Unreachable
from gatelodge.service.devices import Camera, DeviceError
from gatelodge.service.minting import Clock, Mint
from gatelodge.service.ports import LiveViewStore, NotThere, StoreUnavailable
from gatelodge.service.records import HeldToken, LiveViewRow
from gatelodge.service.refusals import Faults, NotFound
from gatelodge.service.resources import Lacking, ResourceService, Seen

RIGHT = "liveview"
CHECK_EVERY = 0.8  # seconds: a right that was taken away is gone from the picture within the second
MOST_VIEWS = 50  # that one user, or one application as itself, can have begun and not ended
MOST_STREAMS = 200  # that one process serves at a time


_log = structlog.get_logger("gatelodge.live")


@dataclass(frozen=True, slots=True)
class LiveView:
    """A live view that was begun."""

    id: int
    secret: str = field(repr=False)
    expires_at: int


Allowed = Callable[[], Awaitable[bool]]


class LiveViewService:
    """Begins, shows and ends live views. `lifetime` in seconds."""

    def __init__(
        self,
        store: LiveViewStore,
        bearer: BearerService,
        sight: ResourceService,
        cameras: CameraService,
        mint: Mint,
        clock: Clock,
        *,
        lifetime: int,
    ) -> None:
        self._store = store
        self._bearer = bearer
        self._sight = sight
        self._cameras = cameras
        self._mint = mint
        self._clock = clock
        self._lifetime = lifetime
        self._streams = 0
        self.stopping = asyncio.Event()  # set when the server is to stop: streams end

    async def start(self, caller: Caller, resource_id: int) -> LiveView | Refusal:
        """Begin a live view (`liveview`). It lasts no longer than the token that it was begun with."""
        seen = await self._sight.may(caller, resource_id, RIGHT)
        if not isinstance(seen, Seen):
            return seen
        now, held = self._clock(), caller.token
        expires_at = now + self._lifetime
        if held is not None and held.expires_at is not None:
            expires_at = min(expires_at, held.expires_at)
        minted = self._mint.secret(Kind.LIVE_VIEW)
        view = LiveViewRow(
            id=minted.presented.id,
            provider_id=caller.provider.id,
            resource_id=resource_id,
            digest=minted.presented.digest,
            user_id=caller.user.id if caller.user else None,
            access_token_id=held.id if held and held.kind is Kind.ACCESS_TOKEN else None,
            user_token_id=held.id if held and held.kind is Kind.USER_TOKEN else None,
            scope=caller.scope,
            created_at=now,
            expires_at=expires_at,
        )
        if not await self._store.add(view, MOST_VIEWS):
            return Faults({"": f"There are {MOST_VIEWS} live views already; end one, or wait until one expires."})
        return LiveView(view.id, minted.text, expires_at)

    async def end(self, caller: Caller, view_id: str) -> Refusal | None:
        """End a live view that the caller's user, or the application as itself, has begun (`liveview`)."""
        if RIGHT not in caller.scope:
            return Lacking(RIGHT, frozenset({Taker.SCOPE}))
        number = parse_public_id(view_id)
        if number is None:
            return NotFound()
        view = await self._store.find(caller.provider.id, number, now=self._clock())
        if view is None or not _same(view, caller):
            return NotFound()
        return None if await self._store.end(caller.provider.id, number) else NotFound()

    async def camera(self, provider: Provider, secret: str) -> Camera | None:
        """The camera that an address shows at this moment; None where it shows none (any more)."""
        presented = parse(secret, Kind.LIVE_VIEW)
        if presented is None:
            return None
        view = await self._store.find(provider.id, presented.id, now=self._clock())
        if view is None or not presented.matches(view.digest):
            return None
        caller = await self._caller(provider, view)
        if caller is None or not isinstance(await self._sight.may(caller, view.resource_id, RIGHT), Seen):
            return None
        return (await self._cameras.of(provider.id, [view.resource_id])).get(view.resource_id)

    async def _caller(self, provider: Provider, view: LiveViewRow) -> Caller | None:
        """Whoever began the view, as of now."""
        if view.access_token_id is not None:
            return await self._bearer.still(provider, HeldToken(Kind.ACCESS_TOKEN, view.access_token_id, None))
        if view.user_token_id is not None:
            return await self._bearer.still(provider, HeldToken(Kind.USER_TOKEN, view.user_token_id, None))
        if view.user_id is None:
            return None
        return Caller(provider, User(view.user_id, provider.id, "", ""), view.scope, None)

    async def snapshot(self, camera: Camera) -> bytes | Unreachable:
        """A JPEG of now, for an address that shows this camera."""
        try:
            return await self._cameras.driver(camera).snapshot(camera)
        except DeviceError as error:
            return Unreachable(str(error))

    def stream(self, camera: Camera, allowed: Allowed) -> AsyncGenerator[bytes, None] | Unreachable:
        """The camera's JPEGs for as long as `allowed`, which is asked at least once a second."""
        try:
            frames = self._cameras.driver(camera).frames(camera)
        except DeviceError as error:
            return Unreachable(str(error))
        return self.watched(frames, allowed)

    def watched(self, frames: AsyncIterator[bytes], allowed: Allowed) -> AsyncGenerator[bytes, None] | Unreachable:
        """The same for JPEGs from elsewhere."""
        if self._streams >= MOST_STREAMS or self.stopping.is_set():
            return Unreachable("Too many people watch just now. Try again in a moment.")
        return self._counted(frames, allowed)

    async def _counted(self, frames: AsyncIterator[bytes], allowed: Allowed) -> AsyncGenerator[bytes, None]:
        self._streams += 1
        try:
            async with aclosing(while_allowed(frames, allowed, self.stopping)) as shown:
                async for frame in shown:
                    yield frame
        finally:
            self._streams -= 1


async def while_allowed(
    frames: AsyncIterator[bytes], allowed: Allowed, stopping: asyncio.Event
) -> AsyncGenerator[bytes, None]:
    """What comes of `frames` until `allowed` says no, or the server is to stop. However slowly the frames come, or are
    taken, none is given more than a moment after `allowed` was asked."""
    checked = time.monotonic()
    coming: asyncio.Future[bytes] | None = None
    stop = asyncio.ensure_future(stopping.wait())
    try:
        while not stop.done():
            coming = coming or asyncio.ensure_future(anext(frames))
            waiting: set[asyncio.Future[Any]] = {coming, stop}
            rest = checked + CHECK_EVERY - time.monotonic()
            await asyncio.wait(waiting, timeout=max(0.0, rest), return_when=asyncio.FIRST_COMPLETED)
            if time.monotonic() - checked >= CHECK_EVERY:
                if not await _still(allowed):
                    return
                checked = time.monotonic()
            if coming.done():
                try:
                    frame = coming.result()
                except (StopAsyncIteration, DeviceError, NotThere):
                    return
                except StoreUnavailable as error:
                    _log.error("a stream ended", reason=str(error))
                    return
                coming = None
                yield frame
    finally:
        stop.cancel()
        if coming is not None:
            coming.cancel()
            await asyncio.wait({coming})
        close = getattr(frames, "aclose", None)
        if close is not None:
            await close()


async def _still(allowed: Allowed) -> bool:
    """Whether it is allowed; not, where nobody can tell."""
    try:
        return await allowed()
    except StoreUnavailable as error:
        _log.error("a stream ended", reason=str(error))
        return False


def _same(view: LiveViewRow, caller: Caller) -> bool:
    """Whether the caller is the one who began the view."""
    if caller.user is not None:
        return view.user_id == caller.user.id
    return view.user_id is None and caller.token is not None and view.access_token_id == caller.token.id
