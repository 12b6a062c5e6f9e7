"""Cameras in the portal: their pictures, and what the user may do with each. The session is what opens pictures here,
and a live picture ends within a second of its end."""

import time
from collections.abc import Awaitable, Callable

from starlette.responses import RedirectResponse, Response

from gatelodge.identity.rights import ALL_RIGHTS
from gatelodge.portal.camera_models import CameraCard, CameraPage, CamerasPage, ClipChoice, EventRow, RecordingCard
from gatelodge.portal.groups import labels
from gatelodge.portal.moments import moment
from gatelodge.portal.visit import Visit
from gatelodge.protocol.credentials import parse_public_id, public_id
from gatelodge.service.bearer import Caller
from gatelodge.service.cameras import Refusal, Unreachable
from gatelodge.service.devices import Camera, Live, Motion, Move
from gatelodge.service.records import Period
from gatelodge.service.refusals import NotFound
from gatelodge.service.resources import Lacking, Seen
from gatelodge.web.context import provider_of, services_of
from gatelodge.web.cookies import SESSION, read_cookie
from gatelodge.web.pictures import OURS, Mjpeg, jpeg, nothing, refused

CAMERAS = "/cameras"
RECORDINGS = "/recordings"
SHOWN = 12  # recordings, and events
STEP = 15.0  # degrees that a button turns a camera by

KINDS = {
    "motion": "Something moved",
    "sound": "Something was heard",
    "ptz": "Turned",
    "light": "Light switched",
    "audioclip": "Sound played",
    "speech": "Somebody spoke",
}
MOVES = {
    "left": Move(Motion.RELATIVE, pan=-STEP),
    "right": Move(Motion.RELATIVE, pan=STEP),
    "up": Move(Motion.RELATIVE, tilt=STEP / 3),
    "down": Move(Motion.RELATIVE, tilt=-STEP / 3),
    "in": Move(Motion.RELATIVE, zoom=1.5),
    "out": Move(Motion.RELATIVE, zoom=1 / 1.5),
    "middle": Move(Motion.ABSOLUTE, pan=0, tilt=0, zoom=1),
}


async def show_all(visit: Visit) -> Response:
    """GET /cameras"""
    seen = await visit.services.resources.seen(_caller(visit))
    return visit.page(CamerasPage(tuple(_card(one) for one in seen)))


async def show(visit: Visit) -> Response:
    """GET /cameras/{id}"""
    return await _page(visit)


async def act(visit: Visit) -> Response:
    """POST /cameras/{id}"""
    number, caller = _number(visit), _caller(visit)
    do, cameras = visit.form.get("do"), visit.services.cameras
    done: Camera | Refusal = NotFound()
    if number is None:
        return visit.not_found()
    if do in MOVES:
        done = await cameras.move(caller, number, MOVES[do])
    elif do in ("light-on", "light-off"):
        done = await cameras.light(caller, number, on=do == "light-on")
    elif do == "play":
        done = await cameras.play(caller, number, visit.form.get("clip"))
    if isinstance(done, Camera):
        return RedirectResponse(f"{CAMERAS}/{public_id(number)}#controls", 303)
    if isinstance(done, NotFound):
        return visit.not_found()
    if isinstance(done, Lacking):
        return await _page(visit, fault="You may no longer do this with the camera.", status=403)
    return await _page(visit, fault=done.reason if isinstance(done, Unreachable) else str(done), status=422)


async def snapshot(visit: Visit) -> Response:
    """GET /cameras/{id}/snapshot.jpg"""
    number = _number(visit)
    shown = NotFound() if number is None else await visit.services.cameras.snapshot(_caller(visit), number)
    return jpeg(shown, OURS) if isinstance(shown, bytes) else refused(shown)


async def live(visit: Visit) -> Response:
    """GET /cameras/{id}/live"""
    number, services = _number(visit), visit.services
    if number is None:
        return nothing()
    seen = await services.resources.may(_caller(visit), number, "liveview")
    if not isinstance(seen, Seen):
        return refused(seen)
    camera = (await services.cameras.of(visit.provider.id, [number])).get(number)
    if camera is None:
        return nothing()

    async def allowed(caller: Caller) -> bool:
        return isinstance(await services.resources.may(caller, number, "liveview"), Seen)

    shown = services.live_views.stream(camera, _while_signed_in(visit, allowed))
    return refused(shown) if isinstance(shown, Unreachable) else Mjpeg(shown, OURS)


