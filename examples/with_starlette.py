"""Notes on cameras, with Starlette: the same API as in the other examples, guarded by a decorator on each endpoint."""

import os

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gatelodge.guard import Guard, Introspection
from gatelodge.guard.starlette import access_of, metadata_route, require

guard = Guard(
    Introspection(
        os.environ.get("GUARD_ISSUER", "http://localhost:8000"),
        os.environ["GUARD_CLIENT_ID"],
        os.environ["GUARD_CLIENT_SECRET"],
    ),
    resource=os.environ.get("GUARD_RESOURCE", "http://localhost:8100"),
    name="Notes",
    scopes=["read", "write"],
)
notes: dict[str, str] = {}


async def about(request: Request) -> Response:
    """Open to everybody."""
    return JSONResponse({"name": "Notes on cameras"})


@require(guard)
async def me(request: Request) -> Response:
    """For whoever has a good token, whatever its scopes are."""
    access = access_of(request)
    return JSONResponse(
        {
            "user": access.user and access.user.username,
            "application": access.application and access.application.client_id,
            "scopes": sorted(access.scopes),
        }
    )


@require(guard, "read")
async def read_note(request: Request) -> Response:
    """Needs the scope read, and a token that reaches this camera."""
    camera = request.path_params["camera"]
    if not access_of(request).allows("read", camera):
        return JSONResponse({"error": "not_found"}, 404)
    return JSONResponse({"note": notes.get(camera)})


@require(guard, "write")
def write_note(request: Request) -> Response:
    """Needs the scope write. Not async: Starlette runs it on a thread, and the guard does so too."""
    camera = request.path_params["camera"]
    if not access_of(request).allows("write", camera):
        return JSONResponse({"error": "not_found"}, 404)
    notes[camera] = request.query_params.get("text", "")
    return JSONResponse({"note": notes[camera]})


app = Starlette(
    routes=[
        metadata_route(guard),
        Route("/", about),
        Route("/me", me),
        Route("/notes/{camera}", read_note, methods=["GET"]),
        Route("/notes/{camera}", write_note, methods=["PUT"]),
    ]
)
