"""Notes on cameras, with FastAPI: the same API as in the other examples, guarded by a dependency with scopes."""

import os
from typing import Annotated

from fastapi import FastAPI, HTTPException, Security

from gatelodge.guard import Access, Guard, Introspection
from gatelodge.guard.fastapi import Bearer, serve_metadata

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
bearer = Bearer(guard)
Anybody = Annotated[Access, Security(bearer)]
Reader = Annotated[Access, Security(bearer, scopes=["read"])]
Writer = Annotated[Access, Security(bearer, scopes=["write"])]

app = FastAPI(title="Notes on cameras")
serve_metadata(app, guard)
notes: dict[str, str] = {}


@app.get("/")
async def about() -> dict[str, str]:
    """Open to everybody."""
    return {"name": "Notes on cameras"}


@app.get("/me")
async def me(access: Anybody) -> dict[str, object]:
    """For whoever has a good token, whatever its scopes are."""
    return {
        "user": access.user and access.user.username,
        "application": access.application and access.application.client_id,
        "scopes": sorted(access.scopes),
    }


@app.get("/notes/{camera}")
async def read_note(camera: str, access: Reader) -> dict[str, str | None]:
    """Needs the scope read, and a token that reaches this camera."""
    if not access.allows("read", camera):
        raise HTTPException(404)
    return {"note": notes.get(camera)}


@app.put("/notes/{camera}")
def write_note(camera: str, access: Writer, text: str = "") -> dict[str, str]:
    """Needs the scope write."""
    if not access.allows("write", camera):
        raise HTTPException(404)
    notes[camera] = text
    return {"note": text}
