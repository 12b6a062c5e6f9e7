"""Every address of the portal."""

from starlette.routing import BaseRoute, Mount, Route

from gatelodge.portal import api, applications, consent, sign_in, tokens
from gatelodge.portal.api import HOME
from gatelodge.portal.applications import LIST
from gatelodge.portal.pages import PageRenderer
from gatelodge.portal.static_files import StaticAssets, theme
from gatelodge.portal.visit import SIGN_IN, Handler, anybody, signed_in
from gatelodge.web.authorize import WAITING


def portal_routes(pages: PageRenderer) -> list[BaseRoute]:
    """The pages, each with who may see it."""

    def get(path: str, handler: Handler) -> Route:
        return Route(path, signed_in(pages, handler), methods=["GET"])

    def post(path: str, handler: Handler) -> Route:
        return Route(path, signed_in(pages, handler), methods=["POST"])

    return [
        Route(SIGN_IN, anybody(pages, sign_in.show), methods=["GET"]),
        Route(SIGN_IN, anybody(pages, sign_in.sign_in), methods=["POST"]),
        Route("/signout", anybody(pages, sign_in.sign_out), methods=["POST"]),
        Route(WAITING + "{handle}", anybody(pages, consent.show), methods=["GET"]),
        Route(WAITING + "{handle}", anybody(pages, consent.decide), methods=["POST"]),
        get("/", api.home),
        get(HOME, api.show),
        get(f"{HOME}/tokens/new", tokens.show_form),
        post(f"{HOME}/tokens/new", tokens.create),
        get(f"{HOME}/tokens/{{id}}", tokens.show),
        post(f"{HOME}/tokens/{{id}}/end", api.end_token),
        get(f"{LIST}/new", applications.show_new),
        post(f"{LIST}/new", applications.create),
        get(f"{LIST}/{{client_id}}", applications.show),
        get(f"{LIST}/{{client_id}}/edit", applications.show_edit),
        post(f"{LIST}/{{client_id}}/edit", applications.edit),
        post(f"{LIST}/{{client_id}}/secret", applications.new_secret),
        post(f"{LIST}/{{client_id}}/delete", applications.delete),
        get(f"{HOME}/authorized/{{id}}", api.show_access),
        post(f"{HOME}/authorized/{{id}}/end", api.end_access),
        Route("/theme.css", theme, methods=["GET"]),
        Mount("/static", StaticAssets()),
    ]
