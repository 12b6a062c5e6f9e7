"""The OAuth endpoints and where they are: each with and without a trailing slash, as the contract shows them."""

from starlette.routing import BaseRoute, Route

from gatelodge.web.answers import OAuthEndpoint
from gatelodge.web.authorize import authorize
from gatelodge.web.device_authorization import device_authorization
from gatelodge.web.direct import Endpoint
from gatelodge.web.grants import GrantEndpoint, GrantsEndpoint
from gatelodge.web.introspect import introspect
from gatelodge.web.logout import logout
from gatelodge.web.pages import AnswerPages
from gatelodge.web.par import par
from gatelodge.web.registration import ManagementEndpoint, RegistrationEndpoint
from gatelodge.web.revoke import revoke
from gatelodge.web.token import token
from gatelodge.web.userinfo import UserinfoEndpoint

SLASHES = ("", "/")


def oauth_endpoints() -> dict[str, Endpoint]:
    """Those that machines call."""
    endpoints: dict[str, Endpoint] = {
        "/oauth2/token": OAuthEndpoint(token, open_to_browsers=True),
        "/oauth2/revoke": OAuthEndpoint(revoke, open_to_browsers=True),
        "/oauth2/par": OAuthEndpoint(par, open_to_browsers=True, status=201),
        "/oauth2/introspect": OAuthEndpoint(introspect, open_to_browsers=False),
        "/oauth2/userinfo": UserinfoEndpoint(),
        "/oauth2/register": RegistrationEndpoint(),
        "/oauth2/grants": GrantsEndpoint(),
        "/oauth2/device_authorization": OAuthEndpoint(device_authorization, open_to_browsers=True),
    }
    each = {f"{path}{slash}": endpoint for path, endpoint in endpoints.items() for slash in SLASHES}
    each["/oauth2/register/*"] = ManagementEndpoint()
    each["/oauth2/grants/*"] = GrantEndpoint()
    return each


def oauth_routes(pages: AnswerPages) -> list[BaseRoute]:
    """Those that people are sent to."""
    sent_to = {"/oauth2/auth": authorize(pages), "/oauth2/logout": logout(pages)}
    both = ["GET", "POST"]
    return [Route(f"{path}{slash}", handler, methods=both) for path, handler in sent_to.items() for slash in SLASHES]