async def picture(visit: Visit) -> Response:
    """GET /recordings/{id}/picture.jpg"""
    number = _number(visit)
    shown = NotFound() if number is None else await visit.services.footage.still(_caller(visit), number, 10)
    return jpeg(shown, OURS) if isinstance(shown, bytes) else refused(shown)


async def video(visit: Visit) -> Response:
    """GET /recordings/{id}/video"""
    number, services = _number(visit), visit.services
    if number is None:
        return nothing()
    frames = await services.footage.playback(_caller(visit), number)
    if isinstance(frames, Refusal):
        return refused(frames)

    async def allowed(caller: Caller) -> bool:
        return await services.footage.may_watch(caller, number)

    shown = services.live_views.watched(frames, _while_signed_in(visit, allowed))
    return refused(shown) if isinstance(shown, Unreachable) else Mjpeg(shown, OURS)


def _while_signed_in(visit: Visit, allowed: Callable[[Caller], Awaitable[bool]]) -> Callable[[], Awaitable[bool]]:
    """Whether the session goes on, and its user may still see."""

    async def still() -> bool:
        provider, services = provider_of(visit.request), services_of(visit.request)
        session = await services.sign_in.session(provider, read_cookie(visit.request, provider, SESSION))
        return session is not None and await allowed(Caller(provider, session.user, ALL_RIGHTS, None))

    return still


def _caller(visit: Visit) -> Caller:
    """The user themselves: nothing limits them but their rights."""
    return Caller(visit.provider, visit.user, ALL_RIGHTS, None)


def _number(visit: Visit) -> int | None:
    return parse_public_id(visit.request.path_params["id"])


def _card(seen: Seen) -> CameraCard:
    url = f"{CAMERAS}/{public_id(seen.holding.resource_id)}"
    return CameraCard(
        name=seen.holding.name,
        account=seen.holding.account_name,
        url=url,
        snapshot=f"{url}/snapshot.jpg" if "liveview" in seen.rights else "",
        rights=labels(seen.rights) if seen.rights != ALL_RIGHTS else "Everything",
    )


async def _page(visit: Visit, *, fault: str = "", status: int = 200) -> Response:
    number, services, caller, now = _number(visit), visit.services, _caller(visit), int(time.time())
    seen = await services.resources.one(caller, number) if number is not None else None
    camera = (await services.cameras.of(visit.provider.id, [number])).get(number) if seen and number else None
    if seen is None or camera is None or number is None:
        return visit.not_found()
    url, rights = f"{CAMERAS}/{public_id(number)}", seen.rights
    abilities = services.cameras.abilities(camera)
    stands = (await services.cameras.live([camera])).get(number, Live())
    recordings = events = None
    if "recordings" in rights:
        found = await services.footage.recordings(caller, number, Period(), SHOWN)
        if not isinstance(found, Refusal):
            recordings = tuple(
                RecordingCard(
                    moment(one.started_at, now=now),
                    one.ended_at - one.started_at,
                    f"{RECORDINGS}/{public_id(one.id)}/video",
                    f"{RECORDINGS}/{public_id(one.id)}/picture.jpg",
                )
                for one in found
            )
    if "events" in rights:
        rows = await services.footage.events(visit.provider.id, [number], None, Period(), SHOWN)
        events = tuple(
            EventRow(
                KINDS.get(row.kind, row.kind),
                str(row.details.get("by") or row.details.get("application") or ""),
                moment(row.at, now=now),
            )
            for row in rows
        )
    page = CameraPage(
        name=seen.holding.name,
        account=seen.holding.account_name,
        action=url,
        live=f"{url}/live" if "liveview" in rights else "",
        can_move="liveview_ptz" in rights and abilities.pan is not None,
        can_light="liveview_light" in rights and abilities.light,
        light_on=stands.light,
        clips=tuple(ClipChoice(clip.name, clip.label) for clip in abilities.clips)
        if "liveview_audioclip" in rights
        else (),
        recordings=recordings,
        events=events,
        lacking=labels(ALL_RIGHTS - rights),
        fault=fault,
    )
    return visit.page(page, status=status)
