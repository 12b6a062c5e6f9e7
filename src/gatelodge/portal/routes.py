"""Every address of the portal."""

from starlette.routing import BaseRoute, Mount, Route

from gatelodge.portal import (
    api,
    applications,
    camera_groups,
    cameras,
    consent,
    device,
    invitation,
    invite,
    people,
    person,
    reach,
    registration_tokens,
    settings,
    sign_in,
    sign_out,
    tokens,
)
from gatelodge.portal.api import HOME
from gatelodge.portal.applications import LIST
from gatelodge.portal.cameras import CAMERAS, RECORDINGS
from gatelodge.portal.explorer import EXPLORER, Explorer, Graph
from gatelodge.portal.pages import PageRenderer
from gatelodge.portal.people import PEOPLE, LookingAfter, looking_after
from gatelodge.portal.registration_rows import PATH as REGISTRATION_TOKENS
from gatelodge.portal.static_files import StaticAssets, theme
from gatelodge.portal.visit import SIGN_IN, Handler, anybody, signed_in
from gatelodge.service.device_flow import PATH as DEVICE
from gatelodge.service.invitations import PATH
from gatelodge.web.authorize import WAITING
from gatelodge.web.logout import LEAVING


def portal_routes(pages: PageRenderer, graph: Graph) -> list[BaseRoute]:
    """The pages, each with who may see it. `graph` is what the explorer explores."""
    explorer = Explorer(graph)

    def get(path: str, handler: Handler) -> Route:
        return Route(path, signed_in(pages, handler), methods=["GET"])

    def post(path: str, handler: Handler) -> Route:
        return Route(path, signed_in(pages, handler), methods=["POST"])

    def of_account(method: str, path: str, handler: LookingAfter) -> Route:
        endpoint = signed_in(pages, looking_after(handler))
        return Route(f"{PEOPLE}/{{account}}{path}", endpoint, methods=[method])

    return [
        Route(SIGN_IN, anybody(pages, sign_in.show), methods=["GET"]),
        Route(SIGN_IN, anybody(pages, sign_in.sign_in), methods=["POST"]),
        Route("/signout", anybody(pages, sign_in.sign_out), methods=["POST"]),
        Route(LEAVING, anybody(pages, sign_out.show), methods=["GET"]),
        Route(LEAVING, anybody(pages, sign_out.decide), methods=["POST"]),
        Route(sign_out.DONE, anybody(pages, sign_out.done), methods=["GET"]),
        Route(WAITING + "{handle}", anybody(pages, consent.show), methods=["GET"]),
        Route(WAITING + "{handle}", anybody(pages, consent.decide), methods=["POST"]),
        Route(DEVICE, anybody(pages, device.show), methods=["GET"]),
        Route(DEVICE, signed_in(pages, device.look), methods=["POST"]),
        Route(f"{DEVICE}/answer", signed_in(pages, device.decide), methods=["POST"]),
        get("/", api.home),
        get(HOME, api.show),
        get(f"{HOME}/tokens/new", tokens.show_form),
        post(f"{HOME}/tokens/new", tokens.create),
        get(f"{HOME}/tokens/{{id}}", tokens.show),
        post(f"{HOME}/tokens/{{id}}/end", api.end_token),
        get(f"{REGISTRATION_TOKENS}/new", registration_tokens.show_form),
        post(f"{REGISTRATION_TOKENS}/new", registration_tokens.create),
        post(f"{REGISTRATION_TOKENS}/{{id}}/end", registration_tokens.end),
        get(f"{LIST}/new", applications.show_new),
        post(f"{LIST}/new", applications.create),
        get(f"{LIST}/{{client_id}}", applications.show),
        get(f"{LIST}/{{client_id}}/edit", applications.show_edit),
        post(f"{LIST}/{{client_id}}/edit", applications.edit),
        post(f"{LIST}/{{client_id}}/secret", applications.new_secret),
        post(f"{LIST}/{{client_id}}/delete", applications.delete),
        get(settings.PATH, settings.show),
        post(settings.PATH, settings.change),
        get(f"{HOME}/authorized/{{id}}", api.show_access),
        post(f"{HOME}/authorized/{{id}}/end", api.end_access),
        get(PEOPLE, people.home),
        of_account("GET", "", people.show),
        of_account("GET", "/invite", invite.show_form),
        of_account("POST", "/invite", invite.send),
        of_account("POST", "/invitations/{id}/again", invite.again),
        of_account("POST", "/invitations/{id}/withdraw", invite.withdraw),
        of_account("GET", "/users/{user}", person.show),
        of_account("POST", "/users/{user}", person.set_access),
        of_account("POST", "/users/{user}/disable", person.disable),
        of_account("POST", "/users/{user}/enable", person.enable),
        of_account("POST", "/users/{user}/remove", person.remove),
        of_account("GET", "/groups/new", camera_groups.show_new),
        of_account("POST", "/groups/new", camera_groups.create),
        of_account("GET", "/groups/{id}", camera_groups.show),
        of_account("POST", "/groups/{id}", camera_groups.change),
        of_account("POST", "/groups/{id}/delete", camera_groups.delete),
        of_account("GET", "/reach", reach.show),
        of_account("POST", "/reach/tokens/{id}/end", reach.end_token),
        of_account("POST", "/reach/applications/{user}/{id}/end", reach.end_application),
        Route(PATH + "{link}", anybody(pages, invitation.show), methods=["GET"]),
        Route(PATH + "{link}", anybody(pages, invitation.accept), methods=["POST"]),
        get(CAMERAS, cameras.show_all),
        get(f"{CAMERAS}/{{id}}", cameras.show),
        post(f"{CAMERAS}/{{id}}", cameras.act),
        get(f"{CAMERAS}/{{id}}/snapshot.jpg", cameras.snapshot),
        get(f"{CAMERAS}/{{id}}/live", cameras.live),
        get(f"{RECORDINGS}/{{id}}/picture.jpg", cameras.picture),
        get(f"{RECORDINGS}/{{id}}/video", cameras.video),
        get(EXPLORER, explorer.show),
        post(EXPLORER, explorer.run),
        Route("/theme.css", theme, methods=["GET"]),
        Mount("/static", StaticAssets()),
    ]
