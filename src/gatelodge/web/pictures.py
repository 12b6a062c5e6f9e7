"""Pictures of cameras: live views by an address with a secret, snapshots and recordings with a token.

A stream is MJPEG: `multipart/x-mixed-replace`, one JPEG after the other, which browsers play in an <img>. The rights
are asked anew at least once a second, and a stream ends with them.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, suppress

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import Message, Receive, Scope, Send

from gatelodge.protocol.bearer import challenges, status_of
from gatelodge.protocol.credentials import parse_public_id
from gatelodge.protocol.errors import InsufficientScope, UseDpopNonce
from gatelodge.protocol.protected_resource import metadata_of
from gatelodge.service.bearer import Caller
from gatelodge.service.cameras import Refusal, Unreachable
from gatelodge.service.refusals import NotFound
from gatelodge.service.resources import Lacking
from gatelodge.web.context import provider_of, services_of, shown_of

LIVE = "/live/{secret}"
CAMERA = "/api/cameras/{id}/snapshot.jpg"
RECORDING = "/api/recordings/{id}"

BOUNDARY = "gatelodge-picture"
NO_STORE = {"Cache-Control": "no-store"}
# Any page may show what an address with a secret, or a token, opens; what a session opens, only our own.
OPEN = {
    **NO_STORE,
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "WWW-Authenticate, DPoP-Nonce",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
OURS = {**NO_STORE, "Cross-Origin-Resource-Policy": "same-origin"}
AT_ONCE = {"X-Accel-Buffering": "no"}  # a proxy that collected an endless answer would never send it
SLOW = 15.0  # seconds that a picture may take to be fetched before the stream ends


def picture_routes() -> list[BaseRoute]:
    """Their addresses."""
    return [
        Route(LIVE, live, methods=["GET"]),
        Route(f"{LIVE}/snapshot.jpg", live_snapshot, methods=["GET"]),
        Route(CAMERA, snapshot, methods=["GET"]),
        Route(f"{RECORDING}/video.mjpeg", video, methods=["GET"]),
        Route(f"{RECORDING}/picture.jpg", picture, methods=["GET"]),
    ]


class Mjpeg(StreamingResponse):
    """A stream of JPEGs. Whoever doesn't fetch what is sent gets no more of it."""

    def __init__(self, frames: AsyncGenerator[bytes, None], headers: Mapping[str, str] = OPEN) -> None:
        super().__init__(
            _parts(frames), headers={**headers, **AT_ONCE}, media_type=f"multipart/x-mixed-replace; boundary={BOUNDARY}"
        )
        self._frames = frames

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; to HEAD, what stands before it."""

        async def soon(message: Message) -> None:
            await asyncio.wait_for(send(message), SLOW)

        async with aclosing(self._frames):
            if scope["method"] == "HEAD":
                await Response(headers=dict(self.headers))(scope, receive, send)
                return
            with suppress(TimeoutError):
                await super().__call__(scope, receive, soon)


async def _parts(frames: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    async with aclosing(frames) as shown:
        async for frame in shown:
            head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(frame)}\r\n\r\n"
            yield head.encode("ascii") + frame + b"\r\n"
    yield f"--{BOUNDARY}--\r\n".encode("ascii")


def jpeg(data: bytes, headers: Mapping[str, str] = OPEN) -> Response:
    """A picture."""
    return Response(data, media_type="image/jpeg", headers=headers)


async def live(request: Request) -> Response:
    """GET /live/{secret}"""
    services, provider, secret = services_of(request), provider_of(request), request.path_params["secret"]
    camera = await services.live_views.camera(provider, secret)
    if camera is None:
        return nothing()

    async def allowed() -> bool:
        return await services.live_views.camera(provider, secret) is not None

    frames = services.live_views.stream(camera, allowed)
    return refused(frames) if isinstance(frames, Unreachable) else Mjpeg(frames)


async def live_snapshot(request: Request) -> Response:
    """GET /live/{secret}/snapshot.jpg"""
    services = services_of(request)
    camera = await services.live_views.camera(provider_of(request), request.path_params["secret"])
    if camera is None:
        return nothing()
    shown = await services.live_views.snapshot(camera)
    return refused(shown) if isinstance(shown, Unreachable) else jpeg(shown)


async def snapshot(request: Request) -> Response:
    """GET /api/cameras/{id}/snapshot.jpg, with a token that has `liveview`"""
    caller = await _caller(request)
    camera_id = parse_public_id(request.path_params["id"])
    if not isinstance(caller, Caller):
        return caller
    if camera_id is None:
        return nothing()
    shown = await services_of(request).cameras.snapshot(caller, camera_id)
    return jpeg(shown) if isinstance(shown, bytes) else refused(shown)


async def picture(request: Request) -> Response:
    """GET /api/recordings/{id}/picture.jpg?second=S, with a token that has `recordings`"""
    caller = await _caller(request)
    recording_id = parse_public_id(request.path_params["id"])
    if not isinstance(caller, Caller):
        return caller
    second = _second(request)
    if recording_id is None or second is None:
        return nothing()
    shown = await services_of(request).footage.still(caller, recording_id, second)
    return jpeg(shown) if isinstance(shown, bytes) else refused(shown)


async def video(request: Request) -> Response:
    """GET /api/recordings/{id}/video.mjpeg, with a token that has `recordings`"""
    caller = await _caller(request)
    recording_id = parse_public_id(request.path_params["id"])
    if not isinstance(caller, Caller):
        return caller
    if recording_id is None:
        return nothing()
    services = services_of(request)
    frames = await services.footage.playback(caller, recording_id)
    if not isinstance(frames, AsyncIterator):
        return refused(frames)
    held = caller.token
    assert held is not None  # it came with the request

    async def allowed() -> bool:
        now = await services.bearer.still(caller.provider, held)
        return now is not None and await services.footage.may_watch(now, recording_id)

    shown = services.live_views.watched(frames, allowed)
    return refused(shown) if isinstance(shown, Unreachable) else Mjpeg(shown)


async def _caller(request: Request) -> Caller | Response:
    """Who calls, by the token in the header; or the answer that says why nobody is let in (RFC 6750 §3)."""
    provider = provider_of(request)
    headers = request.headers.getlist("authorization")
    caller = await services_of(request).bearer.authenticate(provider, headers, scope="read", shown=shown_of(request))
    if isinstance(caller, Caller):
        return caller
    error = {"error": caller.code, "error_description": caller.description} if caller else {"error": "no_token"}
    answer = JSONResponse(error, status_of(caller), OPEN)
    scheme = headers[0].partition(" ")[0].lower() if headers else ""
    metadata = metadata_of(provider.origin, request.url.path)
    for one in challenges(provider.origin, caller, scheme=scheme, metadata=metadata):
        answer.headers.append("WWW-Authenticate", one)
    if isinstance(caller, UseDpopNonce):
        answer.headers["DPoP-Nonce"] = caller.nonce
    return answer


def nothing() -> Response:
    """There is nothing at this address, or not any more, or it is not the caller's to see."""
    return JSONResponse({"error": "not_found"}, 404, OPEN)


def refused(refusal: Refusal) -> Response:
    """What a use case refused."""
    if isinstance(refusal, Lacking):
        error = InsufficientScope(f"the {refusal.whose} lacks the right {refusal.right}", scope=refusal.right)
        members = {
            "error": error.code,
            "error_description": error.description,
            "missing": refusal.right,
            "lacking": refusal.whose,
        }
        return JSONResponse(members, 403, OPEN)
    if isinstance(refusal, NotFound):
        return nothing()
    reason = refusal.reason if isinstance(refusal, Unreachable) else str(refusal)
    return JSONResponse({"error": "device_unavailable", "error_description": reason}, 503, OPEN)


def _second(request: Request) -> float | None:
    try:
        second = float(request.query_params.get("second", "0"))
    except ValueError:
        return None
    return second if 0 <= second < 1e6 else None
