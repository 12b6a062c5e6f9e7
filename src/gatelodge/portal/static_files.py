"""Style sheet, script and picture files; and the provider's colours as a style sheet of its own."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from gatelodge.portal.pages import STATIC
from gatelodge.portal.theme import stylesheet
from gatelodge.web.context import provider_of

FOR_GOOD = "public, max-age=31536000, immutable"  # addresses carry the version of what they name


class StaticAssets(StaticFiles):
    """The files, to be kept by browsers where the address names their version."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file."""
        response = await super().get_response(path, scope)
        if scope["query_string"].startswith(b"v="):
            response.headers["Cache-Control"] = FOR_GOOD
        return response


async def theme(request: Request) -> Response:
    """GET /theme.css"""
    return Response(stylesheet(provider_of(request).accent), media_type="text/css", headers={"Cache-Control": FOR_GOOD})
