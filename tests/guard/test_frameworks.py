"""What each framework's integration does beyond what the examples show."""

from typing import Annotated, Any

import httpx2
import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import AsyncRequestFactory, RequestFactory
from django.views import View
from fastapi import Depends, FastAPI, Security
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gatelodge.guard import Access
from gatelodge.guard import django as guard_django
from gatelodge.guard import starlette as guard_starlette
from gatelodge.guard.asgi import access_of
from gatelodge.guard.fastapi import Bearer
from tests.guard.test_guard import guard

pytestmark = pytest.mark.anyio
GOOD = {"Authorization": "Bearer good"}


async def get(app: Any, path: str = "/", headers: dict[str, str] | None = None) -> httpx2.Response:
    """Ask the application, without a server."""
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://api") as client:
        return await client.get(path, headers=headers)


class Page(HTTPEndpoint):
    """A class of Starlette's."""

    @guard_starlette.require(guard(), "read")
    async def get(self, request: Request) -> Response:
        """Answer with the user."""
        access = guard_starlette.access_of(request)
        return PlainTextResponse(access.user.id if access.user else "")


async def test_starlette_a_method_of_a_class_is_guarded() -> None:
    app = Starlette(routes=[Route("/", Page)])
    assert (await get(app)).status_code == 401
    assert (await get(app, headers=GOOD)).text == "u1"


async def test_starlette_the_decorated_endpoint_keeps_its_name() -> None:
    assert Page.get.__name__ == "get"
    assert Page.get.__doc__ == "Answer with the user."


async def test_starlette_an_endpoint_without_a_request_is_said_to_be_wrong() -> None:
    @guard_starlette.require(guard())
    async def live(websocket: object) -> None: ...

    with pytest.raises(TypeError, match="GuardMiddleware"):
        await live(object())


async def test_fastapi_scopes_add_up_along_dependencies() -> None:
    app, bearer = FastAPI(), Bearer(guard())

    async def reader(access: Annotated[Access, Security(bearer, scopes=["read"])]) -> Access:
        return access

    @app.get("/events")
    async def events(access: Annotated[Access, Security(reader, scopes=["events"])]) -> None: ...

    @app.get("/write")
    async def write(request: Request, access: Annotated[Access, Security(reader, scopes=["write"])]) -> bool:
        return access_of(request.scope) == access

    @app.get("/any")
    async def anybody(access: Annotated[Access, Depends(bearer)]) -> list[str]:
        return sorted(access.scopes)

    refused = await get(app, "/events", GOOD)
    assert (refused.status_code, refused.json()["detail"]["error"]) == (403, "insufficient_scope")
    assert 'scope="events read"' in refused.headers["www-authenticate"]
    assert (await get(app, "/write", GOOD)).json() is True
    assert (await get(app, "/any", GOOD)).json() == ["read", "write"]
    assert (await get(app, "/any")).status_code == 401


async def test_fastapi_the_openapi_document_says_that_a_token_is_needed() -> None:
    app = FastAPI()

    @app.get("/")
    async def page(access: Annotated[Access, Security(Bearer(guard(), "Cloud"), scopes=["read"])]) -> None: ...

    document = app.openapi()
    assert document["components"]["securitySchemes"] == {"Cloud": {"type": "http", "scheme": "bearer"}}
    assert [list(one) for one in document["paths"]["/"]["get"]["security"]] == [["Cloud"]]


class SyncPage(View):  # type: ignore[misc] # Django has no types
    """A class of Django's."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer with the user."""
        access = guard_django.access_of(request)
        return HttpResponse(access.user.id if access.user else "")


class AsyncPage(View):  # type: ignore[misc] # Django has no types
    """A class of Django's with an async method."""

    async def get(self, request: HttpRequest) -> HttpResponse:
        """Answer with the user."""
        access = guard_django.access_of(request)
        return HttpResponse(access.user.id if access.user else "")


@pytest.fixture
def django() -> None:
    """Django needs settings, of which none matters here."""
    if not settings.configured:
        settings.configure()


async def test_django_a_class_is_guarded_as_the_view_that_it_becomes(django: None) -> None:
    view = guard_django.require(guard(), "read")(SyncPage.as_view())
    assert view(RequestFactory().get("/")).status_code == 401
    assert view(RequestFactory().get("/", headers=GOOD)).content == b"u1"
    several = RequestFactory().get("/", HTTP_AUTHORIZATION="Bearer good,Bearer good")
    assert view(several).status_code == 400


async def test_django_an_async_class_is_guarded_without_blocking(django: None) -> None:
    view = guard_django.require(guard(), "read")(AsyncPage.as_view())
    assert (await view(AsyncRequestFactory().get("/"))).status_code == 401
    assert (await view(AsyncRequestFactory().get("/", headers=GOOD))).content == b"u1"
    assert view.csrf_exempt is True  # type: ignore[attr-defined]


async def test_django_who_was_not_let_in_by_a_guard_has_no_access(django: None) -> None:
    with pytest.raises(AttributeError):
        guard_django.access_of(RequestFactory().get("/", headers=GOOD))
