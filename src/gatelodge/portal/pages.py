"""From a page model to a response."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gatelodge.identity.provider import Provider
from gatelodge.portal.models import ErrorPage, Frame, HandOverPage, PageModel
from gatelodge.service.records import Session
from gatelodge.web.answers import NO_STORE

STATIC = Path(__file__).parent / "static"


def asset_version() -> str:
    """Changes whenever a static file does, so that browsers may keep what they have for good."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


class PageRenderer:
    """Draws pages."""

    def __init__(self) -> None:
        self._version = asset_version()
        self._templates = Environment(
            loader=PackageLoader("gatelodge.portal"),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def draw(self, frame: Frame, page: PageModel) -> str:
        """The page as HTML."""
        return self._templates.get_template(page.template).render(page=page, frame=frame)

    def respond(
        self,
        request: Request,
        page: PageModel,
        *,
        session: Session | None = None,
        csrf: str = "",
        status: int = 200,
    ) -> Response:
        """The page as a response, for the provider that the request is for."""
        provider: Provider | None = request.scope.get("gatelodge.provider")
        frame = Frame(
            provider_name=provider.name if provider else "Gatelodge",
            user_name=session.user.name if session else None,
            user_email=session.user.email if session else None,
            csrf=csrf,
            asset_version=self._version,
            theme_version=provider.accent.removeprefix("#") if provider else "",
        )
        return HTMLResponse(self.draw(frame, page), status, headers=NO_STORE)

    def error(
        self,
        request: Request,
        status: int,
        title: str,
        text: str,
        *,
        detail: str = "",
        session: Session | None = None,
        csrf: str = "",
    ) -> Response:
        """A page that says what went wrong and what to do next."""
        return self.respond(request, ErrorPage(title, text, detail), session=session, csrf=csrf, status=status)

    def hand_over(self, request: Request, url: str, fields: Mapping[str, str]) -> Response:
        """A page whose form posts the fields to `url`, by itself or by its button."""
        return self.respond(request, HandOverPage(url, urlsplit(url).netloc, tuple(fields.items())))
