"""Notes on cameras, with Django: the same API as in the other examples, guarded by a decorator on each view.

In one file, so that it can be tried; in a project of yours, `guard` stands in a module of its own, the views and URLs
where they always stand, and the settings have nothing to do with it.
"""

import os

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import path

from gatelodge.guard import Guard, Introspection
from gatelodge.guard.django import access_of, metadata_path, require

settings.configure(
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["localhost", "127.0.0.1"],
    MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"],
    SECRET_KEY=os.urandom(32).hex(),
)

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


def about(request: HttpRequest) -> HttpResponseBase:
    """Open to everybody."""
    return JsonResponse({"name": "Notes on cameras"})


@require(guard)
async def me(request: HttpRequest) -> HttpResponseBase:
    """For whoever has a good token, whatever its scopes are. An async view."""
    access = access_of(request)
    return JsonResponse(
        {
            "user": access.user and access.user.username,
            "application": access.application and access.application.client_id,
            "scopes": sorted(access.scopes),
        }
    )


def note(request: HttpRequest, camera: str) -> HttpResponseBase:
    """What is done with a note is done by two views, since it needs two scopes."""
    if request.method == "GET":
        return read_note(request, camera)
    return write_note(request, camera) if request.method == "PUT" else HttpResponseNotAllowed(["GET", "PUT"])


note.csrf_exempt = True  # type: ignore[attr-defined] # Django asks the view that the URL names


@require(guard, "read")
def read_note(request: HttpRequest, camera: str) -> HttpResponseBase:
    """Needs the scope read, and a token that reaches this camera."""
    if not access_of(request).allows("read", camera):
        return JsonResponse({"error": "not_found"}, status=404)
    return JsonResponse({"note": notes.get(camera)})


@require(guard, "write")
def write_note(request: HttpRequest, camera: str) -> HttpResponseBase:
    """Needs the scope write."""
    if not access_of(request).allows("write", camera):
        return JsonResponse({"error": "not_found"}, status=404)
    notes[camera] = request.GET.get("text", "")
    return JsonResponse({"note": notes[camera]})


urlpatterns = [
    metadata_path(guard),
    path("", about),
    path("me", me),
    path("notes/<str:camera>", note),
]
app = get_asgi_application()
wsgi = get_wsgi_application()
